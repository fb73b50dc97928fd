import Testing
import Wire

/// Link types other than Ethernet and Linux's own: each is seen through, down to the packet.
@Suite struct LinkTypeTests {
  // 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 8, as the payload of what a test makes
  static let packet = octets("4500001c00000000400166cd0a0a00010a0a0002 080080fd77010001")

  @Test func fddiCarriesLLC() {
    // async0 02:00:00:00:00:01 > 02:00:00:00:00:02, length 49: LLC, dsap SNAP …: 10.10.0.1 > 10.10.0.2: …
    let frame = octets("50 020000000002 020000000001 aaaa03 000000 0800") + Self.packet
    let packet = dissect(frame, link: .fddi)
    #expect(kinds(packet) == [.fddi, .llc, .snap, .ipv4, .icmp])
    #expect(packet.sourceMAC == 0x0200_0000_0001 && packet.destinationMAC == 0x0200_0000_0002)
    #expect(field(frame, packet, .fddi, "frame_control")?.meaning.description == "LLC")
    expectEveryTruncationSound(frame, link: .fddi)
  }

  @Test func theRingSpeaksOfItself() {
    let frame = octets("c2 ffffffffffff 020000000001 0000")
    let packet = dissect(frame, link: .fddi)
    #expect(kinds(packet) == [.fddi])
    #expect(packet.fault == nil && packet.payloadLength == 2)
    #expect(field(frame, packet, .fddi, "frame_control")?.meaning.description == "beacon")
  }

  @Test func frameRelayHasTwoEncapsulations() {
    // Q.922, hdr-len 2, DLCI 100, Flags [none], NLPID IPv4 (0xcc), length 32: 10.10.0.1 > 10.10.0.2: ICMP …
    let standard = octets("1841 03cc") + Self.packet
    // Q.922, hdr-len 2, DLCI 100, Flags [BECN], cisco-ethertype IPv4 (0x0800), length 32: …
    let cisco = octets("1845 0800") + Self.packet
    // Q.922, hdr-len 2, DLCI 100, Flags [none], NLPID SNAP (0x80), length 38: oui Ethernet (0x000000), …
    let snap = octets("1841 030080 000000 0800") + Self.packet
    for (frame, layers): ([UInt8], [Layer.Kind]) in [
      (standard, [.frameRelay, .ipv4, .icmp]), (cisco, [.frameRelay, .ipv4, .icmp]),
      (snap, [.frameRelay, .snap, .ipv4, .icmp]),
    ] {
      let packet = dissect(frame, link: .frameRelay)
      #expect(kinds(packet) == layers)
      #expect(field(frame, packet, .frameRelay, "connection")?.value == .number(100))
      expectEveryTruncationSound(frame, link: .frameRelay)
    }
  }

  @Test func anAddressMayHaveFourOctets() throws {
    let address = try FrameRelayAddress(octets("0a 2e 02 8b").span)
    #expect(address.length == 4 && address.isCommand && address.isCore)
    #expect(address.forwardCongestion && address.backwardCongestion && address.isDiscardEligible)
    #expect(address.connection == (((2 << 4 | 2) << 7 | 1) << 6 | 0x22))
    expectEveryTruncationSound(octets("0a2e028b 03cc") + Self.packet, link: .frameRelay)
  }

  @Test func anAddressThatNeverEndsLies() {
    #expect(dissect(octets("01020304"), link: .frameRelay).fault == .invalid(.length))
    #expect(dissect(octets("00000000"), link: .frameRelay).fault == .invalid(.length))
  }

  @Test func netfilterTellsAttributesBeforeThePacket() {
    // version 0, resource ID 20, family IPv4 (2), length 56: 10.10.0.1 > 10.10.0.2: ICMP …
    let head = octets("02 00 0014 0800 0100 0800 0100 0700 0a00 6f6b00 00")
    let frame = head + octets("2000 0900") + Self.packet
    let packet = dissect(frame, link: .nflog)
    #expect(kinds(packet) == [.nflog, .ipv4, .icmp])
    #expect(
      fields(frame, packet, .nflog).filter { $0.name.description == "attribute" }.map(\.meaning.description)
        == ["hook and protocol", "prefix", "packet"])
    expectEveryTruncationSound(frame, link: .nflog)
  }

  @Test func anAttributeShorterThanItsHeaderLies() {
    let packet = dissect(octets("02 00 0000 0000 0100 00000000"), link: .nflog)
    #expect(packet.fault == .invalid(.length))
    #expect(packet.layerCount == 0)
    #expect(dissect(octets("02 01 0000"), link: .nflog).fault == .invalid(.version))
  }

  @Test func arcnetHasOldAndNewTypes() {
    // 01 02 oldip 31: 10.10.0.1 > 10.10.0.2: ICMP …
    let old = octets("0102f0") + Self.packet
    // 01 02 ip seqid 0007 34: …
    let new = octets("0102d4 00 0007") + Self.packet
    // 01 02 ip seqid 0007 38: …
    let exception = octets("0102d4 ff ffff d4 00 0007") + Self.packet
    for frame in [old, new, exception] {
      #expect(kinds(dissect(frame, link: .arcnet)) == [.arcnet, .ipv4, .icmp])
      expectEveryTruncationSound(frame, link: .arcnet)
    }
    let linux = octets("0102 0000 d4 00 0007") + Self.packet
    #expect(kinds(dissect(linux, link: .arcnetLinux)) == [.arcnetLinux, .ipv4, .icmp])
    expectEveryTruncationSound(linux, link: .arcnetLinux)
  }

  @Test func aFragmentIsNotRead() {
    let frame = octets("0102d4 03 0007") + Self.packet
    let packet = dissect(frame, link: .arcnet)
    #expect(kinds(packet) == [.arcnet])
    #expect(packet.payloadLength == Self.packet.count)
  }

  @Test func aSwitchTagsItsFrames() {
    // 02:00:00:00:00:01 > 02:00:00:00:00:02, Marvell DSA mode Forward, dev 1, port 3, tagged, VID 100, …
    let short = octets("020000000002 020000000001 e118a064 0800") + Self.packet
    // …, Marvell EDSA ethertype 0xdada (Unknown), rsvd 0 0, mode Forward, dev 1, port 3, …
    let long = octets("020000000002 020000000001 dada0000 e118a064 0800") + Self.packet
    for (frame, link, kind): ([UInt8], LinkType, Layer.Kind) in [(short, .dsa, .dsa), (long, .edsa, .edsa)] {
      let packet = dissect(frame, link: link)
      #expect(kinds(packet) == [kind, .ipv4, .icmp])
      #expect(packet.sourceMAC == 0x0200_0000_0001 && packet.etherType == .ipv4)
      #expect(field(frame, packet, kind, "vlan")?.value == .bits(0xe118_a064, mask: 0x0fff))
      #expect(field(frame, packet, kind, "mode")?.meaning.description == "forwarded")
      expectEveryTruncationSound(frame, link: link)
    }
  }

  @Test func keepalivesOfASerialLineAreNotReverseARP() {
    let frame = octets("8f00 8035 00000002 00000005 00000002 ffff 0078f0a2")
    let packet = dissect(frame, link: .ciscoHDLC)
    #expect(kinds(packet) == [.ciscoHDLC])
    #expect(packet.fault == nil && packet.payloadLength == 18)
  }
}
