// Transport Layer Security: the record layer and the hellos (RFC 8446, RFC 5246; server name RFC 6066, ALPN
// RFC 7301).

/// A record's header, in wire order (RFC 8446 section 5.1).
public struct TLSRecord: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 5
  /// The most octets that a record may carry: 2^14 and what encryption adds (RFC 5246 section 6.2.3).
  static let fragmentMax = 16384 + 2048

  /// The most records of a segment that a hello is searched in.
  static let searchedMax = 8

  public var type: UInt8
  public var version: UInt16
  /// Octets behind the header.
  public var length: Int

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(TLSRecord.length)
    type = bytes.u8(0)
    version = bytes.u16(1)
    length = Int(bytes.u16(3))
  }

  /// Whether a record begins with these values: a type that is assigned, a version from SSL 3.0 to TLS 1.2
  /// (TLS 1.3 says 1.2 here), and a length that its type can have.
  var isPlausible: Bool {
    guard version >= 0x0300, version <= 0x0304, length <= TLSRecord.fragmentMax else { return false }
    switch type {
    case 20: return length == 1
    case 21: return length >= 2 && length <= 512
    case 22: return length >= 4
    case 23: return length >= 1
    case 24: return length >= 3
    default: return false
    }
  }
}

/// What a hello says, as far as its octets are there (RFC 8446 sections 4.1.2 and 4.1.3).
public struct TLSHello: Sendable, Equatable {
  public var isClient: Bool
  /// The version field, which TLS 1.3 keeps at 1.2.
  public var legacyVersion: UInt16 = 0
  /// The highest version offered, or the one chosen, with the extension that says so.
  public var version: UInt16 = 0
  /// Cipher suites offered, those that only grease included; of a server hello, 1.
  public var cipherCount = 0
  /// The cipher suite that a server chose.
  public var cipher: UInt16 = 0
  /// The host name asked for, and the list of protocols (each behind its length), as ranges of the message.
  public var serverName: Range<Int> = 0..<0
  public var protocols: Range<Int> = 0..<0

  /// Reads the hello whose handshake header begins `bytes`; nil when it is another message. It never fails:
  /// octets that are not there leave their fields empty.
  public init?(_ bytes: Bytes) {
    guard bytes.count >= 4, bytes.u8(0) == 1 || bytes.u8(0) == 2 else { return nil }
    isClient = bytes.u8(0) == 1
    let message = bytes.extracting(0..<min(bytes.count, 4 &+ Int(bytes.u24(1))))
    guard message.count >= 39 else { return }
    legacyVersion = message.u16(4)
    version = legacyVersion
    var at = 39 &+ Int(message.u8(38))
    if isClient {
      guard at &+ 2 <= message.count else { return }
      let suites = Int(message.u16(at))
      cipherCount = suites / 2
      at = at &+ 2 &+ suites
      guard at &+ 1 <= message.count else { return }
      at = at &+ 1 &+ Int(message.u8(at))
    } else {
      guard at &+ 3 <= message.count else { return }
      cipherCount = 1
      cipher = message.u16(at)
      at &+= 3
    }
    guard at &+ 2 <= message.count else { return }
    let end = min(message.count, at &+ 2 &+ Int(message.u16(at)))
    at &+= 2
    while at &+ 4 <= end {
      let type = message.u16(at)
      let start = at &+ 4
      at = start &+ Int(message.u16(at &+ 2))
      if at > end { return }
      readExtension(type, message, start..<at)
    }
  }

  private mutating func readExtension(_ type: UInt16, _ message: Bytes, _ range: Range<Int>) {
    let at = range.lowerBound
    switch type {
    case 0 where range.count >= 5 && message.u8(at &+ 2) == 0:
      let name = at &+ 5
      let end = name &+ Int(message.u16(at &+ 3))
      if end <= range.upperBound { serverName = name..<end }
    case 16 where range.count >= 3:
      protocols = at &+ 2..<min(range.upperBound, at &+ 2 &+ Int(message.u16(at)))
    case 43 where isClient && range.count >= 3:
      version = 0
      for offset in stride(from: at &+ 1, to: range.upperBound &- 1, by: 2) {
        let offered = message.u16(offset)
        if offered & 0x0f0f != 0x0a0a, offered > version { version = offered }
      }
    case 43 where !isClient && range.count == 2:
      version = message.u16(at)
    default: break
    }
  }
}

