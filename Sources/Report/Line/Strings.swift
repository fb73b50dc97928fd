// Strings of the wire in their two encodings: with their length known, and with a zero at their end.

internal import Wire

extension LinePrinter {
  /// `length` octets from `at` as visible characters, or as many as there are. False when there are fewer.
  mutating func printable(_ bytes: Bytes, _ at: Int, _ length: Int) -> Bool {
    if at < 0 || length <= 0 || at >= bytes.count { return length <= 0 }
    let end = length > bytes.count - at ? bytes.count : at + length
    for i in at..<end { out.write(visible: bytes[i]) }
    return end - at == length
  }

  /// The octets from `at` up to a zero as visible characters, `lengthMax` at most with the zero. The offset
  /// behind the zero; nil when there is none.
  mutating func zeroTerminated(_ bytes: Bytes, _ start: Int, _ lengthMax: Int) -> Int? {
    let end = lengthMax > bytes.count - start ? bytes.count : start + lengthMax
    var at = start
    while at < end {
      if bytes[at] == 0 { return at + 1 }
      out.write(visible: bytes[at])
      at += 1
    }
    return nil
  }

  /// The octets from `at` up to a zero or to `length` of them, as visible characters.
  mutating func zeroPadded(_ bytes: Bytes, _ start: Int, _ length: Int) throws(Cut) {
    var at = start
    while at < start + length {
      let octet = try bytes.get8(at)
      if octet == 0 { return }
      out.write(visible: octet)
      at += 1
    }
  }
}
