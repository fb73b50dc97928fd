// The transport layer of a packet's record: TCP with its options, ICMP with what it is about.

internal import Wire

extension JSONPrinter {
  /// Ports, TCP, ICMP, and how long the payload is.
  mutating func writeTransport(_ packet: inout Packet) {
    if packet.hasPorts {
      out.write(",\"sport\":")
      out.write(decimal: packet.sourcePort)
      out.write(",\"dport\":")
      out.write(decimal: packet.destinationPort)
    }
    if packet.hasTCP { writeTCP(&packet) }
    if packet.hasICMP { writeICMP(&packet) }
    if packet.ipVersion != 0, packet.hasTCP || !packet.faultEndedWalk {
      out.write(",\"payload_len\":")
      out.write(signed: packet.payloadLength)
    }
  }

  private mutating func writeTCP(_ packet: inout Packet) {
    out.write(",\"flags\":\"")
    writeFlags(packet.tcp.flags)
    out.write("\",\"seq\":")
    out.write(decimal: packet.tcp.sequence)
    // Without the flag the field means nothing (RFC 9293 section 3.1).
    if packet.tcp.flags.contains(.ack) {
      out.write(",\"ack\":")
      out.write(decimal: packet.tcp.acknowledgment)
    }
    out.write(",\"win\":")
    out.write(decimal: packet.tcp.window)
    if packet.tcp.flags.contains(.urg) {
      out.write(",\"urgent\":")
      out.write(decimal: packet.tcp.urgent)
    }
    if !packet.tcp.options.isEmpty || packet.tcp.optionsMalformed { writeOptions(&packet) }
  }

  /// Flags as tcpdump prints them.
  private mutating func writeFlags(_ flags: TCPFlags) {
    if flags.isEmpty { return out.write("none") }
    if flags.contains(.fin) { out.write(octet: 70) }
    if flags.contains(.syn) { out.write(octet: 83) }
    if flags.contains(.rst) { out.write(octet: 82) }
    if flags.contains(.psh) { out.write(octet: 80) }
    if flags.contains(.ack) { out.write(octet: 46) }
    if flags.contains(.urg) { out.write(octet: 85) }
    if flags.contains(.ece) { out.write(octet: 69) }
    if flags.contains(.cwr) { out.write(octet: 87) }
    if flags.contains(.ae) { out.write(octet: 101) }
  }

  /// The options, by the names of the flow record where it has them.
  private mutating func writeOptions(_ packet: inout Packet) {
    let options = packet.tcp.options
    out.write(",\"options\":{")
    let start = out.count
    if options.contains(.maximumSegmentSize) {
      out.write("\"mss\":")
      out.write(decimal: packet.tcp.maximumSegmentSize)
    }
    if let scale = packet.tcp.windowScale {
      separate(start)
      out.write("\"window_scale\":")
      out.write(decimal: scale)
    }
    if options.contains(.sackPermitted) { mark("\"sack_permitted\":true", start) }
    if packet.tcp.hasTimestamps {
      separate(start)
      out.write("\"timestamps\":{\"value\":")
      out.write(decimal: packet.tcp.timestampValue)
      out.write(",\"echo\":")
      out.write(decimal: packet.tcp.timestampEcho)
      out.write(octet: 125)
    }
    if packet.tcp.sackCount > 0 { writeSACK(&packet, start) }
    if options.contains(.fastOpen) { mark("\"fast_open\":true", start) }
    if options.contains(.md5) { mark("\"md5\":true", start) }
    if options.contains(.authentication) { mark("\"ao\":true", start) }
    if options.contains(.userTimeout) {
      separate(start)
      out.write("\"user_timeout_s\":")
      let value = UInt64(packet.tcp.userTimeout & 0x7fff)
      out.write(decimal: packet.tcp.userTimeout & 0x8000 == 0 ? value : value * 60)
    }
    if options.contains(.multipath) {
      separate(start)
      out.write("\"mptcp\":")
      out.write(decimal: packet.tcp.multipathSubtype)
    }
    if options.contains(.accurateECN) { mark("\"accecn\":true", start) }
    if options.contains(.other) { mark("\"other\":true", start) }
    if packet.tcp.optionsMalformed { mark("\"malformed\":true", start) }
    out.write(octet: 125)
  }

  private mutating func writeSACK(_ packet: inout Packet, _ start: Int) {
    separate(start)
    out.write("\"sack\":[")
    for i in 0..<min(4, Int(packet.tcp.sackCount)) {
      out.write(i > 0 ? ",[" : "[")
      out.write(decimal: packet.tcp.sackLeft[i])
      out.write(octet: 44)
      out.write(decimal: packet.tcp.sackRight[i])
      out.write(octet: 93)
    }
    out.write(octet: 93)
    if packet.tcp.isDuplicateSACK { out.write(",\"dsack\":true") }
  }

  /// A comma, unless nothing has been written since `start`.
  @inline(__always)
  private mutating func separate(_ start: Int) {
    if out.count > start { out.write(octet: 44) }
  }

  private mutating func mark(_ text: StaticString, _ start: Int) {
    separate(start)
    out.write(text)
  }

  /// ICMP and ICMPv6: type, code, and what an error quotes.
  private mutating func writeICMP(_ packet: inout Packet) {
    out.write(",\"icmp\":{\"type\":")
    out.write(decimal: packet.icmpType)
    out.write(",\"code\":")
    out.write(decimal: packet.icmpCode)
    let isEcho =
      packet.ipVersion == 4
      ? packet.icmpType == 8 || packet.icmpType == 0 : packet.icmpType == 128 || packet.icmpType == 129
    if isEcho {
      out.write(",\"id\":")
      out.write(decimal: packet.icmpIdentifier)
      out.write(",\"seq\":")
      out.write(decimal: packet.icmpSequence)
    }
    if let quoted = packet.quoted {
      out.write(",\"about\":{\"src\":\"")
      out.write(quoted.source, version: quoted.ipVersion)
      out.write("\",\"dst\":\"")
      out.write(quoted.destination, version: quoted.ipVersion)
      out.write("\",\"proto\":")
      writeProtocol(quoted.ipProtocol)
      if quoted.hasPorts {
        out.write(",\"sport\":")
        out.write(decimal: quoted.sourcePort)
        out.write(",\"dport\":")
        out.write(decimal: quoted.destinationPort)
      }
      if quoted.hasSequence {
        out.write(",\"seq\":")
        out.write(decimal: quoted.sequence)
      }
      out.write(octet: 125)
    }
    out.write(octet: 125)
  }
}
