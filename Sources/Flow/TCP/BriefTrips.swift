// The round trips of an end that has few: those of a journal.

/// Round trips of an end that has few and short ones: what `RoundTrip` makes of them, without its codes,
/// which are exact for times below 2.1 seconds. The timer's variance is left out, because nobody asks for it.
struct BriefTrips {
  /// Samples that there is room for: of fourteen segments seven are answers.
  static let countMax = 7
  /// Times from here on have another code (`BriefTime`).
  private static let behind: Int64 = 1 << 31

  private(set) var count: UInt32 = 0
  /// Segments from the peer since there is a sample.
  private var observed: UInt32 = 0
  private(set) var least = Int64.max
  private(set) var most: Int64 = 0
  private var smoothed: Int64 = 0
  private var mean: Float = 0
  private var variance: Float = 0
  private var believed: Float = 0
  private var samples = InlineArray<8, UInt32>(repeating: 0)

  /// None yet.
  @inline(__always)
  init() {}

  /// Whether the figures are those of `RoundTrip`.
  var areExact: Bool { count <= UInt32(BriefTrips.countMax) && most < BriefTrips.behind }
  /// The first sample.
  var first: Int64 { Int64(samples[0]) }

  /// One more measurement: `RoundTrip.measure`.
  @inline(__always)
  mutating func measure(_ sample: Int64) {
    smoothed = count == 0 ? sample : smoothed &+ (sample &- smoothed) / 8
    least = min(least, sample)
    most = max(most, sample)
    samples[Int(count & 7)] = UInt32(truncatingIfNeeded: sample)
    count &+= 1
    let (value, number) = (Float(sample), Float(count))
    let difference = value - mean
    mean += difference / number
    variance += (difference * (value - mean) - variance) / number
  }

  /// A segment came from the peer: `RoundTrip.observe`.
  @inline(__always)
  mutating func observe() {
    if count == 0 { return }
    observed &+= 1
    believed += (Float(smoothed) - believed) / Float(observed)
  }

  /// The figures, which are exact; nil when there are none.
  @inline(__always)
  mutating func figures() -> RoundTripFigures? {
    if count == 0 { return nil }
    return RoundTripFigures(
      samples: UInt64(count), least: least, average: observed > 0 ? Int64(believed) : smoothed, most: most,
      deviation: count > 1 ? Int64(max(0, variance).squareRoot()) : 0,
      median: min(max(Int64(Quantiles.told(median())), least), most),
      // Of seven the last is the first that 95 of 100 do not exceed.
      high: min(max(Int64(Quantiles.told(UInt32(truncatingIfNeeded: most))), least), most))
  }

  /// The sample in the middle, of an even number the later of both. Most ends have three or less.
  @inline(__always)
  private mutating func median() -> UInt32 {
    let (a, b, c) = (samples[0], samples[1], samples[2])
    switch count {
    case 1: return a
    case 2: return max(a, b)
    case 3: return max(min(a, b), min(max(a, b), c))
    default: return sortedMedian()
    }
  }

  @inline(never)
  private mutating func sortedMedian() -> UInt32 {
    // The samples stay in their order: who asks for the first means the first that was measured.
    var sorted = samples
    for i in 1..<Int(count) {
      var j = i
      while j > 0, sorted[j] < sorted[j - 1] {
        sorted.swapAt(j, j - 1)
        j -= 1
      }
    }
    return sorted[Int(count) / 2]
  }
}
