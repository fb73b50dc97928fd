// What a segment tells the other end: acknowledgments, selective ones, and the window.

internal import Wire

extension TCPConnection {
  /// Takes what a segment acknowledges off the peer's flight, measures round trips, and names duplicates and
  /// windows.
  mutating func acknowledge(_ segment: Segment, _ overtaken: Bool?, _ verdict: inout Verdict) {
    guard segment.flags.contains(.ack), !segment.flags.contains(.rst) else {
      return noteWindow(segment, &verdict)
    }
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    // An overtaken acknowledgment says what the end thought before.
    if overtaken == true, segment.acknowledgment < ends[me].acknowledgmentSent { return }
    if ends[peer].state != .synSent || segment.flags.contains(.syn) { ends[peer].roundTrip.observe() }
    let number = segment.acknowledgment
    if number > ends[peer].highest, ends[peer].counters.segments > 0 || !ends[peer].hasSYN {
      // Octets that the capture missed; whoever sends them now repeats them.
      if ends[peer].counters.segments > 0 {
        verdict.analysis.insert(.ackLostSegment)
        ends[me].counters.ackLostSegments += 1
        // Whatever fills it was sent before this acknowledgment, or again: the peer's own marks cannot tell.
        var jump = segment
        (jump.identification, jump.timestamps) = (nil, nil)
        ends[peer].jump(ClosedBlock(start: ends[peer].highest, end: number), by: jump)
      }
      ends[peer].highest = number
    }
    var sample: Int64?
    if number > ends[peer].acknowledged {
      sample = ends[peer].outstanding.acknowledge(number, at: segment.time)
      ends[peer].acknowledged = number
      ends[peer].duplicateACKsHeard = 0
      ends[peer].lastAdvance = segment.time
      ends[peer].hasProbedTail = false
      if number >= ends[peer].recoverPoint { ends[peer].recoverPoint = 0 }
      if number >= ends[peer].timeoutPoint { ends[peer].timeoutPoint = 0 }
    } else {
      nameRepeatedACK(segment, &verdict)
    }
    for i in (segment.isDuplicateSACK ? 1 : 0)..<max(segment.isDuplicateSACK ? 1 : 0, segment.sackCount) {
      let selected = ends[peer].outstanding.select(segment.sack[i], at: segment.time)
      if sample == nil { sample = selected }
    }
    // Time stamps measure where neither does, at a millisecond's grain (RFC 7323 section 4.1).
    if let sample { ends[peer].roundTrip.measure(sample) }
    ends[peer].lastHeard = segment.time
    noteWindow(segment, &verdict)
    if number > ends[me].acknowledgmentSent || !ends[me].hasAcknowledged {
      ends[me].acknowledgmentFrame = segment.frame
      ends[me].duplicateACKsSent = 0
    }
    ends[me].acknowledgmentSent = max(ends[me].acknowledgmentSent, number)
    ends[me].hasAcknowledged = true
  }

