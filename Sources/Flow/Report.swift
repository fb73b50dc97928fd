// What the views ask of a connection: figures that are made from what is kept.

internal import Wire

/// A connection as it was when its flow ended or was reported: both ends with all that is known of them. A
/// class, made once for a flow that ends: views ask it for a hundred things, and it has two kilobytes.
public final class ConnectionReport: Sendable {
  let connection: TCPConnection
  let detail: TCPDetail
  /// How it was opened.
  public let handshake: Handshake
  /// How it was closed.
  public let teardown: Teardown
  /// Where the tap is, from the delays of this connection.
  public let tap: Tap
  /// Who sent a reset that ended it, and its frame.
  public let reset: (side: FlowSide, frame: UInt64)?
  fileprivate let initialWindows: InlineArray<2, UInt16>
  fileprivate let originator: EndFigures
  fileprivate let responder: EndFigures

  /// At `time`, which may be later than its last packet.
  init(_ connection: TCPConnection, _ detail: TCPDetail, at time: Int64) {
    let marks = Marks(connection, detail.milestones)
    originator = EndFigures(connection.ends[0], detail.trouble(0), marks, detail.path(0))
    responder = EndFigures(connection.ends[1], detail.trouble(1), marks, detail.path(1))
    handshake = Handshake(connection.opening, marks, lastSYNTime: detail.lastSYNTime)
    tap = Tap(connection)
    initialWindows = [
      connection.initialWindow(of: .originator, detail), connection.initialWindow(of: .responder, detail),
    ]
    let reset = connection.reset.map { (side: $0, frame: marks[connection.resetMilestone]?.frame ?? 0) }
    self.reset = reset
    let evidence = detail.evidence
    teardown = Teardown(
      originator.closing(evidence[.afterFIN, .originator]),
      responder.closing(evidence[.afterFIN, .responder]),
      reset: reset, kind: connection.resetKind, until: time)
    self.connection = connection
    self.detail = detail
  }

  /// One end.
  public subscript(side: FlowSide) -> EndReport { EndReport(side, self) }

  /// Letters as Zeek writes them.
  public var history: [UInt8] { connection.history.letters(detail) }

  /// Part of what was known was given up because memory ran out: counts of trouble begin anew there.
  public var hasLostDetail: Bool { connection.hasLostDetail }
}

/// What is asked of one end more than once.
private struct EndFigures: Sendable {
  /// The states that it came through, and its first FIN.
  let path: [StateChange]
  let fin: Milestone?
  let counters: TCPCounters

  init(_ end: TCPEnd, _ trouble: TroubleCounters, _ marks: Marks, _ more: [PathStep]) {
    path = marks.path(end.path, more)
    fin = marks[end.fin]
    counters = TCPCounters(end.counters, trouble)
  }

  func closing(_ late: Clue?) -> Teardown.End {
    Teardown.End(fin: fin, path: path, isHeard: counters.segments > 0, afterFIN: late?.sum ?? 0)
  }
}

/// One end of a connection.
public struct EndReport: Sendable {
  private let side: FlowSide
  private let report: ConnectionReport

  init(_ side: FlowSide, _ report: ConnectionReport) {
    self.side = side
    self.report = report
  }

  private var connection: TCPConnection { @inline(__always) get { report.connection } }
  private var detail: TCPDetail { @inline(__always) get { report.detail } }
  private var end: TCPEnd {
    @inline(__always) get { side == .originator ? report.connection.ends[0] : report.connection.ends[1] }
  }

  /// The initial sequence number: its SYN's, or a guess from the first segment seen.
  public var initialSequence: UInt32? { end.initialSequence }
  /// A SYN of this end was seen: the initial sequence number is no guess.
  public var hasSYN: Bool { end.hasSYN }
  /// What its SYN offered.
  public var offer: TCPOffer { end.offer }
  /// The state it is in.
  public var state: EndpointState { end.state }
  /// The states that it came through.
  public var path: [StateChange] { side == .originator ? report.originator.path : report.responder.path }
  /// The frame of its first FIN.
  public var finFrame: UInt64? {
    side == .originator ? report.originator.fin?.frame : report.responder.fin?.frame
  }
  /// Packets of the other end were captured: what is in flight is known.
  public var hasPeer: Bool {
    side == .originator
      ? connection.ends[1].counters.segments > 0 : connection.ends[0].counters.segments > 0
  }
  /// The most octets that were in flight.
  public var flightMax: Int64 { end.flightMax }
  /// Octets in flight behind each segment with octets, when series were asked for.
  public var flights: [FlightPoint] { side == .originator ? detail[0].series : detail[1].series }
  /// How the window that it advertised held its peer back.
  public var flowControl: FlowControlFigures { detail.control(side.rawValue).figures }
  /// Segments that it sent before the first acknowledgment of its octets; 0 when that does not show: near
  /// their receiver only with series, by the first round trip.
  public var initialWindow: UInt16 {
    side == .originator ? report.initialWindows[0] : report.initialWindows[1]
  }
  /// Its congestion window; nil for an end that never had several segments in flight.
  public var congestion: CongestionFigures? {
    detail.hasWindow(side.rawValue) ? detail.window(side.rawValue)?.figures : nil
  }
  /// Of the windows it advertised, in octets; the least is nil when none is known.
  public var windowMax: Int64 { end.windowMax }
  public var windowMin: Int64? { end.windowMin }
  /// Payload octets by sequence space: without SYN, FIN and repeats.
  public var streamOctets: Int64 { end.streamOctets }
  /// Octets of sequence space that were never captured.
  public var missedOctets: Int64 { detail.hasHoles(side.rawValue) ? detail[side.rawValue].missedOctets : 0 }

