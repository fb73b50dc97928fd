// What the views ask of an end: figures that are made from what is kept.

internal import Wire

extension TCPEnd {
  /// Round trips of the octets this end sent, in nanoseconds; nil without a sample.
  public var roundTrips: RoundTripFigures? {
    guard roundTrip.samples > 0 else { return nil }
    return RoundTripFigures(
      samples: roundTrip.samples, least: roundTrip.least, average: roundTrip.average, most: roundTrip.most,
      deviation: roundTrip.deviation, median: roundTrip.quantile(0.5), high: roundTrip.quantile(0.95))
  }

  /// Nanoseconds that the window this end advertised stood at zero, up to `time`.
  public func zeroWindowTime(until time: Int64) -> Int64 {
    zeroWindowTime &+ (zeroWindowSince.map { interval($0, time) } ?? 0)
  }

  /// When TIME_WAIT ends, given a maximum segment lifetime in nanoseconds (RFC 9293 section 3.6.1).
  public func timeWaitEnd(maximumSegmentLifetime: Int64) -> Int64? {
    path.last { $0.state == .timeWait }.map { $0.time &+ 2 &* maximumSegmentLifetime }
  }

  /// Nanoseconds spent in CLOSE_WAIT, up to `time` when it is still there.
  public func closeWaitTime(until time: Int64) -> Int64? {
    guard let at = path.firstIndex(where: { $0.state == .closeWait }) else { return nil }
    return interval(path[at].time, at + 1 < path.count ? path[at + 1].time : time)
  }
}

/// Round trips in figures; times in nanoseconds.
public struct RoundTripFigures: Sendable, Equatable {
  /// Measurements by Karn's rule.
  public var samples: UInt64
  public var least: Int64
  /// The mean of the smoothed round trip (RFC 6298) over the segments that came back: what the sender
  /// believed.
  public var average: Int64
  public var most: Int64
  public var deviation: Int64
  public var median: Int64
  /// 95 of 100 samples do not exceed it.
  public var high: Int64
}
