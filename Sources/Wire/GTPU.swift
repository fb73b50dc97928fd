// GPRS tunnelling protocol, user plane (3GPP TS 29.281), version 1.

/// The header, in wire order.
public struct GTPUHeader: Sendable, Equatable {
  /// Octets without the optional fields, and of these.
  public static let lengthMin = 8
  public static let optionalLength = 4
  /// A user's packet.
  public static let userPacket: UInt8 = 255
  /// The most extension headers that are skipped.
  public static let extensionsMax = 8

  public var flags: UInt8
  public var type: UInt8
  /// Octets behind the first eight.
  public var payloadLength: Int
  public var endpoint: UInt32
  /// Octets, optional fields and extension headers included.
  public var length: Int

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(GTPUHeader.lengthMin)
    flags = bytes.u8(0)
    type = bytes.u8(1)
    payloadLength = Int(bytes.u16(2))
    endpoint = bytes.u32(4)
    length = GTPUHeader.lengthMin
    // Any of the three flags brings all of the optional fields (section 5.1).
    if flags & 0x07 == 0 { return }
    length &+= GTPUHeader.optionalLength
    try bytes.require(length)
    if flags & 0x04 == 0 { return }
    var next = bytes.u8(length &- 1)
    for _ in 0..<GTPUHeader.extensionsMax where next != 0 {
      try bytes.require(length &+ 1)
      let octets = Int(bytes.u8(length)) &* 4
      if octets == 0 { throw .invalid(.length) }
      length &+= octets
      try bytes.require(length)
      next = bytes.u8(length &- 1)
    }
  }
}

/// GTP-U: a user's packet is an IP packet, or an Ethernet frame that is left unread; other messages are
/// signalling.
@Sendable func gtpu(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .gtpu
  try bytes.require(1)
  // Version 1, and not its charging variant.
  if bytes.u8(0) &>> 4 != 3 {
    return packet.unclaim(.udp(source: packet.sourcePort, destination: packet.destinationPort))
  }
  let header = try GTPUHeader(bytes)
  packet.enter(.gtpu, header: header.length)
  packet.tunnelIdentifier = header.endpoint
  let length = packet.claimed &- header.length
  guard header.type == GTPUHeader.userPacket, bytes.count > header.length else {
    return Payload(.data, offset: header.length, length: length)
  }
  switch bytes.u8(header.length) &>> 4 {
  case 4: return Payload(.etherType(.ipv4), offset: header.length, length: length)
  case 6: return Payload(.etherType(.ipv6), offset: header.length, length: length)
  default: return Payload(.data, offset: header.length, length: length)
  }
}

/// The fields of a GTP-U header.
@Sendable func gtpuFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try GTPUHeader(bytes)
  let flags = UInt64(header.flags)
  fields.add("version_and_flags", at: 0, 1, .hex(flags, digits: 2))
  fields.bits("version", at: 0, 1, of: flags, mask: 0xe0)
  fields.bits("protocol_type", at: 0, 1, of: flags, mask: 0x10)
  fields.bits("extension_present", at: 0, 1, of: flags, mask: 0x04)
  fields.bits("sequence_present", at: 0, 1, of: flags, mask: 0x02)
  fields.bits("number_present", at: 0, 1, of: flags, mask: 0x01)
  fields.add("type", at: 1, 1, .number(UInt64(header.type)), messageName(header.type))
  fields.add("length", at: 2, 2, .number(UInt64(header.payloadLength)), "octets")
  fields.add("endpoint", at: 4, 4, .hex(UInt64(header.endpoint), digits: 8))
  guard header.length > GTPUHeader.lengthMin else { return }
  fields.add("sequence", at: 8, 2, .number(UInt64(bytes.u16(8))))
  fields.add("number", at: 10, 1, .number(UInt64(bytes.u8(10))))
  fields.add("next_extension", at: 11, 1, .hex(UInt64(bytes.u8(11)), digits: 2))
  if header.length > 12 { fields.add("extensions", at: 12, header.length - 12, .octets) }
}

/// What a message is (TS 29.281 section 6.1).
private func messageName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "echo request"
  case 2: "echo response"
  case 26: "error indication"
  case 31: "supported extension headers"
  case 253: "tunnel status"
  case 254: "end marker"
  case GTPUHeader.userPacket: "user's packet"
  default: ""
  }
}
