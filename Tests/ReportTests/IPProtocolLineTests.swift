// The smaller protocols of IP: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of IGMP, SCTP, VRRP and IPsec.
@Suite struct IPProtocolLineTests {
  @Test func aReportOfGroups() {
    let octets = """
      01005e000016020000000001080046c00028000040000102f9ee0a0a0001e0000016940400002200e8f90000000104000000
      ef010203
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.10.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s)
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0xc0, ttl 1, id 0, offset 0, flags [DF], proto IGMP (2), length 40, options (RA))
            10.10.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s) [gaddr 239.1.2.3 to_ex, 0 source(s)]
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 2 }) == #"""
        IP (tos 0xc0, ttl 1, id 0, offset 0, flags [DF], proto IGMP (2), length 40, options (RA))
            10.10.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s) [gaddr 239.1.2.3 to_ex { }]
        """#)
    #expect(
      Lines.print(octets, { $0.quiet = true }) == #"""
        IP 10.10.0.1 > 224.0.0.22: igmp
        """#)
  }

  @Test func aQueryOfVersion3() {
    let octets = """
      450000200001000001020000c0000201e00000011188ee1de00000050a7d0001
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 224.0.0.1: igmp query v3 [max resp time 19.2s] [gaddr 224.0.0.5 [invalid number of \#
        sources]]
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 1, id 1, offset 0, flags [none], proto IGMP (2), length 32, bad cksum 0 \#
        (->17d9)!)
            192.0.2.1 > 224.0.0.1: igmp query v3 [max resp time 19.2s] [gaddr 224.0.0.5 [invalid number \#
        of sources]] bad igmp cksum ee1d!
        """#)
  }

  @Test func aQueryOfVersion2() {
    let octets = """
      4500001c0001000001020000c0000201e00000011164ee9b00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 224.0.0.1: igmp query v2
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 1, id 1, offset 0, flags [none], proto IGMP (2), length 28, bad cksum 0 \#
        (->17dd)!)
            192.0.2.1 > 224.0.0.1: igmp query v2
        """#)
  }

  @Test func anAssociationBegins() {
    let octets = """
      02000000000202000000000108004500003400004000408426300a0a00010a0a00029c412328000000007b485ae001000014
      a0a000010001a000000a000a00000064
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.10.0.1.40001 > 10.10.0.2.9000: sctp (1) [INIT] [init tag: 2694840321] [rwnd: 106496] [OS: \#
        10] [MIS: 10] [init TSN: 100] 
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 2 }) == #"""
        IP (tos 0x0, ttl 64, id 0, offset 0, flags [DF], proto SCTP (132), length 52)
            10.10.0.1.40001 > 10.10.0.2.9000: sctp
        \#t1) [INIT] [init tag: 2694840321] [rwnd: 106496] [OS: 10] [MIS: 10] [init TSN: 100] 
        """#)
  }

  @Test func aRouterAdvertisesItself() {
    let octets = """
      01005e00001200005e00012a08004500003012340000ff70bebb0a00005ce0000012212ac003010af01f0a042a010a042a02
      0a042a036162636465666768
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.0.0.92 > 224.0.0.18: VRRPv2, Advertisement, vrid 42, prio 192, authtype simple, intvl 10s, \#
        length 28
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 255, id 4660, offset 0, flags [none], proto VRRP (112), length 48)
            10.0.0.92 > 224.0.0.18: VRRPv2, Advertisement, vrid 42, prio 192, authtype simple, intvl 10s, \#
        length 28, addrs(3): 10.4.42.1,10.4.42.2,10.4.42.3 auth "abcdefgh"
        """#)
  }

  @Test func anAuthenticatedPacketIsPrintedInside() {
    let octets = """
      005056af07f0aabbcc000000080045000064430800004033f15c280000021e00000104040000c67ceadf00000001ce9113cb
      69e210d6dbd24b8a45000038fc4100004006b47c3200010196000101040200504e850ec10000000090020b6811b800000204
      05b40402080a0a43091100000000
      """
    #expect(
      Lines.print(octets) == #"""
        IP 40.0.0.2 > 30.0.0.1: AH(spi=0xc67ceadf,seq=0x1,icv=0xce9113cb69e210d6dbd24b8a): IP \#
        50.0.1.1.1026 > 150.0.1.1.80: Flags [S], seq 1317342913, win 2920, options [mss 1460,sackOK,TS \#
        val 172165393 ecr 0], length 0
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 17160, offset 0, flags [none], proto AH (51), length 100)
            40.0.0.2 > 30.0.0.1: AH(length=4(24-bytes),spi=0xc67ceadf,seq=0x1,icv=0xce9113cb69e210d6dbd24b\#
        8a): IP (tos 0x0, ttl 64, id 64577, offset 0, flags [none], proto TCP (6), length 56)
            50.0.1.1.1026 > 150.0.1.1.80: Flags [S], cksum 0x11b8 (correct), seq 1317342913, win 2920, \#
        options [mss 1460,sackOK,TS val 172165393 ecr 0], length 0
        """#)
  }

  @Test func aCompressedPacketIsNamed() {
    let octets = """
      005056af07f0aabbcc000000080045000115430a00004033f0a9280000021e0000016c040000c67ceadf00000002ade52a57
      7e46b23317b3358c0400eed1736560f8f6c78981c1816df35e230646c66940ccc2c410e0d7ca77e8b5d38d980609ee0cff44
      06a02807179733a7309733eb2577d710057d936cbd8c92dc1c058f9090007d433d035e2e8ffce2122b054353033d033d433d
      435e2ec7e4e4d402a09096be168ca3eb9398975e9a989e6aa5909aa75b5a0c1777cd4bce4fc9cc4bb75248afca2cd0514849
      4dcb492c49e5e50a2d4e2dd2754c4fcd031ae49b5f95999393a86fa267a0a0919c9f5b9058929994936aade01bece9aa60a6
      6760ad109e9997925f5eace017a260aa6768ada0e70774acb34f9002d0457a26c646469abc5cbc5c00
      """
    #expect(
      Lines.print(octets) == #"""
        IP 40.0.0.2 > 30.0.0.1: AH(spi=0xc67ceadf,seq=0x2,icv=0xade52a577e46b23317b3358c): \#
        IPComp(cpi=0xeed1)
        """#)
  }
}
