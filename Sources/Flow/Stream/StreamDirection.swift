// One direction of a stream: numbers made into offsets, octets in order, units for the consumer.

internal import Wire

/// What every step of reassembly needs beside the stream itself.
struct StreamContext: ~Copyable {
  let limits: StreamLimits
  var counters = StreamCounters()
  /// Segments that contradict each other, until somebody takes them; the first few.
  var conflicts: [StreamConflict] = []

  /// Conflicts that are kept until they are taken.
  static let conflictsMax = 64

  init(_ limits: StreamLimits) { self.limits = limits }

  /// There is no more room than what single packets should find.
  @inline(__always)
  var isShort: Bool { counters.octetsNow > limits.allOctetsMax &- limits.allOctetsMax / 16 }
}

/// Octets that one end sends.
struct StreamDirection: Sendable {
  /// No window reaches further (RFC 7323 section 2.3).
  static let windowMax: Int64 = 1 << 30
  /// Octets of a frame that are copied at a time to complete a unit whose beginning is carried.
  private static let pieceMax = 4096

  let side: FlowSide
  /// The sequence number of the octet at offset 0.
  private(set) var base: UInt32 = 0
  private(set) var hasBase = false
  /// Offset of the first octet that was not delivered.
  private(set) var next: Int64 = 0
  /// Offset behind the highest octet that the peer acknowledged, its FIN excepted.
  private(set) var acknowledged: Int64 = 0
  /// An acknowledgment that counted what may have been a FIN.
  private var suspectedFIN: Int64?
  /// Since when octets are acknowledged that are not here.
  var missedSince: Int64?
  /// How many octets there are, once a FIN was seen.
  private(set) var fin: Int64?
  private(set) var hasEnded = false
  var held = HeldRuns()
  /// Nobody reads it.
  private(set) var isDropped = false

  /// It is read, goes on, and waits for nothing.
  @inline(__always)
  var isPlain: Bool {
    isSeen && hasBase && !isDropped && fin == nil && acknowledged <= next && held.isEmpty
  }
  /// Whether a sequence number is that of the octet that comes next.
  @inline(__always)
  func isNext(_ number: UInt32) -> Bool { number == base &+ UInt32(truncatingIfNeeded: next) }

  // The unit at hand.
  /// Octets of it that have not come; 0 between units.
  private var rest: Int64 = 0
  private var missing: Int64 = 0
  /// Octets of a unit whose length is not known yet, and the places where its segments begin.
  private var carry: [UInt8] = []
  private var marks: [StreamPlace] = []
  private var last: StreamPlace

  init(_ side: FlowSide) {
    self.side = side
    last = StreamPlace(side: side, offset: 0, frame: 0, time: 0, delivered: 0)
  }

  /// A segment of this direction was captured.
  var isSeen = false

  /// Begins anew as another connection's, when nobody reads it any more: it holds and carries nothing.
  mutating func restart() {
    precondition(held.isEmpty && carry.isEmpty && marks.isEmpty, "octets would be forgotten")
    (base, hasBase, next, acknowledged) = (0, false, 0, 0)
    (suspectedFIN, missedSince, fin) = (nil, nil, nil)
    (hasEnded, isDropped, isSeen) = (false, false, false)
    (rest, missing) = (0, 0)
    last = StreamPlace(side: side, offset: 0, frame: 0, time: 0, delivered: 0)
  }

  /// Takes the number of the first octet: behind a SYN, or of the first segment seen, or what the peer said
  /// it waits for.
  mutating func begin(at number: UInt32) {
    base = number
    hasBase = true
  }

  /// The offset that a sequence number means: the one nearest to what comes next (RFC 9293 section 3.4).
  func offset(of number: UInt32) -> Int64 {
    next &+ distance(from: base &+ UInt32(truncatingIfNeeded: next), to: number)
  }

  /// Notes what the peer says it has.
  mutating func acknowledge(_ number: UInt32, at time: Int64) {
    var offset = offset(of: number)
    if let fin { offset = min(offset, fin) }
    guard offset > acknowledged, offset &- next <= StreamDirection.windowMax, offset != suspectedFIN else {
      return
    }
    acknowledged = offset
    noteMissed(at: time)
  }

  /// Notes the offset behind the last octet.
  mutating func close(at offset: Int64) {
    guard fin == nil, offset >= next else { return }
    fin = offset
    acknowledged = min(acknowledged, offset)
  }

  /// One octet behind all others is acknowledged and does not come: a FIN takes a number, and is no octet.
  mutating func suspectFIN() {
    suspectedFIN = acknowledged
    acknowledged = next
    missedSince = nil
  }

  /// Octets are acknowledged that have not come: the peer had them when it sent what it says now.
  var lacksAcknowledged: Bool { acknowledged > next && !isDropped }

