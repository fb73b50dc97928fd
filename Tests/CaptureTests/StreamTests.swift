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

  /// Too much for any tool's buffer, so that it has something to say before its input ends.
  private func noise() -> [MadeFrame] {
    let noise = [UInt8](FileHandle(forReadingAtPath: "/dev/urandom")?.readData(ofLength: 1 << 20) ?? Data())
    return stride(from: 0, to: noise.count, by: 1 << 14).map {
      MadeFrame(time: 0, octets: Array(noise[$0..<$0 + (1 << 14)]))
    }
  }

  @Test(arguments: ["gzip", "zstd", "xz"]) func noDecompressorIsLeftBehind(tool: String) throws {
    signal(SIGPIPE, SIG_IGN)
    let packed = try compressed(tool, pcap(noise()))
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

  /// What is called while a capture is read, besides a body that sees so many frames: to its end, or until it
  /// has been quiet for so many times.
  private func calls(_ path: String, restsMax: Int = .max) throws -> (seen: Int, others: [String]) {
    var (seen, others) = (0, [String]())
    var rests = 0
    let capture = try Capture(.files([path]))
    try capture.forEachFrame(
      { _, _ in
        seen += 1
        return .go
      },
      idle: {
        others.append("quiet")
        rests += 1
        return rests < restsMax ? .go : .stop
      },
      pause: {
        others.append("empty")
        return .go
      })
    return (seen, others)
  }

  @Test func aPipeThatIsEmptyPausesBeforeItIsQuiet() throws {
    signal(SIGPIPE, SIG_IGN)
    let told = try calls(
      fifo("quiet", Array(pcap(frames).prefix(24 + 5 * 71 + 10)), hold: true), restsMax: 4)
    #expect(told.seen == 5)
    #expect(told.others == ["empty", "quiet", "quiet", "quiet", "quiet"])
  }

  @Test func aPipeThatIsNeverQuietLetsTheReaderRest() throws {
    signal(SIGPIPE, SIG_IGN)
    let some = Array(pcap(frames).prefix(24 + 20 * 71))
    let told = try calls(fifo("steady", some, piece: 71, apart: 20_000))
    #expect(told.seen == 20)
    #expect(told.others.contains("quiet"))
  }

  @Test func aCompressedFileIsNeverQuiet() throws {
    let told = try calls(scratch.file("noise", try compressed("xz", pcap(noise()))))
    #expect(told.seen == 64)
    #expect(told.others.isEmpty)
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
