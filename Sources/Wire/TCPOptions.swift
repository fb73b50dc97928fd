// The options of a TCP header (IANA "TCP Option Kind Numbers").

/// Option kinds in use.
enum TCPOption {
  static let end: UInt8 = 0
  static let noOperation: UInt8 = 1
  static let maximumSegmentSize: UInt8 = 2
  static let windowScale: UInt8 = 3
  static let sackPermitted: UInt8 = 4
  static let sack: UInt8 = 5
  static let timestamps: UInt8 = 8
  static let md5: UInt8 = 19
  static let userTimeout: UInt8 = 28
  static let authentication: UInt8 = 29
  static let multipath: UInt8 = 30
  static let fastOpen: UInt8 = 34
  static let accurateECN0: UInt8 = 172
  static let accurateECN1: UInt8 = 174
  static let experiment1: UInt8 = 253
  static let experiment2: UInt8 = 254
  static let encryption: UInt8 = 69
  /// The experiment identifier of Fast Open before it had a kind of its own (RFC 7413 section 4.1.1).
  static let fastOpenExperiment: UInt16 = 0xf989
}

extension TCPSummary {
  /// Makes the summary that of a header without options.
  @inline(__always)
  mutating func begin(_ header: TCPHeader) {
    sequence = header.sequence
    acknowledgment = header.acknowledgment
    window = header.window
    flags = header.flags
    urgent = header.urgent
    headerLength = UInt8(truncatingIfNeeded: header.headerLength)
    maximumSegmentSize = 0
    windowScale = nil
    sackPermitted = false
    hasTimestamps = false
    timestampValue = 0
    timestampEcho = 0
    sackCount = 0
    options = []
    userTimeout = 0
    multipathSubtype = 0
    optionsMalformed = false
  }
}

/// Reads the options between the fixed header and `end`, which the caller has checked. A length that its kind
/// forbids, or that runs past `end`, ends the walk with a flag; a header that the capture cut is not a lie.
@inline(__always)
func takeTCPOptions(_ bytes: Bytes, _ end: Int, _ packet: inout Packet) {
  // What nearly every segment of an open connection carries: two paddings and the timestamps (RFC 7323
  // appendix A).
  if end == 32 && bytes.count >= 32 {
    let h = bytes.extracting(20..<32)
    if h.u32(0) == 0x0101_080a {
      packet.tcp.hasTimestamps = true
      packet.tcp.timestampValue = h.u32(4)
      packet.tcp.timestampEcho = h.u32(8)
      packet.tcp.options = .timestamps
      return
    }
  }
  if packet.tcp.takeUsualOpening(bytes, end) { return }
  tcpOptionWalk(bytes, end, &packet)
}

/// The walk itself, option by option.
private func tcpOptionWalk(_ bytes: Bytes, _ end: Int, _ packet: inout Packet) {
  let isCut = end < Int(packet.tcp.headerLength)
  var at = TCPHeader.lengthMin
  while at < end {
    let kind = bytes.u8(at)
    if kind == TCPOption.end { return }
    if kind == TCPOption.noOperation {
      at &+= 1
      continue
    }
    guard at &+ 1 < end else { return lie(isCut, &packet) }
    let length = Int(bytes.u8(at &+ 1))
    if length < 2 { return lie(false, &packet) }
    if at &+ length > end { return lie(isCut, &packet) }
    if !packet.tcp.take(kind, bytes, at, length) { return lie(false, &packet) }
    at &+= length
  }
}

/// Notes options that lie, unless it is the capture that cut them.
private func lie(_ isCut: Bool, _ packet: inout Packet) {
  if isCut { return }
  packet.tcp.optionsMalformed = true
  packet.note(.invalid(.optionLength))
}

/// The options of nearly every SYN: maximum segment size, SACK permitted, timestamps and window scale as
/// Linux has them in a row, or without timestamps as Windows has.
public struct UsualOpening {
  /// Octets.
  public let maximumSegmentSize: UInt16
  public let windowScale: UInt8
  public let hasTimestamps: Bool
  public let timestampValue, timestampEcho: UInt32

