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

  /// The first half is sent while the program is stopped, so that the kernel has room for its beginning only.
  @Test func aGapSaysHowManyPacketsTheKernelDropped() throws {
    let scratch = try Scratch()
    let maker = Program.root.appendingPathComponent("Benchmarks/make_web.py").path
    let made = try Program.command(
      [
        "python3", maker, scratch.file("a.pcap"), "--connections", "1", "--requests", "60", "--packets",
        "2000",
      ])
    try #require(made.status == 0, "\(made.errors)")
    let halves = try split(scratch.octets("a.pcap"), after: 1000)
    let running = try lab.listen(["-Q", "in", "--json", "-B", "256"], verb: "flows")
    running.signal(SIGSTOP)
    try lab.send([scratch.write(halves.0, to: "1.pcap")])
    running.signal(SIGCONT)
    _ = Running.until(seconds: 1) { false }
    try lab.send([scratch.write(halves.1, to: "2.pcap")])
    _ = Running.until(seconds: 1) { false }
    running.signal(SIGINT)
    let outcome = running.wait()
    let dropped = outcome.errorLines.first { $0.contains("dropped by the kernel") }
    let count = (dropped?.split(separator: " ").dropFirst().first ?? "0").filter(\.isNumber)
    #expect(count != "0", "\(outcome.errors)")
    let says = "the kernel dropped \(count) packets of the capture"
    #expect(outcome.output.contains(says), "\(outcome.output)\(outcome.errors)")
  }

  /// A capture in two: its first records, and the others.
  private func split(_ octets: [UInt8], after count: Int) throws -> ([UInt8], [UInt8]) {
    let head = octets[..<24]
    var at = 24
    for _ in 0..<count where at + 16 <= octets.count {
      at += 16 + (0..<4).reduce(0) { $0 | Int(octets[at + 8 + $1]) << (8 * $1) }
    }
    try #require(at < octets.count)
    return (Array(octets[..<at]), Array(head + octets[at...]))
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
