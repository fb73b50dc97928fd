// What each segment leaves for the findings: nothing, unless it is trouble.

internal import Wire

/// What is kept of every connection for its findings, beside its counters. Frames are counted from the
/// connection's first as 1, 0 for none. What is rare is evidence, in the detail (`Evidence`).
struct Watch: Sendable {
  /// How far above a late SYN's number the first segment seen may lie, in octets.
  private static let lateSYNMax: Int64 = 1 << 20
  /// A segment that fills the window and is this many times smaller than it may be: the window is silly (RFC
  /// 9293 section 3.8.6.2).
  static let smallShare: Int64 = 2
  /// Whoever repeats a SYN-ACK this long after it was acknowledged has not got the acknowledgment: packets
  /// that cross take a round trip.
  static let crossingMin: Int64 = 200_000_000

  /// The longest pause in milliseconds, and the frame that ended it.
  var pause: UInt32 = 0
  var pauseFrame: UInt32 = 0
  /// The largest segment of each end, in octets of payload up to 65535, and its frame.
  var largest = InlineArray<2, UInt16>(repeating: 0)
  var largestFrame = InlineArray<2, UInt32>(repeating: 0)
  /// Packets whose payload was cut, and the first of them.
  var cut: UInt32 = 0
  var cutFrame: UInt32 = 0
  /// Keep-alives in a row that each end sent and the other did not answer.
  var unanswered = InlineArray<2, UInt8>(repeating: 0)
  /// Repeats in a row by each end's timer, while nothing came from the other.
  var silentTimeouts = InlineArray<2, UInt8>(repeating: 0)
  /// Each end has been sent something that asks for a challenge ACK (RFC 5961), one bit each.
  var challenged: UInt8 = 0
  /// The number behind the last SYN of each end that belongs to another connection; 0 for none.
  var stranger = InlineArray<2, UInt32>(repeating: 0)
  /// What the checksums of each end's segments have been.
  var checks = InlineArray<2, Checks>(repeating: Checks())
  /// How often the originator was seen to acknowledge the SYN-ACK.
  var openingACKs: UInt8 = 0

  /// Octets of what each end sent last for the first time, up to 65535.
  var lastSize = InlineArray<2, UInt16>(repeating: 0)
  /// How long an end waited for the late acknowledgment that was the last packet, in microseconds; else 0.
  var heldBack = InlineArray<2, UInt32>(repeating: 0)

  /// Whether a SYN's number is not just below the first that was seen of its end, or acknowledged of it, if
  /// there is one: then it does not belong to what was seen.
  static func isElsewhere(_ number: UInt32, _ initial: UInt32?) -> Bool {
    guard let initial else { return false }
    return !(0...lateSYNMax).contains(distance(from: number, to: initial))
  }

  /// One more, up to the greatest number that there is.
  static func count(_ counter: inout UInt8) { if counter < .max { counter += 1 } }
}

extension TCPDetail {
  /// Notes that something happened at the end that sent a segment.
  mutating func note(_ kind: Clue.Kind, _ segment: Segment, amount: Int64 = 0) {
    guard keepsEvidence else { return }
    isTouched = true
    evidence.note(kind, segment.side, segment.frame, segment.time, amount: amount)
  }

  /// What is noted as a verdict names it.
  private static let notable: Analysis = [
    .retransmission, .outOfOrder, .zeroWindow, .zeroWindowProbe, .windowFull, .windowShrink, .keepAlive,
    .lostSegment, .ackLostSegment,
  ]

  /// Notes what a verdict says.
  @inline(__always)
  mutating func note(_ segment: Segment, _ analysis: Analysis, isAnswered: Bool) {
    if !analysis.isDisjoint(with: TCPDetail.notable) {
      noteTrouble(segment, analysis, isAnswered: isAnswered)
    }
  }

