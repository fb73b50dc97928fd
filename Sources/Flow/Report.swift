// What the views ask of a connection: figures that are made from what is kept.

internal import Wire

/// A connection as it was when its flow ended or was reported: both ends with all that is known of them. A
/// class, made once for a flow that ends: views ask it for a hundred things, and it has two kilobytes.
public final class ConnectionReport: Sendable {
  let connection: TCPConnection
  let detail: TCPDetail
  /// How it was opened.
  public let handshake: Handshake
  /// The states that each end came through.
  fileprivate let paths: InlineArray<2, [StateChange]>

  init(_ connection: TCPConnection, _ detail: TCPDetail) {
    self.connection = connection
    self.detail = detail
    handshake = connection.handshake(detail)
    paths = [connection.path(of: .originator, detail), connection.path(of: .responder, detail)]
  }

  /// One end.
  public subscript(side: FlowSide) -> EndReport { EndReport(side, self) }

  /// Who sent a reset that ended it, and its frame.
  public var reset: (side: FlowSide, frame: UInt64)? {
    connection.reset.map { ($0, connection.milestone(connection.resetMilestone, detail)?.frame ?? 0) }
  }

  /// Letters as Zeek writes them.
  public var history: [UInt8] { connection.history.letters(detail) }

  /// Part of what was known was given up because memory ran out: counts of trouble begin anew there.
  public var hasLostDetail: Bool { connection.hasLostDetail }
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
  private var end: TCPEnd { @inline(__always) get { report.connection.ends[side.rawValue] } }
  private var more: TCPEndDetail { @inline(__always) get { report.detail[side.rawValue] } }

  /// The initial sequence number: its SYN's, or a guess from the first segment seen.
  public var initialSequence: UInt32? { end.initialSequence }
  /// A SYN of this end was seen: the initial sequence number is no guess.
  public var hasSYN: Bool { end.hasSYN }
  /// What its SYN offered.
  public var offer: TCPOffer { end.offer }
  /// The state it is in.
  public var state: EndpointState { end.state }
  /// The states that it came through.
  public var path: [StateChange] { report.paths[side.rawValue] }
  /// The frame of its first FIN.
  public var finFrame: UInt64? { connection.milestone(end.fin, detail)?.frame }
  /// Packets of the other end were captured: what is in flight is known.
  public var hasPeer: Bool { connection.ends[side.other.rawValue].counters.segments > 0 }
  /// The most octets that were in flight.
  public var flightMax: Int64 { end.flightMax }
  /// Octets in flight behind each segment with octets, when series were asked for.
  public var flights: [FlightPoint] { more.series }
  /// How the window that it advertised held its peer back.
  public var flowControl: FlowControlFigures { more.control.figures }
  /// Segments that it sent before the first acknowledgment of its octets; 0 when that does not show: near
  /// their receiver only with series, by the first round trip.
  public var initialWindow: UInt16 {
    guard end.hasSYN else { return 0 }
    guard connection.vantage(of: side, detail) == .far else { return end.initialWindow }
    return UInt16(clamping: more.congestion.window?.rounds.first?.segments ?? 0)
  }
  /// Its congestion window; nil for an end that never had several segments in flight.
  public var congestion: CongestionFigures? { more.congestion.window?.figures }
  /// Of the windows it advertised, in octets; the least is nil when none is known.
  public var windowMax: Int64 { end.windowMax }
  public var windowMin: Int64? { end.windowMin }
  /// Payload octets by sequence space: without SYN, FIN and repeats.
  public var streamOctets: Int64 { end.streamOctets }
  /// Octets of sequence space that were never captured.
  public var missedOctets: Int64 { more.missedOctets }

  /// What is counted of the segments it sent.
  public var counters: TCPCounters {
    let usual = end.counters
    let trouble = more.counters
    var counters = TCPCounters()
    // What was captured twice was sent once.
    counters.segments = UInt64(usual.segments) - min(UInt64(usual.segments), trouble.duplicateFrames)
    counters.dataSegments = UInt64(usual.dataSegments)
    counters.dataOctets = usual.dataOctets
    counters.keepAlives = UInt64(usual.keepAlives)
    counters.windowUpdates = UInt64(usual.windowUpdates)
    counters.retransmissions = trouble.retransmissions
    counters.retransmittedOctets = trouble.retransmittedOctets
    counters.causes = trouble.causes
    counters.outOfOrder = trouble.outOfOrder
    counters.duplicateFrames = trouble.duplicateFrames
    counters.duplicateACKs = trouble.duplicateACKs
    counters.lostSegments = trouble.lostSegments
    counters.ackLostSegments = trouble.ackLostSegments
    counters.zeroWindows = trouble.zeroWindows
    counters.zeroWindowProbes = trouble.zeroWindowProbes
    counters.windowFull = trouble.windowFull
    counters.windowShrinks = trouble.windowShrinks
    return counters
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
    more.zeroWindowTime &+ (more.zeroWindowSince.map { interval($0, time) } ?? 0)
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
