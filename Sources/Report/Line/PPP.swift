// Point-to-Point Protocol (RFC 1661, RFC 1662), as text.

internal import Wire

extension LinePrinter {
  /// PPP as a link type of its own.
  mutating func ppp(link bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ppp"
    if bytes.count < 4 {
      truncated()
      linkLength = bytes.count
      return
    }
    linkLength = 4
    _ = try ppp(bytes, length)
  }

  /// PPP in HDLC-like framing as a link type of its own.
  mutating func pppSerial(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "ppp_hdlc"
    if bytes.count < 4 {
      truncated()
      linkLength = bytes.count
      return
    }
    if options.linkHeader {
      out.write(hexOctet: bytes[0])
      out.write(octet: 32)
      out.write(hexOctet: bytes[1])
      out.write(octet: 32)
      out.write(unsigned: length)
      out.write(octet: 32)
    }
    if bytes[0] == 0xff {
      let number = bytes.u16(2)
      write(ppp: number)
      out.write(": ")
      try pppPayload(number, bytes.extracting(droppingFirst: 4), length &- 4)
      linkLength = 4
    } else {
      out.write("unknown addr ")
      out.write(hexOctet: bytes[2])
      out.write("; ctrl ")
      out.write(hexOctet: bytes[3])
      linkLength = 2
    }
  }

  /// A PPP frame, with or without address and control, its protocol in one octet or two. Returns the octets
  /// of its header.
  mutating func ppp(_ bytes: Bytes, _ length: Int) throws(Cut) -> Int {
    reading = "ppp"
    if length < 2 {
      truncated()
      return 0
    }
    var at = 0
    switch try bytes.get16(0) {
    case 0x0003:
      if options.linkHeader { out.write("In  ") }
      at = 2
    case 0x0103:
      if options.linkHeader { out.write("Out ") }
      at = 2
    case 0xff03: at = 2
    default: break
    }
    if length &- at < 2 {
      truncated()
      return 0
    }
    var number = UInt16(try bytes.get8(at))
    if number & 1 != 0 {
      at &+= 1
    } else {
      number = try bytes.get16(at)
      at &+= 2
    }
    if options.linkHeader {
      out.write(pppName(number) ?? "unknown")
      out.write(" (0x")
      out.write(hex: number, width: 4)
      out.write("), length ")
      out.write(unsigned: length)
      if pppName(number) == nil { return at }
      out.write(": ")
    }
    try pppPayload(number, bytes.extracting(droppingFirst: at), length &- at)
    return at
  }

  /// What a PPP protocol number announces.
  mutating func pppPayload(_ number: UInt16, _ bytes: Bytes, _ length: Int) throws(Cut) {
    switch number {
    case 0x0021, 0x002f, 0x0800: try ipv4(bytes, length)
    case 0x0057, 0x86dd: try ipv6(bytes, length)
    case 0x0281, 0x0283: try mpls(bytes, length)
    case 0x00fd: out.write("compressed PPP data")
    case 0x002b, 0x8137: named("IPX", length)
    case 0x0023: named("OSI", length)
    case 0xc021, 0x8021, 0x8023, 0x8281, 0x8057, 0x80fd, 0xc02b: try control(number, bytes, length)
    case 0x003d: try multilink(bytes, length)
    case 0xc223: named("CHAP", length)
    case 0xc023: named("PAP", length)
    case 0xc02d: break
    default:
      write(ppp: number)
      out.write(octet: 32)
      unknownData(bytes, length, indent: "\n\t")
    }
  }

  /// A control protocol (LCP, IPCP and their kin) by its code. Options are not told one by one.
  private mutating func control(_ number: UInt16, _ bytes: Bytes, _ length: Int) throws(Cut) {
    out.write(pppName(number) ?? "unknown")
    out.write(", ")
    guard length >= 4, bytes.count >= 2 else {
      out.write("[|")
      out.write(pppName(number) ?? "unknown")
      out.write("]")
      return
    }
    switch bytes[0] {
    case 0: out.write("Vendor-Extension")
    case 1: out.write("Conf-Request")
    case 2: out.write("Conf-Ack")
    case 3: out.write("Conf-Nack")
    case 4: out.write("Conf-Reject")
    case 5: out.write("Term-Request")
    case 6: out.write("Term-Ack")
    case 7: out.write("Code-Reject")
    case 8: out.write("Prot-Reject")
    case 9: out.write("Echo-Request")
    case 10: out.write("Echo-Reply")
    case 11: out.write("Disc-Req")
    case 12: out.write("Ident")
    case 13: out.write("Time-Rem")
    case 14: out.write("Reset-Req")
    case 15: out.write("Reset-Ack")
    default: out.write("Unknown Opcode")
    }
    out.write(" (0x")
    out.write(hexOctet: bytes[0])
    out.write("), id ")
    out.write(decimal: bytes[1])
    out.write(", length ")
    out.write(unsigned: length &+ 2)
  }

  /// A fragment of the multilink protocol (RFC 1990), with its short sequence number.
  private mutating func multilink(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if !options.linkHeader { out.write("MLPPP, ") }
    guard length >= 2, bytes.count >= 2 else {
      out.write("[|mlppp]")
      return
    }
    out.write("seq 0x")
    out.write(hex: bytes.u16(0) & 0x0fff, width: 3)
    out.write(", Flags [")
    switch bytes[0] & 0xc0 {
    case 0xc0: out.write("begin, end")
    case 0x80: out.write("begin")
    case 0x40: out.write("end")
    default: out.write("none")
    }
    out.write("], length ")
    out.write(unsigned: length)
  }

  /// A PPP protocol by name, or by number.
  private mutating func write(ppp number: UInt16) {
    if let name = pppName(number) {
      out.write(name)
    } else {
      out.write("unknown PPP protocol (0x")
      out.write(hex: number, width: 4)
      out.write(")")
    }
  }

  private func pppName(_ number: UInt16) -> StaticString? {
    switch number {
    case 0x0021: "IP"
    case 0x0023: "OSI"
    case 0x0025: "NS"
    case 0x0027: "DECNET"
    case 0x0029: "APPLE"
    case 0x002b: "IPX"
    case 0x002d: "VJC IP"
    case 0x002f: "VJNC IP"
    case 0x0031: "BRPDU"
    case 0x0033: "STII"
    case 0x0035: "VINES"
    case 0x0281, 0x0283: "MPLS"
    case 0x00fd: "Compressed"
    case 0x003d: "MLPPP"
    case 0x0057: "IP6"
    case 0x0201: "HELLO"
    case 0x0231: "LUXCOM"
    case 0x0233: "SNS"
    case 0x8021: "IPCP"
    case 0x8023: "OSICP"
    case 0x8025: "NSCP"
    case 0x8027: "DECNETCP"
    case 0x8029: "APPLECP"
    case 0x802b: "IPXCP"
    case 0x8033: "STIICP"
    case 0x8035: "VINESCP"
    case 0x8057: "IP6CP"
    case 0x8281: "MPLSCP"
    case 0xc021: "LCP"
    case 0xc023: "PAP"
    case 0xc025: "LQM"
    case 0xc223: "CHAP"
    case 0xc227: "EAP"
    case 0xc027: "SPAP"
    case 0xc123: "Old-SPAP"
    case 0xc02b: "BACP"
    case 0xc02d: "BAP"
    case 0xc03d: "MLPPP-CP"
    case 0x80fd: "CCP"
    default: nil
    }
  }
}
