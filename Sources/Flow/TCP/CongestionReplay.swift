// What a sender sends and hears, in turn, as its window is replayed.

extension SenderWindow {
  /// Takes what was sent.
  mutating func send(_ segments: SentSegments) {
    highest = max(highest, segments.highest)
    pass(until: segments.time, inFlight: segments.before.segments)
    if segments.segments > 0 { sendNew(segments) }
    if segments.isRepeat { sendAgain(segments) }
  }

  private mutating func sendNew(_ segments: SentSegments) {
    let time = segments.time
    // After a pause as long as the timer the window is what it was at first, or less (RFC 5681 section 4.1):
    // one that was as small before stays in its phase.
    if segments.before.segments == 0, recovery == nil, interval(lastSent, time) > segments.timeout,
      (level > 0 ? level : expected) > SenderWindow.restartMost
    {
      enter(.slowStart, at: time)
      (level, ceiling, isUsedUp, awaitsWindow) = (0, 0, false, false)
    }
    learnSize(segments.payload)
    // A segment that is not full is the last of what the application had written.
    let wasShort = isShort
    isShort = segments.payload != segmentSize && segments.payload % segmentSize != 0
    if !isShort { fullSegments &+= segments.segments > 0 ? UInt32(segments.segments) : 0 }
    if !isNear {
      let quiet = interval(lastSent, time)
      let isSilent = lastSent > 0 && roundTrip > 0 && quiet > roundTrip + roundTrip / 2
      limitation.settleUnseen(silence: isSilent ? quiet - roundTrip : 0)
    }
    if isNear, answeredAt == nil, let heardAt {
      answeredAt = time
      settleAnswer(after: interval(heardAt, time), segments, wasShort: wasShort)
      answer(at: time)
    }
    sent = clamped(Int64(sent) + Int64(segments.segments))
    writing.note(segments, after: interval(lastSent, time))
    limitation.sendMore(
      afterPause: roundTrip > 0 && interval(lastSent, time) > roundTrip / 2, roundTrip: roundTrip)
    lastSent = time
    let pipe = clamped(Int64(segments.before.pipe) - Int64(duplicates) + Int64(segments.segments))
    countRound(segments, pipe: pipe)
  }

  /// A path that takes only smaller packets, or a beginning that was not captured, leaves the offers wrong:
  /// the largest of many segments in a row is full.
  private mutating func learnSize(_ payload: Int64) {
    sizeMost = max(sizeMost, payload)
    sizeCount &+= 1
    guard sizeCount == SenderWindow.sizeSegments else { return }
    if sizeMost < segmentSize, sizeMost >= SenderWindow.sizeMin { segmentSize = sizeMost }
    (sizeMost, sizeCount) = (0, 0)
  }

  private mutating func sendAgain(_ segments: SentSegments) {
    limitation.settle(.congestion)
    lastSent = segments.time
    switch segments.cause {
    case .fast: beginRecovery(.fastRetransmit, segments)
    case .timer: beginRecovery(.timeout, segments)
    case .tailLossProbe: hasProbedTail = true
    case nil: break
    }
  }

