// A sender's congestion window, replayed: it shows only while it is used up.
//
// A sender whose window is used up sends when an acknowledgment takes something off its flight, at once, and
// stops again although it has more; what is in flight then is the window. How much it sends for what was
// acknowledged tells the phase: as much again in slow start (RFC 5681 section 3.1), hardly more in congestion
// avoidance. A sender that waits for its application or for the receiver's window does neither.

/// The parts of a transfer by how its window moves.
public enum CongestionPhase: UInt8, Sendable {
  case slowStart, congestionAvoidance, fastRecovery, timeoutRecovery

  /// The name that records print.
  public var name: StaticString {
    switch self {
    case .slowStart: "slow_start"
    case .congestionAvoidance: "congestion_avoidance"
    case .fastRecovery: "fast_recovery"
    case .timeoutRecovery: "rto_recovery"
    }
  }
}

/// A phase that a sender came into. Windows are in segments, 0 when they did not show.
public struct PhaseChange: Sendable, Equatable {
  public var phase: CongestionPhase
  public var start: Int64
  public var windowAtStart: Int32 = 0
  public var windowAtEnd: Int32 = 0
}

/// A reason to make the window smaller.
public struct LossEvent: Sendable, Equatable {
  /// What told of it.
  public enum Kind: Sendable {
    case fastRetransmit, timeout, notification

    /// The name that records print.
    public var name: StaticString {
      switch self {
      case .fastRetransmit: "fast_retransmit"
      case .timeout: "rto"
      case .notification: "ecn"
      }
    }
  }

  public var time: Int64
  public var kind: Kind
  /// Segments; 0 when the window did not show.
  public var before: Int32
  public var after: Int32 = 0
  /// Nothing had been lost, and the sender found out and took its window back.
  public var isUndone = false
}

/// Segments at a time.
public struct SegmentPoint: Sendable, Equatable {
  public var time: Int64
  public var segments: Int32
}

/// The replay of one sender.
struct SenderWindow: Sendable {
  /// The most phases, loss events, and points of a series that are kept.
  static let phasesMax = 256
  static let pointsMax = 100_000
  /// An answer comes at once when it comes within this time, or in the first sixth of the time until the
  /// next acknowledgment: the rest of it is silence.
  static let answerMax: Int64 = 200_000
  static let answerShare: Int64 = 6
  /// What a pause leaves of a window: the initial one (RFC 5681 section 4.1, RFC 6928).
  static let restartMost: Int32 = 10
  /// A wait shorter than this is no part of a transfer.
  static let waitMin: Int64 = 1_000_000
  /// So many segments in a row show how large a full one is; smaller than this none is.
  static let sizeSegments: UInt8 = 64
  static let sizeMin: Int64 = 500

  // What was found.
  var phases: [PhaseChange] = []
  var losses: [LossEvent] = []
  var points: [SegmentPoint] = []
  var rounds: [SegmentPoint] = []
  var limitation: Limitation
  var windowMost: Int32 = 0
  /// The last threshold between slow start and avoidance that showed.
  var threshold: Int32 = 0
  /// Answers that came at once, and such as came in their own time.
  var promptAnswers: UInt32 = 0
  var pacedAnswers: UInt32 = 0
  var fullSegments: UInt32 = 0
  var growth = Growth()
  var writing = Writing()
  /// The flight of a round trip was a tenth less than that before it, though nothing was lost.
  var falls: UInt32 = 0
  var slowStartExit = SlowStartExit()

  // Where it stands.
  var phase = CongestionPhase.slowStart
  /// The window as it was last found used up.
  var level: Int32 = 0
  /// What slow start makes of the window, when it is used up or not; 0 when unknown.
  var ceiling: Int32 = 0
  var isUsedUp = false
  var edge: Int64?
  var highest: Int64 = 1
  var segmentSize: Int64
  /// The largest payload of the last few segments.
  var sizeMost: Int64 = 0
  var sizeCount: UInt8 = 0
  let keepsSeries: Bool
  let isNear: Bool

