// The straight path: nearly every frame is Ethernet, then IPv4 without options or IPv6 without extension
// headers, then TCP or UDP, and sound. Such a frame is read here at once: whether it is plain is looked at
// first, by the few octets that tell, and only then is anything written. What is not plain is left to the
// dissectors, untouched; both say the same of every frame (`StraightPathTests`).

/// What a plain frame carries above its ports.
struct PlainPayload {
  var kind: Payload.Kind
  /// Where in the frame it lies, as far as it was captured.
  var octets: Range<Int>
  /// Layers that were read.
  var layers: Int
}

extension Packet {
  /// Whether the innermost transport header was read on the straight path.
  public var isPlain: Bool { plainTransport > 0 }

  /// Reads a plain frame. Nil when it is not plain, and then nothing has been written.
  @inline(__always)
  mutating func readPlain(_ bytes: Bytes, _ frame: Frame) -> PlainPayload? {
    guard let shape = PlainShape(bytes, frame) else { return nil }
    let wire = max(frame.wireLength, bytes.count)
    forgetRest()
    capturedLength = bytes.count
    wireLength = wire
    link = .ethernet
    writeLink(bytes.extracting(0..<PlainShape.octetsMin), shape, wire)
    let header = bytes.extracting(shape.network..<shape.network &+ 40)
    if shape.version == 4 { writeIPv4(header) } else { writeIPv6(header) }
    writeNetwork(shape, wire)
    let octets = bytes.extracting(shape.transport..<min(shape.network &+ shape.total, bytes.count))
    return writeTransport(octets, shape)
  }

  /// Writes what is asked of a segment by who judges it, given the shape of its frame: its TCP header, the
  /// lengths, and the few marks of IP. Nothing else is written, or forgotten: it is for a packet that is read
  /// in no other way.
  public mutating func readSegment(_ bytes: Bytes, _ shape: PlainShape) {
    let header = bytes.extracting(shape.network..<shape.network &+ 40)
    if shape.version == 4 {
      (trafficClass, identification, hasIdentification) = (header.u8(1), UInt32(header.u16(4)), true)
    } else {
      trafficClass = UInt8(truncatingIfNeeded: header.u16(0) &>> 4)
      (identification, hasIdentification) = (0, false)
    }
    (ipVersion, ipProtocol, ipLength) = (shape.version, .tcp, shape.total)
    (plainTransport, hasPorts, hasTCP) = (shape.transport, true, true)
    let octets = bytes.extracting(shape.transport..<min(shape.network &+ shape.total, bytes.count))
    payloadLength = shape.payload
    payloadCaptured = min(shape.payload, octets.count &- shape.header)
    if let header = try? TCPHeader(octets) { tcp.begin(header) }
    if shape.header > TCPHeader.lengthMin { takeTCPOptions(octets, shape.header, &self) }
  }

  /// Writes what is in front of the IP header.
  @inline(__always)
  private mutating func writeLink(_ h: Bytes, _ shape: PlainShape, _ wire: Int) {
    // Twelve octets in two reads: of six alone the compiler makes six.
    let first = h.word(0).byteSwapped
    destinationMAC = first &>> 16
    sourceMAC = (first & 0xffff) &<< 32 | UInt64(h.u32(8))
    hasMAC = true
    etherType = shape.version == 4 ? .ipv4 : .ipv6
    layers[0] = Layer(
      kind: .ethernet, offset: 0, headerLength: Int32(EthernetHeader.length),
      length: Int32(truncatingIfNeeded: wire))
    vlanCount = 0
    if !shape.isTagged { return }
    vlans[0] = h.u16(14)
    vlanCount = 1
    layers[1] = Layer(
      kind: .vlan, offset: Int32(EthernetHeader.length), headerLength: Int32(VLANHeader.length),
      length: Int32(truncatingIfNeeded: wire &- EthernetHeader.length))
  }

  /// Writes what the forty octets say that begin with an IPv4 header.
  @inline(__always)
  private mutating func writeIPv4(_ h: Bytes) {
    source = IPAddress(ipv4: h.u32(12))
    destination = IPAddress(ipv4: h.u32(16))
    timeToLive = h.u8(8)
    trafficClass = h.u8(1)
    identification = UInt32(h.u16(4))
    hasIdentification = true
    dontFragment = h.u8(6) & 0x40 != 0
  }

  /// Writes what the forty octets of an IPv6 header say.
  @inline(__always)
  private mutating func writeIPv6(_ h: Bytes) {
    source = IPAddress(ipv6: h, at: 8)
    destination = IPAddress(ipv6: h, at: 24)
    timeToLive = h.u8(7)
    trafficClass = UInt8(truncatingIfNeeded: h.u16(0) &>> 4)
    identification = 0
    hasIdentification = false
    dontFragment = false
  }

  /// Writes the lengths and the layers of network and transport.
  @inline(__always)
  private mutating func writeNetwork(_ shape: PlainShape, _ wire: Int) {
    ipVersion = shape.version
    ipProtocol = IPProtocol(rawValue: shape.isTCP ? 6 : 17)
    ipLength = shape.total
    let end = shape.network &+ shape.total
    if end < wire {
      trailerOffset = end
      trailerLength = wire &- end
    }
    let at = shape.isTagged ? 2 : 1
    layers[at] = Layer(
      kind: shape.version == 4 ? .ipv4 : .ipv6, offset: Int32(truncatingIfNeeded: shape.network),
      headerLength: Int32(truncatingIfNeeded: shape.transport &- shape.network),
      length: Int32(truncatingIfNeeded: shape.total))
    layers[at &+ 1] = Layer(
      kind: shape.isTCP ? .tcp : .udp, offset: Int32(truncatingIfNeeded: shape.transport),
      headerLength: Int32(truncatingIfNeeded: shape.header),
      length: Int32(truncatingIfNeeded: end &- shape.transport))
    layerCount = at &+ 2
    plainTransport = shape.transport
  }

  /// Writes ports and what is behind them, and says what the frame carries; `octets` are those of the
  /// transport header and its payload.
  @inline(__always)
  private mutating func writeTransport(_ octets: Bytes, _ shape: PlainShape) -> PlainPayload {
    let ports = octets.extracting(0..<UDPHeader.length)
    hasPorts = true
    sourcePort = ports.u16(0)
    destinationPort = ports.u16(2)
    hasTCP = shape.isTCP
    if shape.isTCP {
      reading = .tcp
      if let header = try? TCPHeader(octets) { tcp.begin(header) }
      if shape.header > TCPHeader.lengthMin { takeTCPOptions(octets, shape.header, &self) }
    } else {
      reading = .udp
    }
    let captured = min(shape.payload, octets.count &- shape.header)
    offset = shape.transport &+ shape.header
    claimed = shape.payload
    payloadOffset = offset
    payloadLength = shape.payload
    payloadCaptured = captured
    return PlainPayload(
      kind: shape.isTCP
        ? .tcp(source: sourcePort, destination: destinationPort)
        : .udp(source: sourcePort, destination: destinationPort),
      octets: offset..<offset &+ captured, layers: layerCount)
  }
}
