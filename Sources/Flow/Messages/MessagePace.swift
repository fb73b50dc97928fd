// When each segment was sent, seen from the acknowledgments before it: why messages may have been joined.

internal import Wire

/// One direction's way of sending.
struct MessagePace: Sendable {
  /// What a sender takes to send what it held back, once it may, in nanoseconds.
  private static let releaseMax: Int64 = 1_000_000
  /// Octets of a segment that Ethernet carries, when no SYN says more.
  private static let segmentDefault = 1460
  /// Without a SYN, segments above this are longer than any link's but jumbo frames'.
  private static let jumbo = 8960

  /// Octets that options may take from a full segment.
  private static let optionsMax = 40
  /// Segments of one length, the largest so far, that show what is full where a path takes less.
  private static let fullMin = 3

  /// What its peer takes at most, from the peer's SYN; 0 when it was not captured.
  var segmentMax = 0
  /// The largest segment so far that is not longer than that, and how often it came.
  private var largest = 0
  private var largestCount = 0
  /// The number behind the highest that was sent, and what the peer has acknowledged of it.
  private var highest: UInt32?
  private var acknowledged: UInt32 = 0
  /// The number behind a segment that was not full and is not acknowledged: while there is one, Nagle's
  /// algorithm lets no other out (RFC 1122 section 4.2.3.4; Linux's tcp_minshall_check).
  private var short: UInt32?
  /// When the peer acknowledged it; nil since something was sent.
  private var releasedAt: Int64?
  /// From the tap to the sender and back, by the handshake.
  var delay: Int64 = 0

  /// Notes what the peer says it has. What comes behind octets of the peer may be an answer to them; behind a
  /// bare acknowledgment, it waited for that.
  mutating func acknowledge(_ number: UInt32, isBare: Bool, at time: Int64) {
    if !isBare { releasedAt = nil }
    guard highest != nil, distance(from: acknowledged, to: number) > 0 else { return }
    acknowledged = number
    guard let short, distance(from: short, to: number) >= 0 else { return }
    self.short = nil
    if isBare { releasedAt = time }
  }

  /// Notes a segment with octets, and says how several messages came into it, if they did.
  mutating func send(_ sequence: UInt32, _ length: Int, at time: Int64) -> Coalescing {
    let end = sequence &+ UInt32(truncatingIfNeeded: length)
    let before = highest
    if let before, distance(from: before, to: end) <= 0 { return .written }
    if before == nil { acknowledged = sequence }
    let released = releasedAt
    highest = end
    releasedAt = nil
    if length > (segmentMax > 0 ? segmentMax : MessagePace.jumbo) { return .offload }
    if isFull(length) { return .backlog }
    short = end
    if let released {
      let gap = interval(released, time)
      if abs(gap &- delay) <= max(MessagePace.releaseMax, delay / 4) { return .nagle }
    }
    return distance(from: acknowledged, to: sequence) > 0 ? .queued : .written
  }

  private mutating func isFull(_ length: Int) -> Bool {
    if length > largest { (largest, largestCount) = (length, 0) }
    if length == largest { largestCount &+= 1 }
    if length &+ MessagePace.optionsMax >= (segmentMax > 0 ? segmentMax : MessagePace.segmentDefault) {
      return true
    }
    return length == largest && length >= 536 && largestCount >= MessagePace.fullMin
  }
}
