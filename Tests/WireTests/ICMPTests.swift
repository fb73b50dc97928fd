import Testing
import Wire

/// ICMP and ICMPv6: queries, errors with the packet they quote, neighbors and listeners.
@Suite struct ICMPTests {
  // IP 10.10.0.254 > 10.10.0.1: ICMP time exceeded in-transit, length 43
  static let timeExceeded = octets(
    """
    020000000001020000000111080045c0003f51640000400113880a0a00fe0a0a00010b000b370000000045000023ed0b
    4000011176a80a0a00010a0a02029c41829a000f55e870726f62652030
    """)

  // IP6 fd10::2 > fd10::1: ICMP6, destination unreachable, unreachable port, fd10::2 udp port 9000, length 71
  static let unreachable6 = octets(
    """
    02000000000102000000000286dd6002152000473a40fd100000000000000000000000000002fd100000000000000000
    0000000000010104554d0000000060023dd700171140fd100000000000000000000000000001fd100000000000000000
    0000000000029c412328001739c2616e79626f64792074686572653f0a
    """)

  // IP6 :: > ff02::1:ff00:1: ICMP6, neighbor solicitation, who has fe80::ff:fe00:1, length 32
  static let solicitation = octets(
    """
    3333ff00000102000000000186dd6000000000203aff00000000000000000000000000000000ff020000000000000000
    0001ff0000018700a81b00000000fe80000000000000000000fffe0000010e019362f16d4230
    """)

  // IP6 :: > ff02::16: HBH ICMP6, multicast listener report v2, 1 group record(s), length 28
  static let listenerReport = octets(
    """
    33330000001602000000000186dd600000000024000100000000000000000000000000000000ff020000000000000000
    0000000000163a000502000001008f006f890000000104000000ff0200000000000000000001ff000001
    """)

  /// An ICMP message in an Ethernet frame.
  static func message(_ octets: [UInt8]) -> [UInt8] {
    var frame = Array(IPv4Tests.plain[..<34]) + octets
    frame[16] = UInt8((20 + octets.count) >> 8)
    frame[17] = UInt8((20 + octets.count) & 255)
    frame[23] = 1
    return frame
  }

  @Test func anErrorQuotesThePacketItIsAbout() {
    let packet = dissect(Self.timeExceeded)
    #expect(kinds(packet) == [.ethernet, .ipv4, .icmp])
    #expect(packet.hasICMP)
    #expect(packet.icmpType == 11)
    #expect(!packet.hasPorts)
    let quoted = packet.quoted
    #expect(quoted?.source == IPAddress(ipv4: 0x0a0a_0001))
    #expect(quoted?.ipProtocol == .udp)
    #expect(quoted?.sourcePort == 40001)
    #expect(quoted?.destinationPort == 33434)
    #expect(quoted?.hasSequence == false)
    #expect(quoted?.length == 35)
  }

  @Test func anErrorOfVersionSixQuotesToo() {
    let quoted = dissect(Self.unreachable6).quoted
    #expect(quoted?.ipVersion == 6)
    #expect(quoted?.destinationPort == 9000)
    #expect(quoted?.transportOffset == 40)
  }

  @Test func aQuotedSegmentTellsItsSequence() {
    var octets = Self.timeExceeded
    octets[42 + 9] = 6
    octets.replaceSubrange(66..<70, with: [1, 2, 3, 4])
    let quoted = dissect(octets).quoted
    #expect(quoted?.hasSequence == true)
    #expect(quoted?.sequence == 0x0102_0304)
  }

  @Test func aQuotationOfALaterFragmentHasNoPorts() {
    var octets = Self.timeExceeded
    octets[42 + 7] = 1
    #expect(dissect(octets).quoted?.hasPorts == false)
  }

  @Test func aQueryHasANumberAndASequence() {
    let packet = dissect(VLANTests.twoTags)
    #expect(packet.icmpType == 8)
    #expect(packet.icmpIdentifier == 30465)
    #expect(packet.icmpSequence == 1)
    #expect(packet.quoted == nil)
    #expect(packet.payloadLength == 56)
  }

  @Test func longerHeadersAreToldWhole() {
    for (type, length): (UInt8, Int) in [
      (13, 20), (14, 20), (17, 12), (18, 12), (5, 8), (12, 8), (3, 8), (9, 8),
    ] {
      let octets = Self.message([type, 0, 0, 0, 0, 1, 0, 2] + [UInt8](repeating: 3, count: 16))
      let packet = dissect(octets)
      #expect(packet.layers[2].headerLength == length)
      expectEveryTruncationSound(octets)
    }
  }

  @Test func aMessageOfThreeOctetsLies() {
    let packet = dissect(Self.message([8, 0, 1]))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.hasICMP)
    #expect(packet.icmpType == 8)
  }

  @Test func neighborsAreToldWithTheirOptions() {
    let packet = dissect(Self.solicitation)
    #expect(kinds(packet) == [.ethernet, .ipv6, .icmpv6])
    #expect(
      fieldNames(Self.solicitation, packet, .icmpv6).prefix(5) == [
        "type", "code", "checksum", "reserved", "target",
      ])
    #expect(field(Self.solicitation, packet, .icmpv6, "option")?.meaning.description == "nonce")
  }

  @Test func listenersAreToldWithTheirRecords() {
    let packet = dissect(Self.listenerReport)
    #expect(kinds(packet) == [.ethernet, .ipv6, .hopByHop, .icmpv6])
    #expect(
      field(Self.listenerReport, packet, .icmpv6, "record")?.meaning.description == "changes to exclude")
  }

  @Test func anOptionOfNoLengthEndsTheTelling() {
    var octets = Self.solicitation
    octets[14 + 40 + 25] = 0
    let packet = dissect(octets)
    #expect(untold(packet, octets) == nil)
    #expect(field(octets, packet, .icmpv6, "malformed") != nil)
  }

  @Test(arguments: [timeExceeded, unreachable6, solicitation, listenerReport])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
