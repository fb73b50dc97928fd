// Frames to print: our own captures, those of the shared corpus when it is there, and single ones written by
// hand.

import Capture
import Foundation
import Wire

/// Where the captures are.
enum SavedFrames {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Beside the package, unless WIRETALE_SHARED says otherwise.
  private static let shared =
    ProcessInfo.processInfo.environment["WIRETALE_SHARED"].map { URL(fileURLWithPath: $0) }
    ?? package.deletingLastPathComponent().appendingPathComponent("shared")

  /// Our own captures.
  static let lessons = captures(package.appendingPathComponent("pcaps"))
  /// The captures of other projects; none when the shared corpus is not there.
  static let corpus = captures(shared.appendingPathComponent("corpus"))

  /// One of our own captures by its name.
  static func lesson(_ name: String) -> String {
    package.appendingPathComponent("pcaps/\(name).pcap").path
  }

  private static func captures(_ root: URL) -> [String] {
    var found: [String] = []
    let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    while let url = walk?.nextObject() as? URL {
      if ["pcap", "pcapng", "cap", "ntar", "dmp", "trace"].contains(url.pathExtension) {
        found.append(url.path)
      }
    }
    return found.sorted()
  }

  /// Hands every frame of a capture to `body`, as far as libpcap reads it.
  static func each(_ path: String, _ body: (Bytes, Frame) -> Void) {
    do {
      let capture = try Capture(.files([path]))
      try capture.forEachFrame { octets, frame in
        body(octets, frame)
        return .go
      }
    } catch {
      // Files that are made to fail: what libpcap read of them has been handed out.
    }
  }
}

/// Octets written as hexadecimal digits; blanks and line ends separate nothing.
func octets(_ hex: String) -> [UInt8] {
  let digits = hex.compactMap(\.hexDigitValue)
  precondition(digits.count % 2 == 0, "half an octet")
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
}

/// An Ethernet and IPv4 frame around a segment of TCP (6) or a datagram of UDP (17) between ports 40000 and
/// `port`.
func frame(_ number: UInt8, port: UInt16, _ payload: [UInt8]) -> [UInt8] {
  let ports = octets("9c40") + [UInt8(port >> 8), UInt8(port & 255)]
  let header =
    number == 6
    ? octets("00000064 000000c8 5018 0400 0000 0000")
    : [UInt8((payload.count + 8) >> 8), UInt8((payload.count + 8) & 255), 0, 0]
  let total = 20 + 4 + header.count + payload.count
  return octets("020000000002 020000000001 0800") + [0x45, 0, UInt8(total >> 8), UInt8(total & 255)]
    + octets("0007 4000 40") + [number] + octets("0000 0a0a0001 0a0a0002") + ports + header + payload
}

/// What is known of a frame that was captured whole, unless `wireLength` says that there was more of it.
func about(_ octets: [UInt8], wireLength: Int? = nil, link: LinkType = .ethernet) -> Frame {
  Frame(
    number: 7, time: 1_700_000_000_000_000_001, wireLength: wireLength ?? octets.count,
    capturedLength: octets.count, link: link)
}