  /// Whether everything before a number has been delivered.
  @inline(__always)
  func hasDelivered(_ number: UInt32) -> Bool {
    distance(from: base &+ UInt32(truncatingIfNeeded: next), to: number) <= 0
  }

  /// Whether so many octets lie inside the unit at hand, and are not its last.
  @inline(__always)
  func isInside(_ length: Int64) -> Bool { rest > length }

  /// Octets of the unit at hand that have not come.
  var left: Int64 { rest }

  /// Takes so many octets inside the unit at hand as read, of several segments; the last has `length`.
  mutating func advance(inside octets: Int64, last length: Int, _ frame: UInt64, _ time: Int64) {
    let place = StreamPlace(
      side: side, offset: next &+ octets &- Int64(length), frame: frame, time: time, delivered: time)
    advance(inside: octets &- Int64(length), place)
    advance(inside: Int64(length), place)
  }

  /// Takes so many octets inside the unit at hand as read.
  @inline(__always)
  mutating func advance(inside length: Int64, _ place: StreamPlace) {
    last = place.moved(Int(length))
    rest &-= length
    next &+= length
    missedSince = nil
  }

  /// The segment's octets would only be passed by.
  func passesBy(_ length: Int64) -> Bool { isDropped || rest >= length }

  private mutating func noteMissed(at time: Int64) {
    if acknowledged <= next {
      missedSince = nil
    } else if missedSince == nil {
      missedSince = time
    }
  }

  /// Takes octets up to `end` as read: nobody does.
  mutating func advance(to end: Int64) { next = max(next, end) }

  /// Lends octets that are next to the consumer, unit by unit. `length` is what the segment has of them, of
  /// which the frame may have been cut.
  @inline(__always)
  mutating func deliver<C: StreamConsumer>(
    _ octets: Bytes, length: Int64, _ place: StreamPlace, _ consumer: inout C, _ context: inout StreamContext
  ) {
    // The most of all octets lie inside bodies.
    if rest > length, length == octets.count, !isDropped {
      consumer.begin(segment: place, count: length)
      consumer.pass(octets, side)
      last = place.moved(octets.count)
      rest &-= length
      next &+= length
      noteMissed(at: place.delivered)
    } else {
      deliverUnits(octets, length: length, place, &consumer, &context)
    }
  }

  private mutating func deliverUnits<C: StreamConsumer>(
    _ octets: Bytes, length: Int64, _ place: StreamPlace, _ consumer: inout C, _ context: inout StreamContext
  ) {
    if isDropped {
      next &+= length
      return
    }
    last = place.moved(octets.count)
    consumer.begin(segment: place, count: length)
    var at = 0
    while at < octets.count, !isDropped {
      if rest > 0 {
        let count = Int(min(rest, Int64(octets.count &- at)))
        consumer.pass(octets.extracting(at..<at &+ count), side)
        at &+= count
        passed(count, place.moved(at), &consumer)
      } else if carry.isEmpty {
        let answer = consumer.look(octets.extracting(at..<octets.count), place.moved(at))
        at = take(answer, octets, at, place, &consumer, &context)
      } else {
        at = complete(octets, at, place, &consumer, &context)
      }
    }
    next &+= Int64(octets.count)
    if length > octets.count {
      skip(
        StreamGap(place: place.moved(octets.count), count: length &- Int64(octets.count), reason: .cut),
        &consumer, &context)
    }
    noteMissed(at: place.delivered)
  }

  /// Octets of the unit at hand are there.
  private mutating func passed<C: StreamConsumer>(_ count: Int, _ behind: StreamPlace, _ consumer: inout C) {
    rest &-= Int64(count)
    if rest > 0 { return }
    let lost = missing
    missing = 0
    consumer.finish(behind, missing: lost)
  }

  /// Does what the consumer answers to the octets from `at` on; gives the place up to which they are dealt
  /// with.
  private mutating func take<C: StreamConsumer>(
    _ answer: StreamAnswer, _ octets: Bytes, _ at: Int, _ place: StreamPlace, _ consumer: inout C,
    _ context: inout StreamContext
  ) -> Int {
    switch answer {
    case .complete(let count):
      precondition(count > 0, "a unit has an octet at least")
      rest = count
      return at
    case .needMore:
      keep(octets.extracting(at..<octets.count), place.moved(at), &consumer, &context)
      return octets.count
    case .notMine:
      drop(&context)
      return octets.count
    }
  }

