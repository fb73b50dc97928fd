// The IPv6 extension headers other than options: routing (RFC 8200 section 4.4), fragment (section 4.5),
// mobility (RFC 6275) and Shim6 (RFC 5533), and the end of the chain.

/// A routing header, up to its type's own data.
public struct RoutingHeader: Sendable, Equatable {
  public var nextHeader: IPProtocol
  /// Octets.
  public var length: Int
  public var type: UInt8
  public var segmentsLeft: UInt8

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    let header = try ExtensionHeader(bytes)
    try bytes.require(4)
    nextHeader = header.nextHeader
    length = header.length
    type = bytes.u8(2)
    segmentsLeft = bytes.u8(3)
  }

  /// Where the address of the last node stands, whose packet it is in the end; nil when the type tells none
  /// in full or the packet has arrived.
  public func finalAddressOffset() -> Int? {
    guard segmentsLeft > 0, length >= 24 else { return nil }
    switch type {
    case 0: return Int(segmentsLeft) &* 16 <= length &- 8 ? 8 &+ ((length &- 8) / 16 &- 1) &* 16 : nil
    case 2: return 8
    case 4: return 8  // the segment list is in reverse order (RFC 8754 section 2)
    default: return nil
    }
  }
}

/// A routing header: which way, then what follows.
@Sendable func routing(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.routing)) }
  return packet.following(try packet.enterExtension(.routing, bytes))
}

/// The fields of a routing header.
@Sendable func routingFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try fields.extensionHeader(bytes)
  try bytes.require(4)
  let type = bytes.u8(2)
  fields.add("routing_type", at: 2, 1, .number(UInt64(type)), routingName(type))
  fields.add("segments_left", at: 3, 1, .number(UInt64(bytes.u8(3))))
  try bytes.require(8)
  let first = type == 4 ? "last_entry_flags_and_tag" as StaticString : "reserved"
  fields.add(first, at: 4, 4, .hex(UInt64(bytes.u32(4)), digits: 8))
  var at = 8
  if type == 4 {
    // Segments as many as the last entry's index says; what is behind them is options (RFC 8754 section 2).
    let segments = min(Int(bytes.u8(4)) + 1, (header.length - 8) / 16)
    fields.addresses(bytes, &at, count: segments)
  } else if type == 0 || type == 2 {
    fields.addresses(bytes, &at, count: (header.length - 8) / 16)
  }
  try bytes.require(min(at, header.length))
  if at < min(header.length, bytes.count) {
    fields.add("data", at: at, min(header.length, bytes.count) - at, .octets)
  }
}

extension Fields {
  /// Tells `count` addresses from `at` on, as far as they were captured.
  fileprivate mutating func addresses(_ bytes: Bytes, _ at: inout Int, count: Int) {
    for _ in 0..<count where at + 16 <= bytes.count {
      add("address", at: at, 16, .address(IPAddress(ipv6: bytes, at: at)))
      at += 16
    }
  }
}

/// IANA "Routing Types".
private func routingName(_ type: UInt8) -> StaticString {
  switch type {
  case 0: "source route (deprecated)"
  case 1: "Nimrod (deprecated)"
  case 2: "mobility"
  case 3: "RPL source route"
  case 4: "segment routing"
  case 5: "compressed routing, 16 bits"
  case 6: "compressed routing, 32 bits"
  case 253, 254: "experiment"
  default: ""
  }
}

/// The fragment header, in wire order.
public struct FragmentHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 8

  public var nextHeader: IPProtocol
  /// Octets.
  public var offset: Int
  public var moreFragments: Bool
  public var identification: UInt32

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(FragmentHeader.length)
    let h = bytes.extracting(0..<FragmentHeader.length)
    nextHeader = IPProtocol(rawValue: h.u8(0))
    offset = Int(h.u16(2) & 0xfff8)
    moreFragments = h.u16(2) & 1 != 0
    identification = h.u32(4)
  }
}

/// A fragment: only the first has the header that the number announces. One that is first and last is no
/// fragment (RFC 6946).
@Sendable func fragment(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.fragment)) }
  packet.reading = .fragment
  let header = try FragmentHeader(bytes)
  packet.enter(.fragment, header: FragmentHeader.length)
  packet.ipProtocol = header.nextHeader
  packet.identification = header.identification
  packet.hasIdentification = true
  packet.fragmentOffset = header.offset
  packet.moreFragments = header.moreFragments
  packet.isFragment = header.moreFragments || header.offset > 0
  return Payload(
    header.offset > 0 ? .data : .ipProtocol(header.nextHeader), offset: FragmentHeader.length,
    length: packet.claimed &- FragmentHeader.length)
}

/// The fields of a fragment header.
@Sendable func fragmentFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try FragmentHeader(bytes)
  let place = UInt64(bytes.u16(2))
  fields.add("next_header", at: 0, 1, .number(UInt64(header.nextHeader.rawValue)), header.nextHeader.name)
  fields.add("reserved", at: 1, 1, .hex(UInt64(bytes.u8(1)), digits: 2))
  fields.add("offset_and_flags", at: 2, 2, .hex(place, digits: 4))
  fields.bits("fragment_offset", at: 2, 2, of: place, mask: 0xfff8, "times 8 octets")
  fields.bits("more_fragments", at: 2, 2, of: place, mask: 0x0001)
  fields.add("identification", at: 4, 4, .hex(UInt64(header.identification), digits: 8))
}

/// A mobility header: its message stays unread.
@Sendable func mobility(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.mobility)) }
  return packet.following(try packet.enterExtension(.mobility, bytes))
}

/// The fields of a mobility header (RFC 6275 section 6.1.1).
@Sendable func mobilityFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try fields.extensionHeader(bytes)
  try bytes.require(6)
  fields.add("type", at: 2, 1, .number(UInt64(bytes.u8(2))), mobilityName(bytes.u8(2)))
  fields.add("reserved", at: 3, 1, .hex(UInt64(bytes.u8(3)), digits: 2))
  fields.add("checksum", at: 4, 2, .hex(UInt64(bytes.u16(4)), digits: 4))
  let have = min(bytes.count, header.length)
  if have > 6 { fields.add("message", at: 6, have - 6, .octets) }
}

/// IANA "Mobility Header Types".
private func mobilityName(_ type: UInt8) -> StaticString {
  switch type {
  case 0: "binding refresh request"
  case 1: "home test init"
  case 2: "care-of test init"
  case 3: "home test"
  case 4: "care-of test"
  case 5: "binding update"
  case 6: "binding acknowledgment"
  case 7: "binding error"
  case 8: "fast binding update"
  case 9: "fast binding acknowledgment"
  case 13: "heartbeat"
  default: ""
  }
}

/// Shim6: its payload header is an extension header of eight octets, its control messages end the chain.
@Sendable func shim6(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.shim6)) }
  return packet.following(try packet.enterExtension(.shim6, bytes))
}

/// The fields of a Shim6 header (RFC 5533 section 5).
@Sendable func shim6Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try fields.extensionHeader(bytes)
  try bytes.require(4)
  let isPayload = bytes.u8(2) & 0x80 != 0
  fields.add(
    isPayload ? "context_tag" : "type_and_checksum", at: 2, min(6, bytes.count - 2), .octets,
    isPayload ? "payload" : "control message")
  let have = min(bytes.count, header.length)
  if have > 8 { fields.add("message", at: 8, have - 8, .octets) }
}

/// Nothing follows (RFC 8200 section 4.7); octets that do are nobody's.
@Sendable func noNext(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  Payload(.data, offset: 0, length: packet.claimed)
}
