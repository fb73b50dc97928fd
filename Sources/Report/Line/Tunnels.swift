// Tunnels: GRE (RFC 2784, RFC 2890, RFC 2637), VXLAN (RFC 7348) and Geneve (RFC 8926), as text.

internal import Wire

extension LinePrinter {
  /// Generic Routing Encapsulation, by its version.
  mutating func gre(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "gre"
    guard bytes.count >= 2, length >= 2 else {
      truncated()
      return
    }
    let flags = bytes.u16(0)
    out.write("GREv")
    out.write(decimal: flags & 7)
    if flags & 7 > 1 {
      out.write(" ERROR: unknown-version")
      return
    }
    if verbose { write(gre: flags) }
    guard bytes.count >= 4, length >= 4 else {
      truncated()
      return
    }
    if flags & 7 == 0 {
      try gre0(bytes, length, flags)
    } else {
      try gre1(bytes, length, flags)
    }
  }

  /// The flags by name.
  private mutating func write(gre flags: UInt16) {
    out.write(", Flags [")
    var separate = false
    separate = named(flags & 0x8000 != 0, "checksum present", separate)
    separate = named(flags & 0x4000 != 0, "routing present", separate)
    separate = named(flags & 0x2000 != 0, "key present", separate)
    separate = named(flags & 0x1000 != 0, "sequence# present", separate)
    separate = named(flags & 0x0800 != 0, "source routing present", separate)
    separate = named(flags & 0x0080 != 0, "ack present", separate)
    out.write(separate ? "]" : "none]")
  }

  /// A flag's name when it is set, behind a comma when another stands before it.
  private mutating func named(_ set: Bool, _ name: StaticString, _ separate: Bool) -> Bool {
    if !set { return separate }
    if separate { out.write(", ") }
    out.write(name)
    return true
  }

  /// Whether `count` octets are there by both measures; says that they are not.
  private mutating func there(_ bytes: Bytes, _ length: Int, _ at: Int, _ count: Int) -> Bool {
    if bytes.has(at, count), length &- at >= count { return true }
    truncated()
    return false
  }

  /// Version 0.
  private mutating func gre0(_ bytes: Bytes, _ length: Int, _ flags: UInt16) throws(Cut) {
    var at = 4
    if flags & 0xc000 != 0 {
      guard there(bytes, length, at, 2) else { return }
      if verbose {
        out.write(", sum 0x")
        out.write(hex: bytes.u16(at))
      }
      guard there(bytes, length, at &+ 2, 2) else { return }
      out.write(", off 0x")
      out.write(hex: bytes.u16(at &+ 2))
      at &+= 4
    }
    if flags & 0x2000 != 0 {
      guard there(bytes, length, at, 4) else { return }
      out.write(", key=0x")
      out.write(hex: bytes.u32(at))
      at &+= 4
    }
    if flags & 0x1000 != 0 {
      guard there(bytes, length, at, 4) else { return }
      out.write(", seq ")
      out.write(decimal: bytes.u32(at))
      at &+= 4
    }
    if flags & 0x4000 != 0 {
      guard let behind = sourceRoutes(bytes, length, at) else {
        truncated()
        return
      }
      at = behind
    }
    let type = bytes.u16(2)
    greLength(type, length)
    colonOrLine()
    let rest = bytes.extracting(droppingFirst: at)
    let inside = length &- at
    switch type {
    case 0x0800:
      try nested { (printer) throws(Cut) in try printer.ipv4(bytes.extracting(droppingFirst: at), inside) }
    case 0x86dd:
      try nested { (printer) throws(Cut) in try printer.ipv6(bytes.extracting(droppingFirst: at), inside) }
    case 0x8847:
      try nested { (printer) throws(Cut) in try printer.mpls(bytes.extracting(droppingFirst: at), inside) }
    case 0x6558:
      try nested { (printer) throws(Cut) in
        _ = try printer.ethernet(bytes.extracting(droppingFirst: at), inside)
      }
    case 0x8137, 0x809b, 0x00fe: named(etherTypeName(type) ?? "Unknown", rest.count)
    default:
      out.write("gre-proto-0x")
      out.write(hex: type)
    }
  }

