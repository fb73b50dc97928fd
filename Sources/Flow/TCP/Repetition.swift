// A segment that is sent again: why, and, at once or later, whether anybody needed it.

internal import Wire

extension TCPConnection {
  /// How long an answer of this end takes to come by the tap: there and back again. Where the tap is beside
  /// the end it is next to nothing, and everything that the tap sees happens as the end does it.
  mutating func wayBack(_ side: FlowSide) -> Int64 {
    let delay = side == .originator ? opening.ackDelay : opening.synACKDelay
    // The peer's octets measure the same way; and an answer that was lost made the opening longer.
    let peer = side.other.rawValue
    guard ends[peer].roundTrip.samples > 0 else { return delay ?? 0 }
    return min(delay ?? .max, ends[peer].roundTrip.least)
  }

  /// Both ends take selective acknowledgments.
  private var isSelective: Bool { ends[0].offer.isSACKPermitted && ends[1].offer.isSACKPermitted }

  /// A repeat: counts it, says why it was sent, and notes that its need is to be found out.
  mutating func noteRepeat(
    _ segment: Segment, isCaptured: Bool, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    verdict.analysis.insert(.retransmission)
    detail[me].counters.retransmissions += 1
    detail[me].counters.retransmittedOctets += UInt64(
      max(0, min(segment.end, ends[me].highest) - segment.sequence))
    if segment.flags.contains(.syn) {
      detail[me].counters.causes.syn += 1
    } else {
      noteCause(segment, &verdict, &detail)
    }
    if segment.sequence <= ends[me].acknowledged { ends[me].startTimer(segment.time, byPeer: false) }
    let end = min(segment.end, ends[me].highest)
    let isNeedless = isCaptured && isKnownToHaveArrived(segment, end, &detail)
    if isNeedless {
      verdict.analysis.insert(.spuriousRetransmission)
      detail[me].counters.causes.spurious += 1
    }
    var entry = Repeats.Entry(
      start: segment.sequence, end: end, time: segment.time, frame: segment.frame,
      stamp: segment.timestamps?.value)
    entry.isSettled = isNeedless
    if isNeedless, end <= ends[me].acknowledged { return }
    verdict.isUnsettled = !isNeedless
    if detail[me].repeats.note(entry) { verdict.settles = true }
  }

  /// Whether the octets of a repeat had come to their receiver before: it has said so. Beside a receiver
  /// that has no words for it, what was captured beyond a hole has come.
  private mutating func isKnownToHaveArrived(
    _ segment: Segment, _ end: Int64, _ detail: inout TCPDetail
  ) -> Bool {
    let me = segment.side.rawValue
    if end <= ends[me].acknowledged { return true }
    if detail.isSelected(me, ClosedBlock(start: segment.sequence, end: end)) { return true }
    return !isSelective && segment.sequence > ends[me].acknowledged
      && opening.vantage(of: segment.side) == .far
  }

  /// Says why a segment was sent again, and counts it; a FIN without octets is counted as one.
  private mutating func noteCause(
    _ segment: Segment, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    let attempt = attempt(segment, wayBack(segment.side), &detail)
    let isPureFIN = segment.payload == 0
    if isPureFIN { detail[me].counters.causes.fin += 1 }
    switch detail[me].recovery.cause(of: attempt) {
    case .fast:
      verdict.analysis.insert(.fastRetransmission)
      if !isPureFIN { detail[me].counters.causes.fast += 1 }
    case .tailLossProbe:
      verdict.analysis.insert(.tailLossProbe)
      if !isPureFIN { detail[me].counters.causes.tailLossProbe += 1 }
    case .timer, .afterTimer:
      verdict.analysis.insert(.rtoRetransmission)
      if !isPureFIN { detail[me].counters.causes.timer += 1 }
    }
  }

