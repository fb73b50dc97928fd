// Questions and resource records of DNS messages, as text.

internal import Wire

extension LinePrinter {
  /// A question: type, class and name. The offset behind it.
  mutating func question(_ bytes: Bytes, _ start: Int, _ message: DomainMessage) throws(Cut) -> Int? {
    guard let fixed = domainSkip(bytes, start), bytes.has(fixed, 4) else { return nil }
    out.write(octet: 32)
    domainType(bytes.u16(fixed))
    let code = bytes.u16(fixed &+ 2)
    domainClass(message.multicast ? code & 0x7fff : code)
    if message.multicast { out.write(code & 0x8000 != 0 ? " (QU)" : " (QM)") }
    out.write("? ")
    guard let behind = try domainName(bytes, start, base: 0) else { return nil }
    return behind &+ 4
  }

  /// A resource record. The offset behind it; nil when it could not be read to its end.
  mutating func record(_ bytes: Bytes, _ start: Int, _ message: DomainMessage) throws(Cut) -> Int? {
    var fixed: Int?
    if verbose {
      out.write(octet: 32)
      fixed = try domainName(bytes, start, base: 0)
      if fixed == nil { return nil }
    } else {
      fixed = domainSkip(bytes, start)
    }
    // A record whose fixed part is missing ends the section, and what follows says what else is missing.
    guard let fixed, bytes.has(fixed, 10) else { return bytes.count }
    let type = bytes.u16(fixed)
    let code = bytes.u16(fixed &+ 2)
    let shown = message.multicast ? code & 0x7fff : code
    if type != 41 { domainClass(shown) }
    if message.multicast, code & 0x8000 != 0 { out.write(" (Cache flush)") }
    if type != 41, options.verbosity > 2 {
      out.write(" [")
      out.write(duration: bytes.u32(fixed &+ 4))
      out.write(octet: 93)
    }
    let length = Int(bytes.u16(fixed &+ 8))
    let data = fixed &+ 10
    out.write(octet: 32)
    domainType(type)
    if !bytes.has(data, length) { return nil }
    if type == 41 {
      out.write(" UDPsize=")
      out.write(decimal: shown)
      if bytes.u16(fixed &+ 6) & 0x8000 != 0 { out.write(" DO") }
      if length > 0, try !extensions(bytes, data, data &+ length) { return nil }
      return data &+ length
    }
    return try recordData(bytes, type, data, length) ? data &+ length : nil
  }

  /// What a record holds, for the types whose contents are shown. False when it could not be read to its end.
  private mutating func recordData(
    _ bytes: Bytes, _ type: UInt16, _ at: Int, _ length: Int
  ) throws(Cut) -> Bool {
    switch type {
    case 1:
      // The octets may be those of the next record: its own length is not asked.
      if !bytes.has(at, 4) { return false }
      out.write(octet: 32)
      out.write(ipv4: bytes.u32(at))
    case 28:
      if !bytes.has(at, 16) { return false }
      out.write(octet: 32)
      out.write(ipv6: IPAddress(ipv6: bytes, at: at))
    case 2, 5, 12, 39:
      out.write(octet: 32)
      return try domainName(bytes, at, base: 0) != nil
    case 6: return try startOfAuthority(bytes, at)
    case 15:
      out.write(octet: 32)
      if !bytes.has(at, 2) { return false }
      if try domainName(bytes, at &+ 2, base: 0) == nil { return false }
      out.write(octet: 32)
      out.write(decimal: bytes.u16(at))
    case 16: return texts(bytes, at, at &+ length)
    case 33:
      out.write(octet: 32)
      if !bytes.has(at, 6) { return false }
      if try domainName(bytes, at &+ 6, base: 0) == nil { return false }
      out.write(octet: 58)
      out.write(decimal: bytes.u16(at &+ 4))
      out.write(octet: 32)
      out.write(decimal: bytes.u16(at))
      out.write(octet: 32)
      out.write(decimal: bytes.u16(at &+ 2))
    case 38: return try address6(bytes, at)
    case 104: return printable(bytes, at, length)
    case 250: return try transactionSignature(bytes, at)
    case 256:
      try bytes.check(at, 4)
      out.write(octet: 32)
      out.write(decimal: bytes.u16(at))
      out.write(octet: 32)
      out.write(decimal: bytes.u16(at &+ 2))
      out.write(octet: 32)
      // Too short a record leaves a length below zero, which reads as "all there is, and more".
      return printable(bytes, at &+ 4, length < 4 ? Int.max : length - 4)
    default: break
    }
    return true
  }

