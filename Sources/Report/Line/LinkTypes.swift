// Link types without a header of their own: loopback (NULL, LOOP), raw IP, and those we cannot read.

internal import Wire

extension LinePrinter {
  /// BSD loopback: four octets of address family, in the order of the machine that captured or in network
  /// order.
  mutating func loopback(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "null"
    let word = try bytes.get32(0)
    linkLength = 4
    // Families are small: the order of octets that makes it small is the right one, little-endian where both
    // do.
    let swapped = word.byteSwapped
    let family = swapped & 0xffff_0000 != 0 ? word : swapped
    if options.linkHeader { header(family, length) }
    let rest = bytes.extracting(droppingFirst: 4)
    switch family {
    case 2: try ipv4(rest, length &- 4)
    case 24, 28, 30: try ipv6(rest, length &- 4)
    case 7: named("OSI", length &- 4)
    case 16: named("Appletalk", length &- 4)
    case 23: named("IPX", length &- 4)
    default:
      if !options.linkHeader { header(family, length) }
      unknown(rest)
    }
  }

  /// Address family and length.
  private mutating func header(_ family: UInt32, _ length: Int) {
    let name: StaticString?
    switch family {
    case 2: name = "IPv4"
    case 6: name = "NS"
    case 7: name = "ISO"
    case 16: name = "Appletalk"
    case 23: name = "IPX"
    case 24, 28, 30: name = "IPv6"
    default: name = nil
    }
    if options.quiet {
      if let name {
        out.write(name)
      } else {
        out.write("Unknown AF ")
        out.write(decimal: family)
      }
    } else {
      out.write("AF ")
      out.write(name ?? "Unknown")
      out.write(" (")
      out.write(decimal: family)
      out.write(")")
    }
    out.write(", length ")
    out.write(unsigned: length)
    out.write(": ")
  }

  /// Raw IP: no header.
  mutating func raw(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "raw"
    if options.linkHeader { out.write("ip: ") }
    try ip(bytes, length)
  }

  /// A link type that nobody here reads: its octets.
  mutating func unsupported(_ bytes: Bytes) {
    reading = "unsupported"
    out.write("UNSUPPORTED")
    hexAndASCII(bytes)
  }
}
