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
}

/// Tracks flows. Pure state: no clock, no output; time is the packets'.
public struct Tracker: ~Copyable {
  private let limits: Limits
  private var table: FlowTable
  private var connections: [TCPConnection] = []
  private var freeConnections: [Int] = []
  private var details: DetailPool
  private var copies: Copies
  private var serials: UInt64 = 0
  private var now: Int64 = .min
  /// Places to look at when their time comes, oldest first; a flow is in it once.
  private var watched: [(index: Int, generation: UInt32)] = []
  private var watchedFirst = 0
  private var ended: [EndedFlow] = []

  /// Flows that ended before their time because room was needed.
  public private(set) var evictions: UInt64 = 0
  /// Packets that belong to no flow: without an IP layer, or later fragments.
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

  /// Takes one packet.
  public mutating func receive(_ packet: inout Packet, _ frame: Frame) -> Verdict {
    // Time that goes backwards expires nothing.
    now = max(now, frame.time)
    expire()
    guard packet.ipVersion != 0, isWhole(&packet) else {
      packetsWithoutFlow += 1
      return Verdict()
    }
    if packet.quoted != nil, let verdict = tie(&packet, frame) { return verdict }
    let ports = packet.hasPorts ? (packet.sourcePort, packet.destinationPort) : (0, 0)
    let network = limits.tellsVLANs && packet.vlanCount > 0 ? packet.vlans[packet.vlanCount - 1] & 0xfff : 0
    let (key, isReversed) = FlowKey.of(
      source: packet.source, sourcePort: ports.0, destination: packet.destination, destinationPort: ports.1,
      ipProtocol: packet.ipProtocol, network: network)
    var found = table.find(key)
    var reused = false
    if let index = found, packet.hasTCP, packet.tcp.flags.contains(.syn), !packet.tcp.flags.contains(.ack),
      let connection = table.records[index].connection
    {
      let side: FlowSide = table.records[index].isReversed == isReversed ? .originator : .responder
      if connections[connection].isReplaced(bySYN: packet.tcp.sequence, from: side) {
        end(index, .end)
        found = nil
        reused = true
      }
    }
    let index = found ?? open(key, isReversed, &packet, frame)
    let side: FlowSide = table.records[index].isReversed == isReversed ? .originator : .responder
    let octets = UInt64(max(0, packet.payloadLength))
    let connection = table.withRecord(index) { record in
      record.end = max(record.end, frame.time)
      record.lastFrame = frame.number
      record.counters[side.rawValue].packets += 1
      record.counters[side.rawValue].ipOctets += UInt64(max(0, packet.ipLength))
      record.counters[side.rawValue].frameOctets += UInt64(max(0, frame.wireLength))
      if record.connection == nil { record.datagramOctets[side.rawValue] += octets }
      return record.connection
    }
    var verdict = Verdict(side: side)
    let serial = table.records[index].serial
    if let connection, packet.hasTCP {
      let place = details.place(of: connections[connection])
      verdict = connections[connection].receive(
        &packet, frame, from: side, flow: serial, &details.details[place], &copies)
      details.settle(place, connection, &connections)
    }
    verdict.flow = serial
    if reused { verdict.analysis.insert(.reusedPorts) }
    return verdict
  }

  /// Ties an ICMP error to the flow that it quotes: the error comes from the responder's side of it, or from
  /// between.
  private mutating func tie(_ packet: inout Packet, _ frame: Frame) -> Verdict? {
    guard let quoted = packet.quoted, quoted.hasPorts else { return nil }
    let (key, isReversed) = FlowKey.of(
      source: quoted.source, sourcePort: quoted.sourcePort, destination: quoted.destination,
      destinationPort: quoted.destinationPort, ipProtocol: quoted.ipProtocol, network: 0)
    guard let index = table.find(key) else { return nil }
    let isUnreachable = packet.icmpType == (packet.ipVersion == 4 ? 3 : 1)
    let isTooBig = packet.ipVersion == 4 && packet.icmpCode == 4
    let asked: FlowSide = table.records[index].isReversed == isReversed ? .originator : .responder
    if isUnreachable, !isTooBig, asked == .originator, let connection = table.records[index].connection {
      let place = details.place(of: connections[connection])
      connections[connection].noteUnreachable(frame, &details.details[place])
      details.settle(place, connection, &connections)
    }
    var verdict = Verdict(side: asked.other)
    verdict.flow = table.records[index].serial
    return verdict
  }

  /// Whether a packet has all that names its flow: a later fragment of TCP or UDP has no ports.
  private func isWhole(_ packet: inout Packet) -> Bool {
    packet.hasPorts || (packet.ipProtocol != .tcp && packet.ipProtocol != .udp)
  }

  /// Makes a flow of its first packet.
  private mutating func open(_ key: FlowKey, _ isReversed: Bool, _ packet: inout Packet, _ frame: Frame)
    -> Int
  {
    if table.count >= limits.flowsMax { evict() }
    serials += 1
    // A SYN-ACK answers, whoever is first in the capture; without either, the one with the higher port asks.
    let isAnswer = packet.hasTCP && packet.tcp.flags.contains([.syn, .ack])
    let isGuess = packet.hasTCP && !packet.tcp.flags.contains(.syn)
    let looksLikeAnswer = isGuess && packet.sourcePort < packet.destinationPort && packet.sourcePort < 1024
    var record = FlowRecord(
      key: key, serial: serials, isReversed: isAnswer || looksLikeAnswer ? !isReversed : isReversed,
      isDirectionGuessed: isGuess || isAnswer, start: frame.time, end: frame.time, firstFrame: frame.number,
      lastFrame: frame.number)
    if packet.hasTCP {
      let connection = TCPConnection(
        start: frame.time, firstFrame: frame.number, keepsSeries: limits.keepsSeries)
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
    return connections[connection].opening.isComplete ? limits.idleTCP : limits.idleHalfOpen
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
      details.release(slot, &connections)
      freeConnections.append(slot)
    }
    table.remove(index)
    ended.append(EndedFlow(record: record, connection: connection, reason: reason))
  }

  /// Whether flows wait to be drained.
  public var hasEnded: Bool { !ended.isEmpty }

  /// Hands over the flows that ended since the last call, in the order of their ends.
  public mutating func drain(_ body: (EndedFlow) -> Void) {
    for flow in ended { body(flow) }
    ended.removeAll(keepingCapacity: true)
  }

  /// The input has ended, and every flow with it, in the order of their first packets.
  public mutating func finish() {
    let open = table.records.indices.filter { table.records[$0].isOpen }
    for index in open.sorted(by: { table.records[$0].serial < table.records[$1].serial }) {
      end(index, connections(of: table.records[index], isClosed: true) ? .end : .forced)
    }
  }
}
