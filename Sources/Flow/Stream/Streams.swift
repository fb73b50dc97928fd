// The streams of all flows: each found by its flow's number, recognized by its octets, read by its reader.

public import Wire

/// Reads streams. Pure state: no clock, no output; the tracker says which flow a packet belongs to.
public struct Streams: ~Copyable {
  /// Octets of one direction that are held until somebody recognizes them.
  private static let undecidedMax = 16_384

  /// What is known of one flow.
  struct Slot: StreamSlot {
    enum State: Sendable, Equatable {
      /// Nothing has been said yet.
      case silent
      /// What was said is held, and tells nothing yet.
      case undecided
      /// The beginning was not captured: a message is looked for where segments begin.
      case searching
      case http1
      case http2
      /// Nobody's.
      case unread
    }
    var state = State.silent
    var bases = StreamBases()
    /// Directions whose first octets nobody knows.
    var isUnknown: InlineArray<2, Bool> = [false, false]
    /// Where reassembly and reader are, while there are any.
    var place: UInt32 = 0
  }

  /// What a stream that is read takes besides what it holds, carries and keeps: itself, and the lists of its
  /// parts.
  static let workOctets =
    MemoryLayout<Reassembly>.stride + MemoryLayout<HTTP1Connection>.stride + 640

  /// Exchanges that keep their lists for the next.
  private static let sparesMax = 64
  /// Free places of streams that do.
  private static let restingMax = 1024

  /// Streams that are compared when one must go.
  private static let candidates = 16

  private let mux: StreamMux
  let bodyMax: Int
  var context: StreamContext
  var slots = StreamSlots<Slot>()
  var works = Slab<Reassembly>()
  private var readers = Slab<HTTP1Connection>()
  /// The slots whose work it is, by places; negative for none.
  private var owners: [Int32] = []
  /// Where the search for a stream that nobody talks on goes on.
  private var hand = 0
  /// Those that read HTTP/2, which few do, by their places.
  private var frames: [Int: HTTP2Connection] = [:]
  private var freeWorks: [Int] = []
  private var nobody = Nobody()
  private var exchanges: [HTTPExchange] = []
  /// Exchanges that were handed over: used again with the lists that they have, of a few thousand octets.
  private var spares: [HTTPExchange] = []
  private var summaries: [HTTP2Summary] = []
  /// Segments that were passed by and not yet counted.
  var run = SegmentRun()
  /// The latest packet's time and number, for streams that end with the capture.
  var now: Int64 = 0
  var frame: UInt64 = 0

  /// Streams of no flow yet.
  public init(_ options: StreamOptions = StreamOptions()) {
    mux = options.mux
    bodyMax = options.bodyMax
    context = StreamContext(options.limits)
  }

  /// What was copied, given up, and found to contradict itself.
  public var counters: StreamCounters { context.counters }
  /// Flows that have a place here.
  public var count: Int { slots.count }

  /// Whether exchanges or summaries wait to be drained.
  public var hasFinished: Bool { !exchanges.isEmpty || !summaries.isEmpty }
  /// Whether so many wait that they are told together (`Tracker.together`).
  public var haveManyFinished: Bool { exchanges.count &+ summaries.count >= Tracker.together }

  /// Takes a packet that the tracker has given to a flow, with its frame's octets. Whether exchanges or
  /// summaries wait to be drained.
  @discardableResult
  public mutating func receive(
    _ octets: Bytes, _ packet: inout Packet, _ frame: Frame, _ verdict: Verdict
  ) -> Bool {
    // Who gets a damaged segment drops it.
    if packet.hasTCP, verdict.flow > 0, !verdict.analysis.contains(.badChecksum) {
      take(octets, &packet, frame, verdict)
    }
    return !exchanges.isEmpty || !summaries.isEmpty
  }

  @inline(__always)
  private mutating func take(
    _ octets: Bytes, _ packet: inout Packet, _ frame: Frame, _ verdict: borrowing Verdict
  ) {
    hear(frame)
    guard let slot = slots.place(of: &packet, verdict) else { return }
    if slots[slot].state == .unread { return }
    let segment = StreamSegment(&packet, from: verdict.side, frame)
    let payload = octets.extracting(segment.payload(&packet, of: octets.count))
    switch slots[slot].state {
    case .silent, .searching, .undecided:
      recognize(slot, segment, payload, StreamEnds(&packet, verdict.side), verdict.flow)
    case .http1, .http2: read(slot, segment, payload)
    case .unread: break
    }
  }

  /// Takes note of when the latest packet came.
  @inline(__always)
  mutating func hear(_ frame: Frame) {
    now = max(now, frame.time)
    self.frame = frame.number
  }

