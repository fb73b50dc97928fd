// What the tests of this room share: small captures made octet by octet, and a place for them.

import Capture
import Foundation
import Testing
import Wire

/// A directory that is gone when the test is.
final class Scratch {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "/wiretale-capture-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of `name` in the directory, with `octets` in it when there are any.
  func file(_ name: String, _ octets: [UInt8]? = nil) -> String {
    let whole = path + "/" + name
    if let octets { _ = FileManager.default.createFile(atPath: whole, contents: Data(octets)) }
    return whole
  }

  /// Names of the files in the directory, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// A frame of a capture made by hand.
struct MadeFrame: Equatable {
  var time: Int64
  var octets: [UInt8]
  var wireLength: Int?
}

/// What a pcap file can be like.
struct MadeFormat {
  var big = false
  var nanoseconds = false
  /// The "modified" format of a patched libpcap of 1999: eight octets more in every record header.
  var modified = false
  var link: UInt32 = 1
  var snapLength: UInt32 = 262_144
}

func number(_ value: UInt32, big: Bool) -> [UInt8] {
  let octets = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  return big ? octets.reversed() : octets
}

/// A pcap file.
func pcap(_ frames: [MadeFrame], _ format: MadeFormat = MadeFormat()) -> [UInt8] {
  let big = format.big
  let magic: UInt32 = format.modified ? 0xa1b2_cd34 : format.nanoseconds ? 0xa1b2_3c4d : 0xa1b2_c3d4
  var file = number(magic, big: big) + (big ? [0, 2, 0, 4] : [2, 0, 4, 0])
  file += number(0, big: big) + number(0, big: big)
  file += number(format.snapLength, big: big) + number(format.link, big: big)
  for frame in frames {
    let fraction = frame.time % 1_000_000_000
    file += number(UInt32(frame.time / 1_000_000_000), big: big)
    file += number(UInt32(format.nanoseconds ? fraction : fraction / 1000), big: big)
    file += number(UInt32(frame.octets.count), big: big)
    file += number(UInt32(frame.wireLength ?? frame.octets.count), big: big)
    if format.modified { file += [UInt8](repeating: 0, count: 8) }
    file += frame.octets
  }
  return file
}

/// A pcapng file with one interface. `resolution` is if_tsresol; without it time counts microseconds.
func pcapng(_ frames: [MadeFrame], big: Bool = false, resolution: UInt8? = nil) -> [UInt8] {
  func block(_ kind: UInt32, _ body: [UInt8]) -> [UInt8] {
    let length = UInt32(12 + body.count)
    return number(kind, big: big) + number(length, big: big) + body + number(length, big: big)
  }
  func short(_ value: UInt16) -> [UInt8] {
    let octets = [UInt8(value & 0xff), UInt8(value >> 8)]
    return big ? octets.reversed() : octets
  }
  var file = block(
    0x0a0d_0d0a,
    number(0x1a2b_3c4d, big: big) + short(1) + short(0) + [UInt8](repeating: 0xff, count: 8))
  var interface = short(1) + short(0) + number(262_144, big: big)
  if let resolution { interface += short(9) + short(1) + [resolution, 0, 0, 0] + short(0) + short(0) }
  file += block(1, interface)
  for frame in frames {
    let time = resolution == 9 ? frame.time : frame.time / 1000
    let padding = [UInt8](repeating: 0, count: (4 - frame.octets.count % 4) % 4)
    file += block(
      6,
      number(0, big: big) + number(UInt32(time >> 32), big: big)
        + number(UInt32(truncatingIfNeeded: time), big: big) + number(UInt32(frame.octets.count), big: big)
        + number(UInt32(frame.wireLength ?? frame.octets.count), big: big) + frame.octets + padding)
  }
  return file
}

/// Ethernet with `tags` in front of an IPv4 TCP segment from 10.0.0.1 port 40000 to 10.0.0.2 `port`.
func tcpFrame(to port: UInt16, behind tags: [UInt8] = [], type: [UInt8] = [8, 0], mark: UInt8 = 0) -> [UInt8]
{
  let segment: [UInt8] =
    [0x9c, 0x40, UInt8(port >> 8), UInt8(port & 0xff), 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1, 0, 0, 0, 0, 0]
  let header: [UInt8] =
    [0x45, 0, 0, 41, 0, 1, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
  return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + tags + type + header + segment + [mark]
}

/// What a capture gave.
struct Told {
  var frames: [Frame] = []
  var octets: [[UInt8]] = []
  var error: CaptureError?
  var statistics = CaptureStatistics()
  var missed: String?
  var missedCount: UInt64 = 0
  var interfaces: [InterfaceInfo] = []
}

/// Reads files to their end, or to frame `stopAfter`.
func read(_ paths: [String], filter: String = "", stopAfter: Int = .max) -> Told {
  var told = Told()
  do throws(CaptureError) {
    let capture = try Capture(.files(paths), filter: filter)
    told.interfaces = capture.interfaces
    do throws(CaptureError) {
      try capture.forEachFrame({ octets, frame in
        told.frames.append(frame)
        told.octets.append((0..<octets.count).map { octets[$0] })
        return told.frames.count >= stopAfter ? .stop : .go
      })
    } catch {
      told.error = error
    }
    told.statistics = capture.statistics
    if let missed = capture.missedByFilter { (told.missedCount, told.missed) = missed }
  } catch {
    told.error = error
  }
  return told
}

/// Runs a program and waits for it; its standard output.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> Data {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw CaptureError(.input, "\(program) \(arguments) ended with \(process.terminationStatus)")
  }
  return data
}
