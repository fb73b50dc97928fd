// The built program as a user runs it: words in, octets and an exit status out.

import Foundation

/// How a run of the program ended.
struct Outcome {
  /// The exit status, or the signal's number plus 128, as a shell has it.
  var status: Int32
  /// Standard output.
  var output: String
  /// Standard error.
  var errors: String

  /// The lines of standard output.
  var lines: [Substring] { output.split(separator: "\n") }
  /// The lines of standard error.
  var errorLines: [Substring] { errors.split(separator: "\n") }
}

/// The program that the tests run: WIRETALE_PROGRAM, else the release build, else the debug build.
enum Program {
  /// The top of the package: this file lies in Tests/ReplayTests.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the program is; nil when none is built.
  static let path: String? = {
    if let named = ProcessInfo.processInfo.environment["WIRETALE_PROGRAM"], !named.isEmpty { return named }
    return [".build/release/wiretale", ".build/debug/wiretale"]
      .map { root.appendingPathComponent($0).path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// What a test says that is skipped because there is nothing to run.
  static let missing = "no program to run: build it (swift build -c release) or name it in WIRETALE_PROGRAM"

  /// Runs the program to its end. `environment` is added to this process's own, less NO_COLOR.
  static func run(
    _ words: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try command([path ?? ""] + words, input: input, environment: environment)
  }

  /// Runs any command to its end; `input` is a file for its standard input.
  static func command(
    _ words: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    let running = try Running(words, input: input, environment: environment)
    return running.wait()
  }

  /// Runs a line of shell in which `$WIRETALE` is the program and `$1`, `$2`, … the arguments.
  static func shell(_ line: String, _ arguments: String..., environment: [String: String] = [:]) throws
    -> Outcome
  {
    var environment = environment
    environment["WIRETALE"] = path
    return try command(["bash", "-c", line, "bash"] + arguments, environment: environment)
  }
}

/// A command that runs beside the test. Its output goes through files, so that it never waits for its reader.
final class Running {
  private let process = Process()
  private let folder: Scratch

  /// Its process number.
  var pid: Int32 { process.processIdentifier }
  /// Whether it has not ended.
  var isRunning: Bool { process.isRunning }
  /// Standard output so far.
  var output: String { folder.text("output") }
  /// Standard error so far.
  var errors: String { folder.text("errors") }

  /// Starts a command; with `output`, its standard output is that pipe's.
  init(
    _ words: [String], input: String? = nil, environment: [String: String] = [:], output: Pipe? = nil
  ) throws {
    folder = try Scratch()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = Program.root
    var variables = ProcessInfo.processInfo.environment
    variables["NO_COLOR"] = nil
    variables["TZ"] = "UTC"
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle(forReadingAtPath: input ?? "/dev/null")
    process.standardOutput = try output ?? folder.handle("output")
    process.standardError = try folder.handle("errors")
    // The runner's threads hold signals back, and a child inherits that: it must hear them.
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Sends it a signal.
  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Waits for its end, but not for ever.
  func wait(seconds: Double = 30) -> Outcome {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    let died = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: process.terminationStatus + (died ? 128 : 0), output: output, errors: errors)
  }

  /// Waits until `condition` holds; false when it never did.
  static func until(seconds: Double = 10, _ condition: () -> Bool) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while Date() < deadline {
      if condition() { return true }
      Thread.sleep(forTimeInterval: 0.005)
    }
    return condition()
  }
}

/// A folder of the test's own that goes away with it.
final class Scratch {
  /// Where it is.
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("wiretale-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A file in it by name.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes octets to a file in it.
  @discardableResult
  func write(_ octets: [UInt8], to name: String) throws -> String {
    try Data(octets).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  /// The octets of a file in it; none when it is not there.
  func octets(_ name: String) -> [UInt8] {
    (try? Data(contentsOf: URL(fileURLWithPath: file(name)))).map(Array.init) ?? []
  }

  fileprivate func text(_ name: String) -> String { String(decoding: octets(name), as: UTF8.self) }

  fileprivate func handle(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: file(name), contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: file(name)))
  }
}
