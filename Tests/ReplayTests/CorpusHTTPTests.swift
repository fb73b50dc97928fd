// HTTP exchanges beside Suricata's and Zeek's records of the same captures.

import Capture
import Flow
import Foundation
import Testing
import Wire

@testable import Report

/// An exchange as the records of all three tools have it.
private struct Row: Hashable {
  var method = "-"
  var uri = "-"
  var status = "-"
}

@Suite(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
struct CorpusHTTPTests {
  /// Captures whose rows differ for a reason that docs/comparisons.md names.
  static let explained: Set<String> = [
    // First lines that are none: Zeek and Suricata guess at words, we tell the answer alone.
    "zeek/http/methods.pcap", "zeek/http/http-bad-request-with-version.pcap", "zeek/http/http_09.pcap",
    "zeek/http/no-uri.pcap", "zeek/http/http-09-content-length-confusion.pcap",
    // Zeek's own reading of escapes in targets; its log is cut to columns of a script's.
    "zeek/http/cooper-grill-dvwa.pcapng",
    // An answer to a TLS hello, whose octets nobody takes for a request.
    "zeek/tls/ssl-to-http-server.pcap",
    // One exchange more than Zeek has.
    "zeek/wikipedia.pcap",
  ]

  /// The exchanges of a capture, and nothing that stops it.
  private func exchanges(_ url: URL) -> [HTTPExchange] {
    var limits = Limits()
    limits.judgesTCP = false
    var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    var streams = Streams()
    var packet = Packet()
    var found: [HTTPExchange] = []
    do {
      let capture = try Capture(.files([url.path]))
      try capture.forEachFrame { octets, frame in
        Mux.belowStreams.dissect(octets, frame, into: &packet)
        let verdict = tracker.receive(&packet, frame)
        streams.receive(octets, &packet, frame, verdict)
        if tracker.hasEnded { tracker.drain { streams.end($0.record.serial) } }
        streams.drain { found.append($0) }
        return .go
      }
    } catch {
      // Files that end inside a record, or are none.
    }
    streams.finish()
    streams.drain { found.append($0) }
    #expect(streams.counters.octetsNow == 0 && streams.count == 0)
    return found
  }

  private func row(_ exchange: HTTPExchange) -> Row {
    var row = Row()
    if let head = exchange.request?.head {
      row.method = String(decoding: head.octets(of: head.method), as: UTF8.self)
      row.uri = String(decoding: head.octets(of: head.target), as: UTF8.self)
    }
    if let status = exchange.response?.head.status, status > 0 { row.status = "\(status)" }
    return row
  }

  private func counts(_ rows: [Row]) -> [Row: Int] { rows.reduce(into: [:]) { $0[$1, default: 0] += 1 } }

  private func common(_ a: [Row: Int], _ b: [Row: Int]) -> Int {
    a.reduce(0) { $0 + min($1.value, b[$1.key] ?? 0) }
  }

  @Test func zeeksLogsSayTheSame() throws {
    var (same, all) = (0, 0)
    for oracle in Oracle.all where oracle.kind.hasPrefix("zeek-http") {
      var names: [String] = []
      var theirs: [Row] = []
      for line in try oracle.lines() {
        let isHeader = line.hasPrefix("#fields\t")
        if isHeader || (names.isEmpty && !line.hasPrefix("#")) {
          names = line.split(separator: "\t").dropFirst(isHeader ? 1 : 0).map(String.init)
        } else if !line.hasPrefix("#") {
          let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
          let columns = Dictionary(zip(names, values)) { one, _ in one }
          guard let method = columns["method"], let status = columns["status_code"] else { continue }
          theirs.append(Row(method: method, uri: columns["uri"] ?? "-", status: status))
        }
      }
      let url = (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent(oracle.capture)
      let ours = counts(exchanges(url).map(row))
      let shared = common(counts(theirs), ours)
      all += theirs.count
      same += shared
      if !Self.explained.contains(oracle.capture) {
        #expect(shared == theirs.count, "\(oracle.capture): \(theirs)\nours: \(ours)")
      }
    }
    print("HTTP exchanges as Zeek's logs have them: \(same) of \(all)")
    #expect(all > 100)
  }

  @Test func suricatasRecordsSayTheSame() throws {
    var (same, all) = (0, 0)
    let root = (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent("gen").path
    let files = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
    for file in files.sorted() {
      guard let end = file.range(of: ".suricata.jsonl") else { continue }
      let capture = String(file[..<end.lowerBound])
      let oracle = Oracle(capture: capture, file: "gen/\(file)", kind: "", command: "")
      let theirs = try oracle.lines().compactMap { line -> Row? in
        guard line.contains("\"event_type\":\"http\""),
          let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
          let http = event["http"] as? [String: Any]
        else { return nil }
        var row = Row()
        row.method = http["http_method"] as? String ?? "-"
        row.uri = http["url"] as? String ?? "-"
        if row.uri.contains("request_uri_not_seen") { row.uri = "-" }
        if let status = http["status"] as? Int { row.status = "\(status)" }
        return row
      }
      if theirs.isEmpty { continue }
      let url = (Frames.corpus ?? URL(fileURLWithPath: "/")).appendingPathComponent(capture)
      all += theirs.count
      same += common(counts(theirs), counts(exchanges(url).map(row)))
    }
    print("HTTP exchanges as Suricata's records have them: \(same) of \(all)")
    #expect(all > 2500)
    #expect(Double(same) >= 0.98 * Double(all))
  }

  @Test func noCaptureStopsIt() {
    for row in CorpusTests.rows { _ = exchanges(row.url) }
  }
}
