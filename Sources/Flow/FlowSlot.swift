// What the table holds of one flow, whatever its protocol: 120 octets.

internal import Wire

/// What kind of flow it is, to decide how long it may be quiet and who goes first when there is no room.
enum FlowClass: UInt8, Sendable, CaseIterable {
  /// TCP: both ends have been heard and agree.
  case established
  /// TCP: asked for, and not opened.
  case halfOpen
  /// TCP: met in its middle, and only one end heard.
  case oneSided
  /// TCP: both ends are done; the second was never opened.
  case closed, refused
  /// Datagrams: answered, and not.
  case udp, udpOneWay
  case icmp, icmpOneWay
  case other, otherOneWay

  /// Whether a stranger can make such a flow without anybody's consent, by forged packets: these go first, so
  /// that a flood of them cannot push out the others.
  var isUnproven: Bool {
    switch self {
    case .halfOpen, .oneSided, .refused, .udpOneWay, .icmpOneWay, .otherOneWay: true
    case .established, .closed, .udp, .icmp, .other: false
    }
  }

  /// Nanoseconds for which it may be quiet.
  func patience(_ limits: borrowing Limits) -> Int64 {
    switch self {
    case .established, .oneSided: limits.idleTCP
    case .halfOpen: limits.idleHalfOpen
    case .closed, .refused: limits.linger
    case .udp, .udpOneWay: limits.idleUDP
    case .icmp, .icmpOneWay: limits.idleICMP
    case .other, .otherOneWay: limits.idleOther
    }
  }

  /// Of a flow without connection.
  static func of(_ ipProtocol: IPProtocol, isAnswered: Bool) -> FlowClass {
    switch ipProtocol {
    case .udp: isAnswered ? .udp : .udpOneWay
    case .icmp, .icmpv6: isAnswered ? .icmp : .icmpOneWay
    default: isAnswered ? .other : .otherOneWay
    }
  }
}

extension TCPConnection {
  /// What kind of flow it is. Nearly every packet is of one that was opened, and that no end has closed.
  @inline(__always)
  mutating func classify() -> FlowClass {
    if opening.isComplete, ends[0].state == .established, ends[1].state == .established {
      return .established
    }
    return classifyAnew()
  }

  @inline(never)
  private mutating func classifyAnew() -> FlowClass {
    if isClosed { return isProven ? .closed : .refused }
    if isProven { return .established }
    return isHalfOpen ? .halfOpen : .oneSided
  }
}

/// How long the flows of each class may be quiet, by the class's number.
struct ClassTimes: Sendable {
  private var times = InlineArray<11, Int64>(repeating: 0)

  /// As the limits have it.
  init(_ limits: borrowing Limits) {
    for flowClass in FlowClass.allCases { times[Int(flowClass.rawValue)] = flowClass.patience(limits) }
    for i in times.indices { least = min(least, times[i]) }
  }

  /// The shortest.
  private(set) var least = Int64.max

  /// `mutating`, though it changes nothing: a function that only reads is handed a copy of all of them.
  @inline(__always)
  mutating func of(_ number: Int) -> Int64 { times[number] }
}

/// One open flow. Counts of packets stop at 4,294,967,295.
struct FlowSlot: Sendable {
  private static let placeMask: UInt32 = (1 << 25) - 1

  let key: FlowKey
  let serial: UInt64
  var end: Int64
  var lastFrame: UInt64
  private var ipOctets: InlineArray<2, UInt64> = [0, 0]
  private var frameOctets: InlineArray<2, UInt64> = [0, 0]
  private var packets: InlineArray<2, UInt32> = [0, 0]
  // Each a place and one, 0 for none, in 25 bits; above it, flags.
  private var stateWord: UInt32 = 0
  private var rareWord: UInt32 = 0
  private var previousWord: UInt32 = 0
  private var nextWord: UInt32 = 0

  init(_ key: FlowKey, serial: UInt64, _ frame: Frame) {
    self.key = key
    self.serial = serial
    end = frame.time
    lastFrame = frame.number
    isOpen = true
  }

