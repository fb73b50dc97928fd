// Generic routing encapsulation (RFC 2784, RFC 2890), its forerunner with source routes (RFC 1701), and
// version 1, which is PPTP's (RFC 2637).

/// The header, in wire order; what its flags say is absent is nil.
public struct GREHeader: Sendable, Equatable {
  /// Octets without optional fields.
  public static let lengthMin = 4
  /// The most source route entries that are skipped.
  public static let routesMax = 16

  public var flags: UInt16
  public var `protocol`: EtherType
  public var checksum: UInt16?
  public var key: UInt32?
  public var sequence: UInt32?
  /// Version 1 only.
  public var acknowledgment: UInt32?
  /// Octets, optional fields included.
  public var length: Int
  /// Octets before the source route, when there is one.
  var routeOffset: Int?

  /// 0, or 1 for PPTP.
  public var version: UInt8 { UInt8(truncatingIfNeeded: flags & 7) }
  /// Octets of payload that version 1 tells in the upper half of its key.
  public var payloadLength: Int? { version == 1 ? key.map { Int($0 &>> 16) } : nil }

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(GREHeader.lengthMin)
    flags = bytes.u16(0)
    `protocol` = EtherType(rawValue: bytes.u16(2))
    var at = GREHeader.lengthMin
    let hasRoute = flags & 0x4000 != 0
    if flags & 0x8000 != 0 || hasRoute {
      try bytes.require(at &+ 4)
      checksum = bytes.u16(at)
      at &+= 4
    }
    if flags & 0x2000 != 0 {
      try bytes.require(at &+ 4)
      key = bytes.u32(at)
      at &+= 4
    }
    if flags & 0x1000 != 0 {
      try bytes.require(at &+ 4)
      sequence = bytes.u32(at)
      at &+= 4
    }
    if flags & 7 == 1 && flags & 0x0080 != 0 {
      try bytes.require(at &+ 4)
      acknowledgment = bytes.u32(at)
      at &+= 4
    }
    if hasRoute {
      routeOffset = at
      at = try GREHeader.skipRoute(bytes, from: at)
    }
    length = at
  }

  /// Source route entries, the last of which is empty (RFC 1701 section 2.1).
  private static func skipRoute(_ bytes: Bytes, from start: Int) throws(Malformed) -> Int {
    var at = start
    for _ in 0..<routesMax {
      try bytes.require(at &+ 4)
      let isLast = bytes.u16(at) == 0 && bytes.u8(at &+ 3) == 0
      at &+= 4 &+ Int(bytes.u8(at &+ 3))
      try bytes.require(at)
      if isLast { return at }
    }
    throw .invalid(.count)
  }
}

/// GRE: the optional fields that its flags announce, then what its EtherType says.
@Sendable func gre(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .gre
  let header = try GREHeader(bytes)
  if header.version > 1 { throw .invalid(.version) }
  packet.enter(.gre, header: header.length)
  if let key = header.key { packet.tunnelIdentifier = header.version == 1 ? key & 0xffff : key }
  var length = packet.claimed &- header.length
  if let told = header.payloadLength {
    if told > length && !packet.isFragment { packet.note(.invalid(.length)) }
    length = min(length, told)
  }
  if length == 0 { return Payload(.data, offset: header.length, length: 0) }
  // The first ERSPAN has GRE's number of the second, but neither a sequence number nor a header.
  let kind: Payload.Kind =
    header.protocol == .erspan2 && header.sequence == nil ? .link(.ethernet) : .etherType(header.protocol)
  return Payload(kind, offset: header.length, length: length)
}

/// The fields of a GRE header.
@Sendable func greFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try GREHeader(bytes)
  let flags = UInt64(header.flags)
  fields.add("flags_and_version", at: 0, 2, .hex(flags, digits: 4))
  fields.bits("checksum_present", at: 0, 2, of: flags, mask: 0x8000)
  fields.bits("routing_present", at: 0, 2, of: flags, mask: 0x4000)
  fields.bits("key_present", at: 0, 2, of: flags, mask: 0x2000)
  fields.bits("sequence_present", at: 0, 2, of: flags, mask: 0x1000)
  fields.bits("strict_source_route", at: 0, 2, of: flags, mask: 0x0800)
  fields.bits("recursion", at: 0, 2, of: flags, mask: 0x0700)
  if header.version == 1 { fields.bits("acknowledgment_present", at: 0, 2, of: flags, mask: 0x0080) }
  fields.bits("version", at: 0, 2, of: flags, mask: 0x0007, header.version == 1 ? "PPTP" : "")
  fields.add(
    "protocol", at: 2, 2, .hex(UInt64(header.protocol.rawValue), digits: 4), header.protocol.name)
  var at = GREHeader.lengthMin
  if let checksum = header.checksum {
    fields.add("checksum", at: at, 2, .hex(UInt64(checksum), digits: 4))
    fields.add("offset", at: at + 2, 2, .number(UInt64(bytes.u16(at + 2))))
    at += 4
  }
  if let key = header.key {
    if header.version == 1 {
      fields.add("payload_length", at: at, 2, .number(UInt64(key &>> 16)), "octets")
      fields.add("call", at: at + 2, 2, .number(UInt64(key & 0xffff)))
    } else {
      fields.add("key", at: at, 4, .hex(UInt64(key), digits: 8))
    }
    at += 4
  }
  if let sequence = header.sequence {
    fields.add("sequence", at: at, 4, .number(UInt64(sequence)))
    at += 4
  }
  if let acknowledgment = header.acknowledgment {
    fields.add("acknowledgment", at: at, 4, .number(UInt64(acknowledgment)))
    at += 4
  }
  if at < header.length { fields.add("source_route", at: at, header.length - at, .octets) }
}
