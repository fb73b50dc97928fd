// Settings: three places, the later the stronger; what is wrong is told by key and line.

import Flow
import Store
import Testing

@testable import Service

@Suite struct SettingsTests {
  private func read(
    _ text: String, environment: [String: String] = [:], given: [String] = []
  ) -> Result<Settings, SettingFaults> {
    Settings.read(text, name: "w.yaml", environment: environment, given: given)
  }

  private func faults(
    _ text: String, environment: [String: String] = [:], given: [String] = []
  ) -> [String] {
    if case .failure(let faults) = read(text, environment: environment, given: given) { return faults.lines }
    return []
  }

  @Test func anEmptyFileHasTheUsualValues() throws {
    let settings = try read("").get()
    #expect(settings.interfaces == ["*"])
    #expect(settings.log.path == "/var/log/wiretale/flows.ndjson")
    #expect(settings.retention.age == 30 * 86_400 * 1_000_000_000)
    #expect(settings.bufferKibibytes == 16_384)
  }

  /// The report of a journal rests on how long a rule waits: it may be made at once when none has waited.
  @Test func theShortestWaitOfARuleBoundsWhatIsReportedAtOnce() throws {
    let settings = try read("findings:\n  idle: 40s\n  close_wait: 30s\n").get()
    #expect(settings.limits.keepsJournals)
    #expect(settings.limits.plainSpan == 30_000_000_000)
  }

  @Test func theExampleSaysTheUsualValuesOfEveryKey() throws {
    let (example, usual) = (try read(Settings.example).get(), try read("").get())
    #expect(usual.changes(to: example).map(\.name) == [])
    for key in SettingKey.all {
      let last = key.name.split(separator: ".").last ?? ""
      #expect(Settings.example.contains("\(last): "), "\(key.name)")
    }
  }

  @Test func theEnvironmentIsStrongerThanTheFileAndTheCommandLineThanBoth() throws {
    let file = "log:\n  keep: 3\n"
    #expect(try read(file).get().log.keep == 3)
    let environment = ["WIRETALE_LOG_KEEP": "4"]
    #expect(try read(file, environment: environment).get().log.keep == 4)
    #expect(try read(file, environment: environment, given: ["log.keep=5"]).get().log.keep == 5)
  }

  @Test(arguments: [
    ("log:\n  keep: many\n", "w.yaml:2: log.keep: many: a number from 0 to 1000000"),
    ("log:\n  max_size: 3 apples\n", "w.yaml:2: log.max_size: 3 apples: a size such as 100MB or 2GiB"),
    ("flows:\n  timeout:\n    tcp: 1y\n", "w.yaml:3: flows.timeout.tcp: 1y: a time such as 30s, 5min or 7d"),
    ("log:\n  target: printer\n", "w.yaml:2: log.target: printer: one of file, stdout, socket, none"),
    ("log:\n  path: flows\n", "w.yaml:2: log.path: flows: a path from the root"),
    ("capture:\n  promiscuous: maybe\n", "w.yaml:2: capture.promiscuous: maybe: true or false"),
    ("logs:\n  path: /a\n", "w.yaml:2: logs.path: no such key; did you mean log.path?"),
    (
      "capture:\n  filter: tcp prot 80\n",
      "w.yaml:2: capture.filter: filter: syntax error near \"prot\" in \"tcp prot 80\""
    ),
  ])
  func aWrongValueIsToldByKeyAndLine(text: String, says: String) {
    #expect(faults(text) == [says])
  }

  @Test func allThatIsWrongIsToldAtOnce() {
    let lines = faults(
      "log:\n  keep: x\n", environment: ["WIRETALE_FLOWS_MAX": "0", "WIRETALE_LOG_NONSENSE": "1"],
      given: ["store.max_age=never", "nothing"])
    #expect(lines.count == 5, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("WIRETALE_FLOWS_MAX: flows.max: 0: ") })
    #expect(lines.contains { $0.hasPrefix("--set: store.max_age: never: ") })
    #expect(lines.contains { $0.hasPrefix("--set nothing: KEY=VALUE") })
  }

  @Test func aReloadTellsWhatTakesARestart() throws {
    var now = try read("").get()
    let fresh = try read("flows:\n  max: 7\nlog:\n  keep: 2\ncapture:\n  filter: tcp\n").get()
    let changes = now.changes(to: fresh)
    #expect(changes.filter { $0.effect == .restart }.map(\.name) == ["flows.max"])
    #expect(changes.filter { $0.effect == .reopens }.map(\.name) == ["capture.filter"])
    #expect(changes.filter { $0.effect == .atOnce }.map(\.name) == ["log.keep"])
    now.take(fresh)
    #expect(now.log.keep == 2 && now.filter == "tcp" && now.limits.flowsMax == 262_144)
    // What takes a restart is told again the next time.
    #expect(now.changes(to: fresh).map(\.name) == ["flows.max"])
  }

  @Test func namesAreMatchedByPatterns() {
    #expect(
      Pattern.matches("eth0", "eth*") && Pattern.matches("eth0", "*") && Pattern.matches("eth0", "e??0"))
    #expect(!Pattern.matches("veth0", "eth*") && !Pattern.matches("eth10", "eth?"))
  }

  @Test func noFlowNumberIsGivenTwice() {
    var numbers = FlowNumbers()
    let given = (0..<500).map { _ in numbers.next() }
    #expect(Set(given).count == 500)
    #expect(given.allSatisfy { $0 > 0 && $0 < 1 << 53 })
  }
}

@Suite struct YAMLTests {
  private func values(_ text: String) throws -> [String: [String]] {
    try YAMLValues(text).values.mapValues(\.texts)
  }

  @Test func mappingsListsAndQuotesAreRead() throws {
    let text = """
      # a comment
      ---
      a: plain words # and a comment
      b:
        c: "quoted # \\"text\\""   # behind
        d: 'it''s'
        e: [x, "y z", 'w']
        f:
          - one
          - two # second
      g: 1
      """
    #expect(
      try values(text) == [
        "a": ["plain words"], "b.c": ["quoted # \"text\""], "b.d": ["it's"], "b.e": ["x", "y z", "w"],
        "b.f": ["one", "two"], "g": ["1"],
      ])
  }

  @Test(arguments: [
    ("a: 1\n\tb: 2", 2), ("a: 1\na: 2", 2), ("a\n", 1), ("a: 1\n  b: 2", 2), ("a: \"x", 1), ("a: [x", 1),
    ("a: {x: 1}", 1), ("  a: 1", 1), ("- a", 1), ("a:\nb: 1", 1), ("a: \"x\" y", 1), ("a: 1\nb:", 2),
  ])
  func whatIsWrongIsToldByItsLine(text: String, line: Int) {
    #expect(throws: YAMLFault.self) { try YAMLValues(text) }
    do throws(YAMLFault) { _ = try YAMLValues(text) } catch { #expect(error.line == line, "\(error.says)") }
  }

  @Test func noTextMakesItTrap() {
    var seed: UInt64 = 7
    let signs = Array("ab: -[]\"'#\n  ,{}\t")
    for _ in 0..<3000 {
      var text = ""
      for _ in 0..<40 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text.append(signs[Int(seed >> 33) % signs.count])
      }
      _ = try? YAMLValues(text)
    }
  }
}
