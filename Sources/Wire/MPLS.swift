// Multiprotocol label switching: the label stack (RFC 3032), and what lies below it, which the stack does not
// say.

/// One entry of a label stack, in wire order (RFC 3032 section 2.1).
public struct MPLSLabel: Sendable, Equatable {
  /// Octets of an entry.
  public static let length = 4
  /// The most entries read of a stack.
  public static let stackMax = 16

  public var label: UInt32
  public var trafficClass: UInt8
  /// The last entry of the stack.
  public var isBottom: Bool
  public var timeToLive: UInt8

  /// Reads the entry at `offset` of `bytes`.
  @inlinable public init(_ bytes: Bytes, at offset: Int = 0) throws(Malformed) {
    try bytes.require(offset &+ MPLSLabel.length)
    let word = bytes.u32(offset)
    label = word &>> 12
    trafficClass = UInt8(truncatingIfNeeded: word &>> 9) & 7
    isBottom = word & 0x100 != 0
    timeToLive = UInt8(truncatingIfNeeded: word)
  }
}

/// MPLS: labels down to the bottom of the stack; then the first four bits are taken for what they would be in
/// an IP header, and 0 for a pseudowire's control word (RFC 4385 section 3), as routers on the way do.
@Sendable func mpls(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .mpls
  var end = 0
  for _ in 0..<MPLSLabel.stackMax {
    let label = try MPLSLabel(bytes, at: end)
    end &+= MPLSLabel.length
    if !label.isBottom { continue }
    packet.enter(.mpls, header: end)
    let length = packet.claimed &- end
    guard bytes.count > end else { return Payload(.data, offset: end, length: length) }
    let kind: Payload.Kind
    switch bytes.u8(end) &>> 4 {
    case 4: kind = .etherType(.ipv4)
    case 6: kind = .etherType(.ipv6)
    case 0: kind = .pseudowire
    default: kind = looksLikeEthernet(bytes, at: end) ? .link(.ethernet) : .data
    }
    return Payload(kind, offset: end, length: length)
  }
  throw .invalid(.depth)
}

/// A pseudowire's control word (RFC 4448 section 4.6) before an Ethernet frame; or an Ethernet frame whose
/// destination begins with four zero bits, when there is no such word.
@Sendable func pseudowire(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .pseudowire
  try bytes.require(4)
  // Where both would do, a word that says nothing but a sequence number is taken for one.
  let isWord = looksLikeEthernet(bytes, at: 4) && bytes.u16(0) == 0
  if !isWord && looksLikeEthernet(bytes, at: 0) {
    return Payload(.link(.ethernet), offset: 0, length: packet.claimed)
  }
  packet.enter(.pseudowire, header: 4)
  return Payload(
    looksLikeEthernet(bytes, at: 4) ? .link(.ethernet) : .data, offset: 4, length: packet.claimed &- 4)
}

/// Whether an Ethernet header with a type that we know, or with a length, would begin at `offset`.
private func looksLikeEthernet(_ bytes: Bytes, at offset: Int) -> Bool {
  guard bytes.count >= offset &+ EthernetHeader.length else { return false }
  let type = bytes.u16(offset &+ 12)
  if type <= EthernetHeader.lengthMax { return type >= 3 && Int(type) <= bytes.count &- offset }
  return EtherType(rawValue: type).name.utf8CodeUnitCount > 0
}

/// The entries of a label stack.
@Sendable func mplsFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  var at = 0
  for _ in 0..<MPLSLabel.stackMax {
    let entry = try MPLSLabel(bytes, at: at)
    let word = UInt64(bytes.u32(at))
    fields.add("entry", at: at, 4, .hex(word, digits: 8))
    fields.bits("label", at: at, 4, of: word, mask: 0xffff_f000, labelMeaning(entry.label))
    fields.bits("traffic_class", at: at, 4, of: word, mask: 0x0e00)
    fields.bits("bottom_of_stack", at: at, 4, of: word, mask: 0x0100)
    fields.bits("time_to_live", at: at, 4, of: word, mask: 0x00ff)
    at += MPLSLabel.length
    if entry.isBottom { return }
  }
}

/// The fields of a pseudowire's control word.
@Sendable func pseudowireFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(4)
  let word = UInt64(bytes.u32(0))
  fields.add("control_word", at: 0, 4, .hex(word, digits: 8))
  fields.bits("sequence", at: 0, 4, of: word, mask: 0xffff, word & 0xffff == 0 ? "not used" : "")
}

/// Labels with a meaning of their own (IANA "Special-Purpose MPLS Label Values").
private func labelMeaning(_ label: UInt32) -> StaticString {
  switch label {
  case 0: "IPv4 explicit null"
  case 1: "router alert"
  case 2: "IPv6 explicit null"
  case 3: "implicit null"
  case 7: "entropy label indicator"
  case 13: "generic associated channel"
  case 14: "OAM alert"
  case 15: "extension"
  default: ""
  }
}
