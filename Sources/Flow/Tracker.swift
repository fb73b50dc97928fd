// Packets to flows: one look-up per packet, an ended flow for whoever asks.

public import Wire

/// What bounds the tracker, and what it takes for one flow.
public struct Limits: Sendable {
  /// The most flows that are open at a time.
  public var flowsMax = 1_000_000
  /// Nanoseconds after which a quiet flow ends: TCP with a handshake, TCP without, everything else.
  public var idleTCP: Int64 = 3_600_000_000_000
  public var idleHalfOpen: Int64 = 120_000_000_000
  public var idleOther: Int64 = 60_000_000_000
  /// How long a closed connection stays, for its last copies and late packets: 2MSL.
  public var linger: Int64 = 60_000_000_000
  /// Each end keeps its octets in flight over time.
  public var keepsSeries = false
  /// Connections that hold, at a time, more than every connection needs: those with trouble, or with much in
  /// flight.
  public var detailsMax = 131_072
  /// Octets that the lists of all of them may hold together.
  public var detailOctetsMax = 256 << 20
  /// Flows of different VLANs are different flows.
  public var tellsVLANs = false

  /// The defaults.
  public init() {}
}

/// A flow that ended, with its connection when it was TCP.
public struct EndedFlow: Sendable {
  public let record: FlowRecord
  public let connection: ConnectionReport?
  public let reason: FlowEnd
  /// The time of the capture when it ended, or was reported: later than the flow's own last packet when it
  /// had been quiet.
  public let time: Int64
  /// What ICMP said of it.
  let notices: Evidence
}

/// Tracks flows. Pure state: no clock, no output; time is the packets'.
public struct Tracker: ~Copyable {
  private let limits: Limits
  private var table: FlowTable
  private var connections: [TCPConnection] = []
  private var freeConnections: [Int] = []
  private var details: DetailPool
  private var copies: Copies
  private var fragments = Fragments()
  private var serials: UInt64 = 0
  private var now: Int64 = .min
  /// Places to look at when their time comes, oldest first; a flow is in it once.
  private var watched: [(index: Int, generation: UInt32)] = []
  private var watchedFirst = 0
  private var ended: [EndedFlow] = []
  /// What the last packet settled: repeats that are now known to have been needed or not, each once. The
  /// end of a flow settles the rest of its repeats, when `drain` hands it over.
  public private(set) var settled: [Settlement] = []
  private var notices = Notices()
  /// Where the flow of the packet at hand is.
  private var current = 0

  /// Flows that ended before their time because room was needed.
  public private(set) var evictions: UInt64 = 0
  /// Packets that belong to no flow: without an IP layer, with too little of a transport header, or later
  /// fragments whose first was not captured.
  public private(set) var packetsWithoutFlow: UInt64 = 0

  /// A tracker without flows.
  public init(_ limits: Limits = Limits(), secret: FlowSecret = FlowSecret()) {
    self.limits = limits
    table = FlowTable(secret: secret)
    details = DetailPool(placesMax: limits.detailsMax, octetsMax: limits.detailOctetsMax)
    copies = Copies(secret: secret)
  }

  /// Flows that are open.
  public var count: Int { table.count }

  /// Takes one packet and its frame's octets, which tell what the flow carries.
  public mutating func receive(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) -> Verdict {
    let verdict = receive(&packet, frame)
    if verdict.flow > 0, packet.payloadCaptured > 0 { look(&packet, octets) }
    return verdict
  }

