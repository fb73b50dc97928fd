// Short connections as journals: what came is written down, and made something of once, at the end.
//
// Most connections are short and have no trouble. What a connection (`TCPConnection`) works out with each
// of its segments is asked for when it ends; until then it is enough to have written down what came, as
// long as that is a SYN, its answer, and segments of the ordinary kind (`isOrdinary`). A segment that is
// anything else, or one too many, has the journal replayed into a connection first (`Tracker.unfold`),
// which then takes it as it would have: nobody can tell afterwards that there was a journal. A test holds
// both against each other.

internal import Wire

/// What a journal asks of a segment, wherever that is read.
struct Arrival {
  var side: FlowSide
  var time: Int64
  var frame: UInt64
  /// The control bits, AE included.
  var flags: UInt16
  var sequence: UInt32
  var acknowledgment: UInt32
  var window: UInt16
  /// IPv4 identification; 0 for none.
  var identification: UInt16
  /// The time stamp that it carries, if it does.
  var stamp: UInt32
  var hasStamp: Bool
  /// Octets, as the headers say; and not all of them were captured.
  var payload: Int
  var isCut: Bool
  /// It carries SACK blocks, or the network marked it.
  var isMarked: Bool
  /// Where it was seen (`Copies.way`).
  var way: UInt16
}

/// A segment that came: 24 octets.
struct JournalEntry: Sendable, BitwiseCopyable {
  /// Times are told up to so many bits, four and a half minutes.
  static let timeBits: UInt64 = 38

  /// From the lowest bit: control bits, identification, who sent it, whether it was cut, and nanoseconds
  /// since the first.
  private var word: UInt64 = 0
  /// Frames since the first.
  var frame: UInt32 = 0
  var acknowledgment: UInt32 = 0
  var stamp: UInt32 = 0
  var window: UInt16 = 0
  var payload: UInt16 = 0

  init() {}

  /// What came `since` the first segment.
  @inline(__always)
  init(_ arrival: Arrival, since: Int64, frames: UInt32) {
    word =
      UInt64(arrival.flags & 0xff) | UInt64(arrival.identification) &<< 8
      | UInt64(arrival.side.rawValue) &<< 24 | (arrival.isCut ? 1 &<< 25 : 0)
      | UInt64(bitPattern: since) &<< 26
    frame = frames
    acknowledgment = arrival.acknowledgment
    stamp = arrival.stamp
    window = arrival.window
    payload = UInt16(truncatingIfNeeded: arrival.payload)
  }

  var flags: UInt16 { UInt16(truncatingIfNeeded: word & 0xff) }
  var identification: UInt16 { UInt16(truncatingIfNeeded: word &>> 8) }
  var side: Int { Int(word &>> 24 & 1) }
  var isCut: Bool { word &>> 25 & 1 != 0 }
  /// Nanoseconds since the first segment.
  var since: Int64 { Int64(word &>> 26) }
  /// Sequence numbers that it takes.
  var length: UInt32 {
    UInt32(payload) &+ (flags & TCPFlags.syn.rawValue != 0 ? 1 : 0)
      &+ (flags & TCPFlags.fin.rawValue != 0 ? 1 : 0)
  }
}

/// What is known of one end while its connection is a journal: what its next segment is held against. Numbers
/// are those of the wire.
struct JournalEnd: Sendable, BitwiseCopyable {
  var initial: UInt32 = 0
  /// The number behind the highest that it sent.
  var next: UInt32 = 0
  /// What its peer has acknowledged.
  var acknowledged: UInt32 = 0
  /// The right edge of the window that it said last, in its peer's numbers.
  var edge: UInt32 = 0
  /// The widest window it said, in octets.
  var windowMax: UInt32 = 0
  /// The highest time stamp that it sent.
  var stamp: UInt32 = 0
  /// Where the last segment begins that it has in flight.
  var lastStart: UInt32 = 0
  /// Nanoseconds since the first segment when it last sent something for the first time.
  var lastNew: Int64 = 0
  /// The latest identification that it sent; 0 for none.
  var identification: UInt16 = 0
  var segmentSize: UInt16 = 1460
  var offer = TCPOffer()
  /// By how many bits its windows are shifted.
  var shift: UInt8 = 0
  /// It has said where its window ends, behind its SYN.
  var hasEdge = false
  var hasFIN = false
  /// Segments that it has in flight, and those of them that the last frame brought.
  var inFlight: UInt8 = 0
  var lastSegments: UInt8 = 0
  /// The tap is beside it.
  var isNear = false
  var checks = Checks()
}

/// A connection as a journal: its first segments, and behind them, in another place, some more.
struct Journal: Sendable, BitwiseCopyable {
  /// Entries that it holds itself: a handshake, a question and its answer.
  static let held = 6

