// ARCNET (RFC 1051, RFC 1201), as the wire has it and as Linux hands it out, as text.

internal import Wire

extension LinePrinter {
  /// ARCNET as the wire has it.
  mutating func arcnet(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "arcnet"
    try bytes.check(0, 3)
    let type = bytes[2]
    var header = 3
    var fragment: (flag: UInt8, sequence: UInt16)?
    if !ARCNETHeader.isSimple(type) {
      if bytes.count < 6 { throw try cutARCNET(" phds", bytes, length) }
      header = 6
      // An exception packet fills up a frame whose length the hardware could not say; its own header follows.
      if bytes[3] == 0xff {
        if bytes.count < 10 { throw try cutARCNET(" phds extended", bytes, length) }
        header = 10
      }
      fragment = (bytes[header &- 3], bytes.u16(header &- 2))
    }
    if options.linkHeader { try writeARCNET(bytes, length, fragment) }
    linkLength = header
    if let fragment, fragment.flag != 0, fragment.flag & 1 == 0 { return }
    try arcnetPayload(type, bytes.extracting(droppingFirst: header), length &- header)
  }

  /// ARCNET as Linux hands it out: fragments joined.
  mutating func arcnetLinux(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "arcnet_linux"
    try bytes.check(0, 5)
    let type = bytes[4]
    let header = ARCNETHeader.isSimple(type) ? 5 : 8
    try bytes.check(0, header)
    if options.linkHeader { try writeARCNET(bytes, length, nil) }
    linkLength = header
    try arcnetPayload(type, bytes.extracting(droppingFirst: header), length &- header)
  }

  /// What can be said of a header cut short.
  private mutating func cutARCNET(
    _ part: StaticString, _ bytes: Bytes, _ length: Int
  ) throws(Cut) -> Cut {
    try writeARCNET(bytes, length, nil)
    out.write(part)
    return .truncated
  }

  /// The header as `-e` shows it.
  private mutating func writeARCNET(
    _ bytes: Bytes, _ length: Int, _ fragment: (flag: UInt8, sequence: UInt16)?
  ) throws(Cut) {
    reading = "arcnet"
    out.write(hexOctet: try bytes.get8(0))
    out.write(octet: 32)
    out.write(hexOctet: try bytes.get8(1))
    out.write(octet: 32)
    if !options.quiet {
      // Linux's header has an offset there, whose first octet is taken for the type all the same.
      write(arcnetType: try bytes.get8(2))
      out.write(octet: 32)
      if let fragment {
        out.write("seqid ")
        out.write(hex: fragment.sequence, width: 4)
        out.write(octet: 32)
        if fragment.flag & 1 != 0 {
          out.write("(first of ")
          out.write(unsigned: (Int(fragment.flag) &+ 3) / 2)
          out.write(" fragments) ")
        } else if fragment.flag != 0 {
          out.write("(fragment ")
          out.write(unsigned: Int(fragment.flag) / 2 &+ 1)
          out.write(") ")
        }
      }
    }
    out.write(unsigned: length)
    out.write(": ")
  }

  private mutating func write(arcnetType type: UInt8) {
    switch type {
    case 0xf0: out.write("oldip")
    case 0xf1: out.write("oldarp")
    case 0xd4: out.write("ip")
    case 0xd5: out.write("arp")
    case 0xd6: out.write("rarp")
    case 0xdd: out.write("atalk")
    case 0xf7: out.write("banyan")
    case 0xfa: out.write("ipx")
    case 0xc4: out.write("ipv6")
    case 0x80: out.write("diag")
    default: out.write(hexOctet: type)
    }
  }

  /// What a protocol number announces.
  private mutating func arcnetPayload(_ type: UInt8, _ bytes: Bytes, _ length: Int) throws(Cut) {
    switch type {
    case 0xf0, 0xd4: try ipv4(bytes, length)
    case 0xc4: try ipv6(bytes, length)
    case 0xf1, 0xd5, 0xd6: try arp(bytes, length)
    case 0xdd: named("Appletalk", length)
    case 0xfa: named("IPX", length)
    default: hexAndASCII(bytes)
    }
  }
}
