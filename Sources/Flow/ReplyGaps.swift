// How long datagrams wait for an answer: UDP requests, pings, whatever goes back and forth unconnected.

/// Gaps between a request and its reply, in nanoseconds. The originator's first datagram since the last
/// answer asks, the responder's next answers; what else comes between belongs to one of the two.
public struct ReplyGaps: Sendable, Equatable {
  /// Requests that were answered.
  public private(set) var samples: UInt32 = 0
  public private(set) var least: Int64 = 0
  public private(set) var most: Int64 = 0
  private var total: Int64 = 0
  /// When the request came that waits for its answer; negative for none.
  private var askedAt: Int64 = -1

  /// The mean of all gaps; 0 without any.
  public var average: Int64 { samples > 0 ? total / Int64(samples) : 0 }

  /// Takes a datagram.
  @inline(__always)
  mutating func note(_ side: FlowSide, _ time: Int64) {
    switch side {
    case .originator: if askedAt < 0 { askedAt = time }
    case .responder:
      guard askedAt >= 0 else { return }
      let gap = interval(askedAt, time)
      askedAt = -1
      least = samples == 0 ? gap : min(least, gap)
      most = max(most, gap)
      let (sum, overflow) = total.addingReportingOverflow(gap)
      if overflow || samples == .max { return }
      total = sum
      samples += 1
    }
  }
}
