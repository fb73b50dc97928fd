// Short connections as journals: what came is written down, and made something of once, at the end.
//
// Most connections are short and have no trouble. What a connection (`TCPConnection`) works out with each
// of its segments is asked for when it ends; until then it is enough to have written down what came, as
// long as that is a SYN, its answer, segments of the ordinary kind (JournalRules.swift), and at most a RST
// behind them. A segment that is anything else, or one too many, has the journal replayed into a connection
// first (`Tracker.unfold`), which then takes it as it would have: nobody can tell afterwards that there was a
// journal. A test holds both against each other.

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

  /// Nothing came.
  static var none: Arrival {
    Arrival(
      side: .originator, time: 0, frame: 0, flags: 0, sequence: 0, acknowledgment: 0, window: 0,
      identification: 0, stamp: 0, hasStamp: false, payload: 0, isCut: false, isMarked: false, way: 0)
  }

  /// Whether its marks say that it was sent behind what its end sent last, which carried this time stamp and
  /// this identification: `TCPEnd.wasOvertaken`.
  @inline(__always)
  func isInOrder(behind lastStamp: UInt32, _ lastIdentification: UInt16) -> Bool {
    if hasStamp, stamp != lastStamp { return Int32(bitPattern: stamp &- lastStamp) > 0 }
    guard identification != 0, lastIdentification != 0 else { return true }
    return Int16(bitPattern: identification &- lastIdentification) > 0
  }
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
  private(set) var start: Int64
  private(set) var firstFrame: UInt64
  /// Nanoseconds from the first segment to the last.
  var last: Int64 = 0
  /// Nanoseconds for which an end of the connection was in TIME_WAIT in whose place this one came, -1 for
  /// none; and whether its numbers are higher (`Reuse`).
  var reusedAfter: Int64 = -1
  var isReusedNewer = false
  /// Its last entry is a RST, which ended it; and that one has a time stamp (JournalReset.swift).
  var isReset = false
  var hasResetStamp = false
  var ends = InlineArray<2, JournalEnd>(repeating: JournalEnd())
  var entries = InlineArray<6, JournalEntry>(repeating: JournalEntry())
  /// Where the entries behind these are, -1 for nowhere.
  var rest: Int32 = -1
  var count: UInt8 = 0
  /// The last late acknowledgment, by how many segments came with it, and its end in the lowest bit.
  var late: UInt8 = 0
  /// Where each end's segments are seen.
  var ways: InlineArray<2, UInt16> = [0, 0]

  init(_ frame: Frame) {
    start = frame.time
    firstFrame = frame.number
  }

  /// Makes it one that begins with a frame, in the place of another. Of what is not counted nothing is asked:
  /// it is not written.
  @inline(__always)
  mutating func begin(_ frame: Frame) {
    (start, firstFrame, last) = (frame.time, frame.number, 0)
    (reusedAfter, isReusedNewer, isReset) = (-1, false, false)
    ends = InlineArray(repeating: JournalEnd())
    (rest, count, late) = (-1, 0, 0)
  }

  /// What is written down of a segment.
  @inline(__always)
  mutating func entry(_ arrival: inout Arrival) -> JournalEntry {
    JournalEntry(
      arrival, since: arrival.time &- start, frames: UInt32(truncatingIfNeeded: arrival.frame &- firstFrame))
  }

  /// Writes a segment down, and counts it: one for which there is no room here, its store writes down.
  @inline(__always)
  mutating func write(_ arrival: inout Arrival) {
    if count < Journal.held { entries[Int(count)] = entry(&arrival) }
    count &+= 1
    last = arrival.time &- start
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
    if isReset { return count < 3 ? .refused : .closed }
    return count < 3 ? .halfOpen : isClosed ? .closed : .established
  }
}
