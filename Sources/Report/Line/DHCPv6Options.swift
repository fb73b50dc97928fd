// The values of DHCPv6 options that hold no other options, as text.

internal import Wire

extension LinePrinter {
  /// One option of a length that its meaning allows. False when it could not be read to its end.
  mutating func dhcpv6Plain(_ bytes: Bytes, _ length: Int, _ code: UInt16) throws(Cut) -> Bool {
    switch code {
    case 1, 2: uniqueIdentifier(bytes, length)
    case 6, 43:
      for i in 0..<length / 2 {
        out.write(octet: 32)
        let wanted = bytes.u16(2 * i)
        if let name = DHCPv6Numbers.option(wanted) {
          out.write(name)
        } else {
          out.write("opt_")
          out.write(decimal: wanted)
        }
      }
    case 7:
      out.write(octet: 32)
      out.write(decimal: bytes[0])
    case 8:
      out.write(octet: 32)
      out.write(decimal: bytes.u16(0))
    case 11: dhcpv6Authentication(bytes, length)
    case 13:
      out.write(octet: 32)
      dhcpv6Status(bytes.u16(0))
    case 18, 38:
      out.write(octet: 32)
      dhcpv6Hex(bytes, 0, length)
    case 19:
      switch bytes[0] {
      case 5: out.write(" for renew")
      case 11: out.write(" for inf-req")
      default:
        out.write(" for ???(")
        out.write(hex: bytes[0], width: 2)
        out.write(octet: 41)
      }
    case 21, 24:
      var at = 0
      while at < length {
        out.write(octet: 32)
        guard let next = try domainName(bytes, at, base: length) else { return false }
        at = next
      }
    case 22, 23, 27, 28, 31, 34, 40, 48:
      for i in 0..<length / 16 {
        out.write(octet: 32)
        out.write(ipv6: IPAddress(ipv6: bytes, at: 16 * i))
      }
    case 32, 46:
      out.write(octet: 32)
      out.write(decimal: bytes.u32(0))
    case 37:
      out.write(octet: 32)
      out.write(decimal: bytes.u32(0))
      out.write(octet: 32)
      dhcpv6Hex(bytes, 4, length)
    case 41, 42, 112:
      out.write(octet: 32)
      try zeroPadded(bytes, 0, length)
    case 47:
      out.write(octet: 32)
      out.write(ipv6: IPAddress(ipv6: bytes, at: 0))
      out.write(octet: 32)
      dhcpv6Hex(bytes, 16, length)
    case 56: return try timeServers(bytes, length)
    case 64: try tunnelEnd(bytes, length)
    default: break
    }
    return true
  }

  /// Ten octets at most, since nobody says how they are to be read.
  private mutating func dhcpv6Hex(_ bytes: Bytes, _ start: Int, _ end: Int) {
    for i in start..<min(end, start + 10) { out.write(hex: bytes[i], width: 2) }
    out.write("...")
  }

  /// Who a client or a server is (RFC 8415 section 11).
  private mutating func uniqueIdentifier(_ bytes: Bytes, _ length: Int) {
    var rest = length
    switch bytes.u16(0) {
    case 1:
      if length < 8 { return out.write(" ?") }
      out.write(" hwaddr/time type ")
      out.write(decimal: bytes.u16(2))
      out.write(" time ")
      out.write(decimal: bytes.u32(4))
      out.write(octet: 32)
      rest = 8
    case 2:
      if length < 10 { return out.write(" ?") }
      out.write(" vid ")
      for i in 2..<10 { out.write(hex: bytes[i], width: 2) }
    case 3:
      if length < 4 { return out.write(" ?") }
      out.write(" hwaddr type ")
      out.write(decimal: bytes.u16(2))
      out.write(octet: 32)
      rest = 4
    default:
      out.write(" type ")
      out.write(decimal: bytes.u16(0))
    }
    for i in rest..<length { out.write(hex: bytes[i], width: 2) }
  }

  /// How something went.
  private mutating func dhcpv6Status(_ code: UInt16) {
    if code > 255 {
      out.write("INVALID code")
    } else if let name = DHCPv6Numbers.status(code) {
      out.write(name)
    } else {
      out.write("code")
      out.write(decimal: code)
    }
  }

  /// Authentication (RFC 8415 section 21.11).
  private mutating func dhcpv6Authentication(_ bytes: Bytes, _ length: Int) {
    switch bytes[0] {
    case 2: out.write(" proto: delayed")
    case 3: out.write(" proto: reconfigure")
    default:
      out.write(" proto: ")
      out.write(decimal: bytes[0])
    }
    out.write(", alg: ")
    if bytes[1] == 1 { out.write("HMAC-MD5") } else { out.write(decimal: bytes[1]) }
    out.write(", RDM: ")
    if bytes[2] == 0 { out.write("mono") } else { out.write(decimal: bytes[2]) }
    out.write(", RD:")
    for i in 0..<4 {
      out.write(octet: 32)
      out.write(hex: bytes.u16(3 + 2 * i), width: 4)
    }
    switch bytes[0] {
    case 2:
      if length == 11 { return }
      if length < 31 { return out.write(" ??") }
      let realm = length - 31
      if realm > 0 {
        out.write(", realm: ")
        for i in 0..<realm { out.write(hex: bytes[11 + i], width: 2) }
      }
      out.write(", key ID: ")
      out.write(hex: bytes.u32(11 + realm), width: 8)
      out.write(", HMAC-MD5:")
      dhcpv6Digest(bytes, 15 + realm)
    case 3:
      if length != 28 { return out.write(" ??") }
      switch bytes[11] {
      case 1: out.write(" reconfig-key value:")
      case 2: out.write(" type: HMAC-MD5 value:")
      default: out.write(" type: ?? value:")
      }
      dhcpv6Digest(bytes, 12)
    default: out.write(" ??")
    }
  }

  /// Four words of a digest or a key.
  private mutating func dhcpv6Digest(_ bytes: Bytes, _ start: Int) {
    for i in 0..<4 {
      out.write(octet: 32)
      out.write(hex: bytes.u32(start + 4 * i), width: 8)
    }
  }

  /// Time servers (RFC 5908): addresses and names. False when one runs past its option.
  private mutating func timeServers(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    var at = 0
    while at < length - 4 {
      let kind = try bytes.get16(at)
      let octets = Int(try bytes.get16(at + 2))
      at += 4
      if at + octets > length { return false }
      out.write(" subopt:")
      out.write(decimal: kind)
      switch kind {
      case 1, 2:
        if octets != 16 {
          out.write(" ?")
        } else {
          out.write(octet: 32)
          out.write(ipv6: IPAddress(ipv6: bytes, at: at))
        }
      case 3:
        out.write(octet: 32)
        let view = bytes.extracting(droppingFirst: at)
        if try domainName(view, 0, base: octets) == nil { return false }
      default: out.write(" ?")
      }
      at += octets
    }
    return true
  }

  /// The name of a tunnel's other end (RFC 6334), as DNS writes names.
  private mutating func tunnelEnd(_ bytes: Bytes, _ length: Int) throws(Cut) {
    out.write(octet: 32)
    var at = 0
    var left = length
    while left > 0, try bytes.get8(at) != 0 {
      let label = Int(bytes[at])
      at += 1
      if label >= left - 1 { return out.write(" ?") }
      try zeroPadded(bytes, at, label)
      at += label
      left -= label + 1
      if try bytes.get8(at) != 0 { out.write(octet: 46) }
    }
  }
}
