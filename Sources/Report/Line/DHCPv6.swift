// DHCP for IPv6 (RFC 8415), as text: messages and the options that hold other options. Values are in
// DHCPv6Options.swift.

internal import Wire

extension LinePrinter {
  /// Options inside options and messages inside messages that are followed.
  static let dhcpv6DepthMax = 200

  /// A DHCPv6 message.
  mutating func dhcpv6(_ bytes: Bytes, _ length: Int) throws(Cut) {
    try dhcpv6(bytes, end: min(length, bytes.count), depth: 0)
  }

  /// A message whose options end at `end`, inside `depth` others.
  private mutating func dhcpv6(_ bytes: Bytes, end: Int, depth: Int) throws(Cut) {
    reading = "dhcp6"
    out.write("dhcp6")
    if bytes.count < 4 { return truncated() }
    let type = bytes[0]
    out.write(octet: 32)
    if let name = DHCPv6Numbers.message(type) {
      out.write(name)
    } else {
      out.write("msgtype-")
      out.write(decimal: type)
    }
    if !verbose { return }
    out.write(" (")
    if type != 12, type != 13 {
      out.write("xid=")
      out.write(hex: bytes.u24(1))
      try dhcpv6Options(bytes, 4, end, depth: depth)
    } else {
      // Between relays (RFC 8415 section 9).
      let link = try bytes.getIPv6(2)
      out.write("linkaddr=")
      out.write(ipv6: link)
      let peer = try bytes.getIPv6(18)
      out.write(" peeraddr=")
      out.write(ipv6: peer)
      try dhcpv6Options(bytes, 34, end, depth: depth)
    }
    out.write(octet: 41)
  }

  /// The options between `start` and `end`.
  mutating func dhcpv6Options(_ bytes: Bytes, _ start: Int, _ end: Int, depth: Int) throws(Cut) {
    if depth > Self.dhcpv6DepthMax { throw .invalid }
    var at = start
    while at < end {
      if end - at < 4 || !bytes.has(at, 4) { return truncated() }
      let code = bytes.u16(at)
      let length = Int(bytes.u16(at + 2))
      let data = at + 4
      if length > end - data { return truncated() }
      out.write(" (")
      if let name = DHCPv6Numbers.option(code) {
        out.write(name)
      } else {
        out.write("opt_")
        out.write(decimal: code)
      }
      if !bytes.has(data, length) { return truncated() }
      // A name may run on into what follows its option, and a few fields do too: the view stays wide.
      let view = bytes.extracting(droppingFirst: data)
      if try !dhcpv6Value(view, length, code, depth: depth) { return truncated() }
      out.write(octet: 41)
      at = data + length
    }
  }

  /// One option. False when it could not be read to its end.
  private mutating func dhcpv6Value(
    _ bytes: Bytes, _ length: Int, _ code: UInt16, depth: Int
  ) throws(Cut) -> Bool {
    if !dhcpv6Fits(code, length) {
      out.write(" ?")
      return true
    }
    switch code {
    case 3, 25:
      out.write(" IAID:")
      out.write(decimal: bytes.u32(0))
      out.write(" T1:")
      out.write(decimal: bytes.u32(4))
      out.write(" T2:")
      out.write(decimal: bytes.u32(8))
      try dhcpv6Options(bytes, 12, length, depth: depth + 1)
    case 4:
      out.write(" IAID:")
      out.write(decimal: bytes.u32(0))
      try dhcpv6Options(bytes, 4, length, depth: depth + 1)
    case 5:
      out.write(octet: 32)
      out.write(ipv6: IPAddress(ipv6: bytes, at: 0))
      dhcpv6Lifetimes(bytes.u32(16), bytes.u32(20))
      try dhcpv6Options(bytes, 24, length, depth: depth + 1)
    case 26:
      out.write(octet: 32)
      out.write(ipv6: IPAddress(ipv6: bytes, at: 9))
      out.write(octet: 47)
      out.write(decimal: bytes[8])
      dhcpv6Lifetimes(bytes.u32(0), bytes.u32(4))
      try dhcpv6Options(bytes, 25, length, depth: depth + 1)
    case 44:
      switch bytes[0] {
      case 1: out.write(" by-address ")
      case 2: out.write(" by-clientID ")
      default:
        out.write(" type_")
        out.write(decimal: bytes[0])
        out.write(octet: 32)
      }
      out.write(ipv6: IPAddress(ipv6: bytes, at: 1))
      try dhcpv6Options(bytes, 17, length, depth: depth + 1)
    case 45: try dhcpv6Options(bytes, 0, length, depth: depth + 1)
    case 9:
      if depth >= Self.dhcpv6DepthMax { throw .invalid }
      out.write(" (")
      try dhcpv6(bytes.extracting(first: length), end: length, depth: depth + 1)
    default: return try dhcpv6Plain(bytes, length, code)
    }
    return true
  }

  /// How long an address or a prefix may be used.
  private mutating func dhcpv6Lifetimes(_ preferred: UInt32, _ valid: UInt32) {
    out.write(" pltime:")
    out.write(decimal: preferred)
    out.write(" vltime:")
    out.write(decimal: valid)
  }

  /// Whether an option has a length that its meaning allows.
  private func dhcpv6Fits(_ code: UInt16, _ length: Int) -> Bool {
    switch code {
    case 1, 2, 13: length >= 2
    case 3, 25: length >= 12
    case 4, 37, 56: length >= 4
    case 5: length >= 24
    case 6, 43: length % 2 == 0
    case 7, 19: length == 1
    case 8: length == 2
    case 11: length >= 11
    case 22, 23, 27, 28, 31, 34, 40, 48: length % 16 == 0
    case 26: length >= 25
    case 32, 46: length == 4
    case 41, 42, 112: length >= 5
    case 44: length >= 17
    case 47: length >= 16
    case 64: length >= 3
    default: true
    }
  }
}
