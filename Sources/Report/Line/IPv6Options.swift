// The extension headers of IPv6 (RFC 8200 section 4, RFC 2675, RFC 8754), as text.
//
// Each returns its length in octets, or nil when nothing more can be read behind it.

internal import Wire

extension LinePrinter {
  /// Hop-by-hop options; a valid jumbo payload length is left in `jumbo`.
  mutating func hopByHop(_ bytes: Bytes, _ claimed: Int, _ jumbo: inout Int?) throws(Cut) -> Int? {
    reading = "hbhopt"
    let size = (Int(try bytes.get8(1)) &+ 1) &* 8
    if !bytes.has(0, size) {
      truncated()
      return nil
    }
    out.write("HBH ")
    var claim: Int? = claimed
    if !ipv6Options(bytes.extracting(2..<size), &claim, &jumbo) {
      truncated()
      return nil
    }
    return size
  }

  /// Destination options.
  mutating func destinationOptions(_ bytes: Bytes) throws(Cut) -> Int? {
    reading = "dstopt"
    let size = (Int(try bytes.get8(1)) &+ 1) &* 8
    if !bytes.has(0, size) {
      truncated()
      return nil
    }
    out.write("DSTOPT ")
    if verbose {
      var claim: Int?
      var jumbo: Int?
      if !ipv6Options(bytes.extracting(2..<size), &claim, &jumbo) {
        truncated()
        return nil
      }
    }
    return size
  }

  /// Options of either header. False when one runs past its header. `claim` is the payload length of the
  /// packet, and nil where a jumbo payload option has no business.
  private mutating func ipv6Options(_ bytes: Bytes, _ claim: inout Int?, _ jumbo: inout Int?) -> Bool {
    var at = 0
    var seen = false
    while at < bytes.count {
      let kind = bytes[at]
      if kind == 0 {
        if verbose { out.write("(pad1)") }
        at &+= 1
        continue
      }
      if at &+ 1 >= bytes.count { return false }
      let size = Int(bytes[at &+ 1]) &+ 2
      if at &+ size > bytes.count { return false }
      let option = bytes.extracting(at..<at &+ size)
      let left = bytes.count &- at
      switch kind {
      case 1: if verbose { out.write("(padn)") }
      case 5:
        if !sized(option, left, 4, exactly: true, "rtalert") { return false }
        if verbose {
          out.write("(rtalert: 0x")
          out.write(hex: option.u16(2), width: 4)
          out.write(") ")
        }
      case 194:
        if !sized(option, left, 6, exactly: true, "jumbo") { return false }
        let length = Int(option.u32(2))
        let verdict: StaticString
        if seen {
          verdict = " - already seen"
        } else if let known = claim {
          if known != 0 {
            verdict = " - payload len != 0"
          } else if length < 65536 {
            verdict = " - < 65536"
          } else {
            jumbo = length
            verdict = ""
          }
        } else {
          verdict = " - not a hop-by-hop option"
        }
        seen = true
        if verbose {
          out.write("(jumbo: ")
          out.write(unsigned: length)
          out.write(verdict)
          out.write(") ")
        }
      case 201:
        if !sized(option, left, 18, exactly: false, "homeaddr") { return false }
        if verbose {
          out.write("(homeaddr: ")
          out.write(ipv6: IPAddress(ipv6: option, at: 2))
          if size > 18, !suboptions(option.extracting(droppingFirst: 18)) { return false }
          out.write(")")
        }
      default:
        if verbose {
          out.write("(opt_type 0x")
          out.write(hex: kind, width: 2)
          out.write(": len=")
          out.write(unsigned: size &- 2)
          out.write(")")
        }
      }
      at &+= size
    }
    if verbose { out.write(octet: 32) }
    return true
  }

  /// Whether an option has the size that its kind demands; says so when it has not.
  private mutating func sized(
    _ option: Bytes, _ left: Int, _ size: Int, exactly: Bool, _ name: StaticString
  ) -> Bool {
    if left < size {
      out.write("(")
      out.write(name)
      out.write(": trunc)")
      return false
    }
    if exactly ? option.count == size : option.count >= size { return true }
    out.write("(")
    out.write(name)
    out.write(": invalid len ")
    out.write(unsigned: option.count &- 2)
    out.write(")")
    return false
  }

  /// Options within a home address option.
  private mutating func suboptions(_ bytes: Bytes) -> Bool {
    var at = 0
    while at < bytes.count {
      if bytes[at] == 0 {
        out.write(", pad1")
        at &+= 1
        continue
      }
      if at &+ 1 >= bytes.count { return false }
      let size = Int(bytes[at &+ 1]) &+ 2
      if at &+ size > bytes.count { return false }
      if bytes[at] == 1 {
        out.write(", padn")
      } else {
        out.write(", sopt_type 0x")
        out.write(hex: bytes[at], width: 2)
        out.write(": len=")
        out.write(unsigned: size &- 2)
      }
      at &+= size
    }
    return true
  }

  /// The fragment header, `at` octets into its packet.
  mutating func fragment(_ bytes: Bytes, _ at: Int, payload: Int) throws(Cut) -> Int? {
    reading = "frag6"
    let identification = verbose ? try bytes.get32(4) : 0
    let offset = try bytes.get16(2) & 0xfff8
    out.write("frag (")
    if verbose {
      out.write("0x")
      out.write(hex: identification, width: 8)
      out.write(":")
    }
    out.write(decimal: offset)
    out.write("|")
    out.write(decimal: UInt64(bitPattern: Int64(32 &+ payload &- at)))
    out.write(")")
    // What a later fragment continues cannot be known.
    if offset != 0 { return nil }
    out.write(" ")
    return 8
  }

  /// A routing header: addresses still to be visited, or the segments of SRv6.
  mutating func routing(_ bytes: Bytes) throws(Cut) -> Int? {
    reading = "rt6"
    out.write("RT6")
    let words = Int(try bytes.get8(1))
    out.write(" (len=")
    out.write(unsigned: words)
    let kind = try bytes.get8(2)
    out.write(", type=")
    out.write(decimal: kind)
    if kind == 0 { out.write(" [Deprecated]") }
    let left = try bytes.get8(3)
    out.write(", segleft=")
    out.write(decimal: left)
    switch kind {
    case 0, 2:
      let reserved = try bytes.get32(4)
      if reserved != 0 || verbose {
        out.write(", rsv=0x")
        out.write(hex: reserved)
      }
    case 4:
      let last = try bytes.get8(4)
      out.write(", last-entry=")
      out.write(decimal: last)
      let flags = try bytes.get8(5)
      if flags != 0 || verbose {
        out.write(", flags=0x")
        out.write(hex: flags)
      }
      let tag = try bytes.get16(6)
      out.write(", tag=")
      out.write(hex: tag)
    default:
      out.write(" (unknown type)")
      invalid()
      return nil
    }
    if words & 1 != 0 {
      out.write(" (invalid length ")
      out.write(unsigned: words)
      out.write(")")
      invalid()
      return nil
    }
    for i in 0..<words / 2 {
      let address = try bytes.getIPv6(8 &+ i &* 16)
      out.write(", [")
      out.write(unsigned: i)
      out.write("]")
      out.write(ipv6: address)
    }
    out.write(") ")
    return (words &+ 1) &* 8
  }
}
