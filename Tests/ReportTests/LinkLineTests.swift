// Link layers: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of link headers, most of which only `-e` shows.
@Suite struct LinkLineTests {
  @Test func twoTagsAreShownOuterFirst() {
    let octets = """
      02000000000202000000000188a800c881006064080045000054645e0000400102350a0a00010a0a000208003c2777010001
      3030303030303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032300a3030
      303030303030
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q-QinQ (0x88a8), length 106: vlan 200, p 0, \#
        ethertype 802.1Q (0x8100), vlan 100, p 3, ethertype IPv4 (0x0800), 10.10.0.1 > 10.10.0.2: ICMP \#
        echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(
        octets,
        {
          $0.linkHeader = true; $0.quiet = true
        }) == #"""
          02:00:00:00:00:01 > 02:00:00:00:00:02, 802.1Q-QinQ, length 106: vlan 200, p 0, 802.1Q, vlan 100, \#
          p 3, IPv4, 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
          """#)
  }

  @Test func anUnknownEtherTypeIsShownInHexadecimal() {
    let octets = """
      02000000000202000000000188b5000102030405060708090a0b0c0d0e0f10
      """
    #expect(
      Lines.print(octets) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), length 31: 
        \#t0x0000:  0001 0203 0405 0607 0809 0a0b 0c0d 0e0f  ................
        \#t0x0010:  10                                       .
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), length 31: 
        \#t0x0000:  0001 0203 0405 0607 0809 0a0b 0c0d 0e0f  ................
        \#t0x0010:  10                                       .
        """#)
  }

  @Test func aSupervisoryFrameHasNoPayload() {
    let octets = """
      000c298e87a6000c29310d010004f0f00101
      """
    #expect(
      Lines.print(octets) == #"""
        00:0c:29:31:0d:01 > 00:0c:29:8e:87:a6 NetBeui Supervisory, Receiver Ready, rcv seq 0, Flags \#
        [Poll], length 4
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        00:0c:29:31:0d:01 > 00:0c:29:8e:87:a6, 802.3, length 4: LLC, dsap NetBeui (0xf0) Individual, ssap \#
        NetBeui (0xf0) Command, ctrl 0x0101: Supervisory, Receiver Ready, rcv seq 0, Flags [Poll], length \#
        4
        """#)
  }

  @Test func aFrameThatEndsWithinItsTagIsCut() {
    let octets = """
      02000000000202000000000188a800c881
      """
    #expect(
      Lines.print(octets, wireLength: 106) == #"""
         [|vlan]
        """#)
    #expect(
      Lines.print(octets, wireLength: 106, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02,  [|vlan]
        """#)
  }

  @Test func aFrameThatEndsWithinItsHeaderIsCut() {
    let octets = """
      02000000000202000000000188
      """
    #expect(
      Lines.print(octets, wireLength: 106) == #"""
         [|ether]
        """#)
  }

  @Test func aLoopbackFrameBeginsWithItsFamily() {
    let octets = """
      00000000000000000000000008004500003c3d4640004006ff737f0000017f0000019c4100504d893f7d00000000a002ffd7
      fe3000000204ffd70402080a264674c7000000000103030a
      """
    #expect(
      Lines.print(octets) == #"""
        IP 127.0.0.1.40001 > 127.0.0.1.80: Flags [S], seq 1300840317, win 65495, options [mss \#
        65495,sackOK,TS val 642151623 ecr 0,nop,wscale 10], length 0
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        00:00:00:00:00:00 > 00:00:00:00:00:00, ethertype IPv4 (0x0800), length 74: 127.0.0.1.40001 > \#
        127.0.0.1.80: Flags [S], seq 1300840317, win 65495, options [mss 65495,sackOK,TS val 642151623 \#
        ecr 0,nop,wscale 10], length 0
        """#)
    #expect(
      Lines.print(
        octets,
        {
          $0.linkHeader = true; $0.quiet = true
        }) == #"""
          00:00:00:00:00:00 > 00:00:00:00:00:00, IPv4, length 74: 127.0.0.1.40001 > 127.0.0.1.80: tcp 0
          """#)
  }

  @Test func aCookedFrameTellsWhichWayItGoes() {
    let octets = """
      0001000100060200000000010000080600010800060400010200000000010a0a00010000000000000a0a00fe
      """
    #expect(
      Lines.print(octets, link: .linuxCooked) == #"""
        ARP, Request who-has 10.10.0.254 tell 10.10.0.1, length 28
        """#)
    #expect(
      Lines.print(octets, link: .linuxCooked, { $0.linkHeader = true }) == #"""
          B 02:00:00:00:00:01 ethertype ARP (0x0806), length 44: Request who-has 10.10.0.254 tell \#
        10.10.0.1, length 28
        """#)
  }

  @Test func aLabelLeadsToIPByItsFirstNibble() {
    let octets = """
      0200000000220200000000218847003e8040007d014045000054ceae0000400197e40a0a00010a0a000208003c2777010001
      3030303030303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032300a3030
      303030303030
      """
    #expect(
      Lines.print(octets) == #"""
        MPLS (label 1000, tc 0, ttl 64) (label 2000, tc 0, [S], ttl 64) IP 10.10.0.1 > 10.10.0.2: ICMP \#
        echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        MPLS (label 1000, tc 0, ttl 64)
        \#t(label 2000, tc 0, [S], ttl 64)
        \#tIP (tos 0x0, ttl 64, id 52910, offset 0, flags [none], proto ICMP (1), length 84)
            10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
  }

  @Test func aSessionOverEthernetCarriesIP() {
    let octets = """
      ffffffffffff020000000001886311090000000c010100000103000400000001000000000000000000000000000000000000
      00000000000000000000
      """
    #expect(
      Lines.print(octets) == #"""
        PPPoE PADI [Service-Name] [Host-Uniq 0x00000001]
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype PPPoE D (0x8863), length 60: PPPoE PADI \#
        [Service-Name] [Host-Uniq 0x00000001]
        """#)
  }

  @Test func anEchoOfTheLinkControlProtocol() {
    let octets = """
      000218030007000423a95d8e886411000017000ec021096a000ca4cbea340ee2f609
      """
    #expect(
      Lines.print(octets) == #"""
        PPPoE  [ses 0x17] LCP, Echo-Request (0x09), id 106, length 14
        """#)
  }
}
