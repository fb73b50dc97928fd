// The report of a journal that a RST ended, or that nobody answered: made at once as well, and looked at by
// the rules that may speak of it. Those ask the connection itself for few things, which are filled in.

internal import Wire

extension EndedFlow {
  /// Makes the connection's part of it of a journal of a SYN, and of the RST that refused it if there is one.
  mutating func fillUnanswered(_ whole: inout WholeJournal) {
    let isRefused = whole.journal.isReset
    history.fill(UInt64(UInt8(ascii: "S")), count: 1)
    if isRefused { history.append(UInt8(ascii: "r")) }
    connectionState = isRefused ? .rej : .s0
    report.fillUnanswered(&whole, until: time)
  }

  /// Adds the RST that ended a journal to what the rest of it has made of the connection's part.
  mutating func fillReset(_ journal: inout Journal, _ sketch: inout Sketch) {
    let isOriginators = sketch.resetSide == .originator
    history.append(UInt8(ascii: isOriginators ? "R" : "r"))
    // Behind both FINs Zeek takes no notice of it.
    if !sketch.originator.hasFIN || !sketch.responder.hasFIN {
      connectionState = isOriginators ? .rsto : .rstr
    }
    report.fillReset(&journal, &sketch, until: time)
  }
}

extension ConnectionReport {
  /// Makes it the report of a SYN, and of the RST that refused it if there is one.
  fileprivate mutating func fillUnanswered(_ whole: inout WholeJournal, until end: Int64) {
    if !details.isEmpty { details = [] }
    (journalKind, reuse, reset) = (.brief, whole.journal.reuse, nil)
    tap = Tap(toOriginator: nil, toResponder: nil)
    let syn = Milestone(time: whole.journal.start, frame: whole.journal.firstFrame)
    handshake = Handshake()
    (handshake.synFrame, handshake.synTime, handshake.lastSYNTime) = (syn.frame, syn.time, syn.time)
    originator.fill(asking: whole.journal.ends[0], window: whole.entry(0).window)
    originator.step(.synSent, syn)
    responder.fillSilent(.responder)
    connection.ends[0].forget()
    connection.ends[1].forget()
    connection.ends[0].highest = 1
    if whole.journal.isReset {
      handshake.isRefused = true
      originator.hasPeer = true
      // A number that is not its own: whoever refuses has none.
      responder.initialSequence = whole.journal.ends[1].initial &- 1
      responder.counters.segments = 1
      self.end(by: .responder, .refused, syn.moved(SketchMark(whole.entry(1))))
    }
    fillTeardown(nil, nil, until: end)
  }

  /// Adds the RST that ended a journal, and what came before it behind the opening.
  fileprivate mutating func fillReset(_ journal: inout Journal, _ sketch: inout Sketch, until end: Int64) {
    journalKind = .brief
    sketch.originator.fill(&connection.ends[0])
    sketch.responder.fill(&connection.ends[1])
    connection.ends[0].lastNew = journal.start &+ journal.ends[0].lastNew
    connection.ends[1].lastNew = journal.start &+ journal.ends[1].lastNew
    let syn = Milestone(time: journal.start, frame: journal.firstFrame)
    let fins = (
      sketch.originator.hasFIN ? syn.moved(sketch.originator.fin) : nil,
      sketch.responder.hasFIN ? syn.moved(sketch.responder.fin) : nil
    )
    if let fin = fins.0, fin.frame < fins.1?.frame ?? .max {
      originator.close(fin, sketch.originator.isDone ? syn.moved(sketch.originator.finACK) : nil, fins.1)
      responder.follow(fin, fins.1)
    } else if let fin = fins.1 {
      responder.close(fin, sketch.responder.isDone ? syn.moved(sketch.responder.finACK) : nil, fins.0)
      originator.follow(fin, fins.0)
    }
    self.end(by: sketch.resetSide, sketch.resetKind(), syn.moved(sketch.reset))
    fillTeardown(fins.0, fins.1, until: end)
  }

