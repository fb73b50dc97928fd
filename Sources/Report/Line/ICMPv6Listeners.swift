// Multicast listener discovery (RFC 2710, RFC 3810), as text.

internal import Wire

extension LinePrinter {
  /// Queries and reports about who listens to which group.
  mutating func listeners(_ bytes: Bytes, _ length: Int, _ type: UInt8) throws(Cut) {
    switch type {
    case 130:
      // RFC 3810 section 8.1: the version is told by the length.
      if length == 24 {
        listenersVersion1(bytes)
      } else if length >= 28 {
        out.write(" v2")
        try listenerQuery(bytes, length)
      } else {
        out.write(" unknown-version (len ")
        out.write(unsigned: length)
        out.write(") ")
      }
    case 143: try listenerReport(bytes, length)
    default: listenersVersion1(bytes)
    }
  }

  /// The messages of the first version, which are all alike.
  private mutating func listenersVersion1(_ bytes: Bytes) {
    if bytes.count < 24 { return }
    out.write("max resp delay: ")
    out.write(decimal: bytes.u16(4))
    out.write(" addr: ")
    out.write(ipv6: IPAddress(ipv6: bytes, at: 8))
  }

  /// A query of version 2 (RFC 3810 section 5.1): for all groups, for one, or for some sources of one.
  private mutating func listenerQuery(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let code = UInt32(try bytes.get16(4))
    // A floating point number from 32768 on (RFC 3810 section 5.1.3).
    let delay = code < 32_768 ? code : (code & 0x0fff | 0x1000) &<< (code &>> 12 & 7 &+ 3)
    if verbose {
      out.write(" [max resp delay=")
      out.write(decimal: delay)
      out.write(octet: 93)
    }
    let group = try bytes.getIPv6(8)
    out.write(" [gaddr ")
    out.write(ipv6: group)
    if verbose {
      let flags = try bytes.get8(24)
      if flags & 8 != 0 { out.write(" sflag") }
      if flags & 7 != 0 {
        out.write(" robustness=")
        out.write(decimal: flags & 7)
      }
      let interval = UInt32(try bytes.get8(25))
      out.write(" qqi=")
      out.write(decimal: interval < 128 ? interval : (interval & 15 | 16) &<< (interval &>> 4 & 7 &+ 3))
    }
    let sources = Int(try bytes.get16(26))
    if sources > 0 {
      if length < 28 + sources * 16 {
        out.write(" [invalid number of sources]")
      } else if options.verbosity > 1 {
        try listenerSources(bytes, 28, sources)
      } else {
        out.write(", ")
        out.write(unsigned: sources)
        out.write(" source(s)")
      }
    }
    out.write(octet: 93)
  }

  /// A report of version 2 (RFC 3810 section 5.2): records of groups.
  private mutating func listenerReport(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if length < 8 {
      out.write(" [invalid len ")
      out.write(unsigned: length)
      out.write(octet: 93)
      return
    }
    let groups = Int(try bytes.get16(6))
    out.write(", ")
    out.write(unsigned: groups)
    out.write(" group record(s)")
    if !verbose { return }
    var at = 8
    for _ in 0..<groups {
      if length < at + 20 {
        out.write(" [invalid number of groups]")
        return
      }
      let group = try bytes.getIPv6(at + 4)
      out.write(" [gaddr ")
      out.write(ipv6: group)
      switch bytes[at] {
      case 1: out.write(" is_in")
      case 2: out.write(" is_ex")
      case 3: out.write(" to_in")
      case 4: out.write(" to_ex")
      case 5: out.write(" allow")
      case 6: out.write(" block")
      default:
        out.write("  [v2-report-#")
        out.write(decimal: bytes[at])
        out.write(octet: 93)
      }
      let sources = Int(bytes.u16(at + 2))
      if length < at + 20 + sources * 16 {
        out.write(" [invalid number of sources ")
        out.write(unsigned: sources)
        out.write(octet: 93)
        return
      }
      if options.verbosity == 1 {
        out.write(", ")
        out.write(unsigned: sources)
        out.write(" source(s)")
      } else {
        try listenerSources(bytes, at + 20, sources)
      }
      at += 20 + sources * 16
      out.write(octet: 93)
    }
  }

  /// ` { 2001:db8::1 2001:db8::2 }`
  private mutating func listenerSources(_ bytes: Bytes, _ start: Int, _ count: Int) throws(Cut) {
    out.write(" {")
    for i in 0..<count {
      let source = try bytes.getIPv6(start + i * 16)
      out.write(octet: 32)
      out.write(ipv6: source)
    }
    out.write(" }")
  }
}
