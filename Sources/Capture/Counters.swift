// What a capture counts while it runs.

/// Counters behind a pointer and not in a class: the body that is handed a frame may ask for the statistics,
/// and a class would check for exclusive access at every frame (7 ns each).
struct Counters {
  /// Records read from files.
  var received: UInt64 = 0
  /// Records the filter refused.
  var filtered: UInt64 = 0
  /// Frames handed out; also the number of the last one.
  var captured: UInt64 = 0
}

/// A 32-bit counter of libpcap's that wraps, kept in 64 bits by looking at it often enough.
struct WrappingCounter {
  private(set) var total: UInt64 = 0
  private var last: UInt32 = 0

  /// Takes the counter's value; returns by how much it has grown.
  @discardableResult
  mutating func update(_ now: UInt32) -> UInt64 {
    let grown = UInt64(now &- last)
    last = now
    total &+= grown
    return grown
  }
}
