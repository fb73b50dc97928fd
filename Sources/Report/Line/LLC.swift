// Logical Link Control and the Subnetwork Access Protocol (IEEE 802.2, RFC 1042), as text.

internal import Wire

extension LinePrinter {
  /// What follows an IEEE 802.3 length. Returns the octets of its header; shows the payload itself when it is
  /// nothing we know.
  mutating func logicalLink(
    _ bytes: Bytes, _ length: Int, _ addresses: LinkAddresses?
  ) throws(Cut) -> Int {
    let header = try llc(bytes, length, addresses)
    if header < 0 { unknown(bytes) }
    return abs(header)
  }

  /// An LLC header and its payload. Returns the octets of the header, negative when the payload is nothing we
  /// know.
  mutating func llc(_ bytes: Bytes, _ length: Int, _ addresses: LinkAddresses?) throws(Cut) -> Int {
    reading = "llc"
    if bytes.count < 3 || length < 3 { return shortLLC(bytes, length) }
    let destinationField = bytes[0]
    let sourceField = bytes[1]
    var control = UInt16(bytes[2])
    let unnumbered = control & 3 == 3
    let header = unnumbered ? 3 : 4
    if !unnumbered {
      if bytes.count < 4 || length < 4 { return shortLLC(bytes, length) }
      control |= UInt16(bytes[3]) &<< 8
    }
    if sourceField == 0xff, destinationField == 0xff {
      if options.linkHeader { out.write("IPX 802.3: ") }
      named("IPX", length)
      return 0
    }
    let destination = destinationField & 0xfe
    let source = sourceField & 0xfe
    if options.linkHeader {
      out.write("LLC, dsap ")
      write(sap: destination)
      out.write(destinationField & 1 == 0 ? ") Individual, ssap " : ") Group, ssap ")
      write(sap: source)
      out.write(sourceField & 1 == 0 ? ") Command, ctrl 0x" : ") Response, ctrl 0x")
      out.write(hex: control, width: unnumbered ? 2 : 4)
      out.write(": ")
    }
    let rest = bytes.extracting(droppingFirst: header)
    let inside = length &- header
    if source == destination, control == 3 {
      switch source {
      case 0xaa: return try snap(rest, inside, addresses, padding: 2) ? header &+ 5 : -(header &+ 5)
      case 0x42:
        named("STP", inside)
        return header
      case 0x06:
        try ipv4(rest, inside)
        return header
      case 0xe0:
        if options.linkHeader { out.write("IPX 802.2: ") }
        named("IPX", inside)
        return header
      case 0xfe:
        named("OSI", inside)
        return header
      default: break
      }
    }
    if !options.linkHeader { saps(source, destination, addresses) }
    if unnumbered { return try unnumberedFrame(rest, inside, header, UInt8(control & 0xff), sourceField) }
    let response = UInt16(sourceField & 1) | (control & 0x0100)
    if control & 3 == 1 {
      out.write("Supervisory, ")
      switch control &>> 2 & 3 {
      case 0: out.write("Receiver Ready")
      case 1: out.write("Receiver not Ready")
      case 2: out.write("Reject")
      default: out.write("?")
      }
    } else {
      out.write("Information, send seq ")
      out.write(decimal: control &>> 1 & 0x7f)
    }
    out.write(", rcv seq ")
    out.write(decimal: control &>> 9 & 0x7f)
    out.write(", Flags [")
    out.write(flagName(response))
    out.write("], length ")
    out.write(unsigned: length)
    return control & 3 == 1 ? header : -header
  }

  /// A header cut short: its octets, whatever a dump shows.
  private mutating func shortLLC(_ bytes: Bytes, _ length: Int) -> Int {
    truncated()
    hexAndASCII(bytes)
    return min(bytes.count, max(0, length))
  }

  /// An unnumbered frame that carries nothing we know.
  private mutating func unnumberedFrame(
    _ bytes: Bytes, _ length: Int, _ header: Int, _ control: UInt8, _ sourceField: UInt8
  ) throws(Cut) -> Int {
    out.write("Unnumbered, ")
    switch control & 0xef {
    case 0x03: out.write("ui")
    case 0xe3: out.write("test")
    case 0xaf: out.write("xid")
    case 0x63: out.write("ua")
    case 0x43: out.write("disc")
    case 0x0f: out.write("dm")
    case 0x6f: out.write("sabme")
    case 0x87: out.write("frmr")
    default: out.write(hexOctet: control & 0xef)
    }
    out.write(", Flags [")
    out.write(flagName(UInt16(sourceField & 1) | UInt16(control & 0x10)))
    out.write("], length ")
    out.write(unsigned: length &+ header)
    if control & 0xef == 0xaf {
      if length == 0 { return header }
      if bytes.count < 1 {
        truncated()
        return header
      }
      if bytes[0] == 0x81 {
        if bytes.count < 3 || length < 3 {
          truncated()
          hexAndASCII(bytes)
        } else {
          out.write(": ")
          out.write(hexOctet: bytes[1])
          out.write(octet: 32)
          out.write(hexOctet: bytes[2])
        }
        return header
      }
    }
    return -header
  }

  /// What the poll or final bit means with a command or a response.
  private func flagName(_ bits: UInt16) -> StaticString {
    switch bits {
    case 0: "Command"
    case 1: "Response"
    case 0x10, 0x100: "Poll"
    case 0x11, 0x101: "Final"
    default: "?"
    }
  }

  /// Addresses and service access points in front of a frame whose payload is not known.
  private mutating func saps(_ source: UInt8, _ destination: UInt8, _ addresses: LinkAddresses?) {
    if let addresses {
      out.write(mac: addresses.source)
      out.write(octet: 32)
    }
    if source != destination {
      write(name: source, "Unknown SSAP 0x")
      out.write(octet: 32)
    }
    if source != destination || addresses != nil { out.write("> ") }
    if let addresses {
      out.write(mac: addresses.destination)
      out.write(octet: 32)
    }
    write(name: destination, "Unknown DSAP 0x")
    out.write(octet: 32)
  }

