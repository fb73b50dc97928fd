// Segments in a connection's own numbers, read from a packet or right from the octets of a plain frame.

internal import Wire

extension TCPConnection {
  /// A segment in the connection's own numbers, counted from where each end is.
  @inline(__always)
  mutating func segment(_ packet: inout Packet, _ frame: Frame, _ side: FlowSide) -> Segment {
    let flags = packet.tcp.flags
    let hasIdentification = packet.hasIdentification && packet.ipVersion == 4 && packet.identification != 0
    return Segment(
      side: side, frame: frame.number, time: frame.time, flags: flags,
      sequence: relative(packet.tcp.sequence, side.rawValue), payload: Int64(packet.payloadLength),
      acknowledgment: flags.contains(.ack) ? relative(packet.tcp.acknowledgment, side.other.rawValue) : 0,
      window: packet.tcp.window,
      timestamps: packet.tcp.hasTimestamps ? (packet.tcp.timestampValue, packet.tcp.timestampEcho) : nil,
      identification: hasIdentification ? UInt16(truncatingIfNeeded: packet.identification) : nil,
      sackCount: min(4, Int(packet.tcp.sackCount)),
      isDuplicateSACK: packet.tcp.sackCount > 0 && packet.tcp.isDuplicateSACK)
  }

  /// The same of a plain frame with a segment that acknowledges, neither opens nor resets, and has no options
  /// but time stamps.
  @inline(__always)
  mutating func segment(
    _ octets: Bytes, _ frame: Frame, _ shape: PlainShape, _ side: FlowSide
  ) -> Segment {
    // Cut twice: a window from nothing to a number has that length, and what is read in it needs no check.
    let transport = octets.extracting(shape.transport..<octets.count)
    let header = transport.extracting(0..<TCPHeader.lengthMin)
    var timestamps: (value: UInt32, echo: UInt32)?
    if shape.header > TCPHeader.lengthMin {
      let whole = transport.extracting(0..<TCPHeader.lengthMin &+ 12)
      timestamps = (whole.u32(24), whole.u32(28))
    }
    let identification = shape.identification(octets)
    // Without the bits of SYN and RST, which are not set: of a flag that cannot be there nobody asks.
    let flags = TCPFlags(rawValue: header.u16(12) & 0x1f9)
    return Segment(
      side: side, frame: frame.number, time: frame.time, flags: flags,
      sequence: relative(header.u32(4), side.rawValue), payload: Int64(shape.payload),
      acknowledgment: relative(header.u32(8), side.other.rawValue), window: header.u16(14),
      timestamps: timestamps, identification: identification != 0 ? identification : nil, sackCount: 0,
      isDuplicateSACK: false)
  }

  /// What a segment acknowledges selectively, in the peer's numbers, the first block first.
  mutating func selected(_ segment: Segment, _ packet: inout Packet) -> SelectedBlocks {
    var blocks = SelectedBlocks(repeating: ClosedBlock(start: 0, end: 0))
    let peer = segment.side.other.rawValue
    for i in 0..<segment.sackCount {
      blocks[i] = ClosedBlock(
        start: relative(packet.tcp.sackLeft[i], peer), end: relative(packet.tcp.sackRight[i], peer))
    }
    return blocks
  }

  /// A number of the wire in an end's own, the nearest to the highest that the end has sent.
  @inline(__always)
  private mutating func relative(_ number: UInt32, _ end: Int) -> Int64 {
    let near = ends[end].highest
    let initial = ends[end].initialSequence ?? 0
    return near + distance(from: initial &+ UInt32(truncatingIfNeeded: near), to: number)
  }
}
