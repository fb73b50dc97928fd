// The messages of all flows: each flow's streams put in order, its framing named or found, its messages cut.

public import Wire

/// What is asked of the messages.
public struct MessageOptions: Sendable {
  public var limits = StreamLimits()
  /// The framing of every stream; nil to find out.
  public var framing: Framing?
  /// Octets of each message that are kept.
  public var octetsMax = 0

  /// The defaults.
  public init() {}
}

/// Reads messages. Pure state: no clock, no output; the tracker says which flow a packet belongs to.
public struct MessageStreams: ~Copyable {
  /// What is known of one flow.
  private struct Slot: StreamSlot {
    enum State: Sendable {
      /// Nothing has been said yet.
      case silent
      /// What was said is held until its framing is found.
      case waiting
      case reading
    }
    var state = State.silent
    var bases = StreamBases()
    /// Where reassembly and reader are, while there are any.
    var place: UInt32 = 0
    /// Octets that were held when the framing was asked for last, and offsets behind the last octet, from
    /// FINs.
    var asked = 0
    var paces: InlineArray<2, MessagePace> = [MessagePace(), MessagePace()]
    /// When the last packet of the handshake came.
    var handshake: Int64?
    var ends: InlineArray<2, UInt32?> = [nil, nil]
  }

  /// Octets of one direction that are held at most until its framing is found, and runs of them.
  private static let undecidedMax = 2 << 20
  private static let undecidedRunsMax = 4000
  /// From so many octets on the framing is asked for before the end, and when there are twice as many again.
  private static let askedMin = 1 << 14
  /// The confidence that is enough before the end.
  private static let confidenceMin = 0.95

  private let options: MessageOptions
  private var context: StreamContext
  private var slots = StreamSlots<Slot>()
  private var works: [Reassembly] = []
  private var readers: [MessageConnection] = []
  private var nobody = Nobody()
  private var freeWorks: [Int] = []
  private var messages: [Message] = []
  private var summaries: [MessageSummary] = []
  /// The latest packet's time and number, for streams that end with the capture.
  private var now: Int64 = 0
  private var frame: UInt64 = 0

  /// Messages of no flow yet.
  public init(_ options: MessageOptions = MessageOptions()) {
    self.options = options
    context = StreamContext(options.limits)
  }

  /// What was copied, given up, and found to contradict itself.
  public var counters: StreamCounters { context.counters }
  /// Whether messages or summaries wait to be drained.
  public var hasFinished: Bool { !messages.isEmpty || !summaries.isEmpty }

  /// Takes a packet that the tracker has given to a flow, with its frame's octets.
  public mutating func receive(_ octets: Bytes, _ packet: inout Packet, _ frame: Frame, _ verdict: Verdict) {
    // Who gets a damaged segment drops it.
    guard packet.hasTCP, verdict.flow > 0, !verdict.analysis.contains(.badChecksum) else { return }
    now = max(now, frame.time)
    self.frame = frame.number
    guard let slot = slots.place(of: &packet, verdict) else { return }
    if packet.tcp.flags.contains(.syn) || slots[slot].handshake != nil {
      noteHandshake(slot, &packet, verdict.side, frame)
    }
    let segment = StreamSegment(&packet, from: verdict.side, frame)
    let payload = octets.extracting(segment.payload(&packet, of: octets.count))
    if slots[slot].state == .silent {
      if segment.length == 0 || segment.flags.contains(.rst) { return }
      begin(slot, StreamEnds(&packet, verdict.side), verdict.flow)
    }
    pace(slot, segment)
    switch slots[slot].state {
    case .silent: break
    case .waiting: wait(slot, segment, payload)
    case .reading: read(slot, segment, payload)
    }
  }

  /// Notes what each end takes, and how far away it is.
  private mutating func noteHandshake(
    _ slot: Int, _ packet: inout Packet, _ side: FlowSide, _ frame: Frame
  ) {
    let before = slots[slot].handshake
    slots[slot].handshake = nil
    let isAnswer = packet.tcp.flags.contains(.ack)
    if packet.tcp.flags.contains(.syn) {
      slots[slot].paces[side.other.rawValue].segmentMax = Int(packet.tcp.maximumSegmentSize)
      slots[slot].handshake = frame.time
    }
    if isAnswer, let before, side == .responder || !packet.tcp.flags.contains(.syn) {
      slots[slot].paces[side.rawValue].delay = interval(before, frame.time)
    }
  }

