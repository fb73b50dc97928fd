// Multi-Protocol Label Switching (RFC 3032), as text.

internal import Wire

extension LinePrinter {
  /// A stack of labels, and what its last label or the payload's first octet say is inside.
  mutating func mpls(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "mpls"
    out.write("MPLS")
    var at = 0
    var entry: UInt32
    repeat {
      if length &- at < 4 {
        invalid()
        try bytes.check(at, length &- at)
        return
      }
      entry = try bytes.get32(at)
      out.write(at > 0 && verbose ? "\n\t(label " : " (label ")
      let label = entry &>> 12
      out.write(decimal: label)
      if verbose, label < 16 {
        switch label {
        case 0: out.write(" (IPv4 explicit NULL)")
        case 1: out.write(" (router alert)")
        case 2: out.write(" (IPv6 explicit NULL)")
        case 3: out.write(" (implicit NULL)")
        default: out.write(" (rsvd)")
        }
      }
      out.write(", tc ")
      out.write(decimal: entry &>> 9 & 7)
      if entry & 0x100 != 0 { out.write(", [S]") }
      out.write(", ttl ")
      out.write(decimal: entry & 0xff)
      out.write(")")
      at &+= 4
    } while entry & 0x100 == 0
    let rest = bytes.extracting(droppingFirst: at)
    let inside = length &- at
    var version: UInt8 = 0
    switch entry &>> 12 {
    case 0, 3: version = 4
    case 2: version = 6
    default:
      if inside < 1 { return }
      let first = try rest.get8(0)
      if first >= 0x45 && first <= 0x4f {
        version = 4
      } else if first >= 0x60 && first <= 0x6f {
        version = 6
      } else if first >= 0x81 && first <= 0x83 {
        out.write(verbose ? "\n\t" : " ")
        named("OSI", inside)
        return
      } else {
        if options.showsUnknown {
          hexAndASCII(rest.extracting(first: max(0, inside)))
          if rest.count < inside { throw .truncated }
        }
        return
      }
    }
    out.write(verbose ? "\n\t" : " ")
    if version == 4 {
      try ipv4(rest, inside)
    } else {
      try ipv6(rest, inside)
    }
  }
}
