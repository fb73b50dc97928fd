// Where a sender leaves slow start before anything is lost: HyStart, as CUBIC's senders have it.

/// Replays HyStart (RFC 9406 names its two signs; these are the original's, which Linux has kept): slow start
/// ends when the acknowledgments of one flight come in a train of half a round trip, or when the round trips
/// of a flight have grown. The replay only says when a sender that has it would leave: whether this one did
/// shows in what it sends next.
struct SlowStartExit: Sendable {
  /// The least window, in segments, at which it looks.
  private static let windowMin: Int32 = 16
  /// Acknowledgments this close to each other are one train.
  private static let trainGap: Int64 = 2_000_000
  /// What Linux allows for acknowledgments that wait for each other, at all but the greatest rates.
  private static let trainSlack: Int64 = 1_000_000
  /// How many samples of a flight it takes to trust the least of them.
  private static let samplesMin: UInt8 = 8
  /// How much the round trip may grow: an eighth, but within these bounds.
  private static let growth: ClosedRange<Int64> = 4_000_000...16_000_000

  /// When the signs were there; 0 when they were not.
  private(set) var time: Int64 = 0
  /// The window then, in segments.
  private(set) var window: Int32 = 0
  /// Segments acknowledged since, while slow start went on all the same.
  private var freedSince: Int32 = 0
  /// Slow start went on: this sender does not have it.
  private var isRefuted = false
  private var roundStart: Int64 = 0
  private var roundEnd: Int64 = -1
  private var trainEnd: Int64 = 0
  private var least: Int64 = .max
  private var leastOfRound: Int64 = .max
  private var samples: UInt8 = 0

  /// An acknowledgment at `time`, with the round trip that it measures, if any: a part of what offload sent
  /// in one frame counts for the train, though nothing is measured by it here.
  mutating func measure(
    _ sample: Int64?, at time: Int64, acknowledged: Int64, highest: Int64, window: Int32
  ) {
    guard self.time == 0, !isRefuted else { return }
    if let sample { least = min(least, sample) }
    if acknowledged > roundEnd {
      (roundStart, trainEnd) = (time, time)
      roundEnd = highest
      leastOfRound = .max
      samples = 0
    }
    guard window >= SlowStartExit.windowMin, least < .max else { return }
    let isTrain = lengthenTrain(to: time)
    let isSlower = sample.map { hasGrown(with: $0) } ?? false
    if isTrain || isSlower { (self.time, self.window) = (time, window) }
  }

  /// Whether the train is half a round trip long.
  private mutating func lengthenTrain(to time: Int64) -> Bool {
    guard interval(trainEnd, time) <= SlowStartExit.trainGap else { return false }
    trainEnd = time
    return interval(roundStart, time) > (least &+ SlowStartExit.trainSlack) / 2
  }

  /// Whether the least round trip of this flight is a good deal longer than that of all.
  private mutating func hasGrown(with sample: Int64) -> Bool {
    leastOfRound = min(leastOfRound, sample)
    guard samples >= SlowStartExit.samplesMin else {
      samples += 1
      return false
    }
    let bounds = SlowStartExit.growth
    return leastOfRound > least &+ min(max(least / 8, bounds.lowerBound), bounds.upperBound)
  }

  /// Whether slow start that ended at `time` ended by these signs: within a round trip of them.
  func explains(_ time: Int64) -> Bool {
    self.time != 0 && interval(min(time, self.time), max(time, self.time)) <= 2 &* least
  }

  /// The window grew by as many segments as were acknowledged: slow start goes on.
  mutating func goOn(_ freed: Int32) {
    guard time != 0 else { return }
    freedSince &+= freed
    guard freedSince >= max(4, window / 4) else { return }
    time = 0
    isRefuted = true
  }
}
