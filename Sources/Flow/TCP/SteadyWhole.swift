// From a journal to a steady connection, and from there to a whole one.

internal import Wire

extension SteadyEnd {
  /// Takes what its SYN says of its window, which is not scaled (RFC 7323 section 2.2), and its marks.
  fileprivate mutating func open(_ syn: JournalEntry) {
    windowMax = UInt32(syn.window)
    windowSent = syn.window
    identification = syn.identification
    stamp = syn.stamp
  }
}

extension Steady {
  /// Takes what a journal has; nil when its connection is none of these. `remember` is handed each segment
  /// and its number among those of its end, from 1.
  init?(_ whole: inout WholeJournal, _ remember: (Arrival, Segment, UInt32) -> Void) {
    guard whole.journal.count >= 3, whole.journal.start > 0, whole.journal.reusedAfter < 0,
      !whole.journal.ends[0].hasFIN, !whole.journal.ends[1].hasFIN,
      whole.journal.ends[0].segmentSize == whole.journal.ends[1].segmentSize,
      let offer = BriefOffer(whole.journal.ends[0].offer),
      let answer = BriefOffer(whole.journal.ends[1].offer)
    else { return nil }
    start = whole.journal.start
    firstFrame = whole.journal.firstFrame
    segmentSize = whole.journal.ends[0].segmentSize
    (ends[0].offer, ends[1].offer) = (offer, answer)
    for i in 0..<2 {
      ends[i].initial = whole.journal.ends[i].initial
      ends[i].shift = whole.journal.ends[i].shift
      ends[i].checks = whole.journal.ends[i].checks
      ends[i].way = whole.journal.ways[i]
      ends[i].set(SteadyEnd.near, whole.journal.ends[i].isNear)
    }
    open(whole.entry(0), whole.entry(1), whole.entry(2))
    for index in 2..<Int(whole.journal.count) {
      var arrival = arrival(whole.entry(index))
      guard isOrdinary(&arrival) else { return nil }
      take(&arrival)
    }
    tell(&whole, remember)
  }

  /// The SYN, its answer, and when the third came.
  private mutating func open(_ syn: JournalEntry, _ synACK: JournalEntry, _ ack: JournalEntry) {
    (answered, confirmed) = (synACK.since, ack.since)
    (answeredFrame, confirmedFrame) = (synACK.frame, ack.frame)
    ends[0].open(syn)
    ends[1].open(synACK)
    ends[0].acknowledged = 1
    (ends[0].lastHeard, ends[0].landed) = (answered, answered)
    ends[0].roundTrip.measure(interval(0, answered))
    ends[1].lastNew = answered
    ends[1].edge = 1 &+ UInt32(synACK.window)
    ends[1].acknowledgmentFrame = answeredFrame &+ 1
    if answered >= 1_000_000 {
      (pause, pauseFrame) = (UInt32(clamping: answered / 1_000_000), answeredFrame &+ 1)
    }
  }

  /// A segment behind the SYNs as it came.
  private mutating func arrival(_ entry: JournalEntry) -> Arrival {
    let me = entry.side
    return Arrival(
      side: me == 0 ? .originator : .responder, time: start &+ entry.since,
      frame: firstFrame &+ UInt64(entry.frame), flags: entry.flags,
      sequence: ends[me].initial &+ ends[me].next, acknowledgment: entry.acknowledgment, window: entry.window,
      identification: entry.identification, stamp: entry.stamp, hasStamp: ends[me].offer.hasTimestamps,
      payload: Int(entry.payload), isCut: entry.isCut, isMarked: false, way: ends[me].way)
  }

  /// Tells all segments, the SYNs as well.
  private mutating func tell(_ whole: inout WholeJournal, _ remember: (Arrival, Segment, UInt32) -> Void) {
    var next: InlineArray<2, UInt32> = [0, 0]
    var counts: InlineArray<2, UInt32> = [0, 0]
    for index in 0..<Int(whole.journal.count) {
      let entry = whole.entry(index)
      var arrival = arrival(entry)
      arrival.sequence = ends[entry.side].initial &+ next[entry.side]
      counts[entry.side] &+= 1
      remember(arrival, segment(&arrival), counts[entry.side])
      next[entry.side] &+= entry.length
    }
  }

  /// A segment in the connection's own numbers, for who remembers it (`Copies`).
  @inline(__always)
  mutating func segment(_ a: inout Arrival) -> Segment {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let flags = TCPFlags(rawValue: a.flags)
    return Segment(
      side: a.side, frame: a.frame, time: a.time, flags: flags,
      sequence: Int64(a.sequence &- ends[me].initial),
      payload: Int64(a.payload),
      acknowledgment: flags.contains(.ack) ? Int64(a.acknowledgment &- ends[peer].initial) : 0,
      window: a.window, timestamps: a.hasStamp ? (a.stamp, 0) : nil,
      identification: a.identification != 0 ? a.identification : nil, sackCount: 0, isDuplicateSACK: false)
  }
}