  private mutating func noteTrouble(_ segment: Segment, _ analysis: Analysis, isAnswered: Bool) {
    func add(_ bit: Analysis, _ kind: Clue.Kind, _ detail: inout TCPDetail) {
      if analysis.contains(bit) { detail.note(kind, segment) }
    }
    add(.outOfOrder, .outOfOrder, &self)
    add(.zeroWindow, .zeroWindow, &self)
    add(.zeroWindowProbe, .probe, &self)
    add(.windowFull, .windowFull, &self)
    add(.windowShrink, .windowShrink, &self)
    add(.keepAlive, .keepAlive, &self)
    add(.lostSegment, .notCaptured, &self)
    add(.ackLostSegment, .acknowledgedUnseen, &self)
    add(.fastRetransmission, .fast, &self)
    add(.rtoRetransmission, .timer, &self)
    add(.tailLossProbe, .tailLossProbe, &self)
    add(.spuriousRetransmission, .spurious, &self)
    guard analysis.contains(.retransmission) else { return }
    if segment.flags.contains(.syn) {
      note(isAnswered && !segment.flags.contains(.ack) ? .synAfterAnswer : .synRepeat, segment)
    }
    if segment.flags.contains(.fin), segment.payload == 0 { note(.finRepeat, segment) }
  }
}

extension TCPConnection {
  /// When the last packet came, as far as the ends know.
  var lastTime: Int64 {
    @inline(__always) get {
      max(
        max(ends[0].lastHeard, ends[1].lastHeard), max(ends[0].lastNew, ends[1].lastNew))
    }
  }

  /// A frame counted from the connection's first as 1; 0 when it is too far.
  @inline(__always)
  func near(_ frame: UInt64) -> UInt32 { UInt32(exactly: frame &- firstFrame &+ 1) ?? 0 }

  /// Looks at a segment after its verdict.
  mutating func observe(
    _ segment: Segment, _ analysis: Analysis, _ packet: inout Packet, _ lastTime: Int64,
    _ detail: inout TCPDetail
  ) {
    if isOnlyJudged {
      // Of all that is noted here verdicts ask whether a challenge is expected.
      if !analysis.contains(.duplicateFrame) { watch.challenged &= ~(1 << UInt8(segment.side.rawValue)) }
      return
    }
    if lastTime > 0 { noteTime(segment, lastTime, &detail) }
    if analysis.contains(.duplicateFrame) { return detail.note(.networkCopy, segment) }
    detail.note(segment, analysis, isAnswered: opening.hasSYNACK)
    noteFrame(segment, analysis, &packet, &detail)
    noteSigns(segment, analysis, &detail)
    noteStall(segment, analysis, lastTime, &detail)
    noteOpening(segment, analysis, &detail)
    guard isClosed || ends[0].finSequence != nil || ends[1].finSequence != nil else { return }
    noteLate(segment, analysis, &detail)
  }

  /// Pauses, and time that goes backwards.
  private mutating func noteTime(_ segment: Segment, _ before: Int64, _ detail: inout TCPDetail) {
    if segment.time < before {
      return detail.note(.backwards, segment, amount: interval(segment.time, before))
    }
    notePause(segment, before)
  }

  /// The longest pause, in milliseconds.
  @inline(__always)
  mutating func notePause(_ segment: Segment, _ before: Int64) {
    let pause = interval(before, segment.time)
    guard pause >= (Int64(watch.pause) &+ 1) &* 1_000_000 else { return }
    (watch.pause, watch.pauseFrame) = (UInt32(clamping: pause / 1_000_000), near(segment.frame))
  }

  /// What was cut of a segment's payload, and the largest.
  @inline(__always)
  mutating func noteSize(_ segment: Segment, _ packet: inout Packet) {
    let me = segment.side.rawValue
    if packet.payloadCaptured < packet.payloadLength {
      if watch.cut == 0 { watch.cutFrame = near(segment.frame) }
      count(&watch.cut)
    }
    let size = UInt16(clamping: segment.payload)
    if size > watch.largest[me] { (watch.largest[me], watch.largestFrame[me]) = (size, near(segment.frame)) }
  }

  /// What the frame itself tells: cut, large, marked.
  private mutating func noteFrame(
    _ segment: Segment, _ analysis: Analysis, _ packet: inout Packet, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    noteSize(segment, &packet)
    if packet.trafficClass & 3 == 3 { detail.note(.congestionMark, segment) }
    if segment.flags.contains(.ece), !segment.flags.contains(.syn) { detail.note(.congestionEcho, segment) }
    let size = UInt16(clamping: segment.payload)
    if size > 0, size == watch.largest[me], analysis.contains(.rtoRetransmission) {
      detail.note(.fullSizeRepeat, segment, amount: segment.end)
    }
  }

