// The texts of ends, an address and a port: lines have the same over and over.

/// The ends that were written last, "IP 192.0.2.1.443" and " > 192.0.2.1.443", each in the place that its
/// numbers have: to make such a text takes three times as long as to find it.
struct EndTexts {
  /// Where an end stands in a line.
  enum Role: UInt64 { case source = 1, destination }

  private struct Entry {
    /// The numbers of an end, and its role; 0 for none.
    var key: UInt64 = 0
    var text = ShortText()
  }

  /// Ends that are remembered, as a power of two.
  private static let bits: UInt64 = 8

  private var entries = [Entry](repeating: Entry(), count: 1 << Int(bits))

  /// The text of an end of IPv4.
  @inline(__always)
  mutating func text(_ role: Role, _ address: UInt32, _ port: UInt16) -> ShortText {
    let key = role.rawValue &<< 48 | UInt64(address) &<< 16 | UInt64(port)
    let place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) &>> (64 &- EndTexts.bits))
    if entries[place].key != key { fill(place, key) }
    return entries[place].text
  }

  @inline(never)
  private mutating func fill(_ place: Int, _ key: UInt64) {
    var text = ShortText()
    // "IP " or " > ".
    let before: [UInt8] = key &>> 48 == Role.source.rawValue ? [73, 80, 32] : [32, 62, 32]
    for octet in before { text.append(octet) }
    let (address, port) = (UInt32(truncatingIfNeeded: key &>> 16), UInt32(key & 0xffff))
    for shift: UInt32 in [24, 16, 8, 0] {
      text.append(decimal: address &>> shift & 0xff)
      text.append(46)
    }
    text.append(decimal: port)
    entries[place] = Entry(key: key, text: text)
  }
}

extension ShortText {
  /// A number in decimal digits.
  fileprivate mutating func append(decimal value: UInt32) {
    if value >= 10 { append(decimal: value / 10) }
    append(UInt8(truncatingIfNeeded: 48 &+ value % 10))
  }
}
