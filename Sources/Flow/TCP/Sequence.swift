// Every segment that is not the next expected one gets one verdict.

internal import Wire

extension TCPConnection {
  /// Where the tap is, seen from one end: whether its segments are captured as it sends them.
  enum Vantage: Sendable { case near, far, unknown }

  /// A delay this many times shorter than the other lies on the tap's own side.
  private static let vantageRatio: Int64 = 4
  /// Without any mark of order, a segment that comes this soon behind the one that overtook it was overtaken.
  private static let reorderingMax: Int64 = 3_000_000
  /// An acknowledgment that is answered is answered sooner than this; timers wait longer.
  private static let answerMax: Int64 = 2_000_000

  /// From the handshake: an end that answers at once is on the tap's side of the path.
  func vantage(of side: FlowSide) -> Vantage {
    guard let there = handshake.synACKDelay, let here = handshake.ackDelay else { return .unknown }
    let (own, other) = side == .originator ? (here, there) : (there, here)
    if own * TCPConnection.vantageRatio < other { return .near }
    if other * TCPConnection.vantageRatio < own { return .far }
    return .unknown
  }

  /// The verdict on a segment's own numbers.
  mutating func judge(_ segment: Segment, _ overtaken: Bool?, _ verdict: inout Verdict) {
    let me = segment.side.rawValue
    let quiet = segment.flags.isDisjoint(with: [.syn, .fin, .rst])
    // A number just below what the peer has acknowledged asks it for a sign of life (RFC 9293 section 3.8.4)
    // or, while its window is zero, for room (section 3.8.6.1). An overtaken acknowledgment looks the same
    // and is not meant.
    if quiet, segment.payload <= 1, segment.sequence == ends[me].highest - 1, ends[me].highest > 1,
      ends[me].acknowledged >= ends[me].highest, overtaken != true
    {
      if ends[segment.side.other.rawValue].windowSent == 0 {
        verdict.analysis.insert(.zeroWindowProbe)
        ends[me].counters.zeroWindowProbes += 1
        ends[me].hasProbed = true
      } else {
        verdict.analysis.insert(.keepAlive)
        ends[me].counters.keepAlives += 1
        ends[me].hasKeptAlive = true
      }
      return
    }
    guard segment.length > 0, !segment.flags.contains(.rst) else { return }
    let block = ClosedBlock(start: segment.sequence, end: segment.end)
    if segment.sequence >= ends[me].highest {
      if segment.sequence > ends[me].highest, ends[me].counters.segments > 1 {
        verdict.analysis.insert(.lostSegment)
        ends[me].counters.lostSegments += 1
        ends[me].jump(ClosedBlock(start: ends[me].highest, end: segment.sequence), by: segment)
      }
      send(segment, isNew: true)
      return
    }
    // In a simultaneous open the SYN-ACK repeats the number of its sender's SYN, and is no repeat (section
    // 3.5).
    if segment.flags.contains([.syn, .ack]), handshake.isSimultaneous, !ends[me].hasSYNACK { return }
    let filled = ends[me].fill(block)
    if let filled, isOvertaken(segment, filled) {
      verdict.analysis.insert(.outOfOrder)
      ends[me].counters.outOfOrder += 1
      send(segment, isNew: true)
      return
    }
    // Sent before packets that were captured earlier, with octets that were captured too: the network's copy,
    // late.
    if filled == nil, overtaken == true, segment.payload > 0, vantage(of: segment.side) != .near {
      verdict.analysis.insert(.duplicateFrame)
      ends[me].counters.duplicateFrames += 1
      return
    }
    repeated(segment, &verdict)
    // Where the receiver is, what was captured has arrived: it did not need to come again.
    if filled == nil, segment.payload > 0, segment.end <= ends[me].highest, vantage(of: segment.side) == .far
    {
      verdict.analysis.insert(.spuriousRetransmission)
      ends[me].counters.causes.spurious += 1
    }
    send(segment, isNew: false)
  }

  /// Whether a segment that fills a hole was sent before the one that left the hole: by the marks of both, or
  /// by the time between them, which a repeat cannot beat when it takes a round trip to be asked for.
  private func isOvertaken(_ segment: Segment, _ hole: Hole) -> Bool {
    if vantage(of: segment.side) == .near { return false }
    if let mark = hole.identification, let own = segment.identification, mark != own {
      return Int16(bitPattern: own &- mark) < 0
    }
    if let mark = hole.timestamp, let own = segment.timestamps?.value, mark != own {
      return Int32(bitPattern: own &- mark) < 0
    }
    let roundTrip = (handshake.synACKDelay ?? 0) + (handshake.ackDelay ?? 0)
    return interval(hole.time, segment.time) < max(TCPConnection.reorderingMax, roundTrip / 2)
  }

