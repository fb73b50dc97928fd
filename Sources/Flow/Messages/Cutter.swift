// Where a message ends: each framing reads octets as they come and keeps nothing of them but a few numbers.

internal import Wire

/// What octets are to the message at hand.
enum Cut: Sendable, Equatable {
  /// All of them belong to it, and it goes on.
  case more
  /// So many octets more belong to it, from this place on: 1 or more.
  case body(Int64, from: Int)
  /// It ends before this place.
  case end(Int)
  /// The octets before this place are between messages.
  case between(Int)
  /// No message of this framing begins or goes on so.
  case bad
}

/// Cuts one direction into messages.
struct Cutter: Sendable {
  /// The longest message that a length is believed to tell.
  static let messageMax: Int64 = 1 << 31

  let framing: Framing
  /// Octets of the message at hand so far.
  private(set) var count: Int64 = 0
  /// The length, as far as its octets have come.
  private var value: UInt64 = 0
  /// Octets of the delimiter that have come.
  private var matched = 0
  private var json = JSONCutter()
  private var redis = RedisCutter()
  /// HTTP/2: the client's preface is behind.
  private var hasPreface = false

  init(_ framing: Framing) { self.framing = framing }

  /// A message's octets are all there, or are given up.
  mutating func restart() {
    count = 0
    value = 0
    matched = 0
    json = JSONCutter()
    redis = RedisCutter()
  }

  /// Reads octets from `start` on; after `end`, `restart` comes before the next.
  mutating func cut(_ octets: Bytes, from start: Int) -> Cut {
    switch framing {
    case .length(let field): length(octets, start, field)
    case .varint, .protobuf: varint(octets, start)
    case .fixed(let count): .body(Int64(count), from: start)
    case .delimiter(let delimiter): self.delimiter(octets, start, delimiter)
    case .json: value(octets, start, isLine: false)
    case .jsonLines: value(octets, start, isLine: true)
    case .tls: tls(octets, start)
    case .dns:
      length(octets, start, LengthField(offset: 0, size: 2, isBigEndian: true))
    case .http2: http2(octets, start)
    case .redis: redis.cut(octets, from: start, &count)
    case .http: .bad
    }
  }

  /// What follows the head that ends before `at`, in a message of `length` octets.
  private func rest(_ length: Int64, at: Int) -> Cut {
    guard length >= count, length > 0, length <= Cutter.messageMax else { return .bad }
    return length == count ? .end(at) : .body(length &- count, from: at)
  }

  private mutating func length(_ octets: Bytes, _ start: Int, _ field: LengthField) -> Cut {
    var at = start
    while at < octets.count, count < Int64(field.headCount) {
      let place = Int(count) &- field.offset
      if place >= 0 {
        let shift = UInt64(8 &* (field.isBigEndian ? field.size &- 1 &- place : place))
        value |= UInt64(octets[at]) &<< shift
      }
      count &+= 1
      at &+= 1
    }
    if count < Int64(field.headCount) { return .more }
    guard value <= UInt64(Cutter.messageMax) else { return .bad }
    return rest(Int64(value) &+ field.extra, at: at)
  }

  /// Seven bits an octet, the lowest first, the eighth says that more follow; five octets at most.
  private mutating func varint(_ octets: Bytes, _ start: Int) -> Cut {
    var at = start
    while at < octets.count {
      let octet = octets[at]
      if count >= 5 { return .bad }
      value |= UInt64(octet & 0x7f) &<< UInt64(7 &* count)
      count &+= 1
      at &+= 1
      if octet < 0x80 {
        guard value <= UInt64(Cutter.messageMax) else { return .bad }
        return rest(Int64(value) &+ count, at: at)
      }
    }
    return .more
  }

  private mutating func delimiter(_ octets: Bytes, _ start: Int, _ delimiter: [UInt8]) -> Cut {
    var at = start
    while at < octets.count {
      let octet = octets[at]
      at &+= 1
      while matched > 0, octet != delimiter[matched] { matched = Cutter.fallback(delimiter, matched) }
      if octet == delimiter[matched] { matched &+= 1 }
      if matched == delimiter.count {
        count &+= Int64(at &- start)
        return .end(at)
      }
    }
    count &+= Int64(octets.count &- start)
    return .more
  }

  /// The longest beginning of a delimiter that its first `matched` octets end with, but for themselves.
  private static func fallback(_ delimiter: [UInt8], _ matched: Int) -> Int {
    var length = matched &- 1
    while length > 0, delimiter[0..<length] != delimiter[matched &- length..<matched] { length &-= 1 }
    return length
  }

  /// A JSON value; a line's goes on to the line's end.
  private mutating func value(_ octets: Bytes, _ start: Int, isLine: Bool) -> Cut {
    if count == 0 {
      var at = start
      while at < octets.count, isJSONSpace(octets[at]) { at &+= 1 }
      if at > start { return .between(at) }
    }
    let result = json.cut(octets, from: start, isLine: isLine)
    switch result {
    case .more: count &+= Int64(octets.count &- start)
    case .end(let at): count &+= Int64(at &- start)
    case .body, .between, .bad: break
    }
    return result
  }

  private mutating func tls(_ octets: Bytes, _ start: Int) -> Cut {
    var at = start
    while at < octets.count, count < 5 {
      let octet = octets[at]
      switch count {
      // Change cipher spec to heartbeat; versions SSL 3.0 to TLS 1.3.
      case 0: if octet < 20 || octet > 24 { return .bad }
      case 1: if octet != 3 { return .bad }
      case 2: if octet > 4 { return .bad }
      default: value = value &<< 8 | UInt64(octet)
      }
      count &+= 1
      at &+= 1
    }
    if count < 5 { return .more }
    // RFC 5246 section 6.2.3 allows 2048 octets beside the text; RFC 8446 has 256.
    return value > 16_384 &+ 2048 ? .bad : rest(Int64(value) &+ 5, at: at)
  }

  private mutating func http2(_ octets: Bytes, _ start: Int) -> Cut {
    if !hasPreface, count == 0 {
      hasPreface = true
      // Only a client begins so, and no frame does: its length would be above the greatest.
      if octets[start] == HTTP2Connection.preface[0] {
        return .body(Int64(HTTP2Connection.preface.count), from: start)
      }
    }
    return length(octets, start, LengthField(offset: 0, size: 3, isBigEndian: true, adjust: 6))
  }
}

/// White space of JSON (RFC 8259 section 2).
@inline(__always)
func isJSONSpace(_ octet: UInt8) -> Bool { octet == 32 || octet == 9 || octet == 10 || octet == 13 }
