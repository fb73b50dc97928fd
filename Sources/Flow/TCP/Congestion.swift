// One end's congestion window, as far as its packets show it: when it is told of them, and where it is kept.

internal import Wire

/// Segments in flight: sent and not acknowledged, and how many of these have been told to have arrived.
struct Load: Sendable, Equatable {
  var segments: Int32 = 0
  var selected: Int32 = 0

  /// Segments in so many octets of one frame, with full segments of `size`.
  @inline(__always)
  static func segments(_ octets: Int64, of size: Int64) -> Int32 {
    if octets <= size { return 1 }
    return clamped((octets &+ size &- 1) / size)
  }

  /// What the congestion window holds (RFC 6675's pipe, without what is thought to be lost).
  var pipe: Int32 { segments &- selected }
}

/// The replayed window of an end that sends in bulk; nothing for an end that does not.
struct Congestion: Sendable {
  /// So many segments in flight make a bulk transfer: less shows no window.
  static let bulkMin: Int32 = 3

  /// None or one: most ends need none.
  private var windows: [SenderWindow] = []

  var isBlank: Bool { windows.isEmpty }
  /// Octets on the heap.
  mutating func octets() -> Int {
    windows.isEmpty ? 0 : MemoryLayout<SenderWindow>.stride + windows[0].octets()
  }

  /// What was replayed.
  var window: SenderWindow? { windows.first }

  /// Begins when there is enough in flight to see a window by.
  mutating func begin(_ window: SenderWindow) {
    if windows.isEmpty { windows = [window] }
  }

  /// New octets or repeats of old ones.
  mutating func send(_ sent: SentSegments) {
    if !windows.isEmpty { windows[0].send(sent) }
  }

  /// An acknowledgment.
  mutating func hear(_ heard: HeardSegment) {
    if !windows.isEmpty { windows[0].hear(heard) }
  }
}

/// What an end sent, as its congestion window sees it.
struct SentSegments: Sendable {
  enum Cause: Sendable { case fast, timer, tailLossProbe }

  var time: Int64
  /// Segments that had not been sent before; 0 for a repeat.
  var segments: Int32
  var payload: Int64
  /// Why it repeats; nil for new octets.
  var cause: Cause?
  var isRepeat: Bool
  /// It carries PSH: nothing was written behind it when it was put together (RFC 9293 section 3.9.1.2).
  var isPushed: Bool
  /// The time stamp that it carries, and the peer's that it echoes.
  var timestamp: UInt32?
  var echo: UInt32?
  /// The number behind the highest sent.
  var highest: Int64
  /// In flight before.
  var before: Load
  /// The retransmission timer (RFC 6298).
  var timeout: Int64
}

/// What an end was told, as its congestion window sees it.
struct HeardSegment: Sendable {
  var time: Int64
  /// Everything below has been acknowledged.
  var acknowledged: Int64
  /// It acknowledges more than was acknowledged before.
  var isAdvance: Bool
  var isDuplicate: Bool
  /// Selective acknowledgment is in use: without it, duplicates are all that tells of arrivals.
  var isSelective: Bool
  /// In flight before and after.
  var before: Load
  var after: Load
  var highest: Int64
  /// Up to where the receiver takes octets; nil when the window's scale is unknown.
  var edge: Int64?
  /// A round trip that it measured.
  var sample: Int64?
  var smoothed: Int64
  var least: Int64
  /// The network marked a packet (RFC 3168 section 6.1.2).
  var tellsCongestion: Bool
  /// It tells of octets that came twice and that the sender had sent again (RFC 2883).
  var tellsRepeat: Bool
  /// The time stamp that it carries, and the sender's that it echoes.
  var timestamp: UInt32?
  var echo: UInt32?
}

extension TCPConnection {
  /// Octets of a full segment of one end, by both offers.
  func agreedSize(of end: Int) -> UInt16 { ends[end].offer.agreedSize(with: ends[1 - end].offer) }

  /// What an end has in flight.
  @inline(__always)
  mutating func load(of end: Int, _ detail: inout TCPDetail) -> Load {
    if ends[end].single.isEmpty { return detail.load(end) }
    let (length, size) = (ends[end].single.length, ends[end].segmentSize)
    return Load(segments: Load.segments(Int64(length), of: Int64(size)))
  }

