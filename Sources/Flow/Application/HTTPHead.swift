// The head of an HTTP/1 message: its first line and what its fields say of body and connection (RFC 9112).

internal import Wire

/// What is wrong with a message, or unusual enough to be told. Names are those that records print.
public struct HTTPAnomalies: OptionSet, Hashable, Sendable {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Transfer-Encoding and Content-Length: the first counts (RFC 9112 section 6.3); somebody may disagree.
  public static let teAndLength = HTTPAnomalies(rawValue: 1 << 0)
  /// Transfer-Encoding in HTTP/1.0, which does not know it (section 6.1).
  public static let teInHTTP10 = HTTPAnomalies(rawValue: 1 << 1)
  /// A Transfer-Encoding that does not end in `chunked` once, or is none.
  public static let badTransferEncoding = HTTPAnomalies(rawValue: 1 << 2)
  /// A Content-Length that is no number, or several that differ.
  public static let badLength = HTTPAnomalies(rawValue: 1 << 3)
  /// The same Content-Length more than once.
  public static let repeatedLength = HTTPAnomalies(rawValue: 1 << 4)
  /// A line that ends without CR (section 2.2).
  public static let bareLF = HTTPAnomalies(rawValue: 1 << 5)
  /// A CR inside a line.
  public static let bareCR = HTTPAnomalies(rawValue: 1 << 6)
  /// Another control octet in a head.
  public static let controlOctet = HTTPAnomalies(rawValue: 1 << 7)
  /// A field that goes on in the next line (section 5.2).
  public static let obsFold = HTTPAnomalies(rawValue: 1 << 8)
  /// Blanks between a field's name and its colon (section 5.1).
  public static let spaceBeforeColon = HTTPAnomalies(rawValue: 1 << 9)
  /// A line that is no field.
  public static let badField = HTTPAnomalies(rawValue: 1 << 10)
  /// A first line whose version is not `HTTP/1.` and a digit.
  public static let badVersion = HTTPAnomalies(rawValue: 1 << 11)
  /// A target with blanks in it.
  public static let spaceInTarget = HTTPAnomalies(rawValue: 1 << 12)
  /// A status that is not three digits from 100 to 599.
  public static let badStatus = HTTPAnomalies(rawValue: 1 << 13)
  /// A request of HTTP/1.1 without Host, or with several (section 3.2).
  public static let missingHost = HTTPAnomalies(rawValue: 1 << 14)
  public static let repeatedHost = HTTPAnomalies(rawValue: 1 << 15)
  /// A chunk whose size is no number or whose data do not end where it says (section 7.1).
  public static let badChunk = HTTPAnomalies(rawValue: 1 << 16)
  /// Octets where a message should begin, and none does.
  public static let badStart = HTTPAnomalies(rawValue: 1 << 17)
  /// A head or line longer than is read.
  public static let longHead = HTTPAnomalies(rawValue: 1 << 18)
  /// A response that no request asked for.
  public static let unsolicitedResponse = HTTPAnomalies(rawValue: 1 << 19)
  /// A final response before the request had ended.
  public static let earlyResponse = HTTPAnomalies(rawValue: 1 << 20)
  /// More requests at a time than are kept: they cannot be paired.
  public static let longPipeline = HTTPAnomalies(rawValue: 1 << 21)

  /// The names, in the order of the bits.
  public static let names: [StaticString] = [
    "te_and_length", "te_in_http10", "bad_transfer_encoding", "bad_length", "repeated_length", "bare_lf",
    "bare_cr", "control_octet", "obs_fold", "space_before_colon", "bad_field", "bad_version",
    "space_in_target", "bad_status", "missing_host", "repeated_host", "bad_chunk", "bad_start", "long_head",
    "unsolicited_response", "early_response", "long_pipeline",
  ]
}

/// A place in a head's octets; empty where the head does not have it.
public struct HTTPPart: Sendable, Equatable {
  var start: UInt16 = 0
  var end: UInt16 = 0

