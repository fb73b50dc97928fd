// User Datagram Protocol (RFC 768) and its light sister, UDP-Lite (RFC 3828).

/// The header, in wire order.
public struct UDPHeader: Sendable, Equatable {
  /// Octets of the header.
  @inlinable public static var length: Int { 8 }

  public var sourcePort: UInt16
  public var destinationPort: UInt16
  /// Octets of header and payload; of UDP-Lite, those that the checksum covers.
  public var length: Int
  public var checksum: UInt16

  /// Reads the header at the start of `bytes`.
  @inlinable @inline(__always)
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(UDPHeader.length)
    let h = bytes.extracting(0..<UDPHeader.length)
    sourcePort = h.u16(0)
    destinationPort = h.u16(2)
    length = Int(h.u16(4))
    checksum = h.u16(6)
  }
}

/// UDP: ports, and the payload as far as the length says.
@Sendable func udp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .udp
  packet.readPorts(bytes)
  let header = try UDPHeader(bytes)
  packet.enter(.udp, header: UDPHeader.length)
  var length = packet.claimed
  // A length of 0 is that of a jumbogram (RFC 2675 section 4) or of a sender that leaves it to its network
  // card.
  if header.length > 0 || !packet.isJumbo {
    if header.length < UDPHeader.length { throw .invalid(.length) }
    // The rest of a fragmented datagram is in other frames. Octets behind the length are nobody's (or
    // options, which few send).
    if header.length > length && !packet.isFragment { packet.note(.invalid(.length)) }
    length = min(length, header.length)
  }
  return Payload(
    .udp(source: header.sourcePort, destination: header.destinationPort), offset: UDPHeader.length,
    length: length &- UDPHeader.length)
}

extension Packet {
  /// Whether the innermost IP packet is longer than 65535 octets, or does not say how long it is.
  fileprivate var isJumbo: Bool { isLengthAbsent || ipLength > 65535 }

  /// Takes the ports at the start of a transport header, when at least they were captured.
  @inline(__always)
  mutating func readPorts(_ bytes: Bytes) {
    guard bytes.count >= 4 else { return }
    sourcePort = bytes.u16(0)
    destinationPort = bytes.u16(2)
    hasPorts = true
  }
}

/// The fields of a UDP header.
@Sendable func udpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try UDPHeader(bytes)
  fields.add("source_port", at: 0, 2, .number(UInt64(header.sourcePort)))
  fields.add("destination_port", at: 2, 2, .number(UInt64(header.destinationPort)))
  fields.add("length", at: 4, 2, .number(UInt64(header.length)), header.length == 0 ? "none" : "octets")
  fields.add(
    "checksum", at: 6, 2, .hex(UInt64(header.checksum), digits: 4), header.checksum == 0 ? "none" : "")
}

/// UDP-Lite: ports, and a checksum that covers only the octets that the length says.
@Sendable func udpLite(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .udpLite
  packet.readPorts(bytes)
  let header = try UDPHeader(bytes)
  // RFC 3828 section 3.1: 0 covers all; else at least the header is covered.
  if header.length > 0 && header.length < UDPHeader.length { throw .invalid(.length) }
  packet.enter(.udpLite, header: UDPHeader.length)
  return Payload(
    .data, offset: UDPHeader.length, length: packet.claimed &- UDPHeader.length)
}

/// The fields of a UDP-Lite header.
@Sendable func udpLiteFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try UDPHeader(bytes)
  fields.add("source_port", at: 0, 2, .number(UInt64(header.sourcePort)))
  fields.add("destination_port", at: 2, 2, .number(UInt64(header.destinationPort)))
  fields.add(
    "checksum_coverage", at: 4, 2, .number(UInt64(header.length)),
    header.length == 0 ? "the whole datagram" : "octets")
  fields.add("checksum", at: 6, 2, .hex(UInt64(header.checksum), digits: 4))
}