  /// Asks whose octets these are: those a direction begins with, or, when its beginning was not captured,
  /// those that any segment begins with.
  mutating func recognize(
    _ slot: Int, _ segment: StreamSegment, _ payload: Bytes, _ ends: StreamEnds, _ flow: UInt64
  ) {
    if segment.length == 0 || segment.flags.contains(.rst) { return }
    if slots[slot].state == .silent, slots[slot].bases[segment.side] == nil { slots[slot].state = .searching }
    if slots[slot].state == .searching {
      guard let kind = mux.choose(payload).kind else { return }
      return begin(slot, kind, ends, flow, segment, payload)
    }
    let first = segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence
    if slots[slot].state == .silent, slots[slot].bases[segment.side] == first {
      let (kind, isOpen) = mux.choose(payload)
      if let kind { return begin(slot, kind, ends, flow, segment, payload) }
      if !isOpen, !mayBeText(payload) {
        slots[slot].state = .unread
        return
      }
    }
    if slots[slot].state == .silent { take(slot, ends, flow) }
    let place = Int(slots[slot].place)
    slots[slot].state = .undecided
    works[place].heard = frame
    works[place].isWaiting = true
    works[place].receive(segment, payload, &nobody, &context)
    decide(slot, segment.side, ends, flow, at: segment.time)
  }

  /// Asks again, with what is held. Text that nobody knows is held until the other side has spoken: what a
  /// server answers tells that a botched request was meant as one.
  private mutating func decide(
    _ slot: Int, _ side: FlowSide, _ ends: StreamEnds, _ flow: UInt64, at time: Int64
  ) {
    let place = Int(slots[slot].place)
    let prefix = works[place].prefix(side, Streams.undecidedMax)
    if !prefix.isEmpty, !slots[slot].isUnknown[side.rawValue] {
      let (kind, isOpen) = mux.choose(prefix.span)
      if let kind {
        start(slot, kind, ends, flow, side, httpStart(prefix.span))
        return resume(slot, at: time)
      }
      slots[slot].isUnknown[side.rawValue] = !isOpen
      if !isOpen, !mayBeText(prefix.span) || slots[slot].isUnknown[side.other.rawValue] {
        slots[slot].state = .unread
        return release(place)
      }
    }
    // A beginning that does not come, or does not end.
    if works[place].directions[side.rawValue].held.octets > Streams.undecidedMax {
      slots[slot].state = slots[slot].isUnknown[side.rawValue] ? .unread : .searching
      release(place)
    }
  }

  private func mayBeText(_ octets: Bytes) -> Bool { octets.count > 0 && octets[0] >= 32 }

  /// Lets a reader that was found have what was held: what the client said comes first.
  private mutating func resume(_ slot: Int, at time: Int64) {
    let place = Int(slots[slot].place)
    if slots[slot].state == .http2 {
      if var reader = frames.removeValue(forKey: place) {
        works[place].resume(at: time, first: reader.summary.client, &reader, &context)
        take(&reader)
        frames[place] = reader
      }
    } else {
      works[place].resume(at: time, first: readers[place].client ?? .originator, &readers[place], &context)
      collect(slot)
    }
  }

  /// Gives a flow a place for its work.
  private mutating func take(_ slot: Int, _ ends: StreamEnds, _ flow: UInt64) {
    let place: Int
    if let free = freeWorks.popLast() {
      readers[free].begin(flow: flow, ends: ends)
      place = free
    } else {
      place = works.append(Reassembly())
      _ = readers.append(HTTP1Connection(flow: flow, ends: ends, bodyMax: bodyMax))
      owners.append(-1)
    }
    owners[place] = Int32(slot)
    context.counters.take(Streams.workOctets)
    makeRoom(besides: place)
    slots[slot].place = UInt32(place)
    for side in FlowSide.allCases {
      if let base = slots[slot].bases[side] { works[place].begin(side, at: base) }
    }
  }

  /// Takes the reader of a kind, which one side's first octets tell.
  private mutating func start(
    _ slot: Int, _ kind: StreamKind, _ ends: StreamEnds, _ flow: UInt64, _ side: FlowSide,
    _ message: HTTPStart
  ) {
    let place = Int(slots[slot].place)
    switch kind {
    case .http1:
      slots[slot].state = .http1
      if message == .response { readers[place].client = side.other }
    case .http2:
      slots[slot].state = .http2
      frames[place] = HTTP2Connection(flow: flow, ends: ends, client: side, bodyMax: bodyMax)
    }
  }

  private mutating func begin(
    _ slot: Int, _ kind: StreamKind, _ ends: StreamEnds, _ flow: UInt64, _ segment: StreamSegment,
    _ payload: Bytes
  ) {
    take(slot, ends, flow)
    start(slot, kind, ends, flow, segment.side, httpStart(payload))
    read(slot, segment, payload)
  }

  /// Lets the reader of a flow have a segment.
  mutating func read(_ slot: Int, _ segment: StreamSegment, _ payload: Bytes) {
    let place = Int(slots[slot].place)
    works[place].heard = frame
    if slots[slot].state == .http2 {
      if var reader = frames.removeValue(forKey: place) {
        works[place].receive(segment, payload, &reader, &context)
        take(&reader)
        account(for: reader.kept, place)
        frames[place] = reader
      }
    } else {
      swap(&readers[place].spares, &spares)
      works[place].receive(segment, payload, &readers[place], &context)
      swap(&readers[place].spares, &spares)
      if !readers[place].done.isEmpty { collect(slot) }
      account(for: readers[place].kept, place)
      if works[place].hasEnded { leave(slot) }
    }
  }

