// A pair of ports that is used again while an end of the old connection is still in TIME_WAIT.

internal import Wire

/// How a new connection's SYN stands to the old connection between the same ports.
struct Reuse: Sendable {
  /// Nanoseconds since an end came into TIME_WAIT; nil when none is in it.
  var sinceTimeWait: Int64?
  /// Its timestamp or its number is greater than the old connection's last, so that no old segment can be
  /// taken for a new one (RFC 6191 section 2, RFC 9293 section 3.6.1).
  var isNewer: Bool

  /// Notes that a connection, of which this is the first frame, took another's place.
  func note(in detail: inout TCPDetail, _ frame: UInt64, _ time: Int64) {
    guard let since = sinceTimeWait else { return }
    detail.isTouched = true
    detail.evidence.note(isNewer ? .reuseNewer : .reuseOlder, .originator, frame, time, amount: since)
  }
}

extension TCPConnection {
  /// What to say of the SYN that takes this connection's place.
  mutating func reuse(
    by packet: inout Packet, from side: FlowSide, at time: Int64, _ detail: inout TCPDetail
  ) -> Reuse {
    let me = side.rawValue
    var since: Int64?
    var marks = Marks(start: start, firstFrame, &milestones, detail.milestones)
    for i in 0..<2 {
      var path = StatePath()
      var steps = ends[i].path
      marks.fill(&path, &steps, detail.path(i))
      for change in path where change.state == .timeWait { since = change.time }
    }
    var isNewer = false
    if packet.tcp.hasTimestamps, let most = ends[me].timestampMost {
      isNewer = Int32(bitPattern: packet.tcp.timestampValue &- most) > 0
    }
    if let initial = ends[me].initialSequence {
      let next = initial &+ UInt32(truncatingIfNeeded: ends[me].highest)
      isNewer = isNewer || distance(from: next, to: packet.tcp.sequence) > 0
    }
    return Reuse(sinceTimeWait: since.map { interval($0, time) }, isNewer: isNewer)
  }
}
