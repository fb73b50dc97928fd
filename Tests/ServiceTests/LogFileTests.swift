// The flow log as a file: whole lines under its name, finished files beside it, whoever moves it away.

import Foundation
import Testing

@testable import Service

extension LogFile {
  /// Writes lines that are an array's.
  fileprivate mutating func write(_ lines: ArraySlice<UInt8>, count: Int, now: Int64) {
    write(lines.span, count: count, now: now)
  }
}

extension LogSocket {
  fileprivate mutating func write(_ lines: ArraySlice<UInt8>, count: Int, now: Int64) {
    write(lines.span, count: count, now: now)
  }
}

@Suite final class LogFileTests {
  let folder = NSTemporaryDirectory() + "/wiretale-log-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var path: String { folder + "/flows.ndjson" }

  private func settings(_ change: (inout LogSettings) -> Void = { _ in }) -> LogSettings {
    var settings = LogSettings()
    settings.path = path
    change(&settings)
    return settings
  }

  private func line(_ text: String) -> ArraySlice<UInt8> { Array("\(text)\n".utf8)[...] }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
  }

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  @Test func linesAreAppended() {
    var log = LogFile(settings())
    log.write(line("one"), count: 1, now: 1000)
    log.write(line("two"), count: 1, now: 1000)
    #expect(text("flows.ndjson") == "one\ntwo\n")
    var again = LogFile(settings())
    again.write(line("three"), count: 1, now: 1000)
    #expect(text("flows.ndjson") == "one\ntwo\nthree\n")
  }

  @Test func aPartOfALineThatAKilledProcessLeftIsTakenAway() throws {
    try "one\ntw".write(toFile: path, atomically: false, encoding: .utf8)
    var log = LogFile(settings())
    log.write(line("three"), count: 1, now: 1000)
    #expect(text("flows.ndjson") == "one\nthree\n")
  }

  @Test func anotherFileBeginsBeforeTheSizeIsReached() {
    var log = LogFile(settings { $0.sizeMax = 10 })
    for i in 0..<3 { log.write(line("line\(i)"), count: 1, now: 1000) }
    #expect(text("flows.ndjson") == "line2\n")
    #expect(files == ["flows.ndjson", "flows.ndjson-19700101T001640Z", "flows.ndjson-19700101T001640Z.2"])
    #expect(text("flows.ndjson-19700101T001640Z") == "line0\n")
  }

  @Test func anotherFileBeginsWhenOneIsOld() {
    var log = LogFile(settings { $0.ageMax = 60_000_000_000 })
    log.write(line("old"), count: 1, now: 1000)
    log.look(1059)
    #expect(files == ["flows.ndjson"])
    log.look(1060)
    log.write(line("new"), count: 1, now: 1061)
    #expect(files == ["flows.ndjson", "flows.ndjson-19700101T001740Z"])
  }

  @Test func onlySoManyAreKept() {
    var log = LogFile(settings { $0.keep = 2 })
    for i in 0..<5 {
      log.write(line("line\(i)"), count: 1, now: Int64(1000 + i))
      log.rotate(Int64(1000 + i))
    }
    #expect(files == ["flows.ndjson-19700101T001643Z", "flows.ndjson-19700101T001644Z"])
  }

  @Test func onlySoMuchIsKept() {
    var log = LogFile(settings { $0.keepOctets = 11 })
    for i in 0..<5 {
      log.write(line("line\(i)"), count: 1, now: Int64(1000 + i))
      log.rotate(Int64(1000 + i))
    }
    #expect(files == ["flows.ndjson-19700101T001644Z"])
  }

  /// logrotate moves the file away and then signals, or does not even signal.
  @Test func whoMovesTheFileAwayGetsAllOfIt() throws {
    var log = LogFile(settings())
    log.write(line("one"), count: 1, now: 1000)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
    log.write(line("two"), count: 1, now: 1000)
    log.rotate(1001)
    log.write(line("three"), count: 1, now: 1001)
    #expect(text("flows.ndjson.1") == "one\ntwo\n")
    #expect(text("flows.ndjson") == "three\n")
    try FileManager.default.moveItem(atPath: path, toPath: path + ".2")
    log.look(1002)
    log.write(line("four"), count: 1, now: 1002)
    #expect(text("flows.ndjson") == "four\n")
  }

  @Test func finishedFilesArePacked() {
    var log = LogFile(settings { $0.compress = .gzip })
    log.write(line("one"), count: 1, now: 1000)
    log.rotate(1000)
    for _ in 0..<500 where files != ["flows.ndjson-19700101T001640Z.gz"] { pause(milliseconds: 10) }
    #expect(files == ["flows.ndjson-19700101T001640Z.gz"])
  }

  @Test func everyFileHasTheHeader() {
    var log = LogFile(settings())
    log.header = Array("#fields\n".utf8)
    log.write(line("one"), count: 1, now: 1000)
    log.rotate(1000)
    log.write(line("two"), count: 1, now: 1001)
    #expect(text("flows.ndjson") == "#fields\ntwo\n")
    #expect(text("flows.ndjson-19700101T001640Z") == "#fields\none\n")
  }

  /// What a full disk took of a line is taken away again, and the rest is counted.
  @Test(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
  func aFullDiskLeavesWholeLines() throws {
    func run(_ words: String...) -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = words
      process.standardError = FileHandle.nullDevice
      try? process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    guard run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) == 0 else { return }
    defer { _ = run("umount", "-l", folder) }
    var log = LogFile(settings())
    let lines = Array(String(repeating: String(repeating: "x", count: 99) + "\n", count: 300).utf8)
    var written = 0
    for second in 0..<5 {
      log.write(lines[...], count: 300, now: Int64(1000 + second * 3))
      written += 300
    }
    let kept = text("flows.ndjson")
    #expect(kept.utf8.count % 100 == 0 && kept.hasSuffix("x\n"))
    #expect(kept.utf8.count / 100 + Int(log.linesLost) == written)
    #expect(log.complaints.count == 1, "\(log.complaints)")
    // logrotate's copytruncate, say.
    try FileHandle(forWritingTo: URL(fileURLWithPath: path)).truncate(atOffset: 0)
    log.write(line("again"), count: 1, now: 1100)
    #expect(text("flows.ndjson") == "again\n" && log.complaints.count == 2, "\(log.complaints)")
  }

  @Test func aFolderThatIsGoneIsToldOnceAndTheLinesAreCounted() throws {
    var log = LogFile(settings { $0.path = folder + "/none/flows.ndjson" })
    for second in 0..<10 { log.write(line("lost"), count: 1, now: Int64(1000 + second)) }
    #expect(log.complaints.count == 1 && log.linesLost == 10, "\(log.complaints)")
    try FileManager.default.createDirectory(atPath: folder + "/none", withIntermediateDirectories: true)
    log.write(line("kept"), count: 1, now: 1010)
    #expect(text("none/flows.ndjson") == "kept\n")
    #expect(log.complaints.count == 2 && log.linesLost == 10)
  }
}