  /// A repeat with what its sender knew when it sent it.
  private mutating func attempt(
    _ segment: Segment, _ way: Int64, _ detail: inout TCPDetail
  ) -> Recovery.Attempt {
    let me = segment.side.rawValue
    let block = ClosedBlock(start: segment.sequence, end: segment.end)
    let hasSamples = ends[me].roundTrip.samples > 0
    let started = ends[me].isTimerPeers ? ends[me].timerStarted &+ way : ends[me].timerStarted
    let since = detail.recovery(me).lastTimeout
    // Without any round trip, the opening's included, the timer is at least as long as stacks make it.
    let first = ends[me].hasSYN ? RoundTrip.timeoutInitial : RoundTrip.timeoutMin
    let timeout = hasSamples ? ends[me].roundTrip.timeout : first
    return Recovery.Attempt(
      start: segment.sequence, end: segment.end, time: segment.time, highest: ends[me].highest,
      acknowledged: ends[me].acknowledged, armed: started, heard: ends[me].lastHeard &+ way,
      lastNew: ends[me].lastNew, timeout: timeout + way,
      smoothed: hasSamples ? ends[me].roundTrip.smoothed + way : nil, isSelective: isSelective,
      isRepeatedAgain: since > 0 && detail.hasRepeat(me, in: block, since: since),
      stamp: segment.timestamps?.value)
  }

  /// A segment with new numbers: what was sent again, and first, before the tap, shows by what follows it.
  mutating func noteLone(_ segment: Segment, _ detail: inout TCPDetail) {
    let me = segment.side.rawValue
    if ends[me].isLone {
      ends[me].isLone = false
      let isAlone = interval(ends[me].lastNew, segment.time) * 4 >= wayBack(segment.side) * 3
      if isAlone, segment.sequence > ends[me].highest {
        detail[me].recovery.noteJump(segment.sequence, segment.time)
      }
    }
    guard let own = segment.identification, let most = ends[me].identificationMost, own &- most > 1,
      own &- most < 1 << 15, segment.payload > 0, segment.sequence == ends[me].highest,
      ends[me].acknowledged >= ends[me].highest,
      interval(ends[me].timerStarted, segment.time) > RoundTrip.timeoutMin
    else { return }
    ends[me].isLone = true
  }

  /// What an acknowledgment says to a peer in trouble.
  mutating func hear(
    _ segment: Segment, _ blocks: SelectedBlocks, _ landing: Landing, advances: Bool, isDuplicate: Bool,
    _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let peer = segment.side.other
    let (to, way) = (peer.rawValue, wayBack(peer))
    let number = segment.acknowledgment
    var selected: Int64 = 0
    for i in 0..<segment.sackCount where i > 0 || !segment.isDuplicateSACK {
      selected = max(selected, min(blocks[i].end, ends[to].highest))
    }
    if advances, detail.recovery(to).isPartial(number) { verdict.analysis.insert(.partialACK) }
    let timeout = detail.recovery(to).lastTimeout
    let isUnnecessary = detail[to].recovery.hear(
      Recovery.Heard(
        number: number, now: segment.time, time: segment.time &+ max(0, way - Recovery.answerMax),
        advances: advances, isDuplicate: isDuplicate, selects: landing.selects, selected: selected,
        tellsOfCopy: segment.isDuplicateSACK,
        reachesOriginal: landing.hasOriginals && (isSelective || !landing.hasRepeats),
        isSelective: isSelective,
        echo: segment.timestamps?.echo, highest: ends[to].highest))
    let isSame =
      !advances && number == ends[to].acknowledged && segment.payload == 0 && segment.sackCount == 0
      && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
      && verdict.analysis.isDisjoint(with: [.keepAliveACK, .zeroWindowProbeACK])
    let needless = detail[to].repeats.hear(
      Repeats.Answer(
        number: number, time: segment.time, advances: advances, isDuplicate: isSame,
        copy: segment.isDuplicateSACK ? blocks[0] : nil, isSelective: isSelective,
        echo: segment.timestamps?.echo,
        unnecessary: isUnnecessary && !landing.hasRepeats ? timeout : nil,
        isInDoubt: detail.recovery(to).isInDoubt,
        // Beside the receiver its own delay says nothing of the path.
        least: ends[to].roundTrip.least > way ? ends[to].roundTrip.least : 0,
        timeout: ends[to].roundTrip.timeout &+ way))
    if needless > 0 { detail[to].counters.causes.spurious += UInt64(needless) }
    if detail.hasSettled(to) { verdict.settles = true }
  }
}