  /// A repeat, and why its sender made it.
  private mutating func repeated(_ segment: Segment, _ verdict: inout Verdict) {
    let me = segment.side.rawValue
    verdict.analysis.insert(.retransmission)
    verdict.of = ends[me].recent.last { $0.sequence == segment.sequence && $0.length > 0 }?.frame ?? 0
    ends[me].counters.retransmissions += 1
    ends[me].counters.retransmittedOctets += UInt64(
      max(0, min(segment.end, ends[me].highest) - segment.sequence))
    if segment.flags.contains(.syn) {
      ends[me].counters.causes.syn += 1
      return
    }
    let isPureFIN = segment.payload == 0
    switch cause(segment) {
    case .fast:
      verdict.analysis.insert(.fastRetransmission)
      if ends[me].recoverPoint == 0 { ends[me].recoverPoint = ends[me].highest }
      if !isPureFIN { ends[me].counters.causes.fast += 1 }
    case .tailLossProbe:
      verdict.analysis.insert(.tailLossProbe)
      ends[me].hasProbedTail = true
      if !isPureFIN { ends[me].counters.causes.tailLossProbe += 1 }
    case .timer:
      verdict.analysis.insert(.rtoRetransmission)
      ends[me].timeoutPoint = ends[me].highest
      ends[me].recoverPoint = 0
      if !isPureFIN { ends[me].counters.causes.timer += 1 }
    case .afterTimer:
      verdict.analysis.insert(.rtoRetransmission)
      if !isPureFIN { ends[me].counters.causes.timer += 1 }
    }
    if isPureFIN { ends[me].counters.causes.fin += 1 }
  }

  private enum Cause { case fast, timer, afterTimer, tailLossProbe }

  /// What moved the sender: acknowledgments that tell of a loss, its timer, or a probe of the tail.
  private func cause(_ segment: Segment) -> Cause {
    let end = ends[segment.side.rawValue]
    let isSelective = end.offer.isSACKPermitted && ends[segment.side.other.rawValue].offer.isSACKPermitted
    let sinceHeard = interval(end.lastHeard, segment.time)
    let timeout = end.roundTrip.timeout
    // The timer runs from the last acknowledgment that took something off the flight, or from the last repeat
    // (RFC 6298 section 5.3), and no acknowledgment comes just before it goes off.
    let isLate =
      sinceHeard > TCPConnection.answerMax
      && interval(max(end.lastAdvance, min(end.lastDataSent, segment.time)), segment.time) > timeout * 3 / 4
    let tellsLoss =
      end.outstanding.isSelected(above: segment.end) || end.duplicateACKsHeard >= 3
      || (end.recoverPoint > 0 && segment.sequence < end.recoverPoint)
    if end.timeoutPoint > 0, segment.sequence < end.timeoutPoint { return isLate ? .timer : .afterTimer }
    if tellsLoss {
      return isLate && interval(end.lastAdvance, segment.time) > timeout * 9 / 10 ? .timer : .fast
    }
    // A probe of the tail repeats the highest segment, once, before the timer would go off (RFC 8985 section
    // 7.2).
    if isSelective, segment.end == end.highest, !end.hasProbedTail { return .tailLossProbe }
    return .timer
  }

  /// Notes what was sent.
  private mutating func send(_ segment: Segment, isNew: Bool) {
    let me = segment.side.rawValue
    let newStart = isNew ? segment.sequence : max(segment.sequence, ends[me].highest)
    if !isNew {
      ends[me].outstanding.send(
        segment.sequence, min(segment.end, ends[me].highest), at: segment.time, isNew: false)
    }
    if segment.end > ends[me].highest {
      ends[me].outstanding.send(newStart, segment.end, at: segment.time, isNew: true)
      ends[me].highest = segment.end
    }
    if segment.flags.contains(.fin) {
      ends[me].finSequence = segment.end - 1
      if ends[me].finFrame == nil { ends[me].finFrame = segment.frame }
    }
    ends[me].lastDataSent = segment.time
    // SYN and FIN take numbers but are no octets in flight.
    let sent = ends[me].highest - (ends[me].finSequence.map { $0 < ends[me].highest ? 1 : 0 } ?? 0)
    let inFlight = sent - max(1, ends[me].acknowledged)
    ends[me].flightMax = max(ends[me].flightMax, inFlight)
    if keepsSeries, segment.payload > 0, ends[me].flights.count < FlightPoint.pointsMax {
      ends[me].flights.append(FlightPoint(time: segment.time, octets: max(0, inFlight)))
    }
  }
}
