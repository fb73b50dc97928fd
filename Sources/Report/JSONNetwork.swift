// The network and transport layers of a packet's record.

internal import Wire

extension JSONPrinter {
  /// The innermost IP layer, and those around it.
  mutating func writeNetwork(_ packet: inout Packet) {
    if packet.ipVersion == 0 { return }
    out.write(",\"ip_version\":")
    out.write(decimal: packet.ipVersion)
    out.write(",\"src\":\"")
    out.write(packet.source, version: packet.ipVersion)
    out.write("\",\"dst\":\"")
    out.write(packet.destination, version: packet.ipVersion)
    out.write("\",\"proto\":")
    writeProtocol(packet.ipProtocol)
    out.write(",\"ttl\":")
    out.write(decimal: packet.timeToLive)
    out.write(",\"dscp\":")
    out.write(decimal: packet.trafficClass &>> 2)
    out.write(",\"ecn\":")
    out.write(decimal: packet.trafficClass & 3)
    if packet.hasIdentification {
      out.write(",\"ip_id\":")
      out.write(decimal: packet.identification)
    }
    out.write(",\"ip_len\":")
    out.write(signed: packet.ipLength)
    if packet.dontFragment { out.write(",\"dont_fragment\":true") }
    if packet.isFragment {
      out.write(",\"fragment\":{\"offset\":")
      out.write(signed: packet.fragmentOffset)
      out.write(packet.moreFragments ? ",\"more\":true}" : ",\"more\":false}")
    }
  }

  /// The outer network headers of a tunnelled packet, outermost first.
  private mutating func writeTunnel(_ bytes: Bytes, _ packet: inout Packet) {
    if packet.tunnelDepth == 0 { return }
    out.write(",\"tunnel\":[")
    var left = packet.tunnelDepth
    for i in 0..<packet.layerCount where left > 0 {
      let at = Int(packet.layers[i].offset)
      guard at >= 0, at <= bytes.count else { continue }
      let layer = bytes.extracting(at..<bytes.count)
      switch packet.layers[i].kind {
      case .ipv4 where layer.count >= 20:
        writeOuter(
          4, IPAddress(ipv4: layer.u32(12)), IPAddress(ipv4: layer.u32(16)),
          isFirst: left == packet.tunnelDepth)
      case .ipv6 where layer.count >= 40:
        writeOuter(
          6, IPAddress(ipv6: layer, at: 8), IPAddress(ipv6: layer, at: 24),
          isFirst: left == packet.tunnelDepth)
      default: continue
      }
      left &-= 1
    }
    out.write(octet: 93)
    if let identifier = packet.tunnelIdentifier {
      out.write(",\"tunnel_id\":")
      out.write(decimal: identifier)
    }
  }

  private mutating func writeOuter(
    _ version: UInt8, _ source: IPAddress, _ destination: IPAddress, isFirst: Bool
  ) {
    if !isFirst { out.write(octet: 44) }
    out.write("{\"ip_version\":")
    out.write(decimal: version)
    out.write(",\"src\":\"")
    out.write(source, version: version)
    out.write("\",\"dst\":\"")
    out.write(destination, version: version)
    out.write("\"}")
  }

  /// A protocol by its name, or by its number.
  mutating func writeProtocol(_ number: IPProtocol) {
    switch number {
    case .tcp: out.write("\"tcp\"")
    case .udp: out.write("\"udp\"")
    case .icmp: out.write("\"icmp\"")
    case .icmpv6: out.write("\"icmp6\"")
    case .igmp: out.write("\"igmp\"")
    case .ipip: out.write("\"ipip\"")
    case .ipv6: out.write("\"ipv6\"")
    case .gre: out.write("\"gre\"")
    case .esp: out.write("\"esp\"")
    case .ah: out.write("\"ah\"")
    case .sctp: out.write("\"sctp\"")
    default: out.write(decimal: number.rawValue)
    }
  }

  /// Ports, TCP, ICMP, and how long the payload is.
  mutating func writeTransport(_ bytes: Bytes, _ packet: inout Packet) {
    writeTunnel(bytes, &packet)
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

  /// What lies behind the network layer's own length, marks of offload, and the fault.
  mutating func writeRest(_ bytes: Bytes, _ packet: inout Packet) {
    let padding = packet.paddingLength
    if padding > 0 {
      out.write(",\"padding\":")
      out.write(signed: padding)
    }
    if packet.trailerLength > padding {
      out.write(",\"trailer\":")
      out.write(signed: packet.trailerLength &- padding)
    }
    if packet.fcsLength > 0 {
      out.write(",\"fcs\":")
      out.write(signed: packet.fcsLength)
    }
    writeOffload(&packet)
    if let fault = packet.fault { writeFault(fault, packet.faultLayer) }
  }

  private mutating func writeOffload(_ packet: inout Packet) {
    if packet.isLengthAbsent {
      out.write(",\"offload\":[\"length_absent\"]")
    } else if packet.isOffloaded {
      out.write(",\"offload\":[\"segmentation\"]")
    }
  }

  private mutating func writeFault(_ fault: Malformed, _ layer: Layer.Kind) {
    out.write(",\"fault\":{\"layer\":\"")
    out.write(layer.name)
    switch fault {
    case .truncated(let need, let have):
      out.write("\",\"kind\":\"truncated\",\"need\":")
      out.write(signed: need)
      out.write(",\"have\":")
      out.write(signed: have)
    case .invalid(let field):
      out.write("\",\"kind\":\"invalid\",\"field\":\"")
      out.write(field.name)
      out.write(octet: 34)
    }
    out.write(octet: 125)
  }
}
