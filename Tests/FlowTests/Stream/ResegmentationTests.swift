// The same octets, cut, ordered and repeated in any way, say the same.

import Testing
import Wire

@testable import Flow

/// Numbers that are the same in every run.
struct Dice {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func roll(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(1, sides)))
  }
}

extension Conversation {
  /// Sends octets of one side, cut anywhere, some pieces twice and overlapping, in an order that goes astray
  /// by at most `spread` pieces.
  mutating func sendShuffled(
    _ side: FlowSide, _ octets: [UInt8], from start: Int, _ dice: inout Dice, pieceMax: Int, spread: Int
  ) {
    var pieces: [(Int, Int)] = []
    var at = 0
    while at < octets.count {
      let end = min(octets.count, at + 1 + dice.roll(pieceMax))
      pieces.append((at, end))
      if dice.roll(4) == 0 {
        let from = max(0, at - dice.roll(pieceMax))
        pieces.append((from, min(octets.count, end + dice.roll(pieceMax))))
      }
      at = end
    }
    for i in pieces.indices.dropLast() where spread > 0 {
      pieces.swapAt(i, min(pieces.count - 1, i + dice.roll(spread + 1)))
    }
    for (from, to) in pieces { send(side, [], at: start + from, Array(octets[from..<to])) }
  }
}

@Suite struct ResegmentationTests {
  @Test(arguments: 1...200)
  func anyCutsAndOrdersGiveTheSameUnits(seed: Int) {
    var dice = Dice(UInt64(seed))
    var octets: [UInt8] = []
    var bodies: [[UInt8]] = []
    for _ in 0..<40 {
      let body = (0..<dice.roll(dice.roll(3) == 0 ? 600 : 20)).map { _ in UInt8(dice.roll(256)) }
      bodies.append(body)
      octets += [UInt8(body.count >> 8), UInt8(body.count & 255)] + body
    }
    var talk = Conversation(
      LengthReader(), initial: (UInt32(truncatingIfNeeded: dice.roll(1 << 30) &* 7), 5))
    talk.opens()
    talk.sendShuffled(
      .originator, octets, from: 0, &dice, pieceMax: 1 + dice.roll(400), spread: dice.roll(12))
    talk.ends()
    #expect(talk.reader.bodies[0] == bodies)
    #expect(talk.reader.gaps.isEmpty)
    #expect(talk.reader.missing.allSatisfy { $0 == 0 })
    #expect(talk.context.counters.octetsNow == 0)
    #expect(talk.context.counters.differingOverlaps == 0)
  }

  @Test func anyNumbersAtAllAreSurvived() {
    var dice = Dice(7)
    for _ in 0..<300 {
      var talk = Conversation(OctetReader())
      for _ in 0..<300 {
        let side = FlowSide.allCases[dice.roll(2)]
        let flags = TCPFlags(rawValue: dice.roll(10) == 0 ? UInt16(dice.roll(512)) : 0x10)
        let octets = (0..<dice.roll(30)).map { _ in UInt8(dice.roll(256)) }
        let near = dice.roll(20) > 0
        talk.frame += 1
        talk.time &+= Int64(dice.roll(200_000_000)) - 50_000_000
        let segment = StreamSegment(
          side: side, sequence: UInt32(truncatingIfNeeded: dice.roll(near ? 200 : 1 << 40)),
          acknowledgment: UInt32(truncatingIfNeeded: dice.roll(near ? 200 : 1 << 40)), flags: flags,
          length: octets.count + (dice.roll(8) == 0 ? dice.roll(70_000) : 0), frame: talk.frame,
          time: talk.time)
        talk.reassembly.receive(segment, octets.span, &talk.reader, &talk.context)
      }
      talk.ends()
      #expect(talk.context.counters.octetsNow == 0)
    }
  }
}
