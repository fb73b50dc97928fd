// A moment as people write it, read: `2026-01-31`, `2026-01-31T08:00`, `2026-01-31 08:00:30Z`, in UTC.

/// Reads moments.
public enum UTCMoment {
  /// Nanoseconds since the Unix epoch; nil for what is no moment.
  public static func read(_ text: String) -> Int64? {
    let parts = text.split { $0 == "T" || $0 == " " }
    guard (1...2).contains(parts.count) else { return nil }
    let date = parts[0].split(separator: "-").compactMap { Int64($0) }
    guard date.count == 3, parts[0].count == 10, (1970...2200).contains(date[0]), (1...12).contains(date[1]),
      (1...31).contains(date[2])
    else { return nil }
    var seconds: Int64 = 0
    if parts.count == 2 {
      let words = parts[1].drop { $0 == "Z" }.split(separator: ":")
      let clock = words.map { $0.last == "Z" ? $0.dropLast() : $0 }.compactMap { Int64($0) }
      guard clock.count == words.count, (2...3).contains(clock.count), (0...23).contains(clock[0]),
        (0...59).contains(clock[1]), clock.count == 2 || (0...59).contains(clock[2])
      else { return nil }
      seconds = clock[0] * 3600 + clock[1] * 60 + (clock.count == 3 ? clock[2] : 0)
    }
    return (days(date[0], date[1], date[2]) * 86_400 + seconds) * 1_000_000_000
  }

  /// Days from the epoch to a date of the Gregorian calendar; the year begins in March, so that its leap day
  /// is its last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let month = month <= 2 ? month + 9 : month - 3
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
  }
}
