// What a connection holds only while something is going on in it: octets in flight, trouble, a bulk transfer.

internal import Wire

/// The part of a connection's state that most connections do without most of the time.
///
/// A connection (`TCPConnection`, `TCPEnd`) is small, and there may be millions. Whatever is a list, or is
/// needed only in trouble or in a bulk transfer, lives here. How to add state of one's own:
///
/// 1. Write it as a struct in a file of its own, whose initial value means "nothing", with `isBlank` and,
///    when it holds lists, `octets`.
/// 2. Make it one stored property of `TCPEndDetail` (or of `TCPDetail`, when it belongs to both ends), and
///    name it in `isBlank` and in `octets` below.
/// 3. Use it as `detail[me].own`: every part of a connection is handed `_ detail: inout TCPDetail`, whether
///    the connection holds one or not. What was nothing and is something after a packet is kept for the
///    connection; what is nothing again is given to the next that needs one (`DetailPool`). There is nothing
///    to take and nothing to give back.
/// 4. Do not write without need: every write through `detail[me]` asks for a look whether it is blank.
///
/// What is here may be given up when the memory for all details runs out (`Limits.detailsMax`): the
/// connection is then marked, and its record says so.
public struct TCPDetail: Sendable {
  private var ends = InlineArray<2, TCPEndDetail>(repeating: TCPEndDetail())
  /// When the SYN came that was sent last before it was answered, if it was sent more than once.
  var lastSYNTime: Int64?
  /// What the letters of the history need in trouble.
  var history = HistoryDetail()
  /// Milestones beyond those that a connection holds itself.
  var milestones: [Milestone] = []
  /// What the findings rest on.
  var evidence = Evidence()
  private(set) var keepsEvidence = true
  /// Written to since `DetailPool` looked.
  var isTouched = false
  /// Written to as well, but whatever is counted of it is what it was.
  var isUsed = false
  /// It belongs to a connection. What belongs to none, and was not written to, is blank: nothing in it need
  /// be looked at.
  var isHeld = false

  /// Nothing; without evidence when nobody asks for findings.
  init(keepsEvidence: Bool = true) { self.keepsEvidence = keepsEvidence }

  /// Makes it blank. Part by part: of a blank one that is copied, dozens of empty lists would be retained.
  mutating func clear() {
    ends[0] = TCPEndDetail()
    ends[1] = TCPEndDetail()
    (lastSYNTime, history, milestones) = (nil, HistoryDetail(), [])
    evidence = Evidence()
    (isTouched, isUsed, isHeld) = (false, false, false)
  }

  /// Whether there can be anything in it.
  var mayHold: Bool { @inline(__always) get { isHeld || isTouched } }

  // Which end is asked for is told by a branch, here and below: to read from an inline array by a number that
  // the compiler does not know, it copies both ends first.

  /// The part of one end; `end` is a `FlowSide`'s number. To read one thing, ask for it by the names below.
  subscript(end: Int) -> TCPEndDetail {
    @inline(__always) get { end == 0 ? ends[0] : ends[1] }
    @inline(__always) _modify {
      isTouched = true
      yield &ends[end]
    }
  }

  /// The part of an end that has several segments in flight, for who changes what is in flight and nothing
  /// else: it is not blank before and afterwards, and takes no more memory. Who cannot say so says
  /// `isTouched`.
  subscript(atWork end: Int) -> TCPEndDetail {
    @inline(__always) get { end == 0 ? ends[0] : ends[1] }
    @inline(__always) _modify {
      isUsed = true
      yield &ends[end]
    }
  }

  /// Whether nothing is known of losses at an end.
  @inline(__always)
  func isQuiet(_ end: Int) -> Bool {
    if !mayHold { return true }
    return end == 0
      ? ends[0].recovery.isBlank && ends[0].repeats.isBlank
      : ends[1].recovery.isBlank && ends[1].repeats.isBlank
  }

