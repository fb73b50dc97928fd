// The octets of a frame as they are borrowed, and the two faults that octets can have.

/// Octets on loan: safe, read-only, and unable to outlive the frame they belong to.
public typealias Bytes = Span<UInt8>

/// Why a layer could not be read. Truncated is not invalid: the first is the capture's doing, the second the
/// sender's.
public enum Malformed: Error, Equatable, Sendable {
  /// The layer needs `need` octets and `have` are there.
  case truncated(need: Int, have: Int)
  /// A field has a value that its protocol forbids.
  case invalid(Field)
}

/// The header fields that can be found to lie. The raw value is the name that records print.
public enum Field: String, Sendable {
  case version, headerLength = "header_length", length, type, optionLength = "option_length"
  case depth, count, checksum, pointer
}

extension Span where Element == UInt8 {
  /// Throws `truncated` unless at least `count` octets are there. One call at the top of a dissector; below
  /// it every index is a number from the RFC.
  @inlinable @inline(__always)
  public func require(_ need: Int) throws(Malformed) {
    if count < need { throw .truncated(need: need, have: count) }
  }

  /// The octet at `offset`. The caller has checked the bounds; reading outside them traps.
  @inlinable @inline(__always)
  public func u8(_ offset: Int) -> UInt8 { self[offset] }

  /// Two octets in network order.
  @inlinable @inline(__always)
  public func u16(_ offset: Int) -> UInt16 {
    UInt16(self[offset]) &<< 8 | UInt16(self[offset &+ 1])
  }

  /// Three octets in network order.
  @inlinable @inline(__always)
  public func u24(_ offset: Int) -> UInt32 {
    UInt32(self[offset]) &<< 16 | UInt32(self[offset &+ 1]) &<< 8 | UInt32(self[offset &+ 2])
  }

  /// Four octets in network order.
  @inlinable @inline(__always)
  public func u32(_ offset: Int) -> UInt32 {
    UInt32(self[offset]) &<< 24 | UInt32(self[offset &+ 1]) &<< 16 | UInt32(self[offset &+ 2]) &<< 8
      | UInt32(self[offset &+ 3])
  }

  /// Six octets in network order: a MAC address.
  @inlinable @inline(__always)
  public func u48(_ offset: Int) -> UInt64 {
    UInt64(u16(offset)) &<< 32 | UInt64(u32(offset &+ 2))
  }

  /// Eight octets in network order.
  @inlinable @inline(__always)
  public func u64(_ offset: Int) -> UInt64 {
    UInt64(u32(offset)) &<< 32 | UInt64(u32(offset &+ 4))
  }

  /// Eight octets as a number, the first of them the lowest: as they lie in memory, nothing is turned.
  @inline(__always)
  func word(_ offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for i in 0..<8 { word |= UInt64(self[offset &+ i]) &<< UInt64(i &* 8) }
    return word
  }
}
