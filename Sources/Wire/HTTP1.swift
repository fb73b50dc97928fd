// HTTP/1, the first line of a request or a response and where its fields lie (RFC 9112).

/// The first line of a message, as ranges of its octets (RFC 9112 sections 3 and 4).
public struct HTTP1Line: Sendable, Equatable {
  /// The most octets that a first line is searched for its end.
  static let lengthMax = 16384

  /// The whole line without its end.
  public var line: Range<Int>
  /// Whether the line's end is there.
  public var isWhole: Bool
  public var isRequest: Bool
  /// A request's method and target; empty for a response.
  public var method: Range<Int> = 0..<0
  public var target: Range<Int> = 0..<0
  /// `1.1`, without `HTTP/`; empty when the line ends before it.
  public var version: Range<Int> = 0..<0
  /// A response's status; 0 for a request.
  public var status: UInt16 = 0
  public var reason: Range<Int> = 0..<0

  /// Reads the first line of `bytes`; nil when they do not begin with one.
  public init?(_ bytes: Bytes) {
    let name = HTTP1Line.methodLength(bytes)
    isRequest = name > 0
    guard isRequest || HTTP1Line.beginsWithVersion(bytes, 0) else { return nil }
    var end = HTTP1Line.firstControl(bytes)
    let last = min(bytes.count, HTTP1Line.lengthMax)
    while end < last, bytes.u8(end) != 10 {
      // No control character but a tab stands in a first line: octets that have one are something else.
      if bytes.u8(end) < 32, bytes.u8(end) != 9, bytes.u8(end) != 13 { return nil }
      end &+= 1
    }
    isWhole = end < last
    // RFC 9112 section 2.2: a lone LF may be taken as the end of a line.
    if isWhole, end > 0, bytes.u8(end &- 1) == 13 { end &-= 1 }
    line = 0..<end
    if isRequest {
      guard readRequest(bytes, name) else { return nil }
    } else {
      readResponse(bytes)
    }
  }

  /// Where the first control character is, of which some end the line; where the last whole eight octets end
  /// that can have one, when there is none before.
  @inline(__always)
  private static func firstControl(_ bytes: Bytes) -> Int {
    var at = 0
    let last = min(bytes.count, lengthMax)
    while at &+ 8 <= last {
      let octets = bytes.extracting(at..<at &+ 8).word(0)
      // An octet less than 32 borrows from the bit above it; the first that does tells the truth.
      let controls = (octets &- 0x2020_2020_2020_2020) & ~octets & 0x8080_8080_8080_8080
      if controls != 0 { return at &+ controls.trailingZeroBitCount &>> 3 }
      at &+= 8
    }
    return at
  }

  /// Method, target, version. False when the line ends and no version stands there: SIP and RTSP have the
  /// same methods.
  private mutating func readRequest(_ bytes: Bytes, _ name: Int) -> Bool {
    method = 0..<name
    let start = min(name &+ 1, line.upperBound)
    var space = line.upperBound
    // A version has eight octets.
    if space &- 8 > start, bytes.u8(space &- 9) == 32, bytes.u8(space &- 8) == 72 { space &-= 8 }
    while space > start, bytes.u8(space &- 1) != 32 { space &-= 1 }
    guard isWhole, space > start else {
      // What stands of a line that goes on: the target up to the first space, behind which the version
      // begins.
      var end = start
      while end < line.upperBound, bytes.u8(end) != 32 { end &+= 1 }
      target = start..<end
      return !isWhole
    }
    guard HTTP1Line.beginsWithVersion(bytes.extracting(0..<line.upperBound), space) else { return false }
    target = start..<space &- 1
    version = space &+ 5..<line.upperBound
    return true
  }

  /// Version, status, reason, as far as they are there.
  private mutating func readResponse(_ bytes: Bytes) {
    let end = line.upperBound
    version = 5..<min(8, end)
    guard end >= 12, bytes.u8(8) == 32 else { return }
    for offset in 9..<12 {
      let digit = bytes.u8(offset)
      if digit < 48 || digit > 57 {
        status = 0
        return
      }
      status = status &* 10 &+ UInt16(digit &- 48)
    }
    reason = min(13, end)..<end
  }

  /// Whether `HTTP/1.` and a digit stand at `offset`.
  private static func beginsWithVersion(_ bytes: Bytes, _ offset: Int) -> Bool {
    bytes.count &- offset >= 8 && bytes.u32(offset) == 0x4854_5450 && bytes.u8(offset &+ 4) == 0x2f
      && bytes.u8(offset &+ 5) == 0x31 && bytes.u8(offset &+ 6) == 0x2e
      && bytes.u8(offset &+ 7) &- 48 <= 9
  }

  /// Octets of the method that the octets begin with; 0 when they begin with none. The registered methods
  /// only: any word is a method by the grammar, and would make a request of any text.
  private static func methodLength(_ bytes: Bytes) -> Int {
    guard bytes.count >= 4 else { return 0 }
    let first = bytes.u32(0)
    if first == 0x4745_5420 { return 3 }  // GET and a blank
    if first == 0x4854_5450 { return 0 }  // HTTP, which begins a response
    var length = 0
    var name: UInt64 = 0
    while length < bytes.count, length < 8, bytes.u8(length) >= 65, bytes.u8(length) <= 90 {
      name = name &<< 8 | UInt64(bytes.u8(length))
      length &+= 1
    }
    // UNSUBSCRIBE and the like are not among them, so eight letters are enough but for PROPPATCH.
    if length == 8, bytes.count > 9, bytes.u8(8) == 72, name == 0x50524f_5050415443 {
      return bytes.u8(9) == 32 ? 9 : 0
    }
    guard length < bytes.count, bytes.u8(length) == 32 else { return 0 }
    return methods(name) ? length : 0
  }

