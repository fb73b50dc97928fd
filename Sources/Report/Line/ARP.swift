// Address Resolution Protocol (RFC 826, RFC 903, RFC 2390) and that of ATM (RFC 2225), as text.

internal import Wire

extension LinePrinter {
  /// An ARP packet.
  mutating func arp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "arp"
    try bytes.check(0, 8)
    let hardware = bytes.u16(0)
    if hardware == 19 {
      try atmARP(bytes, length)
      return
    }
    let packet = ARPPacket(
      hardware: hardware, type: bytes.u16(2), hardwareLength: Int(bytes[4]), protocolLength: Int(bytes[5]))
    try bytes.check(packet.targetProtocol, packet.protocolLength)
    if !options.linkHeader { out.write("ARP, ") }
    if !packet.isIP || packet.protocolLength != 4 || packet.hardwareLength == 0 || verbose {
      write(hardware: hardware)
      out.write(" (len ")
      out.write(unsigned: packet.hardwareLength)
      out.write("), ")
      write(protocol: packet.type)
      out.write(" (len ")
      out.write(unsigned: packet.protocolLength)
      out.write(")")
      if !verbose {
        arpLength(length)
        return
      }
      out.write(", ")
    }
    let operation = bytes.u16(6)
    write(operation: operation)
    switch operation {
    case 1:
      out.write("who-has ")
      address(bytes, packet.targetProtocol, packet)
      var known = false
      for at in 0..<packet.hardwareLength where try bytes.get8(packet.targetHardware &+ at) != 0 {
        known = true
      }
      if known {
        out.write(" (")
        try hardwareAddress(bytes, packet.targetHardware, packet)
        out.write(")")
      }
      out.write(" tell ")
      address(bytes, packet.senderProtocol, packet)
    case 2:
      address(bytes, packet.senderProtocol, packet)
      out.write(" is-at ")
      try hardwareAddress(bytes, packet.senderHardware, packet)
    case 3, 8:
      out.write("who-is ")
      try hardwareAddress(bytes, packet.targetHardware, packet)
      out.write(" tell ")
      try hardwareAddress(bytes, packet.senderHardware, packet)
    case 4:
      try hardwareAddress(bytes, packet.targetHardware, packet)
      out.write(" at ")
      address(bytes, packet.targetProtocol, packet)
    case 9:
      try hardwareAddress(bytes, packet.senderHardware, packet)
      out.write(" at ")
      address(bytes, packet.senderProtocol, packet)
    default:
      hexAndASCII(bytes)
      return
    }
    arpLength(length)
  }

  /// ", length N"
  private mutating func arpLength(_ length: Int) {
    out.write(", length ")
    out.write(unsigned: length)
  }

  private mutating func write(hardware: UInt16) {
    switch hardware {
    case 1: out.write("Ethernet")
    case 6: out.write("TokenRing")
    case 7: out.write("ArcNet")
    case 15: out.write("FrameRelay")
    case 19: out.write("ATM")
    case 23: out.write("Strip")
    case 24: out.write("IEEE 1394")
    case 32: out.write("InfiniBand")
    default:
      out.write("Unknown Hardware (")
      out.write(decimal: hardware)
      out.write(")")
    }
  }

  private mutating func write(protocol type: UInt16) {
    if let name = etherTypeName(type) {
      out.write(name)
    } else {
      out.write("Unknown Protocol (0x")
      out.write(hex: type, width: 4)
      out.write(")")
    }
  }

  private mutating func write(operation: UInt16) {
    switch operation {
    case 1: out.write("Request ")
    case 2: out.write("Reply ")
    case 3: out.write("Reverse Request ")
    case 4: out.write("Reverse Reply ")
    case 8: out.write("Inverse Request ")
    case 9: out.write("Inverse Reply ")
    case 10: out.write("NACK Reply ")
    default:
      out.write("Unknown (")
      out.write(decimal: operation)
      out.write(") ")
    }
  }

  /// A protocol address, when it is one of IPv4.
  private mutating func address(_ bytes: Bytes, _ at: Int, _ packet: ARPPacket) {
    if !packet.isIP {
      out.write("<wrong proto type>")
    } else if packet.protocolLength != 4 || !bytes.has(at, 4) {
      out.write("<wrong len>")
    } else {
      out.write(ipv4: bytes.u32(at))
    }
  }

  /// A hardware address: octets with colons between them.
  private mutating func hardwareAddress(_ bytes: Bytes, _ at: Int, _ packet: ARPPacket) throws(Cut) {
    if packet.hardwareLength == 0 {
      out.write("<empty>")
    } else if packet.hardware == 15 {
      try bytes.check(at, packet.hardwareLength)
      write(connection: bytes.extracting(at..<at &+ packet.hardwareLength))
    } else {
      try octets(bytes, at, packet.hardwareLength)
    }
  }

  private mutating func octets(_ bytes: Bytes, _ at: Int, _ count: Int) throws(Cut) {
    try bytes.check(at, count)
    for i in 0..<count {
      if i > 0 { out.write(octet: 58) }
      out.write(hexOctet: bytes[at &+ i])
    }
  }

  /// ARP for ATM: every address has a length of its own.
  private mutating func atmARP(_ bytes: Bytes, _ length: Int) throws(Cut) {
    try bytes.check(0, 12)
    let packet = ATMAddresses(bytes)
    try bytes.check(packet.targetProtocol, packet.targetProtocolLength)
    if !options.linkHeader { out.write("ARP, ") }
    let type = bytes.u16(2)
    let isIP = type == 0x0800 || type == 0x1000
    if !isIP || packet.senderProtocolLength != 4 || packet.targetProtocolLength != 4 || verbose {
      write(hardware: bytes.u16(0))
      out.write(", ")
      write(protocol: type)
      out.write(" (len ")
      out.write(unsigned: packet.senderProtocolLength)
      out.write("/")
      out.write(unsigned: packet.targetProtocolLength)
      out.write(")")
      if !verbose {
        arpLength(length)
        return
      }
      out.write(", ")
    }
    let operation = bytes.u16(6)
    write(operation: operation)
    let target = { (printer: inout LinePrinter) in
      printer.atmProtocol(packet.targetProtocolLength, isIP, "<wrong tplen>")
    }
    switch operation {
    case 1:
      out.write("who-has ")
      if target(&self) { out.write(ipv4: try bytes.get32(packet.targetProtocol)) }
      if packet.targetNumberLength != 0 {
        out.write(" (")
        try atm(bytes, packet.target, packet.targetNumberLength, packet.targetSubLength)
        out.write(")")
      }
      out.write(" tell ")
      try atmSender(bytes, packet, isIP)
    case 2:
      try atmSender(bytes, packet, isIP)
      out.write(" is-at ")
      try atm(bytes, 12, packet.senderNumberLength, packet.senderSubLength)
    case 8:
      out.write("who-is ")
      try atm(bytes, packet.target, packet.targetNumberLength, packet.targetSubLength)
      out.write(" tell ")
      try atm(bytes, 12, packet.senderNumberLength, packet.senderSubLength)
    case 9:
      try atm(bytes, 12, packet.senderNumberLength, packet.senderSubLength)
      out.write("at ")
      try atmSender(bytes, packet, isIP)
    case 10:
      out.write("for ")
      try atmSender(bytes, packet, isIP)
    default:
      hexAndASCII(bytes)
      return
    }
    arpLength(length)
  }

  private mutating func atmSender(_ bytes: Bytes, _ packet: ATMAddresses, _ isIP: Bool) throws(Cut) {
    if atmProtocol(packet.senderProtocolLength, isIP, "<wrong splen>") {
      out.write(ipv4: try bytes.get32(packet.senderProtocol))
    }
  }

  /// Whether a protocol address is one of IPv4; says so when it is not.
  private mutating func atmProtocol(_ length: Int, _ isIP: Bool, _ wrong: StaticString) -> Bool {
    if isIP, length == 4 { return true }
    out.write(isIP ? wrong : "<wrong proto type>")
    return false
  }

  /// An ATM number and its subaddress.
  private mutating func atm(_ bytes: Bytes, _ at: Int, _ number: Int, _ sub: Int) throws(Cut) {
    if number == 0 {
      out.write("<No address>")
      return
    }
    try octets(bytes, at, number)
    if sub != 0 {
      out.write(",")
      try octets(bytes, at &+ number, sub)
    }
  }
}

