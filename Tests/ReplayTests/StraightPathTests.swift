import FuzzViews
import Testing
import Wire

/// Plain frames are read on a path of their own: it says of every frame what the dissectors say.
@Suite struct StraightPathTests {
  private let straight = Mux.standard
  private let roundabout = Mux.standard.roundabout

  /// Both ways of one frame, and whether they agree in what the packet says, in what the walk leaves behind,
  /// and in the verdict on the segment's checksum.
  private struct Pair {
    var one = Packet()
    var other = Packet()
    var plain = 0

    mutating func agree(_ octets: [UInt8], _ frame: Frame, _ straight: Mux, _ roundabout: Mux) -> Bool {
      straight.dissect(octets.span, frame, into: &one)
      roundabout.dissect(octets.span, frame, into: &other)
      if one.isPlain { plain += 1 }
      return one == other && !other.isPlain && one.offset == other.offset && one.claimed == other.claimed
        && one.reading == other.reading
        && one.segmentChecksum(in: octets.span) == other.segmentChecksum(in: octets.span)
        && shapeAgrees(octets, frame)
    }

    /// Whether the shape alone says of the frame what the dissectors say.
    private mutating func shapeAgrees(_ octets: [UInt8], _ frame: Frame) -> Bool {
      guard let shape = PlainShape(octets.span, frame) else { return true }
      // Of tags only that of the frame itself: what a tunnel carries may have others.
      let at = shape.isTagged ? 2 : 1
      guard other.layerCount >= at + 2, at == 1 || other.layers[1].kind == .vlan else { return false }
      let (network, transport) = (other.layers[at], other.layers[at + 1])
      guard network.kind == (shape.version == 4 ? .ipv4 : .ipv6), network.offset == shape.network,
        network.length == shape.total, transport.kind == (shape.isTCP ? .tcp : .udp),
        transport.offset == shape.transport, transport.headerLength == shape.header,
        transport.offset + transport.headerLength <= octets.count
      else { return false }
      // What a tunnel carries has a checksum and a payload of its own.
      guard other.tunnelDepth == 0, other.layerCount == at + 2, other.fault == nil else { return true }
      return other.payloadLength == shape.payload
        && UInt32(shape.identification(octets.span)) == (shape.version == 4 ? other.identification : 0)
        && shape.isMarked(octets.span) == (other.trafficClass & 3 == 3)
        && (!shape.isTCP || Checksum.segment(octets.span, shape) == other.segmentChecksum(in: octets.span))
    }
  }

  private func check(_ pair: inout Pair, _ octets: [UInt8], _ frame: Frame) {
    if !pair.agree(octets, frame, straight, roundabout) {
      Issue.record("link type \(frame.link.rawValue), wire \(frame.wireLength): \(hexadecimal(octets))")
    }
  }

  @Test func everyPrefixOfEveryFrameOfOursIsReadAlike() {
    var pair = Pair()
    for stored in Frames.ours {
      for length in 0...min(200, stored.octets.count) {
        check(&pair, Array(stored.octets[..<length]), stored.frame(1, captured: length))
      }
      check(&pair, stored.octets, stored.frame(1, captured: stored.octets.count))
    }
    #expect(pair.plain > 10_000, "most frames are plain")
  }

  @Test func framesOfOtherProjectsAreReadAlike() {
    var pair = Pair()
    for stored in Frames.seeds { check(&pair, stored.octets, stored.frame(1, captured: stored.octets.count)) }
    #expect(pair.plain > 300)
  }

  @Test func mutatedFramesAreReadAlike() {
    var mutator = FrameMutator(Frames.seeds, seed: MutationTests.seed)
    var pair = Pair()
    var octets: [UInt8] = []
    for number in 1...MutationTests.count {
      let record = mutator.next(into: &octets)
      check(&pair, octets, record.frame(number, captured: octets.count))
    }
    #expect(pair.plain > MutationTests.count / 20)
  }

  /// Headers are where the two could differ: every octet of a plain frame's headers with every value.
  @Test func everyValueOfEveryHeaderOctetIsReadAlike() {
    var pair = Pair()
    var shapes: Set<[UInt8]> = []
    for stored in Frames.ours {
      straight.dissect(stored.octets.span, stored.frame(1, captured: stored.octets.count), into: &pair.one)
      guard pair.one.isPlain else { continue }
      // One frame of each shape: tagged or not, IPv4 or IPv6, TCP or UDP, with options or without.
      let layers = (0..<pair.one.layerCount).map { pair.one.layers[$0] }
      let shape = layers.flatMap { [$0.kind.rawValue, UInt8(truncatingIfNeeded: $0.headerLength)] }
      guard shapes.insert(shape).inserted, shapes.count <= 24 else { continue }
      for at in 0..<min(80, stored.octets.count) {
        var octets = stored.octets
        for value in UInt8.min...UInt8.max {
          octets[at] = value
          check(&pair, octets, stored.frame(1, captured: octets.count))
        }
      }
    }
    #expect(shapes.count > 5)
  }

  /// The shortest segment has no padding where it is captured as it is sent.
  @Test func aSegmentOfHeadersAloneIsPlain() {
    let octets: [UInt8] =
      [UInt8](repeating: 2, count: 12) + [0x08, 0x00]
      + [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
      + [0, 80, 4, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x14, 0, 0, 0, 0, 0, 0]
    var pair = Pair()
    for length in 0...octets.count {
      let frame = Frame(
        number: 1, time: 0, wireLength: octets.count, capturedLength: length, link: .ethernet)
      check(&pair, Array(octets[..<length]), frame)
    }
    #expect(pair.plain == 1)
  }

  @Test func whoeverRegistersAnotherDissectorIsAsked() {
    var mux = Mux.standard
    mux.handle(.ipProtocol(.tcp)) { (_, packet) throws(Malformed) in
      packet.hasTCP = false
      return nil
    }
    var pair = Pair()
    var plain = 0
    for stored in Frames.ours {
      let frame = stored.frame(1, captured: stored.octets.count)
      straight.dissect(stored.octets.span, frame, into: &pair.one)
      guard pair.one.isPlain, pair.one.hasTCP else { continue }
      plain += 1
      mux.dissect(stored.octets.span, frame, into: &pair.other)
      #expect(!pair.other.hasTCP && !pair.other.isPlain)
    }
    #expect(plain > 100)
  }
}
