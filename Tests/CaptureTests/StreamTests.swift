import Capture
import Foundation
import Glibc
import Testing
import Wire

/// Captures that come through a pipe or compressed.
@Suite struct StreamTests {
  let scratch = Scratch()
  let frames = (0..<3000).map {
    MadeFrame(time: Int64($0) * 1_000_000, octets: tcpFrame(to: 80, mark: UInt8(truncatingIfNeeded: $0 * $0)))
  }

  /// Puts `octets` into a pipe bit by bit, so many microseconds apart, and the pipe where `path` says.
  private func fifo(
    _ name: String, _ octets: [UInt8], piece: Int = 4099, apart: UInt32 = 0, hold: Bool = false
  ) -> String {
    let path = scratch.file(name)
    unsafe mkfifo(path, 0o600)
    Thread.detachNewThread {
      let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
      var rest = octets[...]
      while !rest.isEmpty {
        let count = unsafe Array(rest.prefix(piece)).withUnsafeBytes {
          unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        if count <= 0 { break }
        rest = rest.dropFirst(count)
        if apart > 0 { usleep(apart) }
      }
      if hold { sleep(20) }
      close(descriptor)
    }
    return path
  }

  private func compressed(_ tool: String, _ octets: [UInt8]) throws -> [UInt8] {
    [UInt8](try run(tool, ["-c", scratch.file("plain-for-\(tool)", octets)]))
  }

  @Test func aPipeIsReadLikeAFile() {
    signal(SIGPIPE, SIG_IGN)
    let told = read([fifo("pipe", pcap(frames))])
    #expect(told.error == nil)
    #expect(told.octets == frames.map(\.octets))
  }

  @Test func standardInputIsCalledMinus() throws {
    signal(SIGPIPE, SIG_IGN)
    let kept = dup(0)
    defer {
      dup2(kept, 0)
      close(kept)
    }
    let file = unsafe open(scratch.file("in", pcap(frames)), O_RDONLY)
    dup2(file, 0)
    #expect(read(["-"]).octets == frames.map(\.octets))
    let pipe = unsafe open(fifo("cut", Array(pcap(frames).dropLast())), O_RDONLY)
    dup2(pipe, 0)
    let told = read(["-"])
    #expect(told.frames.count == frames.count - 1)
    #expect(told.error?.description.hasPrefix("standard input: truncated dump file") == true)
    #expect(read(["-", "-"]).error?.kind == .usage)
    close(file)
    close(pipe)
  }

  @Test(arguments: ["gzip", "zstd", "xz"]) func aCompressedCaptureIsToldByItsOctets(tool: String) throws {
    signal(SIGPIPE, SIG_IGN)
    let packed = try compressed(tool, pcap(frames))
    let file = read([scratch.file("no-such-ending", packed)])
    #expect(file.error == nil)
    #expect(file.octets == frames.map(\.octets))
    let pipe = read([fifo("pipe", packed, piece: 3)])
    #expect(pipe.error == nil)
    #expect(pipe.octets == frames.map(\.octets))
  }

  @Test(arguments: ["gzip", "zstd", "xz"]) func aBrokenCompressedCaptureIsAnErrorAfterWhatCouldBeRead(
    tool: String
  )
    throws
  {
    var noisy = frames
    var state: UInt64 = 1
    for index in noisy.indices {
      for _ in 0..<40 {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        noisy[index].octets.append(UInt8(state >> 56))
      }
    }
    let packed = try compressed(tool, pcap(noisy))
    let told = read([scratch.file("cut", Array(packed.dropLast(packed.count / 3)))])
    #expect(told.error?.kind == .input)
    #expect(told.error?.description.contains("cut: \(tool): ") == true)
    #expect(tool == "xz" || told.frames.count > 100)
    #expect(told.octets == noisy.prefix(told.frames.count).map(\.octets))
  }

  @Test(arguments: ["gzip", "zstd", "xz"]) func noDecompressorIsLeftBehind(tool: String) throws {
    signal(SIGPIPE, SIG_IGN)
    // Too much for any tool's buffer, so that it has something to say before its input ends.
    let noise = [UInt8](FileHandle(forReadingAtPath: "/dev/urandom")?.readData(ofLength: 1 << 20) ?? Data())
    let many = stride(from: 0, to: noise.count, by: 1 << 14).map {
      MadeFrame(time: 0, octets: Array(noise[$0..<$0 + (1 << 14)]))
    }
    let packed = try compressed(tool, pcap(many))
    for path in [scratch.file("big", packed), fifo("pipe", packed, hold: true)] {
      #expect(read([path], stopAfter: 2).frames.count == 2)
    }
    let children =
      (try? String(contentsOfFile: "/proc/self/task/\(getpid())/children", encoding: .utf8)) ?? ""
    for child in children.split(separator: " ") {
      let name = (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) ?? ""
      #expect(!name.hasPrefix(tool))
    }
  }

  @Test func aQuietPipeLetsTheReaderRestAndStop() throws {
    signal(SIGPIPE, SIG_IGN)
    var rests = 0
    var seen = 0
    let capture = try Capture(
      .files([fifo("quiet", Array(pcap(frames).prefix(24 + 5 * 71 + 10)), hold: true)]))
    try capture.forEachFrame(
      { _, _ in
        seen += 1
        return .go
      },
      idle: {
        rests += 1
        return rests > 3 ? .stop : .go
      })
    #expect(rests == 4)
    #expect(seen == 5)
  }

  @Test func aPipeThatIsEmptyPausesBeforeItIsQuiet() throws {
    signal(SIGPIPE, SIG_IGN)
    var told: [String] = []
    let capture = try Capture(
      .files([fifo("pausing", Array(pcap(frames).prefix(24 + 5 * 71 + 10)), hold: true)]))
    try capture.forEachFrame(
      { _, _ in .go },
      idle: {
        told.append("quiet")
        return .stop
      },
      pause: {
        told.append("empty")
        return .go
      })
    #expect(told.last == "quiet")
    #expect(told.dropLast().allSatisfy { $0 == "empty" })
  }

  @Test func aPipeThatIsNeverQuietLetsTheReaderRest() throws {
    signal(SIGPIPE, SIG_IGN)
    var (seen, rests) = (0, 0)
    let some = Array(pcap(frames).prefix(24 + 20 * 71))
    let capture = try Capture(.files([fifo("steady", some, piece: 71, apart: 20_000)]))
    try capture.forEachFrame(
      { _, _ in
        seen += 1
        return .go
      },
      idle: {
        rests += 1
        return .go
      })
    #expect(seen == 20)
    #expect(rests > 0)
  }

  @Test func aSlowDecompressorIsNoQuietFile() throws {
    // More than a pipe holds, so that the reader is ahead of the tool.
    let noise = [UInt8](FileHandle(forReadingAtPath: "/dev/urandom")?.readData(ofLength: 1 << 20) ?? Data())
    let many = stride(from: 0, to: noise.count, by: 1 << 14).map {
      MadeFrame(time: 0, octets: Array(noise[$0..<$0 + (1 << 14)]))
    }
    let capture = try Capture(.files([scratch.file("slow", try compressed("xz", pcap(many)))]))
    var (seen, rests) = (0, 0)
    try capture.forEachFrame(
      { _, _ in
        seen += 1
        return .go
      },
      idle: {
        rests += 1
        return .go
      },
      pause: {
        rests += 1
        return .go
      })
    #expect(seen == 64)
    #expect(rests == 0)
  }

  @Test func aFlagStopsAQuietPipe() throws {
    signal(SIGPIPE, SIG_IGN)
    var settings = CaptureSettings()
    settings.stop = StopFlag()
    let stop = settings.stop
    let capture = try Capture(
      .files([fifo("quiet", Array(pcap(frames).prefix(400)), hold: true)]), settings: settings)
    Thread.detachNewThread {
      usleep(120_000)
      stop.raise()
    }
    var seen = 0
    try capture.forEachFrame({ _, _ in
      seen += 1
      return .go
    })
    #expect(seen == 5)
  }
}
