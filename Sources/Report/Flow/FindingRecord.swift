// A finding as a record of its own, for whoever keeps findings beside flows.

public import Flow
public import Wire

extension FlowJSON {
  /// Prints one finding of a flow: one line.
  public mutating func print(_ finding: Finding, of flow: EndedFlow) {
    out.write("{\"flow\":\"F")
    out.write(decimal: flow.record.serial)
    out.write("\",\"ts\":")
    out.write(signed: Int(flow.record.end))
    out.write(",\"time\":\"")
    var clock = UTCTime()
    clock.write(flow.record.end, to: &out)
    out.write("\",\"orig_h\":\"")
    write(flow.record.originator, flow, port: "\",\"orig_p\":")
    out.write(",\"resp_h\":\"")
    write(flow.record.responder, flow, port: "\",\"resp_p\":")
    // The findings of a record, of which there is one here, without the brackets.
    let start = out.count
    var findings = [finding]
    write(&findings, flow.hasConnection ? flow.report.tap.place : nil)
    let list = out.octets
    out.truncate(to: start)
    out.write(octet: 44)
    for octet in list[(start + ",\"findings\":[{".utf8.count)..<(list.count - 1)] { out.write(octet: octet) }
    out.write(octet: 10)
  }

  private mutating func write(
    _ end: (address: IPAddress, port: UInt16), _ flow: EndedFlow, port: StaticString
  ) {
    out.write(end.address, version: flow.record.key.isIPv6 ? 6 : 4)
    out.write(port)
    out.write(decimal: end.port)
  }
}

extension OctetBuffer {
  /// An address as text.
  public mutating func write(host address: IPAddress) { write(endpoint: address) }
}
