// Our plain lines against those of tcpdump, over every capture we have, at every level of detail.
//
// While developing:
//   PARITY_LEVEL='-v'      one level only
//   PARITY_FILE=nDPI/fix   captures whose path contains it
//   PARITY_SHOW=5          the first differing records of each kind of difference, in full
//   PARITY_ALL=1           shows records out of scope as well
//   PARITY_KINDS=20        how many kinds of difference are listed

import Foundation
import Report
import Testing
import Wire

@Suite struct TcpdumpParityTests {
  /// The levels of detail that are compared.
  static let levels = [
    "", "-q", "-e", "-t", "-tt", "-ttt", "-tttt", "-ttttt", "-S", "-v", "-vv", "-vvv", "-x", "-xx", "-X",
    "-XX",
    "-A", "-AA", "-vv -K", "-e -v", "-e -q", "-v -X",
  ]

  /// The least share of records in scope that must be identical at each level.
  static let shareMin = 0.995

  @Test(.timeLimit(.minutes(15)))
  func ourLinesAreThoseOfTcpdump() throws {
    let environment = ProcessInfo.processInfo.environment
    guard FileManager.default.fileExists(atPath: ParityCorpus.shared.path) else {
      Swift.print("No captures at \(ParityCorpus.shared.path): lines are not compared with tcpdump's.")
      return
    }
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
      "wiretale-parity-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let corpus = try ParityCorpus(only: environment["PARITY_FILE"], directory: directory)
    let frames = corpus.parts.reduce(0) { $0 + $1.frames.count }
    Swift.print("\(corpus.files.count) captures, \(frames) frames, \(corpus.refused) refused or cut short")
    try #require(frames > 0, "the shared captures hold no frame")
    var report = ParityReport(
      shownMax: Int(environment["PARITY_SHOW"] ?? "0") ?? 0, all: environment["PARITY_ALL"] != nil)
    for level in TcpdumpParityTests.levels where environment["PARITY_LEVEL"].map({ $0 == level }) ?? true {
      report.begin(level)
      for part in corpus.parts {
        let theirs = try Self.tcpdump(level, part)
        try #require(theirs.count == part.frames.count, "tcpdump's output splits into its records")
        let ours = Self.ours(level, part)
        for i in 0..<part.frames.count {
          report.compare(
            ours[i], theirs[i], inScope: ParityScope(part.frames[i].octets).holds(part.link),
            origin: "\(corpus.files[part.frames[i].file]) #\(part.frames[i].number)")
        }
      }
      let share = report.end()
      if environment["PARITY_FILE"] == nil {
        #expect(
          share >= TcpdumpParityTests.shareMin, "share of identical records in scope at level '\(level)'")
      }
    }
    report.printKinds(Int(environment["PARITY_KINDS"] ?? "25") ?? 25)
  }

  /// What tcpdump prints of each frame. Records are told apart by the numbers that `-#` puts in front.
  private static func tcpdump(_ level: String, _ part: CorpusPart) throws -> [[UInt8]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let words = level.split(separator: " ").map(String.init)
    process.arguments = ["tcpdump", "-nn", "-#"] + words + ["-r", part.path]
    process.environment = ["TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    var records: [[UInt8]] = []
    var start = 0
    var lineStart = 0
    while lineStart < text.count {
      let prefix = label(records.count + 1)
      if lineStart > start || lineStart == 0, text[lineStart...].starts(with: prefix) {
        if lineStart > 0 { records.append(Array(text[start..<lineStart])) }
        start = lineStart
      } else if lineStart > start, text[lineStart...].starts(with: label(records.count + 2)) {
        records.append(Array(text[start..<lineStart]))
        start = lineStart
      }
      guard let feed = text[lineStart...].firstIndex(of: 10) else { break }
      lineStart = feed + 1
    }
    if start < text.count { records.append(Array(text[start...])) }
    return records
  }

  /// What `-#` puts in front of a record.
  private static func label(_ number: Int) -> [UInt8] {
    let digits = String(number)
    return [UInt8]((String(repeating: " ", count: max(0, 5 - digits.count)) + digits + "  ").utf8)
  }

  /// What we print of each frame.
  private static func ours(_ level: String, _ part: CorpusPart) -> [[UInt8]] {
    var printer = LinePrinter(options(level))
    var records: [[UInt8]] = []
    records.reserveCapacity(part.frames.count)
    for (i, frame) in part.frames.enumerated() {
      printer.out.removeAll()
      printer.print(
        frame.octets.span,
        Frame(
          number: UInt64(i + 1), time: frame.time, wireLength: frame.wireLength,
          capturedLength: frame.octets.count, link: part.link))
      records.append(
        printer.out.withOctets { octets in
          var copy: [UInt8] = []
          copy.reserveCapacity(octets.count)
          for i in 0..<octets.count { copy.append(octets[i]) }
          return copy
        })
    }
    return records
  }

  /// tcpdump's switches as our options.
  private static func options(_ level: String) -> LineOptions {
    var options = LineOptions()
    options.plain = true
    options.number = true
    options.zone = { _ in 0 }
    for word in level.split(separator: " ") {
      switch word {
      case "-q": options.quiet = true
      case "-e": options.linkHeader = true
      case "-t": options.timestamps = .none
      case "-tt": options.timestamps = .epoch
      case "-ttt": options.timestamps = .sincePrevious
      case "-tttt": options.timestamps = .date
      case "-ttttt": options.timestamps = .sinceFirst
      case "-S": options.absoluteSequence = true
      case "-v": options.verbosity = 1
      case "-vv": options.verbosity = 2
      case "-vvv": options.verbosity = 3
      case "-x": options.dump = .hex(link: false)
      case "-xx": options.dump = .hex(link: true)
      case "-X": options.dump = .hexASCII(link: false)
      case "-XX": options.dump = .hexASCII(link: true)
      case "-A": options.dump = .ascii(link: false)
      case "-AA": options.dump = .ascii(link: true)
      case "-K": options.checksums = false
      default: preconditionFailure("a level that the test does not know: \(word)")
      }
    }
    return options
  }
}
