// How long an end's octets took until they were acknowledged, by Karn's rule, and what follows for its timer.

/// Round trips of one end's octets, and what its retransmission timer must be (RFC 6298): fifty-two octets,
/// however many samples there are.
struct RoundTrip: Sendable {
  /// The kernel's least variance term; RFC 6298 asks for a second in all, stacks use 200 ms.
  static let timeoutMin: Int64 = 200_000_000
  /// Before the first sample (RFC 6298 section 2.1).
  static let timeoutInitial: Int64 = 1_000_000_000

  private var count: UInt32 = 0
  /// Segments from the peer since there is a sample.
  private var observed: UInt32 = 0
  private var shortest = BriefTime()
  private var longest = BriefTime()
  private var estimate = BriefTime()
  private var spread = BriefTime()
  private var mean: Float = 0
  private var variance: Float = 0
  /// The mean of the smoothed value as every segment from the peer found it: what the sender itself believed.
  private var believed: Float = 0
  private var quantiles = Quantiles()

  var samples: UInt64 { UInt64(count) }
  var least: Int64 { shortest.nanoseconds }
  var most: Int64 { longest.nanoseconds }
  var smoothed: Int64 { estimate.nanoseconds }
  var variation: Int64 { spread.nanoseconds }

  /// One more measurement, in nanoseconds. `isBrief` is for who asks only for the least, and for what the
  /// timer is set by.
  @inline(__always)
  mutating func measure(_ sample: Int64, isBrief: Bool = false) {
    let time = BriefTime(sample)
    let sample = time.nanoseconds
    if count == 0 {
      (shortest, longest, estimate) = (time, time, time)
      spread = BriefTime(sample / 2)
    } else {
      spread = BriefTime(variation + (abs(sample - smoothed) - variation) / 4)
      estimate = BriefTime(smoothed + (sample - smoothed) / 8)
      if time < shortest { shortest = time }
      if longest < time { longest = time }
    }
    if count < .max { count += 1 }
    if isBrief { return }
    let difference = Float(sample) - mean
    mean += difference / Float(count)
    variance += (difference * (Float(sample) - mean) - variance) / Float(count)
    quantiles.add(sample, least: shortest, most: longest)
  }

  /// A segment came from the peer: the sender's estimate counts once more.
  @inline(__always)
  mutating func observe() {
    guard count > 0 else { return }
    if observed < .max { observed += 1 }
    believed += (Float(smoothed) - believed) / Float(observed)
  }

  /// Nanoseconds of the retransmission timer.
  var timeout: Int64 {
    count == 0 ? RoundTrip.timeoutInitial : smoothed + max(RoundTrip.timeoutMin, 4 * variation)
  }

  /// The mean of the smoothed round trip over the segments that came from the peer; the first sample when
  /// none has come since.
  var average: Int64 { observed > 0 ? Int64(believed) : smoothed }

  /// Standard deviation of the samples.
  var deviation: Int64 { count > 1 ? Int64(max(0, variance).squareRoot()) : 0 }

  /// The sample that `share` of the samples do not exceed: a half, or nineteen twentieths.
  var quantilePair: (median: Int64, high: Int64) { quantiles.both(least: least, most: most) }
  var median: Int64 { quantilePair.median }
  var high: Int64 { quantilePair.high }
}

/// A time of up to thirty-six minutes in four octets: exact to 2.1 seconds, then to a microsecond.
struct BriefTime: Sendable, Equatable {
  /// Nanoseconds; with the highest bit, units of 1024.
  private var code: UInt32 = 0

  /// No time.
  init() {}

  /// The time nearest to so many nanoseconds.
  init(_ nanoseconds: Int64) {
    let time = max(0, nanoseconds)
    code =
      time < 1 << 31
      ? UInt32(truncatingIfNeeded: time) : 1 << 31 | UInt32(truncatingIfNeeded: min(time >> 10, 1 << 31 - 1))
  }

  /// Codes grow with the times.
  @inline(__always)
  static func < (a: BriefTime, b: BriefTime) -> Bool { a.code < b.code }

  var nanoseconds: Int64 {
    code & 1 << 31 == 0 ? Int64(code) : Int64(code & (1 << 31 - 1)) << 10
  }
}

/// The median and the 95th percentile of many times in sixteen octets: the first seven samples themselves,
/// then the P² algorithm (Jain and Chlamtac, Communications of the ACM 28, 10), which moves markers along. It
/// works on codes of times that grow as their logarithms do, to one part in 4096: round trips are spread over
/// decades, and a delayed acknowledgment is a thousand times one that is not.
struct Quantiles: Sendable {
  /// Samples that are kept as they are.
  private static let keptMax = 7
  /// Shares of the samples below the three markers between the least and the most.
  private static let shares: InlineArray<3, Float> = [0.5, 0.725, 0.95]
  /// When so many are counted, half of them are forgotten, evenly.
  private static let countMax: UInt16 = 60_000

