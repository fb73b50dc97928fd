// Flows are the same whether segments are judged or only followed.

import Capture
import Flow
import Foundation
import Testing
import Wire

@Suite struct OutlineTests {
  /// Which flow and side each packet of a capture belongs to, and the reason for which each flow ended.
  private func story(_ url: URL, judges: Bool) -> (packets: [String], ends: [UInt64: String]) {
    var limits = Limits()
    limits.judgesTCP = judges
    var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    var packet = Packet()
    var packets: [String] = []
    var ends: [UInt64: String] = [:]
    do {
      let capture = try Capture(.files([url.path]))
      try capture.forEachFrame { octets, frame in
        Mux.standard.dissect(octets, frame, into: &packet)
        let verdict = tracker.receive(&packet, frame)
        packets.append("\(verdict.flow)\(verdict.side)")
        tracker.drain { ends[$0.record.serial] = describe($0) }
        return .go
      }
    } catch {
      // Files that end inside a record, or are none.
    }
    tracker.finish()
    tracker.drain { ends[$0.record.serial] = describe($0) }
    return (packets, ends)
  }

  private func describe(_ flow: EndedFlow) -> String {
    "\(flow.reason) \(flow.record.start) \(flow.record.firstFrame) \(flow.record.end) "
      + "\(flow.record.counters[0]) \(flow.record.counters[1])"
  }

  private func differences(_ urls: [URL]) -> (captures: [String], packets: Int, flows: Int, ends: [String]) {
    var result: (captures: [String], packets: Int, flows: Int, ends: [String]) = ([], 0, 0, [])
    for url in urls {
      let (judged, outlined) = (story(url, judges: true), story(url, judges: false))
      result.flows += judged.ends.count
      let ends = judged.ends.filter { outlined.ends[$0.key] != $0.value }
      for (serial, end) in ends {
        result.ends.append("\(url.lastPathComponent): \(end), outlined \(outlined.ends[serial] ?? "-")")
      }
      let packets = zip(judged.packets, outlined.packets).count { $0 != $1 }
      result.packets += packets
      if packets > 0 { result.captures.append("\(url.lastPathComponent): \(packets) packets") }
    }
    return result
  }

  @Test func packetsOfOurCapturesBelongToTheSameFlows() {
    let found = differences(
      Frames.files(below: ParityCorpus.package.appendingPathComponent("pcaps")))
    #expect(found.flows > 100)
    #expect(found.captures.isEmpty, "\(found.captures)")
    #expect(found.ends.isEmpty, "\(found.ends)")
  }

  @Test(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
  func packetsOfOthersDoToo() {
    let found = differences(CorpusTests.rows.map(\.url))
    print(
      "flows that are only followed: \(found.packets) packets of others, "
        + "\(found.ends.count) of \(found.flows) ends"
    )
    #expect(found.ends.count < 20, "\(found.ends)")
    #expect(found.flows > 4000)
    #expect(found.captures.isEmpty, "\(found.captures)")
  }
}
