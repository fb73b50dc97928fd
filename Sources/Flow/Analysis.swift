// The words that TCP analysis has for a segment.

/// What is true of one TCP segment. The names are Wireshark's where it has one.
public struct Analysis: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Octets, a SYN or a FIN that this end had already sent.
  public static let retransmission = Analysis(rawValue: 1 << 0)
  /// Its cause: acknowledgments told of a loss (RFC 5681 section 3.2, RFC 6675).
  public static let fastRetransmission = Analysis(rawValue: 1 << 1)
  /// Its cause: the retransmission timer, or the recovery after it (RFC 6298 section 5.4).
  public static let rtoRetransmission = Analysis(rawValue: 1 << 2)
  /// Its cause: a probe of the flight's tail (RFC 8985 section 7).
  public static let tailLossProbe = Analysis(rawValue: 1 << 3)
  /// Besides: nobody needed it.
  public static let spuriousRetransmission = Analysis(rawValue: 1 << 4)
  /// Sent in order and overtaken on its way.
  public static let outOfOrder = Analysis(rawValue: 1 << 5)
  /// The same packet a second time: a copy by the network or by the capture.
  public static let duplicateFrame = Analysis(rawValue: 1 << 6)
  /// The same acknowledgment again while octets are in flight (RFC 5681 section 2).
  public static let duplicateACK = Analysis(rawValue: 1 << 7)
  /// Its sender takes no more octets.
  public static let zeroWindow = Analysis(rawValue: 1 << 8)
  /// Asks a receiver whose window is zero (RFC 9293 section 3.8.6.1).
  public static let zeroWindowProbe = Analysis(rawValue: 1 << 9)
  /// The answer to it.
  public static let zeroWindowProbeACK = Analysis(rawValue: 1 << 10)
  /// Says nothing but a new window.
  public static let windowUpdate = Analysis(rawValue: 1 << 11)
  /// Fills the receiver's window to its edge.
  public static let windowFull = Analysis(rawValue: 1 << 12)
  /// Takes back window that had been given (RFC 9293 section 3.8.6).
  public static let windowShrink = Analysis(rawValue: 1 << 13)
  /// Asks whether the peer is still there (RFC 9293 section 3.8.4).
  public static let keepAlive = Analysis(rawValue: 1 << 14)
  /// The answer to it.
  public static let keepAliveACK = Analysis(rawValue: 1 << 15)
  /// Octets before this segment were not captured.
  public static let lostSegment = Analysis(rawValue: 1 << 16)
  /// Acknowledges octets that were not captured.
  public static let ackLostSegment = Analysis(rawValue: 1 << 17)
  /// Opens a connection between ports that had one.
  public static let reusedPorts = Analysis(rawValue: 1 << 18)
  /// Acknowledges some of what was in flight when a loss was noticed, and not all (RFC 6582 section 3.2).
  public static let partialACK = Analysis(rawValue: 1 << 19)
  /// Answers a SYN or a reset that the end did not take (RFC 5961).
  public static let challengeACK = Analysis(rawValue: 1 << 20)
  /// Acknowledges octets before others that were captured, and that never were: they arrived, and the capture
  /// missed them.
  public static let captureGap = Analysis(rawValue: 1 << 21)
  /// Damaged on its way: its checksum is wrong, and whoever gets it drops it.
  public static let badChecksum = Analysis(rawValue: 1 << 22)

  /// The names that records print, in the order of the bits.
  public static let names: [StaticString] = [
    "retransmission", "fast_retransmission", "rto_retransmission", "tail_loss_probe",
    "spurious_retransmission", "out_of_order", "duplicate_frame", "duplicate_ack", "zero_window",
    "zero_window_probe", "zero_window_probe_ack", "window_update", "window_full", "window_shrink",
    "keep_alive", "keep_alive_ack", "lost_segment", "ack_lost_segment", "reused_ports",
    "partial_ack", "challenge_ack", "capture_gap", "bad_checksum",
  ]
}
