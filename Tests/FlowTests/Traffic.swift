// Packets in a test, said in a word each, and the tracker that takes them.

import Flow
import Wire

/// One pair of endpoints with the numbers that its ends have come to.
struct Pair {
  var client: UInt32
  var port: UInt16 = 40_000
  var server: UInt32 = 0x0a00_0001
  var serverPort: UInt16 = 80
  var ipProtocol = IPProtocol.tcp
  var vlan: UInt16?
  var next: (client: UInt32, server: UInt32) = (1000, 5000)
  private var identification: (client: UInt32, server: UInt32) = (0, 0)

  init(_ client: UInt32, port: UInt16 = 40_000, _ ipProtocol: IPProtocol = .tcp, vlan: UInt16? = nil) {
    self.client = client
    self.port = port
    self.ipProtocol = ipProtocol
    self.vlan = vlan
    if ipProtocol == .udp { serverPort = 53 }
  }

  /// A packet of one end, behind what it has sent.
  mutating func packet(fromClient: Bool, _ flags: TCPFlags, _ octets: Int = 0) -> Packet {
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = ipProtocol
    packet.source = IPAddress(ipv4: fromClient ? client : server)
    packet.destination = IPAddress(ipv4: fromClient ? server : client)
    packet.hasPorts = true
    packet.sourcePort = fromClient ? port : serverPort
    packet.destinationPort = fromClient ? serverPort : port
    packet.payloadLength = octets
    packet.ipLength = octets + 40
    if let vlan {
      packet.vlans[0] = vlan
      packet.vlanCount = 1
    }
    guard ipProtocol == .tcp else { return packet }
    if fromClient { identification.client += 1 } else { identification.server += 1 }
    packet.hasIdentification = true
    packet.identification = fromClient ? identification.client : identification.server
    packet.tcp.hasTimestamps = true
    packet.tcp.timestampValue = (fromClient ? 0x1234_5678 : 0x9abc_def0) &+ packet.identification
    packet.hasTCP = true
    packet.tcp.flags = flags
    packet.tcp.window = 60_000
    packet.tcp.sequence = fromClient ? next.client : next.server
    packet.tcp.acknowledgment = flags.contains(.ack) ? (fromClient ? next.server : next.client) : 0
    let length =
      UInt32(octets) &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
    if fromClient { next.client &+= length } else { next.server &+= length }
    return packet
  }
}

/// A tracker with the time and the number of the next packet, and all that ended.
struct Scene: ~Copyable {
  var tracker: Tracker
  /// Nanoseconds; a packet takes one millisecond.
  var time: Int64 = 1_700_000_000_000_000_000
  var number: UInt64 = 0
  var ended: [EndedFlow] = []
  /// What ended is kept; else it is counted.
  var keeps = true

  init(_ change: (inout Limits) -> Void = { _ in }) {
    var limits = Limits()
    change(&limits)
    tracker = Tracker(limits, secret: FlowSecret(seed: 1))
  }

  @discardableResult
  mutating func take(_ packet: consuming Packet) -> Verdict {
    number += 1
    time += 1_000_000
    var packet = packet
    let length = packet.ipLength + 14
    let verdict = tracker.receive(
      &packet,
      Frame(number: number, time: time, wireLength: length, capturedLength: length, link: .ethernet))
    drain()
    return verdict
  }

  mutating func drain() {
    if !keeps { return tracker.drain { _ in } }
    var more: [EndedFlow] = []
    tracker.drain { more.append($0) }
    ended += more
  }

  /// Nothing comes for so many seconds, and a live capture's clock says so.
  mutating func quiet(_ seconds: Int64) {
    time += seconds * 1_000_000_000
    tracker.advance(to: time)
    drain()
  }

  mutating func open(_ pair: inout Pair) {
    take(pair.packet(fromClient: true, .syn))
    take(pair.packet(fromClient: false, [.syn, .ack]))
    take(pair.packet(fromClient: true, .ack))
  }

  /// A question and its answer, both acknowledged.
  mutating func ask(_ pair: inout Pair) {
    take(pair.packet(fromClient: true, [.psh, .ack], 100))
    take(pair.packet(fromClient: false, [.psh, .ack], 300))
    take(pair.packet(fromClient: true, .ack))
  }

  mutating func close(_ pair: inout Pair) {
    take(pair.packet(fromClient: true, [.fin, .ack]))
    take(pair.packet(fromClient: false, [.fin, .ack]))
    take(pair.packet(fromClient: true, .ack))
  }

  mutating func finish() {
    tracker.finish()
    drain()
  }

  /// What ended of a pair, in its order.
  func flows(of pair: Pair) -> [EndedFlow] {
    ended.filter { $0.record.originator == (IPAddress(ipv4: pair.client), pair.port) }
  }
}