  /// Whether nothing is at hand that an ordinary segment of `me` could touch: its peer's losses, holes in the
  /// peer's numbers, windows that were closed, acknowledgments that `me` repeats.
  @inline(__always)
  mutating func isCalm(_ me: Int, _ peer: Int) -> Bool {
    ends[peer].holes.isEmpty && ends[peer].recovery.isBlank && ends[peer].repeats.isBlank
      && ends[peer].control.fullSince == 0 && ends[me].control.fullSince == 0
      && ends[me].zeroWindowSince == nil && ends[me].duplicateACKsSent == 0
  }

  /// Everything before this number was captured of an end's, given its highest.
  @inline(__always)
  mutating func contiguous(_ end: Int, _ highest: Int64) -> Int64 {
    mayHold ? ends[end].contiguous(highest) : highest
  }

  /// Changes of an end's state that are kept here.
  @inline(__always)
  func pathCount(_ end: Int) -> Int {
    if !mayHold { return 0 }
    return end == 0 ? ends[0].path.count : ends[1].path.count
  }

  /// Whether an end has several segments in flight.
  @inline(__always)
  func hasFlights(_ end: Int) -> Bool {
    mayHold && (end == 0 ? !ends[0].flights.isEmpty : !ends[1].flights.isEmpty)
  }

  /// Whether an end that has several segments in flight may have one more without more memory.
  @inline(__always)
  func hasRoom(_ end: Int) -> Bool {
    mayHold && (end == 0 ? ends[0].flights.hasRoom : ends[1].flights.hasRoom)
  }

  /// Takes off an end's flights what is acknowledged. While some are left it is not blank.
  @inline(__always)
  mutating func acknowledge(_ end: Int, _ number: Int64, at time: Int64, _ landing: inout Landing) {
    guard hasFlights(end) else { return }
    self[atWork: end].flights.acknowledge(number, at: time, &landing)
    if !hasFlights(end) { isTouched = true }
  }

  /// Whether an end's numbers have gaps in the capture.
  @inline(__always)
  func hasHoles(_ end: Int) -> Bool {
    mayHold && (end == 0 ? !ends[0].holes.isEmpty : !ends[1].holes.isEmpty)
  }

  /// Octets of an end that were never captured.
  @inline(__always)
  func missedOctets(_ end: Int) -> Int64 {
    if !hasHoles(end) { return 0 }
    return (end == 0 ? ends[0].holes : ends[1].holes).reduce(0) { $0 + $1.block.end - $1.block.start }
  }

  /// The series of an end's octets in flight.
  @inline(__always)
  func series(_ end: Int) -> [FlightPoint] { end == 0 ? ends[0].series : ends[1].series }

  /// Whether any of what an acknowledgment takes off an end's flight was sent again.
  @inline(__always)
  mutating func hasRepeat(_ end: Int, below number: Int64) -> Bool {
    mayHold && ends[end].repeats.hasRepeat(below: number)
  }

  /// Whether any of `block` is known to have been sent again by an end.
  mutating func hasRepeat(_ end: Int, in block: ClosedBlock, since time: Int64 = .min) -> Bool {
    ends[end].repeats.hasRepeat(in: block, since: time)
  }

  /// The round trip of the repeat that an acknowledgment answers, by its time stamp.
  mutating func roundTrip(
    _ end: Int, _ number: Int64, echo: UInt32?, at time: Int64, first: Int64?
  ) -> Int64? {
    ends[end].repeats.roundTrip(number, echo: echo, at: time, first: first)
  }

  /// Whether repeats of an end were settled that the tracker has not taken yet.
  @inline(__always)
  func hasSettled(_ end: Int) -> Bool { end == 0 ? ends[0].repeats.hasSettled : ends[1].repeats.hasSettled }

  /// What an end does about losses.
  @inline(__always)
  func recovery(_ end: Int) -> Recovery { end == 0 ? ends[0].recovery : ends[1].recovery }

