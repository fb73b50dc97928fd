// A finding as a record of its own, for whoever keeps findings beside flows.

public import Flow
public import Wire

extension FlowJSON {
  /// Prints one finding of a flow: one line.
  public mutating func print(_ finding: Finding, of flow: EndedFlow) {
    text.write("{\"flow\":\"F")
    text.write(decimal: flow.record.serial)
    text.write("\",\"ts\":")
    text.write(signed: Int(flow.record.end))
    text.write(",\"time\":\"")
    var clock = UTCTime()
    clock.write(flow.record.end, to: &text)
    text.write("\",\"orig_h\":\"")
    write(flow.record.originator, flow, port: "\",\"orig_p\":")
    text.write(",\"resp_h\":\"")
    write(flow.record.responder, flow, port: "\",\"resp_p\":")
    // The findings of a record, of which there is one here, without the brackets.
    let start = text.count
    var findings = [finding]
    write(&findings, flow.hasConnection ? flow.report.tap.place : nil)
    let list = text.octets
    text.truncate(to: start)
    text.write(octet: 44)
    for octet in list[(start + ",\"findings\":[{".utf8.count)..<(list.count - 1)] { text.write(octet: octet) }
    text.write(octet: 10)
  }

  private mutating func write(
    _ end: (address: IPAddress, port: UInt16), _ flow: EndedFlow, port: StaticString
  ) {
    text.write(end.address, version: flow.record.key.isIPv6 ? 6 : 4)
    text.write(port)
    text.write(decimal: end.port)
  }
}

extension OctetBuffer {
  /// An address as text.
  public mutating func write(host address: IPAddress) { write(endpoint: address) }
}
