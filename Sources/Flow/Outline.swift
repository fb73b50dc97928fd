// TCP as far as a reader of streams needs it: which connection a segment belongs to, and when it is over.
// Nobody judges these segments, and little is kept (`Limits.judgesTCP`).

internal import Wire

/// What is kept of a connection whose segments nobody judges.
struct Outline: Sendable, BitwiseCopyable {
  /// What is known of one end.
  struct Marks: OptionSet, Sendable, BitwiseCopyable {
    var rawValue: UInt8
    /// Its number is known, from a segment of its own or from what the other acknowledges.
    static let known = Marks(rawValue: 1)
    static let syn = Marks(rawValue: 2)
    static let fin = Marks(rawValue: 4)
    static let segment = Marks(rawValue: 8)
    static let data = Marks(rawValue: 16)
    /// The other has acknowledged something of it.
    static let acknowledged = Marks(rawValue: 32)
  }

  private struct End: Sendable, BitwiseCopyable {
    var marks: Marks = []
    /// The number of its SYN, the one behind what it has sent, SYN and FIN counted, and what the other end
    /// waits for.
    var initial: UInt32 = 0
    var next: UInt32 = 0
    var acknowledged: UInt32 = 0
    /// The number behind its last SYN that belongs to another connection; 0 for none.
    var stranger: UInt32 = 0
  }

  /// How far a reset's number may lie beyond what was seen of its sender: what a capture may have missed
  /// before it. Windows are not followed here.
  private static let resetMax: Int64 = 1 << 19

  /// Its first packet.
  let start: Int64
  let firstFrame: UInt64
  private var ends: InlineArray<2, End> = [End(), End()]
  private var isReset = false
  private var isOpened = false
  /// What the checksums of each end have been.
  private var checks: InlineArray<2, Checks> = [Checks(), Checks()]

  init(_ frame: Frame) {
    start = frame.time
    firstFrame = frame.number
  }

  /// Both ends have sent their FIN, and had it acknowledged; or one a reset: another connection may take its
  /// ports.
  private var isClosed: Bool { isReset || hasClosed(0) && hasClosed(1) }

  private func hasClosed(_ i: Int) -> Bool {
    ends[i].marks.contains([.fin, .acknowledged])
      && distance(from: ends[i].next, to: ends[i].acknowledged) >= 0
  }

  /// Whether both ends have been heard and agree, as `TCPConnection.isProven` has it.
  private var isProven: Bool {
    if isOpened { return true }
    guard ends[0].marks.contains(.segment), ends[1].marks.contains(.segment) else { return false }
    let hasSYN = ends[0].marks.contains(.syn) || ends[1].marks.contains(.syn)
    return hasSYN ? ends[1].marks.contains(.data) : !isReset
  }

  /// What kind of flow it is.
  var flowClass: FlowClass {
    if isClosed { return isProven ? .closed : .refused }
    if isProven { return .established }
    let hasSYN = ends[0].marks.contains(.syn) || ends[1].marks.contains(.syn)
    let hasData = ends[0].marks.contains(.data) || ends[1].marks.contains(.data)
    return hasSYN && !hasData ? .halfOpen : .oneSided
  }

  /// Whether a SYN with this number begins another connection, as `TCPConnection.isReplaced` has it.
  func isReplaced(bySYN number: UInt32, from side: FlowSide) -> Bool {
    let end = ends[side.rawValue]
    guard end.marks.contains(.syn) else {
      if isClosed { return true }
      let isClosing = end.marks.contains(.fin) || ends[side.other.rawValue].marks.contains(.fin)
      let isUnseen = !end.marks.contains(.segment)
      let initial = end.marks.contains(.known) ? end.initial : nil
      return (isClosing || isUnseen) && Watch.isElsewhere(number, initial)
    }
    if end.initial == number { return isReset && distance(from: number, to: end.next) > 1 }
    let hasData = ends[0].marks.contains(.data) || ends[1].marks.contains(.data)
    return isClosed || !isOpened && !hasData
  }

  /// Whether a SYN-ACK shows that another connection has begun, as `TCPConnection.isReplaced` has it.
  func isReplaced(bySYNACK acknowledgment: UInt32, from side: FlowSide) -> Bool {
    let next = ends[side.other.rawValue].stranger
    return next != 0 && next == acknowledgment
  }

  /// Whether a SYN belongs to another connection, as `TCPConnection.isForeign` has it.
  private func isForeign(_ number: UInt32, _ i: Int) -> Bool {
    if ends[i].marks.contains(.syn) { return ends[i].initial != number }
    return ends[i].marks.contains([.known, .segment]) && Watch.isElsewhere(number, ends[i].initial)
  }

  /// Whether a segment with so many octets of payload was damaged on its way, by the verdict on its checksum.
  /// Where the tap is nobody asks here.
  @inline(__always)
  mutating func isDamaged(_ side: FlowSide, _ payload: Int, _ verdict: () -> ChecksumVerdict?) -> Bool {
    checks[side.rawValue].findDamage(hasPayload: payload > 0, isNear: false, verdict)
  }

  /// Takes a packet's segment; true when it was damaged on its way, and then nothing else is done. `octets`
  /// are the frame's, none when nobody has them.
  @inline(__always)
  mutating func receive(_ packet: inout Packet, _ octets: Bytes, from side: FlowSide) -> Bool {
    if packet.payloadCaptured >= packet.payloadLength,
      isDamaged(side, packet.payloadLength, { packet.checkSegment(in: octets) })
    {
      return true
    }
    receive(
      packet.tcp.flags, packet.tcp.sequence, packet.tcp.acknowledgment, length: packet.payloadLength,
      from: side)
    return false
  }

