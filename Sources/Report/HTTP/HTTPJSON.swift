// One JSON object per HTTP exchange, one line each: RECORDS.md, `http --json`.

public import Flow
internal import Wire

/// How much of an exchange is shown.
public struct HTTPViewOptions: Sendable {
  /// Every field of both heads.
  public var headers = false
  /// Octets of each body that are shown.
  public var bodyMax = 0
  /// Credentials are shown as they are.
  public var showsCredentials = false
  /// Paths that are folded by a pattern.
  public var routes = HTTPRoutes()

  /// The defaults.
  public init() {}
}

/// Prints exchanges as NDJSON into a buffer that its owner empties.
public struct HTTPJSON: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private var clock = UTCTime()
  private let options: HTTPViewOptions
  private let mask: CredentialMask

  /// A printer of exchanges.
  public init(_ options: HTTPViewOptions = HTTPViewOptions()) {
    self.options = options
    mask = CredentialMask(showsAll: options.showsCredentials)
  }

  /// Prints one exchange: one line. It is read at its place (`HTTPExchange`).
  public mutating func print(_ exchange: inout HTTPExchange) {
    let isAsked = exchange.hasRequest
    let isAnswered = exchange.hasResponse
    writeStart(
      exchange.flow, isAsked ? exchange.asked.first.time : isAnswered ? exchange.answered.first.time : 0,
      exchange.ends)
    if exchange.client == .responder { out.write(",\"client\":\"resp\"") }
    if isAsked {
      writeTarget(&exchange)
      write(request: &exchange.asked)
    }
    if isAnswered { write(response: &exchange.answered) }
    let outcome = exchange.outcome()
    writeTimes(outcome)
    writeConnection(&exchange, outcome)
    if options.headers {
      if isAsked { write(exchange.asked.head, ",\"request_headers\":[") }
      if isAnswered { write(exchange.answered.head, ",\"response_headers\":[") }
    }
    if options.bodyMax > 0 {
      if isAsked, !exchange.asked.body.isEmpty { text(",\"request_body\":\"", exchange.asked.body) }
      if isAnswered, !exchange.answered.body.isEmpty { text(",\"response_body\":\"", exchange.answered.body) }
    }
    out.write("}\n")
  }

  /// The same behind the beginning of an object, whose fields come before its own.
  public mutating func print(_ exchange: inout HTTPExchange, behind head: [UInt8]) {
    out.write(raw: head.span)
    let start = out.count
    print(&exchange)
    out.join(at: start)
  }

  private mutating func writeStart(_ flow: UInt64, _ time: Int64, _ ends: StreamEnds) {
    out.write("{\"flow\":\"F", decimal: flow)
    out.write("\",\"ts\":")
    out.write(stamp: time)
    out.write(",\"time\":\"")
    clock.write(time, to: &out)
    out.write("\",\"orig_h\":\"")
    out.write(endpoint: ends.originator)
    out.write("\",\"orig_p\":", decimal: UInt64(ends.originatorPort))
    out.write(",\"resp_h\":\"")
    out.write(endpoint: ends.responder)
    out.write("\",\"resp_p\":", decimal: UInt64(ends.responderPort))
  }

  /// Writes whom and what a request asks for: method, host, target and route.
  private mutating func writeTarget(_ exchange: inout HTTPExchange) {
    part(",\"method\":\"", exchange.asked.head.method, &exchange.asked.head)
    guard options.routes.isEmpty, exchange.asked.head.hasPlainTarget else { return writeAnyTarget(exchange) }
    if !exchange.asked.head.host.range.isEmpty {
      part(",\"host\":\"", exchange.asked.head.host, &exchange.asked.head)
    }
    part(",\"uri\":\"", exchange.asked.head.target, &exchange.asked.head)
    out.write(",\"route\":\"")
    out.write(route: exchange.asked.head.octets.span.extracting(exchange.asked.head.target.range))
    out.write(octet: 34)
  }

  /// The same of a target that may have a host, user information or parameters in it.
  private mutating func writeAnyTarget(_ exchange: HTTPExchange) {
    let host = exchange.host
    if !host.isEmpty { text(",\"host\":\"", host) }
    text(",\"uri\":\"", mask.url(exchange.asked.head.octets(of: exchange.asked.head.target)))
    text(",\"route\":\"", options.routes.route(of: exchange))
  }

  private mutating func write(request: inout HTTPMessage) {
    out.write(",\"version\":\"")
    out.write(version: request.head.version)
    out.write(octet: 34)
    if request.head.userAgent.isPresent { part(",\"user_agent\":\"", request.head.userAgent, &request.head) }
    if request.head.referrer.isPresent {
      text(",\"referrer\":\"", mask.url(request.head.octets(of: request.head.referrer)))
    }
    number(",\"request_body_len\":", request.bodyLength)
    if request.missing > 0 { number(",\"request_missed_bytes\":", request.missing) }
    if request.framing == .chunked { out.write(",\"request_te\":\"chunked\"") }
    frames(",\"request_frames\":[", &request)
  }

  private mutating func write(response: inout HTTPMessage) {
    if response.head.status > 0 {
      out.write(",\"status_code\":", decimal: UInt64(response.head.status))
      part(",\"status_msg\":\"", response.head.reason, &response.head)
    }
    number(",\"response_body_len\":", response.bodyLength)
    if response.missing > 0 { number(",\"response_missed_bytes\":", response.missing) }
    frames(",\"response_frames\":[", &response)
    switch response.framing {
    case .none, .length: out.write(",\"te\":\"identity\"")
    case .chunked: out.write(",\"te\":\"chunked\"")
    case .untilClose: out.write(",\"te\":\"until_close\"")
    }
    if response.head.contentType.isPresent {
      part(",\"content_type\":\"", response.head.contentType, &response.head)
    }
    if response.head.contentEncoding.isPresent {
      part(",\"content_encoding\":\"", response.head.contentEncoding, &response.head)
    }
  }

  private mutating func writeTimes(_ outcome: HTTPOutcome) {
    if let time = outcome.requestTime { number(",\"request_ns\":", time) }
    if let time = outcome.timeToFirstOctet { number(",\"ttfb_ns\":", time) }
    if let time = outcome.responseTime { number(",\"response_ns\":", time) }
    if let time = outcome.duration { number(",\"duration_ns\":", time) }
  }

  private mutating func writeConnection(_ exchange: inout HTTPExchange, _ outcome: HTTPOutcome) {
    if exchange.hasRequest {
      out.write(",\"trans_depth\":", decimal: UInt64(exchange.index))
      out.write(",\"conn_request_index\":", decimal: UInt64(exchange.index))
      out.write(exchange.index > 1 ? ",\"reused\":true" : ",\"reused\":false")
      if let idle = exchange.idleBefore { number(",\"idle_before_ns\":", idle) }
      out.write(exchange.isPipelined ? ",\"pipelined\":true" : ",\"pipelined\":false")
      if exchange.stream > 0 { out.write(",\"stream\":", decimal: UInt64(exchange.stream)) }
    }
    out.write(outcome.keepsAlive ? ",\"keep_alive\":true" : ",\"keep_alive\":false")
    if !exchange.informational.isEmpty {
      out.write(",\"informational\":[")
      for (i, status) in exchange.informational.enumerated() {
        if i > 0 { out.write(octet: 44) }
        out.write(decimal: status)
      }
      out.write("]")
    }
    if let name = exchange.upgrade.name {
      out.write(",\"upgrade\":\"")
      out.write(name)
      out.write(octet: 34)
    }
    if exchange.isAfterClose { out.write(",\"after_close\":true") }
    if outcome.missing == .nothing {
      out.write(",\"complete\":true")
    } else {
      out.write(",\"complete\":\"")
      out.write(outcome.missing.name)
      out.write(octet: 34)
    }
    if !exchange.anomalies.isEmpty {
      out.write(",\"anomalies\":[")
      out.write(exchange.anomalies, separator: ",", quote: true)
      out.write("]")
    }
  }

  /// Prints what was counted of a connection of HTTP/2: one line.
  public mutating func print(_ summary: HTTP2Summary) {
    writeStart(summary.flow, summary.start, summary.ends)
    if summary.client == .responder { out.write(",\"client\":\"resp\"") }
    out.write(",\"service\":\"h2c\",\"version\":\"2\"")
    number(",\"streams\":", Int64(clamping: summary.streams))
    number(",\"request_h2_frames\":", Int64(clamping: summary.framesOut))
    number(",\"response_h2_frames\":", Int64(clamping: summary.framesBack))
    number(",\"request_body_len\":", Int64(clamping: summary.dataOut))
    number(",\"response_body_len\":", Int64(clamping: summary.dataBack))
    number(",\"duration_ns\":", max(0, summary.end &- summary.start))
    out.write("}\n")
  }

  /// Every field of a head, in order.
  private mutating func write(_ head: HTTPHead, _ key: StaticString) {
    out.write(key)
    let octets = head.octets
    var walk = HTTPFieldWalk(head)
    var isFirst = true
    while let field = walk.next(octets.span) {
      text(isFirst ? "{\"name\":\"" : ",{\"name\":\"", Array(octets[field.name]))
      text(",\"value\":\"", mask.value(octets[field.value], of: octets[field.name]))
      out.write("}")
      isFirst = false
    }
    out.write("]")
  }

  @inline(__always)
  private mutating func part(_ key: StaticString, _ part: HTTPPart, _ head: inout HTTPHead) {
    out.write(key)
    out.write(text: head.octets.span.extracting(part.range), for: .json)
    out.write(octet: 34)
  }

  private mutating func text(_ key: StaticString, _ octets: [UInt8]) {
    out.write(key)
    out.write(text: octets, for: .json)
    out.write(octet: 34)
  }

  private mutating func frames(_ key: StaticString, _ message: inout HTTPMessage) {
    out.write(key, decimal: message.first.frame)
    out.write(",", decimal: message.last.frame)
    out.write(octet: 93)
  }

  @inline(__always)
  private mutating func number(_ key: StaticString, _ value: Int64) {
    if value >= 0 { return out.write(key, decimal: UInt64(bitPattern: value)) }
    out.write(key)
    out.write(signed: Int(value))
  }
}
