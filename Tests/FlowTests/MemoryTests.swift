// What a connection takes of memory, by what has happened on it; and how many closed ones stay.

import Testing
import Wire

@testable import Flow

@Suite struct MemoryTests {
  /// What happened on a connection before it was left alone.
  enum Past: CaseIterable { case opened, asked, closed }

  /// Without what is there once, and the few that are kept as they are.
  private func octetsOfEach(_ count: Int, _ past: (inout Scene, inout Pair) -> Void) -> Int {
    var scene = Scene { $0.warmMax = 64 }
    scene.keeps = false
    for client in 1...count {
      var pair = Pair(UInt32(client) &* 0x9e37_79b9)
      pair.next = (UInt32(client) &* 0x85eb_ca6b, UInt32(client) &* 0xc2b2_ae35)
      // They are open at the same time.
      scene.time = 1_700_000_000_000_000_000 + Int64(client) * 1_000_000
      past(&scene, &pair)
    }
    #expect(scene.tracker.count == count)
    let octets = scene.tracker.octets - Copies.octetsMax - 64 * MemoryLayout<TCPConnection>.stride
    return octets / count
  }

  @Test(arguments: Past.allCases) func takesHalfAKilobyte(_ past: Past) {
    let octets = octetsOfEach(4000) { scene, pair in
      scene.open(&pair)
      switch past {
      case .opened: break
      case .asked: for _ in 0..<4 { scene.ask(&pair) }
      case .closed:
        scene.ask(&pair)
        scene.close(&pair)
      }
    }
    #expect(octets <= 512)
  }

  @Test func aBulkTransferHoldsWhatItsWindowNeeds() {
    let octets = octetsOfEach(200) { scene, pair in
      scene.open(&pair)
      // Flights of eight, each acknowledged at once.
      for _ in 0..<40 {
        for _ in 0..<8 { scene.take(pair.packet(fromClient: true, .ack, 1400)) }
        scene.take(pair.packet(fromClient: false, .ack))
      }
    }
    #expect(octets <= 8192)
  }

  @Test func aDetailRestsWithItsOwnerForAWhile() {
    var scene = Scene()
    for client in 1...2000 {
      var pair = Pair(UInt32(client))
      scene.open(&pair)
      // Two small segments in flight, and none: no bulk transfer, whose window would be followed.
      scene.take(pair.packet(fromClient: true, .ack, 500))
      scene.take(pair.packet(fromClient: true, .ack, 500))
      scene.take(pair.packet(fromClient: false, .ack))
    }
    // As many as may rest, and nobody has lost anything by it.
    #expect(scene.tracker.details.count == 1024)
    #expect(scene.tracker.tally.detailsGivenUp == 0)
    scene.finish()
    #expect(scene.ended.allSatisfy { $0.connection?.hasLostDetail == false })
    #expect(scene.tracker.details.count == 0)
  }

  /// Of all that rest, the one that has rested for longest gives way: not who has rested often.
  @Test func whoRestsOftenKeepsItsDetail() {
    var scene = Scene()
    var pairs = [Pair(1), Pair(2), Pair(3)]
    for i in pairs.indices { scene.open(&pairs[i]) }
    var held: Set<Int> = []
    for turn in 0..<4000 {
      scene.take(pairs[turn % 3].packet(fromClient: true, .ack, 50))
      scene.take(pairs[turn % 3].packet(fromClient: true, .ack, 50))
      scene.take(pairs[turn % 3].packet(fromClient: false, .ack))
      if turn > 1 { held.insert(scene.tracker.details.count) }
    }
    #expect(held == [3])
  }

  @Test func closedConnectionsMakeRoomForEachOther() {
    var scene = Scene { $0.closedMax = 10 }
    var pairs = (1...30).map { Pair(UInt32($0)) }
    for i in pairs.indices {
      scene.open(&pairs[i])
      scene.close(&pairs[i])
    }
    // The first to close is the first to go, and it ends as it would have later.
    #expect(scene.tracker.count == 10)
    #expect(scene.ended.map(\.record.serial) == Array(1...20))
    #expect(scene.ended.allSatisfy { $0.reason == .end })
    #expect(scene.tracker.tally.closedSooner == 20)
    scene.finish()
    #expect(scene.ended.count == 30)
  }

  /// Where many stay, those that go do so some at a time, in the same order.
  @Test func manyClosedConnectionsMakeRoomTogether() {
    var scene = Scene { $0.closedMax = 960 }
    for client in 1...1000 {
      var pair = Pair(UInt32(client))
      scene.open(&pair)
      scene.close(&pair)
      let isRoomMade = client > 960
      #expect(scene.ended.count == (isRoomMade ? 16 * ((client - 961) / 16 + 1) : 0), "\(client)")
    }
    #expect(scene.ended.map(\.record.serial) == Array(1...48))
    #expect(scene.tracker.count == 952)
    #expect(scene.tracker.tally.closedSooner == 48)
  }

  @Test func anOpenConnectionDoesNotMakeRoom() {
    var scene = Scene { $0.closedMax = 1 }
    var open = Pair(1000)
    scene.open(&open)
    for client in 1...20 {
      var pair = Pair(UInt32(client))
      scene.open(&pair)
      scene.close(&pair)
    }
    scene.ask(&open)
    #expect(scene.ended.allSatisfy { $0.record.serial != 1 })
    #expect(scene.tracker.count == 2)
  }
}