  /// Of the first segment.
  let start: Int64
  let firstFrame: UInt64
  /// Nanoseconds from the first segment to the last.
  var last: Int64 = 0
  /// Nanoseconds for which an end of the connection was in TIME_WAIT in whose place this one came, -1 for
  /// none; and whether its numbers are higher (`Reuse`).
  var reusedAfter: Int64 = -1
  var isReusedNewer = false
  var ends = InlineArray<2, JournalEnd>(repeating: JournalEnd())
  var entries = InlineArray<6, JournalEntry>(repeating: JournalEntry())
  /// Where the entries behind these are, -1 for nowhere.
  var rest: Int32 = -1
  var count: UInt8 = 0
  /// Where each end's segments are seen.
  var ways: InlineArray<2, UInt16> = [0, 0]

  init(_ frame: Frame) {
    start = frame.time
    firstFrame = frame.number
  }

  /// Both ends have sent their FIN and had it acknowledged.
  @inline(__always)
  var isClosed: Bool {
    @inline(__always) mutating get {
      ends[0].hasFIN && ends[1].hasFIN && ends[0].acknowledged == ends[0].next
        && ends[1].acknowledged == ends[1].next
    }
  }

  /// What kind of flow it is: asked for until the third segment, which is the opener's.
  @inline(__always)
  mutating func classify() -> FlowClass {
    count < 3 ? .halfOpen : isClosed ? .closed : .established
  }
}

extension Journal {
  /// An acknowledgment this late is looked at (`Watch.delayedMin`), less what delays are rounded by.
  private static let lateMin: Int64 = Watch.delayedMin - 4096

  /// Whether a first segment can begin a journal: a SYN and nothing else.
  static func canBegin(_ a: Arrival) -> Bool {
    a.flags & ~(TCPFlags.ece.rawValue | TCPFlags.cwr.rawValue | TCPFlags.psh.rawValue | TCPFlags.urg.rawValue)
      == TCPFlags.syn.rawValue
      && a.payload == 0 && a.window != 0 && !a.isMarked && a.side == .originator
  }

  /// Whether a segment is the first answer to the first SYN: `TCPConnection.isAsked`.
  mutating func isAnswer(_ a: Arrival) -> Bool {
    let marks: TCPFlags = [.syn, .ack, .fin, .rst]
    return count == 1 && a.side == .responder
      && a.flags & marks.rawValue == TCPFlags.syn.rawValue | TCPFlags.ack.rawValue && a.flags <= 0xff
      && a.payload == 0 && a.acknowledgment == ends[0].next && a.window != 0 && !a.isMarked && isTold(a)
  }

  /// Whether its time and its frame can be written down, and it came behind the last.
  @inline(__always)
  private mutating func isTold(_ a: Arrival) -> Bool {
    let since = a.time &- start
    return since >= last && since < 1 &<< Int64(JournalEntry.timeBits)
      && a.frame &- firstFrame <= UInt64(UInt32.max)
  }

  /// Whether a segment is an ordinary one: `TCPConnection.isOrdinary`, of a connection without troubles,
  /// and of which nothing is so much, or so late, that it would be more than a line in the journal.
  @inline(__always)
  mutating func isOrdinary(_ a: Arrival) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let marks: TCPFlags = [.syn, .rst, .ece, .ae, .ack]
    guard a.flags & marks.rawValue == TCPFlags.ack.rawValue, a.sequence == ends[me].next, !a.isMarked,
      a.window != 0, a.hasStamp == ends[me].offer.hasTimestamps, a.way == ways[me], isTold(a),
      count > 2 || (count == 2 && a.side == .originator), a.payload <= Int(UInt16.max), isInOrder(a)
    else { return false }
    // Of what is in flight something is acknowledged, up to the end of a segment, or something is said.
    let (heard, flight) = (
      a.acknowledgment &- ends[peer].acknowledged, ends[peer].next &- ends[peer].acknowledged
    )
    let length = UInt32(truncatingIfNeeded: a.payload) &+ UInt32(a.flags & TCPFlags.fin.rawValue)
    guard heard <= flight, heard > 0 || (length > 0 && count > 2),
      heard == 0 || heard == flight || a.acknowledgment == ends[peer].lastStart
    else { return false }
    if length > 0, !canSend(a, length) { return false }
    // A FIN that crosses another is an odd one.
    if a.flags & TCPFlags.fin.rawValue != 0, ends[peer].hasFIN, heard != flight { return false }
    if a.payload == 0, !ends[peer].hasFIN, a.time &- start &- ends[peer].lastNew >= Journal.lateMin, isLate(a)
    {
      return false
    }
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    guard ends[me].hasEdge else { return true }
    if window < UInt32(ends[peer].segmentSize), window < ends[me].windowMax / 2 { return false }
    let gone = Int32(bitPattern: ends[me].edge &- (a.acknowledgment &+ window))
    return gone < 1 &<< Int32(ends[me].shift)
  }

  /// Whether the marks of a segment say that it was sent behind those that came: `TCPEnd.wasOvertaken`.
  @inline(__always)
  private mutating func isInOrder(_ a: Arrival) -> Bool {
    let me = a.side.rawValue
    if a.hasStamp, a.stamp != ends[me].stamp { return Int32(bitPattern: a.stamp &- ends[me].stamp) > 0 }
    guard a.identification != 0, ends[me].identification != 0 else { return true }
    return Int16(bitPattern: a.identification &- ends[me].identification) > 0
  }

  /// Whether what an end sends is taken by its peer, and no bulk transfer yet.
  @inline(__always)
  private mutating func canSend(_ a: Arrival, _ length: UInt32) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    if ends[me].hasFIN { return false }
    if a.payload == 0 { return true }
    let size = UInt32(ends[me].segmentSize)
    if ends[peer].hasFIN || Int32(bitPattern: ends[peer].edge &- (a.sequence &+ length)) < Int32(size) {
      return false
    }
    if ends[me].inFlight == 0 { return length <= 2 &* size }
    return Int32(ends[me].inFlight) &+ Load.segments(Int64(length), of: Int64(size)) < Congestion.bulkMin
  }

  /// Whether a late acknowledgment may have been waited for (`TCPConnection.noteStall`): later than the
  /// way to the end that sends it and back accounts for.
  private mutating func isLate(_ a: Arrival) -> Bool {
    let peer = a.side.other.rawValue
    guard ends[peer].next &- ends[peer].initial > 1 else { return false }
    let (asked, answered) = a.side == .originator ? (1, 2) : (0, 1)
    let way = entries[answered].since &- entries[asked].since
    return a.time &- start &- ends[peer].lastNew &- way >= Journal.lateMin
  }
}

