// Short texts that lines share, and numbers that are not on the hot path.

/// Up to 24 octets of text, kept as numbers: what lines share from one to the next.
struct ShortText {
  private(set) var words = InlineArray<3, UInt64>(repeating: 0)
  private(set) var count = 0

  /// Forgets the text.
  mutating func removeAll() {
    words = InlineArray(repeating: 0)
    count = 0
  }

  /// One octet more; what does not fit is left out.
  mutating func append(_ octet: UInt8) {
    guard count < 24 else { return }
    words[count &>> 3] |= UInt64(octet) &<< UInt64((count & 7) &* 8)
    count &+= 1
  }
}

extension OctetBuffer {
  /// A number in decimal digits, filled with spaces on the left up to `padding` characters.
  public mutating func write(decimal value: UInt64, padding: Int) {
    var digits = 1
    var rest = value
    while rest >= 10 {
      rest /= 10
      digits &+= 1
    }
    write(32, times: padding &- digits)
    write(decimal: value)
  }

  /// A MAC address: six octets in hexadecimal digits with colons between them.
  public mutating func write(mac value: UInt64) {
    var shift: UInt64 = 40
    for i in 0..<6 {
      if i > 0 { write(octet: 58) }
      write(hexOctet: UInt8(truncatingIfNeeded: value &>> shift))
      shift = shift &- 8
    }
  }

  /// A number in decimal digits, with a minus sign where it needs one.
  @inline(__always)
  public mutating func write(signed value: Int) {
    if value < 0 { write(octet: 45) }
    write(decimal: UInt64(value.magnitude))
  }

  /// The same octet several times.
  public mutating func write(_ octet: UInt8, times: Int) {
    for _ in 0..<max(0, times) { write(octet: octet) }
  }
}
