// Neighbour discovery (RFC 4861) and the messages that carry its options, as text.

internal import Wire

extension LinePrinter {
  /// Solicitations and advertisements of routers and neighbours, redirects, mobile prefixes. False when the
  /// octets ended within the options.
  mutating func neighbourDiscovery(_ bytes: Bytes, _ length: Int, _ type: UInt8) throws(Cut) -> Bool {
    var fixed = 8
    switch type {
    case 134:
      if !verbose { return true }
      fixed = 16
      try routerAdvertisement(bytes)
    case 135:
      fixed = 24
      let target = try bytes.getIPv6(8)
      out.write(", who has ")
      out.write(ipv6: target)
    case 136:
      fixed = 24
      let target = try bytes.getIPv6(8)
      out.write(", tgt is ")
      out.write(ipv6: target)
      if verbose {
        let flags = bytes[4]
        neighbourFlags([
          (flags & 0x80 != 0, "router"), (flags & 0x40 != 0, "solicited"), (flags & 0x20 != 0, "override"),
          (false, ""),
        ])
      }
    case 137:
      fixed = 40
      let destination = try bytes.getIPv6(24)
      out.write(", ")
      out.write(ipv6: destination)
      out.write(" to ")
      out.write(ipv6: IPAddress(ipv6: bytes, at: 8))
    case 147:
      if !verbose { return true }
      let identifier = try bytes.get16(4)
      out.write(", id 0x")
      out.write(hex: identifier, width: 4)
      let flags = try bytes.get16(6)
      if flags & 0xc000 != 0 { out.write(octet: 32) }
      if flags & 0x8000 != 0 { out.write(octet: 77) }
      if flags & 0x4000 != 0 { out.write(octet: 79) }
    default: break
    }
    if !verbose { return true }
    if try neighbourOptions(bytes.extracting(droppingFirst: fixed), length - fixed) { return true }
    truncated()
    return false
  }

  /// What a router says of itself (RFC 4861 section 4.2, RFC 4191, RFC 6275).
  private mutating func routerAdvertisement(_ bytes: Bytes) throws(Cut) {
    try bytes.check(0, 16)
    let flags = bytes[5]
    out.write("\n\thop limit ")
    out.write(decimal: bytes[4])
    neighbourFlags([
      (flags & 0x80 != 0, "managed"), (flags & 0x40 != 0, "other stateful"),
      (flags & 0x20 != 0, "home agent"),
      (flags & 0x02 != 0, "ipv6 only"),
    ])
    out.write(", pref ")
    out.write(routerPreference(flags))
    out.write(", router lifetime ")
    out.write(decimal: bytes.u16(6))
    out.write("s, reachable time ")
    out.write(decimal: bytes.u32(8))
    out.write("ms, retrans timer ")
    out.write(decimal: bytes.u32(12))
    out.write("ms")
  }

  /// `, Flags [router, override]`
  private mutating func neighbourFlags(_ flags: InlineArray<4, (set: Bool, name: StaticString)>) {
    out.write(", Flags [")
    var any = false
    for i in 0..<4 where flags[i].set {
      if any { out.write(", ") }
      out.write(flags[i].name)
      any = true
    }
    if !any { out.write("none") }
    out.write(octet: 93)
  }

