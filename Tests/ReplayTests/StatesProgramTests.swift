// `wiretale states`: who waits for whom.

import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct StatesProgramTests {
  private func states(_ words: [String]) throws -> Outcome {
    try Program.run(["states", "-r", "pcaps/close-wait.pcap"] + words)
  }

  private func records(_ outcome: Outcome) throws -> [[String: Any]] {
    try outcome.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  /// One connection whose server never closes, and one that closed as it should.
  @Test func theServerNeverClosed() throws {
    let lines = try states([]).lines
    #expect(lines.count == 5 && lines[0].hasPrefix("at 2026-11-22T18:02:09."))
    #expect(lines[2] == "    1  CLOSE_WAIT    server  10.10.0.2:9000                  2.00 s")
    #expect(lines[3] == "    1  FIN_WAIT_2    client  10.10.0.1 to :9000              1.96 s")
    #expect(lines[4] == "    1  TIME_WAIT     client  10.10.0.1 to :9000              20.0 us     in 59.9 s")
  }

  @Test func groupsAreRecords() throws {
    let groups = try records(try states(["--json"]))
    #expect(groups.map { $0["state"] as? String } == ["CLOSE_WAIT", "FIN_WAIT_2", "TIME_WAIT"])
    #expect(groups.map { $0["role"] as? String } == ["server", "client", "client"])
    let waits = try #require(groups.last)
    let (since, until) = (waits["oldest_since"] as? Int ?? 0, waits["time_wait_until"] as? Int ?? 0)
    #expect(until - since == 60_000_000_000)
    #expect((waits["ts"] as? Int ?? 0) - since == waits["oldest_ns"] as? Int)
  }

  @Test func timeWaitEnds() throws {
    // Other captures follow: by then the 2MSL of one second are over.
    let later = try Program.run(
      ["states", "-r", "pcaps/close-wait.pcap", "-r", "pcaps/udp-dns.pcap", "--json", "--msl", "1"])
    let held = try records(later)
    #expect(!held.isEmpty && !held.contains { $0["state"] as? String == "TIME_WAIT" })
  }

  @Test func aStateIsAskedFor() throws {
    let groups = try records(try states(["--json", "--state", "CLOSE_WAIT", "--state", "time_wait"]))
    #expect(groups.map { $0["state"] as? String } == ["CLOSE_WAIT", "TIME_WAIT"])
    let wrong = try states(["--state", "CLOSEWAIT"])
    #expect(wrong.status == 2 && wrong.errorLines.count == 1 && wrong.errors.contains("CLOSE_WAIT"))
  }

  @Test func connectionsHaveBothEnds() throws {
    let held = try records(try states(["--connections", "--json"]))
    #expect(held.count == 2)
    #expect(
      held[0]["orig_state"] as? String == "FIN_WAIT_2" && held[0]["resp_state"] as? String == "CLOSE_WAIT")
    #expect(held[1]["resp_state"] as? String == "CLOSED" && held[1]["orig_time_wait_until"] != nil)
    let lines = try states(["--connections", "--state", "CLOSE_WAIT"]).lines
    #expect(lines.count == 3)
    let words = lines.last?.split(separator: " ").map(String.init)
    #expect(
      words == ["2.00", "s", "10.10.0.1:40001", "FIN_WAIT_2", "10.10.0.2:9000", "CLOSE_WAIT"], "\(lines)")
  }
}
