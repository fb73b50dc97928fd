// Internet Protocol version 6 (RFC 8200).

/// The fixed header, in wire order.
public struct IPv6Header: Sendable, Equatable {
  /// Octets of the header.
  @inlinable public static var length: Int { 40 }

  public var version: UInt8
  public var trafficClass: UInt8
  public var flowLabel: UInt32
  /// Octets behind this header, extension headers included.
  public var payloadLength: Int
  public var nextHeader: IPProtocol
  public var hopLimit: UInt8
  public var source: IPAddress
  public var destination: IPAddress

  /// Reads the header at the start of `bytes`; its values may still lie.
  @inlinable @inline(__always)
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(IPv6Header.length)
    let h = bytes.extracting(0..<IPv6Header.length)
    let word = h.u32(0)
    version = UInt8(truncatingIfNeeded: word &>> 28)
    trafficClass = UInt8(truncatingIfNeeded: word &>> 20)
    flowLabel = word & 0xf_ffff
    payloadLength = Int(h.u16(4))
    nextHeader = IPProtocol(rawValue: h.u8(6))
    hopLimit = h.u8(7)
    source = IPAddress(ipv6: h, at: 8)
    destination = IPAddress(ipv6: h, at: 24)
  }
}

/// IPv6: the fixed header, and the payload as far as its length says.
@Sendable func ipv6(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ipv6
  let header = try IPv6Header(bytes)
  if header.version != 6 { throw .invalid(.version) }
  packet.enter(.ipv6, header: IPv6Header.length)
  packet.beginNetwork(6)
  packet.source = header.source
  packet.destination = header.destination
  packet.ipProtocol = header.nextHeader
  packet.timeToLive = header.hopLimit
  packet.trafficClass = header.trafficClass
  if header.payloadLength > 0 || packet.claimed <= EthernetHeader.paddedLength
    || header.nextHeader == .noNext
  {
    packet.ipLength = IPv6Header.length &+ header.payloadLength
    packet.narrow(to: packet.ipLength)
  } else {
    // A length of 0 is that of a jumbogram, whose option tells the length (RFC 2675 section 3), or of a
    // sender that leaves segmentation to its network card: the frame's own length counts until an option says
    // better.
    packet.isLengthAbsent = true
    packet.ipLength = packet.claimed
  }
  return Payload(
    .ipProtocol(header.nextHeader), offset: IPv6Header.length, length: packet.claimed &- IPv6Header.length)
}

/// The fields of the fixed header.
@Sendable func ipv6Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try IPv6Header(bytes)
  let word = UInt64(bytes.u32(0))
  fields.add("version_class_and_label", at: 0, 4, .hex(word, digits: 8))
  fields.bits("version", at: 0, 4, of: word, mask: 0xf000_0000)
  fields.bits("dscp", at: 0, 4, of: word, mask: 0x0fc0_0000, dscpName(header.trafficClass &>> 2))
  fields.bits("ecn", at: 0, 4, of: word, mask: 0x0030_0000, ecnName(header.trafficClass & 3))
  fields.bits("flow_label", at: 0, 4, of: word, mask: 0x000f_ffff)
  fields.add(
    "payload_length", at: 4, 2, .number(UInt64(header.payloadLength)),
    header.payloadLength == 0 ? "none, or told elsewhere: jumbogram, offload" : "octets")
  fields.add("next_header", at: 6, 1, .number(UInt64(header.nextHeader.rawValue)), header.nextHeader.name)
  fields.add("hop_limit", at: 7, 1, .number(UInt64(header.hopLimit)))
  fields.add("source", at: 8, 16, .address(header.source), ipv6Scope(header.source))
  fields.add("destination", at: 24, 16, .address(header.destination), ipv6Scope(header.destination))
}

/// Where an address is good (RFC 4291, IANA "IPv6 Special-Purpose Address Registry").
func ipv6Scope(_ address: IPAddress) -> StaticString {
  if address.high == 0 {
    if address.low == 0 { return "unspecified" }
    if address.low == 1 { return "loopback" }
    if address.low &>> 32 == 0xffff { return "IPv4-mapped" }
    return ""
  }
  switch address.high &>> 48 {
  case 0xfe80...0xfebf: return "link-local"
  case 0xfc00...0xfdff: return "unique local"
  case 0x2002: return "6to4"
  case 0xff01: return "multicast, interface"
  case 0xff02: return "multicast, link"
  case 0xff05: return "multicast, site"
  case 0xff0e: return "multicast, global"
  case 0xff00...0xffff: return "multicast"
  default: break
  }
  switch address.high &>> 32 {
  case 0x2001_0000: return "Teredo"
  case 0x2001_0db8: return "documentation"
  case 0x0064_ff9b: return "IPv4 behind a translator"
  default: return ""
  }
}
