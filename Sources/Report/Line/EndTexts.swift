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

  /// Writes the text of an end of IPv4.
  @inline(__always)
  mutating func write(_ role: Role, _ address: UInt32, _ port: UInt16, to out: inout OctetBuffer) {
    let key = role.rawValue &<< 48 | UInt64(address) &<< 16 | UInt64(port)
    let place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) &>> (64 &- EndTexts.bits))
    if entries[place].key == key {
      out.write(entries[place].text)
    } else {
      make(place, key, to: &out)
    }
  }

  /// Makes a text where it is asked for, and remembers it: who meets ends that come once pays little more.
  @inline(never)
  private mutating func make(_ place: Int, _ key: UInt64, to out: inout OctetBuffer) {
    let start = out.count
    let (address, port) = (UInt32(truncatingIfNeeded: key &>> 16), key & 0xffff)
    out.compose { pen in
      if key &>> 48 == Role.source.rawValue {
        pen.write("IP ", ipv4: address)
      } else {
        pen.write(" > ", ipv4: address)
      }
      pen.write(".", decimal: port)
    }
    entries[place] = Entry(key: key, text: out.shortText(from: start))
  }
}