  /// What is counted of the segments it sent.
  public var counters: TCPCounters {
    @inline(__always) get { side == .originator ? report.originator.counters : report.responder.counters }
  }

  /// Round trips of the octets this end sent, in nanoseconds; nil without a sample.
  public var roundTrips: RoundTripFigures? {
    let roundTrip = end.roundTrip
    guard roundTrip.samples > 0 else { return nil }
    return RoundTripFigures(
      samples: roundTrip.samples, least: roundTrip.least, average: roundTrip.average, most: roundTrip.most,
      deviation: roundTrip.deviation, median: roundTrip.median, high: roundTrip.high)
  }

  /// Nanoseconds that the window this end advertised stood at zero, up to `time`.
  public func zeroWindowTime(until time: Int64) -> Int64 {
    detail.zeroWindowTime(side.rawValue)
      &+ (detail.zeroWindowSince(side.rawValue).map { interval($0, time) } ?? 0)
  }

  /// When TIME_WAIT ends, given a maximum segment lifetime in nanoseconds (RFC 9293 section 3.6.1).
  public func timeWaitEnd(maximumSegmentLifetime: Int64) -> Int64? {
    path.last { $0.state == .timeWait }.map { $0.time &+ 2 &* maximumSegmentLifetime }
  }

  /// Nanoseconds spent in CLOSE_WAIT, up to `time` when it is still there.
  public func closeWaitTime(until time: Int64) -> Int64? {
    let path = path
    // Of an end that was never seen nobody knows when it closed.
    guard end.counters.segments > 0 else { return nil }
    guard let at = path.firstIndex(where: { $0.state == .closeWait }) else { return nil }
    return interval(path[at].time, at + 1 < path.count ? path[at + 1].time : time)
  }
}

extension TCPConnection {
  /// Segments that an end sent before the first acknowledgment of its octets.
  fileprivate func initialWindow(of side: FlowSide, _ detail: borrowing TCPDetail) -> UInt16 {
    let (hasSYN, window) =
      side == .originator
      ? (ends[0].hasSYN, ends[0].initialWindow) : (ends[1].hasSYN, ends[1].initialWindow)
    guard hasSYN else { return 0 }
    guard opening.vantage(of: side) == .far else { return window }
    return UInt16(clamping: detail.window(side.rawValue)?.rounds.first?.segments ?? 0)
  }
}

extension TCPCounters {
  /// What every end counts, and what only trouble does.
  fileprivate init(_ usual: EndCounters, _ trouble: TroubleCounters) {
    // What was captured twice was sent once.
    segments = UInt64(usual.segments) - min(UInt64(usual.segments), trouble.duplicateFrames)
    dataSegments = UInt64(usual.dataSegments)
    dataOctets = usual.dataOctets
    keepAlives = UInt64(usual.keepAlives)
    windowUpdates = UInt64(usual.windowUpdates)
    retransmissions = trouble.retransmissions
    retransmittedOctets = trouble.retransmittedOctets
    causes = trouble.causes
    outOfOrder = trouble.outOfOrder
    duplicateFrames = trouble.duplicateFrames
    duplicateACKs = trouble.duplicateACKs
    lostSegments = trouble.lostSegments
    ackLostSegments = trouble.ackLostSegments
    zeroWindows = trouble.zeroWindows
    zeroWindowProbes = trouble.zeroWindowProbes
    windowFull = trouble.windowFull
    windowShrinks = trouble.windowShrinks
  }
}

/// Round trips in figures; times in nanoseconds.
public struct RoundTripFigures: Sendable, Equatable {
  /// Measurements by Karn's rule.
  public var samples: UInt64
  public var least: Int64
  /// The mean of the smoothed round trip (RFC 6298) over the segments that came back: what the sender
  /// believed.
  public var average: Int64
  public var most: Int64
  public var deviation: Int64
  public var median: Int64
  /// 95 of 100 samples do not exceed it.
  public var high: Int64
}
