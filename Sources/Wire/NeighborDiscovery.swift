// Neighbor discovery (RFC 4861) and multicast listeners (RFC 2710, RFC 3810), told field by field.

extension Fields {
  /// Tells what is behind the checksum of a message that is all header.
  mutating func neighborDiscovery(_ header: ICMPHeader, _ bytes: Bytes) throws(Malformed) {
    let rest = UInt64(header.rest)
    switch header.type {
    case ICMPv6Type.routerSolicitation:
      add("reserved", at: 4, 4, .hex(rest, digits: 8))
    case ICMPv6Type.routerAdvertisement:
      try routerAdvertisement(bytes)
    case ICMPv6Type.neighborSolicitation:
      try bytes.require(24)
      add("reserved", at: 4, 4, .hex(rest, digits: 8))
      add("target", at: 8, 16, .address(IPAddress(ipv6: bytes, at: 8)))
    case ICMPv6Type.neighborAdvertisement:
      try bytes.require(24)
      add("flags", at: 4, 4, .hex(rest, digits: 8))
      bits("router", at: 4, 4, of: rest, mask: 0x8000_0000)
      bits("solicited", at: 4, 4, of: rest, mask: 0x4000_0000)
      bits("override", at: 4, 4, of: rest, mask: 0x2000_0000)
      add("target", at: 8, 16, .address(IPAddress(ipv6: bytes, at: 8)))
    case ICMPv6Type.redirect:
      try bytes.require(40)
      add("reserved", at: 4, 4, .hex(rest, digits: 8))
      add("target", at: 8, 16, .address(IPAddress(ipv6: bytes, at: 8)))
      add("destination", at: 24, 16, .address(IPAddress(ipv6: bytes, at: 24)))
    case ICMPv6Type.listenerReport2:
      add("reserved", at: 4, 2, .hex(rest &>> 16, digits: 4))
      add("records", at: 6, 2, .number(rest & 0xffff))
      return listenerRecords(bytes, Int(rest & 0xffff))
    default:
      try bytes.require(24)
      add("maximum_response_delay", at: 4, 2, .number(rest &>> 16), "milliseconds")
      add("reserved", at: 6, 2, .hex(rest & 0xffff, digits: 4))
      add("group", at: 8, 16, .address(IPAddress(ipv6: bytes, at: 8)))
      return listenerQuery(bytes)
    }
    neighborOptions(bytes, from: ICMPv6Type.headerLength(header.type))
  }

  /// Tells the fixed part of a router's advertisement.
  private mutating func routerAdvertisement(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(16)
    let flags = UInt64(bytes.u8(5))
    add("hop_limit", at: 4, 1, .number(UInt64(bytes.u8(4))), bytes.u8(4) == 0 ? "unspecified" : "")
    add("flags", at: 5, 1, .hex(flags, digits: 2))
    bits("managed", at: 5, 1, of: flags, mask: 0x80, "addresses by DHCPv6")
    bits("other", at: 5, 1, of: flags, mask: 0x40, "other configuration by DHCPv6")
    bits("home_agent", at: 5, 1, of: flags, mask: 0x20)
    bits("preference", at: 5, 1, of: flags, mask: 0x18, preferenceName(bytes.u8(5)))
    add(
      "lifetime", at: 6, 2, .number(UInt64(bytes.u16(6))), bytes.u16(6) == 0 ? "no default router" : "seconds"
    )
    add("reachable_time", at: 8, 4, .number(UInt64(bytes.u32(8))), "milliseconds; 0 is unspecified")
    add("retransmission_timer", at: 12, 4, .number(UInt64(bytes.u32(12))), "milliseconds; 0 is unspecified")
  }

  /// Tells options: type, length in units of eight octets, value (RFC 4861 section 4.6).
  private mutating func neighborOptions(_ bytes: Bytes, from start: Int) {
    var at = start
    while at < bytes.count {
      guard at + 2 <= bytes.count else { return rest(bytes, at, bytes.count) }
      let type = bytes.u8(at)
      let length = Int(bytes.u8(at + 1)) * 8
      guard length > 0, at + length <= bytes.count else { return rest(bytes, at, bytes.count) }
      add("option", at: at, length, .none, optionName(type))
      depth += 1
      add("type", at: at, 1, .number(UInt64(type)))
      add("length", at: at + 1, 1, .number(UInt64(bytes.u8(at + 1))), "times 8 octets")
      neighborOption(type, bytes, at, length)
      depth -= 1
      at += length
    }
  }

