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

  /// Nothing but segments and their octets was counted. Asked of what is not copied for it.
  public mutating func isUntroubled() -> Bool {
    let repeats =
      retransmissions | retransmittedOctets | causes.fast | causes.timer | causes.tailLossProbe | causes.syn
      | causes.fin | causes.other | causes.spurious
    let order = outOfOrder | duplicateFrames | duplicateACKs | lostSegments | ackLostSegments
    let windows = keepAlives | zeroWindows | zeroWindowProbes | windowUpdates | windowFull | windowShrinks
    return repeats | order | windows == 0
  }
}

/// What a SYN offers.
public struct TCPOffer: Sendable, Equatable, BitwiseCopyable {
  /// Octets; 0 when the option is absent.
  public var maximumSegmentSize: UInt16 = 0
  /// Nil when the option is absent.
  public var windowScale: UInt8?
  public var isSACKPermitted = false
  public var hasTimestamps = false
  public var hasECN = false
  /// The capture cut the options: what is not here may have been offered all the same.
  public var isCut = false

  /// Field by field in line: what the compiler makes packs both into words first, and calls.
  @inline(__always)
  public static func == (a: TCPOffer, b: TCPOffer) -> Bool {
    a.maximumSegmentSize == b.maximumSegmentSize && a.windowScale == b.windowScale
      && a.isSACKPermitted == b.isSACKPermitted && a.hasTimestamps == b.hasTimestamps
      && a.hasECN == b.hasECN && a.isCut == b.isCut
  }

  /// Octets of a full segment between an end that offers this and one that offers `other`.
  func agreedSize(with other: TCPOffer) -> UInt16 {
    let least = min(maximumSegmentSize, other.maximumSegmentSize)
    let room: UInt16 = hasTimestamps && other.hasTimestamps ? 12 : 0
    // Without the option it is 536 (RFC 9293 section 3.7.1).
    return least > room ? least - room : 536
  }
}

extension TCPOffer {
  /// What a SYN says.
  init(_ packet: inout Packet) {
    self.init(
      maximumSegmentSize: packet.tcp.maximumSegmentSize, windowScale: packet.tcp.windowScale,
      isSACKPermitted: packet.tcp.sackPermitted, hasTimestamps: packet.tcp.hasTimestamps,
      hasECN: TCPOffer.hasECN(packet.tcp.flags),
      isCut: packet.faultEndedWalk && packet.faultLayer == .tcp)
  }

  /// Whether the control bits of a SYN, or of its answer, offer ECN (RFC 3168 section 6.1.1).
  @inline(__always)
  static func hasECN(_ flags: TCPFlags) -> Bool {
    flags.contains(.ece) && (flags.contains(.cwr) || flags.contains(.ack))
  }
}

/// By how many bits the windows of an end are to be shifted, once both SYNs have told (RFC 7323 section 2.2):
/// not at all unless both offer it.
struct WindowScale: Sendable, BitwiseCopyable {
  /// One more than the bits, 0 for unknown.
  private var code: UInt8 = 0

  init() {}

  init(_ bits: UInt8) { code = min(bits, 14) + 1 }

  @inline(__always) var isKnown: Bool { code != 0 }
  @inline(__always) var shift: Int64 { Int64(code &- 1) & 15 }
}

/// How many octets were in flight at a time.
public struct FlightPoint: Sendable, Equatable {
  /// The most points that are kept of one end; later ones are not.
  static let pointsMax = 100_000

  /// Nanoseconds since the Unix epoch.
  public var time: Int64
  public var octets: Int64
}

/// Numbers that were jumped over, and the marks of the packet that jumped: what was sent after it is a
/// repeat.
struct Hole: Sendable {
  var block: ClosedBlock
  var time: Int64
  var identification: UInt16?
  var timestamp: UInt32?
  /// The peer has acknowledged what was jumped over, though no packet brought it: that was said.
  var isTold = false
}

/// What every end counts of the segments it sent. Counts stop at 4,294,967,295.
struct EndCounters: Sendable {
  var segments: UInt32 = 0
  var dataSegments: UInt32 = 0
  /// Payload, repeats included.
  var dataOctets: UInt64 = 0
  var windowUpdates: UInt32 = 0
  var keepAlives: UInt32 = 0
}

/// Counts one more, up to the greatest number that there is.
@inline(__always)
func count(_ counter: inout UInt32) { if counter < .max { counter &+= 1 } }

/// One end, as far as every connection needs it: what is a list, or belongs to trouble, is in its detail
/// (`TCPEndDetail`). Numbers are its own, from its initial sequence number, except where they are
/// acknowledgments it sent.
public struct TCPEnd: Sendable, BitwiseCopyable {
  /// The initial sequence number: its SYN's, or a guess from the first segment seen.
  var initialSequence: UInt32?
  /// A SYN of this end was seen: the initial sequence number is no guess.
  var hasSYN = false
  /// It sent a SYN-ACK.
  var hasSYNACK = false
  var scale = WindowScale()
  var offer = TCPOffer()
  var counters = EndCounters()
  var state = EndpointState.closed
  var path = Path()

