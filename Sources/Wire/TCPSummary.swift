// What tracking needs of a TCP header.

/// The fixed part of a TCP header and the options that tracking needs (RFC 9293 section 3.1, RFC 7323, RFC
/// 2018).
public struct TCPSummary: Sendable, Equatable {
  public var sequence: UInt32 = 0
  public var acknowledgment: UInt32 = 0
  /// As on the wire, unscaled.
  public var window: UInt16 = 0
  public var flags = TCPFlags()
  public var urgent: UInt16 = 0
  /// Header length in octets, options included.
  public var headerLength: UInt8 = 0
  /// Maximum segment size offered; 0 when the option is absent.
  public var maximumSegmentSize: UInt16 = 0
  /// Window scale offered; nil when the option is absent.
  public var windowScale: UInt8?
  public var sackPermitted = false
  public var hasTimestamps = false
  public var timestampValue: UInt32 = 0
  public var timestampEcho: UInt32 = 0
  /// SACK blocks as sent, first block first.
  public var sackCount: UInt8 = 0
  public var sackLeft = InlineArray<4, UInt32>(repeating: 0)
  public var sackRight = InlineArray<4, UInt32>(repeating: 0)
  /// Which options are there, TCP's own and the experimental ones we know.
  public var options = TCPOptionKinds()
  /// Seconds or minutes as the option says (RFC 5482 section 3.1: the top bit set means minutes); meaningful
  /// when `options` has `userTimeout`.
  public var userTimeout: UInt16 = 0
  /// The subtype of the first multipath option (RFC 8684 section 8.2); meaningful when `options` has
  /// `multipath`.
  public var multipathSubtype: UInt8 = 0
  /// An option ran past the header or had a length its kind forbids.
  public var optionsMalformed = false

  /// An all-zero header.
  public init() {}

  /// A Fast Open option is there, of its own kind or of the experimental ones (RFC 7413 section 4.1.1).
  @inlinable public var hasFastOpen: Bool { options.contains(.fastOpen) }

  /// Whether the first SACK block reports octets received twice: it begins below the cumulative
  /// acknowledgment, or it lies within the second block (RFC 2883 section 4).
  @inlinable public var isDuplicateSACK: Bool {
    guard sackCount > 0 else { return false }
    if Int32(bitPattern: sackLeft[0] &- acknowledgment) < 0 { return true }
    return sackCount > 1 && Int32(bitPattern: sackLeft[0] &- sackLeft[1]) >= 0
      && Int32(bitPattern: sackRight[1] &- sackRight[0]) >= 0
  }

  /// Whether every field is the same.
  public static func == (a: TCPSummary, b: TCPSummary) -> Bool {
    guard
      a.sequence == b.sequence, a.acknowledgment == b.acknowledgment, a.window == b.window,
      a.flags == b.flags, a.urgent == b.urgent, a.headerLength == b.headerLength,
      a.maximumSegmentSize == b.maximumSegmentSize, a.windowScale == b.windowScale,
      a.sackPermitted == b.sackPermitted, a.hasTimestamps == b.hasTimestamps,
      a.timestampValue == b.timestampValue, a.timestampEcho == b.timestampEcho,
      a.sackCount == b.sackCount, a.options == b.options, a.optionsMalformed == b.optionsMalformed,
      a.userTimeout == b.userTimeout, a.multipathSubtype == b.multipathSubtype
    else { return false }
    for i in 0..<Int(a.sackCount) where a.sackLeft[i] != b.sackLeft[i] || a.sackRight[i] != b.sackRight[i] {
      return false
    }
    return true
  }
}

/// The control bits of a TCP header (RFC 9293 section 3.1, RFC 3168, RFC 9768 for AE).
public struct TCPFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let fin = TCPFlags(rawValue: 0x001)
  public static let syn = TCPFlags(rawValue: 0x002)
  public static let rst = TCPFlags(rawValue: 0x004)
  public static let psh = TCPFlags(rawValue: 0x008)
  public static let ack = TCPFlags(rawValue: 0x010)
  public static let urg = TCPFlags(rawValue: 0x020)
  public static let ece = TCPFlags(rawValue: 0x040)
  public static let cwr = TCPFlags(rawValue: 0x080)
  public static let ae = TCPFlags(rawValue: 0x100)
}

/// The options a TCP header carries (IANA "TCP Option Kind Numbers").
public struct TCPOptionKinds: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let maximumSegmentSize = TCPOptionKinds(rawValue: 0x0001)
  public static let windowScale = TCPOptionKinds(rawValue: 0x0002)
  public static let sackPermitted = TCPOptionKinds(rawValue: 0x0004)
  public static let sack = TCPOptionKinds(rawValue: 0x0008)
  public static let timestamps = TCPOptionKinds(rawValue: 0x0010)
  public static let fastOpen = TCPOptionKinds(rawValue: 0x0020)
  public static let md5 = TCPOptionKinds(rawValue: 0x0040)
  public static let authentication = TCPOptionKinds(rawValue: 0x0080)
  public static let userTimeout = TCPOptionKinds(rawValue: 0x0100)
  public static let multipath = TCPOptionKinds(rawValue: 0x0200)
  public static let accurateECN = TCPOptionKinds(rawValue: 0x0400)
  /// A kind that is none of these.
  public static let other = TCPOptionKinds(rawValue: 0x8000)
}
