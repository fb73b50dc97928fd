// A connection of questions and answers in three hundred and sixty octets: what its next segment changes, and
// nothing else.
//
// A journal that is full is not replayed when its connection has never had more than one segment of an end in
// flight: most that last are such, and are quiet most of the time. What an ordinary segment changes of a
// connection (`TCPConnection.takeOrdinary`) is kept here in numbers of few octets, where it lies; the rest
// follows from the opening. A segment that is anything else has it made a connection again (`Steady.whole`),
// which takes it as it would have: nobody can tell afterwards. A test holds both against each other.

internal import Wire

/// What a SYN offers, in three octets.
struct BriefOffer: Sendable, BitwiseCopyable {
  private static let unscaled: UInt8 = 15

  private(set) var maximumSegmentSize: UInt16 = 0
  /// From the lowest: the window scale, time stamps, SACK, ECN.
  private var word: UInt8 = BriefOffer.unscaled

  init() {}

  /// Nil for an offer that nobody makes, or that was cut.
  init?(_ offer: TCPOffer) {
    guard !offer.isCut, offer.windowScale ?? 0 < BriefOffer.unscaled else { return nil }
    maximumSegmentSize = offer.maximumSegmentSize
    word = offer.windowScale ?? BriefOffer.unscaled
    word |= offer.hasTimestamps ? 1 << 4 : 0
    word |= offer.isSACKPermitted ? 1 << 5 : 0
    word |= offer.hasECN ? 1 << 6 : 0
  }

  @inline(__always) var hasTimestamps: Bool { word & 1 << 4 != 0 }

  var whole: TCPOffer {
    let scale = word & 15
    return TCPOffer(
      maximumSegmentSize: maximumSegmentSize, windowScale: scale == BriefOffer.unscaled ? nil : scale,
      isSACKPermitted: word & 1 << 5 != 0, hasTimestamps: hasTimestamps, hasECN: word & 1 << 6 != 0)
  }
}

/// One end of it. Numbers are the end's own, from its initial one; times are from the first segment on;
/// frames are counted from the first as 1.
struct SteadyEnd: Sendable, BitwiseCopyable {
  /// When its peer sent something last, and last acknowledged something new.
  var lastHeard: Int64 = 0
  var landed: Int64 = 0
  /// When it last sent something new.
  var lastNew: Int64 = 0
  var roundTrip = RoundTrip()
  var initial: UInt32 = 0
  /// The number behind the highest that it sent, and what its peer has acknowledged: all that, or all but its
  /// last segment.
  var next: UInt32 = 1
  var acknowledged: UInt32 = 0
  /// The right edge of the window that it said last, in its peer's numbers; 0 when it has not.
  var edge: UInt32 = 0
  var windowMax: UInt32 = 0
  /// The highest number for none.
  var windowMin: UInt32 = .max
  /// The frame that acknowledged so much first.
  var acknowledgmentFrame: UInt32 = 0
  var flightMax: UInt32 = 0
  var stamp: UInt32 = 0
  var segments: UInt32 = 1
  var dataSegments: UInt32 = 0
  var largestFrame: UInt32 = 0
  var windowSent: UInt16 = 0
  var identification: UInt16 = 0
  var initialWindow: UInt16 = 0
  var largest: UInt16 = 0
  var lastSize: UInt16 = 0
  /// Where its segments are seen.
  var way: UInt16 = 0
  var offer = BriefOffer()
  /// From the lowest: by how many bits its windows are shifted; what the marks below say.
  private var word: UInt8 = 0
  var checks = Checks()

  var shift: UInt8 {
    @inline(__always) get { word & 15 }
    set { word = word & 0xf0 | newValue & 15 }
  }

  /// The tap is beside it.
  static let near: UInt8 = 1 << 4
  /// `TCPEnd.isLone`.
  static let lone: UInt8 = 1 << 5
  /// It has its letter in the history: for an acknowledgment, for octets.
  static let bare: UInt8 = 1 << 6
  static let laden: UInt8 = 1 << 7