  /// An acknowledgment that takes nothing off the flight: an answer to a probe, a new window, or a duplicate
  /// (RFC 5681 section 2).
  private mutating func nameRepeatedACK(_ segment: Segment, _ verdict: inout Verdict) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    guard
      segment.payload == 0, segment.flags.isDisjoint(with: [.syn, .fin, .rst]), ends[me].hasAcknowledged,
      segment.acknowledgment == ends[me].acknowledgmentSent,
      verdict.analysis.isDisjoint(with: [.keepAlive, .zeroWindowProbe])
    else { return }
    if ends[peer].hasProbed {
      ends[peer].hasProbed = false
      if segment.window == 0 { return verdict.analysis.formUnion(.zeroWindowProbeACK) }
    }
    if ends[peer].hasKeptAlive {
      ends[peer].hasKeptAlive = false
      if segment.window == ends[me].windowSent { return verdict.analysis.formUnion(.keepAliveACK) }
    }
    let isInFlight = ends[peer].highest > segment.acknowledgment
    let isSame = segment.window == ends[me].windowSent
    if isInFlight, isSame || segment.sackCount > 0 { ends[peer].duplicateACKsHeard += 1 }
    if isInFlight, isSame {
      verdict.analysis.insert(.duplicateACK)
      ends[me].counters.duplicateACKs += 1
      ends[me].duplicateACKsSent &+= 1
      verdict.count = ends[me].duplicateACKsSent
      if verdict.of == 0 { verdict.of = ends[me].acknowledgmentFrame }
    } else if !isSame, segment.window != 0, segment.sackCount == 0 {
      verdict.analysis.insert(.windowUpdate)
      ends[me].counters.windowUpdates += 1
    }
  }

  /// The window that a segment advertises.
  private mutating func noteWindow(_ segment: Segment, _ verdict: inout Verdict) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    if segment.flags.isDisjoint(with: [.syn, .rst]) {
      if segment.window == 0 {
        verdict.analysis.insert(.zeroWindow)
        ends[me].counters.zeroWindows += 1
        if ends[me].zeroWindowSince == nil { ends[me].zeroWindowSince = segment.time }
      } else if let since = ends[me].zeroWindowSince {
        ends[me].zeroWindowTime &+= interval(since, segment.time)
        ends[me].zeroWindowSince = nil
      }
    }
    if let window = verdict.window, !segment.flags.contains(.rst) {
      if !segment.flags.contains(.syn) { ends[me].windowMin = min(ends[me].windowMin ?? window, window) }
      ends[me].windowMax = max(ends[me].windowMax, window)
    }
    if !segment.flags.contains(.rst) { ends[me].windowSent = segment.window }
    noteFullWindow(segment, peer, &verdict)
  }

  /// Octets up to the very edge of what the peer offered.
  private mutating func noteFullWindow(_ segment: Segment, _ peer: Int, _ verdict: inout Verdict) {
    guard segment.payload > 0, segment.flags.isDisjoint(with: [.syn, .fin, .rst]), ends[0].hasSYN,
      ends[1].hasSYN,
      ends[peer].hasAcknowledged, !verdict.analysis.contains(.zeroWindowProbe)
    else { return }
    let isScaled = ends[0].offer.windowScale != nil && ends[1].offer.windowScale != nil
    let scale = isScaled ? Int64(min(ends[peer].offer.windowScale ?? 0, 14)) : 0
    if segment.end == ends[peer].acknowledgmentSent + Int64(ends[peer].windowSent) << scale {
      verdict.analysis.insert(.windowFull)
      ends[segment.side.rawValue].counters.windowFull += 1
    }
  }

  /// The three segments of the opening, and what may take their place.
  mutating func noteHandshake(_ segment: Segment, _ analysis: Analysis) {
    let isSYN = segment.flags.contains(.syn)
    let isACK = segment.flags.contains(.ack)
    if isSYN, !isACK, segment.side == .originator {
      if handshake.synFrame == nil {
        handshake.synFrame = segment.frame
        handshake.synTime = segment.time
      } else if analysis.contains(.retransmission) {
        handshake.synRetransmissions += 1
      }
      if handshake.synACKFrame == nil { handshake.lastSYNTime = segment.time }
    } else if isSYN, !isACK {
      handshake.isSimultaneous = true
    } else if isSYN {
      if handshake.synACKFrame == nil {
        handshake.synACKFrame = segment.frame
        handshake.synACKTime = segment.time
      } else if analysis.contains(.retransmission) {
        handshake.synACKRetransmissions += 1
      }
    } else if isACK, handshake.ackFrame == nil, handshake.synACKFrame != nil, !segment.flags.contains(.rst),
      segment.acknowledgment >= 1, segment.side == .originator
    {
      handshake.ackFrame = segment.frame
      handshake.ackTime = segment.time
    } else if segment.flags.contains(.rst), segment.side == .responder, handshake.synACKFrame == nil {
      handshake.isRefused = handshake.synFrame != nil
    }
  }

  /// Moves both ends' states. A packet is taken as received by the other end when it is captured: what is
  /// lost behind the tap moves that end later than this says, but in the same order.
  mutating func advance(_ segment: Segment) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let flags = segment.flags
    // A capture that begins later finds both ends in a connection.
    if !flags.contains(.syn), !flags.contains(.rst) {
      for i in 0..<2 where ends[i].path.isEmpty && !ends[i].hasSYN { ends[i].enter(.established, segment) }
    }
    if flags.contains(.rst) {
      // What answers a packet to a connection that is gone ends nothing (RFC 9293 section 3.10.7.1).
      guard !isClosed else { return }
      if reset == nil { reset = (segment.side, segment.frame) }
      for i in 0..<2 where ends[i].state != .timeWait || i == peer { ends[i].enter(.closed, segment) }
      return
    }
    let sent: EndpointState.Sent =
      flags.contains(.syn)
      ? (flags.contains(.ack) ? .synACK : .syn)
      : flags.contains(.fin) ? .fin : .other
    if sent == .syn || sent == .synACK {
      if sent == .synACK, ends[me].state == .synSent { handshake.isSimultaneous = true }
      if ends[me].path.isEmpty || sent == .synACK {
        ends[me].enter(ends[me].state.after(sending: sent), segment)
      }
      // Two SYNs cross: each reaches an end that has sent its own, before anything else does.
      if sent == .syn, ends[peer].state == .synSent, ends[me].state == .synSent {
        ends[peer].enter(ends[peer].state.after(receiving: .syn), segment)
        ends[me].enter(ends[me].state.after(receiving: .syn), segment)
      }
      if sent == .synACK { ends[me].hasSYNACK = true }
    }
    if flags.contains(.ack), segment.acknowledgment >= 1 {
      ends[peer].enter(ends[peer].state.after(receiving: .ackOfSYN), segment)
    }
    if flags.contains(.ack), let fin = ends[peer].finSequence, segment.acknowledgment > fin {
      ends[peer].enter(ends[peer].state.after(receiving: .ackOfFIN), segment)
    }
    // A FIN that does not acknowledge the peer's crossed it on the way: its sender had not received that one.
    if sent == .fin, let fin = ends[peer].finSequence, segment.acknowledgment <= fin {
      ends[me].takeBack(.closeWait)
    }
    if sent == .fin { ends[me].enter(ends[me].state.after(sending: .fin), segment) }
    // A FIN counts when everything before it has come.
    if let fin = ends[peer].finSequence, sent == .fin, ends[peer].contiguous > fin {
      ends[me].enter(ends[me].state.after(receiving: .fin), segment)
    }
    if let fin = ends[me].finSequence, ends[me].contiguous > fin {
      ends[peer].enter(ends[peer].state.after(receiving: .fin), segment)
    }
  }
}
