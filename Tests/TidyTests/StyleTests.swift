// How a Swift file looks: its size, its first sentence, its documentation, the words it must not have.

import Testing

/// Every Swift file of ours, read as text.
@Suite struct StyleTests {
  static let linesMax = 400
  static let columnsMax = 110

  static let ours = Tree.swift(in: "Sources") + Tree.swift(in: "Tests")

  @Test func filesAreOfAFewHundredLines() {
    var findings = Findings()
    for file in Self.ours where file.lines.count - 1 > Self.linesMax {
      findings.add(
        file, Self.linesMax + 1, "\(file.lines.count - 1) lines; a file has at most \(Self.linesMax)")
    }
    findings.report()
  }

  @Test func linesFitAScreen() {
    var findings = Findings()
    for file in Self.ours {
      for (index, line) in file.lines.enumerated() where line.count > Self.columnsMax {
        findings.add(file, index + 1, "\(line.count) columns; a line has at most \(Self.columnsMax)")
      }
    }
    findings.report()
  }

  /// A test may say what it is for on its suite instead, under its imports.
  @Test func aFileOpensWithASentence() {
    var findings = Findings()
    for file in Self.ours {
      let lines = file.path.hasPrefix("Tests/") ? file.lines.drop(while: isImport) : file.lines[...]
      let opening = lines.prefix { $0.hasPrefix("//") }
      let text = opening.map { $0.drop { $0 == "/" || $0 == " " } }.joined(separator: " ")
      if text.first?.isLetter != true && text.first?.isNumber != true && text.first != "`" {
        findings.add(file, 1, "opens with no comment that says what the file is for")
      } else if !text.contains(".") {
        findings.add(file, 1, "the opening comment is no sentence: it ends without a full stop")
      }
    }
    findings.report()
  }

  private func isImport(_ line: Substring) -> Bool {
    line.isEmpty || line.hasPrefix("import ") || line.hasPrefix("@testable import ")
      || line.hasPrefix("#if ") || line.hasPrefix("#endif") || line.hasPrefix("  import ")
  }

  @Test func nothingIsLeftForLater() {
    var findings = Findings()
    let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
    for file in Tree.swift(in: "Sources") {
      for (index, line) in file.lines.enumerated() {
        for mark in marks where Code.words(String(line)).contains(Substring(mark)) {
          findings.add(file, index + 1, "\(mark): do it or drop it")
        }
        if line.contains("fatal" + "Error(\"not") {
          findings.add(file, index + 1, "something is not there yet")
        }
      }
    }
    findings.report()
  }

  @Test func whatIsPublicIsDocumented() {
    var findings = Findings()
    for file in Tree.swift(in: "Sources") {
      let code = Code(file).lines
      for (index, line) in code.enumerated() where declares(line) {
        var above = index - 1
        while above >= 0, isAttribute(file.lines[above]) { above -= 1 }
        let isDocumented = above >= 0 && file.lines[above].trimmed.hasPrefix("///")
        if !isDocumented { findings.add(file, index + 1, "public, and no `///` says what it is") }
      }
    }
    findings.report()
  }

  /// Whether a line declares a public type, function, operator or initializer. A raw value's initializer says
  /// all by its name.
  private func declares(_ line: String) -> Bool {
    let words = Code.words(line)
    guard words.contains("public"), !words.contains("rawValue") else { return false }
    let declared: Set<Substring> = [
      "struct", "enum", "class", "actor", "protocol", "typealias", "func", "init", "subscript",
    ]
    let before = words.prefix { $0 != "public" }
    guard before.allSatisfy({ ["inlinable", "inline", "__always", "never", "safe", "frozen"].contains($0) })
    else { return false }
    let after = words.drop { $0 != "public" }.dropFirst()
    let modifiers: Set<Substring> = [
      "static", "mutating", "consuming", "borrowing", "nonisolated", "final", "indirect", "set", "private",
    ]
    return after.drop { modifiers.contains($0) }.first.map { declared.contains($0) } ?? false
  }

  private func isAttribute(_ line: Substring) -> Bool {
    let text = line.trimmed
    return text.hasPrefix("@") && !text.contains(" func ") && !text.contains("struct ")
  }
}

extension Substring {
  /// Without the white space before it.
  var trimmed: Substring { drop { $0 == " " } }
}
