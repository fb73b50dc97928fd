// Mobility headers of IPv6 (RFC 6275), as text.

internal import Wire

extension LinePrinter {
  /// A mobility header: message and options.
  mutating func mobility(_ bytes: Bytes) throws(Cut) {
    reading = "mobility"
    guard bytes.count >= 2 else {
      truncated()
      return
    }
    let size = (Int(bytes[1]) &+ 1) &* 8
    let type = try bytes.get8(2)
    let sizes: InlineArray<8, Int> = [8, 16, 16, 24, 24, 12, 12, 24]
    if type < 8, size < sizes[Int(type)] {
      out.write("(header length ")
      out.write(unsigned: size)
      out.write(" is too small for type ")
      out.write(decimal: type)
      out.write(")")
      truncated()
      return
    }
    out.write("mobility: ")
    switch type {
    case 0: out.write("BRR")
    case 1, 2:
      out.write(type == 1 ? "HoTI" : "CoTI")
      if verbose { try cookie(bytes, 8, type == 1, " Init Cookie=") }
    case 3, 4:
      out.write(type == 3 ? "HoT" : "CoT")
      let nonce = try bytes.get16(6)
      out.write(" nonce id=0x")
      out.write(hex: nonce)
      if verbose {
        try cookie(bytes, 8, type == 3, " Init Cookie=")
        try cookie(bytes, 16, type == 3, " Keygen Token=")
      }
    case 5:
      out.write("BU")
      try number(" seq#=", bytes.get16(6))
      let bits = try bytes.get16(8) &>> 12
      if bits != 0 { out.write(octet: 32) }
      if bits & 8 != 0 { out.write("A") }
      if bits & 4 != 0 { out.write("H") }
      if bits & 2 != 0 { out.write("L") }
      if bits & 1 != 0 { out.write("K") }
      try number(" lifetime=", UInt32(bytes.get16(10)) &* 4)
    case 6:
      out.write("BA")
      try number(" status=", bytes.get8(6))
      if try bytes.get8(7) & 0x80 != 0 { out.write(" K") }
      try number(" seq#=", bytes.get16(8))
      try number(" lifetime=", UInt32(bytes.get16(10)) &* 4)
    case 7:
      out.write("BE")
      try number(" status=", bytes.get8(6))
      let home = try bytes.getIPv6(8)
      out.write(" homeaddr ")
      out.write(ipv6: home)
    default:
      out.write("type-#")
      out.write(decimal: type)
      out.write(" len=")
      out.write(decimal: bytes[1])
      return
    }
    if verbose,
      try !mobilityOptions(bytes.extracting(droppingFirst: sizes[Int(type)]), size &- sizes[Int(type)])
    {
      truncated()
    }
  }

  /// Eight octets of a cookie or a token.
  private mutating func cookie(
    _ bytes: Bytes, _ at: Int, _ home: Bool, _ name: StaticString
  ) throws(Cut) {
    try bytes.check(at, 8)
    out.write(home ? " Home" : " Care-of")
    out.write(name)
    out.write(hex: bytes.u32(at), width: 8)
    out.write(":")
    out.write(hex: bytes.u32(at &+ 4), width: 8)
  }

  /// A field's name and number; the number has been read before its name is written.
  private mutating func number(
    _ name: StaticString, _ value: some FixedWidthInteger & UnsignedInteger
  ) throws(Cut) {
    out.write(name)
    out.write(decimal: value)
  }

  /// Options of a mobility header. False when they end before their length does.
  private mutating func mobilityOptions(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    var at = 0
    while at < length {
      let type = try bytes.get8(at)
      var size = 1
      if type != 0 {
        if at &+ 1 >= length { return false }
        size = Int(try bytes.get8(at &+ 1)) &+ 2
      }
      if at &+ size > length || !bytes.has(at &+ size, 1) { return false }
      let left = length &- at
      switch type {
      case 0: out.write("(pad1)")
      case 1: out.write("(padn)")
      case 2:
        if left < 4 { return short("(refresh: trunc)") }
        try number("(refresh: ", UInt32(bytes.get16(at &+ 2)) &* 4)
        out.write(")")
      case 3:
        if left < 18 { return short("(altcoa: trunc)") }
        let address = try bytes.getIPv6(at &+ 2)
        out.write("(alt-CoA: ")
        out.write(ipv6: address)
        out.write(")")
      case 4:
        if left < 6 { return short("(ni: trunc)") }
        try bytes.check(at &+ 2, 4)
        out.write("(ni: ho=0x")
        out.write(hex: bytes.u16(at &+ 2), width: 4)
        out.write(" co=0x")
        out.write(hex: bytes.u16(at &+ 4), width: 4)
        out.write(")")
      case 5:
        if left < 12 { return short("(auth: trunc)") }
        out.write("(auth)")
      default:
        out.write("(type-0x")
        out.write(hexOctet: type)
        out.write(": len=")
        out.write(unsigned: size &- 2)
        out.write(")")
      }
      at &+= size
    }
    return true
  }

  private mutating func short(_ text: StaticString) -> Bool {
    out.write(text)
    return false
  }
}
