// The short way of ordinary segments says the same as the whole way: of every packet, and of every flow.

import Testing
import Wire

@testable import Flow

extension TwoTrackers {
  /// One takes the short way, the other never does; every packet asks for a record of the flow so far.
  fileprivate static func shortAndWhole() -> TwoTrackers {
    var limits = Limits()
    limits.active = 1
    var whole = limits
    whole.takesWholeWay = true
    return TwoTrackers(limits, whole)
  }

  fileprivate mutating func take(_ packet: inout Packet, _ frame: Frame, _ octets: Bytes) {
    let (short, whole) = (one.receive(&packet, frame, octets), other.receive(&packet, frame, octets))
    if short != whole || one.settled != other.settled { note(frame.number) }
    compare(behind: frame.number)
  }
}

@Suite struct OrdinarySegmentTests {
  @Test(arguments: 1...256) func saysTheSameOfAnyConversation(seed: UInt64) {
    var ways = TwoTrackers.shortAndWhole()
    var talk = RandomTalk(seed: seed)
    talk.each { packet, frame in ways.take(&packet, frame, Bytes()) }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.texts)")
  }

  @Test(arguments: SavedFrames.lessons) func saysTheSameOfOurCaptures(path: String) {
    var ways = TwoTrackers.shortAndWhole()
    var packet = Packet()
    SavedFrames.each(path) { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      ways.take(&packet, frame, octets)
    }
    ways.finish()
    #expect(ways.difference == 0, "\(ways.texts)")
  }
}
