// HTTP exchanges as a HAR 1.2 archive, which the network tools of browsers open.

public import Flow
internal import Wire

/// Prints exchanges as entries of one JSON document into a buffer that its owner empties.
public struct HAR: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private var clock = UTCTime()
  private let mask: CredentialMask
  private var count = 0

  /// A printer whose document is already open.
  public init(_ options: HTTPViewOptions = HTTPViewOptions(), version: String) {
    mask = CredentialMask(showsAll: options.showsCredentials)
    out.write("{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"wiretale\",\"version\":\"")
    out.write(string: version)
    out.write("\"},\"entries\":[")
  }

  /// Closes the document.
  public mutating func finish() { out.write("\n]}}\n") }

  /// Prints one exchange as an entry; one without a request has no place in an archive.
  public mutating func print(_ exchange: HTTPExchange) {
    guard let request = exchange.request else { return }
    out.write(count == 0 ? "\n{\"startedDateTime\":\"" : ",\n{\"startedDateTime\":\"")
    count += 1
    clock.write(request.first.time, to: &out)
    out.write("\",\"time\":")
    // What its parts make together: a response may begin before its request has ended.
    let parts = [exchange.requestTime, exchange.timeToFirstOctet, exchange.responseTime]
    out.write(milliseconds: parts.reduce(0) { $0 + max(0, $1 ?? 0) / 1000 * 1000 })
    write(request, exchange)
    write(exchange.response)
    out.write(",\"cache\":{},\"timings\":{\"blocked\":-1,\"dns\":-1,\"connect\":-1,\"ssl\":-1,\"send\":")
    out.write(milliseconds: exchange.requestTime ?? 0)
    out.write(",\"wait\":")
    out.write(milliseconds: exchange.timeToFirstOctet ?? 0)
    out.write(",\"receive\":")
    out.write(milliseconds: exchange.responseTime ?? 0)
    out.write("},\"serverIPAddress\":\"")
    out.write(endpoint: exchange.answerer.address)
    out.write("\",\"connection\":\"F")
    out.write(decimal: exchange.flow)
    out.write("\"}")
  }

  private mutating func write(_ request: HTTPMessage, _ exchange: HTTPExchange) {
    let head = request.head
    out.write(",\"request\":{\"method\":\"")
    out.write(head.method, of: head, for: .json)
    out.write("\",\"url\":\"")
    out.write(text: url(exchange, head), for: .json)
    out.write("\",\"httpVersion\":\"HTTP/")
    out.write(version: head.version)
    out.write("\",\"cookies\":[],\"headers\":[")
    write(fieldsOf: head)
    out.write("],\"queryString\":[")
    write(queryOf: mask.url(head.octets(of: head.target)))
    out.write("]")
    if request.bodyLength > 0 {
      out.write(",\"postData\":{\"mimeType\":\"")
      out.write(head.contentType, of: head, for: .json)
      out.write("\",\"text\":\"")
      out.write(text: request.body, for: .json)
      out.write("\"}")
    }
    sizes(request)
  }

  private mutating func write(_ response: HTTPMessage?) {
    out.write(",\"response\":{\"status\":")
    out.write(decimal: response?.head.status ?? 0)
    out.write(",\"statusText\":\"")
    if let head = response?.head { out.write(head.reason, of: head, for: .json) }
    out.write("\",\"httpVersion\":\"HTTP/")
    out.write(version: response?.head.version ?? 11)
    out.write("\",\"cookies\":[],\"headers\":[")
    if let head = response?.head { write(fieldsOf: head) }
    out.write("],\"content\":{\"size\":")
    out.write(decimal: UInt64(max(0, response?.bodyLength ?? 0)))
    out.write(",\"mimeType\":\"")
    if let head = response?.head, head.contentType.isPresent {
      out.write(head.contentType, of: head, for: .json)
    } else {
      out.write("x-unknown")
    }
    out.write(octet: 34)
    if let body = response?.body, !body.isEmpty {
      if isText(body) {
        out.write(",\"text\":\"")
        out.write(text: body, for: .json)
      } else {
        out.write(",\"encoding\":\"base64\",\"text\":\"")
        for octet in base64(body) { out.write(octet: octet) }
      }
      out.write(octet: 34)
    }
    out.write("},\"redirectURL\":\"")
    if let head = response?.head { out.write(text: location(head), for: .json) }
    out.write(octet: 34)
    if let response {
      sizes(response)
    } else {
      out.write(",\"headersSize\":-1,\"bodySize\":-1}")
    }
  }

  private mutating func sizes(_ message: HTTPMessage) {
    out.write(",\"headersSize\":")
    out.write(decimal: UInt64(message.head.octets.count))
    out.write(",\"bodySize\":")
    out.write(decimal: UInt64(max(0, message.bodyLength)))
    out.write("}")
  }

  /// The absolute URL: of the target, or made of host and target.
  private func url(_ exchange: HTTPExchange, _ head: HTTPHead) -> [UInt8] {
    let target = mask.url(head.octets(of: head.target))
    if target.first != 47 { return target }
    var host = exchange.host
    if host.isEmpty {
      var text = OctetBuffer(capacity: 64)
      text.write(endpoint: exchange.answerer.address, exchange.answerer.port)
      for i in 0..<text.count { host.append(text[i]) }
    }
    return Array("http://".utf8) + host + target
  }

  private mutating func write(fieldsOf head: HTTPHead) {
    let octets = head.octets
    var walk = HTTPFieldWalk(head)
    var isFirst = true
    while let field = walk.next(octets.span) {
      pair(
        Array(octets[field.name]), mask.value(octets[field.value], of: octets[field.name]), isFirst: isFirst)
      isFirst = false
    }
  }

  private mutating func write(queryOf url: [UInt8]) {
    guard let mark = url.firstIndex(of: 63) else { return }
    for (i, part) in url[(mark + 1)...].split(separator: 38).enumerated() {
      let equals = part.firstIndex(of: 61) ?? part.endIndex
      pair(Array(part[..<equals]), Array(part[equals...].dropFirst()), isFirst: i == 0)
    }
  }

  private mutating func pair(_ name: [UInt8], _ value: [UInt8], isFirst: Bool) {
    out.write(isFirst ? "{\"name\":\"" : ",{\"name\":\"")
    out.write(text: name, for: .json)
    out.write("\",\"value\":\"")
    out.write(text: value, for: .json)
    out.write("\"}")
  }

  private func location(_ head: HTTPHead) -> [UInt8] {
    let octets = head.octets
    var walk = HTTPFieldWalk(head)
    while let field = walk.next(octets.span) {
      if field.name.count == 8, octets[field.name].map({ $0 | 32 }).elementsEqual("location".utf8) {
        return mask.url(octets[field.value])
      }
    }
    return []
  }

  private func isText(_ octets: [UInt8]) -> Bool {
    octets.allSatisfy { $0 >= 32 || $0 == 9 || $0 == 10 || $0 == 13 }
      && String(validating: octets, as: UTF8.self) != nil
  }
}