/// Where the addresses of an ARP packet lie.
private struct ARPPacket {
  var hardware: UInt16
  var type: UInt16
  var hardwareLength: Int
  var protocolLength: Int
  var senderHardware: Int { 8 }
  var senderProtocol: Int { 8 &+ hardwareLength }
  var targetHardware: Int { 8 &+ hardwareLength &+ protocolLength }
  var targetProtocol: Int { 8 &+ hardwareLength &* 2 &+ protocolLength }
  /// IPv4, or the trailer encapsulation of it (RFC 893).
  var isIP: Bool { type == 0x0800 || type == 0x1000 }
}

/// Where the addresses of an ATM ARP packet lie.
private struct ATMAddresses {
  var senderNumberLength, senderSubLength, senderProtocolLength: Int
  var targetNumberLength, targetSubLength, targetProtocolLength: Int

  /// The caller has checked that twelve octets are there.
  init(_ bytes: Bytes) {
    senderNumberLength = Int(bytes[4] & 0x3f)
    senderSubLength = Int(bytes[5] & 0x3f)
    senderProtocolLength = Int(bytes[8])
    targetNumberLength = Int(bytes[9] & 0x3f)
    targetSubLength = Int(bytes[10] & 0x3f)
    targetProtocolLength = Int(bytes[11])
  }

  var senderProtocol: Int { 12 &+ senderNumberLength &+ senderSubLength }
  var target: Int { senderProtocol &+ senderProtocolLength }
  var targetProtocol: Int { target &+ targetNumberLength &+ targetSubLength }
}