  /// Takes one packet.
  public mutating func receive(_ packet: inout Packet, _ frame: Frame) -> Verdict {
    if !settled.isEmpty { settled.removeAll(keepingCapacity: true) }
    // Time that goes backwards expires nothing.
    now = max(now, frame.time)
    expire()
    let carrier = packet.carrierCount > 0 ? carry(&packet, frame) : 0
    guard packet.ipVersion != 0, let name = name(&packet, frame.time) else {
      packetsWithoutFlow += 1
      return Verdict()
    }
    let about = packet.quoted != nil ? tie(&packet, frame) : 0
    var found = table.find(name.key)
    var reused: Reuse?
    if let index = found, packet.hasTCP, packet.tcp.flags.contains(.syn), !packet.tcp.flags.contains(.ack),
      let connection = table.records[index].connection
    {
      let side: FlowSide = table.records[index].isReversed == name.isReversed ? .originator : .responder
      if connections[connection].isReplaced(bySYN: packet.tcp.sequence, from: side) {
        let detail = details.detail(of: connections[connection])
        reused = connections[connection].reuse(by: &packet, from: side, at: frame.time, detail)
        end(index, .end)
        found = nil
      }
    }
    let index = found ?? open(name, packet.hasTCP ? packet.tcp.flags : nil, frame)
    current = index
    let side: FlowSide = table.records[index].isReversed == name.isReversed ? .originator : .responder
    let isUDP = packet.hasPorts && packet.ipProtocol == .udp
    let octets = isUDP ? packet.datagramLength : packet.payloadLength
    if carrier != 0 { table.withRecord(index) { $0.carriers[side.rawValue] = carrier } }
    let connection = count(index, side, frame, ip: packet.ipLength, datagram: octets)
    var verdict = Verdict(side: side)
    let serial = table.records[index].serial
    if let connection, packet.hasTCP {
      let place = details.place(of: connections[connection])
      reused?.note(in: &details.details[place], frame)
      verdict = connections[connection].receive(
        &packet, frame, from: side, flow: serial, &details.details[place], &copies)
      if verdict.settles { details.details[place].takeSettled(into: &settled) }
      details.settle(place, connection, &connections)
    }
    verdict.flow = serial
    verdict.about = about
    if reused != nil { verdict.analysis.insert(.reusedPorts) }
    return verdict
  }

  /// The most packets with octets that are looked at for what a flow carries.
  private static let looksMax: UInt8 = 16

  /// Looks at the octets of the packet at hand.
  private mutating func look(_ packet: inout Packet, _ octets: Bytes) {
    guard table.records[current].service == .unknown, table.records[current].looks < Tracker.looksMax else {
      return
    }
    var service = Service(packet.application.kind)
    let start = packet.payloadOffset
    if service == .unknown, start >= 0, start <= octets.count, packet.payloadCaptured <= octets.count - start
    {
      service = Service.recognize(
        octets.extracting(start..<start + packet.payloadCaptured), isStream: packet.hasTCP,
        hint: table.records[current].responder.port)
    }
    table.withRecord(current) { record in
      record.looks += 1
      record.service = service
    }
  }

  /// Counts a packet for a flow, and gives its connection.
  private mutating func count(
    _ index: Int, _ side: FlowSide, _ frame: Frame, ip: Int, datagram: Int
  ) -> Int? {
    table.withRecord(index) { record in
      record.end = max(record.end, frame.time)
      record.lastFrame = frame.number
      record.counters[side.rawValue].packets += 1
      record.counters[side.rawValue].ipOctets += UInt64(max(0, ip))
      record.counters[side.rawValue].frameOctets += UInt64(max(0, frame.wireLength))
      if record.connection == nil { record.datagramOctets[side.rawValue] += UInt64(max(0, datagram)) }
      return record.connection
    }
  }

  /// Counts the datagrams around a packet for flows of their own, and gives the innermost of these. The
  /// packet's own flow is that of its innermost IP layer.
  private mutating func carry(_ packet: inout Packet, _ frame: Frame) -> UInt64 {
    var around: UInt64 = 0
    for i in 0..<min(packet.carrierCount, Packet.carriersMax) {
      let carrier = packet.carriers[i]
      let (key, isReversed) = FlowKey.of(
        source: carrier.source, sourcePort: carrier.sourcePort, destination: carrier.destination,
        destinationPort: carrier.destinationPort, ipProtocol: .udp, network: network(&packet),
        isIPv6: carrier.isIPv6)
      let index = table.find(key) ?? open(PacketName(key: key, isReversed: isReversed), nil, frame)
      let side: FlowSide = table.records[index].isReversed == isReversed ? .originator : .responder
      _ = count(index, side, frame, ip: carrier.ipLength, datagram: carrier.datagramLength)
      table.withRecord(index) { record in
        record.isCarrier = true
        record.carriers[side.rawValue] = around
      }
      around = table.records[index].serial
    }
    return around
  }

