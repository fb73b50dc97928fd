// What Linux's netfilter logs (LINKTYPE_NFLOG): attributes, the last of which is the packet, as text.

internal import Wire

extension LinePrinter {
  /// An NFLOG message.
  mutating func nflog(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "nflog"
    if bytes.count < NFLOGHeader.lengthMin {
      truncated()
      linkLength = bytes.count
      return
    }
    linkLength = NFLOGHeader.lengthMin
    if bytes[1] != 0 {
      out.write("version ")
      out.write(decimal: bytes[1])
      out.write(" (unknown)")
      return
    }
    if options.linkHeader { writeNFLOG(bytes, length) }
    while linkLength < length {
      guard let attribute = NFLOGAttribute(bytes, at: linkLength), bytes.has(linkLength, attribute.padded)
      else {
        truncated()
        return
      }
      if attribute.type == NFLOGAttribute.payload {
        linkLength &+= NFLOGAttribute.headerLength
        break
      }
      linkLength &+= attribute.padded
    }
    let rest = bytes.extracting(droppingFirst: linkLength)
    let inside = length &- linkLength
    switch bytes[0] {
    case 2: try ipv4(rest, inside)
    case 10: try ipv6(rest, inside)
    default:
      if !options.linkHeader { writeNFLOG(bytes, inside &+ NFLOGHeader.lengthMin) }
      unknown(rest)
    }
  }

  /// The header as `-e` shows it.
  private mutating func writeNFLOG(_ bytes: Bytes, _ length: Int) {
    out.write("version ")
    out.write(decimal: bytes[1])
    out.write(", resource ID ")
    out.write(decimal: bytes.u16(2))
    let name: StaticString? = bytes[0] == 2 ? "IPv4" : bytes[0] == 10 ? "IPv6" : nil
    if options.quiet {
      out.write(", ")
      if let name {
        out.write(name)
      } else {
        out.write("Unknown NFLOG (0x")
        out.write(hexOctet: bytes[0])
        out.write(")")
      }
    } else {
      out.write(", family ")
      out.write(name ?? "Unknown")
      out.write(" (")
      out.write(decimal: bytes[0])
      out.write(")")
    }
    out.write(", length ")
    out.write(unsigned: length)
    out.write(": ")
  }
}