  /// Joins octets to those that are carried until the consumer knows their unit; gives the place up to which
  /// they are dealt with.
  private mutating func complete<C: StreamConsumer>(
    _ octets: Bytes, _ at: Int, _ place: StreamPlace, _ consumer: inout C, _ context: inout StreamContext
  ) -> Int {
    let before = carry.count
    let end = at &+ min(octets.count &- at, StreamDirection.pieceMax)
    guard keep(octets.extracting(at..<end), place.moved(at), &consumer, &context) else { return end }
    let joined = carry
    let answer = consumer.look(joined.span, marks[0])
    guard case .complete(let count) = answer else {
      if answer == .notMine { drop(&context) }
      return end
    }
    precondition(count > 0, "a unit has an octet at least")
    let own = Int(min(count, Int64(joined.count)))
    let first = marks[0]
    var behind = first
    for mark in marks where mark.offset < first.offset &+ Int64(own) { behind = mark }
    behind = behind.moved(Int(first.offset &+ Int64(own) &- behind.offset))
    let left = marks
    uncarry(&context)
    rest = count
    consumer.pass(joined.span.extracting(0..<own), side)
    if own < before {
      // Units that lie wholly in what is carried: the rest of it is carried on.
      for i in left.indices where left[i].offset < behind.offset &+ Int64(before &- own) {
        let start = max(left[i].offset, behind.offset)
        let stop = i + 1 < left.count ? left[i + 1].offset : first.offset &+ Int64(before)
        if start >= stop || isDropped { continue }
        let from = Int(start &- first.offset)
        carry.append(contentsOf: joined[from..<Int(min(stop &- first.offset, Int64(before)))])
        marks.append(left[i].moved(Int(start &- left[i].offset)))
      }
      context.counters.take(carry.count)
    }
    passed(own, behind, &consumer)
    return own < before ? at : at &+ own &- before
  }

  /// Carries octets of a unit that is not whole. False when a limit forbids it: the unit is given up.
  @discardableResult
  private mutating func keep<C: StreamConsumer>(
    _ octets: Bytes, _ place: StreamPlace, _ consumer: inout C, _ context: inout StreamContext
  ) -> Bool {
    guard carry.count &+ octets.count <= context.limits.carryOctetsMax,
      context.counters.hasRoom(octets.count, context.limits)
    else {
      let count = Int64(carry.count &+ octets.count)
      let start = marks.first ?? place
      uncarry(&context)
      lose(StreamGap(place: start, count: count, reason: .budget), &consumer, &context)
      return false
    }
    if marks.isEmpty || place.beginsSegment { marks.append(place) }
    carry.append(copyOf: octets)
    context.counters.take(octets.count)
    context.counters.octetsCarried &+= UInt64(octets.count)
    return true
  }

  private mutating func uncarry(_ context: inout StreamContext) {
    context.counters.give(carry.count)
    carry = []
    marks = []
  }

  /// Passes by octets that will not come: inside a unit its length counts on, elsewhere the consumer is told.
  mutating func skip<C: StreamConsumer>(
    _ gap: StreamGap, _ consumer: inout C, _ context: inout StreamContext
  ) {
    next &+= gap.count
    if isDropped || gap.count <= 0 { return }
    context.counters.note(gap)
    last = gap.place
    last.offset = next
    var gap = gap
    while gap.count > 0 {
      if rest == 0 {
        guard carry.isEmpty, let length = consumer.expect(gap.place) else {
          uncarry(&context)
          return consumer.lose(gap)
        }
        rest = length
      }
      let inside = min(rest, gap.count)
      rest &-= inside
      missing &+= inside
      gap.place.offset &+= inside
      gap.count &-= inside
      if rest == 0 {
        let lost = missing
        missing = 0
        consumer.finish(gap.place, missing: lost)
      }
    }
  }

  private mutating func lose<C: StreamConsumer>(
    _ gap: StreamGap, _ consumer: inout C, _ context: inout StreamContext
  ) {
    context.counters.note(gap)
    consumer.lose(gap)
  }

  /// Octets inside the unit at hand that were there and were not kept.
  mutating func passBlank<C: StreamConsumer>(_ count: Int64, _ place: StreamPlace, _ consumer: inout C) {
    next &+= count
    if isDropped { return }
    last = place
    last.offset = next
    let inside = min(rest, count)
    if inside > 0 {
      rest &-= inside
      if rest == 0 {
        let lost = missing
        missing = 0
        consumer.finish(last, missing: lost)
      }
    }
  }

  /// Nobody reads this direction any more.
  mutating func drop(_ context: inout StreamContext) {
    isDropped = true
    uncarry(&context)
    context.counters.give(held.removeAll())
    rest = 0
  }

  /// Nothing follows.
  mutating func end<C: StreamConsumer>(
    _ how: StreamEnd, _ consumer: inout C, _ context: inout StreamContext, at time: Int64, frame: UInt64
  ) {
    if hasEnded { return }
    hasEnded = true
    var place = last
    place.offset = next
    // Bodies without a length end with their direction: with its FIN or its reset. A capture's end is no
    // event of the stream.
    if how != .cut {
      place.delivered = max(place.delivered, time)
      place.frame = max(place.frame, frame)
    }
    if let first = marks.first {
      let left = carry
      consumer.leave(left.span, first)
    }
    consumer.end(place, how, missing: missing)
    drop(&context)
  }
}