  /// A service access point by its name, or by its number.
  private mutating func write(name sap: UInt8, _ otherwise: StaticString) {
    if let name = sapName(sap) {
      out.write(name)
    } else {
      out.write(otherwise)
      out.write(hexOctet: sap)
    }
  }

  /// A service access point by name and number, the parenthesis left open.
  private mutating func write(sap: UInt8) {
    out.write(sapName(sap) ?? "Unknown")
    out.write(" (0x")
    out.write(hexOctet: sap)
  }

  private func sapName(_ sap: UInt8) -> StaticString? {
    switch sap {
    case 0x00: "Null"
    case 0xff: "Global"
    case 0x02: "802.1B I"
    case 0x03: "802.1B G"
    case 0x06: "IP"
    case 0x04: "SNA"
    case 0x0e: "ProWay NM"
    case 0x42: "STP"
    case 0x4e: "RS511"
    case 0x7e: "ISO8208"
    case 0x8e: "ProWay"
    case 0xaa: "SNAP"
    case 0xe0: "IPX"
    case 0xf0: "NetBeui"
    case 0xfe: "OSI"
    default: nil
    }
  }

  /// A SNAP header and its payload, bridged frames behind `padding` octets. False when the payload is nothing
  /// we know.
  mutating func snap(
    _ bytes: Bytes, _ length: Int, _ addresses: LinkAddresses?, padding: Int
  ) throws(Cut) -> Bool {
    reading = "snap"
    if bytes.count < 5 || length < 5 {
      truncated()
      return true
    }
    let organization = bytes.u24(0)
    let type = bytes.u16(3)
    if options.linkHeader {
      out.write("oui ")
      organizationAndType(organization, type)
      out.write(unsigned: length &- 5)
      out.write(": ")
    }
    let rest = bytes.extracting(droppingFirst: 5)
    let inside = length &- 5
    switch (organization, type) {
    case (0x000000, _), (0x0000f8, _), (0x080007, 0x809b):
      if try etherType(type, rest, inside) { return true }
    case (0x00000c, 0x2000): return namedOnly("CDP", inside)
    case (0x00000c, 0x2003): return namedOnly("VTP", inside)
    case (0x00000c, 0x2004): return namedOnly("DTP", inside)
    case (0x00000c, 0x0111): return namedOnly("UDLD", inside)
    case (0x00000c, 0x010b), (0x00000c, 0x010c), (0x0080c2, 0x000e): return namedOnly("STP", inside)
    case (0x0080c2, 0x0001), (0x0080c2, 0x0007):
      // Bridged Ethernet (RFC 2684), behind padding.
      if rest.count < padding {
        truncated()
        return true
      }
      try nested { (printer) throws(Cut) in
        _ = try printer.ethernet(bytes.extracting(droppingFirst: 5 &+ padding), inside &- padding)
      }
      return true
    default: break
    }
    if !options.linkHeader {
      if let addresses {
        out.write(mac: addresses.source)
        out.write(" > ")
        out.write(mac: addresses.destination)
        out.write(octet: 32)
      }
      if organization == 0 {
        out.write("SNAP, ethertype ")
        out.write(etherTypeName(type) ?? "Unknown")
        out.write(" (0x")
        out.write(hex: type, width: 4)
        out.write("), length ")
      } else {
        out.write("SNAP, oui ")
        organizationAndType(organization, type)
      }
      out.write(unsigned: inside)
      out.write(": ")
    }
    return false
  }

  private mutating func namedOnly(_ name: StaticString, _ length: Int) -> Bool {
    named(name, length)
    return true
  }

  /// Organization and protocol identifier, up to the length.
  private mutating func organizationAndType(_ organization: UInt32, _ type: UInt16) {
    out.write(organizationName(organization) ?? "Unknown")
    out.write(" (0x")
    out.write(hex: organization, width: 6)
    out.write(organization == 0 ? "), ethertype " : "), pid ")
    out.write(protocolIdentifier(organization, type) ?? "Unknown")
    out.write(" (0x")
    out.write(hex: type, width: 4)
    out.write("), length ")
  }

  /// What an organization calls a protocol.
  private func protocolIdentifier(_ organization: UInt32, _ type: UInt16) -> StaticString? {
    switch (organization, type) {
    case (0x000000, _), (0x0000f8, _), (0x080007, _): etherTypeName(type)
    case (0x00000c, 0x2000): "CDP"
    case (0x00000c, 0x2003): "VTP"
    case (0x00000c, 0x2004): "DTP"
    case (0x00000c, 0x0111): "UDLD"
    case (0x00000c, 0x010b): "PVST"
    case (0x00000c, 0x010c): "VLAN Bridge"
    case (0x0080c2, 0x0001): "Ethernet + FCS"
    case (0x0080c2, 0x0007): "Ethernet w/o FCS"
    case (0x0080c2, 0x0002): "802.4 + FCS"
    case (0x0080c2, 0x0008): "802.4 w/o FCS"
    case (0x0080c2, 0x0003): "Token Ring + FCS"
    case (0x0080c2, 0x0009): "Token Ring w/o FCS"
    case (0x0080c2, 0x0004): "FDDI + FCS"
    case (0x0080c2, 0x000a): "FDDI w/o FCS"
    case (0x0080c2, 0x0005): "802.6 + FCS"
    case (0x0080c2, 0x000b): "802.6 w/o FCS"
    case (0x0080c2, 0x000e): "BPDU"
    default: nil
    }
  }
}