  /// Whether a SACK block has told that all of `block` arrived.
  mutating func isSelected(_ end: Int, _ block: ClosedBlock) -> Bool { ends[end].flights.isSelected(block) }

  /// Up to where an end repairs a loss; 0 when it does not.
  @inline(__always)
  func recoveryPoint(_ end: Int) -> Int64 {
    if !mayHold { return 0 }
    return end == 0 ? ends[0].recovery.point : ends[1].recovery.point
  }

  /// What was settled of the repeats of both ends.
  mutating func takeSettled(into list: inout [Settlement]) {
    for i in 0..<2 {
      let known = list.count
      ends[i].repeats.takeSettled(into: &list)
      for repeated in list[known...] where repeated.isNeedless {
        evidence.note(.spurious, i == 0 ? .originator : .responder, repeated.frame, 0)
      }
    }
  }

  /// The connection has ended: nothing more can be heard of its repeats.
  mutating func settleAll(into list: inout [Settlement]) {
    for i in 0..<2 { ends[i].repeats.settleAll(into: &list) }
  }

  /// Whether trouble was counted at an end.
  var hasTrouble: Bool { !ends[0].counters.isBlank || !ends[1].counters.isBlank }

  /// What was counted of an end's trouble.
  @inline(__always)
  func trouble(_ end: Int) -> TroubleCounters { end == 0 ? ends[0].counters : ends[1].counters }

  /// Changes of an end's state beyond those that the end holds itself.
  @inline(__always)
  func path(_ end: Int) -> [PathStep] { end == 0 ? ends[0].path : ends[1].path }

  /// Whether an end's window has room for its peer.
  @inline(__always)
  func isOpen(_ end: Int) -> Bool {
    if !mayHold { return true }
    return end == 0 ? ends[0].control.fullSince == 0 : ends[1].control.fullSince == 0
  }

  /// What is remembered of an end's window, and since when it is zero.
  @inline(__always)
  func control(_ end: Int) -> FlowControl { end == 0 ? ends[0].control : ends[1].control }
  @inline(__always)
  func zeroWindowSince(_ end: Int) -> Int64? {
    if !mayHold { return nil }
    return end == 0 ? ends[0].zeroWindowSince : ends[1].zeroWindowSince
  }

  /// What an end has in flight, when it is several segments.
  @inline(__always)
  func load(_ end: Int) -> Load {
    if !mayHold { return Load() }
    return end == 0 ? ends[0].flights.load : ends[1].flights.load
  }

  /// Whether an end's congestion window is replayed.
  @inline(__always)
  func hasWindow(_ end: Int) -> Bool {
    mayHold && (end == 0 ? !ends[0].congestion.isBlank : !ends[1].congestion.isBlank)
  }

  /// An end's congestion window, when it is replayed.
  func window(_ end: Int) -> SenderWindow? {
    end == 0 ? ends[0].congestion.window : ends[1].congestion.window
  }

  /// How long an end's window stood at zero, the last time excepted when it still does.
  func zeroWindowTime(_ end: Int) -> Int64 { end == 0 ? ends[0].zeroWindowTime : ends[1].zeroWindowTime }

  /// Whether an end repeats an acknowledgment.
  @inline(__always)
  func hasDuplicateACKs(_ end: Int) -> Bool {
    if !mayHold { return false }
    return end == 0 ? ends[0].duplicateACKsSent > 0 : ends[1].duplicateACKsSent > 0
  }

  /// Takes `block` out of the holes of an end, and gives the first hole that it filled.
  mutating func fill(_ end: Int, _ block: ClosedBlock) -> Hole? {
    hasHoles(end) ? self[end].fill(block) : nil
  }

  /// Whether a connection can do without it.
  mutating func isBlank() -> Bool {
    if !ends[0].congestion.isBlank || !ends[1].congestion.isBlank { return false }
    return ends[0].isBlank() && ends[1].isBlank() && milestones.isEmpty && lastSYNTime == nil
      && history.isBlank
      && evidence.isEmpty
  }

