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
  let header = try TCPHeader(bytes)
  packet.sourcePort = header.sourcePort
  packet.destinationPort = header.destinationPort
  packet.hasPorts = true
  if header.headerLength < TCPHeader.lengthMin { throw .invalid(.headerLength) }
  packet.enter(.tcp, header: min(header.headerLength, bytes.count))
  packet.hasTCP = true
  packet.tcp.sequence = header.sequence
  packet.tcp.acknowledgment = header.acknowledgment
  packet.tcp.window = header.window
  packet.tcp.flags = header.flags
  packet.tcp.urgent = header.urgent
  packet.tcp.headerLength = UInt8(header.headerLength)
  packet.payloadOffset = packet.offset &+ header.headerLength
  packet.payloadLength = max(0, packet.claimed &- header.headerLength)
  packet.payloadCaptured = max(0, bytes.count &- header.headerLength)
  try bytes.require(header.headerLength)
  if packet.payloadLength == 0 { return nil }
  return Payload(
    .tcp(source: header.sourcePort, destination: header.destinationPort), offset: header.headerLength,
    length: packet.payloadLength)
}
