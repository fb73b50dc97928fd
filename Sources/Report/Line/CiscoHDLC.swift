// Cisco's HDLC framing of serial lines, and the address resolution and keepalives on them, as text.

internal import Wire

extension LinePrinter {
  /// Cisco HDLC: address, control, and an EtherType.
  mutating func ciscoHDLC(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "chdlc"
    if length < 4 {
      truncated()
      linkLength = bytes.count
      return
    }
    let type = try bytes.get16(2)
    if options.linkHeader {
      switch bytes[0] {
      case 0x0f: out.write("unicast")
      case 0x8f: out.write("bcast")
      default:
        out.write("0x")
        out.write(hexOctet: bytes[0])
      }
      out.write(", ethertype ")
      out.write(etherTypeName(type) ?? "Unknown")
      out.write(" (0x")
      out.write(hex: type, width: 4)
      out.write("), length ")
      out.write(unsigned: length)
      out.write(": ")
    }
    let rest = bytes.extracting(droppingFirst: 4)
    let inside = length &- 4
    switch type {
    case 0x0800: try ipv4(rest, inside)
    case 0x86dd: try ipv6(rest, inside)
    case 0x8035: try serialLine(rest, inside)
    case 0x8847, 0x8848: try mpls(rest, inside)
    case 0xfefe:
      if inside < 2 {
        truncated()
        linkLength = bytes.count
        return
      }
      // Some senders put an octet of padding in front.
      let second = try rest.get8(1)
      named("OSI", second >= 0x81 && second <= 0x83 ? inside &- 1 : inside)
    default:
      if !options.linkHeader {
        out.write("unknown CHDLC protocol (0x")
        out.write(hex: type, width: 4)
        out.write(")")
      }
    }
    linkLength = 4
  }

  /// The serial line address resolution protocol: who has which address, and whether the other side lives.
  private mutating func serialLine(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "chdlc_slarp"
    out.write("SLARP (length: ")
    out.write(unsigned: length)
    out.write("), ")
    if length < 14 || bytes.count < 14 {
      truncated()
      return
    }
    let code = bytes.u32(0)
    // Of a keepalive that tells a time, only what is behind the time.
    let shown = bytes.extracting(droppingFirst: code == 2 && length >= 18 ? 18 : 4)
    switch code {
    case 0: out.write("request")
    case 1:
      out.write("reply ")
      out.write(ipv4: bytes.u32(4))
      out.write("/")
      out.write(ipv4: bytes.u32(8))
    case 2: try keepalive(bytes, length)
    default:
      out.write("0x")
      out.write(hex: code, width: 2)
      out.write(" unknown")
      if options.verbosity <= 1 { unknownData(shown, length &- 4, indent: "\n\t") }
    }
    if length > 18, verbose {
      out.write(", (trailing junk: ")
      out.write(unsigned: length &- 18)
      out.write(" bytes)")
    }
    if options.verbosity > 1 { unknownData(shown, length &- 4, indent: "\n\t") }
  }

  /// Both sides' sequence numbers, and how long the link is up when the sender says it.
  private mutating func keepalive(_ bytes: Bytes, _ length: Int) throws(Cut) {
    out.write("keepalive: mineseen=0x")
    out.write(hex: bytes.u32(4), width: 8)
    out.write(", yourseen=0x")
    out.write(hex: bytes.u32(8), width: 8)
    out.write(", reliability=0x")
    out.write(hex: bytes.u16(12), width: 4)
    if length < 18 { return }
    let seconds = try bytes.get32(14) / 1000
    out.write(", link uptime=")
    out.write(decimal: seconds / 86_400)
    out.write("d")
    out.write(decimal: seconds / 3_600 % 24)
    out.write("h")
    out.write(decimal: seconds / 60 % 60)
    out.write("m")
    out.write(decimal: seconds % 60)
    out.write("s")
  }
}
