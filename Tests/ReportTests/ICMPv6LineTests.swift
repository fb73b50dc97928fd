// ICMPv6 (RFC 4443) and neighbour discovery: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of ICMPv6 (RFC 4443) and neighbour discovery.
@Suite struct ICMPv6LineTests {
  /// RFC 4861 section 4.3.
  @Test func aNeighbourIsAskedFor() {
    let octets = """
      02000000003502000000000186dd6000000000203afffe800000000000000000000000000001ff020000000000000000
      0001ff00000287007a9700000000fe8000000000000000000000000000020101020000000001
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > ff02::1:ff00:2: ICMP6, neighbor solicitation, who has fe80::2, length 32
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 32) fe80::1 > ff02::1:ff00:2: [icmp6 sum \#
        ok] ICMP6, neighbor solicitation, length 32, who has fe80::2
        \#t  source link-address option (1), length 8 (1): 02:00:00:00:00:01
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 32) fe80::1 > ff02::1:ff00:2: [icmp6 sum \#
        ok] ICMP6, neighbor solicitation, length 32, who has fe80::2
        \#t  source link-address option (1), length 8 (1): 02:00:00:00:00:01
        \#t    0x0000:  0200 0000 0001
        """#)
  }

  @Test func aNeighbourAnswersWithFlags() {
    let octets = """
      02000000003502000000000186dd6000000000203afffe800000000000000000000000000001fe800000000000000000
      00000000000288009819e0000000fe8000000000000000000000000000020201020000000002
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 32) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, neighbor advertisement, length 32, tgt is fe80::2, Flags [router, solicited, override]
        \#t  destination link-address option (2), length 8 (1): 02:00:00:00:00:02
        """#)
  }

  /// RFC 4861, RFC 8106, RFC 4191.
  @Test func aRouterAdvertisesPrefixesServersAndRoutes() {
    let octets = """
      02000000003502000000000186dd6000000000803afffe800000000000000000000000000001ff020000000000000000
      0000000000018600b7e540c8070800007530000003e80101020000000001030440c000278d0000093a80000000002001
      0db800000000000000000000000005010000000005dc190300000000025820010db80000000000000000000000351f03
      000000000258076578616d706c6503636f6d000000001802300800000e1020010db800ff0000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > ff02::1: ICMP6, router advertisement, length 128
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 128) fe80::1 > ff02::1: [icmp6 sum ok] \#
        ICMP6, router advertisement, length 128
        \#thop limit 64, Flags [managed, other stateful], pref high, router lifetime 1800s, reachable \#
        time 30000ms, retrans timer 1000ms
        \#t  source link-address option (1), length 8 (1): 02:00:00:00:00:01
        \#t  prefix info option (3), length 32 (4): 2001:db8::/64, Flags [onlink, auto], valid time \#
        2592000s, pref. time 604800s
        \#t  mtu option (5), length 8 (1):  1500
        \#t  rdnss option (25), length 24 (3):  lifetime 600s, addr: 2001:db8::35
        \#t  dnssl option (31), length 24 (3):  lifetime 600s, domain(s): example.com.
        \#t  route info option (24), length 16 (2):  2001:db8:ff::/48, pref=high, lifetime=3600s
        """#)
  }

  /// RFC 3810 section 5.2.
  @Test func listenersReportTheirGroups() {
    let octets = """
      02000000003502000000000186dd6000000000403afffe800000000000000000000000000001ff020000000000000000
      0000000000168f002c880000000204000000ff0200000000000000000000000000fb03000001ff3e0000000000000000
      00000000123420010db8000000000000000000000035
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > ff02::16: ICMP6, multicast listener report v2, 2 group record(s), length 64
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 64) fe80::1 > ff02::16: [icmp6 sum ok] \#
        ICMP6, multicast listener report v2, 2 group record(s) [gaddr ff02::fb to_ex, 0 source(s)] \#
        [gaddr ff3e::1234 to_in, 1 source(s)]
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 64) fe80::1 > ff02::16: [icmp6 sum ok] \#
        ICMP6, multicast listener report v2, 2 group record(s) [gaddr ff02::fb to_ex { }] [gaddr \#
        ff3e::1234 to_in { 2001:db8::35 }]
        """#)
  }

  /// RFC 3810 section 5.1.
  @Test func aQueryOfVersion2HasARobustness() {
    let octets = """
      02000000003502000000000186dd60000000001c3afffe800000000000000000000000000001ff020000000000000000
      0000000000018200e58390000000000000000000000000000000000000000a9f0000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > ff02::1: ICMP6, multicast listener query v2 [gaddr ::], length 28
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 28) fe80::1 > ff02::1: [icmp6 sum ok] \#
        ICMP6, multicast listener query v2 [max resp delay=65536] [gaddr :: sflag robustness=2 qqi=496]
        """#)
  }

