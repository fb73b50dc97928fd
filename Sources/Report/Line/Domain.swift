// Domain names (RFC 1035) and multicast DNS (RFC 6762), as text.

internal import Wire

extension LinePrinter {
  /// A DNS message; over TCP with its two octets of length before it. `length` is what the layers around it
  /// claim; `bytes` may hold less.
  mutating func domain(_ bytes: Bytes, _ length: Int, overTCP: Bool = false, multicast: Bool = false)
    throws(Cut)
  {
    reading = "domain"
  }
}
