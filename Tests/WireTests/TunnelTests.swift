import Testing
import Wire

/// Tunnels: the innermost packet is the packet, and what is around it stays in the layers.
@Suite struct TunnelTests {
  // IP 192.0.2.1 > 192.0.2.2: GREv0, key=0x2a, proto IPv4 (0x0800), length 92: IP 10.10.0.1 > 10.10.0.2: ICMP
  // echo request
  static let gre = octets(
    """
    0200000000220200000000210800450000700f620000402fe6f9c0000201c0000202200008000000002a45000054d7cf
    000040018ec30a0a00010a0a000208003c27770100013030303030303030303030303030300a30303030303030303030
    30303031300a3030303030303030303030303032300a3030303030303030
    """)

  // IP 192.0.2.1 > 192.0.2.2: IP6 fd10::1 > fd10::2: ICMP6, echo request, id 30465, seq 1, length 64
  static let sixInFour = octets(
    """
    02000000002202000000002108004500007c126700004029e3eec0000201c00002026004c03200403a40fd1000000000
    00000000000000000001fd1000000000000000000000000000028000c987770100013030303030303030303030303030
    300a3030303030303030303030303031300a3030303030303030303030303032300a3030303030303030
    """)

  // IP 192.0.2.1 > 192.0.2.2: IP 10.10.0.1.40001 > 10.10.0.2.80: Flags [S]
  static let ipInIP = octets(
    """
    0200000000220200000000210800450000500cf300004004e9b3c0000201c00002024500003c3d3840004006e96d0a0a
    00010a0a00029c4100504910488700000000a002faf091e10000020405b40402080ae4719479000000000103030a
    """)

  // IP 10.10.0.1.50000 > 10.10.0.2.4789: VXLAN, flags [I] (0x08), vni 42: IP 10.42.0.1 > 10.42.0.2: ICMP echo
  // request
  static let vxlan = octets(
    """
    0200000000020200000000010800450000865aaf000040110ba20a0a00010a0a0002c35012b500720000080000000000
    2a00020000004202020000004201080045000054a41400004001c23e0a2a00010a2a000208003c277701000130303030
    30303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032300a30303030
    30303030
    """)

  // IP 192.0.2.1.50000 > 192.0.2.2.6081: Geneve, Flags [C], vni 0x4d, proto TEB (0x6558), options [8 bytes]:
  // IP 10.10.0.1 > 10.10.0.2: ICMP echo request
  static let geneve = octets(
    """
    02000000002202000000002108004500008e0e6300004011e7f8c0000201c0000202c35017c1007a9345024065580000
    4d0001028001cafe00010200000000020200000000010800450000547b7200004001eb200a0a00010a0a000208003c27
    770100013030303030303030303030303030300a3030303030303030303030303031300a303030303030303030303030
    3032300a3030303030303030
    """)

  /// IPv4 around `payload`, under an Ethernet header.
  static func ip(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    var frame = Array(IPv4Tests.plain[..<34]) + payload
    frame[16] = UInt8((20 + payload.count) >> 8)
    frame[17] = UInt8((20 + payload.count) & 255)
    frame[23] = number
    return frame
  }

  /// A datagram to `port` around `payload`.
  static func udp(_ port: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let length = 8 + payload.count
    return ip(
      17,
      [0xc3, 0x50, UInt8(port >> 8), UInt8(port & 255), UInt8(length >> 8), UInt8(length & 255), 0, 0]
        + payload)
  }

  /// IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
  static let four = PPPTests.packet
  /// IP6 fd10::1.40001 > fd10::2.9000: UDP, length 15
  static let six = LoopbackTests.six

  @Test func theInnermostPacketIsThePacket() {
    let packet = dissect(Self.gre)
    #expect(kinds(packet) == [.ethernet, .ipv4, .gre, .ipv4, .icmp])
    #expect(packet.source == IPAddress(ipv4: 0x0a0a_0001))
    #expect(packet.tunnelDepth == 1)
    #expect(packet.tunnelIdentifier == 42)
    #expect(packet.etherType == .ipv4)
    #expect(packet.layers[1].offset == 14)
    #expect(packet.layers[3].offset == 42)
  }

  @Test func versionsNestInEachOther() {
    #expect(kinds(dissect(Self.sixInFour)) == [.ethernet, .ipv4, .ipv6, .icmpv6])
    let packet = dissect(Self.ipInIP)
    #expect(kinds(packet) == [.ethernet, .ipv4, .ipv4, .tcp])
    #expect(packet.sourcePort == 40001)
    var frame = Array(IPv6Tests.chain([], first: 4)[..<54]) + Self.four
    frame[19] = UInt8(Self.four.count)
    #expect(kinds(dissect(frame)).prefix(4) == [.ethernet, .ipv6, .ipv4, .icmp])
  }