  @Test func thePortOfAQuotedPacketIsBehindItsOptions() {
    let octets = """
      02000000003502000000000186dd6000000000403afffe800000000000000000000000000001fe800000000000000000
      0000000000020104b9a5000000006000000000103c40fe800000000000000000000000000002fe800000000000000000
      00000000000111000104000000009c40003500080000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, destination unreachable, unreachable port, fe80::1 udp port 53, \#
        length 64
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 64) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, destination unreachable, unreachable port, fe80::1 udp port 53
        """#)
  }

  @Test func aPacketIsTooBig() {
    let octets = """
      02000000003502000000000186dd6000000000403afffe800000000000000000000000000001fe800000000000000000
      0000000000020200b3a9000005006000000000103c40fe800000000000000000000000000002fe800000000000000000
      00000000000111000104000000009c40003500080000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, packet too big, mtu 1280, length 64
        """#)
  }

  @Test func aFieldIsWrong() {
    let octets = """
      02000000003502000000000186dd6000000000403afffe800000000000000000000000000001fe800000000000000000
      0000000000020401b6a2000000066000000000103c40fe800000000000000000000000000002fe800000000000000000
      00000000000111000104000000009c40003500080000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, parameter problem, next header - octet 6, length 64
        """#)
  }

  /// RFC 4620.
  @Test func aNodeTellsItsName() {
    let octets = """
      02000000003502000000000186dd6000000000223afffe800000000000000000000000000001fe800000000000000000
      0000000000028c00e2470002000101020304050607080000000a04686f7374076578616d706c6500
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, who-are-you reply node information reply (DNS name, \#
        "host.example." [TTL=10]), length 34
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 34) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, who-are-you reply node information reply (success, DNS name, "host.example." [TTL=10])
        """#)
  }

  /// RFC 2894.
  @Test func aRouterIsRenumbered() {
    let octets = """
      02000000003502000000000186dd6000000000483afffe800000000000000000000000000001fe800000000000000000
      0000000000028a001af50000000700c0000000000000020700303040000020010db80000000000000000000000004000
      c0c0ffffffff00000e10c000000020010db8000100000000000000000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, router renumbering, command, seq=7 match(change,2001:db8::/48) \#
        use(VP,2001:db8:1::/64/0), length 72
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 72) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, router renumbering, command, seq=7[TR,seg=0,maxdelay=0] \#
        match(change,ord=0,min=48,max=64,2001:db8::/48) use(VP,mask=0xc0,raflags=0xc0,vltime=infty,pltim\#
        e=3600,2001:db8:1::/64/0)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 72) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, router renumbering, command, seq=7[TR,seg=0,maxdelay=0]
        \#tmatch(change,ord=0,min=48,max=64,2001:db8::/48)
        \#tuse(VP,mask=0xc0,raflags=0xc0,vltime=infty,pltime=3600,2001:db8:1::/64/0)
        """#)
  }

  /// RFC 6550 section 6.3.
  @Test func aGraphOfLossyLinksIsTold() {
    let octets = """
      02000000003502000000000186dd60000000002e3afffe800000000000000000000000000001fe800000000000000000
      0000000000029b0182ab1ef0010088f1000020010db80000000000000000000000350100040e00080800000001000000
      00000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, RPL, (CLR)DODAG Information Object, length 46
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 46) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, RPL, (CLR)DODAG Information Object [dagid:2001:db8::35,seq:241,instance:30,rank:256,groun\#
        ded,mop:storing,prf:0]
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 46) fe80::1 > fe80::2: [icmp6 sum ok] \#
        ICMP6, RPL, (CLR)DODAG Information Object [dagid:2001:db8::35,seq:241,instance:30,rank:256,groun\#
        ded,mop:storing,prf:0] opt:padN len:2  opt:config len:16 
        """#)
  }

  @Test func aWrongChecksumStandsBeforeTheMessage() {
    let octets = """
      02000000003502000000000186dd60000000000c3afffe800000000000000000000000000001fe800000000000000000
      0000000000028000b2f10001000270696e67
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 255, next-header ICMPv6 (58) payload length: 12) fe80::1 > fe80::2: [bad icmp6 cksum \#
        0xb2f1 -> 0xa3e0!] ICMP6, echo request, id 1, seq 2
        """#)
  }

  @Test func anUnknownTypeShowsItsOctets() {
    let octets = """
      02000000003502000000000186dd6000000000083afffe800000000000000000000000000001fe800000000000000000
      0000000000027f007fb201020304
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 fe80::1 > fe80::2: ICMP6, unknown icmp6 type (127), length 8
        \#t0x0000:  7f00 7fb2 0102 0304
        """#)
  }
}
