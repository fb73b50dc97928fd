// A short connection that was kept as a journal has the same record as one that was followed all along.

import Report
import Testing
import Wire

@testable import Flow

/// Two trackers that are handed the same packets: one keeps journals, the other none.
private struct Ways: ~Copyable {
  private var journaled: Tracker
  private var followed: Tracker
  private var oneText = FlowJSON()
  private var otherText = FlowJSON()
  /// The first packet after which they told different things; 0 for none.
  private(set) var difference: UInt64 = 0
  /// The records that differ.
  private(set) var records: [String] = []

  init(_ change: (inout Limits) -> Void = { _ in }) {
    var limits = Limits()
    change(&limits)
    followed = Tracker(limits, secret: FlowSecret(seed: 1))
    limits.keepsJournals = true
    limits.plainSpan = min(FindingLimits().idle, FindingLimits().closeWait)
    journaled = Tracker(limits, secret: FlowSecret(seed: 1))
  }

  mutating func take(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) {
    let (one, other) = (journaled.receive(&packet, frame, octets), followed.receive(&packet, frame, octets))
    if one.flow != other.flow || one.side != other.side || one.about != other.about { note(frame.number) }
    drain(frame.number)
  }

  mutating func finish() {
    journaled.finish()
    followed.finish()
    drain(.max)
  }

  private mutating func drain(_ number: UInt64) {
    journaled.drain { oneText.print($0) }
    followed.drain { otherText.print($0) }
    if oneText.out.octets != otherText.out.octets {
      records += [
        String(decoding: oneText.out.octets, as: UTF8.self),
        String(decoding: otherText.out.octets, as: UTF8.self),
      ]
      note(number)
    }
    oneText.out.removeAll()
    otherText.out.removeAll()
  }

  private mutating func note(_ number: UInt64) { if difference == 0 { difference = number } }
}

@Suite struct JournalTests {
  @Test(arguments: 1...192) func aShortConversationHasTheSameRecord(seed: UInt64) {
    var ways = Ways()
    var talk = RandomTalk(seed: seed, exchanges: Int(seed / 8 % 4))
    talk.each { packet, frame in ways.take(&packet, frame, Bytes()) }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.records)")
  }

  @Test(arguments: 1...32) func soHasOneThatGoesOn(seed: UInt64) {
    var ways = Ways()
    var talk = RandomTalk(seed: seed)
    talk.each { packet, frame in ways.take(&packet, frame, Bytes()) }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.records)")
  }

  /// Every packet asks for a record of the flow so far.
  @Test(arguments: 1...96) func soHasOneThatIsReportedWhileItGoesOn(seed: UInt64) {
    var ways = Ways { $0.active = Int64(1_000_000 * (seed % 7)) + 1 }
    var talk = RandomTalk(seed: seed, exchanges: Int(seed / 8 % 4))
    talk.each { packet, frame in ways.take(&packet, frame, Bytes()) }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.records)")
  }

  /// Another connection takes the ports of one that is in TIME_WAIT, or is not.
  @Test(arguments: 1...48) func soHasOneInThePlaceOfAnother(seed: UInt64) {
    var ways = Ways()
    var last: (number: UInt64, time: Int64) = (0, 0)
    for i: UInt64 in 0..<4 {
      var talk = RandomTalk(seed: seed * 8 + i * 264, exchanges: Int(i % 2))
      let before = last
      talk.each { packet, frame in
        var frame = frame
        frame.number += before.number
        frame.time += before.time
        last = (frame.number, before.time + Int64(seed % 40) * 1_000_000_000)
        ways.take(&packet, frame, Bytes())
      }
    }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.records)")
  }

  @Test(arguments: SavedFrames.lessons) func ourCapturesHaveTheSameRecords(path: String) {
    var ways = Ways()
    var packet = Packet()
    SavedFrames.each(path) { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      ways.take(&packet, frame, octets)
    }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.records)")
  }
}