extension TLSRecord {
  /// A version by its name; empty when it has none.
  public static func versionName(_ version: UInt16) -> StaticString {
    switch version {
    case 0x0300: "SSL 3.0"
    case 0x0301: "TLS 1.0"
    case 0x0302: "TLS 1.1"
    case 0x0303: "TLS 1.2"
    case 0x0304: "TLS 1.3"
    default: ""
    }
  }

  /// A content type by its name; empty when it has none.
  public static func typeName(_ type: UInt8) -> StaticString {
    switch type {
    case 20: "change_cipher_spec"
    case 21: "alert"
    case 22: "handshake"
    case 23: "application_data"
    case 24: "heartbeat"
    default: ""
    }
  }

  /// A handshake message's type by its name; empty when it has none (then it is most likely encrypted).
  public static func handshakeName(_ type: UInt8) -> StaticString {
    switch type {
    case 0: "hello_request"
    case 1: "client_hello"
    case 2: "server_hello"
    case 3: "hello_verify_request"
    case 4: "new_session_ticket"
    case 5: "end_of_early_data"
    case 6: "hello_retry_request"
    case 8: "encrypted_extensions"
    case 11: "certificate"
    case 12: "server_key_exchange"
    case 13: "certificate_request"
    case 14: "server_hello_done"
    case 15: "certificate_verify"
    case 16: "client_key_exchange"
    case 20: "finished"
    case 21: "certificate_url"
    case 22: "certificate_status"
    case 23: "supplemental_data"
    case 24: "key_update"
    default: ""
    }
  }
}

/// Whether a record begins here. Five octets decide, and the handshake header behind them where it can be
/// read.
func looksLikeTLS(_ bytes: Bytes) -> Bool {
  guard bytes.count >= TLSRecord.length, bytes.u8(0) &- 20 <= 4, bytes.u8(1) == 3,
    let record = try? TLSRecord(bytes), record.isPlausible
  else { return false }
  // A client hello is the first thing said and never encrypted: its length has to fit its record or go beyond
  // it.
  if record.type == 22, bytes.count >= 9, bytes.u8(5) == 1 {
    return bytes.u8(6) == 0 || bytes.u24(6) <= 0x20000
  }
  return true
}

/// TLS: the records that begin in this segment. The first hello's names are noted.
@Sendable func tls(_ bytes: Bytes, _ packet: inout Packet) -> Bool {
  guard looksLikeTLS(bytes) else { return false }
  packet.reading = .tls
  packet.enterApplication(.tls, header: TLSRecord.length)
  guard let at = tlsHelloOffset(bytes), let hello = TLSHello(bytes.extracting(at..<bytes.count)) else {
    return true
  }
  let start = packet.offset &+ at
  packet.noteText(at: start &+ hello.serverName.lowerBound, hello.serverName.count)
  packet.application.listOffset = Int32(truncatingIfNeeded: start &+ hello.protocols.lowerBound)
  packet.application.listLength = Int32(truncatingIfNeeded: hello.protocols.count)
  return true
}

/// Where the first handshake message of a segment's records begins, when it is one that is not encrypted; a
/// change of cipher may stand before it (RFC 8446 appendix D.4). Nil when there is none.
public func tlsHelloOffset(_ bytes: Bytes) -> Int? {
  var at = 0
  for _ in 0..<TLSRecord.searchedMax {
    guard let record = try? TLSRecord(bytes.extracting(at..<bytes.count)), record.isPlausible else {
      return nil
    }
    let start = at &+ TLSRecord.length
    at = start &+ record.length
    if record.type == 22 {
      guard start &+ 4 <= bytes.count, bytes.u24(start &+ 1) <= 0x20000 else { return nil }
      return TLSRecord.handshakeName(bytes.u8(start)).utf8CodeUnitCount > 0 ? start : nil
    }
    if at >= bytes.count { return nil }
  }
  return nil
}
