// Octets in order, out of segments that overlap, overtake each other, repeat or are missing.

public import Wire

/// A segment as reassembly sees it.
public struct StreamSegment: Sendable {
  public var side: FlowSide
  public var sequence: UInt32
  public var acknowledgment: UInt32
  public var flags: TCPFlags
  /// Octets of payload, as the headers say; what was captured of them may be less.
  public var length: Int
  public var frame: UInt64
  public var time: Int64

  /// A segment.
  public init(
    side: FlowSide, sequence: UInt32, acknowledgment: UInt32, flags: TCPFlags, length: Int, frame: UInt64,
    time: Int64
  ) {
    self.side = side
    self.sequence = sequence
    self.acknowledgment = acknowledgment
    self.flags = flags
    self.length = length
    self.frame = frame
    self.time = time
  }
}

/// Both directions of one connection.
public struct Reassembly: Sendable {
  var directions: InlineArray<2, StreamDirection> = [
    StreamDirection(.originator), StreamDirection(.responder),
  ]

  /// A connection of which nothing is known.
  public init() {}

  /// Nobody reads either direction any more, or both have ended.
  var isDone: Bool { directions[0].isDropped && directions[1].isDropped }

  /// Nobody reads yet: octets are held until somebody is found who does.
  var isWaiting = false
  /// The frame that brought its last segment.
  var heard: UInt64 = 0
  /// Octets that its reader keeps, as far as they are counted.
  var accounted = 0

  /// Nothing comes any more that anybody would read.
  var hasEnded: Bool { directions[0].hasEnded && directions[1].hasEnded }

  /// Begins anew as another connection's, when it was dropped.
  mutating func restart() {
    for i in 0..<2 { directions[i].restart() }
    (isWaiting, heard, accounted) = (false, 0, 0)
  }

  /// Takes the number of a direction's first octet from its SYN.
  mutating func begin(_ side: FlowSide, at number: UInt32) {
    if !directions[side.rawValue].hasBase { directions[side.rawValue].begin(at: number) }
  }

  /// Takes a segment with the octets that were captured of its payload, and lends the consumer what is next.
  mutating func receive<C: StreamConsumer>(
    _ segment: StreamSegment, _ octets: Bytes, _ consumer: inout C, _ context: inout StreamContext
  ) {
    if passesPlainly(segment, octets, &consumer, &context) { return }
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let first = segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence
    if !directions[me].hasBase { directions[me].begin(at: first) }
    directions[me].isSeen = true
    let start = directions[me].offset(of: first)
    if segment.flags.contains(.ack), !segment.flags.contains(.rst) {
      // Of a connection that was there before the capture, an end says itself what it waits for.
      if !directions[peer].hasBase { directions[peer].begin(at: segment.acknowledgment) }
      directions[peer].acknowledge(segment.acknowledgment, at: segment.time)
    }
    guard abs(start &- directions[me].next) <= StreamDirection.windowMax else {
      context.counters.segmentsOutOfWindow &+= 1
      return
    }
    if isWaiting {
      if segment.length > 0 { hold(segment, start, octets, &consumer, &context) }
      return
    }
    giveUpMissed(segment, start, &consumer, &context)
    if segment.flags.contains(.rst) {
      // What a reset carries is a message to its receiver's log (RFC 9293 section 3.5.3), no octets of the
      // stream.
      return abandon(.reset, at: segment.time, frame: segment.frame, &consumer, &context)
    }
    if segment.length > 0 {
      take(segment, start, octets, &consumer, &context)
    }
    if segment.flags.contains(.fin) { directions[me].close(at: start &+ Int64(segment.length)) }
    release(segment, &consumer, &context)
  }

  /// Takes a segment of which there is nothing to say, as nearly all are: it is next, nothing is held or
  /// missing in either direction, and neither ends. False when there is more to it.
  @inline(__always)
  private mutating func passesPlainly<C: StreamConsumer>(
    _ segment: StreamSegment, _ octets: Bytes, _ consumer: inout C, _ context: inout StreamContext
  ) -> Bool {
    guard segment.flags.isDisjoint(with: [.syn, .fin, .rst]), segment.flags.contains(.ack), !isWaiting
    else { return false }
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    guard directions[me].isPlain, directions[peer].isPlain, directions[me].isNext(segment.sequence),
      octets.count == segment.length
    else { return false }
    directions[peer].acknowledge(segment.acknowledgment, at: segment.time)
    if directions[peer].lacksAcknowledged { return false }
    if segment.length == 0 { return true }
    let next = directions[me].next
    directions[me].deliver(
      octets, length: Int64(segment.length), place(segment, next, next), &consumer, &context)
    return true
  }

