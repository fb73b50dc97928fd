// Internet Protocol version 4 (RFC 791).

/// The fixed header, in wire order.
public struct IPv4Header: Sendable, Equatable {
  /// Octets of the header without options.
  @inlinable public static var lengthMin: Int { 20 }

  public var version: UInt8
  /// Octets, options included.
  public var headerLength: Int
  public var typeOfService: UInt8
  /// Octets of the whole packet as the header says.
  public var totalLength: Int
  public var identification: UInt16
  public var dontFragment: Bool
  public var moreFragments: Bool
  /// Octets.
  public var fragmentOffset: Int
  public var timeToLive: UInt8
  public var `protocol`: IPProtocol
  public var checksum: UInt16
  public var source: UInt32
  public var destination: UInt32

  /// Reads the fixed header at the start of `bytes`; its values may still lie.
  @inlinable @inline(__always)
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(IPv4Header.lengthMin)
    let h = bytes.extracting(0..<IPv4Header.lengthMin)
    version = h.u8(0) &>> 4
    headerLength = Int(h.u8(0) & 15) &* 4
    typeOfService = h.u8(1)
    totalLength = Int(h.u16(2))
    identification = h.u16(4)
    let fragment = h.u16(6)
    dontFragment = fragment & 0x4000 != 0
    moreFragments = fragment & 0x2000 != 0
    fragmentOffset = Int(fragment & 0x1fff) &* 8
    timeToLive = h.u8(8)
    `protocol` = IPProtocol(rawValue: h.u8(9))
    checksum = h.u16(10)
    source = h.u32(12)
    destination = h.u32(16)
  }
}

/// IPv4: header, options, and the payload as far as the total length says.
@Sendable @inline(__always) func ipv4(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ipv4
  let header = try IPv4Header(bytes)
  if header.version != 4 { throw .invalid(.version) }
  if header.headerLength < IPv4Header.lengthMin { throw .invalid(.headerLength) }
  packet.enter(.ipv4, header: min(header.headerLength, bytes.count))
  packet.beginNetwork(4)
  packet.source = IPAddress(ipv4: header.source)
  packet.destination = IPAddress(ipv4: header.destination)
  packet.ipProtocol = header.protocol
  packet.timeToLive = header.timeToLive
  packet.trafficClass = header.typeOfService
  packet.identification = UInt32(header.identification)
  packet.hasIdentification = true
  packet.dontFragment = header.dontFragment
  packet.fragmentOffset = header.fragmentOffset
  packet.moreFragments = header.moreFragments
  packet.isFragment = header.moreFragments || header.fragmentOffset > 0
  if header.totalLength == 0 {
    // A sender that leaves segmentation to its network card writes 0: the frame's own length counts.
    packet.isLengthAbsent = true
    packet.ipLength = packet.claimed
  } else {
    if header.totalLength < header.headerLength { throw .invalid(.length) }
    packet.ipLength = header.totalLength
    packet.narrow(to: header.totalLength)
  }
  if header.headerLength > IPv4Header.lengthMin {
    try bytes.require(header.headerLength)
    ipv4OptionWalk(bytes, header.headerLength, &packet)
  }
  // Only the first fragment has the header that the protocol number announces.
  let kind: Payload.Kind = header.fragmentOffset > 0 ? .data : .ipProtocol(header.protocol)
  return Payload(kind, offset: header.headerLength, length: packet.claimed &- header.headerLength)
}

/// The fields of an IPv4 header, and its options.
@Sendable func ipv4Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try IPv4Header(bytes)
  let first = UInt64(bytes.u8(0))
  fields.add("version_and_header_length", at: 0, 1, .hex(first, digits: 2))
  fields.bits("version", at: 0, 1, of: first, mask: 0xf0)
  fields.bits("header_length", at: 0, 1, of: first, mask: 0x0f, "times 4 octets")
  let service = UInt64(header.typeOfService)
  fields.add("type_of_service", at: 1, 1, .hex(service, digits: 2))
  fields.bits("dscp", at: 1, 1, of: service, mask: 0xfc, dscpName(header.typeOfService &>> 2))
  fields.bits("ecn", at: 1, 1, of: service, mask: 0x03, ecnName(header.typeOfService & 3))
  fields.add(
    "total_length", at: 2, 2, .number(UInt64(header.totalLength)),
    header.totalLength == 0 ? "left to the network card" : "octets")
  fields.add("identification", at: 4, 2, .hex(UInt64(header.identification), digits: 4))
  let fragment = UInt64(bytes.u16(6))
  fields.add("flags_and_fragment_offset", at: 6, 2, .hex(fragment, digits: 4))
  fields.bits("reserved", at: 6, 2, of: fragment, mask: 0x8000)
  fields.bits("dont_fragment", at: 6, 2, of: fragment, mask: 0x4000)
  fields.bits("more_fragments", at: 6, 2, of: fragment, mask: 0x2000)
  fields.bits("fragment_offset", at: 6, 2, of: fragment, mask: 0x1fff, "times 8 octets")
  fields.add("time_to_live", at: 8, 1, .number(UInt64(header.timeToLive)))
  fields.add("protocol", at: 9, 1, .number(UInt64(header.protocol.rawValue)), header.protocol.name)
  fields.add("checksum", at: 10, 2, .hex(UInt64(header.checksum), digits: 4))
  fields.add("source", at: 12, 4, .address(IPAddress(ipv4: header.source)), ipv4Scope(header.source))
  fields.add(
    "destination", at: 16, 4, .address(IPAddress(ipv4: header.destination)), ipv4Scope(header.destination))
  try fields.ipv4Options(bytes, max(IPv4Header.lengthMin, header.headerLength))
}
