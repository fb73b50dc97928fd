// Linux cooked captures, version 1 and 2 (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2), as text.

internal import Wire

/// Where the two versions keep the same things.
private struct CookedHeader {
  var headerLength: Int
  var addressLength: Int
  /// Offset of the address.
  var address: Int
  var type: UInt16
  /// ARPHRD number of the device.
  var device: UInt16
  /// Version 2 only.
  var interface: UInt32?
  var direction: UInt16
}

extension LinePrinter {
  /// Version 1: sixteen octets.
  mutating func cooked(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "sll"
    try bytes.check(0, 16)
    let header = CookedHeader(
      headerLength: 16, addressLength: Int(bytes.u16(4)), address: 6, type: bytes.u16(14),
      device: bytes.u16(2),
      interface: nil, direction: bytes.u16(0))
    if options.linkHeader { try write(header, bytes, length) }
    try cookedPayload(header, bytes, length)
  }

  /// Version 2: twenty octets, with the interface's index.
  mutating func cooked2(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "sll2"
    try bytes.check(0, 20)
    let header = CookedHeader(
      headerLength: 20, addressLength: Int(bytes[11]), address: 12, type: bytes.u16(0), device: bytes.u16(8),
      interface: bytes.u32(4), direction: UInt16(bytes[10]))
    // The index is that of the machine that captured; tcpdump shows the name that this machine gives it.
    let before = out.count
    localInterfaceName(bytes.u32(4), into: &out)
    out.write(32, times: max(0, 5 &- (out.count &- before)) &+ 1)
    let name = directionName(header.direction)
    out.write(name)
    out.write(32, times: max(0, 3 &- name.utf8CodeUnitCount) &+ 1)
    if options.linkHeader { try write(header, bytes, length) }
    try cookedPayload(header, bytes, length)
  }

  private func directionName(_ direction: UInt16) -> StaticString {
    switch direction {
    case 0: "In"
    case 1: "B"
    case 2: "M"
    case 3: "P"
    case 4: "Out"
    default: "?"
    }
  }

  /// The header as `-e` shows it.
  private mutating func write(_ header: CookedHeader, _ bytes: Bytes, _ length: Int) throws(Cut) {
    if let interface = header.interface {
      reading = "sll2"
      out.write("ifindex ")
      out.write(decimal: interface)
      out.write(octet: 32)
    } else {
      reading = "sll"
      let name = directionName(header.direction)
      out.write(32, times: 3 &- name.utf8CodeUnitCount)
      out.write(name)
      out.write(octet: 32)
    }
    if header.addressLength == 6 {
      out.write(mac: bytes.u48(header.address))
      out.write(octet: 32)
    }
    if options.quiet { return }
    switch header.type {
    case 1: out.write("802.3")
    case 4: out.write("802.2")
    default:
      out.write("ethertype ")
      out.write(header.type <= 1500 ? "Unknown" : etherTypeName(header.type) ?? "Unknown")
      out.write(" (0x")
      out.write(hex: header.type, width: 4)
      out.write(")")
    }
    out.write(", length ")
    out.write(unsigned: length)
    out.write(": ")
  }

  /// What the header announces.
  private mutating func cookedPayload(
    _ header: CookedHeader, _ bytes: Bytes, _ length: Int
  ) throws(Cut) {
    var type = header.type
    var at = header.headerLength
    if header.device == 803 {
      // A radiotap header, which we know by name only.
      named("802.11", length &- at)
      linkLength = at
      return
    }
    while type == 0x8100 {
      if bytes.count < at &+ 4 {
        reading = "vlan"
        truncated()
        linkLength = bytes.count
        return
      }
      if options.linkHeader {
        write(tag: bytes.u16(at))
        out.write(", ")
      }
      type = bytes.u16(at &+ 2)
      if type <= 1500 { type = 4 }
      if !options.quiet {
        out.write("ethertype ")
        out.write(etherTypeName(type) ?? "Unknown")
        out.write(", ")
      }
      at &+= 4
    }
    let rest = bytes.extracting(droppingFirst: at)
    let inside = length &- at
    switch type {
    case 1: named("IPX", inside)
    case 4:
      let size = try llc(rest, inside, nil)
      if size < 0 {
        unknown(rest)
      } else {
        at &+= size
      }
    case 0...1500: unknown(rest)
    default:
      if try !etherType(type, rest, inside) {
        if !options.linkHeader {
          try write(header, bytes, inside &+ header.headerLength)
        }
        unknown(rest)
      }
    }
    linkLength = at
  }
}
