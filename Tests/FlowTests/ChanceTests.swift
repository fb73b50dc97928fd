// The words of the hash are drawn anew for each process: what is said must not depend on them.

import Flow
import Testing
import Wire

@Suite struct ChanceTests {
  /// More packets than are remembered, then old ones again: which of them are known must be the same in every
  /// run.
  private func repeats(_ secret: UInt64) -> [UInt64] {
    var scene = Scene()
    scene.tracker = Tracker(secret: FlowSecret(seed: secret))
    var pairs = (0..<400).map { Pair(UInt32($0) + 1) }
    var sent: [Packet] = []
    for i in pairs.indices { scene.open(&pairs[i]) }
    for round in 0..<30 {
      for i in pairs.indices {
        let packet = pairs[i].packet(fromClient: true, [.psh, .ack], 100)
        if round > 20 { sent.append(packet) }
        scene.take(packet)
        scene.take(pairs[i].packet(fromClient: false, .ack))
      }
    }
    return sent.map { packet in
      var again = packet
      again.identification &+= 1000
      return scene.take(again).of
    }
  }

  @Test func whichRepeatsAreKnownIsTheSameInEveryRun() {
    let first = repeats(1)
    #expect(first.contains { $0 > 0 })
    #expect(repeats(2) == first)
    #expect(repeats(3) == first)
  }
}
