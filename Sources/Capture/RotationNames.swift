// The names and sizes of rotated capture files, by tcpdump's rules.

#if canImport(Glibc)
  internal import Glibc
#endif

extension WriterSettings {
  /// What the argument of `-C` means: millions of octets, or with a suffix `k`, `m` or `g` units of 1024,
  /// 1024² or 1024³ octets, as tcpdump 5 has it. Nil for what is no size.
  public static func rotationSize(_ text: String) -> Int64? {
    var unit: Int64 = 1_000_000
    var digits = Substring(text)
    switch text.last {
    case "k", "K": unit = 1 << 10
    case "m", "M": unit = 1 << 20
    case "g", "G": unit = 1 << 30
    default: digits += " "
    }
    digits.removeLast()
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int64(digits), count > 0 else {
      return nil
    }
    let (size, tooMuch) = count.multipliedReportingOverflow(by: unit)
    return tooMuch ? nil : size
  }

  /// The name of a file that begins at `time` (seconds since the epoch) as the `count`th, from 0, since `-G`
  /// last began one.
  ///
  /// With `-G` the path is a template of strftime in local time. With `-C` the first file has no number
  /// unless `-W` says how many there will be: then numbers have as many digits as the last needs, so that
  /// names sort.
  func name(time: Int64, count: Int) -> String {
    let name = rotateSeconds == nil ? path : localTime(path, time)
    guard rotateOctets != nil else { return name }
    let digits = fileCount.map { $0 <= 1 ? 0 : String($0 - 1).count } ?? 0
    if count == 0 && digits == 0 { return name }
    let number = String(count)
    return name + String(repeating: "0", count: max(0, digits - number.count)) + number
  }
}

/// A template of strftime filled in.
private func localTime(_ template: String, _ time: Int64) -> String {
  var moment = time_t(time)
  var parts = unsafe tm()
  unsafe localtime_r(&moment, &parts)
  var octets = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe strftime(&octets, octets.count, template, &parts)
  return String(decoding: octets.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
