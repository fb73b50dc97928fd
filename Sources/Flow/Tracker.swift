// Packets to flows: one look-up per packet, an ended flow for whoever asks.

public import Wire

/// A flow that ended, or is reported while it goes on, with its connection when it is TCP.
///
/// Three kilobytes that are filled in place, flow after flow. Whoever asks one for much takes it `inout`,
/// though nothing in it changes: what is taken otherwise is copied field by field, whenever a part of it is
/// handed on.
public struct EndedFlow: Sendable {
  public var record = FlowRecord()
  /// It is a TCP connection.
  public internal(set) var hasConnection = false
  /// What is known of the connection, for a flow that is one.
  public var report = ConnectionReport()
  /// The same, or nil.
  public var connection: ConnectionReport? { hasConnection ? report : nil }
  public internal(set) var reason = FlowEnd.forced
  /// Zeek's word for it, and its history in Zeek's letters; of UDP, who sent something.
  public internal(set) var connectionState = ConnectionState.oth
  public var history = HistoryLetters()
  /// It goes on: counts are from its beginning, and a later record has them all again.
  public var isInterim: Bool { reason == .active }
  /// The time of the capture when it ended, or was reported: later than the flow's own last packet when it
  /// had been quiet.
  public internal(set) var time: Int64 = 0
  /// What ICMP said of it.
  var notices = Evidence()

  /// Nothing yet.
  public init() {}
}

/// Tracks flows. Pure state: no clock, no output; time is the packets'.
public struct Tracker: ~Copyable {
  let limits: Limits
  var patience: ClassTimes
  var table: FlowTable
  var lists = FlowLists()
  var connections: ConnectionStore
  var datagrams = Pool<DatagramState>()
  var outlines = Pool<Outline>()
  var rarities = Pool<FlowRarities>()
  var details: DetailPool
  var copies: Copies
  var contents = Contents()
  var fragments = Fragments()
  var notices = Notices()
  /// Where the flow of the packet at hand is.
  var atHand = 0
  /// The time of the capture: never before a packet's, unless time has gone back by hours.
  var now: Int64 = .min
  /// Short connections are journals: whoever asks for more than their flows cannot have it so.
  let keepsJournals: Bool
  /// Somebody asks what flows carry.
  let looksInside: Bool
  /// The frames whose turn it is or comes next, by their numbers' lowest bits.
  var foreseen = InlineArray<16, ForeseenFrame>(repeating: ForeseenFrame())
  /// A frame has been begun by `takeStraight`, which has left it to `receive`.
  var hasBegun = false
  /// Where the frame is, among those that are foreseen, that `takeStraight` has left to `receive`; negative
  /// when it has left none, or knows nothing of it.
  var left = -1
  /// When the lists were looked at last, and whether they had more than was taken out then.
  var lookedAt: Int64 = .min
  var hasMoreToEnd = false
  /// The flows that wait to be drained, and where each is filled to be shown.
  var ended = EndedFlows()
  var shown = EndedFlow()
  /// How many flows wait to be drained; as long as there are more of them, one at least. Stored, because it
  /// is asked with every packet.
  public internal(set) var endedCount = 0
  /// What ends because the input has ended, in its order, and how many of them have.
  var finishing: [Int32] = []
  var finished = 0
  /// What the last packet settled: repeats that are now known to have been needed or not, each once. The
  /// end of a flow settles the rest of its repeats, with the packet that ends it or that shows that it has
  /// been quiet for too long.
  public internal(set) var settled: [Settlement] = []
  var counts = FlowTally()

  /// The connections that are journals.
  var journals: JournalStore {
    @inline(__always) _read { yield connections.brief }
    @inline(__always) _modify { yield &connections.brief }
  }

  /// What was seen, and what was given up.
  public var tally: FlowTally {
    var tally = counts
    tally.detailsRefused = details.refused
    tally.detailsGivenUp = details.givenUp
    tally.detailsShed = details.shed
    return tally
  }

  /// A tracker without flows.
  public init(_ limits: Limits = Limits(), secret: FlowSecret = FlowSecret()) {
    var limits = limits
    limits.flowsMax = max(1, min(limits.flowsMax, FlowTable.flowsMax))
    self.limits = limits
    patience = ClassTimes(limits)
    keepsJournals =
      limits.keepsJournals && limits.judgesTCP && !limits.tellsVLANs && !limits.keepsSeries
      && !limits.takesWholeWay
    looksInside = limits.judgesTCP && limits.tellsEnds
    table = FlowTable(secret: secret, expected: limits.flowsExpected)
    connections = ConnectionStore(warmMax: limits.warmMax, isOnlyJudged: !limits.tellsEnds)
    details = DetailPool(
      placesMax: limits.detailsMax, octetsMax: limits.detailOctetsMax, keepsEvidence: limits.tellsEnds)
    // The same in every run: what is remembered, and so what is said of a repeat, is not left to chance. Who
    // makes packets that meet here pushes out no more than who sends more of them.
    copies = Copies(limits.copiesMax, secret: FlowSecret(seed: 1))
  }

