// Rules on what was lost, repeated, overtaken or copied on the way.

internal import Wire

extension Examination {
  /// Each end's octets in turn.
  mutating func losses(_ flow: inout EndedFlow) {
    for side in FlowSide.allCases {
      let causes = flow.report.at(side) { $0.counters.causes }
      let repeats = Int64(clamping: causes.fast &+ causes.timer &+ causes.tailLossProbe &+ causes.other)
      let needless = min(repeats, Int64(clamping: causes.spurious))
      lost(&flow, side, repeats, needless)
      if isWhole, causes.timer > 0, let clue = evidence[.timer, side] {
        add(
          Finding(
            .timeouts, .warning, side, frames: clue.shown, confidence: causeConfidence(side),
            or: [.answerLost], Int64(clamping: causes.timer)))
      }
      if isWhole, causes.tailLossProbe > 0, let clue = evidence[.tailLossProbe, side] {
        add(
          Finding(
            .tailLoss, .note, side, frames: clue.shown, confidence: causeConfidence(side),
            or: [.answerLost], Int64(clamping: causes.tailLossProbe)))
      }
      if needless > 0 {
        add(
          Finding(
            .needlessRetransmissions, needless > 2 && needless * 2 > repeats ? .warning : .note, side,
            frames: evidence.frames(.spurious, side), confidence: 0.9, or: [.delayVariation], needless,
            repeats))
      }
      if causes.fin > 0, let clue = evidence[.finRepeat, side] {
        add(
          Finding(
            .finRepeated, .note, side, frames: [flow.report.at(side) { $0.finFrame } ?? 0] + clue.shown,
            or: [.answerLost],
            Int64(clamping: causes.fin)))
      }
      if let clue = evidence[.outOfOrder, side] {
        add(
          Finding(
            .reordering, .note, side, frames: clue.shown, confidence: 0.9, or: [.lossBehindTap],
            Int64(clue.count), Int64(clamping: flow.report.at(side) { $0.counters.dataSegments })))
      }
      if let clue = evidence[.otherOctets, side] {
        add(
          Finding(
            .octetsDiffer, .error, side, frames: clue.shown, confidence: 0.9, or: [.changedCapture],
            Int64(clue.count / 2)))
      }
      marked(side)
      unanswered(&flow, side)
    }
    for clue in flow.notices.clues where clue.kind == .tooBig {
      add(Finding(.packetTooBig, .note, clue.side, frames: clue.shown, clue.amount))
    }
    for clue in flow.notices.clues where clue.kind == .unreachable {
      add(
        Finding(
          .unreachable, .warning, clue.side, frames: [flow.record.firstFrame] + clue.shown,
          clue.amount >> 8, clue.amount & 255, flow.record.key.first.ipv4 == nil ? 6 : 4))
    }
  }

  /// Causes are read at the sender's own side and guessed at the other.
  private func causeConfidence(_ side: FlowSide) -> Double { tap.isNear(side) == true ? 0.95 : 0.7 }

  /// What had to be sent again, and on which side of the tap it was lost: what the tap had seen was lost
  /// behind it, what it had not seen before it.
  private mutating func lost(_ flow: inout EndedFlow, _ side: FlowSide, _ repeats: Int64, _ needless: Int64) {
    let needed = repeats - needless
    guard needed > 0 else { return }
    let segments = max(1, Int64(clamping: flow.report.at(side) { $0.counters.dataSegments }))
    let before = evidence.count(.lostBefore, side)
    let behind = max(0, evidence.count(.lostBehind, side) - needless)
    let isMuch = needed > 1 && Double(needed) >= limits.lossWarning * Double(segments)
    add(
      Finding(
        .loss, isMuch ? .warning : .note, side,
        frames: evidence.frames(.lostBefore, side).prefix(2) + evidence.frames(.lostBehind, side),
        confidence: isWhole ? 0.95 : 0.6, or: isWhole ? [] : [.otherPath], needed, segments, before, behind))
  }

  /// Marks in place of losses (RFC 3168): the router's on the packet, the receiver's on its acknowledgment.
  private mutating func marked(_ side: FlowSide) {
    let marks = evidence.count(.congestionMark, side)
    let echoes = evidence.count(.congestionEcho, side.other)
    guard marks + echoes > 0 else { return }
    let frames = evidence.frames(.congestionMark, side) + evidence.frames(.congestionEcho, side.other)
    add(Finding(.congestionMarked, .note, side, frames: frames, marks, echoes))
  }

  /// Octets that were sent again and again, and never acknowledged.
  private mutating func unanswered(_ flow: inout EndedFlow, _ side: FlowSide) {
    let me = side.rawValue
    let timeouts = Int64(flow.report.connection.watch.silentTimeouts[side.rawValue])
    guard isWhole else { return }
    let size = Int64(flow.report.connection.watch.largest[side.rawValue])
    let isTold = flow.notices.clues.contains { $0.kind == .tooBig }
    if let clue = evidence[.fullSizeRepeat, side], clue.count >= 3,
      flow.report.connection.ends[me].acknowledged < clue.amount,
      size > 536,
      timeouts < 3 || isTold
    {
      // The other end is alive: smaller segments pass and the full ones do not.
      return add(
        Finding(
          .blackHole, .error, side, frames: clue.shown, confidence: isTold ? 0.9 : 0.7,
          or: [.lossBehindTap], Int64(clue.count), size))
    }
    guard timeouts >= 3, !flow.report.connection.ends[me].isAcknowledged else { return }
    add(
      Finding(
        .noAnswerToData, .error, side, frames: evidence.frames(.timer, side), confidence: 0.8,
        or: [.peerGone, .firewall, .blackHole], timeouts,
        interval(flow.report.connection.ends[me].lastHeard, end)))
  }
}
