// The routing protocol for low-power and lossy networks, RPL (RFC 6550), as text.

internal import Wire

extension LinePrinter {
  /// An RPL message, `length` octets without the four that every ICMPv6 message begins with.
  mutating func routingProtocol(_ bytes: Bytes, _ length: UInt32, _ code: UInt8) throws(Cut) {
    if code & 0x80 != 0 {
      out.write(", (SEC) [worktodo]")
      return
    }
    let message = bytes.extracting(droppingFirst: 4)
    out.write(", (CLR)")
    switch code {
    case 0: out.write("DODAG Information Solicitation")
    case 1:
      out.write("DODAG Information Object")
      if verbose { try informationObject(message, length) }
    case 2:
      out.write("Destination Advertisement Object")
      if verbose { try destinationAdvertisement(message, length) }
    case 3:
      out.write("Destination Advertisement Object Ack")
      if verbose { try destinationAcknowledgment(message, length) }
    default:
      out.write("RPL message, unknown code ")
      out.write(decimal: code)
    }
  }

  /// DIO (RFC 6550 section 6.3).
  private mutating func informationObject(_ bytes: Bytes, _ length: UInt32) throws(Cut) {
    if length < 24 {
      out.write(" [length ")
      out.write(decimal: length)
      out.write(" < 24]")
      invalid()
      return
    }
    try bytes.check(0, 24)
    out.write(" [dagid:")
    out.write(ipv6: IPAddress(ipv6: bytes, at: 8))
    out.write(",seq:")
    out.write(decimal: bytes[5])
    out.write(",instance:")
    out.write(decimal: bytes[0])
    out.write(",rank:")
    out.write(decimal: bytes.u16(2))
    out.write(bytes[4] & 0x80 != 0 ? ",grounded,mop:" : ",mop:")
    switch bytes[4] &>> 3 & 7 {
    case 0: out.write("nonstoring")
    case 1: out.write("storing")
    case 2: out.write("nonstoring-multicast")
    case 3: out.write("storing-multicast")
    default:
      out.write("mop")
      out.write(decimal: bytes[4] &>> 3 & 7)
    }
    out.write(",prf:")
    out.write(decimal: bytes[4] & 7)
    out.write(octet: 93)
    if options.verbosity > 1 { try routingOptions(bytes.extracting(droppingFirst: 24), length - 24) }
  }

  /// DAO (RFC 6550 section 6.4).
  private mutating func destinationAdvertisement(_ bytes: Bytes, _ length: UInt32) throws(Cut) {
    if bytes.count < 20 {
      truncated()
      return
    }
    let flags = bytes[1]
    let named = flags & 0x40 != 0
    if length < (named ? 20 : 4) {
      out.write(" [|length too short]")
      return
    }
    out.write(" [dagid:")
    graph(bytes, named)
    out.write(",seq:")
    out.write(decimal: bytes[3])
    out.write(",instance:")
    out.write(decimal: bytes[0])
    if flags & 0x80 != 0 { out.write(",acK") }
    if named { out.write(",Dagid") }
    out.write(octet: 44)
    out.write(hex: flags, width: 2)
    out.write(octet: 93)
    let fixed: UInt32 = named ? 20 : 4
    if options.verbosity > 1 {
      try routingOptions(bytes.extracting(droppingFirst: Int(fixed)), length - fixed)
    }
  }

  /// DAO-ACK (RFC 6550 section 6.5).
  private mutating func destinationAcknowledgment(_ bytes: Bytes, _ length: UInt32) throws(Cut) {
    if bytes.count < 4 {
      truncated()
      return
    }
    let named = bytes[1] & 0x80 != 0
    if length >= 4, named, bytes.count < 20 {
      truncated()
      return
    }
    if length < (named ? 20 : 4) {
      out.write(" [|dao-length too short]")
      return
    }
    out.write(" [dagid:")
    graph(bytes, named)
    out.write(",seq:")
    out.write(decimal: bytes[2])
    out.write(",instance:")
    out.write(decimal: bytes[0])
    out.write(",status:")
    out.write(decimal: bytes[3])
    out.write(octet: 93)
    let fixed: UInt32 = named ? 20 : 4
    if options.verbosity > 1 {
      try routingOptions(bytes.extracting(droppingFirst: Int(fixed)), length - fixed)
    }
  }

  /// The graph that a message is about, when it says so.
  private mutating func graph(_ bytes: Bytes, _ named: Bool) {
    if named {
      out.write(ipv6: IPAddress(ipv6: bytes, at: 4))
    } else {
      out.write("<elided>")
    }
  }

  /// The options of a message (RFC 6550 section 6.7).
  private mutating func routingOptions(_ bytes: Bytes, _ length: UInt32) throws(Cut) {
    var at = 0
    var left = Int(length)
    while left > 0 {
      let type = try bytes.get8(at)
      if type == 0 {
        out.write(" opt:pad1")
        at += 1
        left -= 1
        continue
      }
      if left < 2 {
        truncated()
        return
      }
      let octets = Int(try bytes.get8(at + 1)) + 2
      out.write(" opt:")
      if let name = routingOptionName(type) {
        out.write(name)
      } else {
        out.write("subopt:")
        out.write(decimal: type)
      }
      out.write(" len:")
      out.write(unsigned: octets)
      out.write(octet: 32)
      if !bytes.has(at, octets) || left < octets {
        truncated()
        return
      }
      if options.verbosity > 2 { hex(bytes.extracting(at + 2..<at + octets), indent: " ") }
      at += octets
      left -= octets
    }
  }
}

/// What an option of RPL is called.
private func routingOptionName(_ type: UInt8) -> StaticString? {
  switch type {
  case 1: "padN"
  case 2: "metrics"
  case 3: "routinginfo"
  case 4: "config"
  case 5: "rpltarget"
  case 6: "transitinfo"
  case 8: "destprefix"
  case 9: "rpltargetdesc"
  default: nil
  }
}