  /// Tells an end's window what the end has sent.
  mutating func noteSent(
    _ segment: Segment, _ verdict: inout Verdict, _ before: Load, _ detail: inout TCPDetail
  ) {
    if segment.payload > 0 || verdict.analysis.contains(.zeroWindowProbe) {
      noteRoom(segment, verdict, &detail)
    }
    if segment.payload > 0 { noteLoad(segment, &verdict, before, &detail) }
  }

  /// The same of octets, behind what was in flight before them.
  mutating func noteLoad(
    _ segment: Segment, _ verdict: inout Verdict, _ before: Load, _ detail: inout TCPDetail
  ) {
    if isOnlyJudged { return }
    let me = segment.side.rawValue
    let load = load(of: me, &detail)
    if !detail.hasWindow(me) {
      guard keepsSeries || load.segments >= Congestion.bulkMin else { return }
      begin(segment, &detail)
    }
    let isRepeat = verdict.analysis.contains(.retransmission)
    let segments = load.segments &- before.segments
    guard segments > 0 || isRepeat else { return }
    detail[atWork: me].congestion.send(
      SentSegments(
        time: segment.time, segments: max(0, segments),
        payload: segment.payload, cause: SentSegments.Cause(verdict.analysis),
        isRepeat: isRepeat, isPushed: segment.flags.contains(.psh), timestamp: segment.timestamps?.value,
        echo: segment.timestamps?.echo,
        highest: ends[me].highest, before: before,
        timeout: ends[me].roundTrip.timeout))
  }

  /// An end has enough in flight to see a window by.
  private mutating func begin(_ segment: Segment, _ detail: inout TCPDetail) {
    let handshake = handshake(detail)
    let roundTrip = (handshake.synACKDelay ?? 0) &+ (handshake.ackDelay ?? 0)
    let window = SenderWindow(
      segmentSize: Int64(ends[segment.side.rawValue].segmentSize), keepsSeries: keepsSeries,
      isNear: opening.vantage(of: segment.side) != .far, roundTrip: roundTrip,
      start: handshake.synTime ?? segment.time, opened: handshake.ackTime ?? segment.time, time: segment.time,
      before: segment.sequence - 1)
    detail[segment.side.rawValue].congestion.begin(window)
  }

  /// Tells the peer's window what a segment told the peer.
  mutating func tellWindow(
    _ segment: Segment, _ verdict: inout Verdict, _ before: Load, isAdvance: Bool, tellsRepeat: Bool,
    sample: Int64?, _ detail: inout TCPDetail
  ) {
    let peer = segment.side.other.rawValue
    if isAdvance, segment.acknowledgment > 1, ends[peer].initialWindow == 0 {
      ends[peer].initialWindow = UInt16(clamping: before.segments)
    }
    guard detail.hasWindow(peer), segment.acknowledgment >= ends[peer].acknowledged else { return }
    let (flags, after) = (segment.flags, load(of: peer, &detail))
    let (smoothed, least) = (ends[peer].roundTrip.smoothed, ends[peer].roundTrip.least)
    detail[peer].congestion.hear(
      HeardSegment(
        time: segment.time, acknowledged: ends[peer].acknowledged, isAdvance: isAdvance,
        isDuplicate: verdict.analysis.contains(.duplicateACK),
        isSelective: segment.sackCount > 0
          || (ends[0].offer.isSACKPermitted && ends[1].offer.isSACKPermitted), before: before,
        after: after, highest: ends[peer].highest,
        edge: verdict.window.map { segment.acknowledgment &+ $0 }, sample: sample,
        smoothed: smoothed, least: least,
        tellsCongestion: flags.contains(.ece) && !flags.contains(.syn) && ends[0].offer.hasECN
          && ends[1].offer.hasECN,
        tellsRepeat: tellsRepeat, timestamp: segment.timestamps?.value,
        echo: segment.timestamps?.echo))
  }
}

extension SentSegments.Cause {
  /// What the verdict on a repeat says; nil when it says nothing.
  init?(_ analysis: Analysis) {
    if analysis.contains(.fastRetransmission) {
      self = .fast
    } else if analysis.contains(.rtoRetransmission) {
      self = .timer
    } else if analysis.contains(.tailLossProbe) {
      self = .tailLossProbe
    } else {
      return nil
    }
  }
}