  /// The VLAN, when flows are told apart by it.
  private func network(_ packet: inout Packet) -> UInt16 {
    limits.tellsVLANs && packet.vlanCount > 0 ? packet.vlans[packet.vlanCount - 1] & 0xfff : 0
  }

  /// The flow that a packet names; nil when it does not: a later fragment whose first was not captured, or a
  /// transport header that is not all there.
  private mutating func name(_ packet: inout Packet, _ time: Int64) -> PacketName? {
    if packet.isFragment, packet.fragmentOffset > 0 {
      return fragments.owner(of: &packet, at: time).map { PacketName(key: $0.key, isReversed: $0.isReversed) }
    }
    var ports: (source: UInt16, destination: UInt16) = (0, 0)
    var isAnswer = false
    if packet.hasPorts {
      ports = (packet.sourcePort, packet.destinationPort)
    } else if packet.hasICMP {
      let echo = EchoPorts(type: packet.icmpType, code: packet.icmpCode, version: packet.ipVersion)
      ports = (echo.source, echo.destination)
      isAnswer = echo.isAnswer
    } else if packet.ipProtocol == .tcp || packet.ipProtocol == .udp {
      return nil
    }
    let (key, isReversed) = FlowKey.of(
      source: packet.source, sourcePort: ports.source, destination: packet.destination,
      destinationPort: ports.destination, ipProtocol: packet.ipProtocol, network: network(&packet),
      isIPv6: packet.ipVersion == 6)
    if packet.isFragment { fragments.remember(&packet, key, isReversed: isReversed, at: time) }
    return PacketName(key: key, isReversed: isReversed, isAnswer: isAnswer)
  }

  /// Ties an ICMP error to the flow that it quotes, and gives that flow's number; 0 when there is none. The
  /// error itself belongs to a flow of its own: it comes from the responder of the other, or from between.
  private mutating func tie(_ packet: inout Packet, _ frame: Frame) -> UInt64 {
    guard let quoted = packet.quoted, quoted.hasPorts else { return 0 }
    let (key, isReversed) = FlowKey.of(
      source: quoted.source, sourcePort: quoted.sourcePort, destination: quoted.destination,
      destinationPort: quoted.destinationPort, ipProtocol: quoted.ipProtocol, network: network(&packet),
      isIPv6: quoted.ipVersion == 6)
    guard let index = table.find(key) else { return 0 }
    let isUnreachable = packet.icmpType == (packet.ipVersion == 4 ? 3 : 1)
    let isTooBig = packet.ipVersion == 4 ? isUnreachable && packet.icmpCode == 4 : packet.icmpType == 2
    let asked: FlowSide = table.records[index].isReversed == isReversed ? .originator : .responder
    if isUnreachable || isTooBig, let connection = table.records[index].connection {
      let place = details.place(of: connections[connection])
      if isTooBig {
        connections[connection].noteTooBig(frame, from: asked, &details.details[place])
      } else if asked == .originator {
        connections[connection].noteUnreachable(frame, &details.details[place])
      }
      details.settle(place, connection, &connections)
    }
    notices.note(&packet, frame, flow: table.records[index].serial, asked: asked)
    table.withRecord(index) { $0.icmpErrors &+= 1 }
    return table.records[index].serial
  }

  /// Makes a flow of its first packet; `flags` are those of a TCP segment.
  private mutating func open(_ name: PacketName, _ flags: TCPFlags?, _ frame: Frame) -> Int {
    if table.count >= limits.flowsMax { evict() }
    serials += 1
    let isGuess = flags.map { !$0.contains(.syn) || $0.contains(.ack) } ?? false
    let isFlipped = name.looksLikeAnswer(flags)
    var record = FlowRecord(
      key: name.key, serial: serials, isReversed: isFlipped != name.isReversed,
      isDirectionGuessed: isGuess || isFlipped, isFlipped: isFlipped, start: frame.time, end: frame.time,
      firstFrame: frame.number, lastFrame: frame.number)
    if flags != nil {
      let connection = TCPConnection(
        start: frame.time, firstFrame: frame.number, keepsSeries: limits.keepsSeries, isFlipped: isFlipped)
      if let free = freeConnections.popLast() {
        connections[free] = connection
        record.connection = free
      } else {
        record.connection = connections.count
        connections.append(connection)
      }
    }
    let index = table.insert(record)
    watched.append((index, table.records[index].generation))
    return index
  }

