// Why messages shared a segment, and who waited for a delayed acknowledgment.

import Testing
import Wire

@testable import Flow

@Suite struct MessagePaceTests {
  private let ms: Int64 = 1_000_000

  @Test func behindALateAcknowledgmentNagleHadHeldBack() {
    var pace = MessagePace()
    pace.segmentMax = 1460
    #expect(pace.send(1, 10, at: 0) == .written)
    pace.acknowledge(11, isBare: true, at: 40 * ms)
    #expect(pace.send(11, 30, at: 40 * ms + 20_000) == .nagle)
    // What comes much later was written then.
    pace.acknowledge(41, isBare: true, at: 50 * ms)
    #expect(pace.send(41, 30, at: 90 * ms) == .written)
  }

  @Test func farFromTheSenderTheReleaseTakesItsWay() {
    var pace = MessagePace()
    pace.segmentMax = 1460
    pace.delay = 20 * ms
    #expect(pace.send(1, 10, at: 0) == .written)
    pace.acknowledge(11, isBare: true, at: 40 * ms)
    #expect(pace.send(11, 30, at: 60 * ms + 500_000) == .nagle)
  }

  @Test func anAnswerIsNoRelease() {
    var pace = MessagePace()
    pace.segmentMax = 1460
    #expect(pace.send(1, 10, at: 0) == .written)
    pace.acknowledge(11, isBare: false, at: 40 * ms)
    #expect(pace.send(11, 30, at: 40 * ms + 20_000) == .written)
  }

  @Test func fullAndGiantSegments() {
    var pace = MessagePace()
    pace.segmentMax = 1460
    #expect(pace.send(1, 1448, at: 0) == .backlog)
    #expect(pace.send(1449, 1448, at: 1) == .backlog)
    #expect(pace.send(2897, 200, at: 2) == .queued)
    #expect(pace.send(3097, 14_480, at: 3) == .offload)
    // A repeat says nothing.
    #expect(pace.send(1, 1448, at: 4) == .written)
  }
}
