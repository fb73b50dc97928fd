// The short way of ordinary segments says the same as the whole way: of every packet, and of every flow.

import Report
import Testing
import Wire

@testable import Flow

/// Two trackers that are handed the same packets: one takes the short way, the other never does.
private struct Ways: ~Copyable {
  private var short: Tracker
  private var whole: Tracker
  private var shortText = FlowJSON()
  private var wholeText = FlowJSON()
  /// The first packet of which they said different things; 0 for none.
  private(set) var difference: UInt64 = 0

  init(_ change: (inout Limits) -> Void = { _ in }) {
    var limits = Limits()
    change(&limits)
    short = Tracker(limits, secret: FlowSecret(seed: 1))
    limits.takesWholeWay = true
    whole = Tracker(limits, secret: FlowSecret(seed: 1))
  }

  mutating func take(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) {
    let (one, other) = (short.receive(&packet, frame, octets), whole.receive(&packet, frame, octets))
    if one != other || short.settled != whole.settled { note(frame.number) }
    drain(frame.number)
  }

  mutating func finish() {
    short.finish()
    whole.finish()
    drain(.max)
  }

  private mutating func drain(_ number: UInt64) {
    short.drain { shortText.print($0) }
    whole.drain { wholeText.print($0) }
    if shortText.out.octets != wholeText.out.octets { note(number) }
    shortText.out.removeAll()
    wholeText.out.removeAll()
  }

  private mutating func note(_ number: UInt64) { if difference == 0 { difference = number } }
}

@Suite struct OrdinarySegmentTests {
  /// Every packet asks for a record of the flow so far.
  @Test(arguments: 1...256) func saysTheSameOfAnyConversation(seed: UInt64) {
    var ways = Ways { $0.active = 1 }
    var talk = RandomTalk(seed: seed)
    talk.each { packet, frame in ways.take(&packet, frame, Bytes()) }
    ways.finish()
    #expect(ways.difference == 0)
  }

  @Test(arguments: SavedFrames.lessons) func saysTheSameOfOurCaptures(path: String) {
    var ways = Ways { $0.active = 1 }
    var packet = Packet()
    SavedFrames.each(path) { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      ways.take(&packet, frame, octets)
    }
    ways.finish()
    #expect(ways.difference == 0)
  }
}
