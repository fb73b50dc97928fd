// BOOTP and DHCP (RFC 951, RFC 2131), as text.

internal import Wire

extension LinePrinter {
  /// A BOOTP or DHCP message. `length` is what the layers around it claim; `bytes` may hold less.
  mutating func bootp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "bootp"
  }
}
