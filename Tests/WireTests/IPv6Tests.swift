import Testing
import Wire

/// IPv6: the fixed header and the chain behind it.
@Suite struct IPv6Tests {
  // IP6 fd10::1.40001 > fd10::2.9000: UDP, length 15
  static let plain = ChecksumTests.udp6

  // IP6 fd10::1 > fd10::2: frag (0|1448) 40001 > 9000: UDP, length 4000
  static let firstFragment = octets(
    """
    02000000000202000000000186dd600678e305b02c40fd100000000000000000000000000001fd100000000000000000
    00000000000211000001166fc31f9c4123280fa8e2b330303030303030303030
    """)

  // IP6 fd10::1 > fd10::2: frag (1448|1448)
  static let laterFragment = octets(
    """
    02000000000202000000000186dd600678e305b02c40fd100000000000000000000000000001fd100000000000000000
    000000000002110005a9166fc31f3030303030303030303030303561300a3030
    """)

  // IP6 fe80::ff:fe00:2 > ff02::16: HBH ICMP6, multicast listener report v2, 4 group record(s), length 88
  static let hopByHop = octets(
    """
    33330000001602000000000286dd6000000000600001fe80000000000000000000fffe000002ff020000000000000000
    0000000000163a000502000001008f0069b40000000404000000ff0200000000000000000001ff00000004000000ff02
    00000000000000000001ff00000204000000ff05000000000000000000000000000204000000ff020000000000000000
    000000000002
    """)

  /// The plain packet with extension headers in front of its datagram.
  static func chain(_ headers: [UInt8], first: UInt8) -> [UInt8] {
    var octets = plain
    octets.insert(contentsOf: headers, at: 54)
    let length = octets.count - 54
    octets[18] = UInt8(length >> 8)
    octets[19] = UInt8(length & 255)
    octets[20] = first
    return octets
  }

  @Test func theHeaderIsTold() {
    let packet = dissect(Self.plain)
    #expect(kinds(packet) == [.ethernet, .ipv6, .udp])
    #expect(packet.source == IPAddress(ipv6: Self.plain.span, at: 22))
    #expect(packet.destination == IPAddress(ipv6: Self.plain.span, at: 38))
    #expect(packet.timeToLive == 64)
    #expect(packet.ipLength == 63)
    #expect(!packet.hasIdentification)
    #expect(field(Self.plain, packet, .ipv6, "source")?.meaning.description == "unique local")
  }

  @Test func everyHeaderOfTheChainIsALayer() {
    let octets = Self.chain(
      [60, 0, 5, 2, 0, 0, 1, 0]  // hop-by-hop: router alert, padding
        + [43, 0, 1, 4, 0, 0, 0, 0]  // destination options: padding
        + [51, 2, 0, 1, 0, 0, 0, 0] + [UInt8](repeating: 0xfd, count: 16)  // routing, type 0
        + [17, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1],  // AH without a check value
      first: 0)
    let packet = dissect(octets)
    #expect(kinds(packet) == [.ethernet, .ipv6, .hopByHop, .destinationOptions, .routing, .ah, .udp])
    #expect(packet.ipProtocol == .udp)
    #expect(packet.fault == nil)
    #expect(packet.payloadLength == 15)
    expectEveryTruncationSound(octets)
  }

  @Test func theFirstFragmentHasPortsAndALaterOneHasNot() {
    let first = dissect(Self.firstFragment, wireLength: 1510)
    #expect(kinds(first) == [.ethernet, .ipv6, .fragment, .udp])
    #expect(first.isFragment)
    #expect(first.moreFragments)
    #expect(first.fault == nil)
    let later = dissect(Self.laterFragment, wireLength: 1510)
    #expect(kinds(later) == [.ethernet, .ipv6, .fragment])
    #expect(later.fragmentOffset == 1448)
    #expect(later.identification == first.identification)
    #expect(!later.hasPorts)
  }

