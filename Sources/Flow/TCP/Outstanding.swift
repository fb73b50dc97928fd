// What one end has sent and has not seen acknowledged, and how long that took: round trips by Karn's rule.

/// A run of sequence numbers in flight.
struct Flight: Sendable {
  var start: Int64
  var end: Int64
  /// When it was first sent, and last.
  var firstSent: Int64
  var lastSent: Int64
  /// It was sent more than once: its acknowledgment says nothing about the round trip (Karn's rule, RFC 6298
  /// section 3).
  var isRepeated = false
  /// A SACK block has told that it arrived.
  var isSelected = false
}

/// The segments in flight, oldest first. Bounded: beyond `flightsMax` the oldest are no longer timed.
struct Outstanding: Sendable {
  /// The most runs that are kept for one end.
  static let flightsMax = 4096

  private(set) var flights: [Flight] = []
  /// Runs before this index are done with; they are taken out in one go, later.
  private var first = 0

  /// Runs in flight.
  var count: Int { flights.count - first }

  /// Notes that `start..<end` was sent at `time`; `isNew` is false when these numbers were sent before.
  mutating func send(_ start: Int64, _ end: Int64, at time: Int64, isNew: Bool) {
    if isNew {
      if count >= Outstanding.flightsMax {
        first += 1
        compact()
      }
      flights.append(Flight(start: start, end: end, firstSent: time, lastSent: time))
      return
    }
    for i in first..<flights.count where flights[i].start < end && flights[i].end > start {
      flights[i].isRepeated = true
      flights[i].lastSent = time
    }
  }

  /// Takes out what is acknowledged, and gives the time since the earliest of it that was not selected; nil
  /// when any of it was sent more than once.
  mutating func acknowledge(_ number: Int64, at time: Int64) -> Int64? {
    var sample: Int64?
    var hasRepeats = false
    while first < flights.count, flights[first].end <= number {
      let flight = flights[first]
      if flight.isRepeated {
        hasRepeats = true
      } else if sample == nil, !flight.isSelected {
        sample = interval(flight.firstSent, time)
      }
      first += 1
    }
    // What a repeat set free waited for it: its age is no round trip.
    if hasRepeats { sample = nil }
    if first < flights.count, flights[first].start < number { flights[first].start = number }
    compact()
    return sample
  }

  /// Takes out the runs that are done with, when they are the larger part.
  private mutating func compact() {
    guard first > 64, first * 2 > flights.count else { return }
    flights.removeFirst(first)
    first = 0
  }

  /// Notes what SACK tells, and gives the time since the earliest newly selected run that was sent once.
  mutating func select(_ block: ClosedBlock, at time: Int64) -> Int64? {
    var sample: Int64?
    for i in first..<flights.count {
      if flights[i].start >= block.end { break }
      guard flights[i].start >= block.start, flights[i].end <= block.end, !flights[i].isSelected else {
        continue
      }
      flights[i].isSelected = true
      if !flights[i].isRepeated { sample = max(sample ?? 0, interval(flights[i].firstSent, time)) }
    }
    return sample
  }

  /// Whether a run above `number` has been selected: a later one arrived, an earlier one did not.
  func isSelected(above number: Int64) -> Bool {
    for i in stride(from: flights.count - 1, through: first, by: -1) where flights[i].isSelected {
      return flights[i].start >= number
    }
    return false
  }
}

/// Round trips of one end's octets, and what its retransmission timer must be (RFC 6298).
struct RoundTrip: Sendable {
  /// The kernel's least variance term; RFC 6298 asks for a second in all, stacks use 200 ms.
  static let timeoutMin: Int64 = 200_000_000
  /// Before the first sample (RFC 6298 section 2.1).
  static let timeoutInitial: Int64 = 1_000_000_000
  /// Samples kept for the quantiles.
  static let samplesMax = 512

  private(set) var samples: UInt64 = 0
  private(set) var least: Int64 = 0
  private(set) var most: Int64 = 0
  private(set) var smoothed: Int64 = 0
  private(set) var variation: Int64 = 0
  private var sum: Double = 0
  private var squares: Double = 0
  private(set) var kept: [Int64] = []
  private var stride: UInt64 = 1
  /// The smoothed value as every segment from the peer found it: what the sender itself believed, on average.
  private var smoothedSum: Double = 0
  private var smoothedCount: UInt64 = 0

  /// One more measurement, in nanoseconds.
  mutating func measure(_ sample: Int64) {
    let sample = max(0, sample)
    if samples == 0 {
      least = sample
      smoothed = sample
      variation = sample / 2
    } else {
      variation += (abs(sample - smoothed) - variation) / 4
      smoothed += (sample - smoothed) / 8
    }
    least = min(least, sample)
    most = max(most, sample)
    if samples % stride == 0 {
      kept.append(sample)
      // Every second one stays, and from now on every second one comes.
      if kept.count > RoundTrip.samplesMax {
        kept = Swift.stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
        stride *= 2
      }
    }
    samples += 1
    sum += Double(sample)
    squares += Double(sample) * Double(sample)
  }

  /// A segment came from the peer: the sender's estimate counts once more.
  mutating func observe() {
    guard samples > 0 else { return }
    smoothedSum += Double(smoothed)
    smoothedCount += 1
  }

  /// Nanoseconds of the retransmission timer.
  var timeout: Int64 {
    samples == 0 ? RoundTrip.timeoutInitial : smoothed + max(RoundTrip.timeoutMin, 4 * variation)
  }

  /// The mean of the smoothed round trip over the segments that came from the peer; of the samples when there
  /// was none.
  var average: Int64 {
    if smoothedCount > 0 { return Int64(smoothedSum / Double(smoothedCount)) }
    return samples > 0 ? Int64(sum / Double(samples)) : 0
  }

  /// Standard deviation of the samples.
  var deviation: Int64 {
    guard samples > 1 else { return 0 }
    let mean = sum / Double(samples)
    return Int64(max(0, squares / Double(samples) - mean * mean).squareRoot())
  }

  /// The sample that `share` of the samples do not exceed.
  func quantile(_ share: Double) -> Int64 {
    guard !kept.isEmpty else { return 0 }
    let sorted = kept.sorted()
    return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
  }
}
