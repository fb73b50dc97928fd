// The report of a connection that was a journal to its end, made of the journal at once.
//
// Every number of an ordinary connection's report follows from few octets of its segments. They are read
// once, in order, and no connection is made between them and the report. A connection that is worth the
// look of a rule is replayed instead (`TCPConnection.replayed`); a test holds the two against each other.

internal import Wire

/// What a journal's segments tell of one end.
private struct EndSketch {
  /// Numbers in flight that one frame brought.
  private struct Sent {
    var end: UInt32 = 0
    var segments: Int32 = 0
    var since: Int64 = 0
  }

  var counters = EndCounters()
  var roundTrip = RoundTrip()
  private let initial: UInt32
  private(set) var next: UInt32
  private(set) var acknowledged: UInt32
  private(set) var flightMax: Int64 = 0
  private(set) var windowMin: Int64 = .max
  private(set) var windowMax: Int64 = 0
  private(set) var initialWindow: UInt16 = 0
  private(set) var largest: UInt16 = 0
  /// Its FIN, and what acknowledged it first: numbers of entries, -1 for none.
  private(set) var fin = -1
  private(set) var finACK = -1
  /// What is in flight, from `first` to `behind`: three frames at most.
  private var sent = InlineArray<4, Sent>(repeating: Sent())
  private var first = 0
  private var behind = 0
  private var segments: Int32 = 0
  /// The letters that it has in the history: for an acknowledgment, for octets.
  private var hasA = false
  private var hasD = false

  init(_ end: JournalEnd) {
    initial = end.initial
    next = end.initial
    acknowledged = end.initial
  }

  /// Frames in flight.
  var inFlight: Int { behind &- first }
  /// Payload octets by sequence space.
  var streamOctets: Int64 { Int64(next &- initial) - 1 - (fin >= 0 ? 1 : 0) }

  /// A segment of its own; says the letter that it has in the history, 0 for none.
  @inline(__always)
  mutating func send(_ entry: JournalEntry, _ index: Int, size: UInt16, shift: UInt8) -> UInt8 {
    counters.segments &+= 1
    let length = entry.length
    if entry.payload > 0 {
      counters.dataSegments &+= 1
      counters.dataOctets &+= UInt64(entry.payload)
      largest = max(largest, entry.payload)
    }
    if length > 0 {
      next &+= length
      let count = Load.segments(Int64(length), of: Int64(size))
      sent[behind & 3] = Sent(end: next, segments: count, since: entry.since)
      behind &+= 1
      segments &+= count
    }
    if entry.flags & TCPFlags.syn.rawValue != 0 {
      windowMax = Int64(entry.window)
      return entry.side == 0 ? UInt8(ascii: "S") : UInt8(ascii: "h")
    }
    // SND.NXT less SND.UNA (RFC 9293 section 3.3.1).
    if length > 0 { flightMax = max(flightMax, Int64(next &- acknowledged)) }
    let window = Int64(entry.window) &<< Int64(shift)
    (windowMin, windowMax) = (min(windowMin, window), max(windowMax, window))
    let letter = letter(entry, index)
    return letter == 0 || entry.side == 0 ? letter : letter &+ 32
  }

  /// The letter of a segment behind the SYN, as the originator's.
  @inline(__always)
  private mutating func letter(_ entry: JournalEntry, _ index: Int) -> UInt8 {
    if entry.flags & TCPFlags.fin.rawValue != 0 {
      fin = index
      return UInt8(ascii: "F")
    }
    if entry.payload > 0 {
      defer { hasD = true }
      return hasD ? 0 : UInt8(ascii: "D")
    }
    defer { hasA = true }
    return hasA ? 0 : UInt8(ascii: "A")
  }

  /// Its peer's segment.
  @inline(__always)
  mutating func hear(_ entry: JournalEntry, _ index: Int) {
    roundTrip.observe()
    guard entry.acknowledgment != acknowledged else { return }
    if initialWindow == 0, entry.acknowledgment &- initial > 1 { initialWindow = UInt16(clamping: segments) }
    acknowledged = entry.acknowledgment
    roundTrip.measure(interval(sent[first & 3].since, entry.since))
    while first < behind, Int32(bitPattern: acknowledged &- sent[first & 3].end) >= 0 {
      segments &-= sent[first & 3].segments
      first &+= 1
    }
    if fin >= 0, finACK < 0, acknowledged == next { finACK = index }
  }
}

