// How messages are laid out in a stream: the framings there are, and their names on the command line.

/// A field that tells how long its message is.
public struct LengthField: Sendable, Equatable {
  /// The most octets that may stand before the field.
  static let offsetMax = 64
  /// The sizes that a field may have.
  static let sizes = [1, 2, 3, 4, 8]

  /// Octets of the message before the field.
  public var offset: Int
  /// Octets of the field.
  public var size: Int
  /// The first octet is the most significant.
  public var isBigEndian: Bool
  /// What is added to the field's value to have the octets of the whole message.
  public var extra: Int64

  /// A field. Unless it counts the whole message, it counts the octets behind itself; `adjust` more.
  public init(offset: Int, size: Int, isBigEndian: Bool, isInclusive: Bool = false, adjust: Int64 = 0) {
    self.offset = offset
    self.size = size
    self.isBigEndian = isBigEndian
    extra = adjust &+ (isInclusive ? 0 : Int64(offset &+ size))
  }

  /// Octets up to the field's end: no message is shorter.
  var headCount: Int { offset &+ size }
  /// It counts the whole message.
  public var isInclusive: Bool { extra == 0 }
  /// What the field leaves out, or counts too much, beside what stands before its end.
  public var adjust: Int64 { isInclusive ? 0 : extra &- Int64(headCount) }
}

/// How messages follow each other in one direction.
public enum Framing: Sendable, Equatable {
  /// A length in binary.
  case length(LengthField)
  /// A length of seven bits an octet, the lowest first, and so many octets.
  case varint
  /// Messages of one length.
  case fixed(Int)
  /// Each message ends with these octets.
  case delimiter([UInt8])
  /// JSON values, one after the other (RFC 8259).
  case json
  /// A JSON value a line.
  case jsonLines
  /// As `varint`, and each message is protobuf.
  case protobuf
  /// HTTP/1 (RFC 9112) and HTTP/2 in clear (RFC 9113).
  case http, http2
  /// Records of TLS (RFC 8446 section 5.1).
  case tls
  /// DNS over TCP (RFC 1035 section 4.2.2).
  case dns
  /// Redis's protocol, versions 2 and 3.
  case redis
}

/// Why a framing's text is none.
public struct FramingFault: Error, Equatable {
  /// What is wrong, and what to do.
  public var says: String
}

extension Framing {
  /// The most octets of a delimiter.
  static let delimiterMax = 32
  /// The longest message of one length.
  static let fixedMax = 1 << 24

  /// Reads a framing as `--framing` takes it.
  public init(_ text: String) throws(FramingFault) {
    let words = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let rest = words.count > 1 ? words[1] : nil
    switch (words[0], rest) {
    case ("length", let rest?): self = .length(try LengthField(rest))
    case ("varint", nil): self = .varint
    case ("fixed", let rest?):
      guard let count = Int(rest), count > 0, count <= Framing.fixedMax else {
        throw FramingFault(says: "fixed:N takes a number of octets from 1 to \(Framing.fixedMax)")
      }
      self = .fixed(count)
    case ("delimiter", let rest?): self = .delimiter(try Framing.octets(rest))
    case ("json", nil): self = .json
    case ("json-lines", nil): self = .jsonLines
    case ("protobuf-delimited", nil): self = .protobuf
    case ("http", nil): self = .http
    case ("http2", nil): self = .http2
    case ("tls", nil): self = .tls
    case ("dns", nil): self = .dns
    case ("redis", nil): self = .redis
    default:
      throw FramingFault(
        says: "none of length:OFFSET:SIZE:be|le[:inclusive][:+ADJUST], varint, fixed:N, delimiter:STRING, "
          + "json, json-lines, protobuf-delimited, http, http2, tls, dns, redis")
    }
  }

