import Testing
import Wire

/// Lines of link types other than Ethernet, as tcpdump 4.99.3 prints the same octets.
@Suite struct LinkTypeLineTests {
  // 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 8
  static let packet = "4500001c00000000400166cd0a0a00010a0a0002 080080fd77010001"
  static let line = "10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 8"

  /// Every cut of a frame prints a line and does not trap.
  private func expectEveryCutPrints(_ digits: String, _ link: LinkType) {
    let hex = digits.filter { $0.isHexDigit }
    for count in 1..<hex.count / 2 {
      for (linkHeader, verbosity) in [(false, 0), (true, 2)] {
        let line = Lines.of(
          String(hex.prefix(2 * count)), wireLength: hex.count / 2, verbosity: verbosity, link: link,
          linkHeader: linkHeader)
        #expect(!line.isEmpty)
      }
    }
  }

  @Test func fddi() {
    let frame = "50 020000000002 020000000001 aaaa03 000000 0800" + Self.packet
    #expect(Lines.of(frame, link: .fddi) == "IP " + Self.line)
    #expect(
      Lines.of(frame, link: .fddi, linkHeader: true)
        == "async0 02:00:00:00:00:01 > 02:00:00:00:00:02, length 49: LLC, dsap SNAP (0xaa) Individual, "
        + "ssap SNAP (0xaa) Command, ctrl 0x03: oui Ethernet (0x000000), ethertype IPv4 (0x0800), length 28: "
        + Self.line)
    expectEveryCutPrints(frame, .fddi)
  }

  @Test func fddiFramesThatCarryNothing() {
    #expect(
      Lines.of("4f ffffffffffff 020000000001 01", link: .fddi) == "<SMT printer not yet implemented>")
    #expect(
      Lines.of("c2 ffffffffffff 020000000001 0000", link: .fddi, quiet: true)
        == "02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, length 15: ")
    #expect(Lines.of("50 0200", wireLength: 49, link: .fddi) == " [|fddi]")
  }

  @Test func ciscoHDLC() {
    let frame = "0f00 0800" + Self.packet
    #expect(Lines.of(frame, link: .ciscoHDLC) == "IP " + Self.line)
    #expect(
      Lines.of(frame, link: .ciscoHDLC, linkHeader: true)
        == "unicast, ethertype IPv4 (0x0800), length 32: " + Self.line)
    #expect(Lines.of("4f00 1234", link: .ciscoHDLC) == "unknown CHDLC protocol (0x1234)")
    expectEveryCutPrints(frame, .ciscoHDLC)
  }

  @Test func aSerialLineKeepsAlive() {
    let frame = "8f00 8035 00000002 00000005 00000002 ffff 0078f0a2 0102"
    let line =
      "SLARP (length: 20), keepalive: mineseen=0x00000005, yourseen=0x00000002, reliability=0xffff, "
      + "link uptime=0d2h12m5s"
    #expect(Lines.of(frame, link: .ciscoHDLC) == line)
    #expect(Lines.of(frame, verbosity: 1, link: .ciscoHDLC) == line + ", (trailing junk: 2 bytes)")
    #expect(
      Lines.of("8f00 8035 00000001 0a0a0001 ffffff00 ffff", link: .ciscoHDLC)
        == "SLARP (length: 14), reply 10.10.0.1/255.255.255.0")
    expectEveryCutPrints(frame, .ciscoHDLC)
  }

  @Test func frameRelay() {
    #expect(Lines.of("1841 03cc" + Self.packet, link: .frameRelay) == "IP " + Self.line)
    #expect(
      Lines.of("1845 0800" + Self.packet, link: .frameRelay, linkHeader: true)
        == "Q.922, hdr-len 2, DLCI 100, Flags [BECN], cisco-ethertype IPv4 (0x0800), length 32: " + Self.line)
    #expect(
      Lines.of("0a2e028b 03cc" + Self.packet, link: .frameRelay, linkHeader: true)
        == "Q.922, hdr-len 4, DLCI 278626, Flags [C!, DE, BECN, FECN, sdlcore], "
        + "NLPID IPv4 (0xcc), length 34: " + Self.line)
    #expect(Lines.of("01020304", link: .frameRelay) == "Q.922, invalid address")
    #expect(
      Lines.of("1841 03b1 c101 01", link: .frameRelay)
        == "FRF.15, seq 0x001, Flags [Begin, End],Interface Fragmentation, length 3")
    expectEveryCutPrints("1841 030080 000000 0800" + Self.packet, .frameRelay)
  }

  @Test func frameRelaySignals() {
    let status = "0001 0308 007d 010101 5302 0305 5703 0c8082"
    #expect(
      Lines.of(status, link: .frameRelay)
        == "Q.933, CCITT, codeset 0, Status Reply, TX Seq:   3, RX Seq:   5, "
        + "DLCI 192: status Active, length 14"
    )
    #expect(
      Lines.of("0001 0308 0075 95 010101", verbosity: 1, link: .frameRelay)
        == "Q.933, ANSI, codeset 5, Status Enquiry (0x75), length 6\n"
        + "\tANSI Report Type IE (0x01), length 1: Link verify (1)")
    expectEveryCutPrints(status, .frameRelay)
  }

  @Test func netfilter() {
    let frame = "02 00 0014 0800 0100 0800 0100 0700 0a00 6f6b0000 2000 0900" + Self.packet
    #expect(Lines.of(frame, link: .nflog) == "IP " + Self.line)
    #expect(
      Lines.of(frame, link: .nflog, linkHeader: true)
        == "version 0, resource ID 20, family IPv4 (2), length 52: " + Self.line)
    #expect(Lines.of("02 00 0000 0000 0100 00000000", link: .nflog) == " [|nflog]")
    #expect(Lines.of("02 01 0014 0800", link: .nflog) == "version 1 (unknown)")
    expectEveryCutPrints(frame, .nflog)
  }

  @Test func arcnet() {
    let frame = "0102d4 00 0007" + Self.packet
    #expect(Lines.of("0102f0" + Self.packet, link: .arcnet) == "IP " + Self.line)
    #expect(
      Lines.of(frame, link: .arcnet, linkHeader: true) == "01 02 ip seqid 0007 34: " + Self.line)
    #expect(
      Lines.of("0102d4 02 0007 0000", link: .arcnet, linkHeader: true)
        == "01 02 ip seqid 0007 (fragment 2) 8: ")
    #expect(
      Lines.of("0102d4 ff 0000 d4", wireLength: 38, link: .arcnet) == "01 02 ip 38:  phds extended [|arcnet]")
    #expect(Lines.of("0102 0000 d4 00 0007" + Self.packet, link: .arcnetLinux) == "IP " + Self.line)
    expectEveryCutPrints(frame, .arcnet)
    expectEveryCutPrints("0102 0000 d4 00 0007" + Self.packet, .arcnetLinux)
  }

  @Test func switchTags() {
    let addresses = "020000000002 020000000001"
    #expect(
      Lines.of("\(addresses) 00080000 0800" + Self.packet, link: .dsa)
        == "DSA port 0.1 > CPU, VLAN 0u, IP " + Self.line)
    let long = "\(addresses) dada0000 e118a064 0800" + Self.packet
    #expect(Lines.of(long, link: .edsa) == "EDSA 0xdada, Forward port 1.3, VLAN 100t, IP " + Self.line)
    #expect(
      Lines.of(long, link: .edsa, linkHeader: true)
        == "02:00:00:00:00:01 > 02:00:00:00:00:02, Marvell EDSA ethertype 0xdada (Unknown), rsvd 0 0, "
        + "mode Forward, dev 1, port 3, tagged, VID 100, FPri 5, ethertype IPv4 (0x0800), length 50: "
        + Self.line)
    expectEveryCutPrints(long, .edsa)
    expectEveryCutPrints("\(addresses) e118a064 0800" + Self.packet, .dsa)
  }

  // ARP, Inverse Request who-is DLCI 100 tell <Truncated>, length 20
  @Test func frameRelayAddressesInARP() {
    #expect(
      Lines.of("1841 0806 000f 0800 02 04 0008 0000 0a0a0001 1841 0a0a0002", link: .frameRelay)
        == "ARP, Inverse Request who-is DLCI 100 tell <Truncated>, length 20")
  }
}
