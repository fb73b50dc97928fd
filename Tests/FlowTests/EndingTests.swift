// When flows end, and which, told packet by packet.

import Flow
import Testing
import Wire

/// The clients' addresses, as numbers.
private func clients(_ flows: [EndedFlow]) -> [UInt32] {
  flows.compactMap(\.record.originator.address.ipv4)
}

@Suite struct EndingTests {
  @Test func whoWasSeenLeastRecentlyGoes() {
    var scene = Scene { $0.flowsMax = 3 }
    var pairs = (1...4).map { Pair($0) }
    for i in 0..<3 { scene.open(&pairs[i]) }
    scene.ask(&pairs[0])
    scene.open(&pairs[3])
    #expect(clients(scene.ended) == [2])
    #expect(scene.ended.map(\.reason) == [.resources])
    scene.ask(&pairs[2])
    scene.open(&pairs[1])
    #expect(clients(scene.ended) == [2, 1])
    #expect(scene.tracker.tally.evictedOpen == 2)
    #expect(scene.tracker.count == 3)
  }

  @Test func halfOpenFlowsGoFirst() {
    var scene = Scene { $0.flowsMax = 3 }
    var (old, answered) = (Pair(1), Pair(2))
    scene.open(&old)
    scene.open(&answered)
    for client: UInt32 in 10..<20 {
      var pair = Pair(client)
      scene.take(pair.packet(fromClient: true, .syn))
      // The answer does not make it any less forged.
      if client % 2 == 0 { scene.take(pair.packet(fromClient: false, [.syn, .ack])) }
    }
    #expect(clients(scene.ended) == Array(10..<19))
    scene.ask(&old)
    #expect(scene.tracker.tally.evictedUnproven == 9)
    scene.finish()
    #expect(scene.flows(of: old).map(\.reason) == [.forced])
    #expect(scene.flows(of: old)[0].connection?[.responder].streamOctets == 300)
  }

  @Test func forgedDatagramsAndResetsPushOutNobody() {
    var scene = Scene { $0.flowsMax = 4 }
    var (old, asked) = (Pair(1), Pair(2, .udp))
    scene.open(&old)
    scene.take(asked.packet(fromClient: true, [], 30))
    scene.take(asked.packet(fromClient: false, [], 90))
    for client: UInt32 in 10..<60 {
      var pair = Pair(client, client % 3 == 0 ? .udp : .tcp)
      scene.take(pair.packet(fromClient: true, client % 3 == 1 ? .ack : .syn, 10))
      // Who gets an acknowledgment of nothing, or a SYN to a closed port, answers with a RST.
      if client % 3 > 0 { scene.take(pair.packet(fromClient: false, [.rst, .ack])) }
    }
    scene.finish()
    #expect(scene.flows(of: old).map(\.reason) == [.forced])
    #expect(scene.flows(of: asked).map(\.reason) == [.forced])
    #expect(scene.tracker.tally.evictedUnproven == 48)
  }

  @Test func eachKindHasItsPatience() {
    var scene = Scene {
      ($0.idleTCP, $0.idleHalfOpen, $0.idleUDP) = (300_000_000_000, 20_000_000_000, 40_000_000_000)
      $0.linger = 10_000_000_000
    }
    var (open, half, closed, query) = (Pair(1), Pair(2), Pair(3), Pair(4, .udp))
    scene.open(&open)
    scene.take(half.packet(fromClient: true, .syn))
    scene.open(&closed)
    scene.close(&closed)
    scene.take(query.packet(fromClient: true, [], 30))
    for (seconds, ended) in [(9, []), (2, [3]), (10, [3, 2]), (25, [3, 2, 4]), (300, [3, 2, 4, 1])]
      as [(Int64, [UInt32])]
    {
      scene.quiet(seconds)
      #expect(clients(scene.ended) == ended)
    }
    #expect(scene.ended.map(\.reason) == [.end, .idle, .idle, .idle])
    #expect(scene.tracker.count == 0)
  }

  @Test func aRefusedConnectionWaitsNoLongerThanAClosedOne() {
    var scene = Scene { $0.linger = 2_000_000_000 }
    var pair = Pair(1)
    scene.take(pair.packet(fromClient: true, .syn))
    scene.take(pair.packet(fromClient: false, [.rst, .ack]))
    scene.quiet(1)
    #expect(scene.ended.isEmpty)
    scene.quiet(2)
    #expect(scene.ended.map(\.reason) == [.end])
  }

