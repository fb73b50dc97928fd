// The short way: what nearly all segments are is taken without asking for what cannot be.
//
// A segment is ordinary when it comes next in its sender's numbers, acknowledges exactly new octets or none
// beside octets of its own, moves the window as a window moves, and meets two ends without trouble. Of such a
// segment every question of the whole way (`TCPConnection.take`) has an answer that is known beforehand, but
// for those that are asked here. A test holds the two ways against each other: whatever is changed in one of
// the parts belongs here, too, or into `isOrdinary`.

internal import Wire

extension TCPConnection {
  /// Flags that an ordinary segment does not have.
  private static let special: TCPFlags = [.syn, .rst, .ece]

  /// Whether a segment can take the short way: `isMarked` tells that its packet has met congestion (RFC 3168
  /// section 5), `lastTime` is that of the segment before it.
  @inline(__always)
  mutating func isOrdinary(
    _ segment: Segment, _ overtaken: Bool?, _ window: Int64?, isMarked: Bool, _ lastTime: Int64,
    _ detail: inout TCPDetail
  ) -> Bool {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    guard segment.flags.contains(.ack), segment.flags.isDisjoint(with: TCPConnection.special),
      segment.sequence == ends[me].highest, segment.sackCount == 0, segment.window != 0, overtaken != true,
      segment.time >= lastTime, !isMarked, watch.challenged == 0, !keepsSeries,
      !takesWholeWay, !detail.mayHold || detail.isCalm(me, peer)
    else { return false }
    // Nothing new is acknowledged: such a segment is ordinary when it has something else to say.
    let number = segment.acknowledgment
    guard number <= ends[peer].highest, number >= ends[peer].acknowledged,
      number > ends[peer].acknowledged || segment.length > 0
    else { return false }
    if segment.payload > 0 {
      // Octets behind a reset or the other end's FIN are late; octets that leave no room for a full segment
      // are the window's doing.
      if reset != nil || ends[peer].finSequence != nil { return false }
      let edge = ends[peer].edge
      if edge > 0, ends[0].hasSYN, ends[1].hasSYN, edge - segment.end < Int64(ends[me].segmentSize) {
        return false
      }
    }
    guard let window, ends[me].edge > 0 else { return true }
    if window < Int64(ends[peer].segmentSize), window < ends[me].windowMax / 2 { return false }
    return number &+ window >= ends[me].edge || number &+ window > ends[me].edge - windowUnit(of: me)
  }

  /// Takes an ordinary segment.
  @inline(__always)
  mutating func takeOrdinary(
    _ segment: Segment, _ packet: inout Packet, _ lastTime: Int64, _ verdict: inout Verdict,
    _ detail: inout TCPDetail
  ) {
    if segment.length > 0 { sendOrdinary(segment, &verdict, &detail) }
    acknowledgeOrdinary(segment, &verdict, &detail)
    if isMoving(segment) { move(segment, &verdict, &detail) }
    if !isOnlyJudged { observeOrdinary(segment, &packet, lastTime, &detail) }
  }

  /// What is sent next: `send`, `noteSent`.
  @inline(__always)
  private mutating func sendOrdinary(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    let isFirst = ends[me].acknowledged >= ends[me].highest
    if ends[me].isLone
      || (isFirst && interval(ends[me].timerStarted, segment.time) > RoundTrip.timeoutMin)
    {
      noteLone(segment, &detail)
    }
    if isFirst { ends[me].startTimer(segment.time, byPeer: false) }
    ends[me].lastNew = segment.time
    if ends[me].single.isEmpty, !detail.hasFlights(me) {
      ends[me].single = SingleFlight(
        start: segment.sequence, length: UInt32(truncatingIfNeeded: segment.length), sent: segment.time)
      ends[me].highest = segment.end
      // Three segments in one frame are a bulk transfer as well, and so is one of an end that has had three.
      if segment.payload > 0, !isOnlyJudged,
        detail.hasWindow(me) || segment.length > 2 &* Int64(ends[me].segmentSize)
      {
        noteLoad(segment, &verdict, Load(), &detail)
      }
    } else {
      let before = isOnlyJudged ? Load() : load(of: me, &detail)
      noteBehind(me, segment.sequence, segment.end, at: segment.time, &detail)
      ends[me].highest = segment.end
      if segment.payload > 0, !isOnlyJudged { noteLoad(segment, &verdict, before, &detail) }
    }
    if segment.flags.contains(.fin) {
      ends[me].finSequence = segment.end - 1
      if ends[me].fin == Milestones.none { ends[me].fin = note(segment.time, segment.frame, &detail) }
    }
    if isOnlyJudged { return }
    ends[me].flightMax = max(ends[me].flightMax, ends[me].highest - max(1, ends[me].acknowledged))
  }

