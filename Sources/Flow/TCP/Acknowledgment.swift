// What a segment tells the other end: acknowledgments, selective ones, and the window.

internal import Wire

extension TCPConnection {
  /// Takes what a segment acknowledges off the peer's flight, measures round trips, and names duplicates and
  /// windows.
  mutating func acknowledge(
    _ segment: Segment, _ blocks: SelectedBlocks, _ overtaken: Bool?, _ verdict: inout Verdict,
    _ detail: inout TCPDetail
  ) {
    guard segment.flags.contains(.ack), !segment.flags.contains(.rst) else {
      return noteWindow(segment, &verdict, &detail)
    }
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    // An overtaken acknowledgment says what the end thought before.
    if overtaken == true, segment.acknowledgment < ends[me].acknowledgmentSent { return }
    if ends[peer].state != .synSent || segment.flags.contains(.syn) { observeRoundTrip(peer) }
    let number = segment.acknowledgment
    let isFollowed = ends[peer].initialWindow == 0 || detail.hasWindow(peer)
    let before = isFollowed ? load(of: peer, &detail) : Load()
    if number > ends[peer].highest, ends[peer].counters.segments > 0 || !ends[peer].hasSYN {
      // Octets that the capture missed; whoever sends them now repeats them.
      if ends[peer].counters.segments > 0 {
        verdict.analysis.insert(.ackLostSegment)
        detail[me].counters.ackLostSegments += 1
        // Whatever fills it was sent before this acknowledgment, or again: the peer's own marks cannot tell.
        var jump = segment
        (jump.identification, jump.timestamps) = (nil, nil)
        detail[peer].jump(ClosedBlock(start: ends[peer].highest, end: number), by: jump)
      }
      ends[peer].highest = number
    }
    let advances = number > ends[peer].acknowledged
    var landing = Landing(point: detail.recoveryPoint(peer))
    var isDuplicate = false
    if advances {
      land(peer, number, at: segment.time, &landing, &detail)
      ends[peer].acknowledged = number
      if detail.hasHoles(peer), detail[peer].tellGaps(below: number),
        !verdict.analysis.contains(.ackLostSegment)
      {
        verdict.analysis.insert(.captureGap)
      }
      ends[peer].startTimer(segment.time, byPeer: true)
    } else {
      isDuplicate = nameRepeatedACK(segment, &verdict, &detail)
    }
    for i in (segment.isDuplicateSACK ? 1 : 0)..<max(segment.isDuplicateSACK ? 1 : 0, segment.sackCount) {
      select(peer, blocks[i], at: segment.time, &landing, &detail)
    }
    // What filled a hole in the capture is in no flight, and what it set free waited for it all the same.
    if advances, detail.hasRepeat(peer, below: number) {
      // A time stamp tells which of them is answered, where Karn's rule has no sample (RFC 7323 section 4.1).
      landing.hasRepeats = true
      landing.sample = detail.roundTrip(
        peer, number, echo: segment.timestamps?.echo, at: segment.time, first: landing.firstSent)
    }
    if let sample = landing.sample { measure(peer, sample) }
    // The network's copies come twice, too: they tell the sender nothing of its repeats.
    let tellsRepeat = segment.isDuplicateSACK && detail.hasRepeat(peer, in: blocks[0])
    if isDuplicate || segment.sackCount > 0 || !detail.isQuiet(peer) {
      hear(segment, blocks, landing, advances: advances, isDuplicate: isDuplicate, &verdict, &detail)
    }
    ends[peer].lastHeard = segment.time
    tellWindow(
      segment, &verdict, before, isAdvance: advances, tellsRepeat: tellsRepeat, sample: landing.sample,
      &detail)
    noteEdge(segment, overtaken, &verdict, &detail)
    noteWindow(segment, &verdict, &detail)
    if number > ends[me].acknowledgmentSent || !ends[me].hasAcknowledged {
      ends[me].acknowledgmentFrame = UInt32(exactly: segment.frame &- firstFrame &+ 1) ?? 0
      if detail.hasDuplicateACKs(me) { detail[me].duplicateACKsSent = 0 }
    }
    ends[me].acknowledgmentSent = max(ends[me].acknowledgmentSent, number)
    ends[me].hasAcknowledged = true
  }

  /// An acknowledgment that takes nothing off the flight: an answer to a probe, a new window, or a duplicate
  /// (RFC 5681 section 2). True when it is one to the peer's recovery: SACK or an equal window makes it so.
  private mutating func nameRepeatedACK(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) -> Bool {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    guard
      segment.payload == 0, segment.flags.isDisjoint(with: [.syn, .fin, .rst]), ends[me].hasAcknowledged,
      segment.acknowledgment == ends[me].acknowledgmentSent,
      verdict.analysis.isDisjoint(with: [.keepAlive, .zeroWindowProbe])
    else { return false }
    if watch.challenged & 1 << UInt8(me) != 0, segment.flags == .ack {
      verdict.analysis.insert(.challengeACK)
    }
    if ends[peer].hasProbed {
      ends[peer].hasProbed = false
      if segment.window == 0 {
        verdict.analysis.insert(.zeroWindowProbeACK)
        return false
      }
    }
    if ends[peer].hasKeptAlive {
      ends[peer].hasKeptAlive = false
      if segment.window == ends[me].windowSent {
        verdict.analysis.insert(.keepAliveACK)
        return false
      }
    }
    let isInFlight = ends[peer].highest > segment.acknowledgment
    let isSame = segment.window == ends[me].windowSent
    if isInFlight, isSame {
      verdict.analysis.insert(.duplicateACK)
      verdict.count = detail[me].repeatACK()
      if verdict.of == 0, ends[me].acknowledgmentFrame > 0 {
        verdict.of = firstFrame &+ UInt64(ends[me].acknowledgmentFrame) &- 1
      }
    } else if !isSame, segment.window != 0, segment.sackCount == 0 {
      verdict.analysis.insert(.windowUpdate)
      count(&ends[me].counters.windowUpdates)
    }
    return isInFlight && (isSame || segment.sackCount > 0)
  }

