// The options of BOOTP and DHCP (RFC 2132), as text.

internal import Wire

extension LinePrinter {
  /// The magic cookie and the options behind it, up to the end of what was captured.
  mutating func dhcpOptions(_ bytes: Bytes) throws(Cut) {
    out.write("\n\t  Vendor-rfc1048 Extensions\n\t    Magic Cookie 0x")
    out.write(hex: bytes.u32(0), width: 8)
    let all = options.verbosity > 2
    var at = 4
    while at < bytes.count {
      let tag = bytes[at]
      at += 1
      if tag == 0, !all { continue }
      if tag == 255, !all { return }
      var length = 0
      if tag != 0, tag != 255 {
        length = Int(try bytes.get8(at))
        at += 1
      }
      let known = DHCPNumbers.option(tag)
      out.write("\n\t    ")
      out.write(known?.name ?? "Unknown")
      out.write(" (")
      out.write(decimal: tag)
      out.write("), length ")
      out.write(unsigned: length)
      if length > 0 { out.write(": ") }
      if tag == 0 {
        let first = at
        while at < bytes.count, bytes[at] == 0 { at += 1 }
        if at > first {
          out.write(", occurs ")
          out.write(unsigned: at - first + 1)
        }
      }
      if !bytes.has(at, length) { return truncated() }
      let option = bytes.extracting(at..<at + length)
      at += length
      if tag == 53, length == 1 {
        if let name = DHCPNumbers.message(option[0]) {
          out.write(name)
        } else {
          out.write("Unknown (")
          out.write(decimal: option[0])
          out.write(octet: 41)
        }
        continue
      }
      if tag == 55 {
        dhcpRequested(option)
        continue
      }
      let read = dhcpValue(option, tag, known?.form ?? guessedForm(length))
      if read < length {
        out.write("\n\t  trailing data length ")
        out.write(unsigned: length - read)
      }
    }
  }

  /// What an option without a name most likely holds, by its length.
  private func guessedForm(_ length: Int) -> DHCPForm {
    length & 1 != 0 ? .octets : length & 2 != 0 ? .shorts : .numbers
  }

  /// The options that a client asks for, four on a line.
  private mutating func dhcpRequested(_ option: Bytes) {
    for i in 0..<option.count {
      out.write(i % 4 == 0 ? "\n\t      " : ", ")
      out.write(DHCPNumbers.option(option[i])?.name ?? "Unknown")
      out.write(" (")
      out.write(decimal: option[i])
      out.write(octet: 41)
    }
  }

  /// The value of an option. How many of its octets it took.
  private mutating func dhcpValue(_ option: Bytes, _ tag: UInt8, _ form: DHCPForm) -> Int {
    let unit =
      switch form {
      case .addresses, .numbers, .signedNumbers: 4
      case .pairs: 8
      case .shorts: 2
      case .octets, .flags: 1
      case .text, .special: 0
      }
    if unit == 0 { return form == .text ? dhcpText(option) : dhcpSpecial(option, tag) }
    let values = option.count / unit
    for i in 0..<values {
      if i > 0 { out.write(octet: form == .octets ? 46 : 44) }
      let at = i * unit
      switch form {
      case .addresses: out.write(ipv4: option.u32(at))
      case .numbers: out.write(decimal: option.u32(at))
      case .signedNumbers: out.write(signed: Int(Int32(bitPattern: option.u32(at))))
      case .pairs:
        out.write(octet: 40)
        out.write(ipv4: option.u32(at))
        out.write(octet: 58)
        out.write(ipv4: option.u32(at + 4))
        out.write(octet: 41)
      case .shorts: out.write(decimal: option.u16(at))
      case .flags:
        switch option[at] {
        case 0: out.write(octet: 78)
        case 1: out.write(octet: 89)
        default:
          out.write(decimal: option[at])
          out.write(octet: 63)
        }
      default: out.write(decimal: option[at])
      }
    }
    return values * unit
  }

  /// Text in quotation marks.
  private mutating func dhcpText(_ option: Bytes) -> Int {
    out.write(octet: 34)
    _ = printable(option, 0, option.count)
    out.write(octet: 34)
    return option.count
  }

  /// The options that have a shape of their own.
  private mutating func dhcpSpecial(_ option: Bytes, _ tag: UInt8) -> Int {
    let least = tag == 81 ? 3 : tag == 77 ? 2 : tag == 121 || tag == 249 ? 5 : tag == 82 ? 0 : 1
    if option.count < least {
      out.write("[ERROR: length < ")
      out.write(unsigned: least)
      out.write(" bytes]")
      return option.count
    }
    switch tag {
    case 46:
      switch option[0] {
      case 1: out.write("b-node")
      case 2: out.write("p-node")
      case 4: out.write("m-node")
      case 8: out.write("h-node")
      default:
        out.write(octet: 35)
        out.write(decimal: option[0])
      }
      return 1
    case 52:
      switch option[0] {
      case 1: out.write("file")
      case 2: out.write("sname")
      case 3: out.write("file+sname")
      default:
        out.write(octet: 35)
        out.write(decimal: option[0])
      }
      return 1
    case 61: clientIdentifier(option)
    case 77: userClasses(option)
    case 81: clientName(option)
    case 82: return relayAgent(option)
    default: classlessRoutes(option)
    }
    return option.count
  }

