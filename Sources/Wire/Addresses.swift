// Addresses as values.

/// An IPv4 or IPv6 address: sixteen octets, IPv4 as ::ffff:a.b.c.d, so that both fit one key.
public struct IPAddress: Hashable, Sendable {
  /// The first and the last eight octets, each as a number in network order.
  public var high, low: UInt64

  /// The unspecified address.
  @inlinable public init() {
    high = 0
    low = 0
  }

  /// An IPv4 address from its four octets as a number in network order.
  @inlinable public init(ipv4: UInt32) {
    high = 0
    low = 0xffff_0000_0000 | UInt64(ipv4)
  }

  /// Sixteen octets at `offset`; the caller has checked that they are there.
  @inlinable public init(ipv6 bytes: Bytes, at offset: Int) {
    high = bytes.u64(offset)
    low = bytes.u64(offset &+ 8)
  }

  /// The four octets of an IPv4 address, as a number in network order; nil for any other address.
  @inlinable public var ipv4: UInt32? {
    high == 0 && low &>> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
  }
}
