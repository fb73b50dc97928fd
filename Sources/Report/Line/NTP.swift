// Network Time Protocol (RFC 5905), as text.

internal import Wire

extension LinePrinter {
  /// An NTP message. `length` is what the layers around it claim; `bytes` may hold less.
  mutating func ntp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ntp"
  }
}