  /// What is acknowledged, and the window: `acknowledge`, `noteEdge`, `noteWindow`.
  @inline(__always)
  private mutating func acknowledgeOrdinary(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let number = segment.acknowledgment
    if ends[peer].state != .synSent { observeRoundTrip(peer) }
    let isAdvance = number > ends[peer].acknowledged
    // Who is only judged has no window that is replayed, and nobody asks how it began.
    let hasWindow = !isOnlyJudged && detail.hasWindow(peer)
    let isFirst = !isOnlyJudged && isAdvance && number > 1 && ends[peer].initialWindow == 0
    let before = hasWindow || isFirst ? load(of: peer, &detail) : Load()
    if isFirst { ends[peer].initialWindow = UInt16(clamping: before.segments) }
    var sample: Int64?
    if isAdvance {
      var landing = Landing()
      land(peer, number, at: segment.time, &landing, &detail)
      ends[peer].acknowledged = number
      ends[peer].startTimer(segment.time, byPeer: true)
      sample = landing.sample
      if let sample { measure(peer, sample) }
    }
    ends[peer].lastHeard = segment.time
    if hasWindow {
      tellWindow(
        segment, &verdict, before, isAdvance: isAdvance, tellsRepeat: false, sample: sample, &detail)
    }
    if let window = verdict.window {
      ends[me].edge = number &+ window
      if !isOnlyJudged { ends[me].windowMin = min(ends[me].windowMin ?? window, window) }
      ends[me].windowMax = max(ends[me].windowMax, window)
    }
    ends[me].windowSent = segment.window
    if number > ends[me].acknowledgmentSent || !ends[me].hasAcknowledged {
      ends[me].acknowledgmentFrame = near(segment.frame)
      ends[me].acknowledgmentSent = max(ends[me].acknowledgmentSent, number)
      ends[me].hasAcknowledged = true
    }
  }

  /// Whether a segment may move the opening or a state: not while both ends are in an open connection.
  @inline(__always)
  private mutating func isMoving(_ segment: Segment) -> Bool {
    segment.flags.contains(.fin) || ends[0].state != .established || ends[1].state != .established
      || ends[0].finSequence != nil || ends[1].finSequence != nil || (opening.hasSYNACK && !opening.hasACK)
  }

  /// What the findings ask: `observe`. An ordinary segment changes nothing of what a verdict asks.
  @inline(__always)
  private mutating func observeOrdinary(
    _ segment: Segment, _ packet: inout Packet, _ lastTime: Int64, _ detail: inout TCPDetail
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    if lastTime > 0 { notePause(segment, lastTime) }
    noteSize(segment, &packet)
    (watch.unanswered[peer], watch.silentTimeouts[peer]) = (0, 0)
    let mayStall = segment.payload == 0 && interval(ends[peer].lastNew, segment.time) >= Watch.delayedMin
    if mayStall || watch.heldBack[0] | watch.heldBack[1] != 0 {
      noteStall(segment, [], lastTime, &detail)
    } else if segment.payload > 0 {
      watch.lastSize[me] = UInt16(clamping: segment.payload)
    }
    if segment.side == .originator, opening.hasACK { Watch.count(&watch.openingACKs) }
  }
}
