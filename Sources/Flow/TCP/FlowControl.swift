// The receiver's window: its right edge, how long it held the sender back, and how the sender probed it.

internal import Wire

/// What is remembered of the window that an end advertised, and of the peer's waiting for it; nothing for an
/// end whose window was always large enough.
struct FlowControl: Sendable {
  /// Without a full segment's room since then; 0 when there is room.
  var fullSince: Int64 = 0
  /// There was room again, and the peer has not sent yet; 0 for neither.
  var openedAt: Int64 = 0
  /// How long the peer waited for room, and used it at once when it came.
  var blocked: Int64 = 0
  /// The peer's last probe of the closed window; 0 for none.
  var probedAt: Int64 = 0
  /// From the closing of the window to the first probe, and the longest time between two of them.
  var firstProbeDelay: Int64 = 0
  var probeGapMost: Int64 = 0
  /// Windows that opened by less than is worth a segment (RFC 1122 section 4.2.3.3).
  var sillyWindows: UInt32 = 0
  /// Small segments that the peer sent into a small window, without having waited (section 4.2.3.4).
  var sillySegments: UInt32 = 0

  var isBlank: Bool {
    fullSince == 0 && openedAt == 0 && blocked == 0 && probedAt == 0 && firstProbeDelay == 0
      && sillyWindows == 0 && sillySegments == 0
  }
}

/// Flow control in figures, of the window that an end advertised; times in nanoseconds.
public struct FlowControlFigures: Sendable, Equatable {
  /// How long the peer waited for room.
  public var blocked: Int64
  /// From the closing of the window to the first probe; nil without one.
  public var firstProbeDelay: Int64?
  /// The longest time between two probes: how far the peer's timer has backed off; nil without two.
  public var probeGapMost: Int64?
  /// Windows that opened by less than is worth a segment.
  public var sillyWindows: UInt64
  /// Small segments sent into a small window at once.
  public var sillySegments: UInt64
}

extension FlowControl {
  /// The record of it.
  var figures: FlowControlFigures {
    FlowControlFigures(
      blocked: blocked, firstProbeDelay: firstProbeDelay > 0 ? firstProbeDelay : nil,
      probeGapMost: probeGapMost > 0 ? probeGapMost : nil, sillyWindows: UInt64(sillyWindows),
      sillySegments: UInt64(sillySegments))
  }
}

extension TCPConnection {
  /// A sender that is held back by the window alone sends this soon after it opens.
  private static let answerMax: Int64 = 2_000_000
  /// A small segment after this long is the sender's own timer's (RFC 1122 section 4.2.3.4: 0.1 to 1 s).
  private static let overrideMin: Int64 = 100_000_000

  /// Octets by which a window's edge may move only because windows are told in units (RFC 7323 section 2.4).
  @inline(__always)
  mutating func windowUnit(of end: Int) -> Int64 {
    ends[end].scale.isKnown ? 1 &<< ends[end].scale.shift : 1
  }

  /// Where a segment puts the right edge of its sender's window.
  mutating func noteEdge(
    _ segment: Segment, _ overtaken: Bool?, _ verdict: inout Verdict, _ detail: inout TCPDetail
  ) {
    let me = segment.side.rawValue
    guard let window = verdict.window, overtaken != true else { return }
    let (old, new) = (ends[me].edge, segment.acknowledgment &+ window)
    ends[me].edge = new
    guard old > 0, !segment.flags.contains(.syn) else { return }
    let unit = windowUnit(of: me)
    if new <= old - unit {
      // The same acknowledgment with less window may be the older one, unless it is captured as it is sent.
      let isInOrder =
        overtaken == false || segment.acknowledgment > ends[me].acknowledgmentSent
        || opening.vantage(of: segment.side) == .near
      if isInOrder {
        verdict.analysis.insert(.windowShrink)
        detail[me].counters.windowShrinks += 1
      }
    }
    let worth = min(Int64(ends[1 - me].segmentSize), ends[me].windowMax / 2)
    if window > 0, window < worth, new >= old + unit { detail[me].control.sillyWindows &+= 1 }
    guard !detail.isOpen(me), new - ends[1 - me].highest >= worth else { return }
    if detail.control(me).openedAt == 0 { detail[me].control.openedAt = segment.time }
  }

  /// What new octets say of the window that they were sent into.
  mutating func noteRoom(_ segment: Segment, _ verdict: Verdict, _ detail: inout TCPDetail) {
    let (me, peer) = (segment.side.rawValue, segment.side.other.rawValue)
    let edge = ends[peer].edge
    guard edge > 0, ends[0].hasSYN, ends[1].hasSYN else { return }
    if verdict.analysis.contains(.zeroWindowProbe) { return noteProbe(segment, &detail) }
    let room = edge - ends[me].highest
    let size = Int64(ends[me].segmentSize)
    if !detail.isOpen(peer) {
      let control = detail.control(peer)
      if control.openedAt > 0 {
        let isNear = opening.vantage(of: segment.side) != .far
        let answer = TCPConnection.answerMax + (isNear ? 0 : (opening.synACKDelay ?? 0))
        if interval(control.openedAt, segment.time) <= answer {
          detail[peer].control.blocked &+= interval(control.fullSince, control.openedAt)
        }
        detail[peer].control.fullSince = 0
      }
      (detail[peer].control.openedAt, detail[peer].control.probedAt) = (0, 0)
    }
    if room < size, detail.isOpen(peer) { detail[peer].control.fullSince = segment.time }
    let isSmall = segment.payload < min(size, ends[peer].windowMax / 2)
    if isSmall, segment.end == edge, !verdict.analysis.contains(.retransmission),
      interval(ends[me].lastHeard, segment.time) < TCPConnection.overrideMin
    {
      detail[peer].control.sillySegments &+= 1
    }
  }

  /// A probe of a closed window: the timer that sends it backs off (RFC 9293 section 3.8.6.1).
  private mutating func noteProbe(_ segment: Segment, _ detail: inout TCPDetail) {
    let peer = segment.side.other.rawValue
    let control = detail.control(peer)
    if control.probedAt > 0 {
      detail[peer].control.probeGapMost = max(
        control.probeGapMost, interval(control.probedAt, segment.time))
    } else if let since = detail.zeroWindowSince(peer), control.firstProbeDelay == 0 {
      detail[peer].control.firstProbeDelay = interval(since, segment.time)
    }
    detail[peer].control.probedAt = segment.time
  }
}