  /// How long a flow may be quiet.
  private func patience(_ record: FlowRecord) -> Int64 {
    guard let connection = record.connection else { return limits.idleOther }
    if connections[connection].isClosed { return limits.linger }
    return connections[connection].isHalfOpen ? limits.idleHalfOpen : limits.idleTCP
  }

  /// Ends flows that have been quiet for too long: looks at a few of those that were looked at longest ago.
  private mutating func expire() {
    for _ in 0..<2 where watchedFirst < watched.count {
      let (index, generation) = watched[watchedFirst]
      let record = table.records[index]
      if record.isOpen, record.generation == generation {
        if interval(record.end, now) < patience(record) {
          // Not yet: it goes to the end of the queue, unless it has just come.
          if interval(record.end, now) < 1_000_000_000 { return }
          watched.append((index, generation))
        } else {
          end(index, connections(of: record, isClosed: true) ? .end : .idle)
        }
      }
      watchedFirst += 1
    }
    if watchedFirst > 1024, watchedFirst * 2 > watched.count {
      watched.removeFirst(watchedFirst)
      watchedFirst = 0
    }
  }

  private func connections(of record: FlowRecord, isClosed: Bool) -> Bool {
    record.connection.map { connections[$0].isClosed } == isClosed
  }

  /// Makes room: of the flows looked at longest ago, the first that is half open goes, else the quietest.
  private mutating func evict() {
    var victim: Int?
    var looked = 0
    for (index, generation) in watched[watchedFirst...] {
      let record = table.records[index]
      guard record.isOpen, record.generation == generation else { continue }
      if let connection = record.connection, !connections[connection].opening.isComplete {
        victim = index
        break
      }
      if victim.map({ table.records[$0].end > record.end }) ?? true { victim = index }
      looked += 1
      if looked == 64 { break }
    }
    if let victim {
      evictions += 1
      end(victim, .resources)
    }
  }

  /// Takes a flow out and keeps it for `drain`.
  private mutating func end(_ index: Int, _ reason: FlowEnd) {
    let record = table.records[index]
    let connection = record.connection.map {
      ConnectionReport(connections[$0], details.detail(of: connections[$0]))
    }
    if let slot = record.connection {
      details.details[details.place(of: connections[slot])].settleAll(into: &settled)
      details.release(slot, &connections)
      freeConnections.append(slot)
    }
    table.remove(index)
    let noticed = notices.take(record.serial)
    ended.append(
      EndedFlow(
        record: record, connection: connection, reason: reason, time: max(now, record.end), notices: noticed))
  }

  /// Whether flows wait to be drained.
  public var hasEnded: Bool { !ended.isEmpty }

  /// Hands over the flows that ended since the last call, in the order of their ends.
  public mutating func drain(_ body: (EndedFlow) -> Void) {
    for flow in ended { body(flow) }
    ended.removeAll(keepingCapacity: true)
  }

  /// Shows every flow that is open, as it is now, in the order of their first packets. Nothing is changed.
  public func forEachOpen(_ body: (EndedFlow) -> Void) {
    let open = table.records.indices.filter { table.records[$0].isOpen }
    for index in open.sorted(by: { table.records[$0].serial < table.records[$1].serial }) {
      let record = table.records[index]
      let connection = record.connection.map {
        ConnectionReport(connections[$0], details.detail(of: connections[$0]))
      }
      body(
        EndedFlow(
          record: record, connection: connection, reason: .active, time: max(now, record.end),
          notices: Evidence()))
    }
  }

  /// The input has ended, and every flow with it, in the order of their first packets.
  public mutating func finish() {
    settled.removeAll()
    let open = table.records.indices.filter { table.records[$0].isOpen }
    for index in open.sorted(by: { table.records[$0].serial < table.records[$1].serial }) {
      end(index, connections(of: table.records[index], isClosed: true) ? .end : .forced)
    }
  }
}
