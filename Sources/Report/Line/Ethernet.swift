// Ethernet, IEEE 802.3 and their VLAN tags (IEEE 802.3-2022, IEEE 802.1Q-2022), as text.

internal import Wire

/// The MAC addresses of a frame, for printers that show them only when they know no better.
struct LinkAddresses {
  var source: UInt64
  var destination: UInt64
}

extension LinePrinter {
  /// An Ethernet frame. Returns the octets of its header.
  mutating func ethernet(_ bytes: Bytes, _ length: Int) throws(Cut) -> Int {
    reading = "ether"
    return try ethernet(bytes, length, .none)
  }

  /// An Ethernet frame with a switch's tag behind its addresses. Returns the octets of its header.
  mutating func ethernet(_ bytes: Bytes, _ length: Int, _ switchTag: SwitchTag) throws(Cut) -> Int {
    if length < bytes.count {
      out.write("[length ")
      out.write(unsigned: length)
      out.write(" < caplen ")
      out.write(unsigned: bytes.count)
      out.write("]")
      invalid()
      return length
    }
    let headerLength = EthernetHeader.length &+ switchTag.length
    if bytes.count < headerLength {
      truncated()
      return bytes.count
    }
    let addresses = LinkAddresses(source: bytes.u48(6), destination: bytes.u48(0))
    if options.linkHeader { write(addresses) }
    if switchTag != .none { write(switchTag, bytes.extracting(droppingFirst: 12)) }
    var type = bytes.u16(headerLength &- 2)
    var at = headerLength
    var printedLength = false
    while type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 {
      if bytes.count < at &+ 4 {
        reading = "vlan"
        truncated()
        return bytes.count
      }
      if options.linkHeader {
        write(etherType: type)
        if printedLength {
          out.write(", ")
        } else {
          lengthBefore(length)
          printedLength = true
        }
        write(tag: bytes.u16(at))
        out.write(", ")
      }
      type = bytes.u16(at &+ 2)
      at &+= 4
    }
    let rest = bytes.extracting(droppingFirst: at)
    if type <= 1500 {
      // A length: an LLC header follows, and what lies behind its payload is padding.
      let inside = min(Int(type), length &- at)
      if options.linkHeader {
        out.write("802.3")
        if !printedLength { lengthBefore(inside) }
      }
      return try at &+ logicalLink(rest.extracting(first: inside), inside, addresses)
    }
    if type == 0x8870 { return try at &+ logicalLink(rest, length &- at, addresses) }
    if options.linkHeader {
      write(etherType: type)
      if printedLength {
        out.write(", ")
      } else {
        lengthBefore(length)
      }
    }
    if try !etherType(type, rest, length &- at) {
      if !options.linkHeader {
        write(addresses)
        write(etherType: type)
        lengthBefore(length)
      }
      unknown(rest)
    }
    return at
  }

  /// Source and destination.
  mutating func write(_ addresses: LinkAddresses) {
    out.write(mac: addresses.source)
    out.write(" > ")
    out.write(mac: addresses.destination)
    out.write(", ")
  }

  /// ", length N: "
  private mutating func lengthBefore(_ length: Int) {
    out.write(", length ")
    out.write(unsigned: length)
    out.write(": ")
  }

  /// An EtherType by name and number.
  private mutating func write(etherType type: UInt16) {
    if options.quiet {
      if let name = etherTypeName(type) {
        out.write(name)
      } else {
        out.write("Unknown Ethertype (0x")
        out.write(hex: type, width: 4)
        out.write(")")
      }
    } else {
      out.write("ethertype ")
      out.write(etherTypeName(type) ?? "Unknown")
      out.write(" (0x")
      out.write(hex: type, width: 4)
      out.write(")")
    }
  }

  /// A VLAN tag: identifier, priority, and whether it may be dropped first.
  mutating func write(tag: UInt16) {
    out.write("vlan ")
    out.write(decimal: tag & 0xfff)
    out.write(", p ")
    out.write(decimal: tag &>> 13)
    if tag & 0x1000 != 0 { out.write(", DEI") }
  }

  /// Prints what an EtherType announces. False when it is nothing we know.
  mutating func etherType(_ type: UInt16, _ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    switch type {
    case 0x0800: try ipv4(bytes, length)
    case 0x86dd: try ipv6(bytes, length)
    case 0x0806, 0x8035: try arp(bytes, length)
    case 0x88cc: try lldp(bytes, length)
    case 0x8847, 0x8848: try mpls(bytes, length)
    case 0x8863, 0x8864, 0x3c12, 0x3c13: _ = try pppoe(bytes, length)
    case 0x880b:
      if length > 0 {
        out.write(": ")
        _ = try ppp(bytes, length)
      }
    default:
      if !isNamedOnly(type) { return false }
      named(etherTypeName(type) ?? "Unknown", length)
    }
    return true
  }

  /// A protocol that we know by name only.
  mutating func named(_ name: StaticString, _ length: Int) {
    out.write(name)
    out.write(", length ")
    out.write(unsigned: length)
  }
}
