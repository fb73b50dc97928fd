// The short way of a SYN and of its SYN-ACK, when nothing came before them and nothing is odd about them.
//
// Of four packets of a short connection one is such. As of an ordinary segment (`isOrdinary`), every question
// of the whole way has an answer that is known beforehand; a test holds the two ways against each other.

internal import Wire

extension TCPConnection {
  /// Whether a segment is the first SYN of all, or the first answer to it.
  @inline(__always)
  mutating func isOpening(
    _ segment: Segment, _ packet: inout Packet, _ lastTime: Int64, _ detail: inout TCPDetail
  ) -> Bool {
    guard segment.flags.contains(.syn), segment.flags.isDisjoint(with: [.fin, .rst]), segment.payload == 0,
      segment.sequence == 0, segment.window != 0, segment.sackCount == 0, packet.trafficClass & 3 != 3,
      segment.time >= lastTime, !keepsSeries, !takesWholeWay, !detail.mayHold
    else { return false }
    if !segment.flags.contains(.ack) {
      return segment.side == .originator && ends[0].counters.segments == 1 && ends[1].counters.segments == 0
    }
    return segment.side == .responder && ends[1].counters.segments == 1 && isAsked(segment)
  }

  /// Whether a SYN-ACK answers exactly the SYN that was seen.
  private mutating func isAsked(_ segment: Segment) -> Bool {
    opening.hasSYN && !opening.hasSYNACK && !opening.isFastOpen && watch.challenged == 0
      && segment.acknowledgment == 1 && ends[0].highest == 1 && ends[0].acknowledged == 0
      && !ends[0].single.isEmpty && ends[0].state == .synSent && ends[1].state == .closed
      && ends[1].path.isEmpty && ends[1].highest == 0 && ends[0].finSequence == nil && reset == nil
  }

  /// Takes a SYN, or a SYN-ACK.
  mutating func takeOpening(
    _ segment: Segment, _ lastTime: Int64, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    ends[me].startTimer(segment.time, byPeer: false)
    ends[me].lastNew = segment.time
    ends[me].single = SingleFlight(start: 0, length: 1, sent: segment.time)
    ends[me].highest = 1
    // Not scaled (RFC 7323 section 2.2).
    ends[me].windowMax = max(ends[me].windowMax, Int64(segment.window))
    ends[me].windowSent = segment.window
    if segment.side == .originator {
      opening.syn = note(segment.time, segment.frame, &detail)
      enter(0, .synSent, segment, &detail)
      verdict.senderState = .synSent
    } else {
      answerSYN(segment, &verdict, &detail)
      if lastTime > 0 { notePause(segment, lastTime) }
    }
  }

  /// A SYN-ACK acknowledges the SYN, and moves both ends.
  private mutating func answerSYN(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    observeRoundTrip(0)
    let sample = interval(ends[0].single.sent, segment.time)
    ends[0].single = SingleFlight()
    ends[0].acknowledged = 1
    ends[0].startTimer(segment.time, byPeer: true)
    measure(0, sample)
    ends[0].lastHeard = segment.time
    ends[1].edge = 1 &+ Int64(segment.window)
    ends[1].acknowledgmentFrame = near(segment.frame)
    ends[1].acknowledgmentSent = 1
    ends[1].hasAcknowledged = true
    (watch.unanswered[0], watch.silentTimeouts[0]) = (0, 0)
    opening.synACK = note(segment.time, segment.frame, &detail)
    noteThere(&detail)
    enter(1, .synReceived, segment, &detail)
    ends[1].hasSYNACK = true
    enter(0, .established, segment, &detail)
    (verdict.senderState, verdict.receiverState) = (.synReceived, .established)
  }
}
