// Hot Standby Router Protocol (RFC 2281), as text.

internal import Wire

extension LinePrinter {
  /// An HSRP message.
  mutating func hsrp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "hsrp"
    let version = try bytes.get8(0)
    out.write("HSRPv")
    out.write(decimal: version)
    if version != 0 { return }
    out.write(octet: 45)
    let operation = try bytes.get8(1)
    switch operation {
    case 0: out.write("hello ")
    case 1: out.write("coup ")
    case 2: out.write("resign ")
    default:
      out.write("unknown (")
      out.write(decimal: operation)
      out.write(") ")
    }
    out.write(unsigned: length)
    out.write(": ")
    let state = try bytes.get8(2)
    switch state {
    case 0: out.write("state=initial ")
    case 1: out.write("state=learn ")
    case 2: out.write("state=listen ")
    case 4: out.write("state=speak ")
    case 8: out.write("state=standby ")
    case 16: out.write("state=active ")
    default:
      out.write("state=Unknown (")
      out.write(decimal: state)
      out.write(") ")
    }
    let group = try bytes.get8(6)
    out.write("group=")
    out.write(decimal: group)
    out.write(octet: 32)
    let reserved = try bytes.get8(7)
    if reserved != 0 {
      out.write("[reserved=")
      out.write(decimal: reserved)
      out.write("!] ")
    }
    let address = try bytes.get32(16)
    out.write("addr=")
    out.write(ipv4: address)
    if !verbose { return }
    out.write(" hellotime=")
    out.write(duration: UInt32(bytes[3]))
    out.write(" holdtime=")
    out.write(duration: UInt32(bytes[4]))
    out.write(" priority=")
    out.write(decimal: bytes[5])
    out.write(" auth=\"")
    try zeroPadded(bytes, 8, 8)
    out.write(octet: 34)
  }
}
