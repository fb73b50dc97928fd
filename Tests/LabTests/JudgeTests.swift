import Foundation
import Testing

/// What wiretale says of the lab's captures, held against what the kernels at both ends recorded.
@Suite struct JudgeTests {
  /// The judge's figures that are promised, over all runs. A figure may rise without a word; it may not fall.
  static let promises: [Promise] = [
    .exact("connection exists", 1),
    .exact("number of connections", 1),
    .exact("application bytes", 0.999),
    .exact("http exchanges", 1),
    .exact("message boundaries", 1),
    .exact("retransmission count (near)", 1),
    .frames("retransmitted frames (near)", precision: 1, recall: 1),
    .frames("retransmitted frames (far)", precision: 0.96, recall: 0.99),
    .frames("reordered frames (far)", precision: 0.98, recall: 0.98),
    .frames("network copies (far)", precision: 0.98, recall: 0.98),
    .exact("retransmission cause (near)", 0.98),
    .exact("retransmission cause (far)", 0.95),
    .frames("needless retransmissions (near)", precision: 0.95, recall: 0.9),
    .frames("needless retransmissions (far)", precision: 0.98, recall: 0.95),
    .exact("state path (near)", 1),
    .exact("state path (far)", 1),
    .exact("state path (far, packets lost)", 0.95),
    .exact("dupacks (near)", 0.99),
    .exact("zero_window (near)", 0.99),
    .exact("keepalives (near)", 0.99),
    .exact("window_probes (near)", 0.99),
    .error("handshake time (near)", median: 0.01, high: 0.01),
    .error("rtt min (near)", median: 0.005, high: 0.03),
    .error("rtt mean against the kernel's srtt (near)", median: 0.005, high: 0.03),
    .error("greatest flight (near)", median: 0, high: 0),
    .error("congestion phase (share of time wrong)", median: 0.01, high: 0.1),
    .error("cwnd (mean relative error)", median: 0.01, high: 0.05),
  ]

  @Test(.enabled(if: Lab.judge != nil && Lab.program != nil, "no ../shared/lab here, or no program built"))
  func everyFigureOfTheJudgeIsKept() throws {
    let said = try Lab.verdict()
    #expect(!said.contains { $0.contains("failed") }, "\(said.filter { $0.contains("failed") })")
    for promise in Self.promises {
      let line = try #require(said.first { $0.hasPrefix(promise.name) && $0.contains(promise.mark) })
      #expect(promise.isKept(line), "\(promise): \(line)")
    }
  }
}

/// One line of the judge, and the least that it must say.
enum Promise: CustomStringConvertible {
  case exact(String, Double)
  case frames(String, precision: Double, recall: Double)
  case error(String, median: Double, high: Double)

  /// How the line begins.
  var name: String {
    switch self {
    case .exact(let name, _), .frames(let name, _, _), .error(let name, _, _): name
    }
  }

  /// What tells this kind of line.
  var mark: String {
    switch self {
    case .exact: " exact "
    case .frames: " precision "
    case .error: " median "
    }
  }

  var description: String {
    switch self {
    case .exact(let name, let least): "\(name): at least \(least)"
    case .frames(let name, let precision, let recall): "\(name): precision \(precision), recall \(recall)"
    case .error(let name, let median, let high): "\(name): median \(median), 90th percentile \(high)"
    }
  }

  /// Whether the line keeps it. The judge prints shares to a tenth of a percent; counts are exact.
  func isKept(_ line: String) -> Bool {
    switch self {
    case .exact(_, let least):
      guard let counts = Self.word(after: "exact", in: line)?.split(separator: "/"), counts.count == 2,
        let right = Double(counts[0]), let all = Double(counts[1]), all > 0
      else { return false }
      return right / all >= least
    case .frames(_, let precision, let recall):
      guard let right = Self.number(after: "tp", in: line), let wrong = Self.number(after: "fp", in: line),
        let missed = Self.number(after: "fn", in: line), right > 0
      else { return false }
      return right / (right + wrong) >= precision && right / (right + missed) >= recall
    case .error(_, let median, let high):
      guard let middle = Self.number(after: "median", in: line),
        let most = Self.number(after: "p90", in: line)
      else { return false }
      return middle / 100 <= median && most / 100 <= high
    }
  }

  private static func word(after name: String, in line: String) -> Substring? {
    let words = line.split(separator: " ")
    guard let at = words.lastIndex(of: name[...]), at + 1 < words.count else { return nil }
    return words[at + 1]
  }

  private static func number(after name: String, in line: String) -> Double? {
    word(after: name, in: line).flatMap { Double($0.hasSuffix("%") ? $0.dropLast() : $0) }
  }
}

/// Where the lab is, and what its judge says of the program.
enum Lab {
  /// The top of the package: this file lies in Tests/LabTests.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The judge; nil where there is no lab.
  static let judge: String? = {
    let shared =
      ProcessInfo.processInfo.environment["WIRETALE_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? root.deletingLastPathComponent().appendingPathComponent("shared")
    let path = shared.appendingPathComponent("lab/judge.py").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// The program: WIRETALE_PROGRAM, else the release build, else the debug build.
  static let program: String? = {
    if let named = ProcessInfo.processInfo.environment["WIRETALE_PROGRAM"], !named.isEmpty { return named }
    return [".build/release/wiretale", ".build/debug/wiretale"]
      .map { root.appendingPathComponent($0).path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The judge's lines over all runs.
  static func verdict() throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", judge ?? "", "--wiretale", program ?? ""]
    let out = Pipe()
    process.standardOutput = out
    try process.run()
    let octets = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