  /// Where its connection is kept, or what else its protocol needs; negative for nothing.
  var state: Int {
    get { Int(stateWord & FlowSlot.placeMask) - 1 }
    set { stateWord = stateWord & ~FlowSlot.placeMask | UInt32(truncatingIfNeeded: newValue + 1) }
  }
  /// Where what few flows have is kept.
  var rare: Int {
    get { Int(rareWord & FlowSlot.placeMask) - 1 }
    set { rareWord = rareWord & ~FlowSlot.placeMask | UInt32(truncatingIfNeeded: newValue + 1) }
  }
  /// Its neighbours in the list of its class.
  var previous: Int {
    get { Int(previousWord & FlowSlot.placeMask) - 1 }
    set { previousWord = previousWord & ~FlowSlot.placeMask | UInt32(truncatingIfNeeded: newValue + 1) }
  }
  var next: Int {
    get { Int(nextWord & FlowSlot.placeMask) - 1 }
    set { nextWord = nextWord & ~FlowSlot.placeMask | UInt32(truncatingIfNeeded: newValue + 1) }
  }
  /// Its class as a number.
  @inline(__always)
  var classNumber: Int { Int(previousWord &>> 25 & 15) }
  var flowClass: FlowClass {
    get { FlowClass(rawValue: UInt8(previousWord >> 25 & 15)) ?? .other }
    set {
      previousWord = previousWord & (FlowSlot.placeMask | FlowSlot.steady) | UInt32(newValue.rawValue) << 25
    }
  }

  /// What its octets were recognized as.
  var service: Service {
    get { Service(rawValue: UInt8(rareWord >> 25)) ?? .unknown }
    set { rareWord = rareWord & FlowSlot.placeMask | UInt32(newValue.rawValue) << 25 }
  }
  /// It was recognized as nothing yet.
  @inline(__always)
  var isUnrecognized: Bool { rareWord &>> 25 == UInt32(Service.unknown.rawValue) }
  /// Packets with octets that were looked at for it.
  var looks: UInt8 {
    get { UInt8(nextWord >> 25 & 63) }
    set { nextWord = nextWord & (FlowSlot.placeMask | FlowSlot.brief) | UInt32(min(newValue, 63)) << 25 }
  }
  /// Its connection is a journal, which `state` is the place of.
  var isBrief: Bool {
    @inline(__always) get { nextWord & FlowSlot.brief != 0 }
    set { nextWord = newValue ? nextWord | FlowSlot.brief : nextWord & ~FlowSlot.brief }
  }
  var responderPort: UInt16 { isReversed ? key.firstPort : key.secondPort }

  /// In the word of `next`, in that of `previous`, the others in that of `state`.
  private static let brief: UInt32 = 1 << 31
  private static let steady: UInt32 = 1 << 31
  private static let open: UInt32 = 1 << 25
  private static let reversed: UInt32 = 1 << 26
  private static let guessed: UInt32 = 1 << 27
  private static let flipped: UInt32 = 1 << 28
  private static let carrier: UInt32 = 1 << 29
  private static let tcp: UInt32 = 1 << 30
  private static let cold: UInt32 = 1 << 31

  private func has(_ flag: UInt32) -> Bool { stateWord & flag != 0 }
  private mutating func set(_ flag: UInt32, _ value: Bool) {
    stateWord = value ? stateWord | flag : stateWord & ~flag
  }

  var isOpen: Bool {
    get { has(FlowSlot.open) }
    set { set(FlowSlot.open, newValue) }
  }
  /// The key's second endpoint is the originator.
  var isReversed: Bool {
    get { has(FlowSlot.reversed) }
    set { set(FlowSlot.reversed, newValue) }
  }
  var isDirectionGuessed: Bool {
    get { has(FlowSlot.guessed) }
    set { set(FlowSlot.guessed, newValue) }
  }
  var isFlipped: Bool {
    get { has(FlowSlot.flipped) }
    set { set(FlowSlot.flipped, newValue) }
  }
  var isCarrier: Bool {
    get { has(FlowSlot.carrier) }
    set { set(FlowSlot.carrier, newValue) }
  }
  /// It is TCP whose segments are judged: `state` is a connection's place, or a journal's.
  var hasConnection: Bool {
    get { has(FlowSlot.tcp) }
    set { set(FlowSlot.tcp, newValue) }
  }