  @Test func aFragmentThatIsAllIsNone() {
    let packet = dissect(Self.chain([17, 0, 0, 0, 0, 0, 0, 7], first: 44))
    #expect(!packet.isFragment)
    #expect(packet.hasIdentification)
    #expect(packet.identification == 7)
    #expect(packet.hasPorts)
  }

  @Test func aJumboPayloadTellsItsLengthInAnOption() {
    var octets = Self.chain([17, 0, 0xc2, 4, 0, 0, 0, 31], first: 0)
    octets[18] = 0
    octets[19] = 0
    let packet = dissect(octets)
    #expect(packet.fault == nil)
    #expect(!packet.isLengthAbsent)
    #expect(packet.ipLength == 40 + 31)
    #expect(packet.payloadLength == 15)
    octets[61] = 200
    let liar = dissect(octets)
    #expect(liar.fault == .invalid(.length))
    #expect(liar.faultLayer == .hopByHop)
  }

  @Test func noLengthIsTheNetworkCards() {
    var octets = Self.plain
    octets[18] = 0
    octets[19] = 0
    let packet = dissect(octets)
    #expect(packet.isLengthAbsent)
    #expect(packet.payloadLength == 15)
    // In a padded frame a length of 0 is the truth.
    octets[20] = 59
    let empty = dissect(octets)
    #expect(!empty.isLengthAbsent)
    #expect(empty.trailerLength == octets.count - 54)
  }

  @Test func nothingFollowsNoNextHeader() {
    let packet = dissect(Self.chain([59, 0, 1, 4, 0, 0, 0, 0], first: 60))
    #expect(kinds(packet) == [.ethernet, .ipv6, .destinationOptions])
    #expect(packet.unclaimed == nil)
    #expect(packet.payloadLength == 23)
  }

  @Test func encryptedPayloadsEndTheChain() {
    let packet = dissect(Self.chain([0, 0, 0, 9, 0, 0, 0, 1, 0xde, 0xad], first: 50))
    #expect(kinds(packet) == [.ethernet, .ipv6, .esp])
    #expect(packet.payloadLength == 2 + 23)
  }

  @Test func mobilityAndShimAreHeadersToo() {
    for (number, kind): (UInt8, Layer.Kind) in [(135, .mobility), (140, .shim6)] {
      let octets = Self.chain([59, 1, 5, 0, 0x12, 0x34, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], first: number)
      let packet = dissect(octets)
      #expect(kinds(packet) == [.ethernet, .ipv6, kind])
      expectEveryTruncationSound(octets)
    }
  }

  @Test func anOptionThatRunsPastItsHeaderIsNoted() {
    let octets = Self.chain([17, 0, 5, 9, 0, 0, 1, 0], first: 0)
    let packet = dissect(octets)
    #expect(packet.ipOptionsMalformed)
    #expect(packet.fault == .invalid(.optionLength))
    #expect(kinds(packet) == [.ethernet, .ipv6, .hopByHop, .udp])
    #expect(untold(packet, octets) == nil)
  }

  @Test func aHeaderLongerThanThePacketLies() {
    let packet = dissect(Self.chain([17, 200, 1, 4, 0, 0, 0, 0], first: 60))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .destinationOptions)
  }

  @Test func aRouteChangesWhoTheChecksumIsFor() {
    let final = Array(Self.plain[38..<54])
    var octets = Self.chain([17, 2, 0, 1, 0, 0, 0, 0] + final, first: 43)
    octets.replaceSubrange(38..<54, with: [UInt8](repeating: 0xfd, count: 16))
    let packet = dissect(octets)
    #expect(packet.checksum(ofLayer: 3, in: octets.span) == .good)
    octets[57] = 0
    guard case .bad = dissect(octets).checksum(ofLayer: 3, in: octets.span) else {
      Issue.record("a route at its end is counted")
      return
    }
  }

  @Test(arguments: [plain, hopByHop])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