  /// Protocol at `-e`, and length.
  private mutating func greLength(_ type: UInt16, _ length: Int) {
    if options.linkHeader {
      out.write(", proto ")
      out.write(etherTypeName(type) ?? "unknown")
      out.write(" (0x")
      out.write(hex: type, width: 4)
      out.write(")")
    }
    out.write(", length ")
    out.write(unsigned: length)
  }

  /// What stands between a tunnel and what it carries.
  private mutating func colonOrLine() { out.write(verbose ? "\n\t" : ": ") }

  /// Source route entries (RFC 1701): where they end, nil when they are cut short.
  private mutating func sourceRoutes(_ bytes: Bytes, _ length: Int, _ start: Int) -> Int? {
    var at = start
    while true {
      guard bytes.has(at, 4), length &- at >= 4 else { return nil }
      let family = bytes.u16(at)
      let offset = Int(bytes[at &+ 2])
      let size = Int(bytes[at &+ 3])
      at &+= 4
      if family == 0, size == 0 { return at }
      switch family {
      case 0x0800: out.write(", (rtaf=ip")
      case 0xfffe: out.write(", (rtaf=asn")
      default:
        out.write(", (rtaf=0x")
        out.write(hex: family)
      }
      var whole = true
      if family == 0x0800 || family == 0xfffe {
        whole = route(bytes, length, at, offset, size, step: family == 0x0800 ? 4 : 2)
      }
      out.write(")")
      if !whole || length &- at < size { return nil }
      at &+= size
    }
  }

  /// The addresses or systems of one route, a star before the next.
  private mutating func route(
    _ bytes: Bytes, _ length: Int, _ at: Int, _ offset: Int, _ size: Int, step: Int
  ) -> Bool {
    if offset & (step &- 1) != 0 {
      out.write(", badoffset=")
      out.write(unsigned: offset)
      return true
    }
    if size & (step &- 1) != 0 {
      out.write(", badlength=")
      out.write(unsigned: size)
      return true
    }
    if offset >= size {
      out.write(", badoff/len=")
      out.write(unsigned: offset)
      out.write("/")
      out.write(unsigned: size)
      return true
    }
    var done = 0
    while done < size {
      guard bytes.has(at &+ done, step), length &- at &- done >= step else { return false }
      out.write(done == offset ? " *" : " ")
      if step == 4 {
        out.write(ipv4: bytes.u32(at &+ done))
      } else {
        out.write(hex: bytes.u16(at &+ done))
      }
      done &+= step
    }
    return true
  }

  /// Version 1: the one that PPTP uses.
  private mutating func gre1(_ bytes: Bytes, _ length: Int, _ flags: UInt16) throws(Cut) {
    var at = 4
    if flags & 0x2000 != 0 {
      guard there(bytes, length, at, 4) else { return }
      out.write(", call ")
      out.write(decimal: bytes.u32(at) & 0xffff)
      at &+= 4
    }
    if flags & 0x1000 != 0 {
      guard there(bytes, length, at, 4) else { return }
      out.write(", seq ")
      out.write(decimal: bytes.u32(at))
      at &+= 4
    }
    if flags & 0x0080 != 0 {
      guard there(bytes, length, at, 4) else { return }
      out.write(", ack ")
      out.write(decimal: bytes.u32(at))
      at &+= 4
    }
    if flags & 0x1000 == 0 { out.write(", no-payload") }
    let type = bytes.u16(2)
    greLength(type, length)
    if flags & 0x1000 == 0 { return }
    colonOrLine()
    if type == 0x880b {
      try nested { (printer) throws(Cut) in
        _ = try printer.ppp(bytes.extracting(droppingFirst: at), length &- at)
      }
    } else {
      out.write("gre-proto-0x")
      out.write(hex: type)
    }
  }

  /// VXLAN: eight octets and an Ethernet frame, which gets a line of its own.
  mutating func vxlan(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "vxlan"
    out.write("VXLAN")
    if length < 8 {
      invalid()
      return
    }
    let flags = try bytes.get8(0)
    out.write(flags & 8 != 0 ? ", flags [I] (0x" : ", flags [invalid] (0x")
    out.write(hexOctet: flags)
    out.write("), ")
    let network = try bytes.get24(4)
    out.write("vni ")
    out.write(decimal: network)
    out.write("\n")
    try bytes.check(7, 1)
    try nested { (printer) throws(Cut) in
      _ = try printer.ethernet(bytes.extracting(droppingFirst: 8), length &- 8)
    }
  }