  /// Flows that are open.
  public var count: Int { table.count }

  /// Whether flows wait to be drained.
  @inlinable @inline(__always)
  public var hasEnded: Bool { endedCount > 0 }

  /// So many flows that ended are told together: one at a time, between packets, each would bring the code
  /// that tells of it back into the processor's cache. With 16, `flows` takes 7 % less time; with more, no
  /// less.
  @inlinable @inline(__always)
  public static var together: Int { 16 }
  /// Whether so many wait.
  @inlinable @inline(__always)
  public var haveManyEnded: Bool { endedCount >= Tracker.together }

  /// Octets of memory that it holds, but for what waits to be drained: at most `Limits.octetsMax`.
  public var octets: Int {
    table.octets + connections.octets + datagrams.octets + outlines.octets + rarities.octets
      + details.octetsInAll
      + Copies.octetsMax + contents.octets
  }

  /// Takes one packet and its frame's octets, which tell what the flow carries.
  public mutating func receive(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) -> Verdict {
    begin(frame)
    var verdict = Verdict()
    if !takeOrdinary(&packet, frame, octets, &verdict) { verdict = take(&packet, frame, octets) }
    if verdict.flow > 0, packet.payloadCaptured > 0, looksInside {
      look(&packet, octets)
      // A damaged segment's octets are not the sender's.
      let isCompared = packet.hasTCP && !verdict.analysis.contains(.badChecksum)
      if isCompared { compare(&packet, frame, octets, verdict) }
    }
    return verdict
  }

  /// Takes one packet, without the octets of which it was made.
  public mutating func receive(_ packet: inout Packet, _ frame: Frame) -> Verdict {
    begin(frame)
    var verdict = Verdict()
    if !takeOrdinary(&packet, frame, Bytes(), &verdict) { verdict = take(&packet, frame, Bytes()) }
    return verdict
  }

  /// What every packet does before anybody looks at it.
  @inline(__always)
  mutating func begin(_ frame: Frame) {
    if hasBegun {
      hasBegun = false
      return
    }
    // Before flows end because time goes on: that settles their repeats.
    if !settled.isEmpty { settled.removeAll(keepingCapacity: true) }
    advance(to: frame.time)
    counts.packets += 1
  }

