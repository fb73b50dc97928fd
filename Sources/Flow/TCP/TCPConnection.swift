// A TCP connection: both ends, and what each segment does to them.

internal import Wire

/// What is said of one packet.
public struct Verdict: Sendable, Equatable {
  /// Number of its flow; 0 for a packet that has none.
  public var flow: UInt64 = 0
  /// Number of the flow that an ICMP error is about; 0 for none.
  public var about: UInt64 = 0
  /// Which end sent it.
  public var side = FlowSide.originator
  public var analysis: Analysis = []
  /// The frame that it repeats, follows or duplicates; 0 for none.
  public var of: UInt64 = 0
  /// Octets; nil when the scale is unknown or there is no window.
  public var window: Int64?
  /// Which of the duplicates of an acknowledgment this is, from 1; else 0.
  public var count: UInt32 = 0
  /// The state that this packet brought its sender into, and its receiver.
  public var senderState: EndpointState?
  public var receiverState: EndpointState?
  /// From the first SYN to this segment, which completes the handshake.
  public var handshakeTime: Int64?

  /// A repeat of which it is not yet known whether anybody needed it: the tracker says so later
  /// (`Tracker.settled`), once.
  public var isUnsettled = false
  /// This packet settled earlier repeats.
  var settles = false

  /// The verdict on a packet that belongs to no flow.
  public init() {}

  init(side: FlowSide) { self.side = side }
}

/// One connection, as far as every connection needs it: what is a list, or belongs to trouble, is in its
/// detail (`TCPDetail`). The originator sent the first SYN, or is the best guess.
public struct TCPConnection: Sendable, BitwiseCopyable {
  var ends = InlineArray<2, TCPEnd>(repeating: TCPEnd())
  /// Its first packet.
  let start: Int64
  let firstFrame: UInt64
  var milestones = Milestones()
  var opening = Opening()
  /// Who sent a reset that ended it.
  var reset: FlowSide?
  var resetMilestone = Milestones.none
  var resetKind: ResetKind?
  var watch = Watch()
  var history = History()
  private(set) var keepsSeries = false
  /// No segment is taken for an ordinary one: what the short way is held against.
  private(set) var takesWholeWay = false
  /// Nobody asks for a record of it: what no verdict needs is not kept: letters, evidence, congestion.
  private(set) var isOnlyJudged = false
  /// Its detail's place in the pool; negative for none.
  var detail: Int32 = -1
  /// It had a detail that was given up.
  var hasLostDetail = false

  /// A connection of which nothing is known but when it began; `keepsSeries` asks for every flight over time.
  init(
    start: Int64 = 0, firstFrame: UInt64 = 0, keepsSeries: Bool = false, takesWholeWay: Bool = false,
    isFlipped: Bool = false, isOnlyJudged: Bool = false
  ) {
    self.start = start
    self.firstFrame = firstFrame
    self.keepsSeries = keepsSeries
    self.takesWholeWay = takesWholeWay
    self.isOnlyJudged = isOnlyJudged
    if isFlipped { history.noteFlip() }
  }

  /// Whether both ends have been heard and agree: no stranger can pretend that alone. A SYN-ACK agrees to
  /// nothing yet, nor does a RST; octets of the answering end do.
  @inline(__always)
  var isProven: Bool {
    if opening.isComplete { return true }
    if ends[0].counters.segments == 0 || ends[1].counters.segments == 0 { return false }
    if ends[0].hasSYN || ends[1].hasSYN { return ends[1].counters.dataSegments > 0 }
    if let reset, (reset == .originator ? ends[0] : ends[1]).counters.segments == 1 { return false }
    return ends[0].hasAgreed && ends[1].hasAgreed
  }

  /// Whether it has been asked for and not been opened. One that is met in its middle is not half open, nor
  /// one that carries octets although the capture has not all of its handshake.
  @inline(__always)
  var isHalfOpen: Bool {
    (ends[0].hasSYN || ends[1].hasSYN) && !opening.isComplete && ends[0].counters.dataSegments == 0
      && ends[1].counters.dataSegments == 0
  }