/// What a whole journal tells.
private struct Sketch {
  var originator: EndSketch
  var responder: EndSketch
  /// The longest pause, and something was cut.
  var pause: Int64 = 0
  var isCut = false

  init(_ journal: borrowing Journal) {
    originator = EndSketch(journal.ends[0])
    responder = EndSketch(journal.ends[1])
  }

  /// Reads all entries; the letters go into `history`.
  mutating func read(_ whole: inout WholeJournal, _ history: inout HistoryLetters) {
    let sizes = (whole.journal.ends[0].segmentSize, whole.journal.ends[1].segmentSize)
    let shifts = (whole.journal.ends[0].shift, whole.journal.ends[1].shift)
    var last: Int64 = 0
    for index in 0..<Int(whole.journal.count) {
      let entry = whole.entry(index)
      pause = max(pause, entry.since &- last)
      last = entry.since
      isCut = isCut || entry.isCut
      let letter: UInt8
      if entry.side == 0 {
        letter = originator.send(entry, index, size: sizes.0, shift: shifts.0)
        if index > 0 { responder.hear(entry, index) }
      } else {
        letter = responder.send(entry, index, size: sizes.1, shift: shifts.1)
        originator.hear(entry, index)
      }
      if letter != 0 { history.append(letter) }
    }
  }
}

extension WholeJournal {
  /// Whether its report can be made at once, as far as that shows without its entries: nothing in it is for a
  /// rule but that on TIME_WAIT (`EndedFlow.isOrdinary`), when others wait for times from `span` on.
  fileprivate mutating func isPlain(leastSegment: UInt16, span: Int64) -> Bool {
    journal.count >= 3 && journal.start > 0 && journal.last < span
      && journal.ends[0].hasFIN == journal.ends[1].hasFIN && (!journal.ends[0].hasFIN || journal.isClosed)
      && journal.ends[0].offer == journal.ends[1].offer
      && journal.ends[0].offer.maximumSegmentSize >= leastSegment && !journal.ends[0].checks.isOffloaded
      && !journal.ends[1].checks.isOffloaded
  }

  /// An entry as a milestone.
  fileprivate mutating func mark(_ index: Int) -> Milestone {
    let entry = entry(index)
    return Milestone(
      time: journal.start &+ entry.since, frame: journal.firstFrame &+ UInt64(entry.frame))
  }
}

extension EndedFlow {
  /// Makes the connection's part of it of a journal, when the rest is made. False when that is not to be done
  /// at once.
  mutating func fill(_ whole: inout WholeJournal, span: Int64) -> Bool {
    guard whole.isPlain(leastSegment: record.key.first.ipv4 == nil ? 1220 : 536, span: span) else {
      return false
    }
    var sketch = Sketch(whole.journal)
    history.removeAll()
    sketch.read(&whole, &history)
    let most = whole.journal.ends[0].offer.maximumSegmentSize
    guard !sketch.isCut, sketch.originator.largest <= most, sketch.responder.largest <= most,
      sketch.originator.inFlight <= 1, sketch.responder.inFlight <= 1
    else { return false }
    connectionState = sketch.originator.fin >= 0 ? .sf : .s1
    report.fill(&whole, &sketch)
    return true
  }
}

extension ConnectionReport {
  /// Makes it the report of a plain journal.
  fileprivate mutating func fill(_ whole: inout WholeJournal, _ sketch: inout Sketch) {
    details = []
    reset = nil
    reuse = whole.journal.reuse
    connection.hasLostDetail = false
    connection.watch = Watch()
    connection.watch.pause = UInt32(clamping: sketch.pause / 1_000_000)
    connection.watch.largest = [sketch.originator.largest, sketch.responder.largest]
    connection.watch.checks = [whole.journal.ends[0].checks, whole.journal.ends[1].checks]
    fillHandshake(&whole)
    originator.fill(&sketch.originator, whole.journal.ends[0], .originator)
    responder.fill(&sketch.responder, whole.journal.ends[1], .responder)
    findTap(&sketch)
    let (synACK, ack) = (whole.mark(1), whole.mark(2))
    originator.path.append(StateChange(.synSent, whole.mark(0)))
    responder.path.append(StateChange(.synReceived, synACK))
    originator.path.append(StateChange(.established, synACK))
    responder.path.append(StateChange(.established, ack))
    teardown = Teardown()
    if sketch.originator.fin < 0 { return }
    if sketch.originator.fin < sketch.responder.fin {
      teardown.first = .originator
      teardown.fill(&whole, &originator, sketch.originator, &responder, sketch.responder)
    } else {
      teardown.first = .responder
      teardown.fill(&whole, &responder, sketch.responder, &originator, sketch.originator)
    }
  }