  /// Tells an option's value.
  private mutating func neighborOption(_ type: UInt8, _ bytes: Bytes, _ at: Int, _ length: Int) {
    switch (type, length) {
    case (1, 8), (2, 8): add("address", at: at + 2, 6, .mac(bytes.u48(at + 2)))
    case (3, 32):
      add("prefix_length", at: at + 2, 1, .number(UInt64(bytes.u8(at + 2))), "bits")
      let flags = UInt64(bytes.u8(at + 3))
      add("flags", at: at + 3, 1, .hex(flags, digits: 2))
      bits("on_link", at: at + 3, 1, of: flags, mask: 0x80)
      bits("autonomous", at: at + 3, 1, of: flags, mask: 0x40)
      add(
        "valid_lifetime", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))),
        lifetimeMeaning(bytes.u32(at + 4)))
      add(
        "preferred_lifetime", at: at + 8, 4, .number(UInt64(bytes.u32(at + 8))),
        lifetimeMeaning(bytes.u32(at + 8)))
      add("reserved", at: at + 12, 4, .hex(UInt64(bytes.u32(at + 12)), digits: 8))
      add("prefix", at: at + 16, 16, .address(IPAddress(ipv6: bytes, at: at + 16)))
    case (5, 8):
      add("reserved", at: at + 2, 2, .hex(UInt64(bytes.u16(at + 2)), digits: 4))
      add("mtu", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))), "octets")
    case (25, 24...):
      add("reserved", at: at + 2, 2, .hex(UInt64(bytes.u16(at + 2)), digits: 4))
      add("lifetime", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))), lifetimeMeaning(bytes.u32(at + 4)))
      var place = at + 8
      while place + 16 <= at + length {
        add("server", at: place, 16, .address(IPAddress(ipv6: bytes, at: place)))
        place += 16
      }
      if place < at + length { add("data", at: place, at + length - place, .octets) }
    default: add("data", at: at + 2, length - 2, .octets)
    }
  }

  /// Tells what version 2 of a query has behind the group (RFC 3810 section 5.1).
  private mutating func listenerQuery(_ bytes: Bytes) {
    guard bytes.count >= 28 else { return rest(bytes, 24, bytes.count) }
    let flags = UInt64(bytes.u8(24))
    add("flags", at: 24, 1, .hex(flags, digits: 2))
    bits("suppress", at: 24, 1, of: flags, mask: 0x08)
    bits("robustness", at: 24, 1, of: flags, mask: 0x07)
    add("query_interval_code", at: 25, 1, .number(UInt64(bytes.u8(25))))
    add("sources", at: 26, 2, .number(UInt64(bytes.u16(26))))
    var at = 28
    for _ in 0..<Int(bytes.u16(26)) where at + 16 <= bytes.count {
      add("source", at: at, 16, .address(IPAddress(ipv6: bytes, at: at)))
      at += 16
    }
    if at < bytes.count { add("data", at: at, bytes.count - at, .octets) }
  }

  /// Tells the records of a version 2 report (RFC 3810 section 5.2).
  private mutating func listenerRecords(_ bytes: Bytes, _ count: Int) {
    var at = 8
    for _ in 0..<count {
      guard at + 20 <= bytes.count else { break }
      let sources = Int(bytes.u16(at + 2))
      let length = 20 + 16 * sources + 4 * Int(bytes.u8(at + 1))
      guard at + length <= bytes.count else { break }
      add("record", at: at, length, .none, listenerRecordName(bytes.u8(at)))
      depth += 1
      add("type", at: at, 1, .number(UInt64(bytes.u8(at))))
      add("auxiliary_length", at: at + 1, 1, .number(UInt64(bytes.u8(at + 1))), "times 4 octets")
      add("sources", at: at + 2, 2, .number(UInt64(sources)))
      add("group", at: at + 4, 16, .address(IPAddress(ipv6: bytes, at: at + 4)))
      for i in 0..<sources {
        add("source", at: at + 20 + 16 * i, 16, .address(IPAddress(ipv6: bytes, at: at + 20 + 16 * i)))
      }
      let told = 20 + 16 * sources
      if length > told { add("auxiliary", at: at + told, length - told, .octets) }
      depth -= 1
      at += length
    }
    if at < bytes.count { add("data", at: at, bytes.count - at, .octets) }
  }
}

/// How much a router wants to be preferred (RFC 4191 section 2.1).
private func preferenceName(_ flags: UInt8) -> StaticString {
  switch flags &>> 3 & 3 {
  case 0: "medium"
  case 1: "high"
  case 3: "low"
  default: "reserved"
  }
}

/// A lifetime of all ones never ends.
private func lifetimeMeaning(_ seconds: UInt32) -> StaticString {
  seconds == .max ? "for ever" : "seconds"
}

/// IANA "IPv6 Neighbor Discovery Option Formats".
private func optionName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "source link-layer address"
  case 2: "target link-layer address"
  case 3: "prefix"
  case 4: "redirected packet"
  case 5: "MTU"
  case 14: "nonce"
  case 24: "route"
  case 25: "DNS servers"
  case 31: "DNS search list"
  case 37: "captive portal"
  case 38: "PREF64"
  default: ""
  }
}

/// Types of records in listener reports, IGMP's and MLD's alike (RFC 3810 section 5.2.12).
func listenerRecordName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "is include"
  case 2: "is exclude"
  case 3: "changes to include"
  case 4: "changes to exclude"
  case 5: "allows new sources"
  case 6: "blocks old sources"
  default: ""
  }
}
