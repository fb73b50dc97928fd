// QUIC, its long header by name (RFC 9000 section 17.2, RFC 9369 for version 2, RFC 8999 for what all
// versions share).

/// The part of a long header that all versions share, in wire order (RFC 8999 section 5.1).
public struct QUICHeader: Sendable, Equatable {
  /// Octets up to the length of the first connection ID, itself included.
  static let lengthMin = 6
  /// The longest connection ID of the versions we know (RFC 9000 section 17.2).
  static let connectionMax = 20

  public var first: UInt8
  public var version: UInt32
  /// Ranges of the packet's octets.
  public var destination: Range<Int>
  public var source: Range<Int>

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(QUICHeader.lengthMin)
    first = bytes.u8(0)
    version = bytes.u32(1)
    let end = QUICHeader.lengthMin &+ Int(bytes.u8(5))
    try bytes.require(end &+ 1)
    destination = QUICHeader.lengthMin..<end
    let last = end &+ 1 &+ Int(bytes.u8(end))
    try bytes.require(last)
    source = end &+ 1..<last
  }

  /// What the packet is by its version and its type bits, which mean something in versions we know; the four
  /// types are numbered differently in version 2 (RFC 9369 section 3.2).
  public var typeName: StaticString {
    if version == 0 { return "version_negotiation" }
    if version &>> 24 == 0x51 { return "google" }
    guard version == 1 || version == 0x6b33_43cf || version &>> 8 == 0xff_0000 else { return "unknown" }
    let type = version == 0x6b33_43cf ? (first &>> 4 &- 1) & 3 : first &>> 4 & 3
    switch type {
    case 0: return "initial"
    case 1: return "0-rtt"
    case 2: return "handshake"
    default: return "retry"
    }
  }

  /// A version by its name; empty when it has none here.
  public static func versionName(_ version: UInt32) -> StaticString {
    switch version {
    case 0: "negotiation"
    case 1: "1"
    case 0x6b33_43cf: "2"
    default: version &>> 8 == 0xff_0000 ? "draft" : version & 0x0f0f_0f0f == 0x0a0a_0a0a ? "GREASE" : ""
    }
  }

  /// Whether a version is one that is in use: 1, 2, the drafts, Google's `Q043` and its like.
  static func isKnown(_ version: UInt32) -> Bool {
    version == 1 || version == 0x6b33_43cf || version &>> 8 == 0xff_0000
      || (version &>> 24 == 0x51 && version &>> 16 & 0xff == 0x30) || version & 0x0f0f_0f0f == 0x0a0a_0a0a
  }
}

extension QUICHeader {
  /// Whether a long header begins here that is one: a version that is in use and connection IDs that fit; a
  /// version negotiation has to name versions that are.
  fileprivate func isPlausible(_ bytes: Bytes) -> Bool {
    guard first & 0x80 != 0, destination.count <= QUICHeader.connectionMax,
      source.count <= QUICHeader.connectionMax
    else { return false }
    if version == 0 {
      let at = source.upperBound
      return bytes.count >= at &+ 4 && (bytes.count &- at) % 4 == 0 && QUICHeader.isKnown(bytes.u32(at))
    }
    // The second bit is always set but for Google's versions (RFC 9000 section 17.2).
    return QUICHeader.isKnown(version) && (first & 0x40 != 0 || version &>> 24 == 0x51)
  }
}

/// QUIC: the long header's shared part. What is behind it is encrypted.
@Sendable func quic(_ bytes: Bytes, _ packet: inout Packet) -> Bool {
  guard bytes.count >= 7, let header = try? QUICHeader(bytes), header.isPlausible(bytes) else { return false }
  packet.reading = .quic
  packet.enterApplication(.quic, header: header.source.upperBound)
  return true
}

/// The fields of a long header.
@Sendable func quicFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try QUICHeader(bytes)
  let first = UInt64(header.first)
  fields.add("first_octet", at: 0, 1, .hex(first, digits: 2), header.typeName)
  fields.bits("long_header", at: 0, 1, of: first, mask: 0x80)
  fields.bits("fixed", at: 0, 1, of: first, mask: 0x40)
  fields.bits("packet_type", at: 0, 1, of: first, mask: 0x30, header.typeName)
  fields.bits("protected", at: 0, 1, of: first, mask: 0x0f)
  fields.add(
    "version", at: 1, 4, .hex(UInt64(header.version), digits: 8), QUICHeader.versionName(header.version))
  fields.add("destination_length", at: 5, 1, .number(UInt64(header.destination.count)), "octets")
  if !header.destination.isEmpty {
    fields.add("destination_connection", at: 6, header.destination.count, .octets)
  }
  let source = header.destination.upperBound
  fields.add("source_length", at: source, 1, .number(UInt64(header.source.count)), "octets")
  if !header.source.isEmpty {
    fields.add("source_connection", at: source + 1, header.source.count, .octets)
  }
  var at = header.source.upperBound
  if header.version == 0 {
    while at &+ 4 <= bytes.count {
      fields.add(
        "supported_version", at: at, 4, .hex(UInt64(bytes.u32(at)), digits: 8),
        QUICHeader.versionName(bytes.u32(at)))
      at &+= 4
    }
  }
}
