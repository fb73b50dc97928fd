// In which order findings and their frames stand, and that a detail which is made blank is blank.

import Foundation
import Testing
import Wire

@testable import Flow

@Suite struct FindingOrderTests {
  /// Frames come as the rules meet them; shown are the first of them, each once, in the order of the capture.
  @Test func framesAreEachOnceAndInOrder() {
    var dice = Dice(5)
    for _ in 0..<2000 {
      let frames = (0..<dice.roll(15)).map { _ in UInt64(dice.roll(21)) }
      let shown = Finding(.loss, .note, frames: frames).frames
      #expect(Array(shown) == Set(frames).subtracting([0]).sorted().prefix(8).map { $0 }, "\(frames)")
    }
  }

  @Test func theWorstComesFirstAndThenTheEarliest() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("pcaps")
    var several = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".pcap") {
      guard let saved = try? Saved(name) else { continue }
      for flow in saved.flows {
        let found = flow.findings()
        several += found.count > 1 ? 1 : 0
        for (one, other) in zip(found, found.dropFirst()) {
          let isInOrder =
            one.severity > other.severity
            || one.severity == other.severity && one.frames.first ?? 0 <= other.frames.first ?? 0
          #expect(isInOrder, "\(name) F\(flow.record.serial): \(one.rule), \(other.rule)")
        }
      }
    }
    #expect(several > 10)
  }

  @Test func aDetailThatIsMadeBlankIsBlank() {
    var detail = TCPDetail()
    detail.evidence.note(.timer, .originator, 5, 7)
    detail.milestones.append(Milestone(time: 1, frame: 2))
    detail.lastSYNTime = 3
    detail[1].holes.append(Hole(block: ClosedBlock(start: 10, end: 20), time: 4))
    detail[0].counters.retransmissions = 1
    detail.isHeld = true
    #expect(detail.missedOctets(1) == 10 && detail.missedOctets(0) == 0 && !detail.isBlank())
    detail.clear()
    let isBlank = detail.isBlank()
    #expect(isBlank && !detail.isHeld && !detail.isTouched && detail.missedOctets(1) == 0)
    #expect(!detail.hasTrouble && detail.lastSYNTime == nil)
  }
}
