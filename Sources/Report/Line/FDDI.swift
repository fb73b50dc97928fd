// Fiber Distributed Data Interface (ANSI X3.139, RFC 1390), as text.

internal import Wire

extension LinePrinter {
  /// An FDDI frame: frame control, two addresses, and LLC where the frame control says so.
  mutating func fddi(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "fddi"
    if bytes.count < FDDIHeader.length {
      truncated()
      linkLength = bytes.count
      return
    }
    let control = bytes[0]
    let addresses = LinkAddresses(source: bytes.u48(7), destination: bytes.u48(1))
    if options.linkHeader { writeFDDI(control, addresses, length) }
    let rest = bytes.extracting(droppingFirst: FDDIHeader.length)
    var header = FDDIHeader.length
    switch control & 0xf0 {
    case 0x50: header &+= try logicalLink(rest, length &- FDDIHeader.length, addresses)
    case 0x40: out.write("<SMT printer not yet implemented>")
    default:
      if !options.linkHeader { writeFDDI(control, addresses, length) }
      unknown(rest)
    }
    linkLength = header
  }

  /// The header as `-e` shows it.
  private mutating func writeFDDI(_ control: UInt8, _ addresses: LinkAddresses, _ length: Int) {
    if !options.quiet { write(frameControl: control) }
    write(addresses)
    out.write("length ")
    out.write(unsigned: length)
    out.write(": ")
  }

  /// What kind of frame it is.
  private mutating func write(frameControl control: UInt8) {
    switch control {
    case 0x40: out.write("void ")
    case 0x80: out.write("nrt ")
    case 0xc0: out.write("rt ")
    case 0x41: out.write("info ")
    case 0x4f: out.write("nsa ")
    case 0xc2: out.write("beacon ")
    case 0xc3: out.write("claim ")
    default:
      switch control & 0xf0 {
      case 0xc0: out.write("mac")
      case 0x40: out.write("smt")
      case 0x50: out.write("async")
      case 0xd0: out.write("sync")
      case 0x60: out.write("imp_async")
      case 0xe0: out.write("imp_sync")
      default:
        out.write(hexOctet: control)
        out.write(octet: 32)
        return
      }
      out.write(hex: control & 0x0f)
      out.write(octet: 32)
    }
  }
}
