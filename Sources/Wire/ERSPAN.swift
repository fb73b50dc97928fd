// Encapsulated remote switch port analyzer: mirrored Ethernet frames in GRE (draft-foschiano-erspan, types II
// and III).

/// Where a mirrored frame begins behind the header of each type.
enum ERSPANHeader {
  /// Octets of type II, and of type III without the platform's own part.
  static let length2 = 8
  static let length3 = 12
  /// Octets of the platform's own part.
  static let platformLength = 8
}

/// ERSPAN type II: eight octets before the mirrored frame.
@Sendable func erspan2(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .erspan
  try bytes.require(ERSPANHeader.length2)
  return packet.mirrored(bytes, after: ERSPANHeader.length2, frameType: 0)
}

/// ERSPAN type III: twelve octets, and eight more when the last bit says so.
@Sendable func erspan3(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .erspan
  try bytes.require(ERSPANHeader.length3)
  let length = ERSPANHeader.length3 &+ (bytes.u8(11) & 1 == 1 ? ERSPANHeader.platformLength : 0)
  try bytes.require(length)
  return packet.mirrored(bytes, after: length, frameType: bytes.u16(10) &>> 10 & 0x1f)
}

extension Packet {
  /// Enters the header; the mirrored frame follows: of type 0 with its Ethernet header, of type 2 without.
  fileprivate mutating func mirrored(_ bytes: Bytes, after length: Int, frameType: UInt16) -> Payload {
    enter(.erspan, header: length)
    tunnelIdentifier = UInt32(bytes.u16(2) & 0x03ff)
    let kind: Payload.Kind =
      frameType == 0 ? .link(.ethernet) : frameType == 2 ? .link(.raw) : .data
    return Payload(kind, offset: length, length: claimed &- length)
  }
}

/// The fields of either type.
@Sendable func erspanFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(ERSPANHeader.length2)
  let word = UInt64(bytes.u32(0))
  let version = bytes.u8(0) &>> 4
  fields.add("version_vlan_and_session", at: 0, 4, .hex(word, digits: 8))
  fields.bits(
    "version", at: 0, 4, of: word, mask: 0xf000_0000,
    version == 1 ? "type II" : version == 2 ? "type III" : "")
  fields.bits("vlan", at: 0, 4, of: word, mask: 0x0fff_0000)
  fields.bits("class_of_service", at: 0, 4, of: word, mask: 0x0000_e000)
  fields.bits("truncated", at: 0, 4, of: word, mask: 0x0000_0400)
  fields.bits("session", at: 0, 4, of: word, mask: 0x0000_03ff)
  if version != 2 {
    fields.add("index", at: 4, 4, .hex(UInt64(bytes.u32(4)), digits: 8))
    return
  }
  fields.add("timestamp", at: 4, 4, .number(UInt64(bytes.u32(4))))
  try bytes.require(ERSPANHeader.length3)
  fields.add("group_tag", at: 8, 2, .hex(UInt64(bytes.u16(8)), digits: 4))
  let flags = UInt64(bytes.u16(10))
  let frameType = flags &>> 10 & 0x1f
  fields.add("flags", at: 10, 2, .hex(flags, digits: 4))
  fields.bits(
    "frame_type", at: 10, 2, of: flags, mask: 0x7c00, frameType == 0 ? "Ethernet" : frameType == 2 ? "IP" : ""
  )
  if bytes.u8(11) & 1 == 0 { return }
  try bytes.require(ERSPANHeader.length3 + ERSPANHeader.platformLength)
  fields.add("platform", at: 12, 8, .octets)
}