extension Journal {
  /// Writes down the first SYN, or the answer to it, with what it offers.
  mutating func begin(_ a: Arrival, _ offer: TCPOffer) {
    let me = a.side.rawValue
    ends[me].initial = a.sequence
    ends[me].next = a.sequence &+ 1
    ends[me].acknowledged = a.sequence
    ends[me].lastStart = a.sequence
    ends[me].offer = offer
    // Not scaled (RFC 7323 section 2.2).
    ends[me].windowMax = UInt32(a.window)
    ends[me].lastNew = a.time &- start
    (ends[me].inFlight, ends[me].lastSegments) = (1, 1)
    (ends[me].stamp, ends[me].identification) = (a.stamp, a.identification)
    ways[me] = a.way
    if a.side == .responder { agree(a) }
  }

  /// Both ends have said what they offer.
  private mutating func agree(_ a: Arrival) {
    ends[0].acknowledged = ends[0].next
    ends[0].inFlight = 0
    ends[1].edge = a.acknowledgment &+ UInt32(a.window)
    ends[1].hasEdge = true
    let isScaled = ends[0].offer.windowScale != nil && ends[1].offer.windowScale != nil
    for i in 0..<2 {
      ends[i].segmentSize = ends[i].offer.agreedSize(with: ends[1 - i].offer)
      if isScaled { ends[i].shift = min(ends[i].offer.windowScale ?? 0, 14) }
    }
  }

  /// Takes an ordinary segment into account.
  @inline(__always)
  mutating func take(_ a: Arrival) {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let length = UInt32(truncatingIfNeeded: a.payload) &+ UInt32(a.flags & TCPFlags.fin.rawValue)
    if a.acknowledgment != ends[peer].acknowledged {
      // What is left of it is what the last frame brought.
      ends[peer].inFlight = a.acknowledgment == ends[peer].next ? 0 : ends[peer].lastSegments
      ends[peer].acknowledged = a.acknowledgment
    }
    if length > 0 {
      let segments = UInt8(
        truncatingIfNeeded: Load.segments(Int64(length), of: Int64(ends[me].segmentSize)))
      ends[me].inFlight &+= segments
      ends[me].lastSegments = segments
      ends[me].lastStart = a.sequence
      ends[me].next = a.sequence &+ length
      ends[me].lastNew = a.time &- start
      if a.flags & TCPFlags.fin.rawValue != 0 { ends[me].hasFIN = true }
    }
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    ends[me].edge = a.acknowledgment &+ window
    ends[me].hasEdge = true
    ends[me].windowMax = max(ends[me].windowMax, window)
    ends[me].stamp = a.stamp
    if a.identification != 0, isNewest(a) { ends[me].identification = a.identification }
    if count == 2 { findTap(a) }
  }

  /// Whether an identification was given after the latest of its end.
  @inline(__always)
  private mutating func isNewest(_ a: Arrival) -> Bool {
    let most = ends[a.side.rawValue].identification
    return most == 0 || Int16(bitPattern: a.identification &- most) > 0
  }

  /// The opening is complete: which end answers at once.
  private mutating func findTap(_ a: Arrival) {
    var opening = Opening()
    (opening.syn, opening.synACK, opening.ack) = (0, 1, 2)
    opening.there = BriefTime(entries[1].since)
    opening.here = BriefTime(a.time &- start &- entries[1].since)
    ends[0].isNear = opening.vantage(of: .originator) == .near
    ends[1].isNear = opening.vantage(of: .responder) == .near
  }
}
