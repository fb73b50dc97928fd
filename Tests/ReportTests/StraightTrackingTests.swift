// A frame that is taken right from its octets tells what one tells that was dissected.

import Testing
import Wire

@testable import Flow

/// Two trackers that are handed the same frames: one may take them from their octets, the other never does.
private struct Ways: ~Copyable {
  private(set) var trackers: TwoTrackers
  private var packet = Packet()
  /// Frames that were taken from their octets.
  private(set) var straightFrames = 0

  init() {
    var limits = Limits()
    limits.keepsJournals = true
    limits.plainSpan = FindingLimits().idle
    trackers = TwoTrackers(limits, limits)
  }

  /// Looks at a frame before its turn.
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { trackers.one.foresee(octets, frame) }

  mutating func take(_ octets: Bytes, _ frame: Frame) {
    Mux.standard.dissect(octets, frame, into: &packet)
    if trackers.one.takeStraight(octets, frame) {
      straightFrames += 1
    } else {
      _ = trackers.one.receive(&packet, frame, octets)
    }
    _ = trackers.other.receive(&packet, frame, octets)
    trackers.compare(behind: frame.number)
  }

  /// The first frame after which they told different things, to the end; 0 for none.
  mutating func finish() -> UInt64 {
    trackers.finish()
    return trackers.difference
  }
}

@Suite struct StraightTrackingTests {
  @Test(arguments: SavedFrames.lessons) func ourCapturesHaveTheSameRecords(path: String) {
    var ways = Ways()
    SavedFrames.each(path) { octets, frame in ways.take(octets, frame) }
    let difference = ways.finish()
    #expect(difference == 0)
  }

  /// Frames are looked at some frames before their turn, one of them now and then not.
  @Test(arguments: SavedFrames.lessons) func soTheyHaveWhenFramesAreForeseen(path: String) {
    var ways = Ways()
    var frames: [(octets: [UInt8], frame: Frame)] = []
    SavedFrames.each(path) { octets, frame in frames.append(((0..<octets.count).map { octets[$0] }, frame)) }
    for i in frames.indices {
      let ahead = i + Int(Tracker.foresight)
      if i % 7 > 0, ahead < frames.count {
        let octets = frames[ahead].octets
        ways.foresee(octets.span, frames[ahead].frame)
      }
      let octets = frames[i].octets
      ways.take(octets.span, frames[i].frame)
    }
    let difference = ways.finish()
    #expect(difference == 0)
  }

  /// Each octet of a short connection's frames is damaged in turn: whatever is made of it, both make it.
  @Test func soHaveDamagedOnes() {
    for damaged in 12..<66 {
      for bit: UInt8 in [1, 16, 128] {
        var ways = Ways()
        SavedFrames.each(SavedFrames.lesson("handshake-and-close")) { octets, frame in
          var copy = (0..<octets.count).map { octets[$0] }
          if Int(frame.number) % 5 == damaged % 5, damaged < copy.count { copy[damaged] ^= bit }
          ways.take(copy.span, frame)
        }
        let difference = ways.finish()
        #expect(difference == 0, "octet \(damaged), bit \(bit)")
      }
    }
  }

  /// The lines of journals are what it is for.
  @Test func mostFramesOfAShortConnectionAreTaken() {
    var ways = Ways()
    SavedFrames.each(SavedFrames.lesson("handshake-and-close")) { octets, frame in ways.take(octets, frame) }
    #expect(ways.straightFrames > 0)
  }
}
