// Which phase a sender is in, by how much it sends for what was acknowledged.

extension SenderWindow {
  /// Looks at the answer to the last acknowledgment that freed segments, when the next one comes.
  mutating func look(until time: Int64, flight: Int32, wasPrompt: Bool) {
    isUsedUp = false
    guard sent > 0, freed > 0 else { return }
    // A short segment ends what the application had written; a full receiver's window stops the sender too;
    // and what does not follow the acknowledgment at once does not follow from it. Slow start goes on all the
    // same.
    guard !isShort, hasRoom, wasPrompt else {
      if !hasRoom {
        candidateSince = nil
        level = max(level, flight)
      }
      if ceiling > 0 { ceiling = clamped(Int64(ceiling) + Int64(freed)) }
      return
    }
    if ceiling == 0 { ceiling = max(0, flight &- freed) }
    if awaitsWindow { findAfterRecovery(flight) }
    switch phase {
    case .slowStart: lookInSlowStart(flight, at: time)
    case .congestionAvoidance: lookInAvoidance(flight)
    case .fastRecovery, .timeoutRecovery: break
    }
  }

  /// In slow start each segment that is acknowledged makes the window one larger. Avoidance begins with the
  /// first acknowledgment that finds the window in it: the one after that which was answered by less.
  private mutating func lookInSlowStart(_ flight: Int32, at time: Int64) {
    let grown = sent &- freed
    ceiling = clamped(Int64(ceiling) + Int64(freed))
    // One segment less may wait to be sent with the next ones (offload).
    if flight >= ceiling &- (freed > 1 ? 1 : 0) {
      ceiling = flight
      (isUsedUp, candidateSince) = (true, nil)
      slowStartExit.goOn(freed)
      return show(flight)
    }
    if candidateSince == nil {
      candidateSince = time
      (candidateFreed, candidateGrown, candidateLevel) = (0, 0, flight &- grown)
    }
    candidateFreed = clamped(Int64(candidateFreed) + Int64(freed))
    candidateGrown = clamped(Int64(candidateGrown) + Int64(grown))
    if candidateFreed >= 4, Int64(candidateGrown) * 4 >= Int64(candidateFreed) * 3 {
      (isUsedUp, candidateSince) = (true, nil)
      ceiling = flight
      slowStartExit.goOn(freed)
      return show(flight)
    }
    // A flight that shrinks was held back by something else: no window does that without a loss.
    if flight < candidateLevel &- 2 {
      candidateSince = nil
      level = max(level, flight)
      return
    }
    level = max(level, flight)
    // For a quarter of a flight it has grown by little: avoidance, since then. CUBIC's window grows by half
    // a segment for each at the most (Linux; RFC 9438 section 4.4 allows as much).
    if candidateFreed >= max(4, flight / 4), Int64(candidateGrown) * 5 <= Int64(candidateFreed) * 3,
      let since = candidateSince
    {
      enter(.congestionAvoidance, at: since)
      threshold = candidateLevel
      isUsedUp = true
      show(flight)
    }
  }

  /// In avoidance a flight's acknowledgments make the window about one larger, and nothing but a loss makes
  /// it smaller.
  private mutating func lookInAvoidance(_ flight: Int32) {
    if flight < level &- 1 { return }
    let grown = sent &- freed
    // As much again for each: the window had been cut for nothing, and was given back below the threshold.
    if Int64(grown) * 4 >= Int64(freed) * 3 {
      if candidateSince == nil { (candidateSince, candidateFreed) = (heardAt, 0) }
      candidateFreed = clamped(Int64(candidateFreed) + Int64(freed))
      if candidateFreed >= max(6, flight / 2), let since = candidateSince {
        enter(.slowStart, at: since)
        ceiling = flight
      }
    } else {
      candidateSince = nil
    }
    isUsedUp = true
    show(max(level, flight))
  }
}
