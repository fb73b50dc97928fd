// The rules by which a flow is found wanting, or worth a word: their names, and how much each matters.

/// How much a finding matters.
public enum Severity: UInt8, Sendable, Comparable, CaseIterable {
  /// Worth knowing; nothing is wrong.
  case info
  /// Unusual, and nobody was hurt by it.
  case note
  /// It cost time or octets, or it will.
  case warning
  /// It ended the work.
  case error

  /// The word that records print.
  public var name: StaticString {
    switch self {
    case .info: "info"
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// Whether one matters less than another.
  public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}

/// A rule, by its id. docs/findings.md defines each, with its source and an example; a test holds both true.
public enum Rule: String, Sendable, CaseIterable {
  // Opening
  case synNoAnswer = "syn_no_answer"
  case synRetried = "syn_retried"
  case synACKRepeated = "synack_repeated"
  case lastACKLost = "last_ack_lost"
  case backlogFull = "backlog_full"
  case refused = "refused"
  case unreachable = "unreachable"
  case handshakeUnfinished = "handshake_unfinished"
  case handshakeAborted = "handshake_aborted"
  case handshakeNumbersWrong = "handshake_numbers_wrong"
  case simultaneousOpen = "simultaneous_open"
  case fastOpen = "fast_open"
  case fastOpenRefused = "fast_open_refused"
  case portReused = "port_reused"
  // Options
  case windowScaleMissing = "window_scale_missing"
  case sackMissing = "sack_missing"
  case timestampsMissing = "timestamps_missing"
  case segmentSizeSmall = "segment_size_small"
  case segmentSizesDiffer = "segment_sizes_differ"
  case ecnRefused = "ecn_refused"
  // Losses
  case loss = "loss"
  case timeouts = "timeouts"
  case tailLoss = "tail_loss"
  case needlessRetransmissions = "needless_retransmissions"
  case reordering = "reordering"
  case networkCopies = "network_copies"
  case noAnswerToData = "no_answer_to_data"
  case finRepeated = "fin_repeated"
  case congestionMarked = "congestion_marked"
  case packetTooBig = "packet_too_big"
  case blackHole = "black_hole"
  case octetsDiffer = "octets_differ"
  // Flow control
  case zeroWindow = "zero_window"
  case windowFull = "window_full"
  case windowShrunk = "window_shrunk"
  case sillyWindow = "silly_window"
  case persistProbes = "persist_probes"
  case delayedACKStall = "delayed_ack_stall"
  // What limited it
  case applicationLimited = "application_limited"
  case receiverLimited = "receiver_limited"
  // Silence
  case longIdle = "long_idle"
  case keepAliveUnanswered = "keep_alive_unanswered"
  // Closing
  case timeWait = "time_wait"
  case closeWait = "close_wait"
  case finWait2 = "fin_wait_2"
  case finUnanswered = "fin_unanswered"
  case lastACKMissing = "last_ack_missing"
  case halfClose = "half_close"
  case simultaneousClose = "simultaneous_close"
  case resetAbort = "reset_abort"
  case resetUnread = "reset_unread"
  case resetAfterClose = "reset_after_close"
  case resetDead = "reset_dead"
  case resetBlind = "reset_blind"
  case challengeACK = "challenge_ack"
  case dataAfterReset = "data_after_reset"
  // The capture's own health
  case beginsMidStream = "begins_mid_stream"
  case oneSideOnly = "one_side_only"
  case snapped = "snapped"
  case capturedTwice = "captured_twice"
  case offloaded = "offloaded"
  case checksumsOffloaded = "checksums_offloaded"
  case damaged = "damaged"
  case timeBackwards = "time_backwards"
  case captureGap = "capture_gap"
  // Datagrams
  case datagramNoReply = "udp_no_reply"
  case datagramUnreachable = "udp_unreachable"
  case echoNoReply = "echo_no_reply"

  /// The name that records print and docs/findings.md has as heading.
  public var id: String { rawValue }
}

/// What else a finding could be: a reason of another kind that leaves the same packets.
public enum Alternative: String, Sendable, CaseIterable {
  case acceptQueueFull = "the server's accept queue is full"
  case answerLost = "the answer is lost on its way"
  case firewall = "a firewall drops or refuses it"
  case hostDown = "the host is down"
  case lossBehindTap = "loss behind the tap"
  case notCaptured = "packets that the capture missed"
  case reorderedOnly = "reordering"
  case scan = "a scan"
  case lingerZero = "an abort on purpose (SO_LINGER 0)"
  case closedUnread = "a close with unread data"
  case peerGone = "the peer has gone"
  case middlebox = "a middlebox that changes options"
  case forgedReset = "a reset forged on the path"
  case mirrored = "a copy made by a mirror port"
  case rewritten = "a capture that was changed after it was taken"
  case otherPath = "the other direction takes another path"
  case endOfCapture = "the capture ends before it does"
  case blackHole = "a path that drops large packets"
  case applicationSlow = "an application that reads slowly"
  case changedCapture = "a capture that was put together from several"
  case delayVariation = "round trips that vary"
  case applicationPaced = "an application that happens to write at that moment"
}
