// Flows on several threads: the same flows.

import Foundation
import Testing

/// The program with --threads.
@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct ThreadTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A capture of a thousand short connections.
  private func thousandFlows() throws -> String {
    let maker = Program.root.appendingPathComponent("Benchmarks/make_flows.py").path
    let file = scratch.file("flows.pcap")
    _ = try Program.command(["python3", maker, file, "--flows", "1000"])
    return file
  }

  @Test(arguments: [
    ["--json"], [], ["--zeek"], ["--sort", "duration_ns"], ["--json", "--top", "2"],
    ["--json", "--where", "orig_pkts > 3"], ["--json", "--timeout", "active=1,tcp=2"],
    ["--json", "--flows-max", "2"], ["--json", "--series"],
  ])
  func twoThreadsSayWhatOneSays(view: [String]) throws {
    let folder = Program.root.appendingPathComponent("pcaps")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let captures = files.filter { $0.contains(".pcap") }.map { folder.appendingPathComponent($0).path }
    try #require(!captures.isEmpty)
    for file in captures {
      let one = try Program.run(["flows"] + view + ["-r", file])
      let two = try Program.run(["flows"] + view + ["--threads", "2", "-r", file])
      #expect(two.output == one.output, "\(file)")
      #expect(two.errors == one.errors && two.status == one.status, "\(file): \(two.errors)")
    }
  }

  /// More frames than a few loads between the threads have, and more flows than are handed over together.
  @Test func manyFlowsTakeManyLoads() throws {
    let maker = Program.root.appendingPathComponent("Benchmarks/make_flows.py").path
    let file = scratch.file("flows.pcap")
    let made = try Program.command(["python3", maker, file, "--flows", "1500", "--concurrent", "400"])
    try #require(made.status == 0, "\(made.errors)")
    let one = try Program.run(["flows", "--json", "-r", file])
    let two = try Program.run(["flows", "--json", "--threads", "2", "-r", file])
    #expect(one.lines.count == 1500)
    #expect(two.output == one.output && two.errors == one.errors)
  }

  @Test func aDamagedFileIsToldOnceAndNothingBeforeIsLost() throws {
    let whole = try Data(contentsOf: Program.root.appendingPathComponent("pcaps/close-wait.pcap"))
    let file = try scratch.write([UInt8](whole.dropLast(5)), to: "cut.pcap")
    let one = try Program.run(["flows", "-r", file])
    let two = try Program.run(["flows", "--threads", "2", "-r", file])
    #expect(one.status == 1 && two.status == 1)
    #expect(two.output == one.output && two.errors == one.errors)
  }

  @Test func aPipeThatPausesIsToldMeanwhile() throws {
    let pcap = Program.root.appendingPathComponent("pcaps/close-wait.pcap").path
    let outcome = try Program.shell(
      "(cat \"$1\"; sleep 0.3) | \"$2\" flows --threads 2 -r -", pcap, Program.path ?? "")
    #expect(outcome.output == (try Program.run(["flows", "-r", pcap])).output, "\(outcome.errors)")
  }

  /// Nothing more than what is under way waits for whoever reads slowly, and nothing is lost.
  @Test func aReaderThatIsSlowHasAllOfIt() throws {
    let file = try thousandFlows()
    let outcome = try Program.shell(
      "\"$2\" flows --json --threads 2 -r \"$1\" | (sleep 0.3; cat)", file, Program.path ?? "")
    #expect(outcome.output == (try Program.run(["flows", "--json", "-r", file])).output)
  }

  /// What has come through a pipe is told when the program is stopped while the pipe is open.
  @Test func aStopTellsWhatHasCome() throws {
    let pcap = Program.root.appendingPathComponent("pcaps/close-wait.pcap").path
    for threads in ["1", "2"] {
      let pipe = scratch.file("pipe.\(threads)")
      let outcome = try Program.shell(
        """
        mkfifo "$1"; (cat "$2"; sleep 20) > "$1" & "$3" flows --json --threads \(threads) -r - < "$1" &
        program=$!; sleep 0.5; kill -INT $program; wait $program; status=$?; kill %1; exit $status
        """, pipe, pcap, Program.path ?? "")
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == (try Program.run(["flows", "--json", "-r", pcap])).output, "\(threads)")
    }
  }

  @Test func aReaderThatGoesEndsItQuietly() throws {
    let file = try thousandFlows()
    let outcome = try Program.shell(
      "\"$2\" flows --json --threads 2 -r \"$1\" | head -n 1", file, Program.path ?? "")
    #expect(outcome.lines.count == 1 && !outcome.errors.contains("pipe"), "\(outcome.errors)")
  }

  @Test func moreThanTwoOfAFileAreRefused() throws {
    let outcome = try Program.run(["flows", "--threads", "3", "-r", "x.pcap"])
    #expect(outcome.status == 2 && outcome.errors.contains("--threads 3"), "\(outcome.errors)")
  }
}
