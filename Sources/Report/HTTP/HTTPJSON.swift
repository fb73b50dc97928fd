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

  /// Prints one exchange: one line.
  public mutating func print(_ exchange: HTTPExchange) {
    writeStart(exchange.flow, exchange.start?.time ?? 0, exchange.ends)
    if exchange.client == .responder { out.write(",\"client\":\"resp\"") }
    if let request = exchange.request { writeRequest(request, exchange) }
    if let response = exchange.response { writeResponse(response) }
    writeTimes(exchange)
    writeConnection(exchange)
    if options.headers {
      if let head = exchange.request?.head { write(head, ",\"request_headers\":[") }
      if let head = exchange.response?.head { write(head, ",\"response_headers\":[") }
    }
    if options.bodyMax > 0 {
      if let body = exchange.request?.body, !body.isEmpty { text(",\"request_body\":\"", body) }
      if let body = exchange.response?.body, !body.isEmpty { text(",\"response_body\":\"", body) }
    }
    out.write("}\n")
  }

  private mutating func writeStart(_ flow: UInt64, _ time: Int64, _ ends: StreamEnds) {
    out.write("{\"flow\":\"F")
    out.write(decimal: flow)
    out.write("\",\"ts\":")
    out.write(signed: Int(time))
    out.write(",\"time\":\"")
    clock.write(time, to: &out)
    out.write("\",\"orig_h\":\"")
    out.write(endpoint: ends.originator)
    out.write("\",\"orig_p\":")
    out.write(decimal: ends.originatorPort)
    out.write(",\"resp_h\":\"")
    out.write(endpoint: ends.responder)
    out.write("\",\"resp_p\":")
    out.write(decimal: ends.responderPort)
  }

  private mutating func writeRequest(_ request: HTTPMessage, _ exchange: HTTPExchange) {
    let head = request.head
    part(",\"method\":\"", head.method, head)
    let host = exchange.host
    if !host.isEmpty { text(",\"host\":\"", host) }
    text(",\"uri\":\"", mask.url(head.octets(of: head.target)))
    text(",\"route\":\"", options.routes.route(of: exchange))
    out.write(",\"version\":\"")
    out.write(version: head.version)
    out.write(octet: 34)
    if head.userAgent.isPresent { part(",\"user_agent\":\"", head.userAgent, head) }
    if head.referrer.isPresent { text(",\"referrer\":\"", mask.url(head.octets(of: head.referrer))) }
    number(",\"request_body_len\":", request.bodyLength)
    if request.missing > 0 { number(",\"request_missed_bytes\":", request.missing) }
    if request.framing == .chunked { out.write(",\"request_te\":\"chunked\"") }
    frames(",\"request_frames\":[", request)
  }

  private mutating func writeResponse(_ response: HTTPMessage) {
    let head = response.head
    if head.status > 0 {
      number(",\"status_code\":", Int64(head.status))
      part(",\"status_msg\":\"", head.reason, head)
    }
    number(",\"response_body_len\":", response.bodyLength)
    if response.missing > 0 { number(",\"response_missed_bytes\":", response.missing) }
    frames(",\"response_frames\":[", response)
    switch response.framing {
    case .none, .length: out.write(",\"te\":\"identity\"")
    case .chunked: out.write(",\"te\":\"chunked\"")
    case .untilClose: out.write(",\"te\":\"until_close\"")
    }
    if head.contentType.isPresent { part(",\"content_type\":\"", head.contentType, head) }
    if head.contentEncoding.isPresent { part(",\"content_encoding\":\"", head.contentEncoding, head) }
  }

  private mutating func writeTimes(_ exchange: HTTPExchange) {
    if let time = exchange.requestTime { number(",\"request_ns\":", time) }
    if let time = exchange.timeToFirstOctet { number(",\"ttfb_ns\":", time) }
    if let time = exchange.responseTime { number(",\"response_ns\":", time) }
    if let time = exchange.duration { number(",\"duration_ns\":", time) }
  }

  private mutating func writeConnection(_ exchange: HTTPExchange) {
    if exchange.request != nil {
      number(",\"trans_depth\":", Int64(exchange.index))
      number(",\"conn_request_index\":", Int64(exchange.index))
      flag(",\"reused\":", exchange.isReused)
      if let idle = exchange.idleBefore { number(",\"idle_before_ns\":", idle) }
      flag(",\"pipelined\":", exchange.isPipelined)
      if exchange.stream > 0 { number(",\"stream\":", Int64(exchange.stream)) }
    }
    flag(",\"keep_alive\":", exchange.keepsAlive)
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
    out.write(",\"complete\":")
    if exchange.missing == .nothing {
      out.write("true")
    } else {
      out.write(octet: 34)
      out.write(exchange.missing.name)
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

  private mutating func part(_ key: StaticString, _ part: HTTPPart, _ head: HTTPHead) {
    out.write(key)
    out.write(part, of: head, for: .json)
    out.write(octet: 34)
  }

  private mutating func text(_ key: StaticString, _ octets: [UInt8]) {
    out.write(key)
    out.write(text: octets, for: .json)
    out.write(octet: 34)
  }

  private mutating func frames(_ key: StaticString, _ message: HTTPMessage) {
    out.write(key)
    out.write(decimal: message.first.frame)
    out.write(octet: 44)
    out.write(decimal: message.last.frame)
    out.write("]")
  }

  private mutating func number(_ key: StaticString, _ value: Int64) {
    out.write(key)
    out.write(signed: Int(value))
  }

  private mutating func flag(_ key: StaticString, _ value: Bool) {
    out.write(key)
    out.write(value ? "true" : "false")
  }
}
