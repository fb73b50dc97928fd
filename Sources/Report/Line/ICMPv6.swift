// ICMP for IPv6 (RFC 4443), as text. Neighbour discovery, multicast listeners, node information, renumbering
// and RPL have files of their own beside this one.

internal import Wire

extension LinePrinter {
  /// ICMP over IPv6.
  mutating func icmpv6(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "icmp6"
    if length == 0 {
      out.write("ICMP6, length 0")
      invalid()
      return
    }
    if verbose, !outer.fragmented, bytes.has(0, length) {
      let sent = try bytes.get16(2)
      let sum = outer.checksum(bytes, length, 58)
      if sum == 0 {
        out.write("[icmp6 sum ok] ")
      } else {
        out.write("[bad icmp6 cksum 0x")
        out.write(hex: sent, width: 4)
        out.write(" -> 0x")
        out.write(hex: rightChecksum(sent, sum), width: 4)
        out.write("!] ")
      }
    }
    let type = try bytes.get8(0)
    out.write("ICMP6, ")
    if let name = icmpv6Name(type) {
      out.write(name)
    } else {
      out.write("unknown icmp6 type (")
      out.write(decimal: type)
      out.write(octet: 41)
    }
    if verbose {
      switch type {
      // Those that use several lines say their length on the first.
      case 133...137, 145, 147: icmpv6Length(length)
      default: break
      }
    }
    let code = try bytes.get8(1)
    if try icmpv6Meaning(bytes, length, type, code), !verbose { icmpv6Length(length) }
  }

  /// `, length 64`
  private mutating func icmpv6Length(_ length: Int) {
    out.write(", length ")
    out.write(unsigned: length)
  }

  /// What a message says. False when the line is complete without its length.
  private mutating func icmpv6Meaning(
    _ bytes: Bytes, _ length: Int, _ type: UInt8, _ code: UInt8
  ) throws(Cut) -> Bool {
    switch type {
    case 1: return try icmpv6Unreachable(bytes, length, code)
    case 2:
      let mtu = try bytes.get32(4)
      out.write(", mtu ")
      out.write(decimal: mtu)
    case 3:
      switch code {
      case 0:
        let destination = try bytes.getIPv6(32)
        out.write(" for ")
        out.write(ipv6: destination)
      case 1: out.write(" (reassembly)")
      default:
        out.write(", unknown code (")
        out.write(decimal: code)
        out.write(octet: 41)
      }
    case 4: return parameterProblem(bytes, code)
    case 128, 129:
      let identifier = try bytes.get16(4)
      let sequence = try bytes.get16(6)
      out.write(", id ")
      out.write(decimal: identifier)
      out.write(", seq ")
      out.write(decimal: sequence)
    case 130...132, 143: try listeners(bytes, length, type)
    case 133...137, 147: return try neighbourDiscovery(bytes, length, type)
    case 138: if !renumbering(bytes) { truncated() }
    case 139, 140: if try !nodeInformation(bytes, length) { truncated() }
    case 141, 142: break
    case 144, 146:
      let identifier = try bytes.get16(4)
      out.write(", id 0x")
      out.write(hex: identifier, width: 4)
    case 145: if verbose { try homeAgents(bytes, length) }
    case 155: try routingProtocol(bytes, UInt32(truncatingIfNeeded: length &- 4), code)
    default:
      icmpv6Length(length)
      if options.verbosity <= 1 { unknownData(bytes, length, indent: "\n\t") }
      return false
    }
    return true
  }

