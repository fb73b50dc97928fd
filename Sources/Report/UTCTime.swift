// Points in time as text: RFC 3339 in UTC with nine decimals, by our own calendar arithmetic.

/// Writes times; the text of a second is kept, because the next packet mostly shares it.
struct UTCTime {
  /// `2026-01-02T03:04:05.` of a second, and nanoseconds from the epoch to its begin.
  private var text = ShortText()
  private var base: Int64 = 0
  /// It is a second of which all nanoseconds can be said.
  private var isKept = false

  /// Nothing kept yet.
  init() {}

  /// Writes the time `nanoseconds` after the Unix epoch (before it when negative). Years from -292 to 2262
  /// are all that 64 bits of nanoseconds can say, so four digits of year are enough.
  mutating func write(_ nanoseconds: Int64, to out: inout OctetBuffer) {
    if !isKept || UInt64(bitPattern: nanoseconds &- base) >= 1_000_000_000 { keep(nanoseconds) }
    out.write(text, nanoseconds: UInt32(truncatingIfNeeded: nanoseconds &- base), 90)
  }

  /// Makes the text of a time's second.
  @inline(never)
  private mutating func keep(_ nanoseconds: Int64) {
    var whole = nanoseconds / 1_000_000_000
    if nanoseconds % 1_000_000_000 < 0 { whole &-= 1 }
    let (start, overflow) = whole.multipliedReportingOverflow(by: 1_000_000_000)
    (base, isKept) = (start, !overflow)
    var day = whole / 86400
    var rest = whole % 86400
    if rest < 0 {
      day &-= 1
      rest &+= 86400
    }
    let date = civilDate(day)
    text.removeAll()
    put(date.year / 100)
    put(date.year % 100)
    put(octet: 45)
    put(date.month)
    put(octet: 45)
    put(date.day)
    put(octet: 84)
    put(Int(rest / 3600))
    put(octet: 58)
    put(Int(rest / 60 % 60))
    put(octet: 58)
    put(Int(rest % 60))
    put(octet: 46)
  }

  private mutating func put(octet: UInt8) {
    text.append(octet)
  }

  /// Two digits.
  private mutating func put(_ number: Int) {
    put(octet: UInt8(truncatingIfNeeded: 48 &+ number / 10 % 10))
    put(octet: UInt8(truncatingIfNeeded: 48 &+ number % 10))
  }
}

/// The date of the Gregorian calendar that is `days` after 1970-01-01. The years are counted from March, so
/// that the leap day is the last of its year, and in eras of 400 years, which all have 146097 days.
func civilDate(_ days: Int64) -> (year: Int, month: Int, day: Int) {
  let fromMarch = Int(days) + 719_468
  let era = (fromMarch >= 0 ? fromMarch : fromMarch - 146_096) / 146_097
  let dayOfEra = fromMarch - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  // 153 days in each run of five months that begins with March or August.
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
