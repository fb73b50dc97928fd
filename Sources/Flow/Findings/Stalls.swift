// Delayed acknowledgments that a sender waited for: Nagle's algorithm at one end, a delayed ACK at the other.

internal import Wire

extension Watch {
  /// The shortest delay of an acknowledgment that is one on purpose: Linux's is 40 ms (TCP_DELACK_MIN), less
  /// what a timer may be early by; others' are longer.
  static let delayedMin: Int64 = 35_000_000
  /// The longest that a receiver may delay it (RFC 1122 section 4.2.3.2).
  static let delayedMax: Int64 = 500_000_000
  /// What a sender takes to send what it held back, once it may.
  static let releaseMax: Int64 = 1_000_000
}

extension TCPConnection {
  /// Looks for an end that had more to say, was allowed no short segment while another was not acknowledged
  /// (RFC 1122 section 4.2.3.4), and went on at once when the late acknowledgment came.
  mutating func noteStall(
    _ segment: Segment, _ analysis: Analysis, _ lastTime: Int64, _ detail: inout TCPDetail
  ) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let waited = watch.heldBack[me]
    watch.heldBack = [0, 0]
    let isRepeat = !analysis.isDisjoint(with: [.retransmission, .keepAlive, .outOfOrder, .zeroWindowProbe])
    if segment.payload > 0 {
      if isRepeat { return }
      watch.lastSize[me] = UInt16(clamping: segment.payload)
      if waited == 0 { return }
      let way = delay(of: me)
      if abs(interval(lastTime, segment.time) &- way) <= max(Watch.releaseMax, way / 4) {
        detail.note(.delayedACKStall, segment, amount: Int64(waited) &* 1000)
      }
      return
    }
    // An acknowledgment without octets, the first of all that the other end has sent, which ended with a
    // short segment.
    guard segment.flags == .ack, ends[peer].highest > 1, segment.acknowledgment == ends[peer].highest,
      ends[me].acknowledgmentFrame == near(segment.frame), ends[peer].finSequence == nil,
      watch.lastSize[peer] > 0, watch.lastSize[peer] < ends[peer].segmentSize
    else { return }
    var late = interval(ends[peer].lastNew, segment.time)
    guard late >= Watch.delayedMin else { return }
    late &-= delay(of: me)
    guard late >= Watch.delayedMin, late <= Watch.delayedMax else { return }
    watch.heldBack[peer] = UInt32(clamping: late / 1000)
  }

  /// From the tap to an end and back, as the handshake shows it.
  private func delay(of end: Int) -> Int64 { (end == 0 ? opening.ackDelay : opening.synACKDelay) ?? 0 }
}
