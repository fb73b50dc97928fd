// Tunnels: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of packets in packets.
@Suite struct TunnelLineTests {
  @Test func aKeyOfATunnel() {
    let octets = """
      0200000000220200000000210800450000700f620000402fe6f9c0000201c0000202200008000000002a45000054d7cf0000
      40018ec30a0a00010a0a000208003c27770100013030303030303030303030303030300a3030303030303030303030303031
      300a3030303030303030303030303032300a3030303030303030
      """
    #expect(
      Lines.print(octets) == #"""
        IP 192.0.2.1 > 192.0.2.2: GREv0, key=0x2a, length 92: IP 10.10.0.1 > 10.10.0.2: ICMP echo \#
        request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 3938, offset 0, flags [none], proto GRE (47), length 112)
            192.0.2.1 > 192.0.2.2: GREv0, Flags [key present], key=0x2a, length 92
        \#tIP (tos 0x0, ttl 64, id 55247, offset 0, flags [none], proto ICMP (1), length 84)
            10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:21 > 02:00:00:00:00:22, ethertype IPv4 (0x0800), length 126: 192.0.2.1 > \#
        192.0.2.2: GREv0, key=0x2a, proto IPv4 (0x0800), length 92: 10.10.0.1 > 10.10.0.2: ICMP echo \#
        request, id 30465, seq 1, length 64
        """#)
  }

  @Test func aTunnelThatCarriesPPP() {
    let octets = """
      0800209f6b7200000000000008004500005003bc0000802f20ad0a01010b0a01010a3001880b0030000000000000ff03c021
      0100002c0506021952cf070208020d03061104064e13170129f76a9077f1472c835247f271d656070000000c
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.1.1.11 > 10.1.1.10: GREv1, call 0, seq 0, length 60: LCP, Conf-Request (0x01), id 0, length \#
        46
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        00:00:00:00:00:00 > 08:00:20:9f:6b:72, ethertype IPv4 (0x0800), length 94: 10.1.1.11 > 10.1.1.10: \#
        GREv1, call 0, seq 0, proto PPP (0x880b), length 60: LCP (0xc021), length 48: LCP, Conf-Request \#
        (0x01), id 0, length 46
        """#)
  }

  @Test func anEthernetFrameOnItsOwnLine() {
    let octets = """
      02000000000202000000000108004500004e5aae000040110bdb0a0a00010a0a0002c35012b5003a00000800000000002a00
      ffffffffffff020000004201080600010800060400010200000042010a2a00010000000000000a2a0002
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.10.0.1.50000 > 10.10.0.2.4789: VXLAN, flags [I] (0x08), vni 42
        ARP, Request who-has 10.42.0.2 tell 10.42.0.1, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 23214, offset 0, flags [none], proto UDP (17), length 78)
            10.10.0.1.50000 > 10.10.0.2.4789: VXLAN, flags [I] (0x08), vni 42
        ARP, Ethernet (len 6), IPv4 (len 4), Request who-has 10.42.0.2 tell 10.42.0.1, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 92: 10.10.0.1.50000 > \#
        10.10.0.2.4789: VXLAN, flags [I] (0x08), vni 42
        02:00:00:00:42:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has \#
        10.42.0.2 tell 10.42.0.1, length 28
        """#)
  }

  @Test func optionsOfATunnel() {
    let octets = """
      02000000002202000000002108004500008e0e6300004011e7f8c0000201c0000202c35017c1007a93450240655800004d00
      01028001cafe00010200000000020200000000010800450000547b7200004001eb200a0a00010a0a000208003c2777010001
      3030303030303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032300a3030
      303030303030
      """
    #expect(
      Lines.print(octets) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.6081: Geneve, Flags [C], vni 0x4d, options [8 bytes]: IP 10.10.0.1 \#
        > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 3683, offset 0, flags [none], proto UDP (17), length 142)
            192.0.2.1.50000 > 192.0.2.2.6081: Geneve, Flags [C], vni 0x4d, options [class Open Virtual \#
        Networking (OVN) (0x102) type 0x80(C) len 8]
        \#tIP (tos 0x0, ttl 64, id 31602, offset 0, flags [none], proto ICMP (1), length 84)
            10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 2 }) == #"""
        IP (tos 0x0, ttl 64, id 3683, offset 0, flags [none], proto UDP (17), length 142)
            192.0.2.1.50000 > 192.0.2.2.6081: [udp sum ok] Geneve, Flags [C], vni 0x4d, options [class \#
        Open Virtual Networking (OVN) (0x102) type 0x80(C) len 8 data cafe0001]
        \#tIP (tos 0x0, ttl 64, id 31602, offset 0, flags [none], proto ICMP (1), length 84)
            10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
  }

  @Test func anUnknownVersionIsAnError() {
    let octets = """
      4500001800014000402f0000c0000201c000020200050800
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 192.0.2.2: GREv5 ERROR: unknown-version
        """#)
  }
}
