// The report of a connection that was a journal to its end, made of the journal at once.
//
// Every number of an ordinary connection's report follows from few octets of its segments. They are read
// once, in order, and no connection is made between them and the report. A connection that is worth the
// look of a rule is replayed instead (`TCPConnection.replayed`); a test holds the two against each other.

internal import Wire

extension WholeJournal {
  /// Whether its report can be made at once, as far as that shows without its entries: nothing in it is for a
  /// rule but those on TIME_WAIT and on resets (`EndedFlow.isOrdinary`), when others wait for times from
  /// `span` on.
  fileprivate mutating func isPlain(leastSegment: UInt16, span: Int64) -> Bool {
    journal.count >= 3 && journal.start > 0 && journal.last < span
      && (journal.isReset || journal.ends[0].hasFIN == journal.ends[1].hasFIN)
      && (journal.isReset || !journal.ends[0].hasFIN || journal.isClosed)
      && journal.ends[0].offer == journal.ends[1].offer
      && journal.ends[0].offer.maximumSegmentSize >= leastSegment && !journal.ends[0].checks.isOffloaded
      && !journal.ends[1].checks.isOffloaded
  }

  /// The same of one that nobody answered but by a RST: of what the ends offer no rule speaks.
  fileprivate mutating func isUnansweredPlainly(span: Int64) -> Bool {
    (journal.count == 1 || journal.count == 2 && journal.isReset) && journal.start > 0 && journal.last < span
      && !journal.ends[0].checks.isOffloaded && !journal.ends[1].checks.isOffloaded
  }
}

extension EndedFlow {
  /// Makes the connection's part of it of a journal, when the rest is made. False when that is not to be done
  /// at once.
  mutating func fill(_ whole: inout WholeJournal, span: Int64) -> Bool {
    if whole.isUnansweredPlainly(span: span) {
      fillUnanswered(&whole)
      return true
    }
    guard whole.isPlain(leastSegment: record.key.first.ipv4 == nil ? 1220 : 536, span: span) else {
      return false
    }
    var sketch = Sketch(&whole.journal)
    sketch.read(&whole)
    let most = whole.journal.ends[0].offer.maximumSegmentSize
    guard !sketch.isCut, sketch.originator.largest <= most, sketch.responder.largest <= most,
      sketch.originator.inFlight <= 1, sketch.responder.inFlight <= 1,
      sketch.originator.trips.areExact, sketch.responder.trips.areExact
    else { return false }
    history.fill(sketch.letters, count: sketch.letterCount)
    connectionState = sketch.originator.hasFIN ? .sf : .s1
    report.fill(&whole.journal, &sketch)
    if whole.journal.isReset { fillReset(&whole.journal, &sketch) }
    return true
  }
}

extension ConnectionReport {
  /// Makes it the report of a plain journal.
  @inline(__always)
  fileprivate mutating func fill(_ journal: inout Journal, _ sketch: inout Sketch) {
    if !details.isEmpty { details = [] }
    journalKind = .ordinary
    reset = nil
    reuse = journal.reuse
    connection.hasLostDetail = false
    connection.watch = Watch()
    connection.watch.pause = UInt32(clamping: sketch.pause / 1_000_000)
    connection.watch.largest = [sketch.originator.largest, sketch.responder.largest]
    connection.watch.checks = [journal.ends[0].checks, journal.ends[1].checks]
    originator.fill(&sketch.originator, journal.ends[0], .originator)
    responder.fill(&sketch.responder, journal.ends[1], .responder)
    findTap(&sketch)
    let syn = Milestone(time: journal.start, frame: journal.firstFrame)
    let (synACK, ack) = (syn.moved(sketch.synACK), syn.moved(sketch.ack))
    fillHandshake(syn, synACK, ack)
    let opener = (StateChange(.synSent, syn), StateChange(.established, synACK))
    let answerer = (StateChange(.synReceived, synACK), StateChange(.established, ack))
    teardown.clear()
    if journal.isReset || !sketch.originator.hasFIN {
      originator.path.fill(opener)
      responder.path.fill(answerer)
    } else if sketch.originator.fin.frame < sketch.responder.fin.frame {
      teardown.first = .originator
      teardown.fill(
        syn, &originator, opener, &sketch.originator, &responder, answerer, &sketch.responder)
    } else {
      teardown.first = .responder
      teardown.fill(
        syn, &responder, answerer, &sketch.responder, &originator, opener, &sketch.originator)
    }
  }

