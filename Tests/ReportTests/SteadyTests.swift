// A connection of questions and answers that outgrew its journal has the same record as one that was followed
// all along, whatever becomes of it.

import Testing
import Wire

@testable import Flow

/// Two trackers: one has journals and what becomes of them, the other neither.
private struct Ways: ~Copyable {
  private(set) var trackers: TwoTrackers
  /// Packets behind which a connection was steady.
  private(set) var steadyPackets = 0
  private let tellsEnds: Bool

  init(tellsEnds: Bool = true) {
    self.tellsEnds = tellsEnds
    var limits = Limits()
    limits.tellsEnds = tellsEnds
    var journaled = limits
    journaled.keepsJournals = true
    trackers = TwoTrackers(journaled, limits)
  }

  mutating func take(_ packet: inout Packet, _ frame: Frame) {
    let verdict = trackers.one.receive(&packet, frame, Bytes())
    let followed = trackers.other.receive(&packet, frame, Bytes())
    if verdict.flow != followed.flow || verdict.side != followed.side || verdict.analysis != followed.analysis
      || verdict.of != followed.of || trackers.one.settled != trackers.other.settled
    {
      trackers.note(frame.number)
    }
    if trackers.one.table.slots[0].isSteady { steadyPackets += 1 }
    if tellsEnds {
      trackers.compareOpen(behind: frame.number)
    } else {
      trackers.compare(behind: frame.number)
    }
  }

  /// Takes a conversation that goes on so many times as slowly.
  mutating func take(_ talk: RandomTalk, slowness: Int64 = 1) {
    var talk = talk
    var start: Int64?
    talk.each { packet, frame in
      var frame = frame
      start = start ?? frame.time
      if let start { frame.time = start + (frame.time - start) * slowness }
      take(&packet, frame)
    }
    trackers.finish()
  }
}

@Suite struct SteadyTests {
  /// What is told of the connection is held against the other's behind every packet.
  @Test(arguments: 1...256) func isTheConnectionThatItWouldHaveBeen(seed: UInt64) {
    var ways = Ways()
    ways.take(RandomTalk(quiet: seed, exchanges: 12 + Int(seed % 16)))
    #expect(ways.trackers.difference == 0, "\(ways.trackers.texts.suffix(2))")
  }

  /// Pauses are found, and late acknowledgments.
  @Test(arguments: 1...64) func soIsOneThatIsMostlyQuiet(seed: UInt64) {
    var ways = Ways()
    ways.take(
      RandomTalk(quiet: seed, exchanges: 12 + Int(seed % 16)), slowness: seed % 2 == 0 ? 100 : 10_000)
    #expect(ways.trackers.difference == 0, "\(ways.trackers.texts.suffix(2))")
  }

  /// The same when nobody asks for records, and all that is told are verdicts.
  @Test(arguments: 1...64) func saysTheSameOfPackets(seed: UInt64) {
    var ways = Ways(tellsEnds: false)
    ways.take(RandomTalk(quiet: seed, exchanges: 12 + Int(seed % 16)))
    #expect(ways.trackers.difference == 0)
  }

  @Test func mostLongConversationsAreSteadyOnce() {
    var steady = 0
    for seed: UInt64 in 1...40 {
      var ways = Ways()
      ways.take(RandomTalk(quiet: seed, exchanges: 20))
      if ways.steadyPackets > 10 { steady += 1 }
    }
    #expect(steady > 20)
  }
}
