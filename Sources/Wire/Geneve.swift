// Generic network virtualization encapsulation (RFC 8926).

/// The fixed header, in wire order.
public struct GeneveHeader: Sendable, Equatable {
  /// Octets of the header without options.
  public static let lengthMin = 8

  public var version: UInt8
  /// Octets of options.
  public var optionsLength: Int
  public var flags: UInt8
  public var `protocol`: EtherType
  public var network: UInt32

  /// Reads the fixed header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(GeneveHeader.lengthMin)
    version = bytes.u8(0) &>> 6
    optionsLength = Int(bytes.u8(0) & 0x3f) &* 4
    flags = bytes.u8(1)
    `protocol` = EtherType(rawValue: bytes.u16(2))
    network = bytes.u24(4)
  }
}

/// Geneve: header, options, and what the EtherType says.
@Sendable func geneve(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .geneve
  let header = try GeneveHeader(bytes)
  if header.version != 0 { throw .invalid(.version) }
  let length = GeneveHeader.lengthMin &+ header.optionsLength
  packet.enter(.geneve, header: min(length, bytes.count))
  packet.tunnelIdentifier = header.network
  try bytes.require(length)
  return Payload(.etherType(header.protocol), offset: length, length: packet.claimed &- length)
}

/// The fields of a Geneve header, and its options (RFC 8926 section 3.5).
@Sendable func geneveFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try GeneveHeader(bytes)
  let first = UInt64(bytes.u8(0))
  fields.add("version_and_options_length", at: 0, 1, .hex(first, digits: 2))
  fields.bits("version", at: 0, 1, of: first, mask: 0xc0)
  fields.bits("options_length", at: 0, 1, of: first, mask: 0x3f, "times 4 octets")
  fields.add("flags", at: 1, 1, .hex(UInt64(header.flags), digits: 2))
  fields.bits("control", at: 1, 1, of: UInt64(header.flags), mask: 0x80)
  fields.bits("critical_options", at: 1, 1, of: UInt64(header.flags), mask: 0x40)
  fields.add(
    "protocol", at: 2, 2, .hex(UInt64(header.protocol.rawValue), digits: 4), header.protocol.name)
  fields.add("network", at: 4, 3, .number(UInt64(header.network)))
  fields.add("reserved", at: 7, 1, .hex(UInt64(bytes.u8(7)), digits: 2))
  let end = GeneveHeader.lengthMin + header.optionsLength
  var at = GeneveHeader.lengthMin
  while at < end {
    guard at + 4 <= min(end, bytes.count) else { return fields.rest(bytes, at, end) }
    let length = 4 + Int(bytes.u8(at + 3) & 0x1f) * 4
    guard at + length <= min(end, bytes.count) else { return fields.rest(bytes, at, end) }
    fields.add("option", at: at, length, .none)
    fields.depth += 1
    fields.add("class", at: at, 2, .hex(UInt64(bytes.u16(at)), digits: 4))
    let type = UInt64(bytes.u8(at + 2))
    fields.add("type", at: at + 2, 1, .hex(type, digits: 2), type & 0x80 != 0 ? "critical" : "")
    fields.add("length", at: at + 3, 1, .number(UInt64(bytes.u8(at + 3) & 0x1f)), "times 4 octets")
    if length > 4 { fields.add("data", at: at + 4, length - 4, .octets) }
    fields.depth -= 1
    at += length
  }
}
