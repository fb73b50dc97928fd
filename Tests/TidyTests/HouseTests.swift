// What stands around the code: links, make targets, scripts, the change log, the captures' list.

import Foundation
import Testing

/// Everything that is not Swift.
@Suite struct HouseTests {
  @Test func linksLeadSomewhere() {
    var findings = Findings()
    for file in Tree.files where file.path.hasSuffix(".md") {
      let folder = file.path.split(separator: "/").dropLast().map { "\($0)/" }.joined()
      for (index, line) in file.lines.enumerated() {
        for match in line.matches(of: /\]\(([^)\s#]+)(#[^)\s]*)?\)/) {
          let target = String(match.1)
          if target.contains("://") || target.hasPrefix("mailto:") { continue }
          if !Tree.exists(folder + target) {
            findings.add(file, index + 1, "links to \(target), which is not there")
          }
        }
      }
    }
    findings.report()
  }

  @Test func makeTargetsThatAreNamedExist() throws {
    let makefile = try #require(Tree.file("Makefile"))
    let targets = Set(
      makefile.lines.compactMap { $0.prefixMatch(of: /([a-z][a-z-]*):/).map { String($0.1) } })
    var findings = Findings()
    for file in Tree.files where file.path.hasSuffix(".md") || file.path == ".ci/run" {
      for (index, line) in file.lines.enumerated() {
        let isCommand = line.hasPrefix("    ") || line.contains("`make ") || file.path == ".ci/run"
        guard isCommand else { continue }
        for match in line.matches(of: /(?:^|[`\s])make ([a-z][a-z-]*)/)
        where !targets.contains(String(match.1)) {
          findings.add(file, index + 1, "`make \(match.1)`, and Makefile has no such target")
        }
      }
    }
    for line in makefile.lines {
      for match in line.matches(of: /(scripts|Benchmarks)\/[A-Za-z.-]+/) where !Tree.exists(String(match.0)) {
        findings.add("Makefile: runs \(match.0), which is not there")
      }
    }
    findings.report()
  }

  @Test func shellScriptsAreSound() {
    var findings = Findings()
    for file in Tree.files {
      guard let first = file.lines.first, first.hasPrefix("#!") else { continue }
      let path = Tree.root.appendingPathComponent(file.path).path
      if !FileManager.default.isExecutableFile(atPath: path) { findings.add(file, 1, "is not executable") }
      let shell = first.hasSuffix("bash") ? "bash" : first.hasSuffix("sh") ? "sh" : nil
      if let shell, let checked = Tree.run(shell, "-n", file.path), checked.status != 0 {
        findings.add(file, 1, checked.output)
      }
    }
    findings.report()
  }

  @Test func theChangeLogHasATopSection() throws {
    let log = try #require(Tree.file("CHANGELOG.md"))
    let headings = log.lines.enumerated().filter { $0.element.hasPrefix("## ") }
    let first = try #require(headings.first, "CHANGELOG.md has no section")
    let end = headings.dropFirst().first?.offset ?? log.lines.count
    let entries = log.lines[first.offset..<end].filter { $0.hasPrefix("- ") || $0.hasPrefix("* ") }
    #expect(!entries.isEmpty, "CHANGELOG.md: the top section, \(first.element), says nothing")
    #expect(first.element.contains(/\d+\.\d+\.\d+/), "CHANGELOG.md: the top section names no version")
  }

  @Test func everyCaptureIsListed() throws {
    let captures = Tree.files.filter { $0.path.wholeMatch(of: /pcaps\/[^\/]+\.pcap(ng)?/) != nil }
    if captures.isEmpty { return }
    let list = try #require(Tree.file("pcaps/README.md"), "there are captures, and no pcaps/README.md")
    let listed = Set(list.text.matches(of: /`([A-Za-z0-9.-]+\.pcap(ng)?)`/).map { String($0.1) })
    let names = Set(captures.map(\.name))
    #expect(names.subtracting(listed).isEmpty, "pcaps/README.md does not list these")
    #expect(listed.subtracting(names).isEmpty, "pcaps/README.md lists what is not there")
  }
}