  /// The window that a segment advertises.
  private mutating func noteWindow(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    if segment.flags.isDisjoint(with: [.syn, .rst]) {
      if segment.window == 0 {
        verdict.analysis.insert(.zeroWindow)
        detail[me].counters.zeroWindows += 1
        if detail.zeroWindowSince(me) == nil { detail[me].zeroWindowSince = segment.time }
      } else if let since = detail.zeroWindowSince(me) {
        detail[me].zeroWindowTime &+= interval(since, segment.time)
        detail[me].zeroWindowSince = nil
      }
    }
    if let window = verdict.window, !segment.flags.contains(.rst) {
      if !segment.flags.contains(.syn) { ends[me].windowMin = min(ends[me].windowMin ?? window, window) }
      ends[me].windowMax = max(ends[me].windowMax, window)
    }
    if !segment.flags.contains(.rst) { ends[me].windowSent = segment.window }
    noteFullWindow(segment, peer, &verdict, &detail)
  }

  /// Octets up to the very edge of what the peer offered.
  private mutating func noteFullWindow(
    _ segment: Segment, _ peer: Int, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    guard segment.payload > 0, segment.flags.isDisjoint(with: [.syn, .fin, .rst]), ends[0].hasSYN,
      ends[1].hasSYN, !verdict.analysis.contains(.zeroWindowProbe)
    else { return }
    if segment.end == ends[peer].edge {
      verdict.analysis.insert(.windowFull)
      detail[segment.side.rawValue].counters.windowFull += 1
    }
  }

  /// Moves both ends' states. A packet is taken as received by the other end when it is captured: what is
  /// lost behind the tap moves that end later than this says, but in the same order.
  mutating func advance(_ segment: Segment, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let flags = segment.flags
    if flags.contains(.rst) { return advanceByReset(segment, &detail) }
    if flags.contains(.syn) {
      advanceBySYN(segment, &detail)
    } else {
      // A capture that begins later finds both ends in a connection.
      for i in 0..<2 where ends[i].path.isEmpty && !ends[i].hasSYN {
        enter(i, .established, segment, &detail)
      }
      // Whoever acknowledges after its SYN has had the answer, though the capture did not.
      if flags.contains(.ack), ends[me].state == .synSent { enter(me, .established, segment, &detail) }
    }
    if flags.contains(.ack), segment.acknowledgment >= 1 {
      enter(peer, ends[peer].state.after(receiving: .ackOfSYN), segment, &detail)
    }
    if flags.contains(.fin) || ends[0].finSequence != nil || ends[1].finSequence != nil {
      advanceByFIN(segment, &detail)
    }
  }

  /// A reset. What answers a packet to a connection that is gone ends nothing (RFC 9293 section 3.10.7.1),
  /// nor does one that the other end does not take (RFC 5961 section 3.2).
  private mutating func advanceByReset(_ segment: Segment, _ detail: inout TCPDetail) {
    let peer = segment.side.other.rawValue
    let kind = judgeReset(segment, &detail)
    guard !isClosed, let kind else { return }
    if reset == nil {
      reset = segment.side
      resetKind = kind
      resetMilestone = note(segment.time, segment.frame, &detail)
    }
    for i in 0..<2 where ends[i].state != .timeWait || i == peer { enter(i, .closed, segment, &detail) }
  }

  private mutating func advanceBySYN(_ segment: Segment, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    if segment.flags.contains(.ack) {
      if ends[me].state == .synSent { opening.isSimultaneous = true }
      enter(me, ends[me].state.after(sending: .synACK), segment, &detail)
      ends[me].hasSYNACK = true
      return
    }
    if ends[me].path.isEmpty { enter(me, ends[me].state.after(sending: .syn), segment, &detail) }
    // Two SYNs cross: each reaches an end that has sent its own, before anything else does.
    if ends[peer].state == .synSent, ends[me].state == .synSent {
      enter(peer, ends[peer].state.after(receiving: .syn), segment, &detail)
      enter(me, ends[me].state.after(receiving: .syn), segment, &detail)
    }
  }

  /// A FIN, and what comes after one.
  private mutating func advanceByFIN(_ segment: Segment, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let flags = segment.flags
    // A SYN-ACK with a FIN is nothing but a SYN-ACK here.
    let isFIN = flags.contains(.fin) && !flags.contains(.syn)
    if flags.contains(.ack), let fin = ends[peer].finSequence, segment.acknowledgment > fin {
      enter(peer, ends[peer].state.after(receiving: .ackOfFIN), segment, &detail)
    }
    // A FIN that does not acknowledge the peer's crossed it on the way: its sender had not received that one.
    if isFIN, let fin = ends[peer].finSequence, segment.acknowledgment <= fin {
      takeBack(me, .closeWait, &detail)
    }
    if isFIN { enter(me, ends[me].state.after(sending: .fin), segment, &detail) }
    // A FIN counts when everything before it has come.
    if isFIN, let fin = ends[peer].finSequence, detail.contiguous(peer, ends[peer].highest) > fin {
      enter(me, ends[me].state.after(receiving: .fin), segment, &detail)
    }
    if let fin = ends[me].finSequence, detail.contiguous(me, ends[me].highest) > fin {
      enter(peer, ends[peer].state.after(receiving: .fin), segment, &detail)
    }
  }
}