  /// Whether both ends are done: nothing but copies and late packets can come. Who refused has never been
  /// anything but closed.
  @inline(__always)
  var isClosed: Bool {
    ends[0].isDone && ends[1].isDone
      || reset != nil && ends[0].state == .closed && ends[1].state == .closed
  }

  /// Whether a SYN with this number begins another connection between the same ports (RFC 9293 section
  /// 3.6.1): it has a number of its own and the old connection has ended. Of one that the capture met in its
  /// middle what is missed may be its end: it is enough that an end has closed.
  mutating func isReplaced(bySYN number: UInt32, from side: FlowSide) -> Bool {
    let (me, peer) = (side.rawValue, side.other.rawValue)
    let isOver = isClosed || reset != nil
    guard ends[me].hasSYN, let initial = ends[me].initialSequence else {
      if isOver { return true }
      // The first SYN of this end: the other half of a simultaneous open, or late in a file out of order. Or
      // there is nothing else of this end, and what the other acknowledges is not this SYN's.
      let isClosing = ends[me].finSequence != nil || ends[peer].finSequence != nil
      let isUnseen = ends[me].counters.segments == 0
      return (isClosing || isUnseen) && Watch.isElsewhere(number, ends[me].initialSequence)
    }
    if initial == number { return reset != nil && ends[me].highest > 1 }
    // Nobody answered the old SYN, and a stack that tries again with another number has given it up.
    return isOver || (!opening.isComplete && ends[me].counters.dataSegments == 0)
  }

  /// Whether a SYN-ACK answers a SYN that seemed to be a stranger's: that SYN has begun another connection.
  /// Whoever goes on with the old one answers by a challenge (RFC 5961 section 4.2).
  mutating func isReplaced(bySYNACK acknowledgment: UInt32, from side: FlowSide) -> Bool {
    let next = watch.stranger[side.other.rawValue]
    return next != 0 && next == acknowledgment
  }

  /// An ICMP error says that nobody is there: the opener gives up (RFC 9293 section 3.9.2.2 allows it before
  /// a connection is established).
  mutating func noteUnreachable(_ frame: Frame, _ detail: inout TCPDetail) {
    guard ends[0].state == .synSent else { return }
    enter(0, .closed, frame.time, frame.number, &detail)
  }

  /// An ICMP error says that the path takes no packets of this size: the end whose packet it quotes sends
  /// again what is in flight (RFC 1191, RFC 8201).
  mutating func noteTooBig(_ frame: Frame, from side: FlowSide, _ detail: inout TCPDetail) {
    let me = side.rawValue
    guard ends[me].highest > ends[me].acknowledged else { return }
    detail[me].recovery.noteTooBig(ends[me].highest, frame.time)
  }

  // Here and in the parts, what every packet asks of the connection is `mutating` though it changes nothing:
  // a function that only reads is handed a copy of all of it, and copies both ends once more to read the one
  // whose number it is given. Where nothing may change, the end is told by a branch.

  /// Takes a segment that was seen on a `way` (`Copies.way`): numbers are made relative, then each part looks
  /// at it in turn. The verdict is a new one, which is filled in.
  mutating func receive(
    _ packet: inout Packet, _ frame: Frame, _ octets: Bytes, from side: FlowSide, on way: UInt16,
    flow: UInt64, _ detail: inout TCPDetail, _ copies: inout Copies, _ verdict: inout Verdict
  ) {
    verdict.side = side
    if packet.tcp.flags.contains(.syn), isForeign(&packet, side) {
      noteForeign(side, packet.tcp.sequence, frame, &detail)
      return
    }
    if packet.tcp.flags.contains(.syn) || !knowsNumbers { learnNumbers(&packet, side) }
    if packet.tcp.flags.contains(.syn) { learnOffer(&packet, side) }
    take(
      segment(&packet, frame, side), isMarked: packet.trafficClass & 3 == 3, on: way, flow: flow, &packet,
      &detail, &copies, &verdict
    ) { packet in
      packet.payloadCaptured >= packet.payloadLength ? packet.checkSegment(in: octets) : nil
    } read: { _ in
    }
  }

