// Time stamps at the start of a line.

internal import Wire

/// What time stamps need of the lines before, and the text of the last second, which most lines share.
struct LineClock {
  /// The second whose text is in `text`.
  var second = Int64.min
  /// The same in nanoseconds, once there is one.
  var base: Int64?
  /// Up to "2023-01-01 00:00:00.".
  var text = ShortText()
  /// The quarter of an hour that `offset` holds for: zones change at no finer step.
  var quarter = Int64.min
  /// Seconds east of UTC.
  var offset: Int64 = 0
  /// The time that relative ones count from; zero before the first, and after a packet without a time.
  var reference: Int64 = 0

  /// Two digits.
  mutating func put(_ value: Int64) {
    put(octet: UInt8(truncatingIfNeeded: 48 &+ value / 10 % 10))
    put(octet: UInt8(truncatingIfNeeded: 48 &+ value % 10))
  }

  mutating func put(octet: UInt8) {
    text.append(octet)
  }

  /// The clock of a second of some day.
  mutating func put(clock second: Int64) {
    let rest = floorMod(second, 86_400)
    put(rest / 3_600)
    put(octet: 58)
    put(rest / 60 % 60)
    put(octet: 58)
    put(rest % 60)
  }

  /// The date of a second since the epoch, in the proleptic Gregorian calendar (days from civil, inverted).
  mutating func put(date second: Int64) {
    let days = (second &- floorMod(second, 86_400)) / 86_400 &+ 719_468
    let era = (days >= 0 ? days : days &- 146_096) / 146_097
    let dayOfEra = days &- era &* 146_097
    let yearOfEra =
      (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
    let shifted = (5 &* dayOfYear &+ 2) / 153
    let day = dayOfYear &- (153 &* shifted &+ 2) / 5 &+ 1
    let month = shifted < 10 ? shifted &+ 3 : shifted &- 9
    let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
    put(year / 100)
    put(year % 100)
    put(octet: 45)
    put(month)
    put(octet: 45)
    put(day)
    put(octet: 32)
  }
}

/// The remainder that is never negative.
@inline(__always)
func floorMod(_ value: Int64, _ by: Int64) -> Int64 {
  let rest = value % by
  return rest < 0 ? rest &+ by : rest
}

extension LinePrinter {
  /// The time stamp that was asked for, and a space. It is mostly a point in time of the second whose text is
  /// kept.
  @inline(__always)
  mutating func timestamp(_ time: Int64) {
    if let base = clock.base, UInt64(bitPattern: time &- base) < 1_000_000_000 {
      out.write(clock.text)
      write(fraction: time &- base)
      out.write(octet: 32)
    } else {
      timestampAnew(time)
    }
  }

  @inline(never)
  private mutating func timestampAnew(_ time: Int64) {
    switch options.timestamps {
    case .none: return
    case .clock, .date, .epoch: absolute(time)
    case .sincePrevious, .sinceFirst: relative(time)
    }
    out.write(octet: 32)
  }

  /// A point in time of another second than the last.
  private mutating func absolute(_ time: Int64) {
    let fraction = floorMod(time, 1_000_000_000)
    let second = (time &- fraction) / 1_000_000_000
    // What does not fit 31 bits is no time of a capture.
    if second & 0x8000_0000 != 0 {
      out.write("[Error converting time]")
      return
    }
    if second != clock.second {
      clock.second = second
      clock.base = time &- fraction
      clock.text.removeAll()
      if case .epoch = options.timestamps {
        putEpoch(UInt64(UInt32(truncatingIfNeeded: second)))
      } else {
        let quarter = second / 900
        if quarter != clock.quarter {
          clock.quarter = quarter
          clock.offset = options.zone(quarter &* 900)
        }
        if case .date = options.timestamps { clock.put(date: second &+ clock.offset) }
        clock.put(clock: second &+ clock.offset)
      }
      clock.put(octet: 46)
    }
    out.write(clock.text)
    write(fraction: fraction)
  }

  /// The digits of a second since the epoch, kept as the text of that second.
  private mutating func putEpoch(_ second: UInt64) {
    var power: UInt64 = 1_000_000_000
    while power > 1, second < power { power /= 10 }
    while power > 0 {
      clock.put(octet: UInt8(truncatingIfNeeded: 48 &+ second / power % 10))
      power /= 10
    }
  }

  /// The time since another line, with a minus sign where the capture goes back in time.
  private mutating func relative(_ time: Int64) {
    let reference = clock.reference == 0 ? time : clock.reference
    let negative = time < reference
    out.write(octet: negative ? 45 : 32)
    var difference = negative ? reference &- time : time &- reference
    if !options.nanoseconds {
      // Both ends are rounded down first: tcpdump reads microseconds.
      difference = (negative ? -1 : 1) &* (time / 1_000 &- reference / 1_000) &* 1_000
    }
    let second = difference / 1_000_000_000
    if second & 0x8000_0000 != 0 {
      out.write("[Error converting time]")
    } else {
      clock.text.removeAll()
      clock.put(clock: second)
      clock.put(octet: 46)
      out.write(clock.text)
      write(fraction: difference % 1_000_000_000)
    }
    if case .sincePrevious = options.timestamps {
      clock.reference = time
    } else if clock.reference == 0 {
      clock.reference = time
    }
  }

  /// The fraction of a second, behind its point.
  @inline(__always)
  private mutating func write(fraction nanoseconds: Int64) {
    let value = UInt64(truncatingIfNeeded: nanoseconds)
    if options.nanoseconds {
      out.write(decimal: value, width: 9)
    } else {
      out.write(decimal: value / 1_000, width: 6)
    }
  }
}
