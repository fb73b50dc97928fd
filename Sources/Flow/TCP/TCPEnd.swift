// One end of a TCP connection: what it sent, what it was told, and what follows for it.

internal import Wire

/// Segments that an end repeated, by cause; each is counted once.
public struct RetransmissionCauses: Sendable, Equatable {
  public var fast: UInt64 = 0
  public var timer: UInt64 = 0
  public var tailLossProbe: UInt64 = 0
  public var syn: UInt64 = 0
  public var fin: UInt64 = 0
  public var other: UInt64 = 0
  /// Nobody needed them; these are counted by their cause as well.
  public var spurious: UInt64 = 0
}

/// Counts of segments that an end sent.
public struct TCPCounters: Sendable, Equatable {
  public var segments: UInt64 = 0
  public var dataSegments: UInt64 = 0
  /// Payload, repeats included.
  public var dataOctets: UInt64 = 0
  public var retransmissions: UInt64 = 0
  public var retransmittedOctets: UInt64 = 0
  public var causes = RetransmissionCauses()
  public var outOfOrder: UInt64 = 0
  public var duplicateFrames: UInt64 = 0
  public var duplicateACKs: UInt64 = 0
  public var lostSegments: UInt64 = 0
  public var ackLostSegments: UInt64 = 0
  public var keepAlives: UInt64 = 0
  public var zeroWindows: UInt64 = 0
  public var zeroWindowProbes: UInt64 = 0
  public var windowUpdates: UInt64 = 0
  public var windowFull: UInt64 = 0
  public var windowShrinks: UInt64 = 0

  /// Nothing counted.
  public init() {}
}

/// What a SYN offers.
public struct TCPOffer: Sendable, Equatable {
  /// Octets; 0 when the option is absent.
  public var maximumSegmentSize: UInt16 = 0
  /// Nil when the option is absent.
  public var windowScale: UInt8?
  public var isSACKPermitted = false
  public var hasTimestamps = false
  public var hasECN = false
}

/// How many octets were in flight at a time.
public struct FlightPoint: Sendable, Equatable {
  /// The most points that are kept of one end; later ones are not.
  static let pointsMax = 100_000

  /// Nanoseconds since the Unix epoch.
  public var time: Int64
  public var octets: Int64
}

/// A packet that was seen a moment ago, by what a copy of it has in common with it.
struct RecentPacket: Sendable {
  var identification: UInt16?
  var timestamp: UInt32?
  var sequence: Int64
  var acknowledgment: Int64
  var length: Int64
  var flags: TCPFlags
  var window: UInt16
  var frame: UInt64
  var time: Int64
}

/// Numbers that were jumped over, and the marks of the packet that jumped: what was sent after it is a
/// repeat.
struct Hole: Sendable {
  var block: ClosedBlock
  var time: Int64
  var identification: UInt16?
  var timestamp: UInt32?
}

/// One end. Numbers are its own, from its initial sequence number, except where they are acknowledgments it
/// sent.
public struct TCPEnd: Sendable {
  /// Packets that are remembered to know a copy by.
  static let recentMax = 32
  /// Changes of state that are kept: a connection has nine at most, one that is lied about has more.
  static let pathMax = 32
  /// Runs not captured that are remembered; beyond, the oldest is forgotten.
  static let holesMax = 128

  /// The initial sequence number: its SYN's, or a guess from the first segment seen.
  public internal(set) var initialSequence: UInt32?
  /// A SYN of this end was seen: the initial sequence number is no guess.
  public internal(set) var hasSYN = false
  /// It sent a SYN-ACK.
  var hasSYNACK = false
  public internal(set) var offer = TCPOffer()
  public internal(set) var counters = TCPCounters()
  public internal(set) var path: [StateChange] = []
  public internal(set) var state = EndpointState.closed

  /// The number behind the highest it sent.
  var highest: Int64 = 0
  /// The highest of its numbers that the peer acknowledged.
  var acknowledged: Int64 = 0
  var outstanding = Outstanding()
  var roundTrip = RoundTrip()
  /// Numbers below `highest` that no captured packet carried.
  var holes: [Hole] = []
  /// The number of its FIN.
  var finSequence: Int64?
  public internal(set) var finFrame: UInt64?

  // What it said last about the peer's octets.
  var acknowledgmentSent: Int64 = 0
  /// The frame that said it first, and how often it came again as a duplicate.
  var acknowledgmentFrame: UInt64 = 0
  var duplicateACKsSent: UInt32 = 0
  var hasAcknowledged = false
  var windowSent: UInt16 = 0
  public internal(set) var windowMax: Int64 = 0
  public internal(set) var windowMin: Int64?
  var zeroWindowSince: Int64?
  public internal(set) var zeroWindowTime: Int64 = 0
  var hasProbed = false
  var hasKeptAlive = false

