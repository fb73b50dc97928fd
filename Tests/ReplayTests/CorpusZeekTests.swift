// conn_state and history as Zeek's own logs have them, for every row of its plain tests.

import Flow
import Foundation
import Testing

@Suite(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
struct CorpusZeekTests {
  /// Rows that plain tests have and we do not, and why.
  static let explained: [String: String] = [
    "zeek/tunnels/vxlan-encapsulated-igmp-v2.pcap":
      "Zeek drops packets with wrong checksums (history C); we count them and say so",
    "zeek/vntag_vlan_sandwich_clean.pcap":
      "the capture cut the TCP header; Zeek reads nothing of it, we read the ports and flags",
  ]

  /// A log's rows by column; logs that were cut have a bare header.
  private func rows(_ oracle: Oracle) throws -> [[String: String]] {
    var names: [String] = []
    var rows: [[String: String]] = []
    for line in try oracle.lines() {
      if line.hasPrefix("#fields\t") {
        names = line.split(separator: "\t").dropFirst().map(String.init)
      } else if !line.hasPrefix("#") {
        let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        if names.isEmpty {
          names = values
        } else {
          rows.append(Dictionary(zip(names, values)) { one, _ in one })
        }
      }
    }
    return rows
  }

  /// A flow as a row of the same columns.
  private func row(_ flow: EndedFlow) -> [String: String] {
    let record = flow.record
    let version: UInt8 = record.key.isIPv6 ? 6 : 4
    let history = String(decoding: flow.history, as: UTF8.self)
    return [
      "id.orig_h": text(record.originator.address, version), "id.orig_p": "\(record.originator.port)",
      "id.resp_h": text(record.responder.address, version), "id.resp_p": "\(record.responder.port)",
      "conn_state": flow.connectionState.rawValue, "history": history.isEmpty ? "-" : history,
    ]
  }

  @Test func everyRowOfAPlainTestIsOurs() throws {
    var found = Agreement()
    for oracle in Oracle.all where oracle.kind == "zeek-conn" || oracle.kind == "zeek-conn-2" {
      let theirs = try rows(oracle).filter { $0["history"] != nil || $0["conn_state"] != nil }
      if theirs.isEmpty { continue }
      var ours = TrackedCapture(oracle.capture).flows.map(row)
      for their in theirs {
        // Of the columns that the log kept.
        let at = ours.firstIndex { our in our.allSatisfy { their[$0.key] == nil || their[$0.key] == $0.value }
        }
        if let at {
          ours.remove(at: at)
          found.equal += 1
        } else {
          var reason = Self.explained[oracle.capture] ?? "unexplained"
          if their["history"]?.contains(where: { "Xx".contains($0) }) == true {
            reason = "an analyzer of Zeek's gave up (history X)"
          }
          found.differ(reason, "\(oracle.file): \(their)")
        }
      }
    }
    found.print("rows as Zeek has them")
    #expect(found.equal > 90)
    #expect(found.reasons["unexplained"] == nil, "\(found.reasons["unexplained"]?.example ?? "")")
  }
}
