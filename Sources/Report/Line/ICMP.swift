// Internet Control Message Protocol (RFC 792), as text. Extensions of its errors are in ICMPExtensions.swift.

internal import Wire

extension LinePrinter {
  /// ICMP over IPv4.
  mutating func icmp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "icmp"
    // A message that cannot be told to its end is not told at all.
    let mark = out.count
    out.write("ICMP ")
    var whole = false
    do throws(Cut) { whole = try icmpMeaning(bytes) } catch {
      out.truncate(to: mark)
      throw error
    }
    if !whole {
      out.truncate(to: mark)
      truncated()
      return
    }
    let type = bytes[0]
    out.write(", length ")
    out.write(unsigned: length)
    if verbose, !outer.fragmented, bytes.has(0, length) { try icmpChecksum(bytes, length) }
    if !verbose { return }
    switch type {
    case 3, 4, 5, 11, 12:
      // RFC 792: the header and the first octets of the packet that the error is about.
      out.write("\n\t")
      let behind = bytes.extracting(droppingFirst: 8)
      let quotedLength = Int(try behind.get16(2))
      let quoted = behind.extracting(first: quotedLength)
      // A length that leaves itself out ends the line here, not inside the quoted header.
      try quoted.check(2, 2)
      try nested { (printer) throws(Cut) in
        try printer.ipv4(quoted, quotedLength)
      }
      reading = "icmp"
    default: break
    }
    if type == 3 || type == 11 || type == 12 { try icmpExtensions(bytes, length) }
  }

  /// What the checksum says, when it is wrong.
  private mutating func icmpChecksum(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let sum = internetChecksum(bytes, length)
    if sum == 0 { return }
    let sent = try bytes.get16(2)
    out.write(" (wrong icmp cksum ")
    out.write(hex: sent)
    out.write(" (->")
    out.write(hex: rightChecksum(sent, sum))
    out.write(")!)")
  }

  /// What a message says. False when too little of it is there, in the places where that is checked
  /// beforehand.
  private mutating func icmpMeaning(_ bytes: Bytes) throws(Cut) -> Bool {
    let type = try bytes.get8(0)
    let code = try bytes.get8(1)
    switch type {
    case 0, 8:
      let identifier = try bytes.get16(4)
      let sequence = try bytes.get16(6)
      out.write(type == 8 ? "echo request, id " : "echo reply, id ")
      out.write(decimal: identifier)
      out.write(", seq ")
      out.write(decimal: sequence)
    case 3: return try icmpUnreachable(bytes, code)
    case 4: out.write("source quench")
    case 5: try icmpRedirect(bytes, code)
    case 9: return try icmpRouters(bytes)
    case 10: out.write("router solicitation")
    case 11:
      if !bytes.has(24, 4) { return false }
      switch code {
      case 0: out.write("time exceeded in-transit")
      case 1: out.write("ip reassembly time exceeded")
      default:
        out.write("time exceeded-#")
        out.write(decimal: code)
      }
    case 12:
      if code != 0 {
        out.write("parameter problem - code ")
        out.write(decimal: code)
      } else {
        out.write("parameter problem - octet ")
        out.write(decimal: try bytes.get8(4))
      }
    case 13:
      out.write("time stamp query id ")
      out.write(decimal: try bytes.get16(4))
      out.write(" seq ")
      out.write(decimal: try bytes.get16(6))
    case 14:
      if !bytes.has(16, 4) { return false }
      out.write("time stamp reply id ")
      out.write(decimal: bytes.u16(4))
      out.write(" seq ")
      out.write(decimal: bytes.u16(6))
      out.write(": org ")
      timeOfDay(bytes.u32(8))
      out.write(", recv ")
      timeOfDay(bytes.u32(12))
      out.write(", xmit ")
      timeOfDay(bytes.u32(16))
    case 15: out.write("information request")
    case 16: out.write("information reply")
    case 17: out.write("address mask request")
    case 18:
      out.write("address mask is 0x")
      out.write(hex: try bytes.get32(8), width: 8)
    default:
      out.write("type-#")
      out.write(decimal: type)
    }
    return true
  }

  /// Destination unreachable, whose quoted packet begins at octet 8.
  private mutating func icmpUnreachable(_ bytes: Bytes, _ code: UInt8) throws(Cut) -> Bool {
    if code == 3 { return try icmpPortUnreachable(bytes) }
    let mtu = try code == 4 ? bytes.get16(6) : 0
    let destination = try bytes.get32(24)
    switch code {
    case 0, 6, 9, 11: out.write("net ")
    case 1, 7, 10, 12, 13, 14, 15: out.write("host ")
    default: break
    }
    out.write(ipv4: destination)
    if code == 2 {
      out.write(" protocol ")
      out.write(decimal: bytes[17])
    }
    out.write(" unreachable")
    switch code {
    case 0, 1, 2: break
    case 4:
      // RFC 1191 section 4.
      out.write(" - need to frag")
      if mtu != 0 {
        out.write(" (mtu ")
        out.write(decimal: mtu)
        out.write(octet: 41)
      }
    case 5: out.write(" - source route failed")
    case 6, 7: out.write(" - unknown")
    case 8: out.write(" - source host isolated")
    case 9, 10: out.write(" - admin prohibited")
    case 11, 12: out.write(" - tos prohibited")
    case 13: out.write(" - admin prohibited filter")
    case 14: out.write(" - host precedence violation")
    case 15: out.write(" - precedence cutoff")
    default:
      out.write(" - #")
      out.write(decimal: code)
    }
    return true
  }

  /// Port unreachable: the port is the third and fourth octet behind the quoted header.
  private mutating func icmpPortUnreachable(_ bytes: Bytes) throws(Cut) -> Bool {
    if !bytes.has(17, 1) { return false }
    let headerLength = Int(bytes[8] & 15) * 4
    let port = try bytes.get16(8 + headerLength + 2)
    let destination = try bytes.get32(24)
    out.write(ipv4: destination)
    switch bytes[17] {
    case 6: out.write(" tcp port ")
    case 17: out.write(" udp port ")
    default:
      out.write(" protocol ")
      out.write(decimal: bytes[17])
      out.write(" port ")
    }
    out.write(decimal: port)
    out.write(" unreachable")
    return true
  }

  /// Redirect: use that gateway for this destination.
  private mutating func icmpRedirect(_ bytes: Bytes, _ code: UInt8) throws(Cut) {
    let destination = try bytes.get32(24)
    switch code {
    case 0, 1: out.write("redirect ")
    case 2, 3: out.write("redirect-tos ")
    default:
      out.write("redirect-#")
      out.write(decimal: code)
      out.write(octet: 32)
    }
    out.write(ipv4: destination)
    switch code {
    case 0, 2: out.write(" to net ")
    case 1, 3: out.write(" to host ")
    default: out.write(" to ")
    }
    out.write(ipv4: bytes.u32(4))
  }

  /// Router advertisement (RFC 1256): routers with their preferences. Its text is cut at 163 characters,
  /// which is what tcpdump has room for.
  private mutating func icmpRouters(_ bytes: Bytes) throws(Cut) -> Bool {
    let mark = out.count
    out.write("router advertisement")
    if !bytes.has(4, 4) { return false }
    out.write(" lifetime ")
    let lifetime = UInt64(bytes.u16(6))
    if lifetime < 60 {
      out.write(decimal: lifetime)
    } else if lifetime < 3600 {
      out.write(decimal: lifetime / 60)
      out.write(octet: 58)
      out.write(decimal: lifetime % 60, width: 2)
    } else {
      out.write(decimal: lifetime / 3600)
      out.write(octet: 58)
      out.write(decimal: lifetime % 3600 / 60, width: 2)
      out.write(octet: 58)
      out.write(decimal: lifetime % 60, width: 2)
    }
    let routers = Int(bytes[4])
    out.write(octet: 32)
    out.write(unsigned: routers)
    out.write(octet: 58)
    if bytes[5] != 2 {
      out.write(" [size ")
      out.write(decimal: bytes[5])
      out.write(octet: 93)
      return true
    }
    for i in 0..<routers {
      let at = 8 + 8 * i
      if !bytes.has(at, 8) { return false }
      out.write(" {")
      out.write(ipv4: bytes.u32(at))
      out.write(octet: 32)
      out.write(decimal: bytes.u32(at + 4))
      out.write(octet: 125)
    }
    if out.count - mark > 163 { out.truncate(to: mark + 163) }
    return true
  }

  /// Milliseconds since midnight.
  private mutating func timeOfDay(_ milliseconds: UInt32) {
    let seconds = UInt64(milliseconds / 1000)
    // Nothing keeps a sender from a day of more than 99 hours.
    if seconds < 36_000 { out.write(octet: 48) }
    out.write(decimal: seconds / 3600)
    out.write(octet: 58)
    out.write(decimal: seconds % 3600 / 60, width: 2)
    out.write(octet: 58)
    out.write(decimal: seconds % 60, width: 2)
    out.write(octet: 46)
    out.write(decimal: UInt64(milliseconds % 1000), width: 3)
  }
}