  // What it knows of losses.
  var duplicateACKsHeard = 0
  var lastAdvance: Int64 = 0
  var lastHeard: Int64 = 0
  var lastDataSent: Int64 = 0
  /// The end of the flight in which a loss was noticed; recovery lasts until it is acknowledged (RFC 6582).
  var recoverPoint: Int64 = 0
  /// The same for a timeout (RFC 6298 section 5.4 to 5.6).
  var timeoutPoint: Int64 = 0
  var hasProbedTail = false
  public internal(set) var flightMax: Int64 = 0
  /// Octets in flight behind each segment with octets, when series were asked for.
  public internal(set) var flights: [FlightPoint] = []

  // What tells the order of sending.
  var recent: [RecentPacket] = []
  var identificationMost: UInt16?
  var timestampMost: UInt32?

  /// Payload octets by sequence space: without SYN, FIN and repeats.
  public var streamOctets: Int64 {
    max(0, highest - 1 - (finSequence.map { $0 < highest ? 1 : 0 } ?? 0))
  }

  /// Octets of sequence space that were never captured.
  public var missedOctets: Int64 { holes.reduce(0) { $0 + $1.block.end - $1.block.start } }

  /// Everything before this number was captured.
  var contiguous: Int64 { holes.map(\.block.start).min() ?? highest }

  /// Comes into a state, unless it is in it.
  mutating func enter(_ next: EndpointState, _ segment: Segment) {
    enter(next, segment.time, segment.frame)
  }

  /// The same, by a packet that is no segment.
  mutating func enter(_ next: EndpointState, _ time: Int64, _ frame: UInt64) {
    guard next != state else { return }
    state = next
    if path.count >= TCPEnd.pathMax { return }
    path.append(StateChange(state: next, time: time, frame: frame))
  }

  /// Takes the last state back: a later packet shows that the end had not come into it.
  mutating func takeBack(_ wrong: EndpointState) {
    guard state == wrong, path.count > 1, path.count < TCPEnd.pathMax, path.last?.state == wrong else {
      return
    }
    path.removeLast()
    state = path.last?.state ?? .closed
  }

  /// Takes `block` out of the holes, and gives the first hole that it filled.
  mutating func fill(_ block: ClosedBlock) -> Hole? {
    guard let filled = holes.first(where: { $0.block.overlaps(block) }) else { return nil }
    var next: [Hole] = []
    for hole in holes {
      guard hole.block.overlaps(block) else {
        next.append(hole)
        continue
      }
      var rest = hole
      if hole.block.start < block.start {
        rest.block = ClosedBlock(start: hole.block.start, end: block.start)
        next.append(rest)
      }
      if block.end < hole.block.end {
        rest.block = ClosedBlock(start: block.end, end: hole.block.end)
        next.append(rest)
      }
    }
    holes = next
    return filled
  }

  /// Notes numbers that were jumped over. Beyond `holesMax` the oldest are forgotten.
  mutating func jump(_ block: ClosedBlock, by segment: Segment) {
    if holes.count >= TCPEnd.holesMax { holes.removeFirst() }
    holes.append(
      Hole(
        block: block, time: segment.time, identification: segment.identification,
        timestamp: segment.timestamps?.value))
  }

  /// A packet of this end that was seen before with the same marks: the same packet again.
  func copy(of segment: Segment) -> RecentPacket? {
    recent.last { seen in
      guard
        seen.sequence == segment.sequence, seen.acknowledgment == segment.acknowledgment,
        seen.length == segment.length, seen.flags == segment.flags, seen.window == segment.window,
        seen.timestamp == segment.timestamps?.value
      else { return false }
      if let identification = segment.identification { return seen.identification == identification }
      // Without an identification only time stamps tell, and they tell nothing of pure acknowledgments, which
      // may be equal. A SYN-ACK may be repeated in the same millisecond, by a timer and by a repeated SYN.
      return segment.length > 0 && seen.timestamp != nil && !segment.flags.contains(.syn)
    }
  }

  /// Remembers a packet.
  mutating func remember(_ segment: Segment) {
    if recent.count >= TCPEnd.recentMax { recent.removeFirst(TCPEnd.recentMax / 2) }
    recent.append(
      RecentPacket(
        identification: segment.identification, timestamp: segment.timestamps?.value,
        sequence: segment.sequence, acknowledgment: segment.acknowledgment, length: segment.length,
        flags: segment.flags, window: segment.window, frame: segment.frame, time: segment.time))
    if let identification = segment.identification, isNewer(identification) != false {
      identificationMost = identification
    }
    if let value = segment.timestamps?.value {
      if let most = timestampMost, Int32(bitPattern: value &- most) <= 0 { return }
      timestampMost = value
    }
  }

  /// Whether an identification was given after the latest seen; nil when there is nothing to compare with.
  func isNewer(_ identification: UInt16) -> Bool? {
    guard let most = identificationMost else { return nil }
    return Int16(bitPattern: identification &- most) > 0
  }

  /// Whether a segment was sent before one that has been captured: it was overtaken. Nil when its marks do
  /// not tell.
  func wasOvertaken(_ segment: Segment) -> Bool? {
    if let value = segment.timestamps?.value, let most = timestampMost, value != most {
      return Int32(bitPattern: value &- most) < 0
    }
    if let identification = segment.identification { return isNewer(identification).map { !$0 } }
    return nil
  }
}