  /// SOA: two names and, with `-v`, five numbers.
  private mutating func startOfAuthority(_ bytes: Bytes, _ at: Int) throws(Cut) -> Bool {
    if !verbose { return true }
    out.write(octet: 32)
    guard let mailbox = try domainName(bytes, at, base: 0) else { return false }
    out.write(octet: 32)
    guard let numbers = try domainName(bytes, mailbox, base: 0) else { return false }
    if !bytes.has(numbers, 20) { return false }
    for i in 0..<5 {
      out.write(octet: 32)
      out.write(decimal: bytes.u32(numbers &+ 4 &* i))
    }
    return true
  }

  /// TXT: character strings in quotation marks.
  private mutating func texts(_ bytes: Bytes, _ start: Int, _ end: Int) -> Bool {
    var at = start
    while at < end {
      out.write(" \"")
      if at >= bytes.count { return false }
      let length = Int(bytes[at])
      if !printable(bytes, at &+ 1, length) { return false }
      at = at &+ 1 &+ length
      out.write(octet: 34)
    }
    return true
  }

  /// A6 (RFC 2874): the lower bits of an address, and the name that knows the upper ones.
  private mutating func address6(_ bytes: Bytes, _ at: Int) throws(Cut) -> Bool {
    if at >= bytes.count { return false }
    let bits = Int(bytes[at])
    let skipped = bits / 8
    if bits > 128 {
      out.write(octet: 32)
      out.write(unsigned: bits)
      out.write("(bad plen)")
      return true
    }
    if bits < 128 {
      try bytes.check(at &+ 1, 16 - skipped)
      var address = IPAddress()
      for i in skipped..<16 {
        let octet = UInt64(bytes[at &+ 1 &+ i &- skipped])
        if i < 8 {
          address.high |= octet &<< UInt64(56 - 8 * i)
        } else {
          address.low |= octet &<< UInt64(120 - 8 * i)
        }
      }
      out.write(octet: 32)
      out.write(unsigned: bits)
      out.write(octet: 32)
      out.write(ipv6: address)
    }
    if bits > 0 {
      out.write(octet: 32)
      return try domainName(bytes, at &+ 17 &- skipped, base: 0) != nil
    }
    return true
  }

  /// TSIG (RFC 8945): with `-v`, its algorithm and the lengths of its parts.
  private mutating func transactionSignature(_ bytes: Bytes, _ start: Int) throws(Cut) -> Bool {
    if !verbose { return true }
    out.write(octet: 32)
    guard let named = try domainName(bytes, start, base: 0) else { return false }
    var at = named &+ 6
    if !bytes.has(at, 2) { return false }
    out.write(" fudge=")
    out.write(decimal: bytes.u16(at))
    at &+= 2
    if !bytes.has(at, 2) { return false }
    out.write(" maclen=")
    out.write(decimal: bytes.u16(at))
    at = at &+ 2 &+ Int(bytes.u16(at))
    if !bytes.has(at, 2) { return false }
    out.write(" origid=")
    out.write(decimal: bytes.u16(at))
    at &+= 2
    if !bytes.has(at, 2) { return false }
    out.write(" error=")
    out.write(decimal: bytes.u16(at))
    at &+= 2
    if !bytes.has(at, 2) { return false }
    out.write(" otherlen=")
    out.write(decimal: bytes.u16(at))
    return true
  }

  /// A record type by name, or by number when nobody named it.
  private mutating func domainType(_ type: UInt16) {
    if let name = DomainNumbers.type(type) {
      out.write(name)
    } else {
      out.write("Type")
      out.write(decimal: type)
    }
  }

  /// A class, unless it is that of the Internet.
  private mutating func domainClass(_ code: UInt16) {
    switch code {
    case 1: break
    case 3: out.write(" CHAOS")
    case 4: out.write(" HS")
    case 255: out.write(" ANY")
    default:
      out.write(" (Class ")
      out.write(decimal: code)
      out.write(octet: 41)
    }
  }
}
