// Internet Control Message Protocol (RFC 792), as text.

internal import Wire

extension LinePrinter {
  /// ICMP over IPv4. `length` is what the layers around it claim; `bytes` may hold less.
  mutating func icmp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "icmp"
  }
}