  /// Passes by a segment whose octets, if it has any, all lie inside the unit at hand, which goes on: it is
  /// next, nothing is held or missing in either direction, and neither ends. False when there is more to it,
  /// and then nothing has been done. What the reader is told by it is nothing, so it need not be asked.
  @inline(__always)
  mutating func passes(_ segment: StreamSegment) -> Bool {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let length = Int64(segment.length)
    guard !isWaiting, directions[me].isPlain, directions[peer].isPlain,
      directions[me].isNext(segment.sequence), directions[peer].hasDelivered(segment.acknowledgment),
      length == 0 || directions[me].isInside(length)
    else { return false }
    if length > 0 { directions[me].advance(inside: length, place(segment, 0, directions[me].next)) }
    return true
  }

  /// Octets that the peer has acknowledged and the capture does not have: they are given up when their sender
  /// has gone on behind them, or when they have been waited for long enough.
  private mutating func giveUpMissed<C: StreamConsumer>(
    _ segment: StreamSegment, _ start: Int64, _ consumer: inout C, _ context: inout StreamContext
  ) {
    for i in 0..<2 where directions[i].lacksAcknowledged {
      let hasGoneOn = i == segment.side.rawValue && start > directions[i].next
      let waited = directions[i].missedSince.map { interval($0, segment.time) } ?? 0
      guard hasGoneOn || waited > context.limits.patience else { continue }
      var end = directions[i].acknowledged
      if hasGoneOn { end = min(end, start) }
      // One octet behind all others may have been a FIN, which takes a number and is no octet.
      if !hasGoneOn, end &- directions[i].next == 1, directions[i].held.isEmpty {
        directions[i].suspectFIN()
        continue
      }
      pass(i, to: end, .notCaptured, segment.time, segment.frame, &consumer, &context)
    }
  }

  /// Passes by the holes before `end`, and delivers what is held between them.
  private mutating func pass<C: StreamConsumer>(
    _ i: Int, to end: Int64, _ reason: StreamGap.Reason, _ time: Int64, _ frame: UInt64,
    _ consumer: inout C, _ context: inout StreamContext
  ) {
    while directions[i].next < end {
      let stop = min(end, directions[i].held.first?.start ?? end)
      if stop > directions[i].next {
        let place = StreamPlace(
          side: directions[i].side, offset: directions[i].next, frame: frame, time: time, delivered: time)
        let gap = StreamGap(place: place, count: stop &- directions[i].next, reason: reason)
        directions[i].skip(gap, &consumer, &context)
      }
      flush(i, time, &consumer, &context)
    }
  }

  /// Delivers a segment that is next, or holds it. What a segment answers comes before it: one that
  /// acknowledges octets of its peer that have not been captured yet waits for them.
  private mutating func take<C: StreamConsumer>(
    _ segment: StreamSegment, _ start: Int64, _ octets: Bytes, _ consumer: inout C,
    _ context: inout StreamContext
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let end = start &+ Int64(segment.length)
    let next = directions[me].next
    if end <= next || directions[me].hasEnded { return }
    if directions[me].isDropped { return directions[me].advance(to: end) }
    let waits = directions[peer].isSeen && directions[peer].lacksAcknowledged
    if start <= next, !waits {
      if !directions[me].held.isEmpty { compare(segment, start, octets, &context) }
      let from = min(Int(next &- start), octets.count)
      directions[me].deliver(
        octets.extracting(from..<octets.count), length: end &- next, place(segment, start, next), &consumer,
        &context)
    } else {
      hold(segment, start, octets, &consumer, &context)
    }
  }

  private func place(_ segment: StreamSegment, _ start: Int64, _ offset: Int64) -> StreamPlace {
    StreamPlace(
      side: segment.side, offset: offset, frame: segment.frame, time: segment.time, delivered: segment.time,
      beginsSegment: start == offset)
  }

  private func copy(_ segment: StreamSegment, _ start: Int64, _ octets: Bytes) -> HeldRun {
    var run = [UInt8]()
    run.append(copyOf: octets)
    return HeldRun(
      start: max(start, directions[segment.side.rawValue].next), end: start &+ Int64(segment.length),
      origin: start, octets: run, frame: segment.frame, time: segment.time)
  }

  /// Notes where a segment that is next contradicts those that came before it.
  private func compare(
    _ segment: StreamSegment, _ start: Int64, _ octets: Bytes, _ context: inout StreamContext
  ) {
    guard let held = directions[segment.side.rawValue].held.first,
      held.start < start &+ Int64(segment.length)
    else { return }
    let differs = directions[segment.side.rawValue].held.firstDifference(with: copy(segment, start, octets))
    note(differs, segment, &context)
  }