  /// Reads those of a TCP header of `end` octets, which the caller has checked; nil when they are others.
  @inlinable @inline(__always)
  public init?(_ bytes: Bytes, _ end: Int) {
    guard end == 32 || end == 40, bytes.count >= end, bytes.u16(20) == 0x0204 else { return nil }
    let hasTimes = end == 40
    let scale = hasTimes ? 36 : 24
    guard bytes.u32(scale) &>> 8 == 0x01_0303,
      bytes.u32(hasTimes ? 24 : 28) == (hasTimes ? 0x0402_080a : 0x0101_0402)
    else { return nil }
    maximumSegmentSize = bytes.u16(22)
    windowScale = bytes.u8(scale &+ 3)
    hasTimestamps = hasTimes
    (timestampValue, timestampEcho) = hasTimes ? (bytes.u32(28), bytes.u32(32)) : (0, 0)
  }
}

extension TCPSummary {
  /// Takes the options of nearly every SYN. False when they are others.
  fileprivate mutating func takeUsualOpening(_ bytes: Bytes, _ end: Int) -> Bool {
    guard let usual = UsualOpening(bytes, end) else { return false }
    maximumSegmentSize = usual.maximumSegmentSize
    windowScale = usual.windowScale
    sackPermitted = true
    options = [.maximumSegmentSize, .windowScale, .sackPermitted]
    if usual.hasTimestamps {
      hasTimestamps = true
      timestampValue = usual.timestampValue
      timestampEcho = usual.timestampEcho
      options.insert(.timestamps)
    }
    return true
  }

  /// Takes one option of `length` octets, which are there. False when its kind forbids that length.
  fileprivate mutating func take(_ kind: UInt8, _ bytes: Bytes, _ at: Int, _ length: Int) -> Bool {
    switch kind {
    case TCPOption.maximumSegmentSize:
      if length != 4 { return false }
      maximumSegmentSize = bytes.u16(at &+ 2)
      options.insert(.maximumSegmentSize)
    case TCPOption.windowScale:
      if length != 3 { return false }
      windowScale = bytes.u8(at &+ 2)
      options.insert(.windowScale)
    case TCPOption.sackPermitted:
      if length != 2 { return false }
      sackPermitted = true
      options.insert(.sackPermitted)
    case TCPOption.sack:
      // RFC 2018 section 3: eight octets a block, four blocks at the most.
      if length < 10 || (length &- 2) & 7 != 0 || length > 34 { return false }
      let count = (length &- 2) &>> 3
      for i in 0..<count {
        sackLeft[i] = bytes.u32(at &+ 2 &+ i &* 8)
        sackRight[i] = bytes.u32(at &+ 6 &+ i &* 8)
      }
      sackCount = UInt8(truncatingIfNeeded: count)
      options.insert(.sack)
    case TCPOption.timestamps:
      if length != 10 { return false }
      hasTimestamps = true
      timestampValue = bytes.u32(at &+ 2)
      timestampEcho = bytes.u32(at &+ 6)
      options.insert(.timestamps)
    default: return takeRare(kind, bytes, at, length)
    }
    return true
  }

  /// The options that few segments carry.
  private mutating func takeRare(_ kind: UInt8, _ bytes: Bytes, _ at: Int, _ length: Int) -> Bool {
    switch kind {
    case TCPOption.md5:
      if length != 18 { return false }
      options.insert(.md5)
    case TCPOption.authentication:
      if length < 4 { return false }
      options.insert(.authentication)
    case TCPOption.userTimeout:
      if length != 4 { return false }
      userTimeout = bytes.u16(at &+ 2)
      options.insert(.userTimeout)
    case TCPOption.multipath:
      if length < 3 { return false }
      if !options.contains(.multipath) { multipathSubtype = bytes.u8(at &+ 2) &>> 4 }
      options.insert(.multipath)
    case TCPOption.fastOpen:
      // RFC 7413 section 4.1.1: no cookie, or 4 to 16 octets of one, an even number.
      if length != 2 && (length < 6 || length > 18 || length & 1 != 0) { return false }
      options.insert(.fastOpen)
    case TCPOption.accurateECN0, TCPOption.accurateECN1:
      if length > 11 { return false }
      options.insert(.accurateECN)
    case TCPOption.experiment1, TCPOption.experiment2:
      let isFastOpen = length >= 4 && bytes.u16(at &+ 2) == TCPOption.fastOpenExperiment
      options.insert(isFastOpen ? .fastOpen : .other)
    default: options.insert(.other)
    }
    return true
  }
}
