// What dissectors do to a packet while they read: begin, enter a layer, narrow it, note a fault.

extension Packet {
  /// Makes the packet that of a frame nothing has been read of yet. What counters and flags guard (layers,
  /// tags, the TCP summary) stays as it is: writing all of it would cost more than reading a frame.
  @inline(__always)
  mutating func begin(_ frame: Frame, octets: Int) {
    let wire = max(frame.wireLength, octets)
    begin(captured: octets, wire: wire, fcs: min(max(0, frame.fcsLength), wire), link: frame.link)
  }

  /// The same, by the numbers: nothing is read between what is written, so that what is written again at
  /// once, by whoever knows the frame, is written once.
  @inline(__always)
  mutating func begin(captured: Int, wire: Int, fcs: Int, link type: LinkType) {
    forgetRest()
    layerCount = 0
    capturedLength = captured
    wireLength = wire
    fcsLength = fcs
    link = type
    sourceMAC = 0
    destinationMAC = 0
    hasMAC = false
    etherType = nil
    vlanCount = 0
    ipVersion = 0
    source = IPAddress()
    destination = IPAddress()
    forgetNetwork()
    payloadOffset = 0
    payloadLength = 0
    payloadCaptured = 0
    offset = 0
    plainTransport = 0
    claimed = wire &- fcs
    reading = .none
  }

  /// Forgets what a plain frame does not say: who begins one writes all the rest.
  @inline(__always)
  mutating func forgetRest() {
    fcsLength = 0
    tunnelDepth = 0
    carrierCount = 0
    tunnelIdentifier = nil
    forgetRareNetwork()
    unclaimed = nil
    application = Application()
    trailerOffset = 0
    trailerLength = 0
    fault = nil
    faultLayer = .none
    faultEndedWalk = false
  }

  /// Begins an IP layer: what was told of the network and transport layers around it is told by `layers`
  /// alone from here.
  @inline(__always)
  mutating func beginNetwork(_ version: UInt8) {
    if ipVersion != 0 {
      tunnelDepth &+= 1
      if hasPorts, ipProtocol == .udp { keepCarrier() }
      forgetNetwork()
      plainTransport = 0
    }
    ipVersion = version
  }

  /// Keeps what names the flow of the datagram around the layer that begins. Of more than `carriersMax` the
  /// outermost are kept.
  @inline(never)
  private mutating func keepCarrier() {
    guard carrierCount < Packet.carriersMax else { return }
    carriers[carrierCount].isIPv6 = ipVersion == 6
    carriers[carrierCount].source = source
    carriers[carrierCount].destination = destination
    carriers[carrierCount].sourcePort = sourcePort
    carriers[carrierCount].destinationPort = destinationPort
    carriers[carrierCount].ipLength = ipLength
    carriers[carrierCount].datagramLength = datagramLength
    carrierCount &+= 1
  }

  /// Octets behind the innermost UDP header, whatever was read of them, as the layers around it say; 0 when
  /// there is none.
  public var datagramLength: Int {
    var i = layerCount &- 1
    while i >= 0 {
      if layers[i].kind == .udp { return max(0, Int(layers[i].length) &- UDPHeader.length) }
      i &-= 1
    }
    return 0
  }

  /// Forgets the network and transport layers read so far, addresses excepted: every IP layer has its own.
  @inline(__always)
  private mutating func forgetNetwork() {
    forgetRareNetwork()
    ipProtocol = IPProtocol(rawValue: 0)
    timeToLive = 0
    trafficClass = 0
    identification = 0
    hasIdentification = false
    dontFragment = false
    ipLength = 0
    hasPorts = false
    sourcePort = 0
    destinationPort = 0
    hasTCP = false
  }

  /// Forgets what those layers of a plain frame do not say.
  @inline(__always)
  private mutating func forgetRareNetwork() {
    fragmentOffset = 0
    pathMTU = 0
    icmpIdentifier = 0
    icmpSequence = 0
    icmpType = 0
    icmpCode = 0
    hasICMP = false
    isLengthAbsent = false
    ipOptionsMalformed = false
    isFragment = false
    moreFragments = false
    quoted = nil
  }

  /// Goes on to what a layer of `count` octets carries, and says which of them that is: a claimed length
  /// narrows the view and never widens it.
  @inline(__always)
  mutating func step(into next: Payload, of count: Int) -> Range<Int> {
    let start = min(max(0, next.offset), count)
    let claimed = max(0, min(next.length, self.claimed &- next.offset))
    let captured = min(claimed, count &- start)
    offset &+= next.offset
    self.claimed = claimed
    payloadOffset = offset
    payloadLength = claimed
    payloadCaptured = captured
    return start..<start &+ captured
  }

  /// Notes that a layer stands: its header's first octet is where the walk is.
  @inline(__always)
  mutating func enter(_ kind: Layer.Kind, header: Int) {
    guard layerCount < Packet.layersMax else { return }
    layers[layerCount] = Layer(
      kind: kind, offset: Int32(truncatingIfNeeded: offset), headerLength: Int32(truncatingIfNeeded: header),
      length: Int32(truncatingIfNeeded: claimed))
    layerCount &+= 1
  }

  /// Takes the length that the layer being read says it has, `total` octets from its first. Less than the
  /// layers around it leave: the rest is theirs, and of the frame the trailer. More: a lie, noted, and the
  /// surrounding length counts.
  @inline(__always)
  mutating func narrow(to total: Int) {
    if total < claimed {
      if trailerLength == 0 {
        trailerOffset = offset &+ total
        trailerLength = wireLength &- fcsLength &- trailerOffset
      }
      claimed = total
      layers[layerCount &- 1].length = Int32(truncatingIfNeeded: total)
    } else if total > claimed {
      note(.invalid(.length))
    }
  }

  /// Notes a fault that does not end the walk. The first one stays.
  mutating func note(_ malformed: Malformed) {
    if fault != nil { return }
    fault = malformed
    faultLayer = reading
  }

  /// Notes the fault that ends the walk. Octets that the surrounding layer never claimed are a lie of a
  /// length field, not a cut by the capture.
  mutating func end(_ malformed: Malformed) {
    faultEndedWalk = true
    if case .truncated(let need, _) = malformed, claimed < need {
      note(.invalid(.length))
    } else {
      note(malformed)
    }
  }
}
