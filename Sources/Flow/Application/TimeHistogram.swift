// How long things took, in bounded memory: quantiles of many times.

/// Times in nanoseconds. The first few are kept as they are; more fall into classes, 32 of each power of two,
/// so that a quantile is off by less than 2 in 100.
public struct TimeHistogram: Sendable {
  /// Times that are kept as they are.
  static let exactMax = 512
  private static let classesPerOctave: UInt64 = 32

  private var exact: [Int64] = []
  private var classes: [UInt32] = []
  public private(set) var count: UInt64 = 0
  public private(set) var most: Int64 = 0
  public private(set) var sum: Int64 = 0

  /// Nothing counted.
  public init() {}

  /// Counts one; what is negative counts as 0.
  public mutating func add(_ time: Int64) {
    let time = max(0, time)
    count &+= 1
    sum &+= time
    most = max(most, time)
    if classes.isEmpty {
      if exact.count < TimeHistogram.exactMax {
        exact.append(time)
        return
      }
      classes = [UInt32](repeating: 0, count: 60 * Int(TimeHistogram.classesPerOctave))
      for each in exact { classes[TimeHistogram.index(of: each)] &+= 1 }
      exact = []
    }
    classes[TimeHistogram.index(of: time)] &+= 1
  }

  /// The class of a time: its highest six bits, and where they stand.
  private static func index(of time: Int64) -> Int {
    let value = UInt64(time)
    if value < 64 { return Int(value) }
    let shift = 58 - value.leadingZeroBitCount
    return shift * 32 + Int(value >> UInt64(shift))
  }

  /// The middle of a class.
  private static func middle(of index: Int) -> Int64 {
    if index < 64 { return Int64(index) }
    let shift = index / 32 - 1
    return Int64((UInt64(index - shift * 32) << UInt64(shift)) + (1 << UInt64(shift)) / 2)
  }

  /// The time that `share` of all do not exceed; nil when there is none.
  public func quantile(_ share: Double) -> Int64? {
    if count == 0 { return nil }
    let rank = min(count - 1, UInt64(max(0, (Double(count) * share).rounded(.up) - 1)))
    if classes.isEmpty { return exact.sorted()[Int(rank)] }
    var seen: UInt64 = 0
    for (index, number) in classes.enumerated() where number > 0 {
      seen &+= UInt64(number)
      if seen > rank { return min(most, TimeHistogram.middle(of: index)) }
    }
    return most
  }
}
