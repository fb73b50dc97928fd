// Names inside DNS messages, and wherever else their encoding is borrowed, as text.

internal import Wire

extension LinePrinter {
  /// Octets of a name that are printed; behind them it is only walked.
  private static let nameMax = 255

  /// A domain name at `start`, whose compression pointers count from `base`. The offset behind the name; nil
  /// when it could not be read to its end.
  ///
  /// A pointer must lead to before the place that the last one led to, the first to before the name. RFC 1035
  /// section 4.1.4 says "prior occurrence", and this is what keeps the walk finite.
  mutating func domainName(_ bytes: Bytes, _ start: Int, base: Int) throws(Cut) -> Int? {
    guard var length = labelLength(bytes, start) else { return nil }
    // Where `base` lies behind the name, any first pointer will do: lengths of C are unsigned.
    var before = UInt32(truncatingIfNeeded: start &- base)
    var label = bytes[start]
    var at = start &+ 1
    var jumped = label & 0xc0 == 0xc0
    // Where a jump comes first, the name is two octets long.
    if jumped, at >= bytes.count { return nil }
    var behind = jumped ? at &+ 1 : at &+ length
    if label == 0 {
      out.write(octet: 46)
      return behind
    }
    var characters = 0
    while label != 0, at < bytes.count {
      switch label & 0xc0 {
      case 0xc0:
        if !jumped {
          behind = at &+ 1
          jumped = true
        }
        let offset = UInt32(label & 0x3f) &<< 8 | UInt32(bytes[at])
        if offset >= before {
          out.write("<BAD PTR>")
          return nil
        }
        before = offset
        at = base &+ Int(offset)
        guard let next = labelLength(bytes, at) else { return nil }
        length = next
        label = bytes[at]
        at &+= 1
        continue
      case 0x40: if try !bitLabel(bytes, at) { return nil }
      default:
        if characters < Self.nameMax {
          let shown = min(length, Self.nameMax - characters)
          if !printable(bytes, at, shown) { return nil }
        }
        characters += length
      }
      at &+= length
      if characters <= Self.nameMax { out.write(octet: 46) }
      characters += 1
      guard let next = labelLength(bytes, at) else { return nil }
      length = next
      label = bytes[at]
      at &+= 1
      if !jumped { behind = behind &+ length &+ 1 }
    }
    if characters > Self.nameMax { out.write("<DOMAIN NAME TOO LONG>") }
    return behind
  }

  /// Octets of the label that begins at `at`, without its first; nil when it says nothing sensible.
  private mutating func labelLength(_ bytes: Bytes, _ at: Int) -> Int? {
    if at < 0 || at >= bytes.count { return nil }
    let label = bytes[at]
    switch label & 0xc0 {
    case 0x40:
      if label & 0x3f != 1 {
        out.write("<ELT ")
        out.write(decimal: label & 0x3f)
        out.write(octet: 62)
        return nil
      }
      if at &+ 1 >= bytes.count { return nil }
      let bits = bytes[at &+ 1] == 0 ? 256 : Int(bytes[at &+ 1])
      return (bits + 7) / 8 + 1
    case 0x80:
      out.write("<BAD LABEL TYPE>")
      return nil
    default: return Int(label)
    }
  }

  /// The bits of a binary label (RFC 2673), given up since but still seen. False when its length is not
  /// there.
  private mutating func bitLabel(_ bytes: Bytes, _ start: Int) throws(Cut) -> Bool {
    if start >= bytes.count { return false }
    let bits = bytes[start] == 0 ? 256 : Int(bytes[start])
    let end = start &+ 1 &+ (bits + 3) / 4
    var at = start &+ 1
    var left = bits
    out.write("\\[x")
    while at < end, left > 7 {
      out.write(hex: try bytes.get8(at), width: 2)
      at &+= 1
      left -= 8
    }
    if left > 4 {
      out.write(hex: try bytes.get8(at) & (0xff &<< UInt8(8 - left)), width: 2)
    } else if left > 0 {
      out.write(hex: try bytes.get8(at) &>> 4 & (0x0f &<< UInt8(4 - left)) & 0x0f)
    }
    out.write(octet: 47)
    out.write(unsigned: bits)
    out.write(octet: 93)
    return true
  }

  /// The offset behind the name at `start`, without printing it; nil when it ends early.
  func domainSkip(_ bytes: Bytes, _ start: Int) -> Int? {
    if start < 0 || start >= bytes.count { return nil }
    var label = bytes[start]
    var at = start &+ 1
    while label != 0 {
      switch label & 0xc0 {
      case 0xc0: return at &+ 1
      case 0x40:
        if label & 0x3f != 1 || at >= bytes.count { return nil }
        let bits = bytes[at] == 0 ? 256 : Int(bytes[at])
        at = at &+ 1 &+ (bits + 7) / 8
      case 0x80: return nil
      default: at &+= Int(label)
      }
      if at >= bytes.count { return nil }
      label = bytes[at]
      at &+= 1
    }
    return at
  }
}