  /// Notes when a segment was sent, seen from what came before it.
  private mutating func pace(_ slot: Int, _ segment: StreamSegment) {
    if segment.flags.contains(.ack) {
      slots[slot].paces[segment.side.other.rawValue].acknowledge(
        segment.acknowledgment, isBare: segment.length == 0, at: segment.time)
    }
    if segment.length == 0 { return }
    let cause = slots[slot].paces[segment.side.rawValue].send(
      segment.sequence, segment.length, at: segment.time)
    readers[Int(slots[slot].place)].note(cause, frame: segment.frame)
  }

  /// Gives a flow a place for its work.
  private mutating func begin(_ slot: Int, _ ends: StreamEnds, _ flow: UInt64) {
    var reader = MessageConnection(flow: flow, ends: ends, octetsMax: options.octetsMax)
    if let framing = options.framing { reader.read(framing, framing) }
    for side in FlowSide.allCases where slots[slot].bases[side] == nil {
      reader.beginsMidStream(side)
    }
    let place: Int
    if let free = freeWorks.popLast() {
      works[free] = Reassembly()
      readers[free] = reader
      place = free
    } else {
      place = works.count
      works.append(Reassembly())
      readers.append(reader)
    }
    slots[slot].place = UInt32(place)
    slots[slot].state = options.framing == nil ? .waiting : .reading
    works[place].isWaiting = options.framing == nil
    for side in FlowSide.allCases {
      if let base = slots[slot].bases[side] { works[place].begin(side, at: base) }
    }
  }

  /// Holds octets until they tell their framing, or until there are too many of them.
  private mutating func wait(_ slot: Int, _ segment: StreamSegment, _ payload: Bytes) {
    let place = Int(slots[slot].place)
    let held = works[place].directions[segment.side.rawValue].held
    let isFull =
      held.octets &+ payload.count > MessageStreams.undecidedMax
      || held.count >= MessageStreams.undecidedRunsMax
      || !context.counters.hasRoom(payload.count, context.limits)
    if isFull || segment.flags.contains(.rst) {
      decide(slot, isFinal: true)
      return read(slot, segment, payload)
    }
    if segment.flags.contains(.fin) {
      slots[slot].ends[segment.side.rawValue] = segment.sequence &+ UInt32(truncatingIfNeeded: segment.length)
    }
    works[place].receive(segment, payload, &nobody, &context)
    if slots[slot].ends[0] != nil, slots[slot].ends[1] != nil { return decide(slot, isFinal: true) }
    let octets = works[place].directions[0].held.octets &+ works[place].directions[1].held.octets
    if octets >= max(MessageStreams.askedMin, 2 &* slots[slot].asked) {
      slots[slot].asked = octets
      decide(slot, isFinal: false)
    }
  }

  /// Asks the octets that are held for their framing, and lets it cut them when they tell, or must.
  private mutating func decide(_ slot: Int, isFinal: Bool) {
    let place = Int(slots[slot].place)
    let sides = FlowSide.allCases.map {
      works[place].discoverySide(
        $0, slots[slot].ends[$0.rawValue], isBeginning: slots[slot].bases[$0] != nil)
    }
    let found = Discoverer.discover(sides, isFinal: isFinal)
    if !isFinal {
      let isKnown = (0..<2).allSatisfy {
        sides[$0].octets.isEmpty || found[$0].found?.confidence ?? 0 >= MessageStreams.confidenceMin
      }
      // One direction alone may be the answer to what was not said yet.
      if !isKnown || sides.contains(where: { $0.octets.isEmpty }) { return }
    }
    readers[place].read(found[0], found[1])
    slots[slot].state = .reading
    // Octets were there when they were captured, not now.
    works[place].resume(at: .min, first: .originator, &readers[place], &context)
    for side in FlowSide.allCases {
      guard let end = slots[slot].ends[side.rawValue] else { continue }
      let fin = StreamSegment(
        side: side, sequence: end, acknowledgment: 0, flags: .fin, length: 0, frame: frame, time: now)
      works[place].receive(fin, payloadOfNone.span, &readers[place], &context)
    }
    collect(place)
  }

