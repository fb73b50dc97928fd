// The network layer of a packet's record, and the ones around it.

internal import Wire

extension JSONPrinter {
  /// The innermost IP layer, and those around it; or what ARP says.
  mutating func writeNetwork(_ bytes: Bytes, _ packet: inout Packet) {
    if packet.ipVersion == 0 {
      writeARP(bytes, &packet)
      return writeLLDP(bytes, &packet)
    }
    out.write(",\"ip_version\":")
    out.write(decimal: packet.ipVersion)
    writePair(packet.source, packet.destination, packet.ipVersion)
    out.write(",\"proto\":")
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
    // A header whose length lies has none.
    if packet.ipLength > 0 {
      out.write(",\"ip_len\":")
      out.write(signed: packet.ipLength)
    }
    if packet.dontFragment { out.write(",\"dont_fragment\":true") }
    if packet.isFragment {
      out.write(",\"fragment\":{\"offset\":")
      out.write(signed: packet.fragmentOffset)
      out.write(packet.moreFragments ? ",\"more\":true}" : ",\"more\":false}")
    }
    writeTunnel(bytes, &packet)
  }

  /// `src` and `dst`.
  private mutating func writePair(_ source: IPAddress, _ destination: IPAddress, _ version: UInt8) {
    out.write(",\"src\":\"")
    out.write(source, version: version)
    out.write("\",\"dst\":\"")
    out.write(destination, version: version)
    out.write(octet: 34)
  }

  /// ARP between Ethernet and IPv4: who asks, who is asked for.
  private mutating func writeARP(_ bytes: Bytes, _ packet: inout Packet) {
    guard packet.layerCount > 0 else { return }
    let layer = packet.layers[packet.layerCount &- 1]
    let at = Int(layer.offset)
    guard layer.kind == .arp, at >= 0, at &+ 28 <= bytes.count else { return }
    let arp = bytes.extracting(at..<at &+ 28)
    guard arp.u16(4) == 0x0604 else { return }
    write(",\"arp\":{\"op\":", arp.u16(6), name: arp.u16(6) == 1 ? "request" : arp.u16(6) == 2 ? "reply" : "")
    out.write(",\"sender_mac\":\"")
    out.write(mac: arp.u48(8))
    out.write("\",\"sender\":\"")
    out.write(ipv4: arp.u32(14))
    out.write("\",\"target_mac\":\"")
    out.write(mac: arp.u48(18))
    out.write("\",\"target\":\"")
    out.write(ipv4: arp.u32(24))
    out.write("\"}")
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
    writePair(source, destination, version)
    out.write(octet: 125)
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
}