  private var count: UInt16 = 0
  /// Samples; or the markers' times, then how many samples are not above each.
  private var words = InlineArray<7, UInt16>(repeating: 0)

  /// Takes a sample; `least` and `most` are of all samples, this one included.
  @inline(__always)
  mutating func add(_ sample: Int64, least: BriefTime, most: BriefTime) {
    let code = Quantiles.code(sample)
    if Int(count) < Quantiles.keptMax {
      words[Int(count)] = code
      count += 1
      return
    }
    move(code, least: least.nanoseconds, most: most.nanoseconds)
  }

  /// Moves the markers by a sample.
  private mutating func move(_ code: UInt16, least: Int64, most: Int64) {
    if Int(count) == Quantiles.keptMax { settle() }
    // Marks above the sample have one more below them.
    for i in 0..<3 where words[i] > code { words[3 + i] += 1 }
    count += 1
    let ends = (Float(Quantiles.code(least)), Float(Quantiles.code(most)))
    for i in 0..<3 { move(i, ends) }
    if count >= Quantiles.countMax {
      count /= 2
      for i in 3..<6 { words[i] = max(words[i] / 2, UInt16(i) - 1) }
    }
  }

  /// From samples to markers.
  private mutating func settle() {
    var sorted = words
    for i in 1..<Quantiles.keptMax {
      for j in stride(from: i, to: 0, by: -1) where sorted[j] < sorted[j - 1] { sorted.swapAt(j, j - 1) }
    }
    words = [sorted[3], sorted[4], sorted[5], 4, 5, 6, 0]
  }

  /// Moves a marker by one place when it is one or more away from where it should be.
  private mutating func move(_ i: Int, _ ends: (least: Float, most: Float)) {
    let below = i == 0 ? (ends.least, 1) : (Float(words[i - 1]), Int(words[2 + i]))
    let above = i == 2 ? (ends.most, Int(count)) : (Float(words[i + 1]), Int(words[4 + i]))
    let (height, place) = (Float(words[i]), Int(words[3 + i]))
    let away = 1 + Float(count - 1) * Quantiles.shares[i] - Float(place)
    let step = away >= 1 && above.1 - place > 1 ? 1 : away <= -1 && below.1 - place < -1 ? -1 : 0
    if step == 0 { return }
    let (up, down) = (above.0 - height, height - below.0)
    let (right, left) = (Float(above.1 - place), Float(place - below.1))
    var next =
      height + Float(step) / (right + left)
      * ((left + Float(step)) * up / right + (right - Float(step)) * down / left)
    if next <= below.0 || next >= above.0 { next = height + (step > 0 ? up / right : -down / left) }
    words[i] = UInt16(min(max(0, next.rounded()), 65535))
    words[3 + i] = UInt16(place + step)
  }

  /// The median and the 95th percentile, both between the least and the most.
  func both(least: Int64, most: Int64) -> (median: Int64, high: Int64) {
    if count == 0 { return (0, 0) }
    var sorted = words
    var (middle, high) = (0, 2)
    if Int(count) <= Quantiles.keptMax {
      for i in 1..<max(1, Int(count)) {
        var j = i
        while j > 0, sorted[j] < sorted[j - 1] {
          sorted.swapAt(j, j - 1)
          j -= 1
        }
      }
      // Of seven the last is the first that 95 of 100 do not exceed.
      (middle, high) = (Int(count) / 2, Int(count) - 1)
    }
    return (
      min(max(Quantiles.time(sorted[middle]), least), most),
      min(max(Quantiles.time(sorted[high]), least), most)
    )
  }

  /// What is told of a time that was kept as its code: its twelve highest bits, and half of what they leave
  /// open.
  @inline(__always)
  static func told(_ time: UInt32) -> UInt32 {
    let shift = 20 &- UInt32(truncatingIfNeeded: (time | 4095).leadingZeroBitCount)
    return ((time &>> shift) &<< shift) &+ ((1 &<< shift) &>> 1)
  }

  /// A time in sixteen bits: eleven of its highest bits, and how far they are shifted.
  private static func code(_ time: Int64) -> UInt16 {
    let time = min(max(0, time), 4095 << 29)
    let shift = max(0, 64 - time.leadingZeroBitCount - 12)
    return UInt16(truncatingIfNeeded: (shift << 11) + Int(time >> shift))
  }

  private static func time(_ code: UInt16) -> Int64 {
    let shift = max(0, Int(code >> 11) - 1)
    let high = Int64(Int(code) - (shift << 11))
    return shift == 0 ? high : (high << shift) + (1 << (shift - 1))
  }
}