  /// Signs of life asked for and given, challenges, small windows.
  private mutating func noteSigns(_ segment: Segment, _ analysis: Analysis, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    (watch.unanswered[peer], watch.silentTimeouts[peer]) = (0, 0)
    if analysis.contains(.rtoRetransmission) { Watch.count(&watch.silentTimeouts[me]) }
    if analysis.contains(.keepAlive) {
      Watch.count(&watch.unanswered[me])
      if watch.unanswered[me] > 1 { detail.note(.keepAliveUnanswered, segment) }
    }
    if analysis.contains(.windowFull), segment.payload > 1 {
      let offered = Int64(ends[peer].offer.maximumSegmentSize)
      let isScaled = ends[0].offer.windowScale != nil && ends[1].offer.windowScale != nil
      let scale = isScaled ? Int64(min(ends[peer].offer.windowScale ?? 0, 14)) : 0
      // The whole window is smaller than a segment, and not only what is left of it.
      if segment.payload * Watch.smallShare < offered, Int64(ends[peer].windowSent) << scale < offered {
        detail.note(.smallSegment, segment, amount: segment.payload)
      }
    }
    if watch.challenged & 1 << UInt8(me) != 0 {
      watch.challenged &= ~(1 << UInt8(me))
      if segment.payload == 0, segment.flags == .ack, segment.acknowledgment == ends[me].acknowledgmentSent {
        detail.note(.challenge, segment)
      }
    }
  }

  /// A SYN-ACK that acknowledges what it should not, or that comes again although it was acknowledged: by one
  /// acknowledgment, which may have been lost behind the tap, or by several, which cannot all have been.
  private mutating func noteOpening(_ segment: Segment, _ analysis: Analysis, _ detail: inout TCPDetail) {
    if segment.side == .originator {
      if opening.hasACK, !segment.flags.contains(.rst) { Watch.count(&watch.openingACKs) }
      return
    }
    guard segment.flags.contains([.syn, .ack]), ends[0].hasSYN else { return }
    // It acknowledges the SYN, x + 1, and with Fast Open the octets that came with it (RFC 9293 section 3.5,
    // RFC 7413 section 3).
    if segment.acknowledgment < 1 || analysis.contains(.ackLostSegment) {
      detail.note(.wrongHandshake, segment)
    } else if segment.acknowledgment == 1, opening.isFastOpen {
      detail.note(.fastOpenRefused, segment)
    }
    guard watch.openingACKs > 0, analysis.contains(.retransmission),
      let ack = milestone(opening.ack, detail)
    else { return }
    let roundTrip = (opening.synACKDelay ?? 0) &+ (opening.ackDelay ?? 0)
    if interval(ack.time, segment.time) > max(Watch.crossingMin, 2 &* roundTrip) {
      detail.note(.repeatedAfterACK, segment, amount: Int64(watch.openingACKs))
    }
  }

  /// Octets that come late: after the other end's FIN, which is the use of a half-close, or after a reset.
  private mutating func noteLate(_ segment: Segment, _ analysis: Analysis, _ detail: inout TCPDetail) {
    guard segment.payload > 0, !segment.flags.contains(.rst) else { return }
    if reset != nil {
      detail.note(.afterReset, segment)
    } else if let fin = ends[segment.side.other.rawValue].finSequence, segment.acknowledgment > fin,
      analysis.isDisjoint(with: [.retransmission, .keepAlive, .zeroWindowProbe])
    {
      detail.note(.afterFIN, segment, amount: segment.payload)
    }
  }

  /// Whether a SYN belongs to another connection than this one: it has a number of its own. Where the capture
  /// began later and shows no SYN, one that is not just below what was seen (a file out of order).
  mutating func isForeign(_ packet: inout Packet, _ side: FlowSide) -> Bool {
    let end = ends[side.rawValue]
    guard packet.tcp.flags.contains(.syn), let initial = end.initialSequence else { return false }
    if end.hasSYN { return packet.tcp.sequence != initial }
    guard end.state != .closed, end.state != .synSent, end.counters.segments > 0 else { return false }
    return Watch.isElsewhere(packet.tcp.sequence, initial)
  }

  /// A SYN for a connection that goes on: the other end answers with a challenge (RFC 5961 section 4.2).
  mutating func noteForeign(
    _ side: FlowSide, _ sequence: UInt32, _ frame: Frame, _ detail: inout TCPDetail
  ) {
    count(&ends[side.rawValue].counters.segments)
    detail.isTouched = true
    detail.evidence.note(.synInConnection, side, frame.number, frame.time)
    watch.challenged |= 1 << UInt8(side.other.rawValue)
    watch.stranger[side.rawValue] = sequence &+ 1
  }
}
