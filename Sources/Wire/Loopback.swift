// Frames that begin with a BSD address family (LINKTYPE_NULL and LINKTYPE_LOOP), and those that begin with
// the IP header (LINKTYPE_RAW).

/// The four octets of a loopback frame: an address family in the byte order of the host that captured it.
public struct LoopbackHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 4

  /// An AF_ value, 2 for IPv4 everywhere, and one of several for IPv6.
  public var family: UInt32
  /// The octets stand in the order of a little-endian host.
  public var isLittleEndian: Bool

  /// Reads the header at the start of `bytes`. Families are small: the order that makes the number small is
  /// the right one.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(LoopbackHeader.length)
    let word = bytes.u32(0)
    isLittleEndian = word & 0xffff_0000 != 0
    family = isLittleEndian ? word.byteSwapped : word
  }
}

/// A loopback frame: a family, then its packet.
@Sendable func loopback(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .loopback
  let header = try LoopbackHeader(bytes)
  packet.enter(.loopback, header: LoopbackHeader.length)
  let length = packet.claimed &- LoopbackHeader.length
  switch header.family {
  case 2: return Payload(.etherType(.ipv4), offset: LoopbackHeader.length, length: length)
  case 10, 24, 28, 30: return Payload(.etherType(.ipv6), offset: LoopbackHeader.length, length: length)
  case 7: return Payload(.llc, offset: LoopbackHeader.length, length: length)
  default:
    // Some drivers write an EtherType there.
    guard header.family >= 0x0600 && header.family <= 0xffff else {
      return Payload(.data, offset: LoopbackHeader.length, length: length)
    }
    let type = EtherType(rawValue: UInt16(truncatingIfNeeded: header.family))
    return Payload(.etherType(type), offset: LoopbackHeader.length, length: length)
  }
}

/// The field of a loopback frame.
@Sendable func loopbackFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try LoopbackHeader(bytes)
  fields.add("family", at: 0, 4, .number(UInt64(header.family)), familyName(header.family))
}

/// Whose number it is: IPv6 has Linux's, NetBSD's, FreeBSD's and Darwin's.
private func familyName(_ family: UInt32) -> StaticString {
  switch family {
  case 2: "IPv4"
  case 7: "OSI"
  case 10: "IPv6 (Linux)"
  case 23: "IPX"
  case 24: "IPv6 (NetBSD, OpenBSD)"
  case 28: "IPv6 (FreeBSD)"
  case 30: "IPv6 (Darwin)"
  default: ""
  }
}

/// A frame that is an IP packet: its first four bits say which.
@Sendable func rawIP(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .none
  try bytes.require(1)
  switch bytes.u8(0) &>> 4 {
  case 4: return Payload(.etherType(.ipv4), offset: 0, length: packet.claimed)
  case 6: return Payload(.etherType(.ipv6), offset: 0, length: packet.claimed)
  default: throw .invalid(.version)
  }
}