  init() {}
  init(_ range: Range<Int>) {
    start = UInt16(truncatingIfNeeded: range.lowerBound)
    end = UInt16(truncatingIfNeeded: range.upperBound)
  }

  /// The same as a range of offsets.
  public var range: Range<Int> { Int(start)..<Int(max(start, end)) }
  /// Whether the head says it at all: an empty value is said.
  public var isPresent: Bool { end > 0 }
}

/// A head: a copy of its octets, and where things stand in them.
public struct HTTPHead: Sendable {
  /// From the first line to the empty one; at most 65535.
  public private(set) var octets: [UInt8] = []
  public private(set) var isRequest = false
  /// 20 for HTTP/2, 11 for HTTP/1.1, 10 for HTTP/1.0, 9 for a request without a version.
  public private(set) var version: UInt8 = 9
  public private(set) var method = HTTPPart()
  /// The method's letters as a number; 0 of one with more than eight.
  private var methodWord: UInt64 = 0
  public private(set) var target = HTTPPart()
  /// 0 for a request.
  public private(set) var status: UInt16 = 0
  public private(set) var reason = HTTPPart()
  public private(set) var host = HTTPPart()
  public private(set) var userAgent = HTTPPart()
  public private(set) var referrer = HTTPPart()
  public private(set) var contentType = HTTPPart()
  public private(set) var contentEncoding = HTTPPart()
  public private(set) var upgrade = HTTPPart()
  /// Where the fields begin.
  public private(set) var fieldsStart = 0
  /// What Content-Length says.
  public private(set) var length: Int64?
  /// Transfer-Encoding ends in chunked.
  public private(set) var isChunked = false
  public private(set) var hasTransferEncoding = false
  public private(set) var asksToClose = false
  public private(set) var asksToStay = false
  public private(set) var asksToUpgrade = false
  public private(set) var expectsContinue = false
  public internal(set) var anomalies: HTTPAnomalies = []

  /// Reads a whole head; nil when its first line is none.
  init?(_ bytes: Bytes) { if !read(bytes) { return nil } }

  /// The head of a response of HTTP/0.9, which has none.
  init() {}

  /// Forgets everything; what it kept octets in, it keeps for others.
  mutating func clear() {
    var kept: [UInt8] = []
    swap(&kept, &octets)
    self = HTTPHead()
    swap(&kept, &octets)
    octets.removeAll(keepingCapacity: true)
  }

  /// Reads a whole head in the place of what was here; false when its first line is none.
  mutating func read(_ bytes: Bytes) -> Bool {
    clear()
    octets.append(copyOf: bytes)
    guard let line = httpLine(bytes, from: 0, &anomalies), readFirstLine(bytes.extracting(0..<line.end))
    else { return false }
    fieldsStart = line.next
    var walk = HTTPFieldWalk(at: line.next)
    while let field = walk.next(bytes) { take(field, bytes) }
    anomalies.formUnion(walk.anomalies)
    judge()
    return true
  }

  /// Reads a head that the octets begin with, as nearly all do that come in one segment, and says where it
  /// ends. Nil for everything else: its end has not come, or there is more to its first line; what it has
  /// read then means nothing.
  mutating func readWhole(_ bytes: Bytes) -> Int? {
    clear()
    guard let line = httpLine(bytes, from: 0, &anomalies), readFirstLine(bytes.extracting(0..<line.end)),
      version > 9
    else { return nil }
    fieldsStart = line.next
    var walk = HTTPFieldWalk(at: line.next)
    while let field = walk.next(bytes) { take(field, bytes) }
    guard let end = walk.end else { return nil }
    octets.append(copyOf: bytes.extracting(0..<end))
    anomalies.formUnion(walk.anomalies)
    judge()
    return end
  }

