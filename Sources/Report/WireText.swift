// Text that came from the wire, made harmless: what a terminal would obey, and what is no UTF-8, is escaped.

internal import Wire

/// Where text from the wire is written to, which decides how it is escaped.
enum TextPlace {
  /// Between the quotes of a JSON string (RFC 8259 section 7).
  case json
  /// On a terminal.
  case terminal
}

extension OctetBuffer {
  /// Writes octets of the wire as text. A control character becomes an escape of its place; an octet that
  /// belongs to no UTF-8 sequence becomes `\xNN`, as Zeek writes it.
  mutating func write(text bytes: Bytes, for place: TextPlace) {
    var at = 0
    while at < bytes.count {
      if at &+ 8 <= bytes.count {
        let word = bytes.extracting(at..<at &+ 8).u64(0)
        if OctetBuffer.isPlain(word) {
          write(word: word.byteSwapped, octets: 8)
          at &+= 8
          continue
        }
      }
      let octet = bytes[at]
      if octet >= 32, octet < 127 {
        write(printable: octet, for: place)
        at &+= 1
      } else if octet < 128 {
        write(control: UInt32(octet), for: place)
        at &+= 1
      } else {
        at &+= write(sequence: bytes, at, for: place)
      }
    }
  }

  /// Whether each of eight octets is written as it is, wherever it is written: a character of ASCII that
  /// nobody obeys, and neither a quote nor a backslash. Adding to the lower seven bits of an octet carries
  /// into its eighth, and no further.
  @inline(__always)
  private static func isPlain(_ word: UInt64) -> Bool {
    let low = word & 0x7f7f_7f7f_7f7f_7f7f
    let isText = (low &+ 0x6060_6060_6060_6060) & ~(low &+ 0x0101_0101_0101_0101)
    let isNoQuote = (low ^ 0x2222_2222_2222_2222) &+ 0x7f7f_7f7f_7f7f_7f7f
    let isNoBackslash = (low ^ 0x5c5c_5c5c_5c5c_5c5c) &+ 0x7f7f_7f7f_7f7f_7f7f
    let isPlain = isText & isNoQuote & isNoBackslash & ~word
    return isPlain & 0x8080_8080_8080_8080 == 0x8080_8080_8080_8080
  }

  /// A character of ASCII that a terminal does not obey.
  @inline(__always)
  private mutating func write(printable octet: UInt8, for place: TextPlace) {
    if octet == 92 || (octet == 34 && place == .json) { write(octet: 92) }
    write(octet: octet)
  }

  /// A character that a terminal could obey.
  private mutating func write(control scalar: UInt32, for place: TextPlace) {
    switch (scalar, place) {
    case (9, _): write("\\t")
    case (10, _): write("\\n")
    case (13, _): write("\\r")
    case (_, .json):
      write("\\u")
      write(hex: UInt64(scalar), width: 4)
    case (0..<256, .terminal):
      write("\\x")
      write(hex: UInt64(scalar), width: 2)
    case (_, .terminal):
      write("\\u{")
      write(hex: UInt64(scalar))
      write(octet: 125)
    }
  }

  /// The sequence of two to four octets at `at`, or one octet that begins none; returns how many octets it
  /// was.
  private mutating func write(sequence bytes: Bytes, _ at: Int, for place: TextPlace) -> Int {
    let (scalar, length) = utf8Scalar(bytes, at)
    if length == 0 {
      write(place == .json ? "\\\\x" : "\\x")
      write(hex: UInt64(bytes[at]), width: 2)
      return 1
    }
    if isObeyed(scalar) {
      write(control: scalar, for: place)
    } else {
      write(raw: bytes.extracting(at..<at &+ length))
    }
    return length
  }

  /// Writes the domain name at `offset` of a message in the presentation form of RFC 4343: labels with points
  /// between them, a point inside a label behind a backslash, octets that are no text as three decimal
  /// digits. False when the name ends in a fault; what stands of it is written.
  @discardableResult
  mutating func write(domain message: Bytes, at offset: Int, for place: TextPlace) -> Bool {
    var labels = DNSLabels(at: offset)
    var isRoot = true
    do throws(Malformed) {
      while let label = try labels.next(message) {
        if !isRoot { write(octet: 46) }
        isRoot = false
        write(label: message.extracting(label), for: place)
      }
    } catch {
      return false
    }
    if isRoot { write(octet: 46) }
    return true
  }

  private mutating func write(label: Bytes, for place: TextPlace) {
    var at = 0
    while at < label.count {
      let octet = label[at]
      if octet > 32, octet < 127 {
        if octet == 46 || octet == 92 {
          write(place == .json ? "\\\\" : "\\")
        } else if octet == 34, place == .json {
          write(octet: 92)
        }
        if octet == 92, place == .json { write(octet: 92) }
        write(octet: octet)
        at &+= 1
        continue
      }
      let (scalar, length) = octet < 128 ? (UInt32(octet), octet == 32 ? 1 : 0) : utf8Scalar(label, at)
      if length > 0, !isObeyed(scalar) {
        write(raw: label.extracting(at..<at &+ length))
        at &+= length
      } else {
        write(place == .json ? "\\\\" : "\\")
        write(decimal: UInt64(octet), width: 3)
        at &+= 1
      }
    }
  }

  /// Octets as hexadecimal digits without anything between them.
  mutating func write(digits bytes: Bytes) {
    for i in 0..<bytes.count { write(hex: UInt64(bytes[i]), width: 2) }
  }
}

/// The character that begins at `at`, and its octets; 0 octets when none does (Unicode table 3-7: no overlong
/// forms, no surrogates, nothing above U+10FFFF).
private func utf8Scalar(_ bytes: Bytes, _ at: Int) -> (UInt32, Int) {
  let first = bytes[at]
  let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  guard first >= 0xc2, first <= 0xf4, at &+ length <= bytes.count else { return (0, 0) }
  var scalar = UInt32(first) & (0x7f &>> UInt32(length))
  for i in 1..<length {
    let next = bytes[at &+ i]
    if next & 0xc0 != 0x80 { return (0, 0) }
    scalar = scalar &<< 6 | UInt32(next & 0x3f)
  }
  if length == 3, scalar < 0x800 || (scalar >= 0xd800 && scalar <= 0xdfff) { return (0, 0) }
  if length == 4, scalar < 0x10000 || scalar > 0x10ffff { return (0, 0) }
  return (scalar, length)
}

/// Whether a terminal obeys a character beyond ASCII rather than showing it: the C1 controls, line and
/// paragraph separators, and the marks that turn the direction of text, with which a name can pretend to be
/// another.
private func isObeyed(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x80...0x9f, 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff, 0xfff9...0xfffb: true
  default: false
  }
}
