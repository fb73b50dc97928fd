// What the views ask of a connection: figures that are made from what is kept.

internal import Wire

/// What a report that was made of a journal has for the rules.
enum JournalKind: Sendable {
  /// It was not made of a journal at once.
  case none
  /// Nothing but for the rule on TIME_WAIT.
  case ordinary
  /// Nothing but for the rules on the opening and the end: it was refused, reset, or not answered.
  case brief
}

/// A connection as it was when its flow ended or was reported: both ends with all that is known of them.
/// Plain values, which are filled in place.
public struct ConnectionReport: Sendable {
  var connection = TCPConnection()
  /// What it knew beyond, one or none; a connection without troubles has none.
  var details: [TCPDetail] = []
  /// How it was opened.
  public var handshake = Handshake()
  /// How it was closed.
  public var teardown = Teardown()
  /// Where the tap is, from the delays of this connection.
  public internal(set) var tap = Tap()
  /// Who sent a reset that ended it, and its frame.
  public internal(set) var reset: (side: FlowSide, frame: UInt64)?
  /// How it took the place of a connection in TIME_WAIT, when no evidence says so.
  var reuse: Reuse?
  /// Whether it was made of a plain journal at once, and who may speak of it.
  var journalKind = JournalKind.none
  /// The ends.
  public var originator = EndReport()
  public var responder = EndReport()

  /// Nothing yet.
  init() {}

  /// Makes it the report of its connection at `time`, which may be later than its last packet.
  mutating func fill(_ details: [TCPDetail], at time: Int64) {
    self.details = details
    journalKind = .none
    reuse = nil
    var marks = Marks(
      start: connection.start, connection.firstFrame, &self.connection.milestones,
      details.isEmpty ? [] : details[0].milestones)
    let areHeard = (connection.ends[0].counters.segments > 0, connection.ends[1].counters.segments > 0)
    originator.fill(&self.connection.ends[0], .originator, details, &marks, hasPeer: areHeard.1)
    responder.fill(&self.connection.ends[1], .responder, details, &marks, hasPeer: areHeard.0)
    originator.initialWindow = self.connection.initialWindow(of: .originator, details)
    responder.initialWindow = self.connection.initialWindow(of: .responder, details)
    handshake = Handshake(
      connection.opening, marks, lastSYNTime: details.isEmpty ? nil : details[0].lastSYNTime)
    tap = Tap(connection)
    reset = nil
    if let side = connection.reset { reset = (side, marks[connection.resetMilestone]?.frame ?? 0) }
    teardown = Teardown(
      originator.closing(marks.mark(connection.ends[0].fin), reset?.frame),
      responder.closing(marks.mark(connection.ends[1].fin), reset?.frame),
      reset: reset, kind: connection.resetKind, until: time)
  }

  /// Puts the letters of the history in their place.
  mutating func fill(_ history: inout HistoryLetters) {
    history.fill(&connection.history, details.isEmpty ? [] : details[0].history.written)
  }

  /// One end.
  public subscript(side: FlowSide) -> EndReport {
    @inline(__always) get { side == .originator ? originator : responder }
  }

  /// Lends one end where it is.
  @inline(__always)
  mutating func at<Value>(_ side: FlowSide, _ body: (inout EndReport) -> Value) -> Value {
    side == .originator ? body(&originator) : body(&responder)
  }

  /// Octets of both ends' sequence space that were never captured.
  public var missedOctets: Int64 {
    mutating get { originator.missedOctets + responder.missedOctets }
  }

  /// What it knew beyond, when it did.
  var detail: TCPDetail? { details.first }
  /// It knew nothing beyond.
  var isPlain: Bool { @inline(__always) get { details.isEmpty } }
  /// What the findings rest on.
  var evidence: Evidence { details.isEmpty ? Evidence() : details[0].evidence }
  /// Whether trouble was counted at an end.
  mutating func hasTrouble() -> Bool { !details.isEmpty && details[0].hasTrouble }

  /// Part of what was known was given up because memory ran out: counts of trouble begin anew there.
  public var hasLostDetail: Bool { connection.hasLostDetail }
}

/// One end of a connection.
public struct EndReport: Sendable {
  var details: [TCPDetail] = []
  var side = FlowSide.originator
  /// Nothing is known of it but what is known of an end without troubles: no flights, no congestion window,
  /// no flow control, no gaps.
  public internal(set) var isPlain = true
  /// The initial sequence number: its SYN's, or a guess from the first segment seen.
  public internal(set) var initialSequence: UInt32?
  /// A SYN of this end was seen: the initial sequence number is no guess.
  public internal(set) var hasSYN = false
  /// What its SYN offered.
  public internal(set) var offer = TCPOffer()
  /// The state it is in.
  public internal(set) var state = EndpointState.closed
  /// Packets of the other end were captured: what is in flight is known.
  public internal(set) var hasPeer = false
  /// Segments that it sent before the first acknowledgment of its octets; 0 when that does not show: near
  /// their receiver only with series, by the first round trip.
  public internal(set) var initialWindow: UInt16 = 0
  /// The most octets that were in flight.
  public internal(set) var flightMax: Int64 = 0
  /// Of the windows it advertised, in octets; the least is nil when none is known.
  public internal(set) var windowMax: Int64 = 0
  public internal(set) var windowMin: Int64?
  /// Payload octets by sequence space: without SYN, FIN and repeats.
  public internal(set) var streamOctets: Int64 = 0
  /// The frame of its first FIN.
  public internal(set) var finFrame: UInt64?
  /// The states that it came through.
  public var path = StatePath()
  /// What is counted of the segments it sent.
  public var counters = TCPCounters()
  /// Round trips of the octets this end sent, in nanoseconds; nil without a sample.
  public internal(set) var roundTrips: RoundTripFigures?