  @inline(__always)
  func has(_ mark: UInt8) -> Bool { word & mark != 0 }
  @inline(__always)
  mutating func set(_ mark: UInt8, _ value: Bool = true) { word = value ? word | mark : word & ~mark }
}

/// A connection that is open, and of which each end has one segment in flight, at most.
struct Steady: Sendable, BitwiseCopyable {
  /// Numbers and times beyond these are for a connection.
  private static let numberMax: UInt32 = 1 << 30
  private static let timeMax: Int64 = 1 << 49

  /// Of the first segment.
  var start: Int64 = 0
  var firstFrame: UInt64 = 0
  /// The SYN-ACK and its ACK: nanoseconds and frames since the first segment.
  var answered: Int64 = 0
  var confirmed: Int64 = 0
  var answeredFrame: UInt32 = 0
  var confirmedFrame: UInt32 = 0
  /// The longest pause in milliseconds, and the frame that ended it.
  var pause: UInt32 = 0
  var pauseFrame: UInt32 = 0
  /// Packets whose payload was cut, and the first of them.
  var cut: UInt32 = 0
  var cutFrame: UInt32 = 0
  var ends = InlineArray<2, SteadyEnd>(repeating: SteadyEnd())
  /// The letters that the history has behind those of the SYNs, the first in the lowest octet.
  var letters: UInt32 = 0
  var segmentSize: UInt16 = 1460
  var openingACKs: UInt8 = 0

  init() {}

  // `mutating`, though they change nothing: what only reads is handed a copy of all of it.

