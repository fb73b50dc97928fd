// The connections of which hardly a rule can speak: most of them. One look tells them, instead of fifty.

internal import Wire

extension EndedFlow {
  /// Whether no rule but the one on TIME_WAIT can speak of this flow: a connection between ends that were
  /// both heard and offered the same, opened by three segments and, if it was closed, by FINs that were
  /// acknowledged, of which nothing had to be noted. Each condition stands for the rules that it silences; a
  /// test holds it against all of them.
  mutating func isOrdinary(_ limits: FindingLimits) -> Bool {
    guard hasConnection, notices.isEmpty, report.journalKind != .brief else { return false }
    // Of a plain journal the rest was asked when its report was made (`WholeJournal.isPlain`).
    return (report.journalKind == .ordinary ? !report.originator.offer.isCut : isWell())
      && Int64(report.connection.watch.pause) * 1_000_000 < limits.idle
      // No end was in CLOSE_WAIT for longer.
      && interval(record.start, record.end) < limits.closeWait
  }

  /// The same of the report alone, but for what the limits say.
  @inline(never)
  private mutating func isWell() -> Bool {
    report.isPlain && !report.hasLostDetail
      && report.isWellOpened(leastSegment: record.key.first.ipv4 == nil ? 1220 : 536)
      && report.isWellClosed() && report.isWellCaptured()
  }

  /// What the rule on ports that are used again says of a connection that was kept as a journal: such a
  /// one may be ordinary nevertheless.
  mutating func reuseFinding(_ limits: FindingLimits) -> Finding? {
    guard let reuse = report.reuse, let since = reuse.sinceTimeWait,
      since < 2 * limits.maximumSegmentLifetime
    else { return nil }
    return Finding(
      .portReused, reuse.isNewer ? .info : .warning, .originator, frames: [record.firstFrame], since,
      reuse.isNewer ? 1 : 0)
  }

  /// The finding that an ordinary connection has, if it has one, in the place of what `found` held before.
  mutating func putTimeWait(_ limits: FindingLimits, in found: inout [Finding]) {
    var side = FlowSide.originator
    if report.originator.path.timeWait == nil { side = .responder }
    let change = side == .originator ? report.originator.path.timeWait : report.responder.path.timeWait
    guard let change else { return found.removeAll(keepingCapacity: true) }
    let time = 2 * limits.maximumSegmentLifetime
    if found.count == 1, found[0].isTimeWait() { return found[0].retell(side, change, lasting: time) }
    found.removeAll(keepingCapacity: true)
    found.append(Finding(timeWait: side, change, lasting: time))
  }
}

extension ConnectionReport {
  /// Nothing for the rules on the opening and on what the SYNs offered.
  fileprivate mutating func isWellOpened(leastSegment: UInt16) -> Bool {
    handshake.isComplete && originator.hasSYN && responder.hasSYN && handshake.synACKRetransmissions == 0
      && !handshake.isSimultaneous && !handshake.isFastOpen && !originator.offer.isCut
      && originator.offer == responder.offer && originator.offer.maximumSegmentSize >= leastSegment
  }

  /// Nothing for those on the closing: neither end waits for something, and one at most is in TIME_WAIT.
  fileprivate mutating func isWellClosed() -> Bool {
    reset == nil && !teardown.isSimultaneous && originator.isSettled() && responder.isSettled()
      && (originator.path.timeWait == nil || responder.path.timeWait == nil)
  }

  /// Nothing for those on silence and on the capture.
  fileprivate mutating func isWellCaptured() -> Bool {
    let most = originator.offer.maximumSegmentSize
    return originator.counters.segments > 0 && responder.counters.segments > 0
      && connection.watch.silentTimeouts[0] | connection.watch.silentTimeouts[1] == 0
      && connection.watch.largest[0] <= most && connection.watch.largest[1] <= most
      && connection.watch.cut == 0 && !connection.watch.checks[0].isOffloaded
      && !connection.watch.checks[1].isOffloaded
  }
}

extension EndReport {
  /// It is in a state in which an end may stay.
  fileprivate mutating func isSettled() -> Bool {
    switch path.state {
    case .closed, .listen, .synSent, .synReceived, .established, .timeWait: true
    case .finWait1, .finWait2, .closeWait, .closing, .lastACK, nil: false
    }
  }
}
