// One line per HTTP exchange, as an access log has it, with times.

public import Flow
internal import Wire

/// Prints exchanges as lines into a buffer that its owner empties.
public struct HTTPLine: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private var clock = UTCTime()
  private let options: HTTPViewOptions
  private let mask: CredentialMask

  /// A printer of lines.
  public init(_ options: HTTPViewOptions = HTTPViewOptions()) {
    self.options = options
    mask = CredentialMask(showsAll: options.showsCredentials)
  }

  /// Prints one exchange: `time client > server METHOD host target version status, octets, times, new or
  /// reused`, then what was unusual; with headers and bodies below it when they are asked for.
  public mutating func print(_ exchange: HTTPExchange) {
    clock.write(exchange.start?.time ?? 0, to: &out)
    out.write(octet: 32)
    out.write(endpoint: exchange.asker.address, exchange.asker.port)
    out.write(" > ")
    out.write(endpoint: exchange.answerer.address, exchange.answerer.port)
    writeRequest(exchange)
    writeResponse(exchange)
    writeOctets(exchange)
    if let time = exchange.timeToFirstOctet {
      out.write(", ttfb ")
      out.write(milliseconds: time)
      out.write(" ms")
    }
    if let time = exchange.duration {
      out.write(", total ")
      out.write(milliseconds: time)
      out.write(" ms")
    }
    writeConnection(exchange)
    out.write(octet: 10)
    if options.headers {
      if let head = exchange.request?.head { write(head, "    > ") }
      if let head = exchange.response?.head { write(head, "    < ") }
    }
    if options.bodyMax > 0 {
      if let request = exchange.request { write(body: request, "    >> ") }
      if let response = exchange.response { write(body: response, "    << ") }
    }
  }

  private mutating func writeRequest(_ exchange: HTTPExchange) {
    out.write(octet: 32)
    guard let head = exchange.request?.head else {
      let isThere = exchange.anomalies.contains(.badStart)
      return out.write(isThere ? "- (a request that is none)" : "- (request not captured)")
    }
    out.write(head.method, of: head, for: .terminal)
    out.write(octet: 32)
    let host = exchange.host
    if host.isEmpty { out.write("-") } else { out.write(text: host, for: .terminal) }
    out.write(octet: 32)
    out.write(text: mask.url(head.octets(of: head.target)), for: .terminal)
    out.write(" HTTP/")
    out.write(version: head.version)
  }

  private mutating func writeResponse(_ exchange: HTTPExchange) {
    for status in exchange.informational {
      out.write(octet: 32)
      out.write(decimal: status)
    }
    out.write(octet: 32)
    guard let head = exchange.response?.head else { return out.write("- (no response)") }
    if head.status == 0 { out.write("-") } else { out.write(decimal: head.status) }
  }

  private mutating func writeOctets(_ exchange: HTTPExchange) {
    out.write(", ")
    out.write(decimal: UInt64(max(0, exchange.request?.bodyLength ?? 0)))
    out.write(" octets out, ")
    out.write(decimal: UInt64(max(0, exchange.response?.bodyLength ?? 0)))
    out.write(" back")
  }

  private mutating func writeConnection(_ exchange: HTTPExchange) {
    if exchange.request != nil {
      if exchange.isReused {
        out.write(", reused (#")
        out.write(decimal: exchange.index)
        out.write(")")
      } else {
        out.write(", new")
      }
    }
    if exchange.isPipelined { out.write(", pipelined") }
    if let name = exchange.upgrade.name {
      out.write(", now ")
      out.write(name)
    }
    if exchange.isAfterClose { out.write(", sent after the server had closed") }
    switch exchange.missing {
    case .nothing, .request, .response: break
    case .requestEnd: out.write(", the request's end is missing")
    case .responseEnd: out.write(", the response's end is missing")
    case .requestOctets: out.write(", octets of the request were not captured")
    case .responseOctets: out.write(", octets of the response were not captured")
    }
    if !exchange.anomalies.isEmpty {
      out.write(" [")
      out.write(exchange.anomalies, separator: ", ", quote: false)
      out.write("]")
    }
  }

  /// The fields of a head, one a line.
  private mutating func write(_ head: HTTPHead, _ mark: StaticString) {
    let octets = head.octets
    var walk = HTTPFieldWalk(head)
    while let field = walk.next(octets.span) {
      out.write(mark)
      out.write(text: Array(octets[field.name]), for: .terminal)
      out.write(": ")
      out.write(text: mask.value(octets[field.value], of: octets[field.name]), for: .terminal)
      out.write(octet: 10)
    }
  }

  private mutating func write(body message: HTTPMessage, _ mark: StaticString) {
    if message.body.isEmpty { return }
    out.write(mark)
    out.write(text: message.body, for: .terminal)
    if Int64(message.body.count) < message.bodyLength {
      out.write(" … (")
      out.write(decimal: UInt64(message.bodyLength))
      out.write(" octets)")
    }
    out.write(octet: 10)
  }

  /// Prints what was counted of a connection of HTTP/2.
  public mutating func print(_ summary: HTTP2Summary) {
    clock.write(summary.start, to: &out)
    out.write(octet: 32)
    let isForward = summary.client == .originator
    let (there, here) = (
      (summary.ends.originator, summary.ends.originatorPort),
      (summary.ends.responder, summary.ends.responderPort)
    )
    out.write(endpoint: isForward ? there.0 : here.0, isForward ? there.1 : here.1)
    out.write(" > ")
    out.write(endpoint: isForward ? here.0 : there.0, isForward ? here.1 : there.1)
    out.write(" HTTP/2 in clear: ")
    out.write(decimal: summary.streams)
    out.write(" streams, ")
    out.write(decimal: summary.framesOut)
    out.write(" frames out, ")
    out.write(decimal: summary.framesBack)
    out.write(" back, ")
    out.write(decimal: summary.dataOut)
    out.write(" octets of data out, ")
    out.write(decimal: summary.dataBack)
    out.write(" back\n")
  }
}
