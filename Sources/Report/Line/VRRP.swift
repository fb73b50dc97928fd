// Virtual Router Redundancy Protocol (RFC 3768, RFC 9568), as text.

internal import Wire

extension LinePrinter {
  /// An advertisement of version 2 or 3.
  mutating func vrrp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "vrrp"
    out.write("VRRP")
    let first = try bytes.get8(0)
    let version = first &>> 4
    out.write("v")
    out.write(decimal: version)
    if first & 15 == 1 {
      out.write(", Advertisement")
    } else {
      out.write(", unknown type (")
      out.write(decimal: first & 15)
      out.write(")")
    }
    if outer.timeToLive != 255 {
      out.write(", (ttl ")
      out.write(decimal: outer.timeToLive)
      out.write(")")
    }
    if version < 2 || version > 3 || first & 15 != 1 { return }
    try bytes.check(1, 2)
    out.write(", vrid ")
    out.write(decimal: bytes[1])
    out.write(", prio ")
    out.write(decimal: bytes[2])
    var authentication: UInt8 = 0
    if version == 2 {
      authentication = try bytes.get8(4)
      out.write(", authtype ")
      switch authentication {
      case 0: out.write("none")
      case 1: out.write("simple")
      case 2: out.write("ah")
      default:
        out.write("#")
        out.write(decimal: authentication)
      }
      let interval = try bytes.get8(5)
      out.write(", intvl ")
      out.write(decimal: interval)
      out.write("s")
    } else {
      let interval = try bytes.get16(4) & 0x0fff
      out.write(", intvl ")
      out.write(decimal: interval)
      out.write("cs")
    }
    out.write(", length ")
    out.write(unsigned: length)
    if verbose { try addresses(bytes, length, outer, version, authentication) }
  }

  /// Checksum, addresses and password.
  private mutating func addresses(
    _ bytes: Bytes, _ length: Int, _ outer: Outer, _ version: UInt8, _ authentication: UInt8
  ) throws(Cut) {
    let count = Int(try bytes.get8(3))
    if bytes.count >= length {
      let sum = version == 2 ? internetChecksum(bytes, length) : outer.checksum(bytes, length, 112)
      if sum != 0 {
        let field = try bytes.get16(6)
        out.write(", (bad vrrp cksum ")
        out.write(hex: field)
        out.write(")")
      }
    }
    out.write(", addrs")
    if count > 1 {
      out.write("(")
      out.write(unsigned: count)
      out.write(")")
    }
    out.write(":")
    var at = 8
    for i in 0..<count {
      if outer.version == 4 {
        let address = try bytes.get32(at)
        out.write(octet: i == 0 ? 32 : 44)
        out.write(ipv4: address)
        at &+= 4
      } else {
        let address = try bytes.getIPv6(at)
        out.write(octet: i == 0 ? 32 : 44)
        out.write(ipv6: address)
        at &+= 16
      }
    }
    if version == 2, authentication == 1 {
      out.write(" auth \"")
      for i in 0..<8 {
        let octet = try bytes.get8(at &+ i)
        if octet == 0 { break }
        out.write(visible: octet)
      }
      out.write("\"")
    }
  }
}
