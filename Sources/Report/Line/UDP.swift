// User Datagram Protocol (RFC 768), as text.

internal import Wire

extension LinePrinter {
  /// A UDP datagram. `length` is what IP claims.
  mutating func udp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "udp"
    guard bytes.count >= 4 else {
      if outer.announced == 17 {
        out.write(outer.source, version: outer.version)
        out.write(" > ")
        out.write(outer.destination, version: outer.version)
        out.write(": ")
      }
      truncated()
      return
    }
    let source = bytes.u16(0)
    let destination = bytes.u16(2)
    ports(source, destination, outer, 17)
    if length < 8 {
      out.write("truncated-udp ")
      out.write(unsigned: length)
      return
    }
    guard bytes.count >= 6 else {
      truncated()
      return
    }
    var claimed = Int(bytes.u16(4))
    // A jumbogram's length does not fit (RFC 2675 section 4).
    if claimed == 0, length > 65535 { claimed = length }
    if claimed < 8 {
      out.write("truncated-udplength ")
      out.write(unsigned: claimed)
      return
    }
    claimed &-= 8
    let inside = min(length &- 8, claimed)
    guard bytes.count >= 8 else {
      truncated()
      return
    }
    let payload = bytes.extracting(droppingFirst: 8)
    if verbose, options.checksums, !outer.fragmented { checksum(bytes, payload, inside, outer) }
    if !options.quiet, try application(payload, inside, source, destination, outer) { return }
    if claimed > inside, !outer.fragmented {
      out.write("UDP, bad length ")
      out.write(unsigned: claimed)
      out.write(" > ")
      out.write(unsigned: inside)
    } else {
      out.write("UDP, length ")
      out.write(unsigned: claimed)
    }
  }

  /// The verdict on the checksum: over IPv4, where it is optional, from `-vv` on.
  private mutating func checksum(_ bytes: Bytes, _ payload: Bytes, _ length: Int, _ outer: Outer) {
    if outer.version == 4, options.verbosity < 2 { return }
    let field = bytes.u16(6)
    if outer.version == 4, field == 0 {
      out.write("[no cksum] ")
      return
    }
    if payload.count < length { return }
    let sum = outer.checksum(bytes, length &+ 8, 17)
    if sum == 0 {
      out.write("[udp sum ok] ")
    } else {
      out.write("[bad udp cksum 0x")
      out.write(hex: field, width: 4)
      out.write(" -> 0x")
      out.write(hex: rightChecksum(field, sum), width: 4)
      out.write("!] ")
    }
  }

  /// What is above UDP, by port. False when it is nothing we print.
  private mutating func application(
    _ bytes: Bytes, _ length: Int, _ source: UInt16, _ destination: UInt16, _ outer: Outer
  ) throws(Cut) -> Bool {
    func either(_ port: UInt16) -> Bool { source == port || destination == port }
    if either(53) {
      try domain(bytes, length)
    } else if either(5353) {
      try domain(bytes, length, multicast: true)
    } else if either(69) {
      try tftp(bytes, length)
    } else if either(67) || either(68) {
      try bootp(bytes, length)
    } else if either(123) {
      try ntp(bytes, length)
    } else if either(546) || either(547) {
      try dhcpv6(bytes, length)
    } else if destination == 1985 {
      try hsrp(bytes, length)
    } else if either(5060) {
      try text(bytes, length, "sip", "SIP", .sip)
    } else if either(514) {
      try syslog(bytes, length)
    } else if either(4789) {
      try vxlan(bytes, length)
    } else if either(6081) {
      try geneve(bytes, length)
    } else {
      return false
    }
    return true
  }
}
