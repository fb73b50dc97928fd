// Internet Protocol version 4 (RFC 791), as text.

internal import Wire

extension LinePrinter {
  /// IP by the version that the first octet says.
  mutating func ip(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ipn"
    if length < 1 {
      out.write("truncated-ip ")
      out.write(unsigned: length)
      return
    }
    let version = try bytes.get8(0) &>> 4
    switch version {
    case 4: try ipv4(bytes, length)
    case 6: try ipv6(bytes, length)
    default:
      out.write("unknown ip ")
      out.write(decimal: version)
    }
  }

  /// An IPv4 packet: header, options at `-v`, and what is inside, as far as the total length says.
  mutating func ipv4(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ip"
    let first = try bytes.get8(0)
    if first &>> 4 != 4 {
      if first &>> 4 == 6 {
        out.write("IP6, wrong link-layer encapsulation")
      } else {
        out.write("IP")
        out.write(decimal: first &>> 4)
      }
      invalid()
      return
    }
    if !options.linkHeader { out.write("IP ") }
    guard let header = try? IPv4Header(bytes) else {
      truncated()
      return
    }
    if length < IPv4Header.lengthMin {
      out.write("truncated-ip ")
      out.write(unsigned: length)
      return
    }
    if header.headerLength < IPv4Header.lengthMin {
      out.write("bad-hlen ")
      out.write(unsigned: header.headerLength)
      return
    }
    var total = header.totalLength
    if length < total {
      out.write("truncated-ip - ")
      out.write(unsigned: total &- length)
      out.write(" bytes missing! ")
    }
    if total < header.headerLength {
      if total > 0 || options.plain {
        out.write("bad-len ")
        out.write(unsigned: total)
        return
      }
      // A total length of 0 is left to the card that segments the packet: the frame's own length counts,
      // though not for tcpdump.
      total = length
    }
    // What lies behind the packet is padding, and no printer above may see it.
    let view = bytes.extracting(first: total)
    if verbose {
      if try !verboseHeader(view, header) {
        addresses(header)
        out.write(": ")
        truncated()
        return
      }
    }
    if header.fragmentOffset > 0 {
      // Not the first fragment: what it continues is known by number only.
      addresses(header)
      out.write(": ip-proto-")
      out.write(decimal: header.protocol.rawValue)
      return
    }
    switch header.protocol.rawValue {
    case 6, 17, 33, 132: break  // TCP, UDP, DCCP and SCTP print addresses with their ports.
    default:
      addresses(header)
      out.write(": ")
    }
    if view.count < header.headerLength {
      out.write(" [remaining caplen(")
      out.write(unsigned: view.count)
      out.write(") < header length(")
      out.write(unsigned: header.headerLength)
      out.write(")]")
      throw .truncated
    }
    var outer = Outer(
      version: 4, source: IPAddress(ipv4: header.source), destination: IPAddress(ipv4: header.destination),
      finalDestination: IPAddress(ipv4: header.destination), announced: header.protocol.rawValue,
      fragmented: header.moreFragments, timeToLive: header.timeToLive)
    if header.headerLength > IPv4Header.lengthMin, verbose {
      outer.finalDestination = IPAddress(ipv4: finalDestination(view, header))
    }
    try payload(
      header.protocol.rawValue, view.extracting(droppingFirst: header.headerLength),
      total &- header.headerLength, outer)
  }

  /// Source and destination.
  private mutating func addresses(_ header: IPv4Header) {
    out.write(ipv4: header.source)
    out.write(" > ")
    out.write(ipv4: header.destination)
  }

  /// The parenthesis of `-v`. False when the options were cut short.
  private mutating func verboseHeader(_ view: Bytes, _ header: IPv4Header) throws(Cut) -> Bool {
    out.write("(tos 0x")
    out.write(hex: header.typeOfService)
    switch header.typeOfService & 3 {
    case 1: out.write(",ECT(1)")
    case 2: out.write(",ECT(0)")
    case 3: out.write(",CE")
    default: break
    }
    if header.timeToLive >= 1 {
      out.write(", ttl ")
      out.write(decimal: header.timeToLive)
    }
    out.write(", id ")
    out.write(decimal: header.identification)
    out.write(", offset ")
    out.write(unsigned: header.fragmentOffset)
    out.write(", flags [")
    flags(try view.get16(6))
    out.write("], proto ")
    out.write(protocolName(header.protocol.rawValue) ?? "unknown")
    out.write(" (")
    out.write(decimal: header.protocol.rawValue)
    out.write("), length ")
    out.write(unsigned: header.totalLength)
    var whole = true
    if header.headerLength > IPv4Header.lengthMin {
      out.write(", options (")
      whole = try ipv4Options(
        view.extracting(droppingFirst: IPv4Header.lengthMin), header.headerLength &- IPv4Header.lengthMin)
      if !whole { out.write(" [truncated-option]") }
      out.write(")")
    }
    if options.checksums, view.count >= header.headerLength {
      let sum = internetChecksum(view, header.headerLength)
      if sum != 0 {
        out.write(", bad cksum ")
        out.write(hex: header.checksum)
        out.write(" (->")
        out.write(hex: rightChecksum(header.checksum, sum))
        out.write(")!")
      }
    }
    out.write(")\n    ")
    return whole
  }

  /// The three flags before the fragment offset.
  private mutating func flags(_ word: UInt16) {
    var separate = false
    if word & 0xe000 == 0 { out.write("none") }
    if word & 0x2000 != 0 {
      out.write("+")
      separate = true
    }
    if word & 0x4000 != 0 {
      out.write(separate ? ", DF" : "DF")
      separate = true
    }
    if word & 0x8000 != 0 { out.write(separate ? ", rsvd" : "rsvd") }
  }
}