  /// Takes a segment.
  @inline(__always)
  mutating func receive(
    _ flags: TCPFlags, _ number: UInt32, _ acknowledgment: UInt32, length payload: Int, from side: FlowSide
  ) {
    let (me, peer) = (side.rawValue, side.other.rawValue)
    if flags.contains(.syn) {
      // A SYN of another connection moves nothing.
      if isForeign(number, me) {
        ends[me].stranger = number &+ 1
        return
      }
      if !ends[me].marks.contains(.syn) { begin(me, at: number, [.known, .syn]) }
    } else if !ends[me].marks.contains(.known) {
      begin(me, at: number &- 1, .known)
    }
    let hasAnswered = ends[me].marks.contains(.segment)
    ends[me].marks.insert(.segment)
    if flags.contains(.ack) { acknowledge(acknowledgment, of: peer) }
    if flags.contains(.rst) {
      return reset(flags, number, acknowledgment, me, peer, hasAnswered: hasAnswered)
    }
    let length = UInt32(truncatingIfNeeded: max(0, payload))
    if length > 0 { ends[me].marks.insert(.data) }
    if flags.contains(.fin) { ends[me].marks.insert(.fin) }
    let behind = number &+ length &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    if distance(from: ends[me].next, to: behind) > 0 { ends[me].next = behind }
  }

  private mutating func begin(_ i: Int, at number: UInt32, _ marks: Marks) {
    ends[i].marks.formUnion(marks)
    ends[i].initial = number
    ends[i].next = number &+ 1
    ends[i].acknowledged = number &+ 1
  }

  @inline(__always)
  private mutating func acknowledge(_ number: UInt32, of i: Int) {
    if !ends[i].marks.contains(.known) { begin(i, at: number &- 1, .known) }
    if !isOpened, ends[0].marks.contains(.syn), ends[1].marks.contains(.syn), i == 1 {
      isOpened = distance(from: ends[1].initial, to: number) > 0
    }
    // What nobody has sent is acknowledged when the capture misses it, and by strangers.
    if distance(from: ends[i].acknowledged, to: number) >= 0 {
      ends[i].acknowledged = number
      ends[i].marks.insert(.acknowledged)
    }
  }

  /// A reset ends the connection when its number is one that the other end takes (RFC 9293 section 3.10.7.4);
  /// a SYN is refused by what acknowledges it (section 3.10.7.3).
  private mutating func reset(
    _ flags: TCPFlags, _ number: UInt32, _ acknowledgment: UInt32, _ me: Int, _ peer: Int, hasAnswered: Bool
  ) {
    if !ends[me].marks.contains(.syn), ends[peer].marks.contains(.syn), !isOpened, !hasAnswered {
      isReset =
        isReset
        || flags.contains(.ack) && distance(from: ends[peer].initial, to: acknowledgment) > 0
      return
    }
    let isBelow =
      ends[me].marks.contains(.acknowledged) && distance(from: ends[me].acknowledged, to: number) < 0
    if !isBelow, distance(from: ends[me].next, to: number) <= Outline.resetMax { isReset = true }
  }
}

extension Tracker {
  /// Whether a flow is TCP that nobody judges.
  @inline(__always)
  func isOutlined(_ index: Int) -> Bool {
    !limits.judgesTCP && table.slots[index].key.ipProtocol == .tcp
  }

  /// Takes a segment of a flow that is there, unless there is more to it: a tunnel, a fragment, a SYN, a flow
  /// that has been quiet for too long. Nil then, and nothing has been done.
  @inline(__always)
  mutating func receivePlainly(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) -> Verdict? {
    guard packet.hasTCP, packet.carrierCount == 0, !packet.isFragment, !limits.tellsVLANs,
      !packet.tcp.flags.contains(.syn)
    else { return nil }
    let (key, isReversed) = FlowKey.of(
      source: packet.source, sourcePort: packet.sourcePort, destination: packet.destination,
      destinationPort: packet.destinationPort, ipProtocol: .tcp, network: 0, isIPv6: packet.ipVersion == 6)
    guard let index = table.find(key) else { return nil }
    let before = table.slots[index].end
    let age = interval(before, frame.time)
    guard age < table.slots[index].flowClass.patience(limits) else { return nil }
    reportActive(index, frame.time)
    let side = table.slots[index].side(isReversed)
    let state = table.slots[index].state
    table.slots[index].count(frame, from: side, ip: packet.ipLength)
    var verdict = Verdict(side: side)
    if outlines[state].receive(&packet, octets, from: side) { verdict.analysis = .badChecksum }
    lists.touch(index, outlines[state].flowClass, before: before, &table)
    if lists.closed > limits.closedMax { endClosed() }
    verdict.flow = table.slots[index].serial
    return verdict
  }

  /// When a flow began, and with which frame.
  @inline(__always)
  func beginning(of index: Int) -> (time: Int64, frame: UInt64) {
    let state = table.slots[index].state
    if table.slots[index].isBrief {
      return (journals[state].start, journals[state].firstFrame)
    }
    if table.slots[index].hasConnection {
      return (connections.warm[state].start, connections.warm[state].firstFrame)
    }
    if isOutlined(index) { return (outlines[state].start, outlines[state].firstFrame) }
    return (datagrams[state].start, datagrams[state].firstFrame)
  }
}
