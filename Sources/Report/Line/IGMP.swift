// Internet Group Management Protocol (RFC 2236, RFC 9776), as text.

internal import Wire

extension LinePrinter {
  /// An IGMP message.
  mutating func igmp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "igmp"
    if options.quiet {
      out.write("igmp")
      return
    }
    let type = try bytes.get8(0)
    switch type {
    case 0x11:
      out.write("igmp query")
      if length >= 12 {
        try query3(bytes, length)
      } else {
        let time = try bytes.get8(1)
        out.write(time == 0 ? " v1" : " v2")
        if time != 0, time != 100 {
          out.write(" [max resp time ")
          out.write(decimal: time)
          out.write("]")
        }
        let group = try bytes.get32(4)
        if group != 0 {
          out.write(" [gaddr ")
          out.write(ipv4: group)
          out.write("]")
        }
        if length != 8 { igmpLength(length) }
      }
    case 0x12:
      try group("igmp v1 report ", bytes)
      if length != 8 { igmpLength(length) }
    case 0x16:
      try group("igmp v2 report ", bytes)
    case 0x17:
      try group("igmp leave ", bytes)
    case 0x22:
      out.write("igmp v3 report")
      try report3(bytes, length)
    case 0x13:
      out.write("igmp dvmrp")
      if length < 8 { igmpLength(length) }
    case 0x14: out.write("igmp pimv1")
    case 0x1e: try trace("mresp", bytes, length)
    case 0x1f: try trace("mtrace", bytes, length)
    default:
      out.write("igmp-")
      out.write(decimal: type)
    }
    if verbose, length >= 4, bytes.count >= length, internetChecksum(bytes, length) != 0 {
      out.write(" bad igmp cksum ")
      out.write(hex: bytes.u16(2))
      out.write("!")
    }
  }

  /// A message that is all about one group.
  private mutating func group(_ name: StaticString, _ bytes: Bytes) throws(Cut) {
    let address = try bytes.get32(4)
    out.write(name)
    out.write(ipv4: address)
  }

  private mutating func igmpLength(_ length: Int) {
    out.write(" [len ")
    out.write(unsigned: length)
    out.write("]")
  }

  private mutating func invalidLength(_ length: Int) {
    out.write(" [invalid len ")
    out.write(unsigned: length)
    out.write("]")
  }

  /// A version 3 query.
  private mutating func query3(_ bytes: Bytes, _ length: Int) throws(Cut) {
    out.write(" v3")
    if length & 3 != 0 {
      invalidLength(length)
      return
    }
    let code = UInt32(try bytes.get8(1))
    // A floating point number from 128 on (RFC 9776 section 4.1.1), in tenths of a second.
    let time = code < 128 ? code : (code & 0x0f | 0x10) &<< ((code & 0x70) &>> 4 &+ 3)
    if code != 100 {
      out.write(" [max resp time ")
      if time < 600 {
        out.write(decimal: time / 10)
        out.write(".")
        out.write(decimal: time % 10)
        out.write("s")
      } else {
        out.write(duration: time / 10)
      }
      out.write("]")
    }
    let group = try bytes.get32(4)
    if group == 0 { return }
    out.write(" [gaddr ")
    out.write(ipv4: group)
    let sources = Int(try bytes.get16(10))
    if sources > 0 {
      if length < 12 &+ sources &* 4 {
        out.write(" [invalid number of sources]")
      } else if options.verbosity > 1 {
        try addresses(bytes, 12, sources)
      } else {
        sourceCount(sources)
      }
    }
    out.write("]")
  }

  private mutating func sourceCount(_ sources: Int) {
    out.write(", ")
    out.write(unsigned: sources)
    out.write(" source(s)")
  }

  private mutating func addresses(_ bytes: Bytes, _ at: Int, _ count: Int) throws(Cut) {
    out.write(" {")
    for i in 0..<count {
      let address = try bytes.get32(at &+ i &* 4)
      out.write(octet: 32)
      out.write(ipv4: address)
    }
    out.write(" }")
  }

  /// A version 3 report.
  private mutating func report3(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if length < 16 || length & 3 != 0 {
      invalidLength(length)
      return
    }
    let groups = Int(try bytes.get16(6))
    out.write(", ")
    out.write(unsigned: groups)
    out.write(" group record(s)")
    if !verbose { return }
    var at = 8
    for _ in 0..<groups {
      if length < at &+ 8 {
        out.write(" [invalid number of groups]")
        return
      }
      let address = try bytes.get32(at &+ 4)
      out.write(" [gaddr ")
      out.write(ipv4: address)
      let type = try bytes.get8(at)
      out.write(octet: 32)
      switch type {
      case 1: out.write("is_in")
      case 2: out.write("is_ex")
      case 3: out.write("to_in")
      case 4: out.write("to_ex")
      case 5: out.write("allow")
      case 6: out.write("block")
      default:
        out.write(" [v3-report-#")
        out.write(decimal: type)
        out.write("]")
      }
      let sources = Int(try bytes.get16(at &+ 2))
      if length < at &+ 8 &+ sources &* 4 {
        out.write(" [invalid number of sources ")
        out.write(unsigned: sources)
        out.write("]")
        return
      }
      if options.verbosity == 1 {
        sourceCount(sources)
      } else {
        try addresses(bytes, at &+ 8, sources)
      }
      at &+= 8 &+ sources &* 4
      out.write("]")
    }
  }

  /// A multicast traceroute.
  private mutating func trace(_ name: StaticString, _ bytes: Bytes, _ length: Int) throws(Cut) {
    if length < 24 {
      invalidLength(length)
      return
    }
    try bytes.check(8, 16)
    out.write(name)
    out.write(octet: 32)
    out.write(decimal: bytes.u24(21))
    out.write(": ")
    out.write(ipv4: bytes.u32(8))
    out.write(" to ")
    out.write(ipv4: bytes.u32(12))
    out.write(" reply-to ")
    out.write(ipv4: bytes.u32(16))
    if bytes.u32(16) &>> 28 == 14 {
      out.write(" with-ttl ")
      out.write(decimal: bytes[20])
    }
  }
}
