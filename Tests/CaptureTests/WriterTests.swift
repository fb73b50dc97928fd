import Foundation
import Glibc
import Testing
import Wire

@testable import Capture

/// Capture files written, rotated by tcpdump's rules, whole or not there.
@Suite struct WriterTests {
  let scratch = Scratch()
  static let ethernet = InterfaceInfo(
    name: "a.pcap", link: .ethernet, linkName: "EN10MB", linkDescription: "Ethernet", snapLength: 65_535,
    nanoseconds: false, live: false)

  /// Writes `frames` and gives back what happened.
  private func write(
    _ settings: WriterSettings, _ frames: [MadeFrame], of interface: InterfaceInfo = ethernet
  ) -> (error: CaptureError?, stoppedAt: Int?, warnings: [String]) {
    do throws(CaptureError) {
      var writer = try CaptureWriter(settings, of: [interface])
      for (index, each) in frames.enumerated() {
        let frame = Frame(
          number: UInt64(index + 1), time: each.time, wireLength: each.wireLength ?? each.octets.count,
          capturedLength: each.octets.count, link: .ethernet)
        if try writer.write(each.octets.span, frame) == .stop {
          try writer.finish()
          return (nil, index, writer.warnings)
        }
      }
      try writer.finish()
      return (nil, nil, writer.warnings)
    } catch {
      return (error, nil, [])
    }
  }

  /// A thousand octets a frame with its record header, one frame a second.
  private func frames(_ count: Int) -> [MadeFrame] {
    (0..<count).map {
      MadeFrame(
        time: Int64($0) * 1_000_000_000, octets: [UInt8](repeating: UInt8($0 & 255), count: 984),
        wireLength: 2000)
    }
  }

  private func counts(_ suffix: String = "") -> [String: Int] {
    var counts: [String: Int] = [:]
    for name in scratch.names where !name.hasSuffix(".in") {
      let told = read([scratch.file(name)])
      counts[name] = told.error == nil ? told.frames.count : -1
    }
    return counts
  }

  @Test(arguments: [false, true]) func whatIsWrittenIsWhatWasRead(nanoseconds: Bool) throws {
    let made = [
      MadeFrame(time: 1_700_000_000_123_456_789, octets: tcpFrame(to: 80)),
      MadeFrame(time: 1_700_000_000_999_999_999, octets: []),
      MadeFrame(time: 4_000_000_000_000_000_001, octets: [1, 2, 3], wireLength: 65_000),
    ]
    let octets = pcap(made, MadeFormat(nanoseconds: nanoseconds, snapLength: 65_535))
    let source = scratch.file("a.in", octets)
    let capture = try Capture(.files([source]))
    var writer = try CaptureWriter(WriterSettings(path: scratch.file("b.pcap")), of: capture.interfaces)
    try capture.forEachFrame({ octets, frame in (try? writer.write(octets, frame)) ?? .stop })
    #expect(scratch.names == [".b.pcap.partial", "a.in"])
    try writer.finish()
    #expect(scratch.names == ["a.in", "b.pcap"])
    #expect(FileManager.default.contents(atPath: scratch.file("b.pcap")) == Data(octets))
    #expect(writer.framesWritten == 3)
  }

  @Test func aCaptureOfNothingIsAFileOfNothing() {
    for clock in [WriterSettings.Clock.wall, .frames] {
      var settings = WriterSettings(path: scratch.file("empty"))
      settings.rotateSeconds = 10
      settings.clock = clock
      #expect(write(settings, []).error == nil)
      #expect(counts() == ["empty": 0])
    }
  }

  @Test func sizeRotatesWithNumbersBehindTheName() {
    var settings = WriterSettings(path: scratch.file("c"))
    settings.rotateOctets = 10_000
    #expect(write(settings, frames(35)).error == nil)
    // 24 octets of header and ten frames are more than 10 000, and only then another file begins.
    #expect(counts() == ["c": 10, "c1": 10, "c2": 10, "c3": 5])
  }

  @Test func sizeAndCountAreARingOfNamesThatSort() {
    var settings = WriterSettings(path: scratch.file("c"))
    settings.rotateOctets = 1000
    settings.fileCount = 11
    #expect(write(settings, frames(25)).error == nil)
    #expect(Set(counts().keys) == Set((0...10).map { $0 < 10 ? "c0\($0)" : "c10" }))
    #expect(counts().values.allSatisfy { $0 == 1 })
    #expect(read([scratch.file("c02")]).octets.first?.first == 24)
    #expect(read([scratch.file("c03")]).octets.first?.first == 14)
  }

  @Test func aRingOfOneHasNoNumber() {
    var settings = WriterSettings(path: scratch.file("c"))
    settings.rotateOctets = 1000
    settings.fileCount = 1
    #expect(write(settings, frames(3)).error == nil)
    #expect(counts() == ["c": 1])
  }

  @Test func timeRotatesIntoNamesOfStrftime() {
    var settings = WriterSettings(path: scratch.file("t-%s.pcap"))
    settings.rotateSeconds = 10
    settings.clock = .frames
    #expect(write(settings, frames(25)).error == nil)
    #expect(counts() == ["t-0.pcap": 10, "t-10.pcap": 10, "t-20.pcap": 5])
  }