  /// Takes what was heard.
  mutating func hear(_ heard: HeardSegment) {
    let opens = heard.edge.map { new in edge.map { new > $0 } ?? true } ?? false
    if !heard.isAdvance, heard.before.pipe == heard.after.pipe, !opens, !heard.isDuplicate,
      !heard.tellsCongestion, !heard.tellsRepeat
    {
      return
    }
    highest = max(highest, heard.highest)
    let time = heard.time
    let pipe = heard.before.pipe &- duplicates
    pass(until: time, inFlight: heard.before.segments)
    if isNear, answeredAt == nil, freed > 0, recovery == nil {
      // Nothing was sent for what it took off the flight. After a loss the flight first shrinks to it.
      if awaitsWindow || (pipe > level && !losses.isEmpty) {
        limitation.settle(.congestion)
      } else {
        limitation.leaveUnanswered()
      }
    }
    let wasPrompt = countAnswer(until: time)
    if recovery == nil {
      look(until: time, flight: pipe, wasPrompt: wasPrompt)
    }
    let newly = takeOff(heard)
    closeRound(heard)
    if recovery != nil { goOnRecovering(heard) }
    if hasProbedTail, heard.isAdvance {
      hasProbedTail = false
      // A probe that was needed tells of a loss: the window is cut (RFC 8985 section 7.4.2).
      if !heard.tellsRepeat, recovery == nil { (level, ceiling, candidateSince) = (0, 0, nil) }
    }
    if heard.tellsCongestion, recovery == nil { beginNotified(heard, flight: pipe) }
    flightBefore = pipe
    if let new = heard.edge { edge = max(edge ?? new, new) }
    if heard.isAdvance, phase == .slowStart, recovery == nil {
      slowStartExit.measure(
        heard.sample, at: time, acknowledged: heard.acknowledged, highest: heard.highest,
        window: clamped(Int64(ceiling) + Int64(newly)))
    }
    if isNear { roundTrip = heard.smoothed }
    standsQueue = heard.smoothed - heard.least > max(1_000_000, heard.least / 4)
    freed = answeredAt == nil ? clamped(Int64(freed) + Int64(newly)) : newly
    (answeredAt, sent, heardAt) = (nil, 0, time)
    found = isUsedUp && recovery == nil && newly > 0 ? pipe : 0
  }

  /// Takes what has arrived off the flight, and gives how many segments that is.
  private mutating func takeOff(_ heard: HeardSegment) -> Int32 {
    if heard.isSelective || heard.isAdvance {
      let newly = max(0, heard.before.pipe &- heard.after.pipe &- duplicates)
      duplicates = 0
      return newly
    }
    // Each duplicate says that one segment has arrived (RFC 5681 section 3.2), though not which.
    guard heard.isDuplicate, duplicates < heard.before.segments - 1 else { return 0 }
    duplicates += 1
    return 1
  }

  /// Tells answers that came at once from those that came in their own time: a sender that paces itself sends
  /// evenly, whenever acknowledgments come (BBR; fq).
  private mutating func countAnswer(until time: Int64) -> Bool {
    guard let heardAt, let answeredAt else { return false }
    let (whole, silence) = (interval(heardAt, time), interval(heardAt, answeredAt))
    let isPrompt = silence < whole / SenderWindow.answerShare
    if whole >= SenderWindow.answerMax, freed > 0 {
      if isPrompt { promptAnswers &+= 1 } else { pacedAnswers &+= 1 }
    }
    return isPrompt || silence < SenderWindow.answerMax
  }

  /// The first segment after an acknowledgment proves that the window which the acknowledgment found was used
  /// up. The point's time is this segment's: until the acknowledgment the window was what it found.
  private mutating func answer(at time: Int64) {
    guard recovery == nil, isUsedUp, found > 0 else { return }
    if keepsSeries, points.count < SenderWindow.pointsMax {
      points.append(SegmentPoint(time: time, segments: found))
    }
    found = 0
  }

  /// Time has passed: what the sender waited for, as far as it can be told yet.
  private mutating func pass(until time: Int64, inFlight: Int32) {
    let limit: Limit?
    if recovery != nil {
      limit = .congestion
    } else if !hasRoom {
      limit = .receiver
    } else {
      limit = inFlight == 0 && isNear ? .application : nil
    }
    limitation.pass(until: time, limit)
  }

  /// New octets end the wait: soon after an acknowledgment it was the window that held them back, unless all
  /// had been sent that was written.
  private mutating func settleAnswer(after silence: Int64, _ segments: SentSegments, wasShort: Bool) {
    let isSoon = silence < SenderWindow.answerMax * 10
    // A flight that had been larger, with nothing lost since, was not as large as the window.
    let isSmall = recovery == nil && !awaitsWindow && flightBefore < level &- level / 8 &- 2
    if !isSmall, !wasShort, isSoon || (segments.before.segments > 0 && silence < roundTrip / 4 && !isShort) {
      limitation.settle(standsQueue ? .path : .congestion, all: true)
    } else if segments.before.segments > 0 {
      limitation.leaveUnanswered()
    } else {
      limitation.settle(.application)
    }
  }
}

/// A number of segments that fits, whatever the octets say.
@inline(__always)
func clamped(_ segments: Int64) -> Int32 { Int32(truncatingIfNeeded: max(0, min(segments, 1 << 30))) }