  private mutating func fillHandshake(_ whole: inout WholeJournal) {
    handshake = Handshake()
    let (syn, synACK, ack) = (whole.mark(0), whole.mark(1), whole.mark(2))
    (handshake.synFrame, handshake.synTime, handshake.lastSYNTime) = (syn.frame, syn.time, syn.time)
    (handshake.synACKFrame, handshake.synACKTime) = (synACK.frame, synACK.time)
    (handshake.ackFrame, handshake.ackTime) = (ack.frame, ack.time)
  }

  /// Where the tap is, and what follows of it: far from an end its first flight does not show.
  private mutating func findTap(_ sketch: inout Sketch) {
    var opening = Opening()
    (opening.syn, opening.synACK, opening.ack) = (0, 1, 2)
    opening.there = BriefTime(handshake.synACKDelay ?? 0)
    opening.here = BriefTime(handshake.ackDelay ?? 0)
    if opening.vantage(of: .originator) == .far { originator.initialWindow = 0 }
    if opening.vantage(of: .responder) == .far { responder.initialWindow = 0 }
    tap = Tap(
      toOriginator: least(opening.here, sketch.responder.roundTrip),
      toResponder: least(opening.there, sketch.originator.roundTrip))
  }

  private func least(_ delay: BriefTime, _ trips: RoundTrip) -> Int64 {
    trips.samples > 0 ? min(delay.nanoseconds, trips.least) : delay.nanoseconds
  }
}

extension EndReport {
  /// Makes it the report of one end of a plain journal, but for its path.
  fileprivate mutating func fill(_ sketch: inout EndSketch, _ end: JournalEnd, _ side: FlowSide) {
    details = []
    isPlain = true
    self.side = side
    hasPeer = true
    (initialSequence, hasSYN, offer, state) = (end.initial, true, end.offer, .established)
    (flightMax, windowMax) = (sketch.flightMax, sketch.windowMax)
    windowMin = sketch.windowMin == .max ? nil : sketch.windowMin
    streamOctets = sketch.streamOctets
    finFrame = nil
    initialWindow = sketch.initialWindow
    path.removeAll()
    counters.fill(sketch.counters)
    roundTrips = RoundTripFigures(sketch.roundTrip)
  }
}

extension StateChange {
  fileprivate init(_ state: EndpointState, _ mark: Milestone) {
    self.init(state: state, time: mark.time, frame: mark.frame)
  }
}

extension Teardown {
  /// One end closed first and the other behind it, each acknowledged: the states that they came through (RFC
  /// 9293 section 3.6, case 1), and how the connection was closed.
  fileprivate mutating func fill(
    _ whole: inout WholeJournal, _ closer: inout EndReport, _ first: EndSketch, _ other: inout EndReport,
    _ second: EndSketch
  ) {
    let (fin, finACK) = (whole.mark(first.fin), whole.mark(first.finACK))
    let (last, lastACK) = (whole.mark(second.fin), whole.mark(second.finACK))
    closer.path.append(StateChange(.finWait1, fin))
    closer.path.append(StateChange(.finWait2, finACK))
    closer.path.append(StateChange(.timeWait, last))
    other.path.append(StateChange(.closeWait, fin))
    other.path.append(StateChange(.lastACK, last))
    other.path.append(StateChange(.closed, lastACK))
    (closer.state, other.state) = (.timeWait, .closed)
    (closer.finFrame, other.finFrame) = (fin.frame, last.frame)
    kind = .fin
    finFrames.append(fin.frame)
    finFrames.append(last.frame)
    ackFrames.append(finACK.frame)
    ackFrames.append(lastACK.frame)
    steps = finACK.frame == last.frame ? 3 : 4
    halfClose = interval(fin.time, last.time)
    halfCloseOctets = 0
  }
}
