// Teredo: IPv6 in UDP through address translators (RFC 4380).

/// The indications that may stand before the IPv6 header (RFC 4380 section 5.1.1).
enum TeredoIndication {
  static let origin: UInt16 = 0x0000
  static let authentication: UInt16 = 0x0001
  static let originLength = 8
  /// Octets of an authentication without identifier and value.
  static let authenticationLength = 13

  /// Octets of indications at the start of `bytes`.
  static func length(_ bytes: Bytes) throws(Malformed) -> Int {
    var at = 0
    try bytes.require(2)
    if bytes.u16(0) == authentication {
      try bytes.require(4)
      at = authenticationLength &+ Int(bytes.u8(2)) &+ Int(bytes.u8(3))
      try bytes.require(at &+ 2)
    }
    if bytes.u16(at) == origin { at &+= originLength }
    return at
  }
}

/// Teredo: indications, then an IPv6 packet. Other protocols may use its port: what does not begin like that
/// is nobody's.
@Sendable func teredo(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .teredo
  let length = try TeredoIndication.length(bytes)
  guard length < bytes.count, bytes.u8(length) &>> 4 == 6 else {
    return packet.unclaim(.udp(source: packet.sourcePort, destination: packet.destinationPort))
  }
  packet.enter(.teredo, header: length)
  return Payload(.etherType(.ipv6), offset: length, length: packet.claimed &- length)
}

/// The indications, field by field.
@Sendable func teredoFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let end = try TeredoIndication.length(bytes)
  var at = 0
  if bytes.u16(0) == TeredoIndication.authentication {
    let identifier = Int(bytes.u8(2))
    let value = Int(bytes.u8(3))
    fields.add("indication", at: 0, 2, .number(1), "authentication")
    fields.add("identifier_length", at: 2, 1, .number(UInt64(identifier)), "octets")
    fields.add("value_length", at: 3, 1, .number(UInt64(value)), "octets")
    if identifier > 0 { fields.add("identifier", at: 4, identifier, .octets) }
    if value > 0 { fields.add("value", at: 4 + identifier, value, .octets) }
    at = 4 + identifier + value
    fields.add("nonce", at: at, 8, .hex(bytes.u64(at), digits: 16))
    fields.add("confirmation", at: at + 8, 1, .number(UInt64(bytes.u8(at + 8))))
    at += 9
  }
  if at + TeredoIndication.originLength == end {
    try bytes.require(end)
    fields.add("indication", at: at, 2, .number(0), "origin")
    // Both are sent with every bit inverted, so that translators leave them alone.
    fields.add("port", at: at + 2, 2, .number(UInt64(~bytes.u16(at + 2))))
    fields.add("address", at: at + 4, 4, .address(IPAddress(ipv4: ~bytes.u32(at + 4))))
  }
}
