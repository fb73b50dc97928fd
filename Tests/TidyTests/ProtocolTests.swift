// The list of protocols is complete: whoever reads octets is on it.

import Testing

/// Sources/Wire/Protocols.swift against the files beside it.
@Suite struct ProtocolTests {
  static let list = "Sources/Wire/Protocols.swift"

  /// The top-level functions of `Wire` with a signature that has `part` in it: name, file, line.
  private func functions(with part: String) -> [(name: String, file: TrackedFile, line: Int)] {
    var found: [(String, TrackedFile, Int)] = []
    for file in Tree.swift(in: "Sources/Wire") {
      let code = Code(file).lines
      for (index, line) in code.enumerated() where line.hasPrefix("@Sendable func ") {
        let signature = code[index...].prefix(4).joined(separator: " ").split(separator: "{").first ?? ""
        guard signature.contains(part), let name = Code.words(line).dropFirst(2).first else { continue }
        found.append((String(name), file, index + 1))
      }
    }
    return found
  }

  /// How often each word stands in the code of `Wire`.
  private func uses() -> [Substring: Int] {
    var count: [Substring: Int] = [:]
    for file in Tree.swift(in: "Sources/Wire") {
      for line in Code(file).lines {
        for word in Code.words(line) { count[word, default: 0] += 1 }
      }
    }
    return count
  }

  @Test func everyDissectorIsRegistered() throws {
    let list = try #require(Tree.file(Self.list))
    let listed = Set(Code(list).lines.flatMap(Code.words))
    let uses = uses()
    let dissectors = functions(with: "inout Packet) throws(Malformed) -> Payload?")
    #expect(!dissectors.isEmpty)
    var findings = Findings()
    for (name, file, line) in dissectors where !listed.contains(Substring(name)) {
      if uses[Substring(name), default: 0] < 2 {
        findings.add(
          file, line, "`\(name)` reads octets, and neither \(Self.list) nor another layer names it")
      }
    }
    findings.report()
  }

  @Test func everyDescriberIsListed() throws {
    let uses = uses()
    var findings = Findings()
    for (name, file, line) in functions(with: "inout Fields) throws(Malformed)")
    where uses[Substring(name), default: 0] < 2 {
      findings.add(file, line, "`\(name)` tells fields, and nobody calls it: name it in \(Self.list)")
    }
    findings.report()
  }

  @Test func everyRecognizerIsRegistered() throws {
    let uses = uses()
    var findings = Findings()
    for (name, file, line) in functions(with: "inout Packet) -> Bool")
    where uses[Substring(name), default: 0] < 2 {
      findings.add(file, line, "`\(name)` recognizes octets, and nobody asks it: name it in \(Self.list)")
    }
    findings.report()
  }
}
