import Testing
import Wire

/// Frames that begin with an address family, or with the packet itself.
@Suite struct LoopbackTests {
  // IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
  static let four = PPPTests.packet
  // IP6 fd10::1.40001 > fd10::2.9000: UDP, length 15
  static let six = Array(ChecksumTests.udp6[14...])

  @Test func eitherByteOrderTellsTheFamily() {
    for link in [LinkType.null, .loop] {
      #expect(kinds(dissect([0, 0, 0, 2] + Self.four, link: link)) == [.loopback, .ipv4, .icmp])
      #expect(kinds(dissect([2, 0, 0, 0] + Self.four, link: link)) == [.loopback, .ipv4, .icmp])
      for family: UInt8 in [10, 24, 28, 30] {
        #expect(kinds(dissect([0, 0, 0, family] + Self.six, link: link)) == [.loopback, .ipv6, .udp])
        #expect(kinds(dissect([family, 0, 0, 0] + Self.six, link: link)) == [.loopback, .ipv6, .udp])
      }
    }
    expectEveryTruncationSound([2, 0, 0, 0] + Self.four, link: .null)
  }

  @Test func theFirstFourBitsOfARawFrameTellTheVersion() {
    #expect(kinds(dissect(Self.four, link: .raw)) == [.ipv4, .icmp])
    #expect(kinds(dissect(Self.six, link: .raw)) == [.ipv6, .udp])
    #expect(kinds(dissect(Self.four, link: .ipv4)) == [.ipv4, .icmp])
    #expect(kinds(dissect(Self.six, link: .ipv6)) == [.ipv6, .udp])
    #expect(dissect(Self.six, link: .ipv4).fault == .invalid(.version))
    #expect(dissect([0x50] + Self.six, link: .raw).fault == .invalid(.version))
    expectEveryTruncationSound(Self.six, link: .raw)
  }

  @Test func anUnknownLinkIsNamedByItsNumber() {
    let packet = dissect(Self.four, link: LinkType(rawValue: 147))
    #expect(packet.unclaimed == .link(LinkType(rawValue: 147)))
    #expect(packet.layerCount == 0)
  }
}
