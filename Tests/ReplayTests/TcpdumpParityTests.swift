// Our plain lines against those of tcpdump, over every capture we have, at every level of detail.
//
// While developing:
//   PARITY_LEVEL='-v'      one level only
//   PARITY_FILE=nDPI/fix   captures whose path contains it
//   PARITY_DIR=/captures   those below another directory instead
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
        try Self.compare(level, part, corpus, directory, into: &report)
      }
      let share = report.end()
      if environment["PARITY_FILE"] == nil, environment["PARITY_DIR"] == nil {
        #expect(
          share >= TcpdumpParityTests.shareMin, "share of identical records in scope at level '\(level)'")
      }
    }
    report.printKinds(Int(environment["PARITY_KINDS"] ?? "25") ?? 25)
  }

  /// Compares both outputs record by record. Where they differ, tcpdump's next record begins at the next line
  /// that its number stands in front of.
  private static func compare(
    _ level: String, _ part: CorpusPart, _ corpus: ParityCorpus, _ directory: URL,
    into report: inout ParityReport
  ) throws {
    let theirs = try tcpdump(level, part)
    let (ours, ends) = try ours(level, part, directory)
    var at = 0
    var start = 0
    for (i, frame) in part.frames.enumerated() {
      let record = ours[start..<ends[i]]
      start = ends[i]
      let next = label(i + 2)
      var end = at + record.count
      if end > theirs.count || theirs[at..<end] != record
        || (end < theirs.count && !theirs[end...].starts(with: next))
      {
        end = at
        repeat {
          while end < theirs.count, theirs[end] != 10 { end += 1 }
          end = min(end + 1, theirs.count)
        } while end < theirs.count && !theirs[end...].starts(with: next)
      }
      report.compare(
        record, theirs[at..<end],
        inScope: ParityScope(frame.octets, cut: frame.wireLength > frame.octets.count).holds(part.link),
        origin: "\(corpus.files[frame.file]) #\(frame.number)")
      at = end
    }
    try #require(at == theirs.count, "tcpdump's output ends with the last record")
  }

  /// What tcpdump prints of all frames. Records are told apart by the numbers that `-#` puts in front.
  private static func tcpdump(_ level: String, _ part: CorpusPart) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let words = level.split(separator: " ").map(String.init)
    process.arguments = ["tcpdump", "-nn", "-#"] + words + ["-r", part.path]
    process.environment = ["TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return text
  }

  /// What `-#` puts in front of a record.
  private static func label(_ number: Int) -> Data {
    let digits = String(number)
    return Data((String(repeating: " ", count: max(0, 5 - digits.count)) + digits + "  ").utf8)
  }

  /// What we print of all frames, and where each frame's record ends.
  private static func ours(
    _ level: String, _ part: CorpusPart, _ directory: URL
  ) throws -> (text: Data, ends: [Int]) {
    let path = directory.appendingPathComponent("ours")
    try Data().write(to: path)
    let file = try FileHandle(forWritingTo: path)
    var printer = LinePrinter(options(level))
    var ends: [Int] = []
    var octets = 0
    for (i, frame) in part.frames.enumerated() {
      printer.print(
        frame.octets.span,
        Frame(
          number: UInt64(i + 1), time: frame.time, wireLength: frame.wireLength,
          capturedLength: frame.octets.count, link: part.link))
      ends.append(octets + printer.out.count)
      if printer.out.count > 1 << 16 {
        octets += printer.out.count
        let flushed = printer.out.flush(to: file.fileDescriptor)
        #expect(flushed)
      }
    }
    let written = printer.out.flush(to: file.fileDescriptor)
    #expect(written)
    try file.close()
    return (try Data(contentsOf: path), ends)
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
