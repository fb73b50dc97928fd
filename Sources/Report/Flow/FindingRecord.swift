// A finding as a record of its own, for whoever keeps findings beside flows.

public import Flow
public import Wire

extension FlowJSON {
  /// Prints one finding of a flow behind the beginning of an object: one line.
  public mutating func print(_ finding: inout Finding, of flow: inout EndedFlow, behind head: [UInt8]) {
    text.write(raw: head.span)
    text.write(",\"flow\":\"F", decimal: flow.record.serial)
    text.write("\",\"ts\":")
    text.write(signed: Int(flow.record.end))
    text.write(",\"time\":\"")
    var clock = UTCTime()
    clock.write(flow.record.end, to: &text)
    text.write("\",\"orig_h\":\"")
    write(flow.record.originator, &flow, port: "\",\"orig_p\":")
    text.write(",\"resp_h\":\"")
    write(flow.record.responder, &flow, port: "\",\"resp_p\":")
    // The finding goes on where the flow's fields end.
    let start = text.count
    write(&finding, flow.hasConnection ? flow.report.tap.place : nil)
    text.join(at: start)
    text.write(octet: 10)
  }

  private mutating func write(
    _ end: (address: IPAddress, port: UInt16), _ flow: inout EndedFlow, port: StaticString
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
