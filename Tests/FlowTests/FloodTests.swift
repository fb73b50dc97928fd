// Floods: what strangers send must not cost more than what is declared, nor cost others their flows. At full
// size, with the memory of the whole program, in Benchmarks/Flows.

import Testing
import Wire

@testable import Flow

/// Established connections that go on while a flood passes.
private struct Bystanders {
  var pairs = (1...20).map { Pair(0x0a64_0000 + UInt32($0)) }

  mutating func open(_ scene: inout Scene) {
    for i in pairs.indices { scene.open(&pairs[i]) }
  }

  /// One of them asks.
  mutating func ask(_ scene: inout Scene, _ turn: Int) { scene.ask(&pairs[turn % pairs.count]) }

  /// Every one of them has all its packets in one flow, and nothing in them was taken for trouble.
  func areRight(_ ended: [EndedFlow], asked: Int) -> Bool {
    pairs.indices.allSatisfy { i in
      let flows = ended.filter { $0.record.originator.address.ipv4 == pairs[i].client }
      let questions = Int64(asked / pairs.count + (i < asked % pairs.count ? 1 : 0))
      guard flows.count == 1, let connection = flows[0].connection else { return false }
      var (client, server) = (connection[.originator], connection[.responder])
      return connection.handshake.isComplete && client.streamOctets == questions * 100
        && server.streamOctets == questions * 300 && client.counters.retransmissions == 0
        && client.missedOctets + server.missedOctets == 0 && client.roundTrips?.samples ?? 0 > 0
    }
  }
}

@Suite struct FloodTests {
  /// Sends `count` packets of a flood with bystanders in between, and checks what must hold of every flood.
  private func flood(
    _ count: Int, _ change: (inout Limits) -> Void = { _ in }, _ next: (inout UInt64, inout Scene) -> Void
  ) -> FlowTally {
    var scene = Scene {
      $0.flowsMax = 2000
      $0.warmMax = 256
      $0.detailsMax = 200
      $0.detailOctetsMax = 1 << 20
      change(&$0)
    }
    var limits = Limits()
    (limits.flowsMax, limits.warmMax, limits.detailsMax, limits.detailOctetsMax) = (2000, 256, 200, 1 << 20)
    var bystanders = Bystanders()
    bystanders.open(&scene)
    var ended: [EndedFlow] = []
    var random: UInt64 = 77
    var asked = 0
    for i in 0..<count {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var dice = random >> 11
      // A flood is quick.
      scene.time -= 990_000
      next(&dice, &scene)
      if i % 500 == 0 {
        bystanders.ask(&scene, asked)
        asked += 1
      }
      ended += scene.ended.filter { $0.record.originator.address.high == 0 && isBystander($0) }
      scene.ended = []
      #expect(scene.tracker.octets <= limits.octetsMax)
      #expect(scene.tracker.count <= 2000)
    }
    scene.finish()
    ended += scene.ended.filter { isBystander($0) }
    #expect(bystanders.areRight(ended, asked: asked))
    let tally = scene.tracker.tally
    #expect(tally.packets == tally.inFlows + tally.withoutFlow)
    var ends: UInt64 = 0
    for reason in [1, 3, 4, 5] { ends += tally.ends[reason] }
    #expect(tally.flows == ends)
    #expect(tally.evictedOpen == 0)
    return tally
  }

  private func isBystander(_ flow: EndedFlow) -> Bool {
    flow.record.originator.address.ipv4.map { $0 >> 16 == 0x0a64 } ?? false
  }

  @Test func ofSYNs() {
    let tally = flood(20_000) { dice, scene in
      var pair = Pair(0x6000_0000 | UInt32(truncatingIfNeeded: dice) & 0x0fff_ffff)
      scene.take(pair.packet(fromClient: true, .syn))
      if dice & 3 == 0 { scene.take(pair.packet(fromClient: false, [.syn, .ack])) }
    }
    #expect(tally.evictedUnproven > 17_000)
  }

