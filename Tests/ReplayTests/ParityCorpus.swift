// The frames of every capture we have, merged per link type so that one tcpdump reads thousands of them at
// once.

import Capture
import Foundation
import Wire

/// One frame with its place of origin.
struct CorpusFrame {
  var octets: [UInt8]
  var time: Int64
  var wireLength: Int
  /// Index into `ParityCorpus.files`.
  var file: Int
  /// Counts from 1 within its file.
  var number: Int
}

/// All frames of one link type, and a capture file that holds them.
struct CorpusPart {
  var link: LinkType
  var frames: [CorpusFrame]
  var path: String
}

/// Every capture of the shared corpus and of pcaps/.
struct ParityCorpus {
  var files: [String] = []
  var parts: [CorpusPart] = []
  /// Files that libpcap refuses or stops in: their frames up to there count.
  var refused = 0

  /// The package's own directory.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the shared data are: beside the package, unless WIRETALE_SHARED says otherwise.
  static let shared: URL = {
    if let path = ProcessInfo.processInfo.environment["WIRETALE_SHARED"] { return URL(fileURLWithPath: path) }
    return package.deletingLastPathComponent().appendingPathComponent("shared")
  }()

  /// Reads the captures whose path contains `only`, all when it is nil, and writes the merged ones to
  /// `directory`.
  init(only: String?, directory: URL) throws {
    var frames: [Int32: [CorpusFrame]] = [:]
    for url in ParityCorpus.captures() where only.map({ url.path.contains($0) }) ?? true {
      let file = files.count
      files.append(url.path)
      do {
        let capture = try Capture(.files([url.path]))
        try capture.forEachFrame { octets, frame in
          var copy: [UInt8] = []
          copy.reserveCapacity(octets.count)
          for i in 0..<octets.count { copy.append(octets[i]) }
          frames[frame.link.rawValue, default: []].append(
            CorpusFrame(
              octets: copy, time: ParityCorpus.classic(frame.time), wireLength: frame.wireLength, file: file,
              number: Int(frame.number)))
          return .go
        }
      } catch {
        refused += 1
      }
    }
    for (link, list) in frames.sorted(by: { $0.key < $1.key }) {
      let path = directory.appendingPathComponent("link-\(link).pcap")
      try ParityCorpus.pcap(list, link: link).write(to: path)
      parts.append(CorpusPart(link: LinkType(rawValue: link), frames: list, path: path.path))
    }
  }

  /// A time as libpcap reads it back from a classic capture file: whole microseconds, seconds of 32 bits with
  /// a sign.
  private static func classic(_ time: Int64) -> Int64 {
    let seconds = Int64(Int32(truncatingIfNeeded: time / 1_000_000_000))
    return seconds * 1_000_000_000 + time % 1_000_000_000 / 1_000 * 1_000
  }

  /// Every capture file, in the order of their names.
  private static func captures() -> [URL] {
    var found: [URL] = []
    var roots = [shared.appendingPathComponent("corpus"), package.appendingPathComponent("pcaps")]
    if let other = ProcessInfo.processInfo.environment["PARITY_DIR"] { roots = [URL(fileURLWithPath: other)] }
    for root in roots {
      let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
      while let url = walk?.nextObject() as? URL {
        if ["pcap", "pcapng", "cap", "ntar", "dmp", "trace"].contains(url.pathExtension) {
          found.append(url)
        }
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  /// A classic capture file of microseconds.
  private static func pcap(_ frames: [CorpusFrame], link: Int32) -> Data {
    var data = Data()
    func put(_ value: UInt32) { for shift in [0, 8, 16, 24] { data.append(UInt8(value >> shift & 0xff)) } }
    put(0xa1b2_c3d4)
    put(4 << 16 | 2)
    put(0)
    put(0)
    put(262_144)
    // Raw IP is the one link type of ours whose number in files differs from libpcap's own.
    put(link == 12 ? 101 : UInt32(bitPattern: link))
    for frame in frames {
      put(UInt32(truncatingIfNeeded: frame.time / 1_000_000_000))
      put(UInt32(truncatingIfNeeded: frame.time % 1_000_000_000 / 1_000))
      put(UInt32(frame.octets.count))
      put(UInt32(truncatingIfNeeded: frame.wireLength))
      data.append(contentsOf: frame.octets)
    }
    return data
  }
}