  private func note(
    _ differs: (offset: Int64, frame: UInt64)?, _ segment: StreamSegment, _ context: inout StreamContext
  ) {
    guard let differs else { return }
    context.counters.differingOverlaps &+= 1
    if context.conflicts.count < StreamContext.conflictsMax {
      context.conflicts.append(
        StreamConflict(
          side: segment.side, offset: differs.offset, earlier: differs.frame, later: segment.frame))
    }
  }

  /// Keeps a segment for later. When a limit forbids it, the octets before it are given up.
  private mutating func hold<C: StreamConsumer>(
    _ segment: StreamSegment, _ start: Int64, _ octets: Bytes, _ consumer: inout C,
    _ context: inout StreamContext
  ) {
    let me = segment.side.rawValue
    let isFull =
      directions[me].held.octets &+ octets.count > context.limits.heldOctetsMax
      || directions[me].held.count >= context.limits.heldRunsMax
      || !context.counters.hasRoom(octets.count, context.limits)
    if isFull {
      pass(me, to: max(start, directions[me].next), .budget, segment.time, segment.frame, &consumer, &context)
      let next = directions[me].next
      let end = start &+ Int64(segment.length)
      guard end > next else { return }
      let from = min(Int(max(0, next &- start)), octets.count)
      directions[me].deliver(
        octets.extracting(from..<octets.count), length: end &- next, place(segment, start, next), &consumer,
        &context)
      return
    }
    let run = copy(segment, start, octets)
    let (differs, kept) = directions[me].held.insert(run)
    context.counters.take(kept)
    context.counters.octetsHeld &+= UInt64(octets.count)
    note(differs, segment, &context)
  }

  /// Delivers what is held and next, of both directions in turn: octets of one may have waited for those of
  /// the other.
  private mutating func release<C: StreamConsumer>(
    _ segment: StreamSegment, _ consumer: inout C, _ context: inout StreamContext
  ) {
    for _ in 0..<2 {
      for i in 0..<2 {
        if !directions[i].held.isEmpty, !(directions[1 - i].isSeen && directions[1 - i].lacksAcknowledged) {
          flush(i, segment.time, &consumer, &context)
        }
        if let fin = directions[i].fin, directions[i].next >= fin {
          directions[i].end(.fin, &consumer, &context, at: segment.time, frame: segment.frame)
        }
      }
    }
  }

  /// Delivers the held runs that are next.
  private mutating func flush<C: StreamConsumer>(
    _ i: Int, _ time: Int64, _ consumer: inout C, _ context: inout StreamContext
  ) {
    while let first = directions[i].held.first, first.start <= directions[i].next {
      let run = directions[i].held.removeFirst()
      context.counters.give(run.octets.count)
      let next = directions[i].next
      guard run.end > next else { continue }
      let place = StreamPlace(
        side: directions[i].side, offset: next, frame: run.frame, time: run.time,
        delivered: max(time, run.time), beginsSegment: next == run.origin)
      let from = min(Int(next &- run.origin), run.octets.count)
      let to = max(from, min(Int(run.end &- run.origin), run.octets.count))
      directions[i].deliver(
        run.octets.span.extracting(from..<to), length: run.end &- next, place, &consumer, &context)
    }
  }

  /// Nothing follows in either direction: what is held is delivered with its holes passed by, and the
  /// consumer is told.
  mutating func abandon<C: StreamConsumer>(
    _ how: StreamEnd, at time: Int64, frame: UInt64, _ consumer: inout C, _ context: inout StreamContext
  ) {
    for i in 0..<2 {
      while let first = directions[i].held.first {
        pass(i, to: max(first.end, directions[i].next), .end, time, frame, &consumer, &context)
      }
    }
    for i in 0..<2 {
      directions[i].end(how, &consumer, &context, at: time, frame: frame)
    }
  }

  /// The octets held from the first of a direction on, without holes, at most `countMax`.
  func prefix(_ side: FlowSide, _ countMax: Int) -> [UInt8] {
    var octets: [UInt8] = []
    var next = directions[side.rawValue].next
    for run in directions[side.rawValue].held.runs {
      guard run.start <= next, octets.count < countMax else { break }
      let from = Int(next &- run.origin)
      let to = min(Int(run.end &- run.origin), run.octets.count)
      if from >= to { break }
      octets.append(contentsOf: run.octets[from..<to])
      next = run.origin &+ Int64(to)
    }
    return octets
  }

  /// Somebody reads: what was held is lent.
  mutating func resume<C: StreamConsumer>(
    at time: Int64, first side: FlowSide, _ consumer: inout C, _ context: inout StreamContext
  ) {
    isWaiting = false
    flush(side.rawValue, time, &consumer, &context)
    flush(side.other.rawValue, time, &consumer, &context)
  }

  /// Forgets everything: nobody wants to know.
  mutating func drop(_ context: inout StreamContext) {
    for i in 0..<2 { directions[i].drop(&context) }
  }
}
