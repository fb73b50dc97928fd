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
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x001) }
  @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x002) }
  @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x004) }
  @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x008) }
  @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x010) }
  @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x020) }
  @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x040) }
  @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x080) }
  @inlinable public static var ae: TCPFlags { TCPFlags(rawValue: 0x100) }
}

/// The options a TCP header carries (IANA "TCP Option Kind Numbers").
public struct TCPOptionKinds: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var maximumSegmentSize: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0001) }
  @inlinable public static var windowScale: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0002) }
  @inlinable public static var sackPermitted: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0004) }
  @inlinable public static var sack: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0008) }
  @inlinable public static var timestamps: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0010) }
  @inlinable public static var fastOpen: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0020) }
  @inlinable public static var md5: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0040) }
  @inlinable public static var authentication: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0080) }
  @inlinable public static var userTimeout: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0100) }
  @inlinable public static var multipath: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0200) }
  @inlinable public static var accurateECN: TCPOptionKinds { TCPOptionKinds(rawValue: 0x0400) }
  /// A kind that is none of these.
  @inlinable public static var other: TCPOptionKinds { TCPOptionKinds(rawValue: 0x8000) }
}
