// The man page, the program's help and docs/packets.md name the same things.

import Foundation
import Testing

/// man/wiretale.1 against `wiretale … --help`.
@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct ManualTests {
  static let page = "man/wiretale.1"

  private func manual() throws -> [Substring] {
    let text = try String(
      contentsOf: Program.root.appendingPathComponent(Self.page), encoding: .utf8)
    return text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The options at the left of a help's lines, values and explanations taken away.
  private func helpOptions(_ words: [String]) throws -> Set<String> {
    var found: Set<String> = []
    for line in try Program.run(words + ["--help"]).lines where line.hasPrefix("  -") {
      let names = line.dropFirst(2).prefix { !$0.isNewline }.split(separator: "  ").first ?? ""
      for match in names.matches(of: /(?:^|[\s,\/])(--?[A-Za-z#][A-Za-z-]*)/) {
        found.insert(String(match.1))
      }
    }
    return found
  }

  /// The options that the page's headings and lists of options name (`.It Fl …`, `.Op Fl …`).
  private func manualOptions() throws -> [String: Int] {
    var found: [String: Int] = [:]
    for (index, line) in try manual().enumerated() where line.hasPrefix(".It Fl") || line.hasPrefix(".Op Fl")
    {
      let words = line.split(separator: " ")
      for (word, next) in zip(words, words.dropFirst()) where word == "Fl" {
        found["-\(next)"] = index + 1
      }
    }
    return found
  }

  @Test func everyOptionIsInBoth() throws {
    let manual = try manualOptions()
    let verbs = [
      ["packets"], ["flows"], ["states"], ["http"], ["pools"], ["messages"], ["daemon"], ["history"],
      ["top"], ["interfaces"], [],
    ]
    let help = try verbs.reduce(into: Set<String>()) {
      $0.formUnion(try helpOptions($1))
    }
    #expect(help.count > 30, "\(help.sorted())")
    for option in help.subtracting(manual.keys).sorted() {
      Issue.record("\(Self.page): \(option) is in the help and not in the page")
    }
    for (option, line) in manual.sorted(by: { $0.value < $1.value }) where !help.contains(option) {
      Issue.record("\(Self.page):\(line): \(option) is in the page and not in the help")
    }
  }

  @Test func everyVerbIsInThePage() throws {
    let text = try manual().joined(separator: "\n")
    let help = try Program.run(["--help"]).output
    let verbs = help.matches(of: #/\n\ \ ([a-z]+)(?:\ \(default\))?\ \ /#).map { String($0.1) }
    #expect(verbs.contains("packets") && verbs.contains("interfaces"), "\(help)")
    for verb in verbs where !text.contains(".It Cm \(verb)\n") {
      Issue.record("\(Self.page): the verb \(verb) has no entry")
    }
  }

  @Test func thePageIsSound() throws {
    let outcome = try Program.shell(
      "command -v man >/dev/null || exit 0; man --warnings -l -Tutf8 \"$1\" 2>&1 >/dev/null", Self.page)
    #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)")
  }
}

/// docs/packets.md against the records that the program prints.
@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct RecordPageTests {
  /// The names of an object's fields and of the fields inside them, as `outer.inner` and `outer[].inner`.
  private func names(_ value: Any, _ path: String, _ found: inout Set<String>) {
    if let object = value as? [String: Any] {
      for (key, inner) in object {
        let name = path.isEmpty ? key : "\(path).\(key)"
        found.insert(name)
        names(inner, name, &found)
      }
    } else if let array = value as? [Any] {
      for inner in array where inner is [String: Any] { names(inner, "\(path)[]", &found) }
    }
  }

  @Test func everyFieldOfARecordIsOnThePage() throws {
    let page = try String(
      contentsOf: Program.root.appendingPathComponent("docs/packets.md"), encoding: .utf8)
    let told = Set(page.matches(of: /`([a-z][a-z_0-9.\[\]]*)`/).map { String($0.1) })
    var found: Set<String> = []
    let folder = Program.root.appendingPathComponent("pcaps").path
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    where name.hasSuffix(".pcap") {
      let outcome = try Program.run(["-r", "\(folder)/\(name)", "--json", "-v"])
      for line in outcome.lines {
        let record = try JSONSerialization.jsonObject(with: Data(line.utf8))
        names(record, "", &found)
      }
    }
    #expect(found.count > 60)
    for name in found.subtracting(told).sorted() {
      Issue.record("docs/packets.md: says nothing of `\(name)`")
    }
  }
}
