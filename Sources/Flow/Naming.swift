// Which flow a packet belongs to, and which other flows it tells of.

internal import Wire

extension Tracker {
  /// Counts the datagrams around a packet for flows of their own, and gives the innermost of these. The
  /// packet's own flow is that of its innermost IP layer.
  mutating func carry(_ packet: inout Packet, _ frame: Frame) -> UInt64 {
    var around: UInt64 = 0
    for i in 0..<min(packet.carrierCount, Packet.carriersMax) {
      let carrier = packet.carriers[i]
      let (key, isReversed) = FlowKey.of(
        source: carrier.source, sourcePort: carrier.sourcePort, destination: carrier.destination,
        destinationPort: carrier.destinationPort, ipProtocol: .udp, network: network(&packet),
        isIPv6: carrier.isIPv6)
      let index =
        current(table.find(key), frame.time)
        ?? open(PacketName(key: key, isReversed: isReversed), nil, frame)
      let side = table.slots[index].side(isReversed)
      count(index, side, frame, ip: carrier.ipLength, datagram: carrier.datagramLength)
      table.slots[index].isCarrier = true
      if around != 0 { noteRare(index) { $0.carriers[side.rawValue] = around } }
      around = table.slots[index].serial
    }
    return around
  }

  /// The VLAN, when flows are told apart by it.
  private func network(_ packet: inout Packet) -> UInt16 {
    limits.tellsVLANs && packet.vlanCount > 0 ? packet.vlans[packet.vlanCount - 1] & 0xfff : 0
  }

  /// The flow that a packet names; nil when it does not: a later fragment whose first was not captured, or a
  /// transport header that is not all there.
  mutating func name(_ packet: inout Packet, _ time: Int64) -> PacketName? {
    if packet.isFragment, packet.fragmentOffset > 0 {
      let owner = fragments.owner(of: &packet, at: time)
      if owner == nil { counts.strayFragments += 1 }
      return owner.map { PacketName(key: $0.key, isReversed: $0.isReversed) }
    }
    var ports: (source: UInt16, destination: UInt16) = (0, 0)
    var isAnswer = false
    if packet.hasPorts {
      ports = (packet.sourcePort, packet.destinationPort)
    } else if packet.hasICMP {
      let echo = EchoPorts(type: packet.icmpType, code: packet.icmpCode, version: packet.ipVersion)
      ports = (echo.source, echo.destination)
      isAnswer = echo.isAnswer
    } else if packet.ipProtocol == .tcp || packet.ipProtocol == .udp {
      counts.withoutPorts += 1
      return nil
    }
    let (key, isReversed) = FlowKey.of(
      source: packet.source, sourcePort: ports.source, destination: packet.destination,
      destinationPort: ports.destination, ipProtocol: packet.ipProtocol, network: network(&packet),
      isIPv6: packet.ipVersion == 6)
    if packet.isFragment { fragments.remember(&packet, key, isReversed: isReversed, at: time) }
    return PacketName(key: key, isReversed: isReversed, isAnswer: isAnswer)
  }

  /// Ties an ICMP error to the flow that it quotes, and gives that flow's number; 0 when there is none. The
  /// error itself belongs to a flow of its own: it comes from the responder of the other, or from between.
  mutating func tie(_ packet: inout Packet, _ frame: Frame) -> UInt64 {
    guard let quoted = packet.quoted, quoted.hasPorts else { return 0 }
    let (key, isReversed) = FlowKey.of(
      source: quoted.source, sourcePort: quoted.sourcePort, destination: quoted.destination,
      destinationPort: quoted.destinationPort, ipProtocol: quoted.ipProtocol, network: network(&packet),
      isIPv6: quoted.ipVersion == 6)
    guard let index = table.find(key) else { return 0 }
    if table.slots[index].isBrief { unfold(index) }
    let isUnreachable = packet.icmpType == (packet.ipVersion == 4 ? 3 : 1)
    let isTooBig = packet.ipVersion == 4 ? isUnreachable && packet.icmpCode == 4 : packet.icmpType == 2
    let asked = table.slots[index].side(isReversed)
    if isUnreachable || isTooBig, table.slots[index].hasConnection {
      let connection = connections.place(of: index, &table)
      let place = details.place(of: connections.warm[connection].detail)
      if isTooBig {
        connections.warm[connection].noteTooBig(frame, from: asked, &details.details[place])
      } else if asked == .originator {
        connections.warm[connection].noteUnreachable(frame, &details.details[place])
      }
      details.settle(place, connection, &connections.warm)
    }
    notices.note(&packet, frame, flow: table.slots[index].serial, asked: asked)
    noteRare(index) { $0.icmpErrors &+= 1 }
    return table.slots[index].serial
  }
}
