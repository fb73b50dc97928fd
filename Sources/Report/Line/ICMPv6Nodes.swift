// Node information queries (RFC 4620) and router renumbering (RFC 2894), as text.

internal import Wire

extension LinePrinter {
  /// A question to a node, or its answer. False when the octets ended.
  mutating func nodeInformation(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    if bytes[0] == 139 { return try nodeQuery(bytes) }
    return try nodeReply(bytes, length)
  }

  private mutating func nodeQuery(_ bytes: Bytes) throws(Cut) -> Bool {
    if bytes.count == 12 {
      out.write(" who-are-you request")
      return true
    }
    out.write(" node information query")
    if bytes.count < 16 {
      return false
    }
    out.write(" (")
    let question = bytes.u16(4)
    let flags = bytes.u16(6)
    switch question {
    case 0: out.write("noop")
    case 1:
      out.write("supported qtypes")
      compression(flags)
    case 2: out.write("DNS name")
    case 3:
      out.write("node addresses")
      addressFlags(flags, truncation: false)
    default: out.write("unknown")
    }
    if question < 2 {
      if bytes.count != 16, verbose { out.write(", invalid len") }
    } else if bytes.count == 16 {
      out.write(", 03 draft")
    } else {
      try nodeSubject(bytes)
    }
    out.write(octet: 41)
    return true
  }

  /// Whom a query asks about.
  private mutating func nodeSubject(_ bytes: Bytes) throws(Cut) {
    switch bytes[1] {
    case 0:
      if bytes.count < 32 { break }
      if bytes.count != 32 {
        if verbose { out.write(", invalid subject len") }
        break
      }
      out.write(", subject=")
      out.write(ipv6: IPAddress(ipv6: bytes, at: 16))
    case 1:
      out.write(", subject=DNS name")
      try nodeName(bytes, 16)
    case 2:
      if bytes.count < 20 { break }
      if bytes.count != 20 {
        if verbose { out.write(", invalid subject len") }
        break
      }
      out.write(", subject=")
      out.write(ipv4: bytes.u32(16))
    default: out.write(", unknown subject")
    }
  }

  private mutating func nodeReply(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    if length > bytes.count || bytes.count < 16 {
      return false
    }
    out.write(" node information reply (")
    let sized = bytes.count == 16
    switch bytes[1] {
    case 0: if verbose { out.write("success, ") }
    case 1, 2:
      out.write(bytes[1] == 1 ? "refused" : "unknown")
      if !sized, verbose { out.write(", invalid length") }
    default: break
    }
    if bytes[1] != 0 {
      out.write(octet: 41)
      return true
    }
    let flags = bytes.u16(6)
    switch bytes.u16(4) {
    case 0:
      out.write("noop")
      if !sized, verbose { out.write(", invalid length") }
    case 1:
      out.write("supported qtypes")
      compression(flags)
    case 2:
      out.write("DNS name")
      try nodeName(bytes, 20)
      if flags & 1 != 0 {
        out.write(" [TTL=")
        out.write(decimal: bytes.u32(16))
        out.write(octet: 93)
      }
    case 3:
      out.write("node addresses")
      var at = 16
      while bytes.has(at, 20) {
        out.write(octet: 32)
        out.write(ipv6: IPAddress(ipv6: bytes, at: at + 4))
        out.write(octet: 40)
        out.write(decimal: bytes.u32(at))
        out.write(octet: 41)
        at += 20
      }
      addressFlags(flags, truncation: true)
    default: out.write("unknown")
    }
    out.write(octet: 41)
    return true
  }

  /// ` [C]` where any flag is set: whether the list of question types is compressed.
  private mutating func compression(_ flags: UInt16) {
    if flags == 0 { return }
    out.write(flags & 1 != 0 ? " [C]" : " []")
  }

  /// Which addresses are meant.
  private mutating func addressFlags(_ flags: UInt16, truncation: Bool) {
    if flags == 0 { return }
    out.write(" [")
    if flags & 0x40 != 0 { out.write(octet: 97) }
    if flags & 0x20 != 0 { out.write(octet: 71) }
    if flags & 0x10 != 0 { out.write(octet: 83) }
    if flags & 0x08 != 0 { out.write(octet: 76) }
    if flags & 0x04 != 0 { out.write(octet: 67) }
    if flags & 0x02 != 0 { out.write(octet: 65) }
    if truncation, flags & 0x01 != 0 { out.write(octet: 84) }
    out.write(octet: 93)
  }

