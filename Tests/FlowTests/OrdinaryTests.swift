// What one look tells of an ordinary connection is what every rule together says of it.

import Capture
import Foundation
import Testing
import Wire

@testable import Flow

extension EndedFlow {
  /// The findings by every rule.
  fileprivate func examined(_ limits: FindingLimits) -> [Finding] {
    var (flow, found) = (self, [Finding]())
    flow.examine(limits, in: &found)
    return found
  }
}

@Suite struct OrdinaryTests {
  /// The findings as text: what can be compared.
  private func said(_ findings: [Finding]) -> [String] {
    findings.map {
      let figures = (0..<4).map { [figures = $0.figures] in figures[$0] }
      return "\($0.rule) \($0.severity) \(String(describing: $0.side)) \($0.frames) \($0.confidence) "
        + "\($0.alternatives) \(figures)"
    }
  }

  /// Limits under which more and fewer rules speak.
  private static let limits: [FindingLimits] = {
    var all = [FindingLimits()]
    let bounds: [(Int64, Int64)] = [(1_000_000, 60_000_000_000), (60_000_000_000, 1_000_000), (0, 0)]
    for (closeWait, idle) in bounds {
      var limits = FindingLimits()
      (limits.closeWait, limits.idle) = (closeWait, idle)
      all.append(limits)
    }
    return all
  }()

  @Test func everyRuleTogetherSaysNoMoreOfAnOrdinaryFlow() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("pcaps")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var (ordinary, others) = (0, 0)
    // A printer keeps its list from flow to flow.
    var kept: [Finding] = []
    for name in names where name.hasSuffix(".pcap") && !name.hasPrefix("truncated") {
      guard let saved = try? Saved(name) else { continue }
      for (flow, limits) in saved.flows.flatMap({ flow in Self.limits.map { (flow, $0) } }) {
        var flow = flow
        if flow.isOrdinary(limits) { ordinary += 1 } else { others += 1 }
        flow.putFindings(limits, in: &kept)
        #expect(said(flow.findings(limits)) == said(flow.examined(limits)), "\(name) F\(flow.record.serial)")
        #expect(said(kept) == said(flow.examined(limits)), "\(name) F\(flow.record.serial)")
      }
    }
    #expect(ordinary > 20 && others > 20, "\(ordinary) ordinary, \(others) others")
  }

  @Test func aConnectionWithATroubleIsNotOrdinary() {
    for trouble in 0..<6 {
      var story = Story()
      if trouble == 1 { story.server.size = 1200 }
      if trouble == 2 { story.client.size = 400 }
      story.open()
      story.client([.ack, .psh], trouble == 3 ? 2000 : 300)
      if trouble == 4 { story.client([.ack, .psh], 300, after: 900, seq: 1) }
      story.server([.ack, .psh], 1400, after: trouble == 5 ? 70_000 : 10)
      story.client(.ack)
      story.close()
      var flow = story.end()[0]
      #expect(flow.isOrdinary(FindingLimits()) == (trouble == 0), "\(trouble)")
      #expect(said(flow.findings()) == said(flow.examined(FindingLimits())), "\(trouble)")
    }
  }

  @Test func aFlowThatWasKeptIsNotFilledWithTheNext() {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 300)
    story.server(.ack)
    story.close()
    story.client = Story.End(address: 0x0a00_0009, port: 40009, initial: 5, identification: 7)
    story.client(.syn)
    let flows = story.end()
    #expect(flows.count == 2)
    #expect(flows[0].connection?.originator.counters.dataOctets == 300)
    #expect(flows[0].connection?.originator.path.map(\.state).last == .timeWait)
    #expect(flows[1].connection?.originator.path.map(\.state) == [.synSent])
    #expect(String(decoding: flows[0].history, as: UTF8.self) == "ShADaFf")
    #expect(String(decoding: flows[1].history, as: UTF8.self) == "S")
  }
}