  /// Whether a segment is one that it takes: an ordinary one (`TCPConnection.isOrdinary`,
  /// `Journal.isOrdinary`) of an end that has nothing else in flight, and no FIN.
  @inline(__always)
  mutating func isOrdinary(_ a: inout Arrival) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let marks: TCPFlags = [.syn, .fin, .rst, .ece, .ae, .ack]
    guard a.flags & marks.rawValue == TCPFlags.ack.rawValue,
      a.sequence == ends[me].initial &+ ends[me].next, !a.isMarked, a.window != 0,
      a.hasStamp == ends[me].offer.hasTimestamps, a.way == ends[me].way, a.payload <= Int(UInt16.max),
      ends[me].next < Steady.numberMax, isTold(&a),
      a.isInOrder(behind: ends[me].stamp, ends[me].identification)
    else { return false }
    // All that is in flight is acknowledged, or something is said.
    let number = a.acknowledgment &- ends[peer].initial
    let isAdvance = number != ends[peer].acknowledged
    guard isAdvance || a.payload > 0, !isAdvance || number == ends[peer].next else { return false }
    if a.payload > 0 {
      let size = UInt32(segmentSize)
      let length = UInt32(truncatingIfNeeded: a.payload)
      let room = Int32(bitPattern: ends[peer].edge &- (ends[me].next &+ length))
      guard ends[me].acknowledged == ends[me].next, length <= 2 &* size, room >= Int32(size) else {
        return false
      }
    } else if a.time &- start &- ends[peer].lastNew >= Journal.lateMin, isLate(&a) {
      return false
    }
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    if ends[me].edge == 0 { return true }
    if window < UInt32(segmentSize), window < ends[me].windowMax / 2 { return false }
    return Int32(bitPattern: ends[me].edge &- (number &+ window)) < 1 &<< Int32(ends[me].shift)
  }

  /// Whether its time and its frame can be told here, and it came behind the last.
  @inline(__always)
  private mutating func isTold(_ a: inout Arrival) -> Bool {
    let since = a.time &- start
    return since >= max(ends[0].lastHeard, ends[1].lastHeard) && since < Steady.timeMax
      && a.frame &- firstFrame < UInt64(UInt32.max)
  }

  /// Whether a late acknowledgment may have been waited for: `Journal.isLate`.
  private mutating func isLate(_ a: inout Arrival) -> Bool {
    let peer = a.side.other.rawValue
    guard ends[peer].next > 1 else { return false }
    let way = a.side == .originator ? confirmed &- answered : answered
    return a.time &- start &- ends[peer].lastNew &- way >= Journal.lateMin
  }

  /// Takes an ordinary segment: `TCPConnection.receive`.
  @inline(__always)
  mutating func take(_ a: inout Arrival) {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let since = a.time &- start
    let frame = UInt32(truncatingIfNeeded: a.frame &- firstFrame) &+ 1
    let before = max(ends[0].lastHeard, ends[1].lastHeard)
    count(&ends[me].segments)
    writeLetter(&a)
    if a.payload > 0 { send(&a, since, frame) }
    hear(&a, since, frame)
    ends[peer].lastHeard = since
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    ends[me].edge = ends[peer].acknowledged &+ window
    ends[me].windowMin = min(ends[me].windowMin, window)
    ends[me].windowMax = max(ends[me].windowMax, window)
    ends[me].windowSent = a.window
    if since &- before >= (Int64(pause) &+ 1) &* 1_000_000 {
      (pause, pauseFrame) = (UInt32(clamping: (since &- before) / 1_000_000), frame)
    }
    if a.side == .originator { Watch.count(&openingACKs) }
    if a.identification != 0, isNewest(&a) { ends[me].identification = a.identification }
    ends[me].stamp = a.stamp
  }

  /// `TCPConnection.sendOrdinary`, and what is noted of octets.
  @inline(__always)
  private mutating func send(_ a: inout Arrival, _ since: Int64, _ frame: UInt32) {
    let me = a.side.rawValue
    count(&ends[me].dataSegments)
    // `TCPConnection.noteLone`: with nothing in flight the timer was started by what landed last.
    let hasWaited = since &- ends[me].landed > RoundTrip.timeoutMin
    let jump = a.identification &- ends[me].identification
    let isLone =
      hasWaited && a.identification != 0 && ends[me].identification != 0 && jump > 1 && jump < 1 << 15
    ends[me].set(SteadyEnd.lone, isLone)
    ends[me].lastNew = since
    ends[me].next &+= UInt32(truncatingIfNeeded: a.payload)
    ends[me].flightMax = max(ends[me].flightMax, ends[me].next &- max(1, ends[me].acknowledged))
    let size = UInt16(truncatingIfNeeded: a.payload)
    ends[me].lastSize = size
    if a.isCut {
      if cut == 0 { cutFrame = frame }
      count(&cut)
    }
    if size > ends[me].largest { (ends[me].largest, ends[me].largestFrame) = (size, frame) }
  }

  /// `TCPConnection.acknowledgeOrdinary`.
  @inline(__always)
  private mutating func hear(_ a: inout Arrival, _ since: Int64, _ frame: UInt32) {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let number = a.acknowledgment &- ends[peer].initial
    ends[peer].roundTrip.observe()
    guard number != ends[peer].acknowledged else { return }
    if number > 1, ends[peer].initialWindow == 0 {
      let flight = Int64(number &- ends[peer].acknowledged)
      ends[peer].initialWindow = UInt16(clamping: Load.segments(flight, of: Int64(segmentSize)))
    }
    ends[peer].acknowledged = number
    ends[peer].landed = since
    ends[peer].roundTrip.measure(interval(ends[peer].lastNew, since))
    ends[me].acknowledgmentFrame = frame
  }

  /// The letter of a segment in the history, the first time.
  @inline(__always)
  private mutating func writeLetter(_ a: inout Arrival) {
    let me = a.side.rawValue
    let mark = a.payload > 0 ? SteadyEnd.laden : SteadyEnd.bare
    if ends[me].has(mark) { return }
    ends[me].set(mark)
    let letter = a.payload > 0 ? UInt8(ascii: "D") : UInt8(ascii: "A")
    let used = UInt32(32 &- letters.leadingZeroBitCount &+ 7) & ~7
    letters |= UInt32(a.side == .originator ? letter : letter &+ 32) &<< used
  }

  /// Whether an identification was given after the latest of its end.
  @inline(__always)
  private mutating func isNewest(_ a: inout Arrival) -> Bool {
    let most = ends[a.side.rawValue].identification
    return most == 0 || Int16(bitPattern: a.identification &- most) > 0
  }
}
