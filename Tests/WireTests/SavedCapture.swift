// A reader of classic pcap files small enough to need no library: the octets of each frame and what the file
// says of them.

import Foundation
import Wire

/// A saved capture, read whole. Only what this project's own scripts write is understood: both byte orders,
/// no pcapng.
struct SavedCapture {
  var frames: [(octets: [UInt8], frame: Frame)] = []

  /// Every capture of `pcaps/` that is a classic pcap file, by name.
  static let lessons: [(name: String, capture: SavedCapture)] = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("pcaps")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.filter { $0.hasSuffix(".pcap") }.sorted().compactMap { name in
      SavedCapture(root.appendingPathComponent(name)).map { (name, $0) }
    }
  }()

  init?(_ url: URL) {
    guard let data = try? Data(contentsOf: url), data.count >= 24 else { return nil }
    let octets = [UInt8](data)
    func word(_ at: Int, _ isBig: Bool) -> Int {
      let parts = (0..<4).map { Int(octets[at + $0]) }
      return isBig
        ? parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]
        : parts[3] << 24 | parts[2] << 16 | parts[1] << 8 | parts[0]
    }
    let isBig: Bool
    switch word(0, true) {
    case 0xa1b2_c3d4, 0xa1b2_3c4d: isBig = true
    case 0xd4c3_b2a1, 0x4d3c_b2a1: isBig = false
    default: return nil
    }
    // The file's number of raw IP is not libpcap's (LINKTYPE_RAW and DLT_RAW).
    let type = word(20, isBig) & 0xffff
    let link = LinkType(rawValue: type == 101 ? 12 : Int32(type))
    var at = 24
    while at + 16 <= octets.count {
      let captured = word(at + 8, isBig)
      guard at + 16 + captured <= octets.count else { break }
      frames.append(
        (
          Array(octets[at + 16..<at + 16 + captured]),
          Frame(
            number: UInt64(frames.count + 1), time: 0, wireLength: word(at + 12, isBig),
            capturedLength: captured,
            link: link)
        ))
      at += 16 + captured
    }
  }
}
