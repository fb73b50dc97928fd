// Every segment that is not the next expected one gets one verdict.

internal import Wire

extension TCPConnection {
  /// Without any mark of order, a segment that comes this soon behind the one that overtook it was overtaken.
  private static let reorderingMax: Int64 = 3_000_000

  /// The verdict on a segment's own numbers.
  mutating func judge(
    _ segment: Segment, _ overtaken: Bool?, _ verdict: inout Verdict,
    _ detail: inout TCPDetail
  ) {
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
        detail[me].counters.zeroWindowProbes += 1
        ends[me].hasProbed = true
      } else {
        verdict.analysis.insert(.keepAlive)
        count(&ends[me].counters.keepAlives)
        ends[me].hasKeptAlive = true
      }
      return
    }
    guard segment.length > 0, !segment.flags.contains(.rst) else { return }
    let block = ClosedBlock(start: segment.sequence, end: segment.end)
    if segment.sequence >= ends[me].highest {
      noteLone(segment, &detail)
      if segment.sequence > ends[me].highest, ends[me].counters.segments > 1 {
        verdict.analysis.insert(.lostSegment)
        detail[me].counters.lostSegments += 1
        detail[me].jump(ClosedBlock(start: ends[me].highest, end: segment.sequence), by: segment)
      }
      send(segment, isNew: true, &detail)
      return
    }
    // In a simultaneous open the SYN-ACK repeats the number of its sender's SYN, and is no repeat (section
    // 3.5).
    if segment.flags.contains([.syn, .ack]), opening.isSimultaneous, !ends[me].hasSYNACK { return }
    // The first SYN of an end whose peer's answer to it was captured before it.
    if segment.flags.contains(.syn), !segment.flags.contains(.ack), ends[me].counters.segments == 1 {
      verdict.analysis.insert(.outOfOrder)
      detail[me].counters.outOfOrder += 1
      return
    }
    let filled = detail.fill(me, block)
    if let filled, isOvertaken(segment, filled) {
      verdict.analysis.insert(.outOfOrder)
      detail[me].counters.outOfOrder += 1
      send(segment, isNew: true, &detail)
      return
    }
    // Sent long before packets that were captured earlier, with octets that were captured too: the network's
    // copy, late. Sent a moment before them, its original would be remembered (`Copies`): without one it is a
    // repeat that was overtaken itself.
    if filled == nil, overtaken == true, segment.payload > 0, isBeyondCopies(segment),
      opening.vantage(of: segment.side) != .near
    {
      verdict.analysis.insert(.duplicateFrame)
      detail[me].counters.duplicateFrames += 1
      return
    }
    noteRepeat(segment, isCaptured: filled == nil, &verdict, &detail)
    if segment.payload > 0 { detail.note(filled == nil ? .lostBehind : .lostBefore, segment) }
    send(segment, isNew: false, &detail)
  }

  /// Whether so many packets were sent after this one that `Copies` need not know its original.
  private mutating func isBeyondCopies(_ segment: Segment) -> Bool {
    guard let own = segment.identification, let most = ends[segment.side.rawValue].identificationMost else {
      return false
    }
    return UInt32(most &- own) >= Copies.reach
  }

  /// Whether a segment that fills a hole was sent before the one that left the hole: by the marks of both, or
  /// by the time between them, which a repeat cannot beat when it takes a round trip to be asked for.
  private mutating func isOvertaken(_ segment: Segment, _ hole: Hole) -> Bool {
    if opening.vantage(of: segment.side) == .near { return false }
    if let mark = hole.identification, let own = segment.identification, mark != own {
      return Int16(bitPattern: own &- mark) < 0
    }
    if let mark = hole.timestamp, let own = segment.timestamps?.value, mark != own {
      return Int32(bitPattern: own &- mark) < 0
    }
    let roundTrip = (opening.synACKDelay ?? 0) + (opening.ackDelay ?? 0)
    // Sent in the same tick of the sender's clock as the one that left the hole, and before others: a repeat
    // is sent a round trip later.
    if roundTrip > TCPConnection.reorderingMax, let mark = hole.timestamp, mark == segment.timestamps?.value,
      ends[segment.side.rawValue].wasOvertaken(segment) == true
    {
      return true
    }
    return interval(hole.time, segment.time) < max(TCPConnection.reorderingMax, roundTrip / 2)
  }

  /// Notes what was sent.
  private mutating func send(_ segment: Segment, isNew: Bool, _ detail: inout TCPDetail) {
    let me = segment.side.rawValue
    let newStart = isNew ? segment.sequence : max(segment.sequence, ends[me].highest)
    if !isNew {
      noteFlight(
        me, segment.sequence, min(segment.end, ends[me].highest), at: segment.time, isNew: false, &detail)
    }
    if segment.end > ends[me].highest {
      if ends[me].highest <= ends[me].acknowledged { ends[me].startTimer(segment.time, byPeer: false) }
      ends[me].lastNew = segment.time
      noteFlight(me, newStart, segment.end, at: segment.time, isNew: true, &detail)
      ends[me].highest = segment.end
    }
    if segment.flags.contains(.fin) {
      ends[me].finSequence = segment.end - 1
      if ends[me].fin == Milestones.none { ends[me].fin = note(segment.time, segment.frame, &detail) }
    }
    // SND.NXT less SND.UNA (RFC 9293 section 3.3.1): a FIN counts with the octets before it. What a SYN
    // carries goes before there is a window to be in flight under (RFC 7413).
    if segment.flags.contains(.syn) { return }
    let inFlight = ends[me].highest - max(1, ends[me].acknowledged)
    ends[me].flightMax = max(ends[me].flightMax, inFlight)
    if keepsSeries, segment.payload > 0, detail[me].series.count < FlightPoint.pointsMax {
      detail[me].series.append(FlightPoint(time: segment.time, octets: max(0, inFlight)))
    }
  }
}
