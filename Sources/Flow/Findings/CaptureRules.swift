// Rules on the capture itself: what it does not show, shows twice, or shows otherwise than the wire had it.

internal import Wire

extension Examination {
  /// Copies for each packet from which on it is the capture that doubles: a network
  /// copies now and then.
  private static let twiceShare = 0.5

  /// Two processors that hand packets on may disagree by so much about their order, in nanoseconds.
  private static let disorderMin: Int64 = 1_000_000

  /// What limits every other figure of the flow.
  mutating func capture() {
    if !isFromStart, connection.handshake.synFrame == nil {
      add(
        Finding(
          .beginsMidStream, .note, nil, frames: [flow.record.firstFrame],
          connection.handshake.synACKFrame == nil ? 0 : 1))
    }
    for side in FlowSide.allCases where !isSeen(side.other) && speaksOf(side) {
      add(
        Finding(
          .oneSideOnly, connection[side].counters.segments > 2 ? .warning : .note, side,
          frames: [flow.record.firstFrame, flow.record.lastFrame], or: [.otherPath, .notCaptured],
          Int64(clamping: connection[side].counters.segments)))
    }
    for side in FlowSide.allCases {
      // Of a connection without troubles neither is known.
      if !connection.isPlain {
        copies(side)
        gaps(side)
      }
      frames(side)
      checksums(side)
    }
    if watch.cut > 0 { add(Finding(.snapped, .info, nil, frames: [frame(watch.cutFrame)], Int64(watch.cut))) }
    for side in FlowSide.allCases {
      guard let clue = evidence[.backwards, side] else { continue }
      add(
        Finding(
          .timeBackwards, clue.amount < Examination.disorderMin ? .info : .note, nil, frames: clue.shown,
          or: [.reorderedOnly], Int64(clue.count),
          clue.amount))
    }
  }

  /// Whether an end's packets show that the other speaks, too: they acknowledge it.
  private func speaksOf(_ side: FlowSide) -> Bool { state(side).hasAcknowledged }

  /// Frames seen twice.
  private mutating func copies(_ side: FlowSide) {
    let end = connection[side]
    guard end.counters.duplicateFrames > 0, let clue = evidence[.networkCopy, side] else { return }
    let copies = Int64(clamping: end.counters.duplicateFrames)
    let all = Int64(clamping: end.counters.segments)
    let isCapture =
      evidence[.capturedTwice, side] != nil
      || copies > 1 && Double(copies) >= Examination.twiceShare * Double(all)
    add(
      Finding(
        isCapture ? .capturedTwice : .networkCopies, .note, side, frames: clue.shown,
        confidence: isCapture ? 0.95 : 0.8, or: isCapture ? [] : [.mirrored], copies, all, clue.amount))
  }

  /// Octets that arrived and were not captured: the other end has acknowledged them.
  private mutating func gaps(_ side: FlowSide) {
    guard isSeen(side) else { return }
    let missed = connection[side].missedOctets
    guard missed > 0, evidence[.wrongHandshake, side.other] == nil else { return }
    let frames =
      evidence.frames(.notCaptured, side).prefix(2)
      + evidence.frames(.acknowledgedUnseen, side.other)
    add(
      Finding(
        .captureGap, .warning, side, frames: Array(frames),
        confidence: state(side).acknowledged >= state(side).highest ? 0.9 : 0.6,
        or: [.lossBehindTap, .otherPath], missed, Int64(clamping: limits.droppedByKernel)))
  }

  /// Checksums that are wrong: all of an end's, or one now and then.
  private mutating func checksums(_ side: FlowSide) {
    if let clue = evidence[.damaged, side] {
      add(
        Finding(
          .damaged, .warning, side, frames: clue.shown, confidence: 0.9, Int64(clue.count)))
    }
    guard watch.checks[side.rawValue].isOffloaded else { return }
    let first = side == .responder ? connection.handshake.synACKFrame : nil
    add(
      Finding(
        .checksumsOffloaded, .info, side, frames: [first ?? flow.record.firstFrame], confidence: 0.9,
        or: [.rewritten]))
  }

  /// Frames that are less or more than what was on the wire.
  private mutating func frames(_ side: FlowSide) {
    // No segment is larger than the other end takes (RFC 9293 section 3.7.1): the network card would have
    // cut this one, or has joined it from several. Without the other's SYN: larger than a jumbo frame.
    let offered = connection[side.other].offer.maximumSegmentSize
    let most = offered > 0 ? offered : 8960
    if watch.largest[side.rawValue] > most {
      add(
        Finding(
          .offloaded, .info, side, frames: [frame(watch.largestFrame[side.rawValue])],
          Int64(watch.largest[side.rawValue]), Int64(most)))
    }
  }
}