  /// Octets that its lists hold.
  mutating func octets() -> Int {
    ends[0].octets() + ends[1].octets() + milestones.capacity * MemoryLayout<Milestone>.stride
      + evidence.octets
  }

  /// Gives up what can be done without, because memory for all details has run out.
  mutating func shed() {
    for i in 0..<2 { ends[i].shed() }
  }

  /// Takes memory from lists that have become empty, and from a flight that has shrunk.
  mutating func trim() {
    for i in 0..<2 { ends[i].trim() }
  }
}

/// One end's share. Its numbers are the end's own, from its initial sequence number.
struct TCPEndDetail: Sendable {
  /// Runs not captured that are remembered; beyond, the oldest is forgotten.
  static let holesMax = 128
  /// Changes of state that are kept: a connection has nine at most, one that is lied about has more.
  static let pathMax = 32

  var counters = TroubleCounters()
  /// Segments in flight, when there are several.
  var flights = FlightList()
  /// Numbers below the highest that no captured packet carried.
  var holes: [Hole] = []
  /// Changes of state beyond those that the end holds itself.
  var path: [PathStep] = []
  /// Octets in flight behind each segment with octets, when series were asked for.
  var series: [FlightPoint] = []

  /// The window that its congestion control allows it, when it sends in bulk.
  var congestion = Congestion()

  // What it does about losses, and what is not yet known of its repeats.
  var recovery = Recovery()
  var repeats = Repeats()
  /// How often it repeated its last acknowledgment.
  var duplicateACKsSent: UInt32 = 0

  // The window that it advertised.
  var control = FlowControl()
  var zeroWindowSince: Int64?
  var zeroWindowTime: Int64 = 0

  /// Counts one more repeat of the last acknowledgment, and says how many there are. Both at once: who asks
  /// for one thing behind `detail[me]` is handed a copy of all.
  mutating func repeatACK() -> UInt32 {
    counters.duplicateACKs += 1
    duplicateACKsSent &+= 1
    return duplicateACKsSent
  }

  // `mutating`, as in a connection: what only reads is handed copies of the lists' owners.

  /// Whether nothing of it need be kept.
  mutating func isBlank() -> Bool {
    flights.isEmpty && holes.isEmpty && path.isEmpty && series.isEmpty && recovery.isBlank
      && repeats.isBlank && duplicateACKsSent == 0 && zeroWindowSince == nil
      && zeroWindowTime == 0 && control.isBlank && congestion.isBlank && counters.isBlank
  }

  /// Octets that its lists hold.
  mutating func octets() -> Int {
    flights.octets + holes.capacity * MemoryLayout<Hole>.stride + path.capacity
      + series.capacity * MemoryLayout<FlightPoint>.stride + repeats.octets + congestion.octets()
  }

  mutating func shed() {
    flights.shed()
    series = []
    congestion = Congestion()
  }

  mutating func trim() {
    flights.trim()
    if holes.isEmpty, holes.capacity > 0 { holes = [] }
  }
}

/// Counts of segments that an end sent, of the kinds that a connection without trouble does not have.
struct TroubleCounters: Sendable, Equatable {
  var retransmissions: UInt64 = 0
  var retransmittedOctets: UInt64 = 0
  var causes = RetransmissionCauses()
  var outOfOrder: UInt64 = 0
  var duplicateFrames: UInt64 = 0
  var duplicateACKs: UInt64 = 0
  var lostSegments: UInt64 = 0
  var ackLostSegments: UInt64 = 0
  var zeroWindows: UInt64 = 0
  var zeroWindowProbes: UInt64 = 0
  var windowFull: UInt64 = 0
  var windowShrinks: UInt64 = 0

  /// Nothing counted.
  var isBlank: Bool { self == TroubleCounters() }
}
