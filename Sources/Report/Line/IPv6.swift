// Internet Protocol version 6 (RFC 8200), as text.

internal import Wire

extension LinePrinter {
  /// An IPv6 packet: header, extension headers, and what is inside.
  mutating func ipv6(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ip6"
    let fixed = 40
    if bytes.count < fixed {
      truncated()
      return
    }
    if length < fixed {
      out.write("truncated-ip6 ")
      out.write(unsigned: length)
      return
    }
    if !options.linkHeader { out.write("IP6 ") }
    let first = bytes.u32(0)
    if first &>> 28 != 6 {
      out.write("version error: ")
      out.write(decimal: first &>> 28)
      out.write(" != 6")
      return
    }
    // A payload length of 0 is that of a jumbogram (RFC 2675), whose option will tell, or of no payload.
    let claimed = Int(bytes.u16(4))
    var rest = length &+ fixed
    if claimed != 0 {
      rest = claimed &+ fixed
      missing(rest &- length)
    }
    let announced = bytes[6]
    if verbose { verboseHeader(first, announced, claimed, bytes[7]) }
    let destination = IPAddress(ipv6: bytes, at: 24)
    var outer = Outer(
      version: 6, source: IPAddress(ipv6: bytes, at: 8), destination: destination,
      finalDestination: destination, announced: announced, fragmented: false, timeToLive: bytes[7])
    let view = bytes.extracting(first: rest)
    if isExtension(announced) {
      if verbose { outer.finalDestination = finalDestination(view, announced, destination) }
      try extensions(bytes, length, rest, &outer)
      return
    }
    if view.count <= fixed && view.count == 0 { return }
    switch announced {
    case 6, 17, 33, 132: break
    default: addresses(outer)
    }
    if claimed == 0 {
      try payload(announced, bytes.extracting(fixed..<fixed), 0, outer)
    } else {
      try payload(announced, view.extracting(droppingFirst: fixed), claimed, outer)
    }
  }

  /// Says how many octets the sender's capture lacks.
  private mutating func missing(_ octets: Int) {
    if octets <= 0 { return }
    out.write("truncated-ip6 - ")
    out.write(unsigned: octets)
    out.write(" bytes missing!")
  }

  /// Source and destination, for all but the transports that print them with their ports.
  private mutating func addresses(_ outer: Outer) {
    out.write(ipv6: outer.source)
    out.write(" > ")
    out.write(ipv6: outer.destination)
    out.write(": ")
  }

  /// The parenthesis of `-v`.
  private mutating func verboseHeader(_ first: UInt32, _ next: UInt8, _ length: Int, _ limit: UInt8) {
    out.write("(")
    if first & 0x0ff0_0000 != 0 {
      out.write("class 0x")
      out.write(hex: (first & 0x0ff0_0000) &>> 20, width: 2)
      out.write(", ")
    }
    if first & 0xfffff != 0 {
      out.write("flowlabel 0x")
      out.write(hex: first & 0xfffff, width: 5)
      out.write(", ")
    }
    out.write("hlim ")
    out.write(decimal: limit)
    out.write(", next-header ")
    out.write(protocolName(next) ?? "unknown")
    out.write(" (")
    out.write(decimal: next)
    out.write(") payload length: ")
    out.write(unsigned: length)
    out.write(") ")
  }

  /// The chain of extension headers, and what is behind it. `rest` is the packet's length, header included,
  /// as far as it is known.
  private mutating func extensions(
    _ bytes: Bytes, _ length: Int, _ rest: Int, _ outer: inout Outer
  ) throws(Cut) {
    let fixed = 40
    var view = bytes.extracting(first: rest)
    var rest = rest
    var at = 0
    var advance = fixed
    var next = outer.announced
    var jumbo: Int?
    let claimed = Int(bytes.u16(4))
    var first = true
    while at < view.count, advance > 0 {
      if rest < advance {
        truncated()
        return
      }
      at &+= advance
      rest &-= advance
      if first { addresses(outer) }
      let here = view.extracting(droppingFirst: at)
      switch next {
      case 0:
        if !first {
          out.write(
            outer.announced == 0
              ? "[The Hop-by-Hop Options header was already found]"
              : "[The Hop-by-Hop Options header don't follow the IPv6 header]")
          invalid()
          return
        }
        let size = try hopByHop(here, claimed, &jumbo)
        if claimed == 0, jumbo == nil {
          out.write("[No valid Jumbo Payload Hop-by-Hop option found]")
          invalid()
          return
        }
        guard let size else { return }
        advance = size
      case 60:
        guard let size = try destinationOptions(here) else { return }
        advance = size
      case 44:
        guard let size = try fragment(here, at, payload: claimed) else { return }
        if view.count <= at &+ size { return }
        advance = size
        outer.fragmented = true
      case 43:
        guard let size = try routing(here) else { return }
        advance = size
      case 62, 135:
        try mobility(here)
        return
      default:
        if let jumbo {
          rest = jumbo &+ fixed
          if rest < at {
            truncated()
            return
          }
          missing(rest &- length)
          view = bytes.extracting(first: rest)
          rest &-= at
        } else if claimed == 0 {
          truncated()
          return
        }
        try payload(next, view.extracting(droppingFirst: at), rest, outer)
        return
      }
      next = try here.get8(0)
      first = false
      reading = "ip6"
    }
  }
}

/// Whether a next header is one that another can follow.
@inline(__always)
func isExtension(_ number: UInt8) -> Bool {
  switch number {
  case 0, 43, 44, 60, 62, 135: true
  default: false
  }
}

/// Where a packet with a routing header ends up: what checksums count.
private func finalDestination(_ view: Bytes, _ announced: UInt8, _ destination: IPAddress) -> IPAddress {
  var at = 40
  var next = announced
  while at &+ 8 <= view.count {
    switch next {
    case 0, 60, 62, 135:
      next = view[at]
      at &+= (Int(view[at &+ 1]) &+ 1) &* 8
    case 44:
      next = view[at]
      at &+= 8
    case 43:
      let words = Int(view[at &+ 1])
      if words & 1 != 0 { return destination }
      switch view[at &+ 2] {
      case 0, 2:
        // The last address of the list that is there.
        let there = min(words / 2, (view.count &- at &- 8) / 16)
        return there > 0 ? IPAddress(ipv6: view, at: at &+ 8 &+ (there &- 1) &* 16) : destination
      case 4:
        // Segments are listed in reverse.
        return view.has(at &+ 8, 16) ? IPAddress(ipv6: view, at: at &+ 8) : destination
      default: return destination
      }
    default: return destination
    }
  }
  return destination
}
