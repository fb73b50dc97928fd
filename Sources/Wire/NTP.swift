// Network Time Protocol, its header (RFC 5905 section 7.3; control messages RFC 9327; SNTP RFC 4330).

/// The header, in wire order.
public struct NTPHeader: Sendable, Equatable {
  /// Octets of the header of the modes that carry time.
  public static let length = 48
  /// Seconds from 1900, where NTP's eras begin, to the Unix epoch.
  static let epoch: Int64 = 2_208_988_800

  public var leap: UInt8
  public var version: UInt8
  public var mode: UInt8
  public var stratum: UInt8
  /// Powers of two, in seconds.
  public var poll: Int8
  public var precision: Int8
  /// Seconds, as 16.16 fixed point.
  public var rootDelay: UInt32
  public var rootDispersion: UInt32
  public var reference: UInt32
  /// Seconds and fraction since 1900, 32.32 fixed point.
  public var referenceTime: UInt64
  public var originTime: UInt64
  public var receiveTime: UInt64
  public var transmitTime: UInt64

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(NTPHeader.length)
    let h = bytes.extracting(0..<NTPHeader.length)
    leap = h.u8(0) &>> 6
    version = h.u8(0) &>> 3 & 7
    mode = h.u8(0) & 7
    stratum = h.u8(1)
    poll = Int8(bitPattern: h.u8(2))
    precision = Int8(bitPattern: h.u8(3))
    rootDelay = h.u32(4)
    rootDispersion = h.u32(8)
    reference = h.u32(12)
    referenceTime = h.u64(16)
    originTime = h.u64(24)
    receiveTime = h.u64(32)
    transmitTime = h.u64(40)
  }

  /// A timestamp as nanoseconds since the Unix epoch. A first bit of 0 means the era that begins in 2036
  /// (RFC 4330 section 3).
  public static func unix(_ timestamp: UInt64) -> Int64 {
    var seconds = Int64(timestamp &>> 32) - epoch
    if timestamp &>> 63 == 0 { seconds += 1 << 32 }
    return seconds * 1_000_000_000 + Int64(((timestamp & 0xffff_ffff) * 1_000_000_000) &>> 32)
  }

  /// A mode by its name (RFC 5905 figure 10).
  public static func modeName(_ mode: UInt8) -> StaticString {
    switch mode {
    case 1: "symmetric active"
    case 2: "symmetric passive"
    case 3: "client"
    case 4: "server"
    case 5: "broadcast"
    case 6: "control"
    case 7: "private"
    default: "reserved"
    }
  }
}

/// NTP: the header; what follows it (extensions, a key and a digest) is left as octets.
@Sendable func ntp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if bytes.count < 1 { return packet.disown(.udp) }
  let mode = bytes.u8(0) & 7
  let version = bytes.u8(0) &>> 3 & 7
  // Control and private messages have headers of their own, of 12 and 8 octets.
  let length = mode == 6 ? 12 : mode == 7 ? 8 : NTPHeader.length
  guard mode != 0, version >= 1, version <= 4, packet.claimed >= length else {
    return packet.disown(.udp)
  }
  packet.reading = .ntp
  try bytes.require(length)
  packet.enterApplication(.ntp, header: length)
  return nil
}

/// The fields of an NTP header.
@Sendable func ntpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(1)
  let first = UInt64(bytes.u8(0))
  let mode = bytes.u8(0) & 7
  fields.add("leap_version_mode", at: 0, 1, .hex(first, digits: 2), NTPHeader.modeName(mode))
  fields.bits("leap_indicator", at: 0, 1, of: first, mask: 0xc0, leapName(bytes.u8(0) &>> 6))
  fields.bits("version", at: 0, 1, of: first, mask: 0x38)
  fields.bits("mode", at: 0, 1, of: first, mask: 0x07, NTPHeader.modeName(mode))
  if mode == 6 { return try controlFields(bytes, &fields) }
  if mode == 7 { return }
  let header = try NTPHeader(bytes)
  fields.add("stratum", at: 1, 1, .number(UInt64(header.stratum)), stratumName(header.stratum))
  fields.add("poll", at: 2, 1, .signed(Int64(header.poll)), "log2 seconds")
  fields.add("precision", at: 3, 1, .signed(Int64(header.precision)), "log2 seconds")
  fields.add("root_delay", at: 4, 4, .fixed(UInt64(header.rootDelay), fractionBits: 16), "seconds")
  fields.add(
    "root_dispersion", at: 8, 4, .fixed(UInt64(header.rootDispersion), fractionBits: 16), "seconds")
  // Stratum 0 and 1: four letters; further away: the address of the server's own source.
  if header.stratum <= 1 {
    fields.add("reference", at: 12, 4, .text)
  } else {
    fields.add("reference", at: 12, 4, .address(IPAddress(ipv4: header.reference)))
  }
  stamp("reference_time", at: 16, header.referenceTime, &fields)
  stamp("origin_time", at: 24, header.originTime, &fields)
  stamp("receive_time", at: 32, header.receiveTime, &fields)
  stamp("transmit_time", at: 40, header.transmitTime, &fields)
  // RFC 7822: behind the extensions, or without any, a key and the digest made with it.
  let rest = bytes.count &- NTPHeader.length
  if rest == 20 || rest == 24 {
    fields.add("key", at: 48, 4, .number(UInt64(bytes.u32(48))))
    fields.add("digest", at: 52, rest - 4, .octets)
  }
}

/// The fields of a control message behind its first octet (RFC 9327 section 2).
private func controlFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(12)
  let code = UInt64(bytes.u8(1))
  fields.add("operation", at: 1, 1, .hex(code, digits: 2))
  fields.bits("response", at: 1, 1, of: code, mask: 0x80)
  fields.bits("error", at: 1, 1, of: code, mask: 0x40)
  fields.bits("more", at: 1, 1, of: code, mask: 0x20)
  fields.bits("operation_code", at: 1, 1, of: code, mask: 0x1f)
  fields.add("sequence", at: 2, 2, .number(UInt64(bytes.u16(2))))
  fields.add("status", at: 4, 2, .hex(UInt64(bytes.u16(4)), digits: 4))
  fields.add("association", at: 6, 2, .number(UInt64(bytes.u16(6))))
  fields.add("data_offset", at: 8, 2, .number(UInt64(bytes.u16(8))), "octets")
  fields.add("data_count", at: 10, 2, .number(UInt64(bytes.u16(10))), "octets")
  let count = min(Int(bytes.u16(10)), bytes.count &- 12)
  if count > 0 { fields.add("data", at: 12, count, .text) }
}

private func stamp(_ name: StaticString, at offset: Int, _ value: UInt64, _ fields: inout Fields) {
  if value == 0 {
    fields.add(name, at: offset, 8, .number(0), "unknown")
  } else {
    fields.add(name, at: offset, 8, .time(NTPHeader.unix(value)))
  }
}

private func leapName(_ leap: UInt8) -> StaticString {
  switch leap {
  case 0: "no warning"
  case 1: "last minute has 61 seconds"
  case 2: "last minute has 59 seconds"
  default: "clock not synchronized"
  }
}

private func stratumName(_ stratum: UInt8) -> StaticString {
  switch stratum {
  case 0: "unspecified or kiss of death"
  case 1: "primary server"
  case 2...15: "secondary server"
  case 16: "unsynchronized"
  default: "reserved"
  }
}
