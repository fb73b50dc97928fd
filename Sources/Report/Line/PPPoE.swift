// PPP over Ethernet (RFC 2516), as text.

internal import Wire

extension LinePrinter {
  /// A PPPoE packet: discovery with its tags, or a session's PPP frame. Returns the octets of its header.
  mutating func pppoe(_ bytes: Bytes, _ length: Int) throws(Cut) -> Int {
    reading = "pppoe"
    if length < 6 {
      out.write(" (length ")
      out.write(unsigned: length)
      out.write(" < 6)")
      invalid()
      return 0
    }
    try bytes.check(0, 6)
    let inside = length &- 6
    if bytes[0] &>> 4 != 1 {
      out.write(" [ver ")
      out.write(decimal: bytes[0] &>> 4)
      out.write("]")
    }
    if bytes[0] & 15 != 1 {
      out.write(" [type ")
      out.write(decimal: bytes[0] & 15)
      out.write("]")
    }
    let code = bytes[1]
    var claimed = Int(bytes.u16(4))
    out.write("PPPoE ")
    switch code {
    case 0x00: break
    case 0x07: out.write("PADO")
    case 0x09: out.write("PADI")
    case 0x19: out.write("PADR")
    case 0x65: out.write("PADS")
    case 0xa7: out.write("PADT")
    default:
      out.write("PAD-")
      out.write(hex: code)
    }
    if code == 0x09, claimed > 1478 {
      out.write(" [len ")
      out.write(unsigned: claimed)
      out.write("!]")
    }
    if claimed > inside {
      out.write(" [len ")
      out.write(unsigned: claimed)
      out.write(" > ")
      out.write(unsigned: inside)
      out.write("!]")
      claimed = inside
    }
    if bytes.u16(2) != 0 {
      out.write(" [ses 0x")
      out.write(hex: bytes.u16(2))
      out.write("]")
    }
    let rest = bytes.extracting(droppingFirst: 6)
    if code == 0 {
      out.write(octet: 32)
      return try 6 &+ ppp(rest, claimed)
    }
    try tags(rest, claimed)
    return 6
  }

  /// The tags of a discovery packet.
  private mutating func tags(_ bytes: Bytes, _ length: Int) throws(Cut) {
    var at = 0
    while at < length {
      let type = try bytes.get16(at)
      let size = Int(try bytes.get16(at &+ 2))
      at &+= 4
      if size > 0 { try bytes.check(at, size) }
      out.write(" [")
      write(pppoeTag: type)
      if size > 0 { value(bytes.extracting(at..<at &+ size)) }
      out.write("]")
      if type == 0 { return }
      at &+= size
    }
  }

  /// A tag's value: as text when most of its beginning is text.
  private mutating func value(_ bytes: Bytes) {
    let shownMax = 79
    let shown = min(bytes.count, shownMax)
    var printable = 0
    for at in 0..<shown where bytes[at] >= 0x20 && bytes[at] < 0x7f { printable &+= 1 }
    if printable > shown &- printable {
      out.write(" \"")
      for at in 0..<shown { out.write(octet: bytes[at] >= 0x20 && bytes[at] < 0x7f ? bytes[at] : 46) }
      out.write("\"")
    } else {
      out.write(" 0x")
      for at in 0..<bytes.count {
        for digit in [bytes[at] &>> 4, bytes[at] & 15] {
          out.write(octet: digit < 10 ? 48 &+ digit : 55 &+ digit)
        }
      }
    }
  }

  /// A tag's name.
  private mutating func write(pppoeTag tag: UInt16) {
    switch tag {
    case 0x0000: out.write("EOL")
    case 0x0101: out.write("Service-Name")
    case 0x0102: out.write("AC-Name")
    case 0x0103: out.write("Host-Uniq")
    case 0x0104: out.write("AC-Cookie")
    case 0x0105: out.write("Vendor-Specific")
    case 0x0110: out.write("Relay-Session-ID")
    case 0x0120: out.write("PPP-Max-Payload")
    case 0x0201: out.write("Service-Name-Error")
    case 0x0202: out.write("AC-System-Error")
    case 0x0203: out.write("Generic-Error")
    default:
      out.write("TAG-0x")
      out.write(hex: tag)
    }
  }
}