  /// The registered methods (IANA "HTTP Method Registry") of up to eight letters, each as the number its
  /// letters make.
  private static func methods(_ name: UInt64) -> Bool {
    switch name {
    case 0x474554,  // GET
      0x505554,  // PUT
      0x504f5354,  // POST
      0x48454144,  // HEAD
      0x434f5059,  // COPY
      0x4c4f434b,  // LOCK
      0x4d4f5645,  // MOVE
      0x5041544348,  // PATCH
      0x5452414345,  // TRACE
      0x4d4b434f4c,  // MKCOL
      0x44454c455445,  // DELETE
      0x534541524348,  // SEARCH
      0x5245504f5254,  // REPORT
      0x554e4c4f434b,  // UNLOCK
      0x4f5054494f4e53,  // OPTIONS
      0x434f4e4e454354,  // CONNECT
      0x50524f5046494e44:  // PROPFIND
      true
    default: false
    }
  }
}

/// A walk over the fields of a head: each line behind the first up to the empty one (RFC 9112 section 5).
public struct HTTP1Fields: Sendable {
  /// The most octets of a head that are walked.
  public static let headMax = 65536

  /// Where the next line begins.
  public private(set) var at: Int

  /// The fields behind a first line that `line` read.
  public init(after line: HTTP1Line, _ bytes: Bytes) {
    at = line.line.upperBound
    if at < bytes.count, bytes.u8(at) == 13 { at &+= 1 }
    at = min(at &+ 1, bytes.count)
  }

  /// The next whole line's name and value, blanks around the value left out, and where the line ends; nil at
  /// the empty line, at one that is no field, and where the octets end.
  public mutating func next(_ bytes: Bytes) -> (name: Range<Int>, value: Range<Int>, end: Int)? {
    let start = at
    let last = min(bytes.count, HTTP1Fields.headMax)
    var colon = start
    while colon < last, bytes.u8(colon) != 58 {
      if bytes.u8(colon) <= 32 { return nil }
      colon &+= 1
    }
    if colon == start { return nil }
    var end = colon
    while end < last, bytes.u8(end) != 10 { end &+= 1 }
    if end >= last { return nil }
    at = end &+ 1
    var first = colon &+ 1
    while first < end, bytes.u8(first) == 32 || bytes.u8(first) == 9 { first &+= 1 }
    while end > first, bytes.u8(end &- 1) <= 32 { end &-= 1 }
    return (start..<colon, first..<max(first, end), at)
  }
}

/// The first line of octets that are taken for HTTP/1.
@inline(__always)
private func beginningOfHTTP1(_ bytes: Bytes) -> HTTP1Line? { bytes.count >= 8 ? HTTP1Line(bytes) : nil }

/// Whether octets are taken for the beginning of HTTP/1.
func looksLikeHTTP1(_ bytes: Bytes) -> Bool { beginningOfHTTP1(bytes) != nil }

/// HTTP/1: the first line of a request or a response, or the beginning of one. A head or a body that goes on
/// in other segments is none here.
@Sendable func http1(_ bytes: Bytes, _ packet: inout Packet) -> Bool {
  guard let line = beginningOfHTTP1(bytes) else { return false }
  packet.reading = .http
  packet.enterApplication(.http, header: line.line.upperBound)
  packet.noteText(at: packet.offset, line.line.upperBound)
  return true
}

/// The fields of the first line, and those of the head.
@Sendable func httpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  guard let line = HTTP1Line(bytes) else { return }
  var walk = HTTP1Fields(after: line, bytes)
  fields.add(line.isRequest ? "request_line" : "status_line", at: 0, walk.at, .text)
  fields.depth += 1
  if line.isRequest {
    fields.add("method", at: line.method.lowerBound, line.method.count, .text)
    if !line.target.isEmpty { fields.add("target", at: line.target.lowerBound, line.target.count, .text) }
    if !line.version.isEmpty { fields.add("version", at: line.version.lowerBound, line.version.count, .text) }
  } else {
    fields.add("version", at: line.version.lowerBound, line.version.count, .text)
    if line.status > 0 { fields.add("status", at: 9, 3, .number(UInt64(line.status))) }
    if !line.reason.isEmpty { fields.add("reason", at: line.reason.lowerBound, line.reason.count, .text) }
  }
  fields.depth -= 1
  if !line.isWhole { return }
  var at = walk.at
  while let field = walk.next(bytes) {
    fields.add("field", at: at, field.end - at, .text)
    at = field.end
  }
  var end = at
  if end < bytes.count, bytes.u8(end) == 13 { end &+= 1 }
  guard end < bytes.count, bytes.u8(end) == 10 else { return }
  fields.add("end_of_head", at: at, end + 1 - at, .none)
  if end + 1 < bytes.count { fields.add("body", at: end + 1, bytes.count - end - 1, .octets) }
}
