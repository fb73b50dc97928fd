// Connections told line by line: who sends what, and when.

import Flow
import Wire

/// Two ends and the tracker that watches them. Numbers follow from what was sent unless they are given; they
/// are counted from the initial ones.
struct Story: ~Copyable {
  /// One end: its address, its port, and what it has sent.
  struct End {
    var address: UInt32
    var port: UInt16
    var initial: UInt32
    var next: UInt32 = 0
    var identification: UInt32
    var timeToLive: UInt8 = 64
    /// Options of its SYN; a size of 0 is none.
    var size: UInt16 = 1460
    var scale: UInt8? = 7
    var selective = true
    var stamps = false
  }

  var tracker: Tracker
  var client = End(address: 0x0a00_0001, port: 40001, initial: 1000, identification: 1)
  var server = End(address: 0x0a00_0002, port: 9000, initial: 900_000, identification: 30_000)
  private(set) var frame: UInt64 = 0
  var time: Int64 = 1_700_000_000_000_000_000
  private(set) var ended: [EndedFlow] = []

  init(_ limits: Limits = Limits()) { tracker = Tracker(limits, secret: FlowSecret(seed: 3)) }

  /// Time passes, in milliseconds.
  mutating func wait(_ milliseconds: Double) { time += Int64(milliseconds * 1_000_000) }

  /// The client sends, `after` milliseconds.
  @discardableResult
  mutating func client(
    _ flags: TCPFlags, _ octets: Int = 0, after: Double = 0.1, seq: UInt32? = nil, ack: UInt32? = nil,
    window: UInt16 = 502, isSeen: Bool = true, ecn: UInt8 = 0
  ) -> Verdict {
    send(true, flags, octets, after, seq, ack, window, isSeen, ecn)
  }

  /// The server sends.
  @discardableResult
  mutating func server(
    _ flags: TCPFlags, _ octets: Int = 0, after: Double = 10, seq: UInt32? = nil, ack: UInt32? = nil,
    window: UInt16 = 509, isSeen: Bool = true, ecn: UInt8 = 0
  ) -> Verdict {
    send(false, flags, octets, after, seq, ack, window, isSeen, ecn)
  }

  /// SYN, SYN-ACK, ACK.
  mutating func open() {
    client(.syn, window: 64240)
    server([.syn, .ack], window: 65160)
    client(.ack)
  }

  /// A close in four segments, the client first.
  mutating func close() {
    client([.fin, .ack])
    server(.ack)
    server([.fin, .ack], after: 1)
    client(.ack)
  }

  private mutating func send(
    _ isClient: Bool, _ flags: TCPFlags, _ octets: Int, _ after: Double, _ seq: UInt32?, _ ack: UInt32?,
    _ window: UInt16, _ isSeen: Bool, _ ecn: UInt8
  ) -> Verdict {
    wait(after)
    var packet = Packet()
    let (me, peer) = isClient ? (client, server) : (server, client)
    let sequence = seq ?? me.next
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: me.address)
    packet.destination = IPAddress(ipv4: peer.address)
    packet.hasPorts = true
    (packet.sourcePort, packet.destinationPort) = (me.port, peer.port)
    packet.hasTCP = true
    packet.hasIdentification = true
    packet.identification = me.identification
    packet.timeToLive = me.timeToLive
    packet.trafficClass = ecn
    packet.tcp.flags = flags
    packet.tcp.sequence = me.initial &+ sequence
    packet.tcp.acknowledgment = flags.contains(.ack) ? peer.initial &+ (ack ?? peer.next) : 0
    packet.tcp.window = window
    if flags.contains(.syn) {
      packet.tcp.maximumSegmentSize = me.size
      packet.tcp.windowScale = me.scale
      packet.tcp.sackPermitted = me.selective
    }
    if me.stamps {
      packet.tcp.hasTimestamps = true
      packet.tcp.timestampValue = UInt32(truncatingIfNeeded: time / 1_000_000)
    }
    packet.payloadLength = octets
    packet.payloadCaptured = octets
    packet.ipLength = 40 + octets
    let length =
      UInt32(octets) + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
    if !flags.contains(.rst) {
      if isClient {
        client.next = max(client.next, sequence + length)
      } else {
        server.next = max(server.next, sequence + length)
      }
    }
    if isClient { client.identification += 1 } else { server.identification += 1 }
    return isSeen ? show(&packet) : Verdict()
  }

  /// Shows the tracker a packet.
  mutating func show(_ packet: inout Packet) -> Verdict {
    frame += 1
    let length = packet.ipLength + 14
    let verdict = tracker.receive(
      &packet,
      Frame(number: frame, time: time, wireLength: length, capturedLength: length, link: .ethernet))
    tracker.drain { ended.append($0) }
    return verdict
  }

  /// Ends the input, and gives the flows in the order of their ends.
  mutating func end() -> [EndedFlow] {
    tracker.finish()
    tracker.drain { ended.append($0) }
    return ended
  }

  /// Ends the input, and gives what is found of the first flow.
  mutating func findings(_ limits: FindingLimits = FindingLimits()) -> [Finding] {
    end().first?.findings(limits) ?? []
  }
}

extension [Finding] {
  /// The finding by a rule, when there is one.
  subscript(rule: Rule) -> Finding? { first { $0.rule == rule } }
  /// The rules, but for what every connection has that closes.
  var rules: Set<Rule> { Set(map(\.rule)).subtracting([.timeWait]) }
}