  @inline(__always)
  private mutating func fillHandshake(_ syn: Milestone, _ synACK: Milestone, _ ack: Milestone) {
    handshake = Handshake()
    (handshake.synFrame, handshake.synTime, handshake.lastSYNTime) = (syn.frame, syn.time, syn.time)
    (handshake.synACKFrame, handshake.synACKTime) = (synACK.frame, synACK.time)
    (handshake.ackFrame, handshake.ackTime) = (ack.frame, ack.time)
  }

  /// Where the tap is, and what follows of it: far from an end its first flight does not show. The first
  /// sample of each end is its part of the handshake.
  @inline(__always)
  private mutating func findTap(_ sketch: inout Sketch) {
    var opening = Opening()
    (opening.syn, opening.synACK, opening.ack) = (0, 1, 2)
    opening.there = BriefTime(sketch.originator.trips.first)
    opening.here = BriefTime(sketch.responder.trips.first)
    if opening.vantage(of: .originator) == .far { originator.initialWindow = 0 }
    if opening.vantage(of: .responder) == .far { responder.initialWindow = 0 }
    tap = Tap(toOriginator: sketch.responder.trips.least, toResponder: sketch.originator.trips.least)
  }
}

extension EndReport {
  /// Makes it the report of one end of a plain journal, but for its path.
  @inline(__always)
  fileprivate mutating func fill(_ sketch: inout EndSketch, _ end: JournalEnd, _ side: FlowSide) {
    if !details.isEmpty { details = [] }
    isPlain = true
    self.side = side
    hasPeer = true
    (initialSequence, hasSYN, offer, state) = (end.initial, true, end.offer, .established)
    flightMax = Int64(sketch.flightMax)
    (windowMax, windowMin) = sketch.windows(shift: end.shift)
    streamOctets = sketch.streamOctets
    finFrame = nil
    initialWindow = sketch.initialWindow
    counters = TCPCounters()
    counters.segments = UInt64(sketch.segments)
    counters.dataSegments = UInt64(sketch.dataSegments)
    counters.dataOctets = sketch.dataOctets
    roundTrips = sketch.trips.figures()
  }
}

extension Milestone {
  /// A mark of a sketch, seen from the milestone that it is counted from.
  @inline(__always)
  func moved(_ mark: SketchMark) -> Milestone {
    Milestone(time: time &+ mark.since, frame: frame &+ UInt64(mark.frame))
  }
}

extension StateChange {
  @inline(__always)
  fileprivate init(_ state: EndpointState, _ mark: Milestone) {
    self.init(state: state, time: mark.time, frame: mark.frame)
  }
}

extension StatePath {
  /// How an end came into its connection.
  @inline(__always)
  fileprivate mutating func fill(_ opening: (StateChange, StateChange)) {
    removeAll()
    append(opening.0)
    append(opening.1)
  }
}

extension Teardown {
  /// Nothing closed it. Field by field: of the lists only the counts are written.
  @inline(__always)
  fileprivate mutating func clear() {
    (kind, first, isSimultaneous, steps) = (.none, nil, false, nil)
    finFrames.removeAll()
    ackFrames.removeAll()
    (reset, halfClose, halfCloseOctets) = (nil, nil, nil)
  }

  /// One end closed first and the other behind it, each acknowledged: the states that they came through (RFC
  /// 9293 section 3.6, case 1), behind those of the opening, and how the connection was closed. `syn` is what
  /// times and frames are counted from.
  fileprivate mutating func fill(
    _ syn: Milestone, _ closer: inout EndReport, _ closerOpening: (StateChange, StateChange),
    _ first: inout EndSketch, _ other: inout EndReport, _ otherOpening: (StateChange, StateChange),
    _ second: inout EndSketch
  ) {
    let (fin, finACK) = (syn.moved(first.fin), syn.moved(first.finACK))
    let (last, lastACK) = (syn.moved(second.fin), syn.moved(second.finACK))
    closer.path.fill(closerOpening)
    closer.path.append(StateChange(.finWait1, fin))
    closer.path.append(StateChange(.finWait2, finACK))
    closer.path.append(StateChange(.timeWait, last))
    other.path.fill(otherOpening)
    other.path.append(StateChange(.closeWait, fin))
    other.path.append(StateChange(.lastACK, last))
    other.path.append(StateChange(.closed, lastACK))
    (closer.state, other.state) = (.timeWait, .closed)
    (closer.finFrame, other.finFrame) = (fin.frame, last.frame)
    kind = .fin
    finFrames.fill(fin.frame, last.frame)
    ackFrames.fill(finACK.frame, lastACK.frame)
    steps = finACK.frame == last.frame ? 3 : 4
    halfClose = interval(fin.time, last.time)
    halfCloseOctets = 0
  }
}
