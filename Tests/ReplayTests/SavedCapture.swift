// Captures made up in a test: a classic pcap file of UDP packets that count.

/// A capture in the making.
struct SavedCapture {
  /// The file so far.
  private(set) var octets: [UInt8] = []
  private var count = 0

  /// An empty capture of Ethernet frames, microseconds, little-endian.
  init() {
    append32(0xa1b2_c3d4)
    append16(2)
    append16(4)
    append32(0)
    append32(0)
    append32(262_144)
    append32(1)
  }

  /// A capture of `count` packets, one a millisecond, the first at `second`.
  static func udp(_ count: Int, from second: UInt32 = 1_700_000_000, port: UInt16 = 4000) -> SavedCapture {
    var capture = SavedCapture()
    for number in 0..<count {
      capture.add(
        SavedCapture.datagram(number, port: port), second: second, microsecond: UInt32(number) * 1000)
    }
    return capture
  }

  /// The same packets in VLANs, the outermost first.
  static func tagged(_ count: Int, tags: [UInt16]) -> SavedCapture {
    var capture = SavedCapture()
    for number in 0..<count {
      var frame = SavedCapture.datagram(number, port: 4000)
      let shim = tags.flatMap { [0x81, 0, UInt8($0 >> 8), UInt8($0 & 255)] }
      frame.insert(contentsOf: shim, at: 12)
      capture.add(frame, second: 1_700_000_000, microsecond: UInt32(number) * 1000)
    }
    return capture
  }

  /// Adds one record.
  mutating func add(_ frame: [UInt8], second: UInt32, microsecond: UInt32 = 0) {
    append32(second + microsecond / 1_000_000)
    append32(microsecond % 1_000_000)
    append32(UInt32(frame.count))
    append32(UInt32(frame.count))
    octets += frame
  }

  /// The file without its last octets: it ends inside a record.
  func cut(_ missing: Int) -> [UInt8] { Array(octets.dropLast(missing)) }

  /// Ethernet, IPv4, UDP and eight octets: `IP 192.0.2.1.PORT > 192.0.2.2.5000: UDP, length 8`.
  static func datagram(_ number: Int, port: UInt16) -> [UInt8] {
    var frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
    frame += [0x45, 0, 0, 36, UInt8(number >> 8 & 255), UInt8(number & 255), 0, 0, 64, 17, 0, 0]
    frame += [192, 0, 2, 1, 192, 0, 2, 2]
    frame += [UInt8(port >> 8), UInt8(port & 255), 0x13, 0x88, 0, 16, 0, 0]
    return frame + [0, 0, 0, 0, 0, 0, UInt8(number >> 8 & 255), UInt8(number & 255)]
  }

  private mutating func append16(_ value: UInt16) {
    octets += [UInt8(value & 255), UInt8(value >> 8)]
  }

  private mutating func append32(_ value: UInt32) {
    append16(UInt16(value & 0xffff))
    append16(UInt16(value >> 16))
  }
}
