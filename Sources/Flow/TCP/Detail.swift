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
  /// Written to since `DetailPool` looked.
  var isTouched = false

  /// Nothing.
  init() {}

  /// The part of one end; `end` is a `FlowSide`'s number.
  subscript(end: Int) -> TCPEndDetail {
    @inline(__always) get { ends[end] }
    @inline(__always) _modify {
      isTouched = true
      yield &ends[end]
    }
  }

  /// Whether nothing is known of losses at an end.
  func isQuiet(_ end: Int) -> Bool {
    ends[end].recovery.isBlank && ends[end].repeats.isBlank
  }

  /// Whether an end's numbers have gaps in the capture.
  func hasHoles(_ end: Int) -> Bool { !ends[end].holes.isEmpty }

  /// Whether any of what an acknowledgment takes off an end's flight was sent again.
  func hasRepeat(_ end: Int, below number: Int64) -> Bool { ends[end].repeats.hasRepeat(below: number) }

  /// Whether any of `block` is known to have been sent again by an end.
  func hasRepeat(_ end: Int, in block: ClosedBlock) -> Bool {
    ends[end].repeats.hasRepeat(in: block, since: .min)
  }

  /// Up to where an end repairs a loss; 0 when it does not.
  func recoveryPoint(_ end: Int) -> Int64 { ends[end].recovery.point }

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

  /// Whether an end's window has room for its peer.
  func isOpen(_ end: Int) -> Bool { ends[end].control.fullSince == 0 }

  /// What is remembered of an end's window, and since when it is zero.
  func control(_ end: Int) -> FlowControl { ends[end].control }
  func zeroWindowSince(_ end: Int) -> Int64? { ends[end].zeroWindowSince }

  /// What an end has in flight, when it is several segments.
  func load(_ end: Int) -> Load { ends[end].flights.load }

  /// Whether an end's congestion window is replayed.
  func hasWindow(_ end: Int) -> Bool { !ends[end].congestion.isBlank }

  /// Whether an end repeats an acknowledgment.
  func hasDuplicateACKs(_ end: Int) -> Bool { ends[end].duplicateACKsSent > 0 }

  /// Takes `block` out of the holes of an end, and gives the first hole that it filled.
  mutating func fill(_ end: Int, _ block: ClosedBlock) -> Hole? {
    ends[end].holes.isEmpty ? nil : self[end].fill(block)
  }

  /// Whether a connection can do without it.
  var isBlank: Bool {
    ends[0].isBlank && ends[1].isBlank && milestones.isEmpty && lastSYNTime == nil && history.isBlank
      && evidence.isEmpty
  }

  /// Octets that its lists hold.
  var octets: Int {
    ends[0].octets + ends[1].octets + milestones.capacity * MemoryLayout<Milestone>.stride + evidence.octets
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

  /// Whether nothing of it need be kept.
  var isBlank: Bool {
    flights.isEmpty && holes.isEmpty && path.isEmpty && series.isEmpty && recovery.isBlank
      && repeats.isBlank && duplicateACKsSent == 0 && zeroWindowSince == nil
      && zeroWindowTime == 0 && control.isBlank && congestion.isBlank && counters.isBlank
  }

  /// Octets that its lists hold.
  var octets: Int {
    flights.octets + holes.capacity * MemoryLayout<Hole>.stride + path.capacity
      + series.capacity * MemoryLayout<FlightPoint>.stride + repeats.octets + congestion.octets
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