  /// A RST of one end ends it: whoever sends it in TIME_WAIT stays there.
  private mutating func end(by side: FlowSide, _ kind: ResetKind, _ mark: Milestone) {
    reset = (side, mark.frame)
    connection.resetKind = kind
    if side == .responder || originator.state != .timeWait { originator.step(.closed, mark) }
    if side == .originator || responder.state != .timeWait { responder.step(.closed, mark) }
  }

  /// How it was closed, by the time of `end`, when these are the ends' FINs.
  private mutating func fillTeardown(_ fin: Milestone?, _ otherFIN: Milestone?, until end: Int64) {
    teardown = Teardown(
      Teardown.End(
        fin: fin, path: &originator.path, isHeard: true, afterFIN: 0, resetFrame: reset?.frame),
      Teardown.End(
        fin: otherFIN, path: &responder.path, isHeard: responder.counters.segments > 0, afterFIN: 0,
        resetFrame: reset?.frame),
      reset: reset, kind: reset == nil ? nil : connection.resetKind, until: end)
  }
}

extension EndReport {
  /// Comes into a state, unless it is in it.
  fileprivate mutating func step(_ next: EndpointState, _ mark: Milestone) {
    if next == state { return }
    state = next
    path.append(StateChange(state: next, time: mark.time, frame: mark.frame))
  }

  /// Closes first (RFC 9293 section 3.6): its FIN, what acknowledged that, and the other's FIN.
  fileprivate mutating func close(_ fin: Milestone, _ acknowledged: Milestone?, _ last: Milestone?) {
    finFrame = fin.frame
    step(.finWait1, fin)
    if let acknowledged { step(.finWait2, acknowledged) }
    if let last { step(.timeWait, last) }
  }

  /// Closes behind the other's FIN, if it does.
  fileprivate mutating func follow(_ fin: Milestone, _ last: Milestone?) {
    step(.closeWait, fin)
    guard let last else { return }
    finFrame = last.frame
    step(.lastACK, last)
  }

  /// Makes it the report of an end that sent nothing.
  fileprivate mutating func fillSilent(_ side: FlowSide) {
    if !details.isEmpty { details = [] }
    (isPlain, self.side, hasPeer) = (true, side, true)
    (initialSequence, hasSYN, offer, state) = (nil, false, TCPOffer(), .closed)
    (flightMax, windowMax, windowMin, streamOctets) = (0, 0, nil, 0)
    (finFrame, initialWindow, roundTrips) = (nil, 0, nil)
    path.removeAll()
    counters = TCPCounters()
  }

  /// Makes it the report of an end that sent a SYN with this window (not scaled: RFC 7323 section 2.2).
  fileprivate mutating func fill(asking end: JournalEnd, window: UInt16) {
    fillSilent(.originator)
    (initialSequence, hasSYN, offer, hasPeer) = (end.initial, true, end.offer, false)
    windowMax = Int64(window)
    counters.segments = 1
  }
}

extension TCPEnd {
  /// Nothing is known of it that the rules on the opening and the end ask for.
  fileprivate mutating func forget() {
    (highest, acknowledged, finSequence, counters.dataSegments) = (0, 0, nil, 0)
  }
}

extension EndSketch {
  /// Says what the rules on the end ask for, but for its times.
  fileprivate mutating func fill(_ end: inout TCPEnd) {
    end.highest = Int64(next &- initial)
    end.acknowledged = Int64(acknowledged &- initial)
    end.finSequence = hasFIN ? end.highest - 1 : nil
    end.counters.dataSegments = dataSegments
  }
}

extension Sketch {
  /// Which kind the RST is that ended it: `TCPConnection.resetKind` of one that is no refusal and is taken.
  fileprivate mutating func resetKind() -> ResetKind {
    let isOriginators = resetSide == .originator
    if isOriginators ? originator.hasFIN : responder.hasFIN { return .afterClose }
    if resetFlags & TCPFlags.ack.rawValue == 0 { return .dead }
    let (known, hasData) =
      isOriginators
      ? (responder.acknowledged, responder.dataSegments > 0)
      : (originator.acknowledged, originator.dataSegments > 0)
    return resetAcknowledgment != known && hasData ? .unread : .abort
  }
}