  /// The options, `length` octets of them. False when the octets ended.
  private mutating func neighbourOptions(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    var at = 0
    var left = length
    while at < bytes.count {
      if !bytes.has(at, 2) { return false }
      if left <= 0 { return true }
      let type = bytes[at]
      let units = Int(bytes[at + 1])
      let octets = units * 8
      if units == 0 || !bytes.has(at, octets) { return false }
      out.write("\n\t  ")
      out.write(neighbourOptionName(type))
      out.write(" option (")
      out.write(decimal: type)
      out.write("), length ")
      out.write(unsigned: octets)
      out.write(" (")
      out.write(unsigned: units)
      out.write("): ")
      let option = bytes.extracting(at..<at + octets)
      switch type {
      case 1, 2:
        for i in 2..<octets {
          if i > 2 { out.write(octet: 58) }
          out.write(hex: option[i], width: 2)
        }
      case 3: try prefixInformation(bytes.extracting(droppingFirst: at), units)
      case 4: unknownData(bytes, octets, indent: "\n\t    ")
      case 5:
        out.write(octet: 32)
        out.write(decimal: option.u32(4))
        if units != 1 { out.write("bad option length") }
      case 7:
        out.write(octet: 32)
        out.write(decimal: option.u32(4))
        out.write("ms")
      case 8:
        out.write(" preference ")
        out.write(decimal: option.u16(4))
        out.write(", lifetime ")
        out.write(decimal: option.u16(6))
      case 24: if !routeInformation(option, units) { return false }
      case 25:
        out.write(" lifetime ")
        out.write(decimal: option.u32(4))
        out.write("s,")
        for i in 0..<(units - 1) / 2 {
          out.write(" addr: ")
          out.write(ipv6: IPAddress(ipv6: option, at: 8 + 16 * i))
        }
      case 31:
        out.write(" lifetime ")
        out.write(decimal: option.u32(4))
        out.write("s, domain(s):")
        if try !searchList(bytes, at + 8, at + octets) { return false }
      default:
        if options.verbosity <= 1 {
          // One unknown option hides those behind it.
          unknownData(bytes, at: at + 2, octets - 2, indent: "\n\t  ")
          return true
        }
      }
      if options.verbosity > 1 { unknownData(bytes, at: at + 2, octets - 2, indent: "\n\t    ") }
      at += octets
      left -= octets
    }
    return true
  }

  /// Prefix information (RFC 4861 section 4.6.2). Its fields may run past an option of the wrong length.
  private mutating func prefixInformation(_ bytes: Bytes, _ units: Int) throws(Cut) {
    let prefix = try bytes.getIPv6(16)
    let flags = bytes[3]
    out.write(ipv6: prefix)
    out.write(octet: 47)
    out.write(decimal: bytes[2])
    if units != 4 { out.write("badlen") }
    neighbourFlags([
      (flags & 0x80 != 0, "onlink"), (flags & 0x40 != 0, "auto"), (flags & 0x20 != 0, "router"), (false, ""),
    ])
    out.write(", valid time ")
    lifetime(bytes.u32(4))
    out.write(", pref. time ")
    lifetime(bytes.u32(8))
  }

  /// Route information (RFC 4191 section 2.3). False when its length is none of the three allowed.
  private mutating func routeInformation(_ option: Bytes, _ units: Int) -> Bool {
    if units > 3 { return false }
    var prefix = IPAddress()
    if units > 1 { prefix.high = option.u64(8) }
    if units > 2 { prefix.low = option.u64(16) }
    out.write(octet: 32)
    out.write(ipv6: prefix)
    out.write(octet: 47)
    out.write(decimal: option[2])
    out.write(", pref=")
    out.write(routerPreference(option[3]))
    out.write(", lifetime=")
    lifetime(option.u32(4))
    return true
  }

  /// Domains to search (RFC 8106 section 5.2), up to a zero. False when a name could not be read to its end.
  private mutating func searchList(_ bytes: Bytes, _ start: Int, _ end: Int) throws(Cut) -> Bool {
    var at = start
    while at < end {
      if try bytes.get8(at) == 0 { return true }
      out.write(octet: 32)
      guard let next = try domainName(bytes, at, base: 0) else { return false }
      at = next
    }
    return true
  }

  /// Seconds, all ones being for ever.
  private mutating func lifetime(_ seconds: UInt32) {
    if seconds == UInt32.max {
      out.write("infinity")
    } else {
      out.write(decimal: seconds)
      out.write(octet: 115)
    }
  }
}

/// A router's preference (RFC 4191 section 2.1).
private func routerPreference(_ flags: UInt8) -> StaticString {
  switch flags &>> 3 & 3 {
  case 0: "medium"
  case 1: "high"
  case 2: "rsv"
  default: "low"
  }
}

/// What an option is called.
private func neighbourOptionName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "source link-address"
  case 2: "destination link-address"
  case 3: "prefix info"
  case 4: "redirected header"
  case 5: "mtu"
  case 7: "advertisement interval"
  case 8: "homeagent information"
  case 24: "route info"
  case 25: "rdnss"
  case 31: "dnssl"
  default: "unknown"
  }
}