  /// Live, when nothing comes: what is held is asked whether it tells its framing by now.
  public mutating func ripen() {
    for flow in slots.flows {
      guard let slot = slots.find(flow), slots[slot].state == .waiting else { continue }
      let place = Int(slots[slot].place)
      let octets = works[place].directions[0].held.octets &+ works[place].directions[1].held.octets
      if octets == slots[slot].asked { continue }
      slots[slot].asked = octets
      decide(slot, isFinal: false)
    }
  }

  private mutating func read(_ slot: Int, _ segment: StreamSegment, _ payload: Bytes) {
    let place = Int(slots[slot].place)
    works[place].receive(segment, payload, &readers[place], &context)
    collect(place)
  }

  private mutating func collect(_ place: Int) {
    if readers[place].done.isEmpty { return }
    messages.append(contentsOf: readers[place].done)
    readers[place].done.removeAll(keepingCapacity: true)
  }

  /// The flow has ended: what is unfinished is handed over as it is.
  public mutating func end(_ flow: UInt64) {
    guard let slot = slots.remove(flow) else { return }
    let place = Int(slots[slot].place)
    switch slots[slot].state {
    case .silent: break
    case .waiting, .reading:
      if slots[slot].state == .waiting { decide(slot, isFinal: true) }
      works[place].abandon(.cut, at: now, frame: frame, &readers[place], &context)
      collect(place)
      for side in FlowSide.allCases where readers[place].sides[side.rawValue].tally.segments > 0 {
        summaries.append(summary(place, side))
      }
      works[place].drop(&context)
      works[place] = Reassembly()
      freeWorks.append(place)
    }
  }

  private func summary(_ place: Int, _ side: FlowSide) -> MessageSummary {
    let reader = readers[place]
    let discovery = reader.discoveries[side.rawValue]
    return MessageSummary(
      flow: reader.flow, ends: reader.ends, side: side, framing: reader.framing(side),
      confidence: discovery.found?.confidence, alternatives: discovery.alternatives,
      tally: reader.sides[side.rawValue].tally)
  }

  /// The flows that have a place here, in the order of their first packets.
  public var flows: [UInt64] { slots.flows }

  /// The capture has ended, and every stream with it, in the order of the flows' first packets.
  public mutating func finish() {
    for flow in slots.flows { end(flow) }
  }

  /// Hands over the messages that ended since the last call, in the order of their ends, and what was counted
  /// of directions that ended.
  public mutating func drain(_ body: (Message) -> Void, summary: (MessageSummary) -> Void = { _ in }) {
    for message in messages { body(message) }
    messages.removeAll(keepingCapacity: true)
    for each in summaries { summary(each) }
    summaries.removeAll(keepingCapacity: true)
  }
}

/// A segment without octets.
private let payloadOfNone: [UInt8] = []

extension Reassembly {
  /// The octets of a direction that are held, from the first on without holes; when those behind a hole are
  /// many more, these. `end` is the number behind the last octet, when its FIN has come.
  func discoverySide(_ side: FlowSide, _ end: UInt32?, isBeginning: Bool) -> DiscoverySide {
    let direction = directions[side.rawValue]
    let runs = direction.held.runs
    var best = 0..<0
    var from = 0
    func size(_ range: Range<Int>) -> Int64 {
      range.isEmpty ? 0 : runs[range.upperBound - 1].end - runs[range.lowerBound].start
    }
    for i in runs.indices where i + 1 == runs.count || runs[i].end < runs[i + 1].start {
      if best.isEmpty || size(from..<i + 1) > 4 * size(best) { best = from..<i + 1 }
      from = i + 1
    }
    var found = DiscoverySide()
    guard let first = best.first else { return found }
    let start = runs[first].start
    found.isFromStart = start == direction.next && isBeginning
    for run in runs[best] {
      let (low, high) = (Int(run.start - run.origin), Int(run.end - run.origin))
      // A frame that was cut ends what can be read.
      guard high <= run.octets.count else { return found }
      found.octets += run.octets[low..<high]
      found.segmentEnds.append(found.octets.count)
    }
    found.isWhole = end.map { direction.offset(of: $0) == runs[best.upperBound - 1].end } ?? false
    return found
  }
}
