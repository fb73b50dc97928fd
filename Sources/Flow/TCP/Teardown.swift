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
  public var finFrames: [UInt64] = []
  /// What acknowledged them, in the same order.
  public var ackFrames: [UInt64] = []
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

extension ConnectionReport {
  /// How the connection was closed, by the time of `end`.
  public func teardown(until end: Int64) -> Teardown {
    var teardown = Teardown()
    if let reset, let kind = connection.resetKind { teardown.reset = (reset.side, reset.frame, kind) }
    let fins = FlowSide.allCases.compactMap { side in
      connection.milestone(connection.ends[side.rawValue].fin, detail).map { (side: side, fin: $0) }
    }.sorted { $0.fin.frame < $1.fin.frame }
    let paths = FlowSide.allCases.map { self[$0].path }
    if let first = fins.first {
      teardown.finFrames = fins.map(\.fin.frame)
      let acks = fins.map { ackOfFIN(paths[$0.side.rawValue], resetFrame: reset?.frame) }
      teardown.ackFrames = acks.compactMap(\.self)
      // Both come through CLOSING when neither had the other's FIN.
      teardown.isSimultaneous = paths.allSatisfy { path in path.contains { $0.state == .closing } }
      if fins.count == 2 { teardown.steps = acks[0] == fins[1].fin.frame ? 3 : 4 }
      if !teardown.isSimultaneous {
        teardown.first = first.side
        if fins.count == 2 || self[first.side.other].counters.segments > 0 {
          teardown.halfClose = interval(first.fin.time, fins.count == 2 ? fins[1].fin.time : end)
        }
        if acks[0] != nil {
          teardown.halfCloseOctets = detail.evidence[.afterFIN, first.side.other]?.sum ?? 0
        }
      }
    }
    // A reset behind both FINs and their acknowledgments ends nothing.
    let isDone = fins.count == 2 && teardown.ackFrames.count == 2
    teardown.kind =
      reset != nil && !isDone ? .rst : fins.count == 2 ? .fin : fins.count == 1 ? .halfOpen : .none
    return teardown
  }

  /// The frame that acknowledged the FIN of an end that came through these states.
  private func ackOfFIN(_ path: [StateChange], resetFrame: UInt64?) -> UInt64? {
    for (before, after) in zip(path, path.dropFirst()) where after.frame != resetFrame {
      switch (before.state, after.state) {
      case (.finWait1, .finWait2), (.closing, .timeWait), (.lastACK, .closed): return after.frame
      default: continue
      }
    }
    return nil
  }
}