  /// The octets of a delimiter: `\n`, `\r`, `\t`, `\0`, `\\` and `\xNN` as in C, all others as they are.
  private static func octets(_ text: String) throws(FramingFault) -> [UInt8] {
    let fault = FramingFault(says: "delimiter:STRING knows \\n, \\r, \\t, \\0, \\\\ and \\xNN")
    var octets: [UInt8] = []
    let letters = Array(text.utf8)
    var at = 0
    while at < letters.count {
      guard letters[at] == 92 else {
        octets.append(letters[at])
        at += 1
        continue
      }
      guard at + 1 < letters.count else { throw fault }
      switch letters[at + 1] {
      case 110: octets.append(10)
      case 114: octets.append(13)
      case 116: octets.append(9)
      case 48: octets.append(0)
      case 92: octets.append(92)
      case 120:
        guard at + 3 < letters.count,
          let octet = UInt8(String(decoding: letters[at + 2...at + 3], as: UTF8.self), radix: 16)
        else { throw fault }
        octets.append(octet)
        at += 2
      default: throw fault
      }
      at += 2
    }
    guard !octets.isEmpty, octets.count <= delimiterMax else {
      throw FramingFault(says: "a delimiter has 1 to \(delimiterMax) octets")
    }
    return octets
  }

  /// The word that records print as `kind`.
  public var kind: StaticString {
    switch self {
    case .length, .varint: "length_prefix"
    case .fixed: "fixed"
    case .delimiter: "delimiter"
    case .json, .jsonLines: "json"
    case .protobuf: "protobuf"
    case .http: "http1"
    case .http2: "http2"
    case .tls: "tls"
    case .dns: "dns"
    case .redis: "redis"
    }
  }

  /// The text that `--framing` takes for it.
  public var text: String {
    switch self {
    case .length(let field): field.text
    case .varint: "varint"
    case .fixed(let count): "fixed:\(count)"
    case .delimiter(let octets): "delimiter:" + Framing.text(of: octets)
    case .json: "json"
    case .jsonLines: "json-lines"
    case .protobuf: "protobuf-delimited"
    case .http: "http"
    case .http2: "http2"
    case .tls: "tls"
    case .dns: "dns"
    case .redis: "redis"
    }
  }

  /// A delimiter's text.
  private static func text(of octets: [UInt8]) -> String {
    var text = ""
    for octet in octets {
      switch octet {
      case 10: text += "\\n"
      case 13: text += "\\r"
      case 9: text += "\\t"
      case 0: text += "\\0"
      case 92: text += "\\\\"
      case 33...126: text.append(Character(UnicodeScalar(octet)))
      default:
        let digits = String(octet, radix: 16)
        text += digits.utf8.count < 2 ? "\\x0" + digits : "\\x" + digits
      }
    }
    return text
  }
}

extension LengthField {
  /// The most that a field's value is adjusted by.
  static let adjustMax: Int64 = 1 << 20

  /// Reads `OFFSET:SIZE:be|le[:inclusive][:+ADJUST]`.
  init(_ text: String) throws(FramingFault) {
    var words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 3, let offset = Int(words[0]), (0...LengthField.offsetMax).contains(offset) else {
      throw FramingFault(
        says: "length:OFFSET:SIZE:be|le, and OFFSET is a number of octets from 0 to \(LengthField.offsetMax)")
    }
    guard let size = Int(words[1]), LengthField.sizes.contains(size) else {
      throw FramingFault(says: "a length has 1, 2, 3, 4 or 8 octets")
    }
    guard words[2] == "be" || words[2] == "le" else {
      throw FramingFault(says: "a length's octets come be (the highest first) or le (the lowest first)")
    }
    let isBigEndian = words[2] == "be"
    words.removeFirst(3)
    let isInclusive = words.first == "inclusive"
    if isInclusive { words.removeFirst() }
    var adjust: Int64 = 0
    if let word = words.first {
      guard word.hasPrefix("+") || word.hasPrefix("-"), let number = Int64(word),
        abs(number) <= LengthField.adjustMax
      else {
        throw FramingFault(says: "behind be or le may stand inclusive, and then +N or -N")
      }
      adjust = number
      words.removeFirst()
    }
    guard words.isEmpty else {
      throw FramingFault(says: "behind be or le may stand inclusive, and then +N or -N")
    }
    self.init(
      offset: offset, size: size, isBigEndian: isBigEndian, isInclusive: isInclusive, adjust: adjust)
  }

  var text: String {
    var text = "length:\(offset):\(size):\(isBigEndian ? "be" : "le")"
    if isInclusive { text += ":inclusive" }
    if adjust > 0 { text += ":+\(adjust)" }
    if adjust < 0 { text += ":\(adjust)" }
    return text
  }
}