  /// What a head says of where its message ends.
  struct Framing {
    var status: UInt16
    var length: Int64?
    var isChunked: Bool
    var hasTransferEncoding: Bool
    var anomalies: HTTPAnomalies
  }
  var framing: Framing {
    Framing(
      status: status, length: length, isChunked: isChunked, hasTransferEncoding: hasTransferEncoding,
      anomalies: anomalies)
  }

  /// It was made of a head of HTTP/2, which has none of HTTP/1's ways to be wrong.
  mutating func becomeHTTP2() {
    version = 20
    anomalies = []
  }

  /// The octets of a part.
  public func octets(of part: HTTPPart) -> ArraySlice<UInt8> { octets[part.range] }

  /// Asks for the head alone.
  var isHEAD: Bool { isRequest && methodWord == 0x4845_4144 }
  /// Asks for a tunnel.
  var isCONNECT: Bool { isRequest && methodWord == 0x43_4f4e_4e45_4354 }

  private mutating func readFirstLine(_ line: Bytes) -> Bool {
    if line.count >= 8, line.u32(0) == 0x4854_5450, line[4] == 0x2f { return readStatusLine(line) }
    var space = 0
    while space < line.count, isTokenOctet(line[space]) { space &+= 1 }
    guard space > 0, space < line.count, line[space] == 32 else { return false }
    isRequest = true
    method = HTTPPart(0..<space)
    if space <= 8 { for i in 0..<space { methodWord = methodWord &<< 8 | UInt64(line[i]) } }
    var last = line.count
    while last > space &+ 1, line[last &- 1] != 32 { last &-= 1 }
    if line.count &- last >= 5, line.u32(last) == 0x4854_5450, line[last &+ 4] == 0x2f {
      readVersion(line.extracting(last..<line.count))
      target = HTTPPart(space &+ 1..<max(space &+ 1, last &- 1))
    } else {
      target = HTTPPart(space &+ 1..<line.count)
      if !isSimpleRequest(line) { anomalies.insert(.badVersion) }
    }
    for i in target.range where line[i] == 32 { anomalies.insert(.spaceInTarget) }
    while target.start < target.end, line[Int(target.start)] == 32 { target.start += 1 }
    while target.start < target.end, line[Int(target.end) - 1] == 32 { target.end -= 1 }
    return true
  }

  private mutating func readVersion(_ word: Bytes) {
    guard word.count == 8, word[5] == 0x31, word[6] == 0x2e, word[7] &- 48 <= 9 else {
      anomalies.insert(.badVersion)
      version = 11
      return
    }
    version = word[7] == 48 ? 10 : 11
  }

  private mutating func readStatusLine(_ line: Bytes) -> Bool {
    readVersion(line.extracting(0..<8))
    var at = 8
    while at < line.count, line[at] == 32 { at &+= 1 }
    var digits = 0
    while at < line.count, line[at] >= 48, line[at] <= 57, digits < 4 {
      status = status &* 10 &+ UInt16(line[at] &- 48)
      digits &+= 1
      at &+= 1
    }
    if digits != 3 || status < 100 || status > 599 { anomalies.insert(.badStatus) }
    if at < line.count, line[at] == 32 { at &+= 1 }
    reason = HTTPPart(at..<line.count)
    return true
  }