  /// Client identifier: text, or a hardware type and an address.
  private mutating func clientIdentifier(_ option: Bytes) {
    switch option[0] {
    case 0:
      _ = dhcpText(option.extracting(droppingFirst: 1))
      return
    case 1: out.write("ether ")
    case 6: out.write("ieee802 ")
    case 7: out.write("arcnet ")
    case 15: out.write("frelay ")
    case 23: out.write("strip ")
    case 24: out.write("ieee1394 ")
    default:
      out.write("hardware-type ")
      out.write(decimal: option[0])
      out.write(", ")
    }
    for i in 1..<option.count {
      if i > 1 { out.write(octet: 58) }
      out.write(hex: option[i], width: 2)
    }
  }

  /// The client's name in DNS (RFC 4702): flags, two codes that are no longer used, the name.
  private mutating func clientName(_ option: Bytes) {
    let flags = option[0]
    if flags & 0xf0 != 0 {
      out.write("[ERROR: MBZ nibble 0x")
      out.write(hex: flags &>> 4)
      out.write(" != 0] ")
    }
    if flags & 0x0f != 0 {
      out.write(octet: 91)
      if flags & 1 != 0 { out.write(octet: 83) }
      if flags & 2 != 0 { out.write(octet: 79) }
      if flags & 4 != 0 { out.write(octet: 69) }
      if flags & 8 != 0 { out.write(octet: 78) }
      out.write("] ")
    }
    if option[1] != 0 || option[2] != 0 {
      out.write(decimal: option[1])
      out.write(octet: 47)
      out.write(decimal: option[2])
      out.write(octet: 32)
    }
    _ = dhcpText(option.extracting(droppingFirst: 3))
  }

  /// What a relay adds (RFC 3046). How many octets made sense.
  private mutating func relayAgent(_ option: Bytes) -> Int {
    var at = 0
    while option.count - at >= 2 {
      let kind = option[at]
      let length = Int(option[at + 1])
      at += 2
      out.write("\n\t      ")
      switch kind {
      case 1: out.write("Circuit-ID")
      case 2: out.write("Remote-ID")
      case 6: out.write("Subscriber-ID")
      default: out.write("Unknown")
      }
      out.write(" SubOption ")
      out.write(decimal: kind)
      out.write(", length ")
      out.write(unsigned: length)
      if length > option.count - at {
        out.write(": length goes past end of option")
        return option.count
      }
      out.write(": ")
      switch kind {
      case 1, 2, 6: _ = printable(option, at, length)
      default: unknownData(option, at: at, length, indent: "\n\t\t")
      }
      at += length
    }
    return at
  }

  /// Routes to networks of any size (RFC 3442).
  private mutating func classlessRoutes(_ option: Bytes) {
    var at = 0
    while at < option.count {
      if at > 0 { out.write(octet: 44) }
      let width = Int(option[at])
      at += 1
      if width > 32 {
        out.write("[ERROR: Mask width (")
        out.write(unsigned: width)
        out.write(") > 32]")
        return
      }
      let significant = (width + 7) / 8
      if option.count - at < significant + 4 {
        out.write("[ERROR: Remaining length (")
        out.write(unsigned: option.count - at)
        out.write(") < ")
        out.write(unsigned: significant + 4)
        out.write(" bytes]")
        return
      }
      out.write(octet: 40)
      if width == 0 {
        out.write("default")
      } else {
        for i in 0..<4 {
          if i > 0 { out.write(octet: 46) }
          out.write(decimal: i < significant ? option[at + i] : 0)
        }
        out.write(octet: 47)
        out.write(unsigned: width)
      }
      out.write(octet: 58)
      out.write(ipv4: option.u32(at + significant))
      out.write(octet: 41)
      at += significant + 4
    }
  }

  /// User classes (RFC 3004).
  private mutating func userClasses(_ option: Bytes) {
    var at = 0
    var number = 1
    while at < option.count {
      let length = Int(option[at])
      at += 1
      out.write("\n\t      instance#")
      out.write(unsigned: number)
      out.write(": ")
      if length == 0 {
        out.write("[ERROR: suboption length must be non-zero]")
        return
      }
      if option.count - at < length {
        out.write("[ERROR: invalid option]")
        return
      }
      _ = dhcpText(option.extracting(at..<at + length))
      out.write(", length ")
      out.write(unsigned: length)
      number += 1
      at += length
    }
  }
}
