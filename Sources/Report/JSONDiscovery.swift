// What a machine says of itself to its neighbours on the cable, in a packet's record: LLDP.

internal import Wire

extension JSONPrinter {
  /// `lldp`: who, which port, for how long, and the system's name.
  mutating func writeLLDP(_ bytes: Bytes, _ packet: inout Packet) {
    guard packet.layerCount > 0 else { return }
    let layer = packet.layers[packet.layerCount &- 1]
    let at = Int(layer.offset)
    guard layer.kind == .lldp, at >= 0, at <= bytes.count else { return }
    let message = bytes.extracting(at..<min(bytes.count, at &+ max(0, Int(layer.length))))
    out.write(",\"lldp\":{")
    let start = out.count
    writeIdentifier("\"chassis\":\"", message, LLDPValue.chassis, macSubtype: 4, start)
    writeIdentifier("\"port\":\"", message, LLDPValue.port, macSubtype: 3, start)
    if let range = LLDPValue.find(LLDPValue.timeToLive, message), range.count == 2 {
      if out.count > start { out.write(octet: 44) }
      out.write("\"ttl_s\":")
      out.write(decimal: message.u16(range.lowerBound))
    }
    if let range = LLDPValue.find(LLDPValue.systemName, message) {
      if out.count > start { out.write(octet: 44) }
      // Some systems fill their name up with zeros.
      var end = range.upperBound
      while end > range.lowerBound, message.u8(end &- 1) == 0 { end &-= 1 }
      write("\"system_name\":", text: message.extracting(range.lowerBound..<end))
    }
    out.write(octet: 125)
  }

  /// A chassis or a port: a MAC address as such, anything else as text.
  private mutating func writeIdentifier(
    _ key: StaticString, _ message: Bytes, _ type: UInt8, macSubtype: UInt8, _ start: Int
  ) {
    guard let range = LLDPValue.find(type, message), range.count > 1 else { return }
    if out.count > start { out.write(octet: 44) }
    out.write(key)
    let value = message.extracting(range.lowerBound &+ 1..<range.upperBound)
    if message.u8(range.lowerBound) == macSubtype, value.count == 6 {
      out.write(mac: value.u48(0))
    } else {
      out.write(text: value, for: .json)
    }
    out.write(octet: 34)
  }
}
