// What holds of every conversation, however senseless: counts add up, and nothing is said twice.

import Flow
import Testing
import Wire

@Suite struct VerdictPropertyTests {
  private static let repeats: Analysis = [
    .retransmission, .fastRetransmission, .rtoRetransmission, .tailLossProbe, .spuriousRetransmission,
  ]
  /// What a segment cannot be besides a repeat.
  private static let others: Analysis = [.outOfOrder, .duplicateFrame, .keepAlive, .zeroWindowProbe]
  private static let causes: Analysis = [.fastRetransmission, .rtoRetransmission, .tailLossProbe]

  /// A dialogue between ends that lose, repeat, select and acknowledge at random.
  @Test(arguments: 1...40)
  func countsAddUp(seed: UInt64) {
    var random = seed &* 0x9E37_79B9_7F4A_7C15
    func next(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random &>> 33) % bound
    }
    var talk = Dialogue.opened(selective: seed & 1 == 0, besideServer: seed & 2 == 0)
    var (time, highest, acknowledged) = (30.0, UInt32(1), UInt32(1))
    var said: [Verdict] = []
    for step in 0..<600 {
      time += Double(next(5)) == 0 ? Double(next(400)) : Double(next(30)) / 10
      let stamp: (UInt32, UInt32)? = seed & 4 == 0 ? (UInt32(time), UInt32(time) &- UInt32(next(60))) : nil
      if next(2) == 0 {
        var told = Told(octets: Int(next(3)) * 700, ack: 1, stamp: stamp)
        if next(20) == 0 { told.identification = UInt32(100 + step / 2) }
        let start = next(3) == 0 ? 1 + UInt32(next(UInt64(highest))) : highest + (next(8) == 0 ? 1400 : 0)
        said.append(talk.client(next(60) == 0 ? [.fin, .ack] : .ack, at: time, seq: start, told))
        highest = max(highest, start + UInt32(told.octets))
      } else {
        if next(3) > 0 { acknowledged = max(acknowledged, 1 + UInt32(next(UInt64(highest)))) }
        let low = 1 + UInt32(next(UInt64(highest)))
        let sack = seed & 1 == 0 && next(2) == 0 ? [low...(low + 1400)] : []
        let window: UInt16 = next(20) == 0 ? 0 : 500
        talk.server(
          at: time, Told(ack: acknowledged, sack: sack, stamp: stamp.map { ($0.1, $0.0) }, window: window))
      }
    }
    let counters = talk.end()
    let causes = counters.causes
    #expect(
      counters.retransmissions
        == causes.fast + causes.timer + causes.tailLossProbe + causes.syn + causes.fin + causes.other)
    for verdict in said {
      let analysis = verdict.analysis
      if !analysis.isDisjoint(with: Self.repeats) {
        #expect(analysis.contains(.retransmission) && analysis.isDisjoint(with: Self.others))
        #expect(analysis.intersection(Self.causes).rawValue.nonzeroBitCount == 1)
      }
      #expect(analysis.intersection(Self.others).rawValue.nonzeroBitCount <= 1)
      if verdict.isUnsettled { #expect(analysis.contains(.retransmission)) }
    }
    // Each repeat is settled once, at once or later; what was needless is counted.
    let unsettled = said.count { $0.isUnsettled }
    let settled = talk.needless + talk.needed
    #expect(settled.count == unsettled && Set(settled).count == settled.count)
    let atOnce = said.count { $0.analysis.contains(.spuriousRetransmission) }
    #expect(Int(causes.spurious) == atOnce + talk.needless.count)
    #expect(counters.retransmissions == said.count { $0.analysis.contains(.retransmission) })
  }
}
