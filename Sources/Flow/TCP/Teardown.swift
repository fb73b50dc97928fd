// How a connection was closed: FINs, their ACKs (RFC 9293 section 3.6), and resets of all kinds.

internal import Wire

/// Why an end sent a reset, as far as the wire tells.
public enum ResetKind: UInt8, Sendable, BitwiseCopyable {
  /// Nobody listens: the answer to a SYN (RFC 9293 section 3.5.2, group 1).
  case refused
  /// The answer to a SYN-ACK: whoever is said to have asked did not, or wanted only to know (section 3.5.1).
  case handshake
  /// The ABORT call (section 3.9.1.5): what had not arrived is lost.
  case abort
  /// A close with octets that nobody had read (RFC 2525 section 2.17).
  case unread
  /// The end had closed, and octets came that nobody can read any more (RFC 1122 section 4.2.2.13).
  case afterClose
  /// The answer of an end that knows no such connection (RFC 9293 section 3.5.2, group 1).
  case dead
  /// Its number is not one that the other end takes: it does nothing (RFC 5961 section 3.2).
  case blind

  /// The word that records print.
  public var name: StaticString {
    switch self {
    case .refused: "refused"
    case .handshake: "handshake"
    case .abort: "abort"
    case .unread: "unread_data"
    case .afterClose: "after_close"
    case .dead: "dead_connection"
    case .blind: "blind"
    }
  }
}

/// How a connection was closed.
public struct Teardown: Sendable {
  /// The kinds that records name.
  public enum Kind: Sendable {
    /// Both ends sent their FIN.
    case fin
    /// A reset ended it.
    case rst
    /// One end sent its FIN and the other did not, by the end of the flow.
    case halfOpen
    /// Neither.
    case none

    /// The word that records print.
    public var name: StaticString {
      switch self {
      case .fin: "fin"
      case .rst: "rst"
      case .halfOpen: "half_open"
      case .none: "none"
      }
    }
  }

  public var kind = Kind.none
  /// Who closed first; nil when nobody did, or when both did at once.
  public var first: FlowSide?
  public var isSimultaneous = false
  /// Three when the second FIN acknowledges the first; nil unless both came.
  public var steps: Int?
  /// Of the first FIN, then of the second.
  public var finFrames = FrameList()
  /// What acknowledged them, in the same order.
  public var ackFrames = FrameList()
  public var reset: (side: FlowSide, frame: UInt64, kind: ResetKind)?
  /// Nanoseconds from the first FIN to the second, or to `end` when there is none.
  public var halfClose: Int64?
  /// What the end that closed last sent after it knew of the other's FIN.
  public var halfCloseOctets: Int64?
}

extension TCPConnection {
  /// What a reset is, noted; nil when it moves nothing.
  mutating func judgeReset(_ segment: Segment, _ detail: inout TCPDetail) -> ResetKind? {
    // Behind a reset, or behind the end, others only answer what was still on its way.
    if isClosed || reset != nil { return nil }
    let kind = resetKind(segment)
    guard kind == .blind else {
      detail.note(.resetEffective, segment)
      return kind
    }
    // So does an end that has closed: with the number that the late segment acknowledged.
    if ends[segment.side.rawValue].finSequence != nil, !segment.flags.contains(.ack) { return nil }
    detail.note(.resetBlind, segment)
    watch.challenged |= 1 << UInt8(segment.side.other.rawValue)
    return nil
  }

  /// Which kind a reset is, before it moves anything.
  private func resetKind(_ segment: Segment) -> ResetKind {
    let (me, peer) = (ends[segment.side.rawValue], ends[segment.side.other.rawValue])
    if !me.hasSYN, peer.hasSYN, !peer.hasSYNACK, peer.state == .synSent {
      // Only one that acknowledges the SYN is taken for an answer (RFC 9293 section 3.10.7.3).
      let isTaken =
        segment.flags.contains(.ack) && segment.acknowledgment >= 1
        && segment.acknowledgment <= peer.highest
      return isTaken ? .refused : .blind
    }
    if peer.hasSYNACK, !opening.hasACK, segment.side == .originator { return .handshake }
    if isOutside(segment) { return .blind }
    if me.finSequence != nil { return .afterClose }
    if !segment.flags.contains(.ack) { return .dead }
    // Octets that the reset is the first to acknowledge have come at its own moment: nobody had read them.
    let hasUnread = segment.acknowledgment > me.acknowledgmentSent && peer.counters.dataSegments > 0
    return hasUnread ? .unread : .abort
  }

