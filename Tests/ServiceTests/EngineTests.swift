// What a pipeline makes of frames.

import Capture
import Flow
import Foundation
import Store
import Testing
import Wire

@testable import Service

@Suite struct EngineTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("pcaps")
  private static let captures =
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?
    .filter { $0.hasSuffix(".pcap") }.sorted() ?? []

  /// All records of a capture, and the octets of the frames that were left for findings.
  private func records(_ name: String, _ change: (inout Settings) -> Void = { _ in }) throws -> [[UInt8]] {
    var settings = try Settings.read("", name: "w.yaml", environment: [:], given: []).get()
    settings.recorder.severity = 0
    change(&settings)
    let plan = PipelinePlan(
      interface: "eth0", isPassing: false, fanoutGroup: nil, limits: settings.limits(of: 1),
      recorderOctets: 1 << 20)
    var engine = Engine(plan, settings)
    let queue = RecordQueue(octetsMax: 1 << 30)
    let capture = try Capture(.files([EngineTests.folder.appendingPathComponent(name).path]))
    do {
      try capture.forEachFrame { octets, frame in
        engine.receive(octets, frame, queue)
        return .go
      }
    } catch {
      // Files that are made to fail: what libpcap read of them has been handed out.
    }
    engine.finish(queue)
    let batches = queue.take()
    return batches.flatMap { batch in
      batch.records.map { Array($0.json) } + batch.captures.map(\.file)
    }
  }

  @Test func aCaptureOfHTTPHasFlowsAndExchanges() throws {
    let records = try records("http-keepalive.pcap").map { String(decoding: $0, as: UTF8.self) }
    #expect(records.contains { $0.contains("\"community_id\":") })
    #expect(records.contains { $0.contains("\"method\":") })
  }

  /// A short connection is a journal, and nobody can tell.
  @Test(arguments: captures) func journalsTellWhatIsToldWithoutThem(_ name: String) throws {
    let followed = try records(name) { $0.limits.keepsJournals = false }
    #expect(try records(name) == followed)
  }

  /// Flows that ended wait for others, so that they are told together, but not when nothing comes.
  @Test func aFlowThatEndedIsToldWhenNothingComes() throws {
    let settings = try Settings.read("", name: "w.yaml", environment: [:], given: []).get()
    let plan = PipelinePlan(
      interface: "eth0", isPassing: false, fanoutGroup: nil, limits: settings.limits(of: 1), recorderOctets: 0
    )
    var engine = Engine(plan, settings)
    let queue = RecordQueue(octetsMax: 1 << 30)
    let path = EngineTests.folder.appendingPathComponent("http-keepalive.pcap").path
    let capture = try Capture(.files([path]))
    try capture.forEachFrame { octets, frame in
      engine.receive(octets, frame, queue)
      return .go
    }
    #expect(queue.take().isEmpty)
    // The capture is older than any linger: all that is closed ends.
    engine.rest(queue)
    let told = queue.take().flatMap(\.records)
    #expect(told.contains { $0.kind == .flow } && told.contains { $0.kind == .exchange })
  }
}