  /// Both directions have ended, and been told to their ends: the work's place is free before the flow ends,
  /// which may linger for a minute.
  private mutating func leave(_ slot: Int) {
    release(Int(slots[slot].place))
    slots[slot].state = .unread
  }

  /// Counts what a reader keeps now: heads, bodies, tables.
  @inline(__always)
  private mutating func account(for kept: Int, _ place: Int) {
    if kept != works[place].accounted {
      context.counters.take(kept &- works[place].accounted)
      works[place].accounted = kept
    }
    if context.isShort { makeRoom(besides: place) }
  }

  /// Gives up streams that nobody has talked on for long, until there is room again for what a packet brings:
  /// what they have is told as it is, and their next message is looked for where segments begin.
  private mutating func makeRoom(besides place: Int) {
    while context.isShort, let victim = quiet(besides: place) {
      let slot = Int(owners[victim])
      endWork(slot)
      slots[slot].state = .searching
      context.counters.streamsGivenUp &+= 1
    }
  }

  /// Of the next few streams the one that was heard longest ago: nearly the quietest of all, and nothing need
  /// be kept in order.
  private mutating func quiet(besides place: Int) -> Int? {
    var (victim, left): (Int?, Int) = (nil, Streams.candidates)
    var looks = works.count
    while left > 0, looks > 0 {
      looks -= 1
      hand = hand + 1 < works.count ? hand + 1 : 0
      if hand == place || owners[hand] < 0 { continue }
      left -= 1
      if victim.map({ works[hand].heard < works[$0].heard }) ?? true { victim = hand }
    }
    return victim
  }

  private mutating func collect(_ slot: Int) {
    let place = Int(slots[slot].place)
    if exchanges.isEmpty {
      swap(&exchanges, &readers[place].done)
    } else if !readers[place].done.isEmpty {
      exchanges.append(contentsOf: readers[place].done)
      readers[place].done.removeAll(keepingCapacity: true)
    }
  }

  private mutating func take(_ reader: inout HTTP2Connection) {
    if reader.done.isEmpty { return }
    exchanges.append(contentsOf: reader.done)
    reader.done.removeAll(keepingCapacity: true)
  }

  private mutating func release(_ place: Int) {
    works[place].drop(&context)
    context.counters.give(Streams.workOctets &+ works[place].accounted)
    owners[place] = -1
    works[place].restart()
    readers[place].forget(keepsLists: freeWorks.count < Streams.restingMax)
    if !frames.isEmpty { frames.removeValue(forKey: place) }
    freeWorks.append(place)
  }

  /// The flow has ended: what is unfinished is handed over as it is.
  public mutating func end(_ flow: UInt64) {
    if let slot = slots.remove(flow) { endWork(slot) }
  }

  /// Hands over what there is of a stream, and forgets it.
  private mutating func endWork(_ slot: Int) {
    let place = Int(slots[slot].place)
    switch slots[slot].state {
    case .silent, .searching, .unread: break
    case .undecided: release(place)
    case .http1:
      works[place].abandon(.cut, at: now, frame: frame, &readers[place], &context)
      collect(slot)
      release(place)
    case .http2:
      if var reader = frames.removeValue(forKey: place) {
        works[place].abandon(.cut, at: now, frame: frame, &reader, &context)
        take(&reader)
        if reader.summary.isUnreadable { summaries.append(reader.summary) }
      }
      release(place)
    }
  }

  /// The flows that have a place here, in the order of their first packets: for whoever ends them one by one,
  /// so that what they leave need not be held all at once.
  public var flows: [UInt64] { slots.flows }

  /// The capture has ended, and every stream with it, in the order of the flows' first packets.
  public mutating func finish() {
    for flow in slots.flows { end(flow) }
  }

  /// Hands over the exchanges that ended since the last call, in the order of their ends. They are used
  /// again: who keeps one copies it.
  public mutating func drain(
    _ body: (inout HTTPExchange) -> Void, http2: (HTTP2Summary) -> Void = { _ in }
  ) {
    for i in exchanges.indices { body(&exchanges[i]) }
    while !exchanges.isEmpty, spares.count < Streams.sparesMax {
      spares.append(exchanges.removeLast())
      spares[spares.count - 1].clear()
    }
    if !exchanges.isEmpty { exchanges.removeAll(keepingCapacity: true) }
    if summaries.isEmpty { return }
    for summary in summaries { http2(summary) }
    summaries.removeAll(keepingCapacity: true)
  }

  /// Hands over the segments that contradicted others since the last call; at most 64 are kept.
  public mutating func drainConflicts(_ body: (StreamConflict) -> Void) {
    for conflict in context.conflicts { body(conflict) }
    context.conflicts.removeAll()
  }
}