  @Test func timeAndCountStopAfterSoManyFiles() {
    var settings = WriterSettings(path: scratch.file("t-%s.pcap"))
    settings.rotateSeconds = 10
    settings.fileCount = 2
    settings.clock = .frames
    let told = write(settings, frames(35))
    #expect(told.error == nil)
    #expect(told.stoppedAt == 20)
    #expect(counts() == ["t-0.pcap": 10, "t-10.pcap": 10])
  }

  @Test func timeAndSizeNumberTheFilesOfEachWindow() {
    var settings = WriterSettings(path: scratch.file("t-%s-"))
    settings.rotateSeconds = 10
    settings.rotateOctets = 4000
    settings.fileCount = 100
    settings.clock = .frames
    let told = write(settings, frames(15))
    #expect(told.stoppedAt == nil)
    #expect(counts() == ["t-0-00": 4, "t-0-01": 4, "t-0-02": 2, "t-10-00": 4, "t-10-01": 1])
  }

  @Test(
    arguments: [
      ("1", 1_000_000), ("5", 5_000_000), ("1k", 1024), ("3K", 3072), ("2m", 2 << 20), ("1G", 1 << 30),
      ("0", nil),
      ("-1", nil), ("", nil), ("k", nil), ("1x", nil), ("99999999999999999999", nil),
      ("9999999999999999g", nil),
    ] as [(String, Int64?)])
  func aSizeIsMillionsOrHasAUnit(text: String, octets: Int64?) {
    #expect(WriterSettings.rotationSize(text) == octets)
  }

  @Test func aCommandRunsOnEachFileRotatedAway() throws {
    let log = scratch.file("log.in")
    let script = scratch.file("tool.in", Array("#!/bin/sh\necho \"$$ $#:$1\" >> '\(log)'\n".utf8))
    unsafe chmod(script, 0o755)
    var settings = WriterSettings(path: scratch.file("a b;c"))
    settings.rotateOctets = 1000
    settings.command = script
    #expect(write(settings, frames(3)).error == nil)
    var lines: [Substring] = []
    for _ in 0..<200 where lines.count < 2 {
      usleep(20_000)
      lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
    }
    // A tool that outlives the writer is waited for here: the runner, which waits for its exit tests, never
    // gets past a child that nobody takes.
    let processes = lines.compactMap { $0.split(separator: " ").first.flatMap { pid_t($0) } }
    for process in processes { _ = waitpid(process, nil, 0) }
    lines = lines.map { $0.drop(while: { $0 != " " }).dropFirst() }
    // Not the last file: it was not rotated away.
    #expect(lines.sorted() == ["1:\(scratch.file("a b;c"))", "1:\(scratch.file("a b;c1"))"])
    settings.command = scratch.file("not-there")
    let told = write(settings, frames(2))
    #expect(told.error == nil)
    #expect(told.warnings.first?.hasSuffix("No such file or directory") == true)
  }

  @Test func whatCannotBeWrittenToIsSaidAtTheStart() {
    let nowhere = write(WriterSettings(path: scratch.file("none/x")), [])
    #expect(nowhere.error == CaptureError(.output, "\(scratch.file("none")): No such file or directory"))
    var settings = WriterSettings(path: "-")
    settings.rotateOctets = 1
    #expect(write(settings, []).error?.kind == .usage)
    var cooked = Self.ethernet
    cooked.link = .linuxCooked2
    do throws(CaptureError) {
      _ = try CaptureWriter(WriterSettings(path: scratch.file("x")), of: [Self.ethernet, cooked])
      Issue.record("two link types went into one file")
    } catch {
      #expect(error.kind == .usage)
    }
  }

  @Test func aDeviceIsWrittenToAndNotReplaced() {
    #expect(write(WriterSettings(path: "/dev/null"), frames(3)).error == nil)
    var facts = stat()
    unsafe stat("/dev/null", &facts)
    #expect(facts.st_mode & S_IFMT == S_IFCHR)
    let full = write(WriterSettings(path: "/dev/full"), frames(300))
    #expect(full.error?.description == "/dev/full: No space left on device; writing ends here")
  }

  @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small file system"))
  func aFullDiskKeepsWhatIsWholeAndSaysItOnce() throws {
    let disk = scratch.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
    try run("mount", ["-t", "tmpfs", "-o", "size=300k", "none", disk])
    defer { _ = try? run("umount", [disk]) }
    var writer = try CaptureWriter(WriterSettings(path: disk + "/x.pcap"), of: [Self.ethernet])
    var errors: [CaptureError] = []
    let each = frames(1)[0]
    let frame = Frame(number: 1, time: 0, wireLength: 984, capturedLength: 984, link: .ethernet)
    for _ in 0..<1000 {
      do throws(CaptureError) {
        #expect(try writer.write(each.octets.span, frame) == .go)
      } catch {
        errors.append(error)
      }
    }
    try writer.finish()
    let told = read([disk + "/x.pcap"])
    #expect(told.error == nil)
    // 300 KiB are 307 200 octets: a header and 307 frames of 1000.
    #expect(told.frames.count == 307)
    #expect(
      errors.map(\.description) == [
        "\(disk)/x.pcap: No space left on device; writing ends here, 307 frames are whole"
      ])
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == ["x.pcap"])
  }
}
