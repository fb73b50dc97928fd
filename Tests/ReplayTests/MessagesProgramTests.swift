// `wiretale messages` as it is run: the lines kept in pcaps/expected, what it refuses, what it makes of
// captures of every kind.

import Foundation
import Testing

@Suite(.enabled(if: Program.path != nil, "\(Program.missing)"))
struct MessagesProgramTests {
  private static let folder = Program.root.appendingPathComponent("pcaps")

  private func expected(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appendingPathComponent("expected/\(name)"), encoding: .utf8)
  }

  @Test(arguments: ["delayed-ack", "dns-over-tcp", "http-pipelined", "http-split", "tls12-hello", "ipv6-tcp"])
  func linesAreAsExpected(name: String) throws {
    let outcome = try Program.run(["messages", "-r", "\(Self.folder.path)/\(name).pcap"])
    #expect(outcome.status == 0)
    #expect(outcome.output == (try expected("\(name).messages.txt")))
  }

  @Test func recordsAreAsExpected() throws {
    let outcome = try Program.run(["messages", "-r", "\(Self.folder.path)/delayed-ack.pcap", "--json"])
    #expect(outcome.output == (try expected("delayed-ack.messages.json")))
  }

  /// A framing that is named cuts as the one that was found.
  @Test func namedIsAsFound() throws {
    let path = "\(Self.folder.path)/delayed-ack.pcap"
    func messages(_ more: [String]) throws -> [Substring] {
      try Program.run(["messages", "-r", path, "--json"] + more).lines.map { Substring($0) }.filter {
        $0.hasPrefix("{\"flow\"")
      }
    }
    let found = try messages([])
    #expect(found.count == 11)
    // Found at the end, named at once: the order of both directions is another.
    #expect(try messages(["--framing", "length:0:4:be"]).sorted() == found.sorted())
  }

  @Test(arguments: ["length:0:5:be", "json lines", "fixed:", "delimiter:", "xml"])
  func whatIsNoFramingIsOneLine(framing: String) throws {
    let outcome = try Program.run(["messages", "-r", "none.pcap", "--framing", framing])
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(outcome.errors.hasPrefix("wiretale: --framing '\(framing)': "), "\(outcome.errors)")
  }

  @Test func everyFieldOfARecordIsOnThePage() throws {
    let page = try String(
      contentsOf: Program.root.appendingPathComponent("docs/messages.md"), encoding: .utf8)
    let told = Set(page.matches(of: /`([a-z][a-z_0-9]*)`/).map { String($0.1) })
    for name in ["delayed-ack", "offload", "http-split", "tls13-hello"] {
      let outcome = try Program.run(["messages", "-r", "\(Self.folder.path)/\(name).pcap", "--json"])
      for line in outcome.lines {
        let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        let fields = record["summary"] as? [String: Any] ?? record
        for field in fields.keys where !told.contains(field) {
          Issue.record("docs/messages.md: says nothing of `\(field)`")
        }
      }
    }
  }

  @Test func everyCaptureIsRead() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
    where name.hasSuffix(".pcap") && name != "truncated-file.pcap" {
      let outcome = try Program.run(["messages", "-r", "\(Self.folder.path)/\(name)", "-V"])
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      #expect(outcome.output.utf8.allSatisfy { $0 >= 32 || $0 == 10 }, "\(name)")
    }
  }
}
