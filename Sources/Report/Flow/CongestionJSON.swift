// The windows of one end in a flow's record: its congestion window, and the one that it advertised.

internal import Flow

extension FlowJSON {
  /// Prints `congestion`, and the flights per round trip when there are any.
  mutating func write(_ figures: CongestionFigures, until time: Int64) {
    out.write(",\"congestion\":{\"applicable\":")
    out.write(figures.whyNot == nil ? "true" : "false")
    if let reason = figures.whyNot {
      out.write(",\"why_not\":\"")
      out.write(reason.name)
      out.write(octet: 34)
    }
    if let algorithm = figures.algorithm {
      out.write(",\"algorithm\":\"")
      out.write(algorithm.name)
      out.write("\",\"algorithm_reason\":\"")
      out.write(algorithm.reason)
      out.write(octet: 34)
    }
    if !figures.phases.isEmpty { write(figures.phases, until: time) }
    if figures.threshold > 0 { number(",\"ssthresh\":", Int64(figures.threshold)) }
    if !figures.losses.isEmpty { write(figures.losses) }
    if figures.whyNot == nil, figures.windowMost > 0 { number(",\"cwnd_max\":", Int64(figures.windowMost)) }
    if !figures.windows.isEmpty { write(",\"cwnd\":[", figures.windows) }
    if !figures.waits.isEmpty { write(figures.waits) }
    out.write("}")
    if !figures.rounds.isEmpty { write(",\"rounds\":[", figures.rounds) }
  }

  /// Prints how the window that an end advertised held its peer back.
  mutating func write(_ figures: FlowControlFigures) {
    if figures.blocked > 0 { number(",\"window_blocked_ns\":", figures.blocked) }
    if let delay = figures.firstProbeDelay { number(",\"probe_delay_ns\":", delay) }
    if let gap = figures.probeGapMost { number(",\"probe_gap_max_ns\":", gap) }
    if figures.sillyWindows > 0 { number(",\"silly_windows\":", Int64(clamping: figures.sillyWindows)) }
    if figures.sillySegments > 0 { number(",\"silly_segments\":", Int64(clamping: figures.sillySegments)) }
  }

  private mutating func write(_ phases: [PhaseChange], until time: Int64) {
    out.write(",\"phases\":[")
    for (i, phase) in phases.enumerated() {
      out.write(i == 0 ? "{\"phase\":\"" : ",{\"phase\":\"")
      out.write(phase.phase.name)
      out.write(octet: 34)
      number(",\"start\":", phase.start)
      number(",\"end\":", i + 1 < phases.count ? phases[i + 1].start : time)
      if phase.windowAtStart > 0 { number(",\"cwnd_start\":", Int64(phase.windowAtStart)) }
      if phase.windowAtEnd > 0 { number(",\"cwnd_end\":", Int64(phase.windowAtEnd)) }
      out.write("}")
    }
    out.write("]")
  }

  private mutating func write(_ losses: [LossEvent]) {
    out.write(",\"loss_events\":[")
    for (i, loss) in losses.enumerated() {
      number(i == 0 ? "{\"ts\":" : ",{\"ts\":", loss.time)
      out.write(",\"kind\":\"")
      out.write(loss.kind.name)
      out.write(octet: 34)
      if loss.before > 0 { number(",\"cwnd_before\":", Int64(loss.before)) }
      if loss.after > 0 { number(",\"cwnd_after\":", Int64(loss.after)) }
      if loss.isUndone { out.write(",\"undone\":true") }
      out.write("}")
    }
    out.write("]")
  }

  private mutating func write(_ waits: [Wait]) {
    out.write(",\"waits\":[")
    for (i, wait) in waits.enumerated() {
      out.write(i == 0 ? "{\"phase\":\"" : ",{\"phase\":\"")
      out.write(wait.limit == .receiver ? "receiver_limited" : "app_limited")
      number("\",\"start\":", wait.start)
      number(",\"end\":", wait.end)
      out.write("}")
    }
    out.write("]")
  }

  /// Pairs of a time and segments.
  private mutating func write(_ key: StaticString, _ points: [SegmentPoint]) {
    out.write(key)
    for (i, point) in points.enumerated() {
      number(i == 0 ? "[" : ",[", point.time)
      number(",", Int64(point.segments))
      out.write("]")
    }
    out.write("]")
  }

  /// Prints what limited the transfer: shares in thousandths that sum to 1.
  mutating func write(_ limits: [(limit: Limit, share: Double)]) {
    out.write(",\"limited_by\":{")
    for (i, part) in limits.enumerated() {
      if i > 0 { out.write(octet: 44) }
      out.write(octet: 34)
      out.write(part.limit.name)
      out.write("\":")
      writeShare(part.share)
    }
    out.write("}")
  }

  /// A share of 1 with three decimals.
  private mutating func writeShare(_ share: Double) {
    let thousandths = UInt64((max(0, min(1, share)) * 1000).rounded())
    out.write(decimal: thousandths / 1000)
    out.write(octet: 46)
    for divisor: UInt64 in [100, 10, 1] { out.write(decimal: thousandths / divisor % 10) }
  }
}
