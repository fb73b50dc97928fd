// Words that every view of HTTP writes: endpoints, fields, times.

internal import Flow
internal import Wire

extension OctetBuffer {
  /// An address.
  mutating func write(endpoint address: IPAddress) { write(address, version: address.ipv4 == nil ? 6 : 4) }

  /// An address and a port; IPv6 in brackets.
  mutating func write(endpoint address: IPAddress, _ port: UInt16) {
    let isSix = address.ipv4 == nil
    if isSix { write(octet: 91) }
    write(endpoint: address)
    if isSix { write(octet: 93) }
    write(octet: 58)
    write(decimal: port)
  }

  /// Octets of the wire as text.
  mutating func write(text octets: [UInt8], for place: TextPlace) { write(text: octets.span, for: place) }

  /// A part of a head.
  mutating func write(_ part: HTTPPart, of head: HTTPHead, for place: TextPlace) {
    let octets = head.octets
    write(text: octets.span.extracting(part.range), for: place)
  }

  /// Milliseconds with three decimals.
  mutating func write(milliseconds nanoseconds: Int64) {
    write(decimal: UInt64(max(0, nanoseconds) / 1_000_000))
    write(octet: 46)
    write(decimal: UInt64(max(0, nanoseconds) / 1000 % 1000), width: 3)
  }

  /// Seconds with six decimals, as Zeek writes times and intervals.
  mutating func write(seconds nanoseconds: Int64) {
    if nanoseconds < 0 { write(octet: 45) }
    let magnitude = nanoseconds.magnitude
    write(decimal: magnitude / 1_000_000_000)
    write(octet: 46)
    write(decimal: magnitude / 1000 % 1_000_000, width: 6)
  }

  /// The version of a message.
  mutating func write(version: UInt8) {
    write(decimal: version / 10)
    write(octet: 46)
    write(decimal: version % 10)
  }

  /// Names of anomalies, each in quotes.
  mutating func write(_ anomalies: HTTPAnomalies, separator: StaticString, quote: Bool) {
    var isFirst = true
    for (bit, name) in HTTPAnomalies.names.enumerated() where anomalies.rawValue & 1 << UInt32(bit) != 0 {
      if !isFirst { write(separator) }
      isFirst = false
      if quote { write(octet: 34) }
      write(name)
      if quote { write(octet: 34) }
    }
  }
}

extension HTTPUpgrade {
  /// The word that records print; nil while the connection stays HTTP/1.
  var name: StaticString? {
    switch self {
    case .none: nil
    case .tunnel: "connect"
    case .webSocket: "websocket"
    case .http2: "h2c"
    case .other: "other"
    }
  }
}
