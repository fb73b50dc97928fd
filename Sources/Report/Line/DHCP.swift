// BOOTP (RFC 951) and DHCP (RFC 2131), as text: the header. The options are in DHCPOptions.swift.

internal import Wire

extension LinePrinter {
  /// A BOOTP or DHCP message.
  mutating func bootp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "bootp"
    let operation = try bytes.get8(0)
    switch operation {
    case 1: out.write("BOOTP/DHCP, Request")
    case 2: out.write("BOOTP/DHCP, Reply")
    default:
      out.write("BOOTP/DHCP, unknown (0x")
      out.write(hex: operation, width: 2)
      out.write(octet: 41)
    }
    let hardware = try bytes.get8(1)
    let hardwareLength = try bytes.get8(2)
    let ethernet = hardware == 1 && hardwareLength == 6
    if ethernet, operation == 1 {
      let address = try bytes.get48(28)
      out.write(" from ")
      out.write(mac: address)
    }
    out.write(", length ")
    out.write(unsigned: length)
    if !verbose { return }
    if !bytes.has(8, 2) { return truncated() }

    if hardware != 1 {
      out.write(", htype ")
      out.write(decimal: hardware)
    }
    if !ethernet {
      out.write(", hlen ")
      out.write(decimal: hardwareLength)
    }
    if bytes[3] != 0 {
      out.write(", hops ")
      out.write(decimal: bytes[3])
    }
    if bytes.u32(4) != 0 {
      out.write(", xid 0x")
      out.write(hex: bytes.u32(4))
    }
    if bytes.u16(8) != 0 {
      out.write(", secs ")
      out.write(decimal: bytes.u16(8))
    }
    let flags = try bytes.get16(10)
    out.write(flags & 0x8000 != 0 ? ", Flags [Broadcast]" : ", Flags [none]")
    if options.verbosity > 1 {
      out.write(" (0x")
      out.write(hex: flags, width: 4)
      out.write(octet: 41)
    }
    try bootpAddress("\n\t  Client-IP ", bytes, 12)
    try bootpAddress("\n\t  Your-IP ", bytes, 16)
    try bootpAddress("\n\t  Server-IP ", bytes, 20)
    try bootpAddress("\n\t  Gateway-IP ", bytes, 24)
    if ethernet {
      let address = try bytes.get48(28)
      out.write("\n\t  Client-Ethernet-Address ")
      out.write(mac: address)
    }
    if try !bootpName("\n\t  sname \"", bytes, 44, 64) { return }
    if try !bootpName("\n\t  file \"", bytes, 108, 128) { return }

    if !bytes.has(236, 4) { return truncated() }
    switch bytes.u32(236) {
    case 0: break
    case 0x6382_5363: try dhcpOptions(bytes.extracting(droppingFirst: 236))
    // "CMU" and a zero.
    case 0x434d_5500: carnegieMellon(bytes.extracting(droppingFirst: 236))
    default:
      out.write("\n\t  Vendor-#0x")
      out.write(hex: bytes.u32(236))
    }
  }

  /// An address, unless it is zero.
  private mutating func bootpAddress(
    _ name: StaticString, _ bytes: Bytes, _ at: Int
  ) throws(Cut) {
    let address = try bytes.get32(at)
    if address == 0 { return }
    out.write(name)
    out.write(ipv4: address)
  }

  /// A field of text that a zero ends, unless it is empty. False when nothing ends it.
  private mutating func bootpName(
    _ name: StaticString, _ bytes: Bytes, _ start: Int, _ length: Int
  ) throws(Cut) -> Bool {
    if try bytes.get8(start) == 0 { return true }
    out.write(name)
    let whole = zeroTerminated(bytes, start, length) != nil
    out.write(octet: 34)
    if whole { return true }
    truncated()
    return false
  }

  /// What Carnegie Mellon's clients had in the place of options.
  private mutating func carnegieMellon(_ bytes: Bytes) {
    out.write(" vend-cmu")
    if !bytes.has(4, 4) { return truncated() }
    let flags = bytes[4]
    if flags & 0xfe != 0 {
      out.write(" F:0x")
      out.write(hex: flags)
    }
    let names: InlineArray<8, (at: Int, name: StaticString)> = [
      (12, " DG:"), (8, flags & 1 != 0 ? " SM:" : " SM*:"), (16, " NS1:"), (20, " NS2:"), (24, " IEN1:"),
      (28, " IEN2:"), (32, " TS1:"), (36, " TS2:"),
    ]
    for i in 0..<8 {
      if !bytes.has(names[i].at, 4) { return truncated() }
      if bytes.u32(names[i].at) == 0 { continue }
      out.write(names[i].name)
      out.write(ipv4: bytes.u32(names[i].at))
    }
  }
}
