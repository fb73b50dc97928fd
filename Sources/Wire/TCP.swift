// Transmission Control Protocol (RFC 9293).

/// The fixed header, in wire order.
public struct TCPHeader: Sendable, Equatable {
  /// Octets of the header without options.
  @inlinable public static var lengthMin: Int { 20 }
  /// Where the checksum stands.
  static let checksumOffset = 16

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
  @inlinable @inline(__always)
  public init(_ bytes: Bytes) throws(Malformed) {
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
@Sendable @inline(__always) func tcp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .tcp
  packet.readPorts(bytes)
  let header = try TCPHeader(bytes)
  if header.headerLength < TCPHeader.lengthMin { throw .invalid(.headerLength) }
  packet.enter(.tcp, header: min(header.headerLength, bytes.count))
  packet.hasTCP = true
  packet.tcp.begin(header)
  if header.headerLength > TCPHeader.lengthMin {
    takeTCPOptions(bytes, min(header.headerLength, bytes.count), &packet)
    if bytes.count < header.headerLength {
      // Options that the capture cut: how long the payload is stands in the headers that were read.
      let length = min(header.headerLength, packet.claimed)
      packet.payloadOffset = packet.offset &+ length
      packet.payloadLength = packet.claimed &- length
      packet.payloadCaptured = 0
    }
    try bytes.require(header.headerLength)
  }
  return Payload(
    .tcp(source: header.sourcePort, destination: header.destinationPort), offset: header.headerLength,
    length: packet.claimed &- header.headerLength)
}

/// The fields of a TCP header, and its options.
@Sendable func tcpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try TCPHeader(bytes)
  fields.add("source_port", at: 0, 2, .number(UInt64(header.sourcePort)))
  fields.add("destination_port", at: 2, 2, .number(UInt64(header.destinationPort)))
  fields.add("sequence", at: 4, 4, .number(UInt64(header.sequence)))
  fields.add(
    "acknowledgment", at: 8, 4, .number(UInt64(header.acknowledgment)),
    !header.flags.contains(.ack) && header.acknowledgment != 0 ? "not valid: the flag is not set" : "")
  let word = UInt64(bytes.u16(12))
  fields.add("header_length_and_flags", at: 12, 2, .hex(word, digits: 4))
  fields.bits("header_length", at: 12, 2, of: word, mask: 0xf000, "times 4 octets")
  fields.bits("reserved", at: 12, 2, of: word, mask: 0x0e00)
  fields.bits("ae", at: 12, 2, of: word, mask: 0x0100, "accurate ECN")
  fields.bits("cwr", at: 12, 2, of: word, mask: 0x0080, "congestion window reduced")
  fields.bits("ece", at: 12, 2, of: word, mask: 0x0040, "ECN echo")
  fields.bits("urg", at: 12, 2, of: word, mask: 0x0020, "urgent pointer counts")
  fields.bits("ack", at: 12, 2, of: word, mask: 0x0010, "acknowledgment counts")
  fields.bits("psh", at: 12, 2, of: word, mask: 0x0008, "push")
  fields.bits("rst", at: 12, 2, of: word, mask: 0x0004, "reset")
  fields.bits("syn", at: 12, 2, of: word, mask: 0x0002, "synchronize")
  fields.bits("fin", at: 12, 2, of: word, mask: 0x0001, "no more data")
  fields.add("window", at: 14, 2, .number(UInt64(header.window)), "unscaled")
  fields.add("checksum", at: 16, 2, .hex(UInt64(header.checksum), digits: 4))
  fields.add("urgent_pointer", at: 18, 2, .number(UInt64(header.urgent)))
  try fields.tcpOptions(bytes, max(TCPHeader.lengthMin, header.headerLength))
}
