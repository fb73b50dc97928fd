// Rules on how a connection was closed: FINs, what they wait for, and resets.

internal import Wire

extension Examination {
  /// From when on an end that waits is worth a word at all, in nanoseconds: a second, the least timer that
  /// RFC 6298 section 2.4 allows.
  private static let waitMin: Int64 = 1_000_000_000

  /// FINs and the states behind them (RFC 9293 section 3.6).
  mutating func closing(_ flow: inout EndedFlow) {
    for side in FlowSide.allCases {
      if let change = flow.report.at(side, { $0.path.timeWait }) {
        add(Finding(timeWait: side, change, lasting: 2 * limits.maximumSegmentLifetime))
      }
      // What an end does that the capture never shows is nobody's fault.
      if isWhole { waits(&flow, side) }
    }
    if let octets = flow.report.teardown.halfCloseOctets, octets > 0, let first = flow.report.teardown.first {
      add(
        Finding(
          .halfClose, .info, first, frames: flow.report.teardown.finFrames + flow.report.teardown.ackFrames,
          octets, flow.report.teardown.halfClose ?? 0))
    }
    if flow.report.teardown.isSimultaneous {
      add(
        Finding(
          .simultaneousClose, .info, nil,
          frames: flow.report.teardown.finFrames + flow.report.teardown.ackFrames))
    }
  }

  /// States that an end should leave and does not.
  private mutating func waits(_ flow: inout EndedFlow, _ side: FlowSide) {
    guard let last = flow.report.at(side, { $0.path.lastStep() }) else { return }
    let (me, peer) = (side.rawValue, side.other.rawValue)
    let acknowledged = flow.report.connection.ends[peer].acknowledged
    let isReceived = flow.report.connection.ends[peer].finSequence.map { acknowledged > $0 } ?? false
    if isReceived, let came = flow.report.at(side, { $0.path.closeWait }) {
      let fin = flow.report.at(side.other) { $0.finFrame } ?? 0
      let left = flow.report.at(side) { $0.path.closeWaitEnd }
      let isStill = left == nil
      // While it goes on sending, the connection is half closed and at work.
      let until = left ?? flow.time
      let quiet = interval(max(came.time, min(flow.report.connection.ends[me].lastNew, until)), until)
      let isLong = quiet >= limits.closeWait
      if isLong || isStill && quiet >= Examination.waitMin {
        add(
          Finding(
            .closeWait, isLong ? .warning : .note, side, frames: [fin, came.frame],
            confidence: isLong ? 0.95 : 0.5, or: isStill ? [.endOfCapture, .notCaptured] : [], quiet,
            isStill ? 1 : 0))
      }
    }
    let waited = interval(last.time, flow.time)
    let ownFIN = flow.report.at(side) { $0.finFrame } ?? 0
    let repeats = flow.report.at(side) { Int64(clamping: $0.counters.causes.fin) }
    switch last.state {
    case .finWait2:
      if waited >= limits.closeWait {
        add(Finding(.finWait2, .note, side, frames: [ownFIN, last.frame], waited))
      }
    case .finWait1, .closing:
      if waited >= Examination.waitMin {
        add(
          Finding(
            .finUnanswered, .warning, side,
            frames: [ownFIN] + evidence.frames(.finRepeat, side), confidence: 0.8,
            or: [.peerGone, .notCaptured], repeats + 1, waited))
      }
    case .lastACK:
      if waited >= Examination.waitMin {
        add(
          Finding(
            .lastACKMissing, .note, side,
            frames: [ownFIN] + evidence.frames(.finRepeat, side), confidence: 0.7,
            or: [.peerGone, .notCaptured], repeats + 1, waited))
      }
    case .closed, .listen, .synSent, .synReceived, .established, .closeWait, .timeWait: break
    }
  }

  /// Resets of all kinds (RFC 9293 section 3.5.2, RFC 5961).
  mutating func resets(_ flow: inout EndedFlow) {
    if let reset = flow.report.reset, let kind = flow.report.connection.resetKind {
      let lost = flow.report.connection.ends[0].unacknowledged + flow.report.connection.ends[1].unacknowledged
      let hasPeerData = flow.report.connection.ends[reset.side.other.rawValue].counters.dataSegments > 0
      switch kind {
      case .refused, .handshake, .blind: break
      case .abort:
        add(
          Finding(
            .resetAbort, lost > 0 ? .warning : .note, reset.side, frames: [reset.frame],
            confidence: hasPeerData ? 0.7 : 0.9,
            or: hasPeerData ? [.lingerZero, .closedUnread] : [.lingerZero],
            lost))
      case .unread:
        add(
          Finding(
            .resetUnread, .warning, reset.side, frames: [reset.frame], confidence: 0.7,
            or: [.lingerZero], lost))
      case .afterClose:
        add(
          Finding(
            .resetAfterClose, .note, reset.side,
            frames: [flow.report.at(reset.side) { $0.finFrame } ?? 0, reset.frame],
            confidence: 0.9, lost))
      case .dead:
        // What it answers may have gone another way: then nobody knows what it was.
        let isAlone = !isSeen(reset.side.other)
        add(
          Finding(
            .resetDead, isAlone ? .note : .warning, reset.side, frames: [reset.frame],
            confidence: isAlone ? 0.5 : 0.8,
            or: isAlone ? [.firewall, .forgedReset, .notCaptured] : [.firewall, .forgedReset],
            isAlone ? Int64(clamping: flow.report.at(reset.side) { $0.counters.segments }) : 0))
      }
      late(&flow, reset.side)
    }
    if evidence.isEmpty { return }
    for side in FlowSide.allCases {
      if let clue = evidence[.resetBlind, side] {
        add(
          Finding(
            .resetBlind, .warning, side, frames: clue.shown, confidence: 0.8,
            or: [.forgedReset, .notCaptured], Int64(clue.count)))
      }
      let syns = evidence[.synInConnection, side]
      let answers = evidence[.challenge, side.other]
      if syns != nil || answers != nil {
        add(
          Finding(
            .challengeACK, .note, side.other,
            frames: (syns?.shown.prefix(3) ?? []) + (answers?.shown ?? []), confidence: 0.8,
            or: [.forgedReset], Int64(syns?.count ?? 0), Int64(answers?.count ?? 0)))
      }
    }
  }

  /// Octets that come when the reset has long been received.
  private mutating func late(_ flow: inout EndedFlow, _ side: FlowSide) {
    guard let reset = evidence[.resetEffective, side] else { return }
    let roundTrip = (tap.toOriginator ?? 0) &+ (tap.toResponder ?? 0)
    for other in FlowSide.allCases {
      guard let clue = evidence[.afterReset, other],
        interval(reset.firstTime, clue.lastTime) > max(10_000_000, 2 &* roundTrip)
      else { continue }
      add(
        Finding(
          .dataAfterReset, other == side ? .warning : .note, other,
          frames: [flow.report.reset?.frame ?? 0] + clue.shown, confidence: 0.7,
          or: other == side ? [.forgedReset] : [.lossBehindTap, .firewall], Int64(clue.count),
          interval(reset.firstTime, clue.lastTime)))
    }
  }
}
