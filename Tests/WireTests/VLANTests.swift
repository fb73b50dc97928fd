import Testing
import Wire

/// Tags: one, two, and more than are kept.
@Suite struct VLANTests {
  // vlan 200, p 0, ethertype 802.1Q (0x8100), vlan 100, p 3, ethertype IPv4 (0x0800), 10.10.0.1 > 10.10.0.2:
  // ICMP echo request, id 30465, seq 1, length 64
  static let twoTags = octets(
    """
    02000000000202000000000188a800c881006064080045000054645e0000400102350a0a00010a0a000208003c277701
    00013030303030303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032
    300a3030303030303030
    """)

  @Test func tagsAreKeptOutermostFirst() {
    let packet = dissect(Self.twoTags)
    #expect(kinds(packet) == [.ethernet, .vlan, .vlan, .ipv4, .icmp])
    #expect(packet.vlanCount == 2)
    #expect(packet.vlans[0] & 0xfff == 200)
    #expect(packet.vlans[1] == 3 << 13 | 100)
    #expect(packet.etherType == .ipv4)
    #expect(packet.icmpIdentifier == 30465)
  }

  @Test func everyTypeOfTagIsOne() {
    for type: [UInt8] in [[0x81, 0x00], [0x88, 0xa8], [0x91, 0x00]] {
      var octets = Self.twoTags
      octets.replaceSubrange(12..<14, with: type)
      #expect(kinds(dissect(octets)) == [.ethernet, .vlan, .vlan, .ipv4, .icmp])
    }
  }

  @Test func moreTagsThanAreKeptAreRead() {
    let tag: [UInt8] = [0x00, 0x07, 0x81, 0x00]
    var octets = Self.twoTags
    octets.replaceSubrange(12..<14, with: [0x81, 0x00])
    octets.insert(contentsOf: tag + tag + tag + tag, at: 14)
    let packet = dissect(octets)
    #expect(packet.vlanCount == Packet.vlansMax)
    #expect(packet.layerCount == 9)
    #expect(packet.ipVersion == 4)
  }

  @Test func tagsWithoutEndEndTheWalk() {
    let octets =
      [UInt8](repeating: 2, count: 12) + [0x81, 0x00]
      + [[UInt8]](repeating: [0, 1, 0x81, 0], count: 40).joined()
    let packet = dissect(octets)
    #expect(packet.layerCount == Packet.layersMax)
    #expect(packet.fault == .invalid(.depth))
  }

  @Test func everyTruncation() { expectEveryTruncationSound(Self.twoTags) }
}
