// ICMP for IPv6 (RFC 4443) and neighbour discovery (RFC 4861), as text.

internal import Wire

extension LinePrinter {
  /// ICMP over IPv6. `length` is what the layers around it claim; `bytes` may hold less.
  mutating func icmpv6(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "icmpv6"
  }
}