  /// Takes a segment of a plain frame right from its octets: one of a connection that is only judged, which
  /// neither opens nor resets, acknowledges, and has no options but time stamps. `packet` is read when there
  /// is more to the segment than to most.
  mutating func receive(
    _ octets: Bytes, _ frame: Frame, _ shape: PlainShape, from side: FlowSide, on way: UInt16,
    flow: UInt64, _ packet: inout Packet, _ detail: inout TCPDetail, _ copies: inout Copies,
    _ verdict: inout Verdict
  ) {
    verdict.side = side
    if !knowsNumbers {
      packet.readSegment(octets, shape)
      learnNumbers(&packet, side)
    }
    take(
      segment(octets, frame, shape, side), isMarked: shape.isMarked(octets), on: way, flow: flow, &packet,
      &detail, &copies, &verdict
    ) { _ in
      let isWhole = shape.transport &+ shape.header &+ shape.payload <= octets.count
      return isWhole ? Checksum.segment(octets, shape) : nil
    } read: {
      $0.readSegment(octets, shape)
    }
  }

  /// What is done with every segment, however it was read: `isMarked` tells that its packet has met
  /// congestion. `checksum` is the verdict on its checksum, nil when nobody has all of its octets; behind
  /// `read` its packet says what the whole way asks.
  @inline(__always)
  private mutating func take(
    _ segment: Segment, isMarked: Bool, on way: UInt16, flow: UInt64, _ packet: inout Packet,
    _ detail: inout TCPDetail, _ copies: inout Copies, _ verdict: inout Verdict,
    checksum: (inout Packet) -> ChecksumVerdict?, read: (inout Packet) -> Void
  ) {
    let lastTime = self.lastTime
    let me = segment.side.rawValue
    count(&ends[me].counters.segments)
    verdict.window = window(of: segment, segment.side)
    if !isOnlyJudged, !history.knows(segment, highest: ends[me].highest) {
      history.note(segment, highest: ends[me].highest, lastFIN: ends[me].finSequence, &detail)
    }

    let marks = copies.marks(of: segment, flow: flow, number: ends[me].counters.segments)
    let (original, isElsewhere) = copies.original(of: marks, on: way)
    if original != 0 {
      if !isOnlyJudged { detail[me].counters.duplicateFrames += 1 }
      if isElsewhere { detail.note(.capturedTwice, segment) }
      verdict.analysis = .duplicateFrame
      verdict.of = original
      observe(segment, verdict.analysis, &packet, lastTime, &detail)
      return
    }
    if segment.payload > 0 {
      count(&ends[me].counters.dataSegments)
      ends[me].counters.dataOctets += UInt64(segment.payload)
    }
    if isDamaged(segment, { checksum(&packet) }) {
      drop(segment, &detail)
      verdict.analysis = .badChecksum
      copies.remember(marks, frame: segment.frame, on: way)
      return
    }
    let overtaken = ends[me].wasOvertaken(segment)
    if isOrdinary(segment, overtaken, verdict.window, isMarked: isMarked, lastTime, &detail) {
      takeOrdinary(segment, &packet, lastTime, &verdict, &detail)
    } else {
      read(&packet)
      if isOpening(segment, &packet, lastTime, &detail) {
        takeOpening(segment, lastTime, &verdict, &detail)
      } else {
        take(segment, overtaken, marks, &packet, lastTime, copies, &verdict, &detail)
      }
    }
    ends[me].remember(segment)
    copies.remember(marks, frame: segment.frame, on: way)
  }

  /// A round trip of an end's octets was measured.
  @inline(__always)
  mutating func measure(_ end: Int, _ sample: Int64) {
    ends[end].roundTrip.measure(sample, isBrief: isOnlyJudged)
  }

  /// An end is heard from: its peer's estimate counts once more, for who asks what it was on average.
  @inline(__always)
  mutating func observeRoundTrip(_ peer: Int) {
    if !isOnlyJudged { ends[peer].roundTrip.observe() }
  }

