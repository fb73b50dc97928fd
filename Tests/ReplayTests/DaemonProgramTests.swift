// `wiretale daemon` and `wiretale history` as programs: settings held to account, one instance, its end.

import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct DaemonProgramTests {
  /// Settings that capture from an interface that is not there: nobody needs a right for that.
  private func settings(_ folder: Scratch) throws -> String {
    let path = folder.file("wiretale.yaml")
    let text = """
      capture:
        interfaces: [nosuch0]
      log:
        path: \(folder.file("flows.ndjson"))
      store:
        path: \(folder.file("flows.db"))
      recorder:
        path: \(folder.file("pcap"))
      service:
        lock: \(folder.file("lock"))
      """
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func wait(for condition: () -> Bool) -> Bool {
    for _ in 0..<400 {
      if condition() { return true }
      usleep(25_000)
    }
    return false
  }

  @Test func theExampleIsSound() throws {
    let folder = try Scratch()
    let example = try Program.run(["daemon", "--example"])
    #expect(example.status == 0)
    try example.output.write(toFile: folder.file("w.yaml"), atomically: true, encoding: .utf8)
    let checked = try Program.run(["daemon", "--check", "--config", folder.file("w.yaml")])
    #expect(checked.status == 0 && checked.errors.isEmpty, "\(checked.errors)")
  }

  @Test func everyMistakeIsALineWithKeyAndPlace() throws {
    let folder = try Scratch()
    let path = folder.file("w.yaml")
    try "log:\n  keep: many\nflows:\n  most: 3\n".write(toFile: path, atomically: true, encoding: .utf8)
    let outcome = try Program.run(
      ["daemon", "--check", "--config", path, "--set", "store.max_age=soon"],
      environment: ["WIRETALE_LOG_COMPRESS": "rar"])
    #expect(outcome.status == 2)
    let told: [String] = outcome.errorLines.map(String.init).sorted()
    let expected: [String] = [
      "wiretale: --set: store.max_age: soon: a time such as 30s, 5min or 7d",
      "wiretale: WIRETALE_LOG_COMPRESS: log.compress: rar: one of none, gzip, zstd",
      "wiretale: \(path):2: log.keep: many: a number from 0 to 1000000",
      "wiretale: \(path):4: flows.most: no such key",
    ]
    #expect(Set(told) == Set(expected))
  }

  @Test func settingsThatAreNotThereAreALine() throws {
    let outcome = try Program.run(["daemon", "--config", "/nonexistent/w.yaml"])
    #expect(outcome.status == 2)
    #expect(outcome.errorLines.count == 1 && outcome.errors.contains("/nonexistent/w.yaml"))
  }

  @Test func oneInstanceRunsAndEndsWhenItIsAsked() throws {
    let folder = try Scratch()
    let path = try settings(folder)
    let first = try Running([Program.path ?? "", "daemon", "--config", path])
    #expect(wait { first.errors.contains("nosuch0: no such interface") }, "\(first.errors)")
    let second = try Program.run(["daemon", "--config", path])
    #expect(second.status == 1)
    #expect(second.errorLines.count == 1 && second.errors.contains("another instance is running"))
    kill(first.pid, SIGHUP)
    #expect(wait { first.errors.contains("read the settings again: 0 changed") })
    // Wrong settings change nothing, and the service goes on.
    try "log:\n  keep: many\n".write(toFile: path, atomically: true, encoding: .utf8)
    kill(first.pid, SIGHUP)
    #expect(wait { first.errors.contains("the settings stay as they were") })
    kill(first.pid, SIGTERM)
    #expect(first.wait().status == 0)
    let history = try Program.run(["history", "counters", "--json", "--store", folder.file("flows.db")])
    #expect(history.lines.last?.contains("\"captured\":0") == true, "\(history.output) \(history.errors)")
  }

  @Test func historySaysWhatIsWrongWithItsWords() throws {
    let folder = try Scratch()
    for (words, says) in [
      (["history", "--store", folder.file("none.db")], "none.db: cannot be opened"),
      (["history", "--since", "soon"], "--since soon:"),
      (["history", "weather"], "weather: flows, exchanges"),
      (["history", "--where", "a >"], "--where:"), (["history", "--flow", "7"], "--flow 7: a flow's uid"),
    ] {
      let outcome = try Program.run(words)
      #expect(outcome.status != 0)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains(says), "\(outcome.errors)")
    }
  }
}
