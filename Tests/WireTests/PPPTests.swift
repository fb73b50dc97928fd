import Testing
import Wire

/// PPP bare, framed, over Ethernet; and Cisco's frames on the same lines.
@Suite struct PPPTests {
  // PPPoE PADO [Service-Name] [AC-Name "lesson-ac"] [Host-Uniq 0x00000001]
  static let offer = octets(
    """
    020000000001020000000002886311070000001901010000010200096c6573736f6e2d61630103000400000001000000
    000000000000000000000000
    """)

  // PPPoE  [ses 0x11] LCP (0xc021), length 16: LCP, Conf-Request (0x01), id 1, length 16
  static let linkControl = octets(
    """
    0200000000020200000000018864110000110010c0210101000e010405d405065ca1ab1e000000000000000000000000
    000000000000000000000000
    """)

  // PPPoE  [ses 0x11] IP (0x0021) …
  static let session = octets(
    """
    020000000002020000000001886411000011003e00214500003c00000000400166ab0a0a00010a0a000208008ffc7701
    0001000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
    """)

  // IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64, as the payload of what a test
  // makes
  static let packet = Array(VLANTests.twoTags[22...])

  @Test func discoveryTellsItsTags() {
    let packet = dissect(Self.offer)
    #expect(kinds(packet) == [.ethernet, .pppoe])
    let tags = fields(Self.offer, packet, .pppoe).filter { $0.name.description == "tag" }
    #expect(
      tags.map(\.meaning.description) == [
        "service name", "name of the access concentrator", "unique number of the host",
      ])
    #expect(packet.trailerLength == 60 - 20 - Int(Self.offer[19]))
  }

  @Test func controlProtocolsAreNamedByTheirNumber() {
    let packet = dissect(Self.linkControl)
    #expect(kinds(packet) == [.ethernet, .pppoe, .ppp])
    #expect(packet.unclaimed == .ppp(0xc021))
    #expect(packet.payloadLength == 14)
  }

  @Test func aSessionCarriesPackets() {
    let packet = dissect(Self.session)
    #expect(kinds(packet).starts(with: [.ethernet, .pppoe, .ppp]))
    #expect(packet.ipVersion != 0)
  }

  @Test func anotherVersionLies() {
    var octets = Self.linkControl
    octets[14] = 0x21
    #expect(dissect(octets).fault == .invalid(.version))
    octets[14] = 0x12
    #expect(dissect(octets).fault == .invalid(.type))
  }

  @Test func framingAndCompressionAreOptional() {
    for (link, header): (LinkType, [UInt8]) in [
      (.ppp, [0x00, 0x21]), (.ppp, [0x21]), (.ppp, [0xff, 0x03, 0x00, 0x21]), (.ppp, [0xff, 0x03, 0x21]),
      (.pppSerial, [0xff, 0x03, 0x00, 0x21]),
    ] {
      let octets = header + Self.packet
      let packet = dissect(octets, link: link)
      #expect(kinds(packet) == [.ppp, .ipv4, .icmp])
      #expect(Int(packet.layers[0].headerLength) == header.count)
      expectEveryTruncationSound(octets, link: link)
    }
  }

  @Test func ciscosFramesSpeakEtherTypes() {
    let octets = [0x0f, 0x00, 0x08, 0x00] + Self.packet
    for link in [LinkType.pppSerial, .ciscoHDLC] {
      #expect(kinds(dissect(octets, link: link)) == [.ciscoHDLC, .ipv4, .icmp])
      expectEveryTruncationSound(octets, link: link)
    }
  }

  @Test(arguments: [offer, linkControl, session])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
