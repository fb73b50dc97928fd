// `wiretale flows` as a user runs it: Zeek's log, questions, order, and the first few.

import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct FlowsProgramTests {
  /// Several captures in one run: seven flows or more.
  private static let many = ["refused", "rto", "http-keepalive", "udp-dns", "vxlan"]
    .flatMap { ["-r", "pcaps/\($0).pcap"] }

  private func flows(_ words: [String]) throws -> Outcome { try Program.run(["flows"] + Self.many + words) }

  private func records(_ words: [String]) throws -> [[String: Any]] {
    try flows(words + ["--json"]).lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func zeeksLogHasAColumnForEveryName() throws {
    let lines = try flows(["--zeek"]).lines
    let names = try #require(lines.first { $0.hasPrefix("#fields\t") }).split(separator: "\t").dropFirst()
    let types = try #require(lines.first { $0.hasPrefix("#types\t") }).split(separator: "\t").dropFirst()
    #expect(names.count == 22 && types.count == 22)
    #expect(lines.first == "#separator \\x09")
    #expect(lines.last?.hasPrefix("#close\t20") == true)
    let rows = lines.filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows.count == (try records([]).count))
    for row in rows {
      #expect(row.count == names.count && !row.contains(""), "\(row)")
      let field = Dictionary(uniqueKeysWithValues: zip(names.map(String.init), row))
      #expect(field["id.orig_p"].flatMap(UInt16.init) != nil)
      if field["duration"] == "-" { #expect(field["orig_bytes"] == "-" && field["resp_bytes"] == "-") }
    }
    let columns = Dictionary(grouping: rows) { $0[6] }
    #expect(columns["icmp"]?.first?[15] == "-", "no history")
    #expect(rows.contains { $0[20].hasPrefix("F") }, "a flow in a tunnel names its parents")
  }

  @Test func aQuestionChoosesWhateverTheOutput() throws {
    let question = ["--where", "retransmissions > 0 and conn_state == SF"]
    let chosen = try records(question)
    #expect(chosen.count == 1 && chosen[0]["conn_state"] as? String == "SF")
    #expect(try flows(question).lines.count == 1)
    #expect(try flows(question + ["--zeek"]).lines.filter { !$0.hasPrefix("#") }.count == 1)
  }

  @Test func aFieldGivesTheOrder() throws {
    for (word, isDescending) in [("duration", false), ("duration:asc", false), ("duration_ns:desc", true)] {
      let seen = try records(["--sort", word]).compactMap { $0["duration_ns"] as? Int }
      #expect(seen.count > 6 && seen == (isDescending ? seen.sorted(by: >) : seen.sorted()), "\(word)")
    }
  }

  @Test func theFirstFewAreTheGreatest() throws {
    let octets = { (record: [String: Any]) -> Int in
      (record["orig_frame_bytes"] as? Int ?? 0) + (record["resp_frame_bytes"] as? Int ?? 0)
    }
    let all = try records([])
    #expect(try records(["--top", "2"]).map(octets) == all.map(octets).sorted(by: >).prefix(2).map { $0 })
    let longest = try records(["--top", "3", "--sort", "duration"]).compactMap { $0["duration_ns"] as? Int }
    #expect(longest == all.compactMap { $0["duration_ns"] as? Int }.sorted(by: >).prefix(3).map { $0 })
    let shortest = try records(["--top", "1", "--sort", "duration:asc"])
    #expect(shortest.first?["duration_ns"] as? Int == all.compactMap { $0["duration_ns"] as? Int }.min())
  }

  @Test(arguments: [
    (["--where", "a >> 3"], "(character 4)"), (["--sort", "a:b"], "--sort a:b"), (["--top", "0"], "--top 0"),
    (["--json", "--zeek"], "one of them"),
  ])
  func aWrongWordIsOneLine(words: [String], says: String) throws {
    let outcome = try flows(words)
    #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
  }

  @Test func aNameThatNoFlowHasIsTold() throws {
    let outcome = try flows(["--where", "retransmisions > 0"])
    #expect(outcome.status == 0 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("no flow has a field \"retransmisions\""))
  }
}