  // Since the last acknowledgment.
  var heardAt: Int64?
  var answeredAt: Int64?
  /// Segments that acknowledgments took off the flight and that no answer has followed, before the answer.
  var freed: Int32 = 0
  var sent: Int32 = 0
  /// The flight that the acknowledgment found, when that was the window.
  var found: Int32 = 0
  var flightBefore: Int32 = 0
  var isShort = false
  var lastSent: Int64 = 0
  /// Arrivals that duplicates told of, without SACK.
  var duplicates: Int32 = 0

  // A change of phase that has begun to show.
  var candidateSince: Int64?
  var candidateLevel: Int32 = 0
  var candidateFreed: Int32 = 0
  var candidateGrown: Int32 = 0

  // A loss and its repair.
  var recovery: LossEvent.Kind?
  var recoverPoint: Int64 = 0
  var repeats: Int32 = 0
  var firstRepeat: UInt32?
  var priorPhase = CongestionPhase.slowStart
  var priorLevel: Int32 = 0
  var priorCeiling: Int32 = 0
  /// The threshold that the last loss must have left (RFC 5681 section 3.1).
  var expected: Int32 = 0
  /// Recovery is over, and the window has not shown since.
  var awaitsWindow = false
  var hasProbedTail = false

  // A round trip.
  var roundStart: Int64?
  var roundEnd: Int64 = 0
  var roundAcknowledged: Int64?
  var roundStamp: UInt32?
  var roundSegments: Int32 = 0
  var roundMost: Int32 = 0
  var roundMostBefore: Int32 = 0
  /// The greatest flight of the first round trip, and of all.
  var roundMostFirst: Int32 = 0
  var roundMostEver: Int32 = 0
  var lossesBefore = 0
  var roundTrip: Int64 = 0
  /// Round trips are a good deal longer than the least: a queue stands in the path.
  var standsQueue = false

  /// A connection that began at `start`, was open at `opened`, and has a flight to look at since `time`.
  /// What had been sent `before` may have been all that a small window allowed, in its first round trips; and
  /// far from the sender flights hardly ever show.
  init(
    segmentSize: Int64, keepsSeries: Bool, isNear: Bool, roundTrip: Int64, start: Int64, opened: Int64,
    time: Int64, before: Int64
  ) {
    self.segmentSize = max(1, segmentSize)
    self.keepsSeries = keepsSeries
    self.isNear = isNear
    self.roundTrip = roundTrip
    limitation = Limitation(since: start)
    limitation.pass(until: opened, .handshake)
    let isSlowStart = before > 0 && interval(opened, time) <= 4 &* roundTrip
    limitation.pass(until: time, isSlowStart || !isNear ? .unknown : .application)
    enter(.slowStart, at: opened)
  }

  /// Octets that its lists hold.
  mutating func octets() -> Int {
    phases.capacity * MemoryLayout<PhaseChange>.stride + losses.capacity * MemoryLayout<LossEvent>.stride
      + (points.capacity + rounds.capacity) * MemoryLayout<SegmentPoint>.stride
      + limitation.waits.capacity * MemoryLayout<Wait>.stride
  }

  /// Whether the receiver takes another full segment.
  var hasRoom: Bool { edge.map { $0 - highest >= segmentSize } ?? true }

  /// Comes into a phase, at a time that may have passed.
  mutating func enter(_ next: CongestionPhase, at time: Int64) {
    guard phases.last?.phase != next || phases.isEmpty else {
      phase = next
      return
    }
    if !phases.isEmpty { phases[phases.count - 1].windowAtEnd = level }
    if phases.count < SenderWindow.phasesMax {
      phases.append(PhaseChange(phase: next, start: max(time, phases.last?.start ?? time)))
    }
    phase = next
    candidateSince = nil
  }

  /// The window shows.
  mutating func show(_ window: Int32) {
    level = window
    growth.hasShown = true
    windowMost = max(windowMost, window)
    guard !phases.isEmpty else { return }
    let last = phases.count - 1
    if phases[last].windowAtStart == 0 { phases[last].windowAtStart = window }
    phases[last].windowAtEnd = window
  }
}
