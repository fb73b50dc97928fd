// The package's own files as text, for the tests that read them.

import Foundation
import Testing

/// A tracked file and its lines.
struct TrackedFile: Sendable {
  /// From the top of the package.
  var path: String
  /// Empty when the file is not text.
  var lines: [Substring]
  /// Whether its octets are UTF-8.
  var isText: Bool

  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The whole text.
  var text: String { lines.joined(separator: "\n") }
}

/// The files that are or would be committed.
enum Tree {
  /// The top of the package: this file lies in Tests/TidyTests.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every file that git tracks or would add; without git, every file outside hidden build folders.
  static let files: [TrackedFile] = paths().compactMap(load).sorted { $0.path < $1.path }

  /// The Swift files below a folder.
  static func swift(in folder: String) -> [TrackedFile] {
    files.filter { $0.path.hasPrefix("\(folder)/") && $0.path.hasSuffix(".swift") }
  }

  /// The file at a path.
  static func file(_ path: String) -> TrackedFile? {
    files.first { $0.path == path }
  }

  /// Whether something is there.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  private static func paths() -> [String] {
    if let listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard"), listed.status == 0 {
      return listed.output.split(separator: "\n").map(String.init)
    }
    let all = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
    return all.filter { !$0.hasPrefix(".build/") && !$0.hasPrefix(".git/") }
  }

  private static func load(_ path: String) -> TrackedFile? {
    let url = root.appendingPathComponent(path)
    // A link to a folder has no octets of its own.
    guard let octets = try? Data(contentsOf: url) else { return nil }
    guard !octets.contains(0), let text = String(data: octets, encoding: .utf8) else {
      return TrackedFile(path: path, lines: [], isText: false)
    }
    return TrackedFile(
      path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false), isText: true)
  }

  /// Runs a command at the top of the package; nil when there is no such command.
  static func run(_ words: String...) -> (status: Int32, output: String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = root
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

/// What breaks a rule, gathered as `file:line: what` so that one run names all of it.
struct Findings {
  private var lines: [String] = []

  /// Notes one place.
  mutating func add(_ file: TrackedFile, _ line: Int, _ what: String) {
    lines.append("\(file.path):\(line): \(what)")
  }

  /// Notes something that has no line.
  mutating func add(_ what: String) { lines.append(what) }

  /// Fails the test once for each place.
  func report(at location: SourceLocation = #_sourceLocation) {
    for line in lines { Issue.record("\(line)", sourceLocation: location) }
  }
}
