// How long a datagram waits for its answer.

import Testing
import Wire

@testable import Flow

@Suite struct ReplyGapTests {
  @Test func aQuestionWaitsUntilItsAnswer() throws {
    var scene = Scene()
    var resolver = Pair(0x0a00_0002, .udp)
    for _ in 0..<3 {
      scene.take(resolver.packet(fromClient: true, [], 40))
      scene.take(resolver.packet(fromClient: false, [], 90))
    }
    // Asked twice before it is answered: the first question is the one that waited.
    scene.take(resolver.packet(fromClient: true, [], 40))
    scene.take(resolver.packet(fromClient: true, [], 40))
    scene.take(resolver.packet(fromClient: false, [], 90))
    // An answer in two datagrams is one answer.
    scene.take(resolver.packet(fromClient: false, [], 90))
    scene.tracker.finish()
    scene.drain()
    let gaps = try #require(scene.ended.first).record.replyGaps
    #expect(gaps.samples == 4)
    #expect((gaps.least, gaps.average, gaps.most) == (1_000_000, 1_250_000, 2_000_000))
  }

  @Test func aFlowOneWayHasNoGaps() throws {
    var scene = Scene()
    var sender = Pair(0x0a00_0002, .udp)
    for _ in 0..<5 { scene.take(sender.packet(fromClient: true, [], 40)) }
    scene.tracker.finish()
    scene.drain()
    #expect(try #require(scene.ended.first).record.replyGaps.samples == 0)
  }

  @Test func timeThatGoesBackIsNoGap() {
    var gaps = ReplyGaps()
    gaps.note(.originator, 2_000)
    gaps.note(.responder, 1_000)
    #expect((gaps.samples, gaps.least, gaps.most) == (1, 0, 0))
  }
}
