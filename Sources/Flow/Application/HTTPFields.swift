// The fields of a head, one after the other, and the words and numbers in their values.

public import Wire

/// One field: places in the head.
public struct HTTPField: Sendable, Equatable {
  public var name: Range<Int>
  /// Without the blanks around it; with the lines it goes on in.
  public var value: Range<Int>
}

/// A walk over fields up to the empty line (RFC 9112 section 5).
public struct HTTPFieldWalk: Sendable {
  private var at: Int
  /// What was wrong with the lines walked so far.
  private(set) var anomalies: HTTPAnomalies = []

  /// Behind the empty line, once it was met.
  private(set) var end: Int?

  /// The fields behind `at`.
  init(at: Int) { self.at = at }

  /// The fields of a head.
  public init(_ head: HTTPHead) { at = head.fieldsStart }

  /// The next field; nil behind the last. Lines that are no fields are left out.
  public mutating func next(_ bytes: Bytes) -> HTTPField? {
    while at < bytes.count, var line = httpLine(bytes, from: at, &anomalies) {
      let start = at
      at = line.next
      if line.end == start {
        end = line.next
        return nil
      }
      // Section 5.2: a line that begins with a blank goes on with the field before it.
      while at < bytes.count, bytes[at] == 32 || bytes[at] == 9,
        let more = httpLine(bytes, from: at, &anomalies)
      {
        anomalies.insert(.obsFold)
        line = more
        at = more.next
      }
      var colon = lettersEnd(bytes, from: start)
      while colon < line.end, isTokenOctet(bytes[colon]) { colon &+= 1 }
      let name = start..<colon
      while colon < line.end, bytes[colon] == 32 || bytes[colon] == 9 { colon &+= 1 }
      guard colon < line.end, bytes[colon] == 58, !name.isEmpty else {
        anomalies.insert(.badField)
        continue
      }
      if colon > name.upperBound { anomalies.insert(.spaceBeforeColon) }
      var first = colon &+ 1
      var last = line.end
      while first < last, isBlank(bytes[first]) { first &+= 1 }
      while last > first, isBlank(bytes[last &- 1]) { last &-= 1 }
      return HTTPField(name: name, value: first..<last)
    }
    return nil
  }
}

/// How far letters and dashes, of which names consist, go on from `start`, looked at eight at a time: where
/// the first other one is, or nothing but the last few octets.
@inline(__always)
private func lettersEnd(_ octets: Bytes, from start: Int) -> Int {
  var at = start
  while at &+ 8 <= octets.count {
    let word = octets.extracting(at..<at &+ 8).u64(0)
    // Adding to an octet's lower seven bits sets its eighth from a number on, and carries no further.
    let low = word & 0x7f7f_7f7f_7f7f_7f7f
    let small = low | 0x2020_2020_2020_2020
    let isLetter = (small &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(small &+ 0x0505_0505_0505_0505)
    let isNoDash = (low ^ 0x2d2d_2d2d_2d2d_2d2d) &+ 0x7f7f_7f7f_7f7f_7f7f
    let others = ~((isLetter | ~isNoDash) & ~word) & 0x8080_8080_8080_8080
    if others != 0 { return at &+ others.leadingZeroBitCount &>> 3 }
    at &+= 8
  }
  return at
}

@inline(__always)
private func isBlank(_ octet: UInt8) -> Bool { octet == 32 || octet == 9 || octet == 13 || octet == 10 }

/// The elements of a list that commas part (RFC 9110 section 5.6.1), each without blanks and parameters.
struct HTTPTokens {
  private var at = 0

  mutating func next(_ value: Bytes) -> Range<Int>? {
    while at < value.count {
      while at < value.count, isBlank(value[at]) || value[at] == 44 { at &+= 1 }
      let start = at
      while at < value.count, value[at] != 44 { at &+= 1 }
      var end = start
      while end < at, value[end] != 59 { end &+= 1 }
      while end > start, isBlank(value[end &- 1]) { end &-= 1 }
      if end > start { return start..<end }
    }
    return nil
  }
}

/// Eight letters from `offset`, made small, as a number; zeros where they end.
@inline(__always)
func smallWord(_ octets: Bytes, _ offset: Int) -> UInt64 {
  if offset &+ 8 <= octets.count {
    return small(octets.extracting(offset..<offset &+ 8).u64(0))
  }
  var word: UInt64 = 0
  var shift: UInt64 = 56
  var at = offset
  while at < octets.count {
    word |= UInt64(octets[at]) &<< shift
    shift = shift &- 8
    at &+= 1
  }
  return small(word)
}

/// Capital letters made small: of each octet from A to Z, and of no other.
@inline(__always)
private func small(_ word: UInt64) -> UInt64 {
  let low = word & 0x7f7f_7f7f_7f7f_7f7f
  let fromA = low &+ 0x3f3f_3f3f_3f3f_3f3f
  let aboveZ = low &+ 0x2525_2525_2525_2525
  let capital = (fromA & ~aboveZ & ~word) & 0x8080_8080_8080_8080
  return word | capital &>> 2
}

/// A number in decimal digits and nothing else; nil when it is none or does not fit.
func decimal(_ octets: Bytes) -> Int64? {
  if octets.count == 0 { return nil }
  var number: Int64 = 0
  for i in 0..<octets.count {
    let digit = octets[i] &- 48
    guard digit <= 9 else { return nil }
    let (tens, tooMany) = number.multipliedReportingOverflow(by: 10)
    let (sum, tooMuch) = tens.addingReportingOverflow(Int64(digit))
    if tooMany || tooMuch { return nil }
    number = sum
  }
  return number
}

/// The registered transfer codings beside chunked (IANA "HTTP Transfer Coding Registry").
func isKnownCoding(_ coding: Bytes) -> Bool {
  switch (smallWord(coding, 0), coding.count) {
  // gzip x-gzip deflate compress x-compress
  case (0x677a_6970_0000_0000, 4), (0x782d_677a_6970_0000, 6), (0x6465_666c_6174_6500, 7),
    (0x636f_6d70_7265_7373, 8), (0x782d_636f_6d70_7265, 10):
    true
  default: false
  }
}

/// The size that begins a chunk: hexadecimal digits, before an extension or the end (RFC 9112 section 7.1);
/// nil when it is none or no length.
func chunkSize(_ line: Bytes) -> Int64? {
  var size: Int64 = 0
  var at = 0
  while at < line.count {
    let octet = line[at]
    let digit: UInt8
    switch octet {
    case 48...57: digit = octet &- 48
    case 65...70: digit = octet &- 55
    case 97...102: digit = octet &- 87
    default:
      // Blanks before an extension are bad, and many send them behind the size.
      return at > 0 && (octet == 59 || octet == 32 || octet == 9) ? size : nil
    }
    if size >= 1 << 58 { return nil }
    size = size &<< 4 | Int64(digit)
    at &+= 1
  }
  return at > 0 ? size : nil
}