  /// The number behind the highest it sent.
  var highest: Int64 = 0
  /// The highest of its numbers that the peer acknowledged.
  var acknowledged: Int64 = 0
  var single = SingleFlight()
  var roundTrip = RoundTrip()
  /// The number of its FIN.
  var finSequence: Int64?
  /// The milestone of its first FIN.
  var fin = Milestones.none

  // The greater ones first, here and below: what lies between fields is not zero, and a connection that is
  // packed (`Packed`) would keep it.

  // What it said last about the peer's octets.
  var acknowledgmentSent: Int64 = 0
  /// The right edge of the window it said last, in the peer's numbers; 0 when it is not known.
  var edge: Int64 = 0
  var windowMax: Int64 = 0
  var windowMin: Int64?
  var hasAcknowledged = false
  var windowSent: UInt16 = 0
  /// The frame that acknowledged so much first, counted from the connection's first as 1; 0 when it is not
  /// known.
  var acknowledgmentFrame: UInt32 = 0

  // What moves it, as the tap sees it.
  /// When its retransmission timer was started last: by what the peer acknowledged, else by what it sent.
  var timerStarted: Int64 = 0
  var lastHeard: Int64 = 0
  /// When it last sent something for the first time.
  var lastNew: Int64 = 0
  var flightMax: Int64 = 0
  /// Octets of a full segment that it sends: what its peer takes, without the room of time stamps (RFC 9293
  /// section 3.7.1, RFC 6691); what Ethernet leaves while the offers are not known.
  var segmentSize: UInt16 = 1460
  /// Segments that it sent before the first acknowledgment of its octets came; 0 before that.
  var initialWindow: UInt16 = 0
  var hasProbed = false
  var hasKeptAlive = false
  var isTimerPeers = false
  /// What it sent last came alone after a wait as long as the timer's, and left a gap in its count of
  /// packets: what it repeats was lost before the tap.
  var isLone = false

  // What tells the order of sending.
  var identificationMost: UInt16?
  var timestampMost: UInt32?

  /// Whether all that was seen of its sequence space was acknowledged.
  var isAcknowledged: Bool {
    @inline(__always) mutating get { acknowledged >= highest }
  }
  /// Octets of it that were not, but for its SYN.
  var unacknowledged: Int64 {
    @inline(__always) mutating get { max(0, highest - max(1, acknowledged)) }
  }

  /// Payload octets by sequence space: without SYN, FIN and repeats.
  var streamOctets: Int64 {
    max(0, highest - 1 - (finSequence.map { $0 < highest ? 1 : 0 } ?? 0))
  }

  /// Whether it is done: nothing but copies and late packets can come.
  @inline(__always)
  var isDone: Bool {
    switch state {
    case .closed: !path.isEmpty
    case .timeWait: true
    case .listen, .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastACK:
      false
    }
  }

  /// Whether its state is one that it cannot have come into without the other end.
  @inline(__always)
  var hasAgreed: Bool {
    switch state {
    case .listen, .synSent, .synReceived: false
    case .closed: path.count >= 2
    case .established, .finWait1, .finWait2, .closeWait, .closing, .lastACK, .timeWait: true
    }
  }

  /// Starts the retransmission timer anew (RFC 6298 section 5).
  @inline(__always)
  mutating func startTimer(_ time: Int64, byPeer: Bool) {
    timerStarted = time
    isTimerPeers = byPeer
  }

  /// Remembers the marks of a packet that tell the order of sending.
  @inline(__always)
  mutating func remember(_ segment: Segment) {
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

extension TCPEndDetail {
  /// Everything before this number was captured, given the end's highest.
  mutating func contiguous(_ highest: Int64) -> Int64 {
    guard var least = holes.first?.block.start else { return highest }
    for i in holes.indices { least = min(least, holes[i].block.start) }
    return least
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

  /// Whether an acknowledgment covers a gap, for the first time.
  mutating func tellGaps(below number: Int64) -> Bool {
    var isNew = false
    for i in holes.indices where !holes[i].isTold && holes[i].block.end <= number {
      holes[i].isTold = true
      isNew = true
    }
    return isNew
  }

  /// Notes numbers that were jumped over. Beyond `holesMax` the oldest are forgotten.
  mutating func jump(_ block: ClosedBlock, by segment: Segment) {
    if holes.count >= TCPEndDetail.holesMax { holes.removeFirst() }
    holes.append(
      Hole(
        block: block, time: segment.time, identification: segment.identification,
        timestamp: segment.timestamps?.value))
  }
}
