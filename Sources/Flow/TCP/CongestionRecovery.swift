// A loss and its repair: when it begins, when it is over, and when there had been none.

extension SenderWindow {
  /// How much of the window must come back for the cut to have been undone: CUBIC's cut leaves 7 tenths (RFC
  /// 9438 section 4.6), Reno's half (RFC 5681 section 3.1).
  private static let undoneShare: Int64 = 88

  /// The sender repairs a loss that acknowledgments or its timer told of.
  mutating func beginRecovery(_ kind: LossEvent.Kind, _ segments: SentSegments) {
    defer { repeats = clamped(Int64(repeats) + 1) }
    // A timeout in fast recovery is another event; within the repair after a timeout there is none.
    guard recovery == nil || (kind == .timeout && recovery != .timeout) else { return }
    // A flight that something else held down is no measure of a window that was known to be larger; and in
    // fast recovery the window has been cut already.
    let window = recovery != nil ? expected : level > 0 ? level : max(expected, flightBefore)
    expected = max(2, cut(window))
    if recovery == nil {
      remember(flight: flightBefore)
      firstRepeat = segments.timestamp
    }
    recover(kind, upTo: segments.highest, at: segments.time, flight: flightBefore)
    enter(kind == .timeout ? .timeoutRecovery : .fastRecovery, at: segments.time)
  }

  /// What a cut leaves of a window: 7 tenths where this sender's cuts have shown CUBIC's, else a half.
  private func cut(_ window: Int32) -> Int32 { algorithm == .cubic ? window * 7 / 10 : window / 2 }

  /// The network marked a packet: the window is cut as for a loss, with nothing to repair (RFC 3168 section
  /// 6.1.2).
  mutating func beginNotified(_ heard: HeardSegment, flight: Int32) {
    remember(flight: flight)
    firstRepeat = nil
    recover(.notification, upTo: highest, at: heard.time, flight: flight)
    enter(.fastRecovery, at: heard.time)
  }

  /// What an undone cut gives back. A flight that the receiver's window held down was less than the
  /// congestion window: it is no measure of it.
  private mutating func remember(flight: Int32) {
    priorPhase = phase
    priorLevel = hasRoom ? max(flight, level) : 0
    priorCeiling = ceiling
    repeats = 0
  }

  private mutating func recover(_ kind: LossEvent.Kind, upTo point: Int64, at time: Int64, flight: Int32) {
    recovery = kind
    recoverPoint = point
    (isUsedUp, awaitsWindow, candidateSince, found) = (false, false, nil, 0)
    guard losses.count < SenderWindow.phasesMax else { return }
    losses.append(
      LossEvent(
        time: time, kind: kind, before: hasRoom ? (level > 0 ? level : flight) : 0,
        after: kind == .timeout ? 1 : 0))
  }

  /// An acknowledgment in recovery: it may be over, or may turn out to have been needless.
  mutating func goOnRecovering(_ heard: HeardSegment) {
    var isNeedless = false
    // All repeats came twice (RFC 3708), or what was acknowledged had been sent first (Eifel, RFC 3522).
    if heard.tellsRepeat, repeats > 0 {
      repeats -= 1
      isNeedless = repeats == 0
    }
    if heard.isAdvance, let mark = firstRepeat, let echo = heard.echo, Int32(bitPattern: echo &- mark) < 0 {
      isNeedless = true
    }
    if isNeedless { return undo(at: heard.time) }
    // Without SACK a repeat may be what acknowledges the recovery point itself, and after a mark the peer may
    // not have seen CWR by then: what comes above it ends recovery (RFC 6582 section 3.2 allows it, RFC 3168
    // section 6.1.2; Linux does both).
    let isAbove = !heard.isSelective || recovery == .notification
    let isOver = heard.acknowledged > recoverPoint || (!isAbove && heard.acknowledged == recoverPoint)
    guard isOver else { return }
    let was = recovery
    recovery = nil
    (level, ceiling) = (0, 0)
    enter(was == .timeout ? .slowStart : .congestionAvoidance, at: heard.time)
    awaitsWindow = true
  }

  /// The window is what it was.
  private mutating func undo(at time: Int64) {
    recovery = nil
    if !losses.isEmpty {
      losses[losses.count - 1].isUndone = true
      losses[losses.count - 1].after = priorLevel
    }
    enter(priorPhase, at: time)
    (level, ceiling) = (priorLevel, priorCeiling)
    awaitsWindow = false
  }

  /// The first window that shows after recovery: what the cut left, or all of it, when the sender found out
  /// that it had been needless by signs that the capture does not have.
  mutating func findAfterRecovery(_ flight: Int32) {
    awaitsWindow = false
    let isWhole = priorLevel >= 6 && Int64(flight) * 100 >= Int64(priorLevel) * SenderWindow.undoneShare
    if !losses.isEmpty, losses[losses.count - 1].kind != .timeout || isWhole {
      losses[losses.count - 1].after = flight
      losses[losses.count - 1].isUndone = isWhole
    }
    guard isWhole else {
      // After a timeout a small window may have reached the threshold within recovery.
      if phase == .slowStart, flight >= expected, sent &- freed < freed, let last = phases.indices.last {
        phase = .congestionAvoidance
        phases[last].phase = phase
      }
      if phase == .congestionAvoidance { threshold = flight }
      return
    }
    // The phase that was taken for the one after recovery is the one before it.
    phase = priorPhase
    let last = phases.count - 1
    if last > 0, phases[last - 1].phase == priorPhase {
      phases.removeLast()
    } else if last >= 0 {
      phases[last].phase = priorPhase
    }
  }
}