  @Test func aPacketAfterTheSilenceBeginsAnotherFlow() {
    var scene = Scene()
    var query = Pair(4, .udp)
    scene.take(query.packet(fromClient: true, [], 30))
    scene.time += 61_000_000_000
    scene.take(query.packet(fromClient: true, [], 30))
    #expect(scene.ended.map(\.reason) == [.idle])
    #expect(scene.tracker.count == 1)
  }

  @Test func aFlowThatLastsIsReportedWhileItDoes() {
    var scene = Scene { $0.active = 100_000_000_000 }
    var pair = Pair(1)
    scene.open(&pair)
    for _ in 0..<25 {
      scene.time += 10_000_000_000
      scene.ask(&pair)
    }
    scene.finish()
    #expect(scene.ended.map(\.reason) == [.active, .active, .forced])
    #expect(scene.ended.map(\.isInterim) == [true, true, false])
    // Counts go on from report to report.
    let octets = scene.ended.compactMap { $0.connection?[.responder].streamOctets }
    #expect(octets == [2700, 5700, 7500])
    #expect(scene.tracker.tally.ends[2] == 2)
  }

  @Test func timeThatGoesBackEndsNothing() {
    var scene = Scene()
    var (one, other) = (Pair(1), Pair(2))
    scene.open(&one)
    for back: Int64 in [1, 1000, 4_000_000_000, 1_000_000_000_000, 20_000_000_000_000] {
      scene.time -= back
      scene.ask(&one)
      scene.open(&other)
      other = Pair(other.client + 1)
      #expect(scene.ended.isEmpty)
    }
    scene.time = .min
    scene.tracker.advance(to: .min)
    scene.drain()
    #expect(scene.ended.isEmpty)
    scene.finish()
    #expect(scene.flows(of: one).count == 1)
    #expect(scene.ended.allSatisfy { $0.record.end >= $0.record.start })
  }

  @Test func oneMadTimeDoesNotEndTheDay() {
    var scene = Scene()
    var (one, mad, later) = (Pair(1), Pair(2), Pair(3))
    scene.open(&one)
    let time = scene.time
    scene.time = .max - 2_000_000
    scene.take(mad.packet(fromClient: true, .syn))
    scene.time = time
    scene.open(&later)
    scene.ask(&later)
    scene.finish()
    #expect(scene.flows(of: later).map(\.reason) == [.forced])
  }

  @Test func vlansAreApartOnlyWhenTheyAreToBe() {
    for (isApart, count) in [(false, 1), (true, 2)] {
      var scene = Scene { $0.tellsVLANs = isApart }
      var (one, other) = (Pair(1, vlan: 10), Pair(1, vlan: 20))
      scene.take(one.packet(fromClient: true, .syn))
      let verdict = scene.take(other.packet(fromClient: true, .syn))
      #expect(verdict.analysis.contains(.duplicateFrame) == !isApart)
      #expect(scene.tracker.count == count)
    }
  }

  @Test func everyPacketIsInOneOfTheSums() {
    var scene = Scene { $0.flowsMax = 2 }
    for client: UInt32 in 1...9 {
      var pair = Pair(client)
      scene.open(&pair)
    }
    var stray = Packet()
    scene.take(stray)
    (stray.ipVersion, stray.ipProtocol) = (4, .udp)
    scene.take(stray)
    scene.finish()
    let tally = scene.tracker.tally
    #expect(tally.packets == 29)
    #expect(tally.inFlows == 27)
    #expect([tally.withoutIP, tally.withoutPorts, tally.strayFragments] == [1, 1, 0])
    #expect(tally.flows == 9)
    #expect(tally.evicted == 7)
    var (ends, packets): (UInt64, UInt64) = (0, 0)
    for i in 1...5 { ends += tally.ends[i] }
    for flow in scene.ended {
      packets += flow.record.counters[0].packets + flow.record.counters[1].packets
    }
    #expect(ends == 9)
    #expect(packets == tally.inFlows)
  }
}