  /// The straight path of nearly every packet: a segment of a connection that is there. False when there is
  /// more to it, and then nothing has been done: no SYN, which opens; nothing in tunnels, fragments or VLANs
  /// that count; no connection that is packed, has been quiet for too long, or is due to be reported. `take`
  /// says the same of it.
  @inline(__always)
  private mutating func takeOrdinary(
    _ packet: inout Packet, _ frame: Frame, _ octets: Bytes, _ verdict: inout Verdict
  ) -> Bool {
    let opening = TCPFlags.syn.rawValue
    let left = left
    self.left = -1
    guard !limits.takesWholeWay, packet.hasTCP, packet.hasPorts, packet.ipVersion != 0,
      packet.tcp.flags.rawValue & (opening | TCPFlags.ack.rawValue) != opening,
      packet.carrierCount == 0, !packet.isFragment, !packet.hasICMP, limits.judgesTCP, !limits.tellsVLANs
    else { return false }
    let (found, isReversed) = flow(of: &packet, left: left)
    guard let index = found,
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber)
    else { return false }
    if table.slots[index].isBrief {
      if isDue(index, frame.time) { return false }
      if writeDown(index, isReversed: isReversed, &packet, frame, octets, &verdict) { return true }
      if !makeSteady(index) { unfold(index) }
    }
    if table.slots[index].isSteady {
      return takeSteady(index, isReversed: isReversed, &packet, frame, octets, &verdict)
    }
    // A SYN may take another connection's place.
    guard table.slots[index].isWarm, !isDue(index, frame.time),
      packet.tcp.flags.rawValue & opening == 0
    else { return false }
    let way = Copies.way(&packet, frame)
    takeWarm(index, isReversed: isReversed, frame, ip: packet.ipLength, &verdict) {
      $0.receive(&packet, frame, octets, from: $1.side, on: way, flow: $1.serial, &$2, &$3, &$4)
    }
    return true
  }

  /// Takes a segment of a connection that is warm: `receive` lets the connection look at it.
  @inline(__always)
  mutating func takeWarm(
    _ index: Int, isReversed: Bool, _ frame: Frame, ip: Int, _ verdict: inout Verdict,
    _ receive: (
      inout TCPConnection, FlowSlot.Ordinary, inout TCPDetail, inout Copies, inout Verdict
    ) -> Void
  ) {
    let slot = table.slots[index].takeOrdinary(frame, isReversed: isReversed, ip: ip)
    atHand = index
    connections.see(slot.state)
    judge(slot.state, &verdict) { receive(&$0, slot, &$1, &$2, &$3) }
    lists.touch(index, connections.warm[slot.state].classify(), before: slot.before, &table)
    if lists.closed > limits.closedMax { endClosed() }
    verdict.flow = slot.serial
  }

  private mutating func take(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) -> Verdict {
    if !limits.judgesTCP, let verdict = receivePlainly(&packet, frame, octets) { return verdict }
    let carrier = packet.carrierCount > 0 ? carry(&packet, frame) : 0
    guard packet.ipVersion != 0 else {
      counts.withoutIP += 1
      return Verdict()
    }
    guard let name = name(&packet, frame.time) else { return Verdict() }
    let about = packet.hasICMP && packet.quoted != nil ? tie(&packet, frame) : 0
    let flags = packet.hasTCP ? packet.tcp.flags : nil
    var reused: Reuse?
    var found = current(table.find(name.key), frame.time)
    if let index = found, table.slots[index].isBrief {
      reused = replaceBriefly(index, &packet, name, frame)
      if reused != nil { found = nil } else { unfold(index) }
    }
    if let index = found, let flags, flags.contains(.syn) {
      reused = replace(index, &packet, name, frame)
      if reused != nil { found = nil }
    }
    let opening = found == nil ? opening(&packet, frame, flags) : nil
    let index = found ?? open(name, flags, frame, briefly: opening != nil)
    atHand = index
    if table.slots[index].hasConnection, opening == nil { _ = connections.place(of: index, &table) }
    let side = table.slots[index].side(name.isReversed)
    if carrier != 0 { noteRare(index) { $0.carriers[side.rawValue] = carrier } }
    let isUDP = packet.hasPorts && packet.ipProtocol == .udp
    let length = isUDP ? packet.datagramLength : packet.payloadLength
    reportActive(index, frame.time)
    let before = table.slots[index].end
    count(index, side, frame, ip: packet.ipLength, datagram: length)
    var verdict = Verdict(side: side)
    if var opening {
      begin(index, &opening, reused) { packet.checkSegment(in: octets) }
    } else if table.slots[index].hasConnection, packet.hasTCP {
      let slot = table.slots[index].state
      if let reused {
        let place = details.place(of: connections.warm[slot].detail)
        reused.note(in: &details.details[place], frame.number, frame.time)
      }
      let (serial, way) = (table.slots[index].serial, Copies.way(&packet, frame))
      judge(slot, &verdict) {
        $0.receive(&packet, frame, octets, from: side, on: way, flow: serial, &$1, &$2, &$3)
      }
    } else if packet.hasTCP, isOutlined(index) {
      let isDamaged = outlines[table.slots[index].state].receive(&packet, octets, from: side)
      if isDamaged { verdict.analysis = .badChecksum }
    }
    lists.touch(index, flowClass(of: index), before: before, &table)
    if lists.closed > limits.closedMax { endClosed() }
    verdict.flow = table.slots[index].serial
    verdict.about = about
    if reused != nil { verdict.analysis.insert(.reusedPorts) }
    return verdict
  }

  /// The most packets with octets that are looked at for what a flow carries.
  static let looksMax: UInt8 = 16

  /// Looks at the octets of the packet at hand.
  private mutating func look(_ packet: inout Packet, _ octets: Bytes) {
    guard table.slots[atHand].service == .unknown, table.slots[atHand].looks < Tracker.looksMax else {
      return
    }
    var service = Service(packet.application.kind)
    let start = packet.payloadOffset
    if service == .unknown, start >= 0, start <= octets.count, packet.payloadCaptured <= octets.count - start
    {
      service = Service.recognize(
        octets.extracting(start..<start + packet.payloadCaptured), isStream: packet.hasTCP,
        hint: table.slots[atHand].responderPort)
    }
    table.slots[atHand].looks += 1
    table.slots[atHand].service = service
  }

  /// Lets a connection look at its segment.
  @inline(__always)
  private mutating func judge(
    _ connection: Int, _ verdict: inout Verdict,
    _ receive: (inout TCPConnection, inout TCPDetail, inout Copies, inout Verdict) -> Void
  ) {
    let place = details.place(of: connections.warm[connection].detail)
    receive(&connections.warm[connection], &details.details[place], &copies, &verdict)
    if verdict.settles { details.details[place].takeSettled(into: &settled) }
    details.settle(place, connection, &connections.warm)
  }

  /// Counts a packet for a flow.
  @inline(__always)
  mutating func count(_ index: Int, _ side: FlowSide, _ frame: Frame, ip: Int, datagram: Int) {
    table.slots[index].count(frame, from: side, ip: ip)
    if !table.slots[index].hasConnection, !isOutlined(index) {
      datagrams[table.slots[index].state].octets[side.rawValue] &+= UInt64(max(0, datagram))
      datagrams[table.slots[index].state].gaps.note(side, frame.time)
    }
  }

  /// What kind of flow it is now.
  @inline(__always)
  private mutating func flowClass(of index: Int) -> FlowClass {
    if table.slots[index].isBrief { return journals[table.slots[index].state].classify() }
    if table.slots[index].hasConnection { return connections.warm[table.slots[index].state].classify() }
    if isOutlined(index) { return outlines[table.slots[index].state].flowClass }
    return .of(table.slots[index].key.ipProtocol, isAnswered: table.slots[index].isAnswered)
  }
}
