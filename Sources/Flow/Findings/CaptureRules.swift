// Rules on the capture itself: what it does not show, shows twice, or shows otherwise than the wire had it.

internal import Wire

extension Examination {
  /// Copies for each packet from which on it is the capture that doubles: a network
  /// copies now and then.
  private static let twiceShare = 0.5

  /// Two processors that hand packets on may disagree by so much about their order, in nanoseconds.
  private static let disorderMin: Int64 = 1_000_000

  /// What limits every other figure of the flow.
  mutating func capture(_ flow: inout EndedFlow) {
    if !isFromStart, flow.report.handshake.synFrame == nil {
      add(
        Finding(
          .beginsMidStream, .note, nil, frames: [flow.record.firstFrame],
          flow.report.handshake.synACKFrame == nil ? 0 : 1))
    }
    // An end's packets show that the other speaks, too: they acknowledge it.
    for side in FlowSide.allCases
    where !isSeen(side.other) && flow.report.connection.ends[side.rawValue].hasAcknowledged {
      add(
        Finding(
          .oneSideOnly, flow.report.at(side) { $0.counters.segments } > 2 ? .warning : .note, side,
          frames: [flow.record.firstFrame, flow.record.lastFrame], or: [.otherPath, .notCaptured],
          Int64(clamping: flow.report.at(side) { $0.counters.segments })))
    }
    for side in FlowSide.allCases {
      // Of a connection without troubles neither is known.
      if !flow.report.isPlain {
        copies(&flow, side)
        gaps(&flow, side)
      }
      frames(&flow, side)
      checksums(&flow, side)
    }
    if flow.report.connection.watch.cut > 0 {
      add(
        Finding(
          .snapped, .info, nil, frames: [frame(flow.report.connection.watch.cutFrame)],
          Int64(flow.report.connection.watch.cut)))
    }
    for side in FlowSide.allCases {
      guard let clue = evidence[.backwards, side] else { continue }
      add(
        Finding(
          .timeBackwards, clue.amount < Examination.disorderMin ? .info : .note, nil, frames: clue.shown,
          or: [.reorderedOnly], Int64(clue.count),
          clue.amount))
    }
  }

  /// Frames seen twice.
  private mutating func copies(_ flow: inout EndedFlow, _ side: FlowSide) {
    let (copies, all) = flow.report.at(side) {
      (Int64(clamping: $0.counters.duplicateFrames), Int64(clamping: $0.counters.segments))
    }
    guard copies > 0, let clue = evidence[.networkCopy, side] else { return }
    let isCapture =
      evidence[.capturedTwice, side] != nil
      || copies > 1 && Double(copies) >= Examination.twiceShare * Double(all)
    add(
      Finding(
        isCapture ? .capturedTwice : .networkCopies, .note, side, frames: clue.shown,
        confidence: isCapture ? 0.95 : 0.8, or: isCapture ? [] : [.mirrored], copies, all, clue.amount))
  }

  /// Octets that arrived and were not captured: the other end has acknowledged them.
  private mutating func gaps(_ flow: inout EndedFlow, _ side: FlowSide) {
    guard isSeen(side) else { return }
    let missed = flow.report.at(side) { $0.missedOctets }
    guard missed > 0, evidence[.wrongHandshake, side.other] == nil else { return }
    let frames =
      evidence.frames(.notCaptured, side).prefix(2)
      + evidence.frames(.acknowledgedUnseen, side.other)
    add(
      Finding(
        .captureGap, .warning, side, frames: Array(frames),
        confidence: flow.report.connection.ends[side.rawValue].isAcknowledged ? 0.9 : 0.6,
        or: [.lossBehindTap, .otherPath], missed, Int64(clamping: limits.droppedByKernel)))
  }

  /// Checksums that are wrong: all of an end's, or one now and then.
  private mutating func checksums(_ flow: inout EndedFlow, _ side: FlowSide) {
    if let clue = evidence[.damaged, side] {
      add(
        Finding(
          .damaged, .warning, side, frames: clue.shown, confidence: 0.9, Int64(clue.count)))
    }
    guard flow.report.connection.watch.checks[side.rawValue].isOffloaded else { return }
    let first = side == .responder ? flow.report.handshake.synACKFrame : nil
    add(
      Finding(
        .checksumsOffloaded, .info, side, frames: [first ?? flow.record.firstFrame], confidence: 0.9,
        or: [.rewritten]))
  }

  /// Frames that are less or more than what was on the wire.
  private mutating func frames(_ flow: inout EndedFlow, _ side: FlowSide) {
    // No segment is larger than the other end takes (RFC 9293 section 3.7.1): the network card would have
    // cut this one, or has joined it from several. Without the other's SYN: larger than a jumbo frame.
    let offered = flow.report.at(side.other) { $0.offer.maximumSegmentSize }
    let most = offered > 0 ? offered : 8960
    if flow.report.connection.watch.largest[side.rawValue] > most {
      add(
        Finding(
          .offloaded, .info, side, frames: [frame(flow.report.connection.watch.largestFrame[side.rawValue])],
          Int64(flow.report.connection.watch.largest[side.rawValue]), Int64(most)))
    }
  }
}