  /// Takes what a field says. Names are told by their first sixteen letters, made small, and their length.
  private mutating func take(_ field: HTTPField, _ bytes: Bytes) {
    let name = bytes.extracting(field.name)
    let value = HTTPPart(field.value)
    // Most names are told from these by their length.
    guard name.count <= 17, 0x3_54d0 &>> UInt32(truncatingIfNeeded: name.count) & 1 != 0 else { return }
    switch (name.count, smallWord(name, 0), smallWord(name, 8)) {
    case (4, 0x686f_7374_0000_0000, _):  // host
      if host.isPresent { anomalies.insert(.repeatedHost) } else { host = value }
    case (14, 0x636f_6e74_656e_742d, 0x6c65_6e67_7468_0000):  // content-length
      takeLength(bytes.extracting(field.value))
    case (17, 0x7472_616e_7366_6572, 0x2d65_6e63_6f64_696e) where name[16] | 32 == 0x67:  // transfer-encoding
      takeTransferEncoding(bytes.extracting(field.value))
    case (10, 0x636f_6e6e_6563_7469, 0x6f6e_0000_0000_0000):  // connection
      takeConnection(bytes.extracting(field.value))
    case (12, 0x636f_6e74_656e_742d, 0x7479_7065_0000_0000):  // content-type
      if !contentType.isPresent { contentType = value }
    case (16, 0x636f_6e74_656e_742d, 0x656e_636f_6469_6e67):  // content-encoding
      if !contentEncoding.isPresent { contentEncoding = value }
    case (10, 0x7573_6572_2d61_6765, 0x6e74_0000_0000_0000):  // user-agent
      if !userAgent.isPresent { userAgent = value }
    case (7, 0x7265_6665_7265_7200, _):  // referer
      if !referrer.isPresent { referrer = value }
    case (7, 0x7570_6772_6164_6500, _):  // upgrade
      if !upgrade.isPresent { upgrade = value }
    case (6, 0x6578_7065_6374_0000, _):  // expect
      expectsContinue = true
    default: break
    }
  }

  /// RFC 9110 section 8.6: digits; the same number several times, in a list or in fields, is one.
  private mutating func takeLength(_ value: Bytes) {
    var tokens = HTTPTokens()
    var isEmpty = true
    while let token = tokens.next(value) {
      isEmpty = false
      guard let number = decimal(value.extracting(token)) else {
        anomalies.insert(.badLength)
        continue
      }
      if let length {
        anomalies.insert(length == number ? .repeatedLength : .badLength)
      } else {
        length = number
      }
    }
    if isEmpty { anomalies.insert(.badLength) }
  }

  /// RFC 9112 section 6.1: codings in the order in which they were applied, `chunked` last and once.
  private mutating func takeTransferEncoding(_ value: Bytes) {
    var tokens = HTTPTokens()
    while let token = tokens.next(value) {
      let coding = value.extracting(token)
      switch (smallWord(coding, 0), coding.count) {
      case (0x6368_756e_6b65_6400, 7):  // chunked
        if isChunked { anomalies.insert(.badTransferEncoding) }
        isChunked = true
      case (0x6964_656e_7469_7479, 8):  // identity, of RFC 2616
        continue
      default:
        // Nothing may be applied behind chunked; what is before it is the body's own coding.
        if isChunked || !isKnownCoding(coding) { anomalies.insert(.badTransferEncoding) }
        isChunked = false
      }
      hasTransferEncoding = true
    }
  }

  private mutating func takeConnection(_ value: Bytes) {
    // The one that most say, alone.
    if value.count == 10, smallWord(value, 0) == 0x6b65_6570_2d61_6c69,
      smallWord(value, 8) == 0x7665_0000_0000_0000
    {
      asksToStay = true
      return
    }
    var tokens = HTTPTokens()
    while let token = tokens.next(value) {
      let option = value.extracting(token)
      switch (smallWord(option, 0), smallWord(option, 8), option.count) {
      case (0x636c_6f73_6500_0000, 0, 5): asksToClose = true  // close
      case (0x6b65_6570_2d61_6c69, 0x7665_0000_0000_0000, 10): asksToStay = true  // keep-alive
      case (0x7570_6772_6164_6500, 0, 7): asksToUpgrade = true  // upgrade
      default: break
      }
    }
  }

  /// What the fields say together.
  private mutating func judge() {
    if hasTransferEncoding {
      if length != nil { anomalies.insert(.teAndLength) }
      if version < 11 { anomalies.insert(.teInHTTP10) }
    }
    if isRequest, version >= 11, !host.isPresent { anomalies.insert(.missingHost) }
  }

  /// Whether the connection may carry another message behind this one (RFC 9112 section 9.3).
  public var mayStay: Bool { version >= 11 ? !asksToClose : asksToStay && !asksToClose }
}