  /// Nothing yet.
  init() {}

  fileprivate mutating func fill(
    _ end: inout TCPEnd, _ side: FlowSide, _ details: [TCPDetail], _ marks: inout Marks, hasPeer: Bool
  ) {
    self.details = details
    isPlain = details.isEmpty
    self.side = side
    self.hasPeer = hasPeer
    (initialSequence, hasSYN, offer, state) = (end.initialSequence, end.hasSYN, end.offer, end.state)
    (flightMax, windowMax, windowMin) = (end.flightMax, end.windowMax, end.windowMin)
    streamOctets = end.streamOctets
    finFrame = marks.mark(end.fin)?.frame
    marks.fill(&path, &end.path, details.isEmpty ? [] : details[0].path(side.rawValue))
    counters.fill(end.counters)
    if !details.isEmpty { counters.fill(details[0].trouble(side.rawValue)) }
    roundTrips = RoundTripFigures(end.roundTrip)
  }

  /// What it did to close.
  fileprivate mutating func closing(_ fin: Milestone?, _ resetFrame: UInt64?) -> Teardown.End {
    Teardown.End(
      fin: fin, path: &path, isHeard: counters.segments > 0,
      afterFIN: details.isEmpty ? 0 : details[0].evidence[.afterFIN, side]?.sum ?? 0, resetFrame: resetFrame)
  }

  // Made of what is kept where it is: who only reads would be handed a copy of the report, and most ends have
  // none of this.

  /// Octets in flight behind each segment with octets, when series were asked for.
  public var flights: [FlightPoint] {
    mutating get { details.isEmpty ? [] : details[0].series(side.rawValue) }
  }
  /// How the window that it advertised held its peer back.
  public var flowControl: FlowControlFigures {
    mutating get { (details.isEmpty ? FlowControl() : details[0].control(side.rawValue)).figures }
  }
  /// Its congestion window; nil for an end that never had several segments in flight.
  public var congestion: CongestionFigures? {
    mutating get {
      guard !details.isEmpty, details[0].hasWindow(side.rawValue) else { return nil }
      return details[0].window(side.rawValue)?.figures
    }
  }
  /// Octets of sequence space that were never captured.
  public var missedOctets: Int64 {
    mutating get { details.isEmpty ? 0 : details[0].missedOctets(side.rawValue) }
  }

  /// Nanoseconds that the window this end advertised stood at zero, up to `time`.
  public mutating func zeroWindowTime(until time: Int64) -> Int64 {
    if details.isEmpty { return 0 }
    return details[0].zeroWindowTime(side.rawValue)
      &+ (details[0].zeroWindowSince(side.rawValue).map { interval($0, time) } ?? 0)
  }

  /// When TIME_WAIT ends, given a maximum segment lifetime in nanoseconds (RFC 9293 section 3.6.1).
  public mutating func timeWaitEnd(maximumSegmentLifetime: Int64) -> Int64? {
    path.timeWait.map { $0.time &+ 2 &* maximumSegmentLifetime }
  }

  /// Nanoseconds spent in CLOSE_WAIT, up to `time` when it is still there.
  public mutating func closeWaitTime(until time: Int64) -> Int64? {
    // Of an end that was never seen nobody knows when it closed.
    guard counters.segments > 0 || counters.duplicateFrames > 0 else { return nil }
    guard let change = path.closeWait else { return nil }
    return interval(change.time, path.closeWaitEnd ?? time)
  }
}

extension TCPConnection {
  /// Segments that an end sent before the first acknowledgment of its octets.
  fileprivate mutating func initialWindow(of side: FlowSide, _ details: [TCPDetail]) -> UInt16 {
    let (hasSYN, window) =
      side == .originator
      ? (ends[0].hasSYN, ends[0].initialWindow) : (ends[1].hasSYN, ends[1].initialWindow)
    guard hasSYN else { return 0 }
    guard opening.vantage(of: side) == .far else { return window }
    if details.isEmpty { return 0 }
    return UInt16(clamping: details[0].window(side.rawValue)?.rounds.first?.segments ?? 0)
  }
}

extension TCPCounters {
  /// What every end counts; nothing else.
  mutating func fill(_ usual: EndCounters) {
    self = TCPCounters()
    segments = UInt64(usual.segments)
    dataSegments = UInt64(usual.dataSegments)
    dataOctets = usual.dataOctets
    keepAlives = UInt64(usual.keepAlives)
    windowUpdates = UInt64(usual.windowUpdates)
  }

  /// What only trouble counts, beside that.
  fileprivate mutating func fill(_ trouble: TroubleCounters) {
    // What was captured twice was sent once.
    segments -= min(segments, trouble.duplicateFrames)
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

extension RoundTripFigures {
  /// Of an end's samples; nil when there are none.
  init?(_ roundTrip: RoundTrip) {
    guard roundTrip.samples > 0 else { return nil }
    samples = roundTrip.samples
    (least, average, most) = (roundTrip.least, roundTrip.average, roundTrip.most)
    deviation = roundTrip.deviation
    (median, high) = roundTrip.quantilePair
  }
}
