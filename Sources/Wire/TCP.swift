// Transmission Control Protocol (RFC 9293).

/// The fixed header, in wire order.
public struct TCPHeader: Sendable, Equatable {
  /// Octets of the header without options.
  public static let lengthMin = 20

  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var sequence: UInt32
  public var acknowledgment: UInt32
  /// Octets, options included.
  public var headerLength: Int
  public var flags: TCPFlags
  /// As on the wire, unscaled.
  public var window: UInt16
  public var checksum: UInt16
  public var urgent: UInt16

  /// Reads the fixed header at the start of `bytes`; its values may still lie.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(TCPHeader.lengthMin)
    let h = bytes.extracting(0..<TCPHeader.lengthMin)
    sourcePort = h.u16(0)
    destinationPort = h.u16(2)
    sequence = h.u32(4)
    acknowledgment = h.u32(8)
    headerLength = Int(h.u8(12) &>> 4) &* 4
    flags = TCPFlags(rawValue: h.u16(12) & 0x1ff)
    window = h.u16(14)
    checksum = h.u16(16)
    urgent = h.u16(18)
  }
}

/// TCP: header, options, and the octets of the stream.
@Sendable func tcp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .tcp
  if bytes.count >= 4 {
    packet.sourcePort = bytes.u16(0)
    packet.destinationPort = bytes.u16(2)
    packet.hasPorts = true
  }
  let header = try TCPHeader(bytes)
  if header.headerLength < TCPHeader.lengthMin { throw .invalid(.headerLength) }
  packet.enter(.tcp, header: min(header.headerLength, bytes.count))
  packet.hasTCP = true
  packet.tcp.begin(header)
  if header.headerLength > TCPHeader.lengthMin {
    tcpOptions(bytes, min(header.headerLength, bytes.count), &packet)
    try bytes.require(header.headerLength)
  }
  return Payload(
    .tcp(source: header.sourcePort, destination: header.destinationPort), offset: header.headerLength,
    length: packet.claimed &- header.headerLength)
}
