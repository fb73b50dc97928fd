// The windows of one end in a flow's record: its congestion window, and the one that it advertised.

internal import Flow

extension FlowJSON {
  /// Prints `congestion`, and the flights per round trip when there are any.
  mutating func write(_ figures: CongestionFigures, until time: Int64) {
    text.write(",\"congestion\":{\"applicable\":")
    text.write(figures.whyNot == nil ? "true" : "false")
    if let reason = figures.whyNot {
      text.write(",\"why_not\":\"")
      text.write(reason.name)
      text.write(octet: 34)
    }
    if let algorithm = figures.algorithm {
      text.write(",\"algorithm\":\"")
      text.write(algorithm.name)
      text.write("\",\"algorithm_reason\":\"")
      text.write(algorithm.reason)
      text.write(octet: 34)
    }
    if !figures.phases.isEmpty { write(figures.phases, until: time) }
    if figures.threshold > 0 { number(",\"ssthresh\":", Int64(figures.threshold)) }
    if !figures.losses.isEmpty { write(figures.losses) }
    if figures.whyNot == nil, figures.windowMost > 0 { number(",\"cwnd_max\":", Int64(figures.windowMost)) }
    if !figures.windows.isEmpty { write(",\"cwnd\":[", figures.windows) }
    if !figures.waits.isEmpty { write(figures.waits) }
    text.write("}")
    if !figures.rounds.isEmpty { write(",\"rounds\":[", figures.rounds) }
  }

  private mutating func write(_ phases: [PhaseChange], until time: Int64) {
    text.write(",\"phases\":[")
    for (i, phase) in phases.enumerated() {
      text.write(i == 0 ? "{\"phase\":\"" : ",{\"phase\":\"")
      text.write(phase.phase.name)
      text.write(octet: 34)
      number(",\"start\":", phase.start)
      number(",\"end\":", i + 1 < phases.count ? phases[i + 1].start : time)
      if phase.windowAtStart > 0 { number(",\"cwnd_start\":", Int64(phase.windowAtStart)) }
      if phase.windowAtEnd > 0 { number(",\"cwnd_end\":", Int64(phase.windowAtEnd)) }
      text.write("}")
    }
    text.write("]")
  }

  private mutating func write(_ losses: [LossEvent]) {
    text.write(",\"loss_events\":[")
    for (i, loss) in losses.enumerated() {
      number(i == 0 ? "{\"ts\":" : ",{\"ts\":", loss.time)
      text.write(",\"kind\":\"")
      text.write(loss.kind.name)
      text.write(octet: 34)
      if loss.before > 0 { number(",\"cwnd_before\":", Int64(loss.before)) }
      if loss.after > 0 { number(",\"cwnd_after\":", Int64(loss.after)) }
      if loss.isUndone { text.write(",\"undone\":true") }
      text.write("}")
    }
    text.write("]")
  }

  private mutating func write(_ waits: [Wait]) {
    text.write(",\"waits\":[")
    for (i, wait) in waits.enumerated() {
      text.write(i == 0 ? "{\"phase\":\"" : ",{\"phase\":\"")
      text.write(wait.limit == .receiver ? "receiver_limited" : "app_limited")
      number("\",\"start\":", wait.start)
      number(",\"end\":", wait.end)
      text.write("}")
    }
    text.write("]")
  }

  /// Pairs of a time and segments.
  private mutating func write(_ key: StaticString, _ points: [SegmentPoint]) {
    text.write(key)
    for (i, point) in points.enumerated() {
      number(i == 0 ? "[" : ",[", point.time)
      number(",", Int64(point.segments))
      text.write("]")
    }
    text.write("]")
  }

  /// Prints what limited the transfer: shares in thousandths that sum to 1.
  mutating func write(_ limits: [(limit: Limit, share: Double)]) {
    text.write(",\"limited_by\":{")
    for (i, part) in limits.enumerated() {
      if i > 0 { text.write(octet: 44) }
      text.write(octet: 34)
      text.write(part.limit.name)
      text.write("\":")
      writeShare(part.share)
    }
    text.write("}")
  }

  /// A share of 1 with three decimals.
  private mutating func writeShare(_ share: Double) {
    let thousandths = UInt64((max(0, min(1, share)) * 1000).rounded())
    text.write(decimal: thousandths / 1000)
    text.write(octet: 46)
    for divisor: UInt64 in [100, 10, 1] { text.write(decimal: thousandths / divisor % 10) }
  }
}

extension OctetBuffer {
  /// Prints how the window that an end advertised held its peer back.
  mutating func write(_ figures: FlowControlFigures) {
    if figures.blocked > 0 { write(",\"window_blocked_ns\":", signed: figures.blocked) }
    if let delay = figures.firstProbeDelay { write(",\"probe_delay_ns\":", signed: delay) }
    if let gap = figures.probeGapMost { write(",\"probe_gap_max_ns\":", signed: gap) }
    if figures.sillyWindows > 0 {
      write(",\"silly_windows\":", signed: Int64(clamping: figures.sillyWindows))
    }
    if figures.sillySegments > 0 {
      write(",\"silly_segments\":", signed: Int64(clamping: figures.sillySegments))
    }
  }
}
