// Our lines against those that tcpdump printed for the captures in pcaps/, kept beside them: no tcpdump is
// needed.

import Capture
import Foundation
import Report
import Testing
import Wire

@Suite struct ExpectedLinesTests {
  /// The names of the captures that have expected lines.
  static let names: [String] = {
    let directory = ParityCorpus.package.appendingPathComponent("pcaps/expected")
    let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return files.filter { $0.hasSuffix(".tcpdump.txt") }.map { String($0.dropLast(".tcpdump.txt".count)) }
      .sorted()
  }()

  @Test func thereAreExpectedLines() {
    #expect(!Self.names.isEmpty, "pcaps/expected holds what tcpdump prints")
  }

  /// `-nn -tttt -#`, in UTC.
  @Test(arguments: names) func linesAreAsExpected(name: String) throws {
    var options = LineOptions()
    options.timestamps = .date
    options.number = true
    try check(name, "tcpdump", options)
  }

  /// The same with `-v -e`.
  @Test(arguments: names) func verboseLinesAreAsExpected(name: String) throws {
    var options = LineOptions()
    options.timestamps = .date
    options.number = true
    options.verbosity = 1
    options.linkHeader = true
    try check(name, "tcpdump-v", options)
  }

  private func check(_ name: String, _ kind: String, _ options: LineOptions) throws {
    let directory = ParityCorpus.package.appendingPathComponent("pcaps")
    let expected = try String(
      contentsOf: directory.appendingPathComponent("expected/\(name).\(kind).txt"), encoding: .utf8)
    var options = options
    options.zone = { _ in 0 }
    var printer = LinePrinter(options)
    var path = directory.appendingPathComponent(name + ".pcap").path
    if !FileManager.default.fileExists(atPath: path) { path += "ng" }
    let capture = try Capture(.files([path]))
    do {
      try capture.forEachFrame { octets, frame in
        printer.print(octets, frame)
        return .go
      }
    } catch {
      // A capture that ends within a record has shown what stands before.
    }
    let ours = printer.out.withOctets { octets in
      var copy: [UInt8] = []
      for i in 0..<octets.count { copy.append(octets[i]) }
      return String(decoding: copy, as: UTF8.self)
    }
    let pairs = zip(expected.split(separator: "\n"), ours.split(separator: "\n"))
    if let different = pairs.first(where: { $0 != $1 }) {
      Issue.record("\(name):\n< \(different.0)\n> \(different.1)")
    }
    #expect(expected.count == ours.count, "\(name): as many characters")
  }
}
