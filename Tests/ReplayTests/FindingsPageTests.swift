// docs/findings.md and the program say the same of every rule, shown by frames of a capture in pcaps/.

import Capture
import Flow
import Foundation
import Report
import Testing
import Wire

/// A rule as the page tells it.
private struct Entry {
  var rule: String
  var says: String
  var capture: String
  var frames: [UInt64]
}

@Suite struct FindingsPageTests {
  private static let page: String =
    (try? String(contentsOf: Program.root.appendingPathComponent("docs/findings.md"), encoding: .utf8)) ?? ""

  /// The page's entries: a heading, a quoted sentence, an example.
  private static let entries: [Entry] = page.components(separatedBy: "\n### `").dropFirst().map { text in
    let rule = String(text.prefix { $0 != "`" })
    let says = text.firstMatch(of: /\n> (.*)\n/).map { String($0.1) } ?? ""
    let example = text.firstMatch(of: /\nExample: `([a-z0-9.-]+)`, frames ([0-9 ]+)\./)
    return Entry(
      rule: rule, says: says, capture: example.map { String($0.1) } ?? "",
      frames: example.map { $0.2.split(separator: " ").compactMap { UInt64($0) } } ?? [])
  }

  /// What is found in a capture.
  private func findings(_ name: String) throws -> [Finding] {
    let path = Program.root.appendingPathComponent("pcaps/\(name)").path
    let capture = try Capture(.files([path]))
    var tracker = Tracker(Limits(), secret: FlowSecret(seed: 1))
    var packet = Packet()
    var found: [Finding] = []
    try capture.forEachFrame { octets, frame in
      Mux.standard.dissect(octets, frame, into: &packet)
      _ = tracker.receive(&packet, frame, octets)
      tracker.drain { found += $0.findings() }
      return .go
    }
    tracker.finish()
    tracker.drain { found += $0.findings() }
    return found
  }

  private func sentence(_ finding: Finding) -> String {
    var buffer = OctetBuffer()
    buffer.write(finding)
    return buffer.withOctets { octets in
      var copy: [UInt8] = []
      for i in 0..<octets.count { copy.append(octets[i]) }
      return String(decoding: copy, as: UTF8.self)
    }
  }

  @Test func everyRuleIsOnThePageOnce() {
    let told = Self.entries.map(\.rule)
    #expect(Set(told).count == told.count, "a rule has two headings")
    #expect(Set(told) == Set(Rule.allCases.map(\.id)))
  }

  @Test(arguments: Rule.allCases) func theExampleShowsIt(rule: Rule) throws {
    let entry = try #require(Self.entries.first { $0.rule == rule.id })
    let found = try findings(entry.capture).filter { $0.rule == rule }
    let said = found.map { (sentence($0), Array($0.frames)) }
    #expect(
      said.contains { $0.0 == entry.says && $0.1 == entry.frames },
      "\(entry.capture), frames \(entry.frames): \(entry.says)\nfound: \(said)")
  }

  /// A plain connection has nothing that anybody need be told.
  @Test(arguments: [
    "handshake-and-close", "close-in-three", "ipv6-tcp", "http-keepalive", "http-pipelined", "http-split",
    "dns-over-tcp", "keep-alive", "loopback", "vlan", "qinq", "tls13-hello", "udp-dns", "ntp",
  ])
  func theOrdinaryIsNotAccused(name: String) throws {
    let wrong = try findings("\(name).pcap").filter { $0.severity > .info }
    #expect(wrong.isEmpty, "\(wrong.map { sentence($0) })")
  }

  /// Every sentence is plain: it has words, no control characters, and no full stop of its own.
  @Test func sentencesArePlain() throws {
    let folder = Program.root.appendingPathComponent("pcaps").path
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".pcap") {
      guard let found = try? findings(name) else { continue }
      for finding in found {
        let text = sentence(finding)
        #expect(text.count > 10 && !text.hasSuffix(".") && !text.contains("  "), "\(name): \(text)")
        #expect(text.utf8.allSatisfy { $0 >= 32 && $0 != 34 && $0 != 92 }, "\(name): \(text)")
        #expect((0...1).contains(finding.confidence))
        #expect(
          !finding.frames.isEmpty && Array(finding.frames) == finding.frames.sorted(), "\(name): \(text)")
      }
    }
  }
}
