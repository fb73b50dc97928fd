// The service on a live interface, and what `history` and `top` say of its store.

import Foundation
import Testing

/// Root, two network namespaces and a cable between them; skipped without.
@Suite(
  .serialized, .enabled(if: Program.path != nil, "\(Program.missing)"),
  .enabled(if: Lab.isPossible, "\(Lab.missing)"))
struct DaemonLiveTests {
  private let lab: Lab
  private let folder: Scratch

  init() throws {
    lab = try Lab()
    folder = try Scratch()
  }

  private var store: String { folder.file("flows.db") }

  /// Runs the service while 40 connections pass, and ends it.
  private func serve() throws {
    let settings = """
      capture:
        interfaces: [\(Lab.port)]
        filter: tcp
      log:
        path: \(folder.file("flows.ndjson"))
      store:
        path: \(store)
      recorder:
        path: \(folder.file("pcap"))
      service:
        lock: \(folder.file("lock"))
      """
    try settings.write(toFile: folder.file("w.yaml"), atomically: true, encoding: .utf8)
    let made = try Program.command(
      [
        "python3", Program.root.appendingPathComponent("Benchmarks/make_flows.py").path,
        folder.file("a.pcap"),
      ]
        + ["--flows", "40", "--concurrent", "4"])
    try #require(made.status == 0, "\(made.errors)")
    let service = try lab.inside(["daemon", "--config", folder.file("w.yaml")])
    try #require(Running.until { service.errors.contains("capturing") }, "\(service.errors)")
    try lab.send([folder.file("a.pcap")])
    _ = Running.until(seconds: 2) { false }
    service.signal(SIGTERM)
    let outcome = service.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func historyAndTopFindWhatPassed() throws {
    try serve()
    let history = try Program.run(["history", "--json", "--store", store])
    #expect(history.lines.count == 40, "\(history.errors)")
    #expect(history.lines.allSatisfy { $0.contains("\"conn_state\":\"SF\"") })

    let top = try Program.run(["top", "--every", "0", "--limit", "3", "--store", store, "--by", "orig_p"])
    #expect(top.status == 0, "\(top.errors)")
    #expect(top.lines.first == "40 flows in 60 s, by orig_p")
    // The greatest first: make_flows.py counts ports upward.
    #expect(top.lines.count == 4)
    for (line, port) in zip(top.lines.dropFirst(), [10_039, 10_038, 10_037]) {
      #expect(line.contains(":\(port) >"), "\(line)")
    }
  }

  @Test func topShowsNothingOfLongAgo() throws {
    try serve()
    _ = Running.until(seconds: 1.5) { false }
    let top = try Program.run(["top", "--every", "0", "--window", "1", "--store", store])
    #expect(top.lines.count == 1 && top.lines.first?.hasPrefix("0 flows in 1 s") == true, "\(top.output)")
  }

  @Test func topSaysWhatIsWrongWithItsWords() throws {
    for (words, says) in [
      (["top", "--window", "0"], "--window 1 to 86400"),
      (["top", "--store", folder.file("none.db")], "none.db: cannot be opened"),
    ] {
      let outcome = try Program.run(words)
      #expect(outcome.status != 0)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains(says), "\(outcome.errors)")
    }
  }
}
