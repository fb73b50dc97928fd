// A RST may be the last line of a journal: one that refuses a SYN, or ends what was opened.
//
// What comes behind it is for a connection, as what comes before it and is not ordinary.

internal import Wire

extension Journal {
  /// Takes a RST, and writes it down, when it ends what the journal is of, there is room for it, and it was
  /// not damaged on its way; otherwise as `take`.
  mutating func takeReset(
    _ a: inout Arrival, canGrow: Bool, _ verdict: () -> ChecksumVerdict?
  ) -> Int {
    let isRefusal = count == 1
    guard isRefusal ? refuses(&a) : ends(&a), hasRoom(canGrow: canGrow), !isDamaged(&a, verdict) else {
      return 0
    }
    if isRefusal {
      ends[1].initial = a.sequence
      ends[1].next = a.sequence
      ways[1] = a.way
    }
    (isReset, hasResetStamp) = (true, a.hasStamp)
    write(&a)
    return Int(count)
  }

  /// It is a RST that can be written down, without octets and without marks.
  private mutating func isPlainReset(_ a: inout Arrival) -> Bool {
    a.flags & ~TCPFlags.ack.rawValue == TCPFlags.rst.rawValue && a.payload == 0 && !a.isMarked && isTold(&a)
  }

  /// Whether it is the answer of a port on which nobody listens to the SYN (RFC 9293 section 3.10.7.1): it
  /// acknowledges nothing but the SYN.
  private mutating func refuses(_ a: inout Arrival) -> Bool {
    isPlainReset(&a) && a.side == .responder && a.flags & TCPFlags.ack.rawValue != 0
      && a.acknowledgment == ends[0].next
  }

  /// Whether it ends a connection that was opened, and not closed: it has the very next number, which its
  /// receiver takes (RFC 5961 section 3.2), and acknowledges, if anything, nothing but what was sent.
  private mutating func ends(_ a: inout Arrival) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    guard count > 2, isPlainReset(&a), a.sequence == ends[me].next, a.way == ways[me], !isClosed else {
      return false
    }
    if a.flags & TCPFlags.ack.rawValue == 0 { return true }
    return a.acknowledgment &- ends[peer].acknowledged <= ends[peer].next &- ends[peer].acknowledged
  }
}