  /// Which end sends from the key's first endpoint when `isReversed` is false, from its second when it is.
  @inline(__always)
  func side(_ isReversed: Bool) -> FlowSide { self.isReversed == isReversed ? .originator : .responder }

  /// Whether both ends have sent something.
  var isAnswered: Bool { packets[0] > 0 && packets[1] > 0 }

  /// Its connection is packed, or steady.
  var isCold: Bool {
    get { has(FlowSlot.cold) }
    set { set(FlowSlot.cold, newValue) }
  }
  /// Its connection is steady, which `state` is the place of.
  var isSteady: Bool {
    @inline(__always) get { previousWord & FlowSlot.steady != 0 }
    set { previousWord = newValue ? previousWord | FlowSlot.steady : previousWord & ~FlowSlot.steady }
  }

  /// What the straight path of the tracker asks of a slot, at once.
  struct Ordinary {
    var side: FlowSide
    /// When it was seen last before.
    var before: Int64
    var serial: UInt64
    /// Where its connection is.
    var state: Int
  }

  /// It has a connection, which is warm.
  @inline(__always)
  var isWarm: Bool { stateWord & (FlowSlot.tcp | FlowSlot.cold) == FlowSlot.tcp && !isBrief }

  /// Counts an ordinary packet.
  @inline(__always)
  mutating func takeOrdinary(_ frame: Frame, isReversed: Bool, ip: Int) -> Ordinary {
    let side = side(isReversed)
    let before = end
    count(frame, from: side, ip: ip)
    return Ordinary(side: side, before: before, serial: serial, state: state)
  }

  /// Counts a packet.
  @inline(__always)
  mutating func count(_ frame: Frame, from side: FlowSide, ip: Int) {
    end = max(end, frame.time)
    lastFrame = frame.number
    let at = side.rawValue
    if packets[at] < .max { packets[at] &+= 1 }
    ipOctets[at] &+= UInt64(max(0, ip))
    frameOctets[at] &+= UInt64(max(0, frame.wireLength))
  }

  /// Counts the packets of a run.
  mutating func count(_ run: SegmentRun) {
    end = max(end, run.time)
    lastFrame = run.frame
    let at = run.place.side.rawValue
    packets[at] = UInt32(clamping: UInt64(packets[at]) &+ UInt64(run.count))
    ipOctets[at] &+= run.ipOctets
    frameOctets[at] &+= run.frameOctets
  }

  /// Makes `record` this flow's as the views see it, but for what is kept elsewhere; `start` and `firstFrame`
  /// are of its first packet.
  func fill(_ record: inout FlowRecord, _ start: Int64, _ firstFrame: UInt64) {
    (record.key, record.serial) = (key, serial)
    (record.start, record.firstFrame) = (start, firstFrame)
    (record.end, record.lastFrame) = (end, lastFrame)
    record.isReversed = isReversed
    record.isDirectionGuessed = isDirectionGuessed
    record.isFlipped = isFlipped
    record.isCarrier = isCarrier
    record.service = service
    for i in 0..<2 {
      record.counters[i] = FlowCounters(
        packets: UInt64(packets[i]), ipOctets: ipOctets[i], frameOctets: frameOctets[i])
    }
    record.carriers = [0, 0]
    record.icmpErrors = 0
    record.datagramOctets = [0, 0]
    record.replyGaps = ReplyGaps()
  }
}

/// What is kept of a flow of datagrams besides.
struct DatagramState: Sendable {
  /// Its first packet.
  let start: Int64
  let firstFrame: UInt64
  /// Payload octets, by side.
  var octets: InlineArray<2, UInt64> = [0, 0]
  var gaps = ReplyGaps()
}

/// What few flows have.
struct FlowRarities: Sendable {
  /// The flows whose datagrams carried the last packets of this one's originator and of its responder.
  var carriers: InlineArray<2, UInt64> = [0, 0]
  /// ICMP errors that quote it.
  var icmpErrors: UInt32 = 0
  /// How often it was reported while it went on.
  var reports: UInt32 = 0
}