extension Steady {
  /// The connection that it is; `isOnlyJudged` when nobody asks for a record of it.
  func whole(isOnlyJudged: Bool) -> TCPConnection {
    var connection = TCPConnection(start: start, firstFrame: firstFrame, isOnlyJudged: isOnlyJudged)
    putOpening(in: &connection)
    for i in 0..<2 { put(ends[i], of: i, in: &connection) }
    connection.ends[0].acknowledgmentSent = Int64(ends[1].acknowledged)
    connection.ends[1].acknowledgmentSent = Int64(ends[0].acknowledged)
    connection.learnScales()
    if !isOnlyJudged { putLetters(in: &connection) }
    putWatch(in: &connection)
    return connection
  }

  private func putOpening(in connection: inout TCPConnection) {
    _ = connection.milestones.note(0, 0)
    _ = connection.milestones.note(answered, UInt64(answeredFrame))
    _ = connection.milestones.note(confirmed, UInt64(confirmedFrame))
    (connection.opening.syn, connection.opening.synACK, connection.opening.ack) = (0, 1, 2)
    connection.opening.there = BriefTime(interval(0, answered))
    connection.opening.here = BriefTime(interval(answered, confirmed))
    connection.ends[0].path.append(PathStep(.synSent, 0))
    connection.ends[0].path.append(PathStep(.established, 1))
    connection.ends[1].path.append(PathStep(.synReceived, 1))
    connection.ends[1].path.append(PathStep(.established, 2))
    connection.ends[1].hasSYNACK = true
  }

  private func put(_ end: SteadyEnd, of i: Int, in connection: inout TCPConnection) {
    let isInFlight = end.acknowledged != end.next
    var whole = connection.ends[i]
    whole.initialSequence = end.initial
    whole.hasSYN = true
    whole.offer = end.offer.whole
    whole.counters.segments = end.segments
    whole.counters.dataSegments = end.dataSegments
    whole.counters.dataOctets = UInt64(end.next) - 1
    whole.state = .established
    whole.highest = Int64(end.next)
    whole.acknowledged = Int64(end.acknowledged)
    if isInFlight {
      whole.single = SingleFlight(
        start: whole.acknowledged, length: end.next &- end.acknowledged, sent: start &+ end.lastNew)
    }
    whole.roundTrip = end.roundTrip
    whole.edge = Int64(end.edge)
    whole.windowMax = Int64(end.windowMax)
    if end.windowMin != .max { whole.windowMin = Int64(end.windowMin) }
    whole.hasAcknowledged = true
    whole.windowSent = end.windowSent
    whole.acknowledgmentFrame = end.acknowledgmentFrame
    whole.startTimer(start &+ (isInFlight ? end.lastNew : end.landed), byPeer: !isInFlight)
    whole.lastHeard = start &+ end.lastHeard
    whole.lastNew = start &+ end.lastNew
    whole.flightMax = Int64(end.flightMax)
    whole.segmentSize = segmentSize
    whole.initialWindow = end.initialWindow
    whole.isLone = end.has(SteadyEnd.lone)
    if end.identification != 0 { whole.identificationMost = end.identification }
    if end.offer.hasTimestamps { whole.timestampMost = end.stamp }
    connection.ends[i] = whole
  }

  /// The letters come again as they came first: what is behind each is the same as then.
  private func putLetters(in connection: inout TCPConnection) {
    var none = TCPDetail()
    func note(_ flags: TCPFlags, _ side: FlowSide, payload: Int64 = 0) {
      let segment = Segment(
        side: side, frame: 0, time: 0, flags: flags, sequence: 1, payload: payload, acknowledgment: 1,
        window: 1, timestamps: nil,
        identification: nil, sackCount: 0, isDuplicateSACK: false)
      connection.history.note(segment, highest: 1, lastFIN: nil, &none)
    }
    note(.syn, .originator)
    note([.syn, .ack], .responder)
    var left = letters
    while left != 0 {
      let letter = UInt8(truncatingIfNeeded: left)
      let isLaden = letter & ~32 == UInt8(ascii: "D")
      note(.ack, letter & 32 == 0 ? .originator : .responder, payload: isLaden ? 1 : 0)
      left >>= 8
    }
  }

  private func putWatch(in connection: inout TCPConnection) {
    (connection.watch.pause, connection.watch.pauseFrame) = (pause, pauseFrame)
    (connection.watch.cut, connection.watch.cutFrame) = (cut, cutFrame)
    connection.watch.openingACKs = openingACKs
    for i in 0..<2 {
      connection.watch.largest[i] = ends[i].largest
      connection.watch.largestFrame[i] = ends[i].largestFrame
      connection.watch.lastSize[i] = ends[i].lastSize
      connection.watch.checks[i] = ends[i].checks
    }
  }
}