  @Test func framesAndLabelsStandBehindIPToo() {
    #expect(kinds(dissect(Self.ip(143, EthernetTests.paddedARP))) == [.ethernet, .ipv4, .ethernet, .arp])
    #expect(
      kinds(dissect(Self.ip(137, [0, 1, 1, 64] + Self.four))) == [.ethernet, .ipv4, .mpls, .ipv4, .icmp])
  }

  @Test func thePortsOfTheOuterDatagramAreNotThoseOfTheInnerPacket() {
    let packet = dissect(Self.vxlan)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .vxlan, .ethernet, .ipv4, .icmp])
    #expect(!packet.hasPorts)
    #expect(packet.tunnelIdentifier == 42)
    #expect(packet.sourceMAC == 0x0200_0000_0001)
    #expect(packet.icmpIdentifier == 30465)
  }

  @Test func genevesOptionsAreTold() {
    let packet = dissect(Self.geneve)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .geneve, .ethernet, .ipv4, .icmp])
    #expect(packet.tunnelIdentifier == 0x4d)
    #expect(field(Self.geneve, packet, .geneve, "option")?.length == 8)
  }

  @Test func everyOptionalFieldOfGREIsRead() {
    let frames: [(UInt8, [UInt8])] = [
      (0x00, []), (0x80, [0x12, 0x34, 0, 0]), (0x20, [0, 0, 0, 7]), (0x10, [0, 0, 0, 9]),
      (0xb0, [0x12, 0x34, 0, 0, 0, 0, 0, 7, 0, 0, 0, 9]),
      (0x40, [0x12, 0x34, 0, 0, 8, 0, 0, 4, 10, 0, 0, 1, 0, 0, 0, 0]),
    ]
    for (flags, optional) in frames {
      let octets = Self.ip(47, [flags, 0, 8, 0] + optional + Self.four)
      let packet = dissect(octets)
      #expect(kinds(packet) == [.ethernet, .ipv4, .gre, .ipv4, .icmp], "\(flags)")
      #expect(Int(packet.layers[2].headerLength) == 4 + optional.count)
      expectEveryTruncationSound(octets)
    }
  }

  @Test func pptpCarriesPPP() {
    let ppp: [UInt8] = [0xff, 0x03, 0x00, 0x21] + Self.four
    let octets = Self.ip(
      47,
      [0x30, 0x81, 0x88, 0x0b, UInt8(ppp.count >> 8), UInt8(ppp.count), 0, 5, 0, 0, 0, 1, 0, 0, 0, 2] + ppp)
    let packet = dissect(octets)
    #expect(kinds(packet) == [.ethernet, .ipv4, .gre, .ppp, .ipv4, .icmp])
    #expect(packet.tunnelIdentifier == 5)
    expectEveryTruncationSound(octets)
  }

  @Test func mirroredFramesOfEachTypeAreEntered() {
    let inner = EthernetTests.paddedARP
    let plain = Self.ip(47, [0x00, 0, 0x88, 0xbe] + inner)
    #expect(kinds(dissect(plain)) == [.ethernet, .ipv4, .gre, .ethernet, .arp])
    let second = Self.ip(47, [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0, 9, 0, 0, 0, 0] + inner)
    #expect(kinds(dissect(second)) == [.ethernet, .ipv4, .gre, .erspan, .ethernet, .arp])
    let third = Self.ip(47, [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0] + inner)
    #expect(kinds(dissect(third)) == [.ethernet, .ipv4, .gre, .erspan, .ethernet, .arp])
    let packet = Self.ip(
      47, [0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 5, 0, 9, 0, 0, 0, 0, 0, 0, 8, 0] + Self.four)
    #expect(kinds(dissect(packet)) == [.ethernet, .ipv4, .gre, .erspan, .ipv4, .icmp])
    expectEveryTruncationSound(second)
    expectEveryTruncationSound(third)
  }

  @Test func teredoHasIndicationsOrNot() {
    let origin: [UInt8] = [0, 0, 0x63, 0xbf, 0xf5, 0xf5, 0xff, 0xfe]
    let authentication: [UInt8] = [0, 1, 1, 1, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0]
    for indications in [[], origin, authentication, authentication + origin] {
      let octets = Self.udp(3544, indications + Self.six)
      let packet = dissect(octets)
      #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .teredo, .ipv6, .udp])
      #expect(packet.destinationPort == 9000)
      #expect(untold(packet, octets) == nil)
    }
    #expect(dissect(Self.udp(3544, [0x45, 1, 2])).unclaimed == .udp(source: 50000, destination: 3544))
  }

  @Test func usersPacketsAreEnteredAndSignallingIsNot() {
    let packet = dissect(Self.udp(2152, [0x30, 255, 0, 84, 0, 0, 0, 99] + Self.four))
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .gtpu, .ipv4, .icmp])
    #expect(packet.tunnelIdentifier == 99)
    let extended = Self.udp(2152, [0x34, 255, 0, 92, 0, 0, 0, 99, 0, 0, 0, 0x85, 1, 0, 9, 0] + Self.four)
    #expect(kinds(dissect(extended)) == [.ethernet, .ipv4, .udp, .gtpu, .ipv4, .icmp])
    expectEveryTruncationSound(extended)
    let echo = dissect(Self.udp(2152, [0x32, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]))
    #expect(kinds(echo) == [.ethernet, .ipv4, .udp, .gtpu])
  }

  @Test func packetsInPacketsEndSomewhere() {
    var octets = Self.four
    for _ in 0..<30 {
      let length = octets.count + 20
      octets =
        [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 0, 0, 0, 64, 4, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
        + octets
    }
    let packet = dissect(octets, link: .raw)
    #expect(packet.fault == .invalid(.depth))
    #expect(packet.layerCount <= Packet.layersMax)
  }

  @Test(arguments: [gre, sixInFour, ipInIP, vxlan, geneve])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
