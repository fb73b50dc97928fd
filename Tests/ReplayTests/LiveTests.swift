// The program on a live interface: what is sent arrives, whole and in order, and is told as when read from
// the file.

import Dispatch
import Foundation
import Synchronization
import Testing

/// Root, two network namespaces and a cable between them; skipped without.
@Suite(
  .serialized, .enabled(if: Program.path != nil, "\(Program.missing)"),
  .enabled(if: Lab.isPossible, "\(Lab.missing)"))
struct LiveTests {
  let lab: Lab
  let scratch: Scratch

  init() throws {
    lab = try Lab()
    scratch = try Scratch()
  }

  /// The captures of pcaps/ that a cable can carry: Ethernet, every frame captured whole.
  static let captures: [String] = {
    let folder = Program.root.appendingPathComponent("pcaps").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().map { "\(folder)/\($0)" }.filter(isSendable)
  }()

  private static func isSendable(_ file: String) -> Bool {
    guard file.hasSuffix(".pcap"), let octets = try? [UInt8](Data(contentsOf: URL(fileURLWithPath: file))),
      octets.count > 24, octets[0] == 0xd4 || octets[0] == 0x4d
    else { return false }
    func number(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(octets[at + $1]) << (8 * $1) } }
    guard number(20) == 1 else { return false }
    var at = 24
    while at + 16 <= octets.count {
      let captured = number(at + 8)
      // A header is the least that a cable takes.
      if captured != number(at + 12) || captured < 14 { return false }
      at += 16 + captured
    }
    return at == octets.count
  }

  /// The value of the counter that a line of the summary names.
  private func counter(_ name: String, in errors: String) -> Int? {
    for line in errors.split(separator: "\n") where line.contains(name) {
      let digits = line.drop { $0 != " " }.dropFirst().prefix { $0.isNumber || $0 == "," }
      return Int(digits.filter(\.isNumber))
    }
    return nil
  }

  private func count(of file: String) throws -> Int {
    Int(try Program.run(["-r", file, "--count"]).output.prefix { $0.isNumber }) ?? 0
  }

  // MARK: Whole and in order

  @Test func everyCaptureIsToldAsFromItsFile() throws {
    let files =
      try Self.captures.isEmpty ? [scratch.write(SavedCapture.udp(500).octets, to: "a.pcap")] : Self.captures
    // No times, and nothing that a line remembers of the lines before it: the files follow each other on one
    // cable.
    let view = ["--plain", "-t", "-e", "-S", "-v", "-XX"]
    var expected: [Substring] = []
    var frames = 0
    for file in files {
      let outcome = try Program.run(view + ["-r", file])
      #expect(outcome.status == 0, "\(file): \(outcome.errors)")
      expected += outcome.lines
      frames += try count(of: file)
    }
    let running = try lab.listen(view + ["-Q", "in", "-c", "\(frames)"])
    try lab.send(files)
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let live = outcome.lines
    #expect(live.count == expected.count)
    if let first = zip(live, expected).enumerated().first(where: { $1.0 != $1.1 }) {
      Issue.record("line \(first.offset + 1)\nlive: \(first.element.0)\nfile: \(first.element.1)")
    }
    #expect(counter("captured", in: outcome.errors) == frames, "\(outcome.errors)")
    #expect(counter("dropped by the kernel", in: outcome.errors) == 0, "\(outcome.errors)")
  }

  @Test func theCountersEqualWhatWasSent() throws {
    let file = try scratch.write(SavedCapture.udp(1000).octets, to: "a.pcap")
    let running = try lab.listen(["-Q", "in", "--count", "udp"])
    try lab.send([file])
    _ = Running.until(seconds: 1) { false }
    running.signal(SIGINT)
    let outcome = running.wait()
    #expect(outcome.status == 0 && outcome.output == "1000 packets\n", "\(outcome.output)\(outcome.errors)")
    for name in ["captured", "received"] {
      #expect(counter(name, in: outcome.errors) == 1000, "\(outcome.errors)")
    }
    for name in ["dropped by the kernel", "dropped by us"] {
      #expect(counter(name, in: outcome.errors) == 0, "\(outcome.errors)")
    }
  }

  @Test func whatIsWrittenLiveIsWhatWasSent() throws {
    let file = try scratch.write(SavedCapture.udp(300).octets, to: "a.pcap")
    // The file is made before rights are given up; the folder is root's own.
    let running = try lab.listen(["-Q", "in", "-c", "300", "-w", scratch.file("live.pcap")])
    try lab.send([file])
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let view = ["-t", "-e", "-XX"]
    let saved = try Program.run(view + ["-r", scratch.file("live.pcap")])
    #expect(saved.output == (try Program.run(view + ["-r", file])).output, "\(saved.errors)")
  }

  @Test func severalInterfacesAreOneCapture() throws {
    let file = try scratch.write(SavedCapture.udp(20).octets, to: "a.pcap")
    let running = try lab.listen(["-i", "lo", "-Q", "in", "-c", "20", "-t"])
    try lab.send([file])
    let outcome = running.wait()
    #expect(outcome.status == 0 && outcome.lines.count == 20, "\(outcome.errors)")
  }

  @Test func anyMeansEveryInterface() throws {
    let file = try scratch.write(SavedCapture.udp(20).octets, to: "a.pcap")
    let running = try lab.listen(["-Q", "in", "-c", "20", "-t", "udp"], on: "any")
    try lab.send([file])
    let outcome = running.wait()
    #expect(outcome.status == 0 && outcome.lines.count == 20, "\(outcome.errors)")
    #expect(outcome.lines.allSatisfy { $0.contains("UDP, length 8") }, "\(outcome.output)")
  }

  // MARK: Rights and signals

  @Test func rightsAreGivenUpOnceItListens() throws {
    let running = try lab.listen([])
    let status = try String(contentsOfFile: "/proc/\(running.pid)/status", encoding: .utf8)
    running.signal(SIGTERM)
    let outcome = running.wait()
    #expect(outcome.status == 0, "\(outcome.errors)")
    for line in status.split(separator: "\n") {
      let words = line.split(separator: "\t")
      if line.hasPrefix("Uid:") || line.hasPrefix("Gid:") {
        #expect(words.dropFirst().allSatisfy { $0 != "0" }, "\(line)")
      }
      if line.hasPrefix("Cap"), !line.hasPrefix("CapBnd") {
        #expect(words.last?.allSatisfy { $0 == "0" } == true, "\(line)")
      }
      if line.hasPrefix("NoNewPrivs") { #expect(words.last == "1", "\(line)") }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalEndsItWithTheSummary(signal: Int32) throws {
    let file = try scratch.write(SavedCapture.udp(5).octets, to: "a.pcap")
    let running = try lab.listen(["-Q", "in"])
    try lab.send([file])
    #expect(Running.until { running.output.split(separator: "\n").count == 5 })
    running.signal(signal)
    let outcome = running.wait(seconds: 10)
    #expect(outcome.status == 0 && outcome.lines.count == 5, "\(outcome.errors)")
    #expect(counter("captured", in: outcome.errors) == 5, "\(outcome.errors)")
  }

  @Test func aSignalAsksForTheCounters() throws {
    let file = try scratch.write(SavedCapture.udp(5).octets, to: "a.pcap")
    let running = try lab.listen(["-Q", "in"])
    try lab.send([file])
    #expect(Running.until { running.output.split(separator: "\n").count == 5 })
    #expect(counter("captured", in: running.errors) == nil)
    running.signal(SIGUSR1)
    #expect(Running.until { counter("captured", in: running.errors) == 5 }, "\(running.errors)")
    #expect(running.isRunning)
    try lab.send([file])
    #expect(Running.until { running.output.split(separator: "\n").count == 10 }, "it goes on")
    running.signal(SIGTERM)
    #expect(running.wait().status == 0)
  }

  @Test func aReaderThatGoesEndsItQuietly() throws {
    let file = try scratch.write(SavedCapture.udp(200).octets, to: "a.pcap")
    let pipe = Pipe()
    let running = try lab.listen(["-Q", "in", "-l"], output: pipe)
    try pipe.fileHandleForReading.close()
    try lab.send([file])
    let outcome = running.wait(seconds: 10)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.errors.contains("pipe"), "\(outcome.errors)")
  }

  // MARK: A line is not late; a tag is not silent

  /// The goal is 100 ms; what is asserted leaves room for a machine that does other things too.
  @Test func aLineComesSoonAfterItsPacket() throws {
    let file = try scratch.write(SavedCapture.udp(12).octets, to: "a.pcap")
    let pipe = Pipe()
    let running = try lab.listen(["-Q", "in", "-c", "12", "-t"], output: pipe)
    let reader = Arrivals(pipe)
    let sent = try lab.send([file], options: ["--interval", "0.173", "--times"]).lines.compactMap {
      Int64($0)
    }
    #expect(running.wait().status == 0)
    let arrived = reader.all()
    try #require(sent.count == 12 && arrived.count == 12)
    let delays = zip(arrived, sent).map { Double($0 - $1) / 1e6 }.sorted()
    let (median, latest) = (delays[6].rounded(), (delays.last ?? 0).rounded())
    print("from packet to line on a pipe: median \(median) ms, latest \(latest) ms")
    #expect(delays.allSatisfy { $0 < 2000 }, "\(delays)")
  }

  /// The kernel takes the outermost tag off before the filter looks, so it is the second one that hides a
  /// packet.
  @Test func aFilterThatMissesTaggedTrafficIsTold() throws {
    let file = try scratch.write(SavedCapture.tagged(10, tags: [7, 8]).octets, to: "tagged.pcap")
    let running = try lab.listen(["-Q", "in", "udp", "port", "4000"])
    try lab.send([file])
    _ = Running.until(seconds: 1) { false }
    running.signal(SIGINT)
    let outcome = running.wait()
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("10 tagged packets would have matched"), "\(outcome.errors)")

    let words = outcome.errors.split(separator: "takes them too: ").last?.split(separator: "\n").first
    let better = try lab.listen(["-Q", "in", "-c", "10", String(words ?? "")])
    try lab.send([file])
    #expect(better.wait(seconds: 10).lines.count == 10, "the filter that it names takes them")
  }

  // MARK: A terminal

  @Test(.enabled(if: Terminal.isThere, "script(1) is not installed"))
  func aTerminalGetsAStatusLineAndAPipeDoesNot() throws {
    let file = try scratch.write(SavedCapture.udp(30).octets, to: "a.pcap")
    let program = "ip netns exec \(lab.there) \(Program.path ?? "") -i \(Lab.port) -Q in -c 30 -t"
    let shown = try Running(["script", "-qec", program, "/dev/null"])
    #expect(Running.until { shown.output.contains("listening on") })
    try lab.send([file], options: ["--interval", "0.1"])
    let outcome = shown.wait()
    #expect(outcome.output.contains(/\d+ packets, [\d,]+ octets/), "\(outcome.output)")
    #expect(outcome.output.contains("\u{1b}[K"), "the line is wiped before the next one")

    let quiet = try lab.listen(["-Q", "in", "-c", "30", "-t"])
    try lab.send([file], options: ["--interval", "0.1"])
    #expect(!quiet.wait().errors.contains("octets,"), "no status line where nobody looks")
  }
}

/// Reads a pipe in the background and notes when each line came.
final class Arrivals: Sendable {
  private let times = Mutex<[Int64]>([])
  private let ended = Atomic<Bool>(false)

  init(_ pipe: Pipe) {
    let reading = pipe.fileHandleForReading
    try? pipe.fileHandleForWriting.close()
    Thread.detachNewThread { [self] in
      while case let octets = reading.availableData, !octets.isEmpty {
        let now = Int64(clamping: DispatchTime.now().uptimeNanoseconds)
        times.withLock { $0 += octets.filter { $0 == 10 }.map { _ in now } }
      }
      ended.store(true, ordering: .releasing)
    }
  }

  /// The monotonic clock at each line, once the pipe has ended.
  func all() -> [Int64] {
    _ = Running.until { ended.load(ordering: .acquiring) }
    return times.withLock { $0 }
  }
}