  /// Geneve: eight octets, options, and what its protocol type announces.
  mutating func geneve(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "geneve"
    out.write("Geneve")
    if length < 8 {
      out.write(" [length ")
      out.write(unsigned: length)
      out.write(" < 8]")
      invalid()
      return
    }
    guard bytes.count >= 8 else {
      truncated()
      return
    }
    if bytes[0] &>> 6 != 0 {
      out.write(" ERROR: unknown-version ")
      out.write(decimal: bytes[0] &>> 6)
      return
    }
    out.write(", Flags [")
    let flags = bytes[1]
    if flags == 0 { out.write("none") }
    if flags & 0x80 != 0 { out.write("O") }
    if flags & 0x40 != 0 { out.write("C") }
    for bit in 0..<UInt8(6) where flags & (0x20 &>> bit) != 0 {
      out.write("R")
      out.write(decimal: bit &+ 1)
    }
    out.write("], vni 0x")
    out.write(hex: bytes.u24(4))
    if bytes[7] != 0 {
      out.write(", rsvd 0x")
      out.write(hex: bytes[7])
    }
    let type = bytes.u16(2)
    if options.linkHeader {
      out.write(", proto ")
      out.write(etherTypeName(type) ?? "unknown")
      out.write(" (0x")
      out.write(hex: type, width: 4)
      out.write(")")
    }
    let optionsLength = Int(bytes[0] & 0x3f) &* 4
    if length &- 8 < optionsLength {
      out.write(" truncated-geneve - ")
      out.write(unsigned: optionsLength &- (length &- 8))
      out.write(" bytes missing")
      return
    }
    guard bytes.has(8, optionsLength) else {
      truncated()
      return
    }
    if optionsLength > 0 {
      out.write(", options [")
      if verbose {
        geneveOptions(bytes.extracting(8..<8 &+ optionsLength))
      } else {
        out.write(unsigned: optionsLength)
        out.write(" bytes")
      }
      out.write("]")
    }
    colonOrLine()
    let at = 8 &+ optionsLength
    try nested { (printer) throws(Cut) in
      let rest = bytes.extracting(droppingFirst: at)
      if try printer.etherType(type, rest, length &- at) { return }
      if type == 0x6558 {
        _ = try printer.ethernet(rest, length &- at)
      } else {
        printer.out.write("geneve-proto-0x")
        printer.out.write(hex: type)
      }
    }
  }

  /// The options of Geneve.
  private mutating func geneveOptions(_ bytes: Bytes) {
    var at = 0
    while at &+ 4 <= bytes.count {
      if at > 0 { out.write(", ") }
      let family = bytes.u16(at)
      let size = 4 &+ Int(bytes[at &+ 3] & 0x1f) &* 4
      out.write("class ")
      switch family {
      case 0...0x00ff: out.write("Standard")
      case 0x0100: out.write("Linux")
      case 0x0101: out.write("Open vSwitch")
      case 0x0102: out.write("Open Virtual Networking (OVN)")
      case 0x0103: out.write("In-band Network Telemetry (INT)")
      case 0x0104: out.write("VMware")
      case 0xfff0...0xffff: out.write("Experimental")
      default: out.write("Unknown")
      }
      out.write(" (0x")
      out.write(hex: family)
      out.write(") type 0x")
      out.write(hex: bytes[at &+ 2])
      if bytes[at &+ 2] & 0x80 != 0 { out.write("(C)") }
      out.write(" len ")
      out.write(unsigned: size)
      if size > bytes.count &- at {
        out.write(" [bad length]")
        return
      }
      if options.verbosity > 1, size > 4 {
        out.write(" data")
        var word = at &+ 4
        while word < at &+ size {
          out.write(octet: 32)
          out.write(hex: bytes.u32(word), width: 8)
          word &+= 4
        }
      }
      at &+= size
    }
  }
}