  /// Destination unreachable: the quoted packet begins at octet 8.
  private mutating func icmpv6Unreachable(
    _ bytes: Bytes, _ length: Int, _ code: UInt8
  ) throws(Cut) -> Bool {
    switch code {
    case 0: out.write(", unreachable route")
    case 1: out.write(",  unreachable prohibited")
    case 2: out.write(", beyond scope")
    case 3: out.write(", unreachable address")
    case 4: out.write(", unreachable port")
    default:
      out.write(", unknown unreach code (")
      out.write(decimal: code)
      out.write(octet: 41)
    }
    switch code {
    case 0, 1, 3:
      let destination = try bytes.getIPv6(32)
      out.write(octet: 32)
      out.write(ipv6: destination)
    case 2:
      let destination = try bytes.getIPv6(32)
      out.write(octet: 32)
      out.write(ipv6: destination)
      out.write(", source address ")
      out.write(ipv6: IPAddress(ipv6: bytes, at: 16))
    case 4:
      guard let upper = quotedPorts(bytes) else {
        truncated()
        return false
      }
      out.write(", ")
      out.write(ipv6: try bytes.getIPv6(32))
      out.write(upper.number == 6 ? " tcp port " : " udp port ")
      out.write(decimal: bytes.u16(upper.offset + 2))
    default:
      if options.verbosity <= 1 {
        unknownData(bytes, length, indent: "\n\t")
        return false
      }
    }
    return true
  }

  /// Where the ports of a quoted packet are, behind its extension headers; nil when they were not captured.
  private func quotedPorts(_ bytes: Bytes) -> (number: UInt8, offset: Int)? {
    if bytes.count < 8 + 7 { return nil }
    var number = bytes[8 + 6]
    var at = 8
    var headerLength = 40
    // Every header is at least eight octets long, so that this ends with the octets.
    while at < bytes.count {
      at &+= headerLength
      switch number {
      case 6, 17: return bytes.has(at, 4) ? (number, at) : nil
      case 0, 43, 60:
        if !bytes.has(at, 2) { return nil }
        number = bytes[at]
        headerLength = (Int(bytes[at &+ 1]) + 1) * 8
      case 44:
        if !bytes.has(at, 4) || bytes.u16(at &+ 2) & 0xfff8 != 0 { return nil }
        number = bytes[at]
        headerLength = 8
      case 51:
        if !bytes.has(at, 2) { return nil }
        number = bytes[at]
        headerLength = (Int(bytes[at &+ 1]) + 2) * 4
      default: return nil
      }
    }
    return nil
  }

  /// Parameter problem: which octet of the quoted packet. False when that packet was not captured.
  private mutating func parameterProblem(_ bytes: Bytes, _ code: UInt8) -> Bool {
    if !bytes.has(32, 16) {
      truncated()
      return false
    }
    switch code {
    case 0: out.write(", erroneous - octet ")
    case 1: out.write(", next header - octet ")
    case 2: out.write(", option - octet ")
    case 3: out.write(", incomplete header chain - octet ")
    default:
      out.write(", code-#")
      out.write(decimal: code)
      return true
    }
    out.write(decimal: bytes.u32(4))
    return true
  }

  /// Home agents (RFC 6275 section 6.6): an identifier, then addresses up to the end.
  private mutating func homeAgents(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let identifier = try bytes.get16(4)
    out.write(", id 0x")
    out.write(hex: identifier, width: 4)
    var at = 8
    while at < length {
      let address = try bytes.getIPv6(at)
      out.write(", ")
      out.write(ipv6: address)
      at &+= 16
    }
  }
}

/// What the types of ICMPv6 messages are called; nil for those without a name.
private func icmpv6Name(_ type: UInt8) -> StaticString? {
  switch type {
  case 1: "destination unreachable"
  case 2: "packet too big"
  case 3: "time exceeded in-transit"
  case 4: "parameter problem"
  case 128: "echo request"
  case 129: "echo reply"
  case 130: "multicast listener query"
  case 131: "multicast listener report"
  case 132: "multicast listener done"
  case 133: "router solicitation"
  case 134: "router advertisement"
  case 135: "neighbor solicitation"
  case 136: "neighbor advertisement"
  case 137: "redirect"
  case 138: "router renumbering"
  case 139: "who-are-you request"
  case 140: "who-are-you reply"
  case 141: "inverse neighbor solicitation"
  case 142: "inverse neighbor advertisement"
  case 143: "multicast listener report v2"
  case 144: "ha discovery request"
  case 145: "ha discovery reply"
  case 146: "mobile router solicitation"
  case 147: "mobile router advertisement"
  case 155: "RPL"
  case 200: "mtrace response"
  case 201: "mtrace message"
  default: nil
  }
}
