// The words that TCP analysis has for a segment.

/// What is true of one TCP segment. The names are Wireshark's where it has one.
public struct Analysis: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  // Not stored: a global of another module is asked for its place at every use.

  /// Octets, a SYN or a FIN that this end had already sent.
  @inlinable public static var retransmission: Analysis { Analysis(rawValue: 1 << 0) }
  /// Its cause: acknowledgments told of a loss (RFC 5681 section 3.2, RFC 6675).
  @inlinable public static var fastRetransmission: Analysis { Analysis(rawValue: 1 << 1) }
  /// Its cause: the retransmission timer, or the recovery after it (RFC 6298 section 5.4).
  @inlinable public static var rtoRetransmission: Analysis { Analysis(rawValue: 1 << 2) }
  /// Its cause: a probe of the flight's tail (RFC 8985 section 7).
  @inlinable public static var tailLossProbe: Analysis { Analysis(rawValue: 1 << 3) }
  /// Besides: nobody needed it.
  @inlinable public static var spuriousRetransmission: Analysis { Analysis(rawValue: 1 << 4) }
  /// Sent in order and overtaken on its way.
  @inlinable public static var outOfOrder: Analysis { Analysis(rawValue: 1 << 5) }
  /// The same packet a second time: a copy by the network or by the capture.
  @inlinable public static var duplicateFrame: Analysis { Analysis(rawValue: 1 << 6) }
  /// The same acknowledgment again while octets are in flight (RFC 5681 section 2).
  @inlinable public static var duplicateACK: Analysis { Analysis(rawValue: 1 << 7) }
  /// Its sender takes no more octets.
  @inlinable public static var zeroWindow: Analysis { Analysis(rawValue: 1 << 8) }
  /// Asks a receiver whose window is zero (RFC 9293 section 3.8.6.1).
  @inlinable public static var zeroWindowProbe: Analysis { Analysis(rawValue: 1 << 9) }
  /// The answer to it.
  @inlinable public static var zeroWindowProbeACK: Analysis { Analysis(rawValue: 1 << 10) }
  /// Says nothing but a new window.
  @inlinable public static var windowUpdate: Analysis { Analysis(rawValue: 1 << 11) }
  /// Fills the receiver's window to its edge.
  @inlinable public static var windowFull: Analysis { Analysis(rawValue: 1 << 12) }
  /// Takes back window that had been given (RFC 9293 section 3.8.6).
  @inlinable public static var windowShrink: Analysis { Analysis(rawValue: 1 << 13) }
  /// Asks whether the peer is still there (RFC 9293 section 3.8.4).
  @inlinable public static var keepAlive: Analysis { Analysis(rawValue: 1 << 14) }
  /// The answer to it.
  @inlinable public static var keepAliveACK: Analysis { Analysis(rawValue: 1 << 15) }
  /// Octets before this segment were not captured.
  @inlinable public static var lostSegment: Analysis { Analysis(rawValue: 1 << 16) }
  /// Acknowledges octets that were not captured.
  @inlinable public static var ackLostSegment: Analysis { Analysis(rawValue: 1 << 17) }
  /// Opens a connection between ports that had one.
  @inlinable public static var reusedPorts: Analysis { Analysis(rawValue: 1 << 18) }
  /// Acknowledges some of what was in flight when a loss was noticed, and not all (RFC 6582 section 3.2).
  @inlinable public static var partialACK: Analysis { Analysis(rawValue: 1 << 19) }
  /// Answers a SYN or a reset that the end did not take (RFC 5961).
  @inlinable public static var challengeACK: Analysis { Analysis(rawValue: 1 << 20) }
  /// Acknowledges octets before others that were captured, and that never were: they arrived, and the capture
  /// missed them.
  @inlinable public static var captureGap: Analysis { Analysis(rawValue: 1 << 21) }
  /// Damaged on its way: its checksum is wrong, and whoever gets it drops it.
  @inlinable public static var badChecksum: Analysis { Analysis(rawValue: 1 << 22) }

  /// The names that records print, in the order of the bits.
  public static let names: [StaticString] = [
    "retransmission", "fast_retransmission", "rto_retransmission", "tail_loss_probe",
    "spurious_retransmission", "out_of_order", "duplicate_frame", "duplicate_ack", "zero_window",
    "zero_window_probe", "zero_window_probe_ack", "window_update", "window_full", "window_shrink",
    "keep_alive", "keep_alive_ack", "lost_segment", "ack_lost_segment", "reused_ports",
    "partial_ack", "challenge_ack", "capture_gap", "bad_checksum",
  ]
}
