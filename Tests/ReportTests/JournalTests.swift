// A short connection that was kept as a journal has the same record as one that was followed all along.

import Testing
import Wire

@testable import Flow

extension TwoTrackers {
  /// One keeps journals, the other none; flows that last are reported so often.
  fileprivate static func journaledAndFollowed(active: Int64 = Limits().active) -> TwoTrackers {
    var limits = Limits()
    limits.active = active
    var journaled = limits
    journaled.keepsJournals = true
    journaled.plainSpan = min(FindingLimits().idle, FindingLimits().closeWait)
    return TwoTrackers(journaled, limits)
  }

  fileprivate mutating func take(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) {
    let (brief, full) = (one.receive(&packet, frame, octets), other.receive(&packet, frame, octets))
    if brief.flow != full.flow || brief.side != full.side || brief.about != full.about { note(frame.number) }
    compare(behind: frame.number)
  }

  /// Takes a conversation so many packets and nanoseconds behind others; gives those of its last.
  fileprivate mutating func take(
    _ talk: inout RandomTalk, behind: (number: UInt64, time: Int64) = (0, 0)
  ) -> (number: UInt64, time: Int64) {
    var last = behind
    talk.each { packet, frame in
      var frame = frame
      frame.number += behind.number
      frame.time += behind.time
      last = (frame.number, behind.time)
      take(&packet, frame, Bytes())
    }
    return last
  }
}

@Suite struct JournalTests {
  /// Conversations of no more than some exchanges are journals to their end, when nothing disturbs them.
  @Test(arguments: 1...192) func aShortConversationHasTheSameRecord(seed: UInt64) {
    check([RandomTalk(seed: seed, exchanges: Int(seed / 8 % 4))])
  }

  @Test(arguments: 1...32) func soHasOneThatGoesOn(seed: UInt64) { check([RandomTalk(seed: seed)]) }

  @Test(arguments: 1...96) func soHasOneThatIsReportedWhileItGoesOn(seed: UInt64) {
    check([RandomTalk(seed: seed, exchanges: Int(seed / 8 % 4))], active: Int64(1_000_000 * (seed % 7)) + 1)
  }

  /// Either end resets it, in any of its states, or it is never opened.
  @Test(arguments: 1...400) func soHasOneThatIsReset(seed: UInt64) {
    check([RandomTalk(reset: seed)])
    check([RandomTalk(reset: seed * 401)], active: Int64(1_000_000 * (seed % 7)) + 1)
  }

  /// Another connection takes the ports of one that is in TIME_WAIT, or is not.
  @Test(arguments: 1...48) func soHasOneInThePlaceOfAnother(seed: UInt64) {
    let talks = (0..<4).map { RandomTalk(seed: seed * 8 + $0 * 264, exchanges: Int($0 % 2)) }
    check(talks, apart: Int64(seed % 40) * 1_000_000_000)
  }

  /// One after the other, with a pause between them.
  private func check(_ talks: [RandomTalk], active: Int64 = Limits().active, apart: Int64 = 0) {
    var ways = TwoTrackers.journaledAndFollowed(active: active)
    var last: (number: UInt64, time: Int64) = (0, 0)
    for var talk in talks {
      last = ways.take(&talk, behind: last)
      last.time += apart
    }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.texts)")
  }

  @Test(arguments: SavedFrames.lessons) func ourCapturesHaveTheSameRecords(path: String) {
    var ways = TwoTrackers.journaledAndFollowed()
    var packet = Packet()
    SavedFrames.each(path) { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      ways.take(&packet, frame, octets)
    }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.texts)")
  }
}
