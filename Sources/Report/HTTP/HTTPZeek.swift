// HTTP exchanges as Zeek's http.log has them: tab-separated, with Zeek's header lines.

public import Flow
internal import Wire

/// Prints exchanges in Zeek's ASCII format into a buffer that its owner empties.
public struct HTTPZeek: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private let mask: CredentialMask

  /// Zeek's columns that a look at heads can fill; those about files and tags are left unset.
  private static let fields: [(name: StaticString, type: StaticString)] = [
    ("ts", "time"), ("uid", "string"), ("id.orig_h", "addr"), ("id.orig_p", "port"), ("id.resp_h", "addr"),
    ("id.resp_p", "port"), ("trans_depth", "count"), ("method", "string"), ("host", "string"),
    ("uri", "string"), ("referrer", "string"), ("version", "string"), ("user_agent", "string"),
    ("origin", "string"), ("request_body_len", "count"), ("response_body_len", "count"),
    ("status_code", "count"), ("status_msg", "string"), ("info_code", "count"), ("info_msg", "string"),
    ("tags", "set[enum]"), ("username", "string"), ("password", "string"), ("proxied", "set[string]"),
    ("orig_fuids", "vector[string]"), ("orig_filenames", "vector[string]"),
    ("orig_mime_types", "vector[string]"), ("resp_fuids", "vector[string]"),
    ("resp_filenames", "vector[string]"), ("resp_mime_types", "vector[string]"),
  ]

  /// A printer whose header is already in its buffer.
  public init(_ options: HTTPViewOptions = HTTPViewOptions()) {
    mask = CredentialMask(showsAll: options.showsCredentials)
    out.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n")
    out.write("#fields")
    for field in HTTPZeek.fields {
      out.write(octet: 9)
      out.write(field.name)
    }
    out.write("\n#types")
    for field in HTTPZeek.fields {
      out.write(octet: 9)
      out.write(field.type)
    }
    out.write(octet: 10)
  }

  /// Prints one exchange: one line.
  public mutating func print(_ exchange: HTTPExchange) {
    out.write(seconds: exchange.start?.time ?? 0)
    out.write("\tF")
    out.write(decimal: exchange.flow)
    // Zeek names the client as the originator, whoever opened the connection.
    out.write(octet: 9)
    out.write(endpoint: exchange.asker.address)
    number(UInt64(exchange.asker.port))
    out.write(octet: 9)
    out.write(endpoint: exchange.answerer.address)
    number(UInt64(exchange.answerer.port))
    number(UInt64(max(1, exchange.index)))
    writeRequest(exchange)
    number(UInt64(max(0, exchange.request?.bodyLength ?? 0)))
    number(UInt64(max(0, exchange.response?.bodyLength ?? 0)))
    if let head = exchange.response?.head, head.status > 0 {
      number(UInt64(head.status))
      part(head.reason, head)
    } else {
      out.write("\t-\t-")
    }
    if let status = exchange.informational.last { number(UInt64(status)) } else { out.write("\t-") }
    out.write("\t-\t(empty)")
    for _ in 0..<9 { out.write("\t-") }
    out.write(octet: 10)
  }

  private mutating func writeRequest(_ exchange: HTTPExchange) {
    guard let head = exchange.request?.head else {
      for _ in 0..<7 { out.write("\t-") }
      return
    }
    part(head.method, head)
    text(exchange.host)
    text(mask.url(head.octets(of: head.target)))
    text(head.referrer.isPresent ? mask.url(head.octets(of: head.referrer)) : [])
    out.write(octet: 9)
    out.write(version: head.version)
    part(head.userAgent, head)
    text(origin(head))
  }

  private func origin(_ head: HTTPHead) -> [UInt8] {
    let octets = head.octets
    var walk = HTTPFieldWalk(head)
    while let field = walk.next(octets.span) {
      if field.name.count == 6,
        octets[field.name].map({ $0 | 32 }).elementsEqual("origin".utf8)
      {
        return Array(octets[field.value])
      }
    }
    return []
  }

  private mutating func part(_ part: HTTPPart, _ head: HTTPHead) { text(Array(head.octets(of: part))) }

  /// A string as Zeek escapes it: what is no printable ASCII or UTF-8, and the separator, as `\xNN`.
  private mutating func text(_ octets: [UInt8]) {
    out.write(octet: 9)
    if octets.isEmpty { return out.write("-") }
    for octet in octets {
      if octet < 32 || octet == 127 || octet == 92 {
        out.write("\\x")
        out.write(hex: UInt64(octet), width: 2)
      } else if octet < 128 {
        out.write(octet: octet)
      } else {
        out.write("\\x")
        out.write(hex: UInt64(octet), width: 2)
      }
    }
  }

  private mutating func number(_ value: UInt64) {
    out.write(octet: 9)
    out.write(decimal: value)
  }
}
