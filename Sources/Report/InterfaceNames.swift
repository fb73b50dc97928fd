// The names of interfaces, made harmless once and then only copied.

internal import Wire

/// Names by the number that frames have.
struct InterfaceNames {
  /// One after the other, escaped for their place.
  private var octets: [UInt8] = []
  private var ends: [Int] = []

  init(_ names: [String], for place: TextPlace) {
    var text = OctetBuffer(capacity: 256)
    for name in names {
      let raw = Array(name.utf8)
      text.write(text: raw.span, for: place)
      ends.append(text.count)
    }
    for i in 0..<text.count { octets.append(text[i]) }
  }

  /// Whether a frame's interface has a name.
  func has(_ interface: Int) -> Bool {
    guard interface >= 0, interface < ends.count else { return false }
    return ends[interface] > (interface == 0 ? 0 : ends[interface - 1])
  }

  /// Writes the name of an interface that has one.
  func write(_ interface: Int, to out: inout OctetBuffer) {
    guard has(interface) else { return }
    for i in (interface == 0 ? 0 : ends[interface - 1])..<ends[interface] { out.write(octet: octets[i]) }
  }
}
