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
  /// A number in lower-case hexadecimal digits, filled with zeros on the left up to `width` digits.
  public mutating func write(hex value: UInt64, width: Int = 1) {
    let digits = max(1, (67 &- value.leadingZeroBitCount) / 4)
    write(48, times: width &- digits)
    for i in (0..<digits).reversed() {
      write(octet: hexDigit(UInt8(truncatingIfNeeded: value &>> UInt64(i &* 4))))
    }
  }

  /// One octet in two hexadecimal digits.
  @inline(__always)
  public mutating func write(hexOctet octet: UInt8) {
    write(word: UInt64(hexDigit(octet &>> 4)) | UInt64(hexDigit(octet)) &<< 8, octets: 2)
  }

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

  /// Text that is not on the hot path.
  public mutating func write(string: String) { write(raw: string.utf8.span) }

  /// A literal and a number that may be less than zero.
  mutating func write(_ text: StaticString, signed value: Int64) {
    write(text)
    write(signed: Int(value))
  }

  /// The same octet several times.
  public mutating func write(_ octet: UInt8, times: Int) {
    for _ in 0..<max(0, times) { write(octet: octet) }
  }
}

/// The lower-case digit of the lowest four bits.
@inline(__always)
private func hexDigit(_ octet: UInt8) -> UInt8 { octet & 15 < 10 ? 48 &+ octet & 15 : 87 &+ octet & 15 }
