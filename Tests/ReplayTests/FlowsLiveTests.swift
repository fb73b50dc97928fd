// Flows of a live interface: told as of a file, with what was lost.

import Foundation
import Testing

/// Root, two network namespaces and a cable between them; skipped without.
@Suite(
  .serialized, .enabled(if: Program.path != nil, "\(Program.missing)"),
  .enabled(if: Lab.isPossible, "\(Lab.missing)"))
struct FlowsLiveTests {
  private let lab: Lab
  private let file = Program.root.appendingPathComponent("pcaps/close-wait.pcap").path

  init() throws { lab = try Lab() }

  /// Sends the capture, waits until all of it has been read, and ends the program.
  private func outcome(
    of verb: String, _ words: [String], until isThere: (String) -> Bool = { _ in false }
  ) throws -> Outcome {
    let running = try lab.listen(["-Q", "in"] + words, verb: verb)
    try lab.send([file])
    _ = Running.until(seconds: 2) { isThere(running.output) }
    running.signal(SIGINT)
    return running.wait()
  }

  @Test(arguments: [1, 3]) func flowsAreTheSameAsOfTheFile(threads: Int) throws {
    let live = try outcome(of: "flows", ["--json", "--threads", "\(threads)"])
    let saved = try Program.run(["flows", "--json", "-r", file])
    #expect(live.status == 0, "\(live.errors)")
    func words(_ outcome: Outcome) -> [[String]] {
      outcome.lines.map { line in
        ["orig_h", "orig_p", "resp_p", "orig_pkts", "resp_pkts", "conn_state", "history"].map { name in
          String(line.split(separator: "\"\(name)\":").last?.prefix { $0 != "," } ?? "")
        }
      }
    }
    #expect(!saved.lines.isEmpty)
    let (heard, read) = (Set(words(live)), Set(words(saved)))
    #expect(heard == read && live.lines.count == saved.lines.count)
  }

  @Test(arguments: [1, 2]) func whatWasLostIsTold(threads: Int) throws {
    let live = try outcome(of: "flows", ["--threads", "\(threads)"])
    #expect(live.errors.contains("captured: handed to this program"), "\(live.errors)")
    #expect(live.errors.contains("0 dropped by the kernel"), "\(live.errors)")
  }

  @Test func statesAreShownEverySoOften() throws {
    let live = try outcome(of: "states", ["--every", "1", "--json", "--state", "CLOSE_WAIT"]) {
      $0.split(separator: "\n").count >= 1
    }
    #expect(live.status == 0, "\(live.errors)")
    // One while the program runs, one at its end.
    #expect(live.lines.filter { $0.contains("\"CLOSE_WAIT\"") }.count >= 2, "\(live.output)")
  }
}
