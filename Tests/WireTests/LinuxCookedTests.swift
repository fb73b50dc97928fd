import Testing
import Wire

/// What Linux writes in place of a link header.
@Suite struct LinuxCookedTests {
  // B 02:00:00:00:00:01 ethertype ARP (0x0806), length 44: Request who-has 10.10.0.254 tell 10.10.0.1, length
  // 28
  static let version1 = octets(
    """
    0001000100060200000000010000080600010800060400010200000000010a0a00010000000000000a0a00fe
    """)

  // ifb0  B   ifindex 2 02:00:00:00:00:01 ethertype ARP (0x0806), length 48: Request who-has 10.10.0.254 tell
  // 10.10.0.1
  static let version2 = octets(
    """
    080600000000000200010106020000000001000000010800060400010200000000010a0a00010000000000000a0a00fe
    """)

  @Test func bothVersionsTellTheSender() {
    for (octets, link, kind): ([UInt8], LinkType, Layer.Kind) in [
      (Self.version1, .linuxCooked, .linuxCooked), (Self.version2, .linuxCooked2, .linuxCooked2),
    ] {
      let packet = dissect(octets, link: link)
      #expect(kinds(packet) == [kind, .arp])
      #expect(packet.hasMAC)
      #expect(packet.sourceMAC == 0x0200_0000_0001)
      #expect(packet.etherType == .arp)
      #expect(field(octets, packet, kind, "packet_type")?.meaning.description == "broadcast")
      expectEveryTruncationSound(octets, link: link)
    }
  }

  @Test func smallNumbersAreLinuxsOwn() {
    var octets = Self.version1
    octets.replaceSubrange(14..., with: [0x00, 0x04, 0x42, 0x42, 0x03, 0, 0])
    #expect(kinds(dissect(octets, link: .linuxCooked)) == [.linuxCooked, .llc])
    octets[15] = 1
    #expect(dissect(octets, link: .linuxCooked).unclaimed == .sap(0xff))
  }

  @Test func anAddressMayBeLongerThanItsRoom() {
    var octets = Self.version2
    octets[11] = 20
    let packet = dissect(octets, link: .linuxCooked2)
    #expect(!packet.hasMAC)
    #expect(untold(packet, octets) == nil)
  }
}