  /// The whole way: every part of the connection looks at the segment.
  private mutating func take(
    _ segment: Segment, _ overtaken: Bool?, _ marks: Copies.Marks, _ packet: inout Packet, _ lastTime: Int64,
    _ copies: borrowing Copies, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let load = segment.payload > 0 ? load(of: me, &detail) : Load()
    let blocks = selected(segment, &packet)
    judge(segment, overtaken, &verdict, &detail)
    noteSent(segment, &verdict, load, &detail)
    if verdict.analysis.contains(.retransmission) { verdict.of = copies.earlier(marks) }
    acknowledge(segment, blocks, overtaken, &verdict, &detail)
    if !isOnlyJudged, segment.flags.contains(.ack) {
      let whole = detail.contiguous(peer, ends[peer].highest)
      if whole < min(segment.acknowledgment, ends[peer].highest) {
        history.noteGap(of: segment.side.other, at: whole, &detail)
      }
    }
    move(segment, &verdict, &detail)
    observe(segment, verdict.analysis, &packet, lastTime, &detail)
  }

  /// Moves the opening and both ends' states on, and says so in the verdict.
  mutating func move(_ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let wasOpened = opening.hasACK
    if !wasOpened || !segment.flags.isDisjoint(with: [.syn, .rst]) {
      noteHandshake(segment, verdict.analysis, &detail)
    }
    if !wasOpened, opening.hasACK {
      verdict.handshakeTime = time(of: opening.syn, &detail).map { interval($0, segment.time) }
    }
    let before = (ends[me].state, ends[peer].state)
    advance(segment, &detail)
    if ends[me].state != before.0 { verdict.senderState = ends[me].state }
    if ends[peer].state != before.1 { verdict.receiverState = ends[peer].state }
  }

  /// The window of a segment in octets: not scaled on a SYN, unknown while a scale may be missing (RFC 7323
  /// section 2.2).
  @inline(__always)
  private mutating func window(of segment: Segment, _ side: FlowSide) -> Int64? {
    if segment.flags.contains(.syn) { return Int64(segment.window) }
    let scale = ends[side.rawValue].scale
    return scale.isKnown ? Int64(segment.window) &<< scale.shift : nil
  }

  /// Whether both initial sequence numbers are known, or guessed.
  private var knowsNumbers: Bool {
    @inline(__always) mutating get { ends[0].initialSequence != nil && ends[1].initialSequence != nil }
  }

  /// Makes sure that both ends have an initial sequence number, guessed when no SYN was seen.
  private mutating func learnNumbers(_ packet: inout Packet, _ side: FlowSide) {
    let (me, peer) = (side.rawValue, side.other.rawValue)
    if packet.tcp.flags.contains(.syn), !ends[me].hasSYN {
      // A guess from an acknowledgment gives way to the SYN itself.
      ends[me].initialSequence = packet.tcp.sequence
      ends[me].hasSYN = true
    } else if ends[me].initialSequence == nil {
      ends[me].initialSequence = packet.tcp.sequence &- 1
      ends[me].highest = 1
      ends[me].acknowledged = 1
    }
    if packet.tcp.flags.contains(.ack), ends[peer].initialSequence == nil {
      ends[peer].initialSequence = packet.tcp.acknowledgment &- 1
      ends[peer].highest = 1
      ends[peer].acknowledged = 1
    }
  }

  private mutating func learnOffer(_ packet: inout Packet, _ side: FlowSide) {
    ends[side.rawValue].offer = TCPOffer(&packet)
    for i in 0..<2 where ends[0].hasSYN && ends[1].hasSYN { ends[i].segmentSize = agreedSize(of: i) }
    learnScales()
    if packet.tcp.hasFastOpen, packet.payloadLength > 0 { opening.isFastOpen = true }
  }

  /// How windows are to be read, of what both SYNs said.
  mutating func learnScales() {
    let isKnown = ends[0].hasSYN && ends[1].hasSYN && !ends[0].offer.isCut && !ends[1].offer.isCut
    let isScaled = ends[0].offer.windowScale != nil && ends[1].offer.windowScale != nil
    for i in 0..<2 {
      let own = isScaled ? ends[i].offer.windowScale ?? 0 : 0
      ends[i].scale = isKnown ? WindowScale(own) : WindowScale()
    }
  }
}