  /// Whether the number of a reset is one that the other end does not take: below what it has acknowledged,
  /// or beyond its window (RFC 9293 section 3.10.7.4). With a guessed window the benefit of the doubt.
  private func isOutside(_ segment: Segment) -> Bool {
    let (me, peer) = (ends[segment.side.rawValue], ends[segment.side.other.rawValue])
    guard peer.hasAcknowledged, me.counters.segments > 1 else { return false }
    let scale = peer.offer.windowScale.map { Int64(min($0, 14)) } ?? (peer.hasSYN ? 0 : 14)
    let window = max(Int64(peer.windowSent) << scale, 1)
    return segment.sequence < me.acknowledged || segment.sequence > max(me.highest, me.acknowledged + window)
  }
}

extension Teardown {
  /// What one end did to close: its first FIN and what acknowledged it, and what it sent after it knew of the
  /// other's FIN.
  struct End {
    var fin: Milestone?
    var ackFrame: UInt64?
    /// It sent its FIN and had not the other's.
    var crossed = false
    /// Any packet of its is known.
    var isHeard: Bool
    var afterFIN: Int64

    /// `path` are the states that it came through; what a reset did acknowledges nothing.
    init(fin: Milestone?, path: inout StatePath, isHeard: Bool, afterFIN: Int64, resetFrame: UInt64?) {
      (self.fin, self.isHeard, self.afterFIN) = (fin, isHeard, afterFIN)
      guard path.count > 0 else { return }
      crossed = path.hasClosing
      var before = path.step(0).state
      for i in 1..<path.count {
        let after = path.step(i)
        switch (before, after.state) {
        case (.finWait1, .finWait2), (.closing, .timeWait), (.lastACK, .closed):
          if ackFrame == nil, after.frame != resetFrame { ackFrame = after.frame }
        default: break
        }
        before = after.state
      }
    }
  }

  /// How a connection was closed, by the time of `end`.
  init(
    _ originator: End, _ responder: End, reset: (side: FlowSide, frame: UInt64)?, kind resetKind: ResetKind?,
    until end: Int64
  ) {
    if let reset, let resetKind { self.reset = (reset.side, reset.frame, resetKind) }
    let isOriginators = (originator.fin?.frame ?? .max) <= (responder.fin?.frame ?? .max)
    let closer = isOriginators ? originator : responder
    let other = isOriginators ? responder : originator
    guard let fin = closer.fin else {
      kind = self.reset != nil ? .rst : .none
      return
    }
    finFrames.append(fin.frame)
    if let ack = closer.ackFrame { ackFrames.append(ack) }
    var isDone = false
    if let second = other.fin {
      finFrames.append(second.frame)
      if let secondACK = other.ackFrame { ackFrames.append(secondACK) }
      steps = closer.ackFrame == second.frame ? 3 : 4
      isDone = closer.ackFrame != nil && other.ackFrame != nil
    }
    // Both come through CLOSING when neither had the other's FIN.
    isSimultaneous = closer.crossed && other.crossed
    if !isSimultaneous {
      first = isOriginators ? .originator : .responder
      if other.fin != nil || other.isHeard { halfClose = interval(fin.time, other.fin?.time ?? end) }
      if closer.ackFrame != nil { halfCloseOctets = other.afterFIN }
    }
    // A reset behind both FINs and their acknowledgments ends nothing.
    kind = self.reset != nil && !isDone ? .rst : other.fin != nil ? .fin : .halfOpen
  }
}
