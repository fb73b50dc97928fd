// The options of Multipath TCP (RFC 6824, RFC 8684), as text.

internal import Wire

extension LinePrinter {
  /// A Multipath TCP option without kind and length: `bytes` ends where the option does. False when its
  /// length is none that its subtype can have.
  mutating func multipath(_ bytes: Bytes, _ flags: UInt8) throws(Cut) -> Bool {
    reading = "mptcp"
    // Lengths below count kind and length, as the RFC does.
    let length = bytes.count &+ 2
    if length < 3 { return false }
    let first = bytes[0]
    out.write(octet: 32)
    out.write(unsigned: length)
    switch first &>> 4 {
    case 0:
      out.write(" capable")
      return try capable(bytes, length, flags)
    case 1:
      out.write(" join")
      return try join(bytes, length, flags)
    case 2:
      out.write(" dss")
      return try dataSequence(bytes, length, flags)
    case 3:
      out.write(" add-addr")
      return try addAddress(bytes, length)
    case 4:
      out.write(" rem-addr")
      if length < 4 { return false }
      out.write(" id")
      for at in 1..<bytes.count {
        out.write(octet: 32)
        out.write(decimal: bytes[at])
      }
    case 5:
      out.write(" prio")
      if length != 3, length != 4 { return false }
      out.write(first & 1 != 0 ? " backup" : " non-backup")
      if length == 4 {
        out.write(" id ")
        out.write(decimal: bytes[1])
      }
    case 6:
      out.write(" fail")
      if length != 12 { return false }
      out.write(" seq ")
      out.write(decimal: bytes.u64(2))
    case 7:
      out.write(" fast-close")
      if length != 12 { return false }
      out.write(" key 0x")
      out.write(hex: bytes.u64(2))
    default: out.write(" unknown")
    }
    return true
  }

  /// MP_CAPABLE: version and keys.
  private mutating func capable(_ bytes: Bytes, _ length: Int, _ flags: UInt8) throws(Cut) -> Bool {
    let opening = (length == 12 || length == 4) && flags & 0x02 != 0
    let answering = (length == 20 || length == 22) && flags & 0x12 == 0x10
    if !opening && !answering { return false }
    let version = bytes[0] & 15
    if version > 1 {
      out.write(" Unknown Version (")
      out.write(decimal: version)
      out.write(")")
      return true
    }
    out.write(" v")
    out.write(decimal: version)
    if bytes[1] & 0x80 != 0 { out.write(" csum") }
    if length == 12 || length >= 20 {
      out.write(" {0x")
      out.write(hex: bytes.u64(2))
      if length >= 20 {
        out.write(",0x")
        out.write(hex: bytes.u64(10))
      }
      out.write("}")
    }
    return true
  }

  /// MP_JOIN: another subflow of a connection.
  private mutating func join(_ bytes: Bytes, _ length: Int, _ flags: UInt8) throws(Cut) -> Bool {
    let syn = length == 12 && flags & 0x02 != 0
    let synAck = length == 16 && flags & 0x12 == 0x12
    let ack = length == 24 && flags & 0x10 != 0
    if !syn && !synAck && !ack { return false }
    if length != 24 {
      if bytes[0] & 1 != 0 { out.write(" backup") }
      out.write(" id ")
      out.write(decimal: bytes[1])
    }
    switch length {
    case 12:
      out.write(" token 0x")
      out.write(hex: bytes.u32(2))
      out.write(" nonce 0x")
      out.write(hex: bytes.u32(6))
    case 16:
      out.write(" hmac 0x")
      out.write(hex: bytes.u64(2))
      out.write(" nonce 0x")
      out.write(hex: bytes.u32(10))
    default:
      out.write(" hmac 0x")
      for at in 2..<22 { out.write(hexOctet: bytes[at]) }
    }
    return true
  }

  /// DSS: what of the connection's data this subflow carries and acknowledges.
  private mutating func dataSequence(_ bytes: Bytes, _ length: Int, _ flags: UInt8) throws(Cut) -> Bool {
    if length < 4 || flags & 0x02 != 0 { return false }
    let what = bytes[1]
    if what & 0x10 != 0 { out.write(" fin") }
    var at = 2
    if what & 0x01 != 0 {
      out.write(" ack ")
      guard number(bytes, &at, wide: what & 0x02 != 0) else { return false }
    }
    if what & 0x04 != 0 {
      out.write(" seq ")
      guard number(bytes, &at, wide: what & 0x08 != 0) else { return false }
      guard bytes.has(at, 4) else { return false }
      out.write(" subseq ")
      out.write(decimal: bytes.u32(at))
      at &+= 4
      guard bytes.has(at, 2) else { return false }
      out.write(" len ")
      out.write(decimal: bytes.u16(at))
      at &+= 2
      if bytes.has(at, 2) {
        out.write(" csum 0x")
        out.write(hex: bytes.u16(at))
        at &+= 2
      }
    }
    return at == bytes.count
  }

  /// A data sequence number of four or eight octets.
  private mutating func number(_ bytes: Bytes, _ at: inout Int, wide: Bool) -> Bool {
    guard bytes.has(at, wide ? 8 : 4) else { return false }
    if wide {
      out.write(decimal: bytes.u64(at))
    } else {
      out.write(decimal: bytes.u32(at))
    }
    at &+= wide ? 8 : 4
    return true
  }

  /// ADD_ADDR: another address of the sender.
  private mutating func addAddress(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    let short = length == 8 || length == 10 || length == 16 || length == 18
    let long = length == 20 || length == 22 || length == 28 || length == 30
    if !short && !long { return false }
    switch bytes[0] & 15 {
    case 6: out.write(" v0-ip6")
    case 4: out.write(" v0-ip4")
    case 1: out.write(" v1-echo")
    case 0: out.write(" v1")
    default: out.write(" [bad version/echo]")
    }
    out.write(" id ")
    out.write(decimal: bytes[1])
    out.write(octet: 32)
    var at = 2
    if short {
      out.write(ipv4: bytes.u32(at))
      at &+= 4
    } else {
      out.write(ipv6: IPAddress(ipv6: bytes, at: at))
      at &+= 16
    }
    if (bytes.count &- at) & 7 == 2 {
      out.write(":")
      out.write(decimal: bytes.u16(at))
      at &+= 2
    }
    if bytes.has(at, 8) {
      out.write(" hmac 0x")
      out.write(hex: bytes.u64(at))
    }
    return true
  }
}
