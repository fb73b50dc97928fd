// Whether an application writes piece by piece what its sender sends at once: no pace of the sender's.

/// What the segments of a sender tell of the writes that they were made of.
struct Writing: Sendable {
  /// Segments this close to each other were sent together.
  private static let burstGap: Int64 = 200_000
  /// A sender that paces itself sends what is worth a millisecond at a time, but two segments at least
  /// (Linux, tcp_tso_autosize): pauses this long behind more than two are no pace.
  private static let pauseMin: Int64 = 5_000_000
  private static let paceMost: Int32 = 2
  /// So many pauses are worth a look.
  private static let pausesMin: UInt32 = 8

  /// Frames with new octets, and those of them that end all that had been written.
  private var frames: UInt32 = 0
  private var pushed: UInt32 = 0
  /// Segments sent together so far.
  private var burst: Int32 = 0
  /// Pauses, and those of them that came behind a burst.
  private var pauses: UInt32 = 0
  private var burstPauses: UInt32 = 0

  /// New segments, so long after the last.
  mutating func note(_ sent: SentSegments, after pause: Int64) {
    frames &+= 1
    if sent.isPushed { pushed &+= 1 }
    if pause < Writing.burstGap {
      burst = clamped(Int64(burst) + Int64(sent.segments))
      return
    }
    if pause >= Writing.pauseMin {
      pauses &+= 1
      if burst > Writing.paceMost { burstPauses &+= 1 }
    }
    burst = sent.segments
  }

  /// Whether the application writes piece by piece: nearly all frames end what had been written (RFC 9293
  /// section 3.9.1.2; a sender whose buffer is full marks the last of every few), or most pauses come behind
  /// a burst.
  var isPiecemeal: Bool {
    UInt64(pushed) * 4 > UInt64(frames) * 3
      || (pauses >= Writing.pausesMin && UInt64(burstPauses) * 2 > UInt64(pauses))
  }
}