  /// A name at `start` that goes to the end: with its length before it as the drafts had it, or as DNS writes
  /// it.
  private mutating func nodeName(_ bytes: Bytes, _ start: Int) throws(Cut) {
    let end = bytes.count
    if Int(try bytes.get8(start)) == end - start - 1 {
      if verbose { out.write(", 03 draft") }
      out.write(", \"")
      _ = printable(bytes, start + 1, end - start - 1)
      out.write(octet: 34)
      return
    }
    out.write(", \"")
    var at = start
    while at < end {
      let length = Int(bytes[at])
      at += 1
      if length == 0 {
        // Two zeros end a name that is not complete (RFC 4620 section 6.3).
        if at == end {
          out.write(octet: 46)
        } else if at + 1 != end || bytes[at] != 0 {
          out.write("???")
        }
        break
      }
      if length > end - at {
        out.write("???")
        break
      }
      _ = printable(bytes, at, length)
      at += length
      if at + 1 < end, bytes[at] != 0 { out.write(octet: 46) }
    }
    out.write(octet: 34)
  }

  /// Router renumbering. False when the octets ended.
  mutating func renumbering(_ bytes: Bytes) -> Bool {
    if bytes.count < 16 {
      return false
    }
    switch bytes[1] {
    case 0: out.write(", command")
    case 1: out.write(", result")
    case 255: out.write(", sequence number reset")
    default:
      out.write(", code-#")
      out.write(decimal: bytes[1])
    }
    out.write(", seq=")
    out.write(decimal: bytes.u32(4))
    if verbose { renumberingHeader(bytes) }
    if bytes[1] != 0 { return true }
    if !bytes.has(24, 16) {
      return false
    }
    out.write(options.verbosity > 1 ? "\n\tmatch(" : " match(")
    switch bytes[16] {
    case 1: out.write("add")
    case 2: out.write("change")
    case 3: out.write("setglobal")
    default:
      out.write(octet: 35)
      out.write(decimal: bytes[16])
    }
    if verbose {
      out.write(",ord=")
      out.write(decimal: bytes[18])
      out.write(",min=")
      out.write(decimal: bytes[20])
      out.write(",max=")
      out.write(decimal: bytes[21])
    }
    out.write(octet: 44)
    out.write(ipv6: IPAddress(ipv6: bytes, at: 24))
    out.write(octet: 47)
    out.write(decimal: bytes[19])
    out.write(octet: 41)
    let parts = Int(bytes[17]) - 3
    if parts % 4 != 0 {
      return false
    }
    for i in 0..<max(0, parts / 4) {
      let at = 40 + 32 * i
      if !bytes.has(at, 32) {
        return false
      }
      renumberingUse(bytes.extracting(at..<at + 32))
    }
    return true
  }

  /// The flags of a renumbering message, and what goes with them.
  private mutating func renumberingHeader(_ bytes: Bytes) {
    let flags = bytes[9]
    out.write(octet: 91)
    if flags != 0 {
      if flags & 0x80 != 0 { out.write(octet: 84) }
      if flags & 0x40 != 0 { out.write(octet: 82) }
      if flags & 0x20 != 0 { out.write(octet: 65) }
      if flags & 0x10 != 0 { out.write(octet: 83) }
      if flags & 0x08 != 0 { out.write(octet: 80) }
      out.write(octet: 44)
    }
    out.write("seg=")
    out.write(decimal: bytes[8])
    out.write(",maxdelay=")
    out.write(decimal: bytes.u16(10))
    if bytes.u32(12) != 0 {
      out.write("rsvd=0x")
      out.write(hex: bytes.u32(12))
    }
    out.write(octet: 93)
  }

  /// A prefix to use: 32 octets.
  private mutating func renumberingUse(_ use: Bytes) {
    out.write(options.verbosity > 1 ? "\n\tuse(" : " use(")
    if use[12] != 0 {
      if use[12] & 0x80 != 0 { out.write(octet: 86) }
      if use[12] & 0x40 != 0 { out.write(octet: 80) }
      out.write(octet: 44)
    }
    if verbose {
      out.write("mask=0x")
      out.write(hex: use[2])
      out.write(",raflags=0x")
      out.write(hex: use[3])
      out.write(",vltime=")
      renumberingTime(use.u32(4))
      out.write(",pltime=")
      renumberingTime(use.u32(8))
      out.write(octet: 44)
    }
    out.write(ipv6: IPAddress(ipv6: use, at: 16))
    out.write(octet: 47)
    out.write(decimal: use[0])
    out.write(octet: 47)
    out.write(decimal: use[1])
    out.write(octet: 41)
  }

  private mutating func renumberingTime(_ seconds: UInt32) {
    if seconds == UInt32.max {
      out.write("infty")
    } else {
      out.write(decimal: seconds)
    }
  }
}