  @Test func ofRandomPackets() {
    let tally = flood(20_000) { dice, scene in
      let ipProtocol: IPProtocol = dice & 1 == 0 ? .udp : .tcp
      var pair = Pair(0x6000_0000 | UInt32(truncatingIfNeeded: dice) & 0x0fff_ffff, ipProtocol)
      pair.next.client = UInt32(truncatingIfNeeded: dice >> 8)
      let flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: dice >> 20) & 0x1ff)
      scene.take(pair.packet(fromClient: true, flags, Int(dice >> 30 & 1023)))
    }
    #expect(tally.evictedUnproven > 17_000)
  }

  @Test func ofEndlessHoles() {
    // From many, each segment far behind the last; two of them are open connections.
    var pairs = (0..<600).map { Pair(0x6000_0000 + UInt32($0)) }
    var isOpen = false
    let tally = flood(20_000) { dice, scene in
      if !isOpen { for i in 0..<2 { scene.open(&pairs[i]) } }
      isOpen = true
      let at = dice & 1 == 0 ? Int(dice >> 1 & 1) : Int(dice >> 1) % pairs.count
      pairs[at].next.client &+= 10_000
      scene.take(pairs[at].packet(fromClient: true, .ack, 10))
    }
    #expect(tally.detailsRefused + tally.detailsGivenUp > 0)
  }

  @Test func ofOverlappingLies() {
    var pair = Pair(0x6000_0000)
    var isOpen = false
    _ = flood(10_000) { dice, scene in
      if !isOpen { scene.open(&pair) }
      isOpen = true
      pair.next.client = 1001 &+ UInt32(truncatingIfNeeded: dice) & 0xfff
      scene.take(pair.packet(fromClient: true, .ack, Int(dice >> 12 & 1023)))
      pair.next.server = 5001
    }
  }

  @Test func ofOptionNonsense() {
    var pair = Pair(0x6000_0000)
    _ = flood(10_000) { dice, scene in
      let isForward = dice & 1 == 0
      var packet = pair.packet(fromClient: isForward, dice & 14 == 0 ? .syn : .ack, Int(dice >> 4 & 63))
      packet.tcp.windowScale = UInt8(truncatingIfNeeded: dice >> 10)
      packet.tcp.maximumSegmentSize = UInt16(truncatingIfNeeded: dice >> 18)
      packet.tcp.sackPermitted = true
      packet.tcp.sackCount = UInt8(dice >> 34 & 7)
      packet.tcp.hasTimestamps = dice >> 40 & 1 == 0
      packet.tcp.timestampValue = UInt32(truncatingIfNeeded: dice >> 3)
      for i in 0..<4 {
        packet.tcp.sackLeft[i] = UInt32(truncatingIfNeeded: dice >> (i * 7))
        packet.tcp.sackRight[i] = UInt32(truncatingIfNeeded: dice >> (i * 5))
      }
      scene.take(packet)
    }
  }

  @Test func whatIsPackedIsTheSameAfterwards() {
    // Few that are warm, or all: the records are the same.
    var records: [[String]] = []
    for warm in [4, 4096] {
      var scene = Scene { $0.warmMax = warm }
      var pairs = (1...300).map { Pair(UInt32($0)) }
      for i in pairs.indices { scene.open(&pairs[i]) }
      for turn in 0..<5 {
        for i in pairs.indices where (i + turn) % 3 > 0 { scene.ask(&pairs[i]) }
      }
      for i in pairs.indices where i % 2 == 0 { scene.close(&pairs[i]) }
      if warm == 4 { #expect(scene.tracker.connections.warm.count < 150) }
      scene.finish()
      records.append(
        scene.ended.map { flow in
          let ends = FlowSide.allCases.compactMap { flow.connection?[$0] }
          return ends.map { "\($0.path) \($0.counters) \(String(describing: $0.roundTrips)) \($0.flightMax)" }
            .joined() + "\(flow.record.start) \(flow.record.firstFrame) \(flow.history) \(flow.reason)"
        })
    }
    #expect(records[0].count == 300)
    #expect(records[0] == records[1])
  }
}
