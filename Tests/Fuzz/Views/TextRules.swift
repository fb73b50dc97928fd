// What holds of text that came out of a printer, whatever octets went in.

import Wire

/// A property that a frame broke.
public struct Broken: Error, CustomStringConvertible, Sendable {
  /// The property, and what was found instead.
  public var description: String

  /// `what` is the property as a sentence.
  init(_ what: String) { description = what }
}

/// Octets as text with everything but printable ASCII escaped: what a failure shows.
func visible(_ text: Bytes, around place: Int? = nil) -> String {
  let low = max(0, (place ?? 0) - 120)
  let high = min(text.count, (place ?? 240) + 120)
  var shown = ""
  for i in low..<max(low, high) {
    shown.unicodeScalars.append(contentsOf: Unicode.Scalar(text[i]).escaped(asASCII: true).unicodeScalars)
  }
  return shown
}

/// Whether the octets at `at` are an escape sequence for colour, and how many they are; 0 when they are none.
func colour(_ text: Bytes, _ at: Int) -> Int {
  guard at + 1 < text.count, text[at] == 27, text[at + 1] == 91 else { return 0 }
  var end = at + 2
  while end < text.count, text[end] == 59 || (text[end] >= 48 && text[end] <= 57) { end += 1 }
  return end < text.count && text[end] == 109 ? end + 1 - at : 0
}

/// How many octets of UTF-8 the character at `at` has that a terminal shows and does not obey; 0 when it is
/// none.
func character(_ text: Bytes, _ at: Int) -> Int {
  let first = text[at]
  if first < 0x80 { return first >= 32 && first < 127 ? 1 : 0 }
  let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  guard first >= 0xc2, first <= 0xf4, at + length <= text.count else { return 0 }
  var scalar = UInt32(first) & (0x7f >> UInt32(length))
  for i in 1..<length {
    guard text[at + i] & 0xc0 == 0x80 else { return 0 }
    scalar = scalar << 6 | UInt32(text[at + i] & 0x3f)
  }
  switch (length, scalar) {
  case (2, 0x80...0x9f), (3, ..<0x800), (3, 0xd800...0xdfff), (4, ..<0x10000), (4, 0x110000...): return 0
  // What turns the direction of text, and what ends a line.
  case (_, 0x200e...0x200f), (_, 0x2028...0x202e), (_, 0x2066...0x2069): return 0
  default: return length
  }
}
