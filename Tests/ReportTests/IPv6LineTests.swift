// IPv6 (RFC 8200): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of IPv6 headers and extension headers.
@Suite struct IPv6LineTests {
  @Test func extensionHeadersStandBeforeThePayload() {
    let octets = """
      600000000018004020010db800000000000000000000000120010db80000000000000000000000023c000502000001002c00
      0102c0de00003b00000100000007
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        IP6 2001:db8::1 > 2001:db8::2: HBH DSTOPT frag (0|0) 
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header Options (0) payload length: 24) 2001:db8::1 > 2001:db8::2: HBH \#
        (rtalert: 0x0000) (padn) DSTOPT (padn)(pad1)(pad1) frag (0x00000007:0|0) 
        """#)
  }

  @Test func portsStandAloneBehindDestinationOptions() {
    let octets = """
      f4cae54d1f41001e8c7629b686dd60000000001a3c402a010e358bd98bb0a0a7ea9c74e8d39720014b980dc0004102163eff
      fece190211000b0109010100a611002a001268896162636465666768696a
      """
    #expect(
      Lines.print(octets) == #"""
        IP6 2a01:e35:8bd9:8bb0:a0a7:ea9c:74e8:d397 > 2001:4b98:dc0:41:216:3eff:fece:1902: DSTOPT 42513 > \#
        42: UDP, length 10
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header unknown (60) payload length: 26) 2a01:e35:8bd9:8bb0:a0a7:ea9c:74e8:d397 \#
        > 2001:4b98:dc0:41:216:3eff:fece:1902: DSTOPT (opt_type 0x0b: len=1)(padn) 42513 > 42: [udp sum \#
        ok] UDP, length 10
        """#)
    #expect(
      Lines.print(octets, { $0.quiet = true }) == #"""
        IP6 2a01:e35:8bd9:8bb0:a0a7:ea9c:74e8:d397 > 2001:4b98:dc0:41:216:3eff:fece:1902: DSTOPT 42513 > \#
        42: UDP, length 10
        """#)
  }

  @Test func aRoutingHeaderListsItsAddresses() {
    let octets = """
      0013c4c784f000123fae22f786dd6000000000302b05220000000000024402123ffffeae22f7220000000000021100020000
      000000023a0400020000000022000000000002100002000000000004220000000000024000020000000000048000d37b0000
      0000
      """
    #expect(
      Lines.print(octets) == #"""
        IP6 2200::244:212:3fff:feae:22f7 > 2200::211:2:0:0:2: RT6 (len=4, type=0 [Deprecated], segleft=2, \#
        [0]2200::210:2:0:0:4, [1]2200::240:2:0:0:4) ICMP6, echo request, id 0, seq 0, length 8
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 5, next-header Routing (43) payload length: 48) 2200::244:212:3fff:feae:22f7 > \#
        2200::211:2:0:0:2: RT6 (len=4, type=0 [Deprecated], segleft=2, rsv=0x0, [0]2200::210:2:0:0:4, \#
        [1]2200::240:2:0:0:4) [icmp6 sum ok] ICMP6, echo request, id 0, seq 0
        """#)
  }

  @Test func aLaterFragmentEndsTheLine() {
    let octets = """
      3333000000fb001ff3cdf61786dd6000000000802cfffe80000000000000021ff3fffecdf617ff0200000000000000000000
      000000fb11000079002c53236170706c657476c018000c8001255f30303030303030302d303133342d363931362d66663034
      2d386335643737646534323733045f7375620d5f686f6d652d73686172696e67c018000c8001055f64616170c018000c8001
      0d5f746f7563682d72656d6f7465c018000c8001055f72616f70c018000c8001
      """
    #expect(
      Lines.print(octets) == #"""
        IP6 fe80::21f:f3ff:fecd:f617 > ff02::fb: frag (120|120)
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 255, next-header Fragment (44) payload length: 128) fe80::21f:f3ff:fecd:f617 > \#
        ff02::fb: frag (0x002c5323:120|120)
        """#)
  }

  @Test func anotherVersionIsAnError() {
    let octets = """
      5000000000003b4020010db800000000000000000000000120010db8000000000000000000000002
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        unknown ip 5
        """#)
  }

  @Test func noPayloadIsNoNextHeader() {
    let octets = """
      6000000000003b4020010db800000000000000000000000100000000000000000000ffffc0000201
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        IP6 2001:db8::1 > ::ffff:192.0.2.1: no next header
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header unknown (59) payload length: 0) 2001:db8::1 > ::ffff:192.0.2.1: no next \#
        header
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.linkHeader = true }) == #"""
        ip: 2001:db8::1 > ::ffff:192.0.2.1: no next header
        """#)
  }

  @Test func classAndLabelAreShownWhenSet() {
    let octets = """
      6b8abcde00003b400000000000000000000000000000000020010db8000000010000000000000001
      """
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (class 0xb8, flowlabel 0xabcde, hlim 64, next-header unknown (59) payload length: 0) :: > \#
        2001:db8:0:1::1: no next header
        """#)
  }

  @Test func aJumboPayloadMustBeThere() {
    let octets = """
      600000000000004020010db800000000000000000000000120010db80000000000000000000000023b00010400000000
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        IP6 2001:db8::1 > 2001:db8::2: HBH [No valid Jumbo Payload Hop-by-Hop option found] (invalid)
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header Options (0) payload length: 0) 2001:db8::1 > 2001:db8::2: HBH (padn) \#
        [No valid Jumbo Payload Hop-by-Hop option found] (invalid)
        """#)
  }

  @Test func segmentsOfARoutingHeader() {
    let octets = """
      6000000000182b4020010db800000000000000000000000120010db80000000000000000000000023b020400000000012001
      0db8000000000000000000000003
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        IP6 2001:db8::1 > 2001:db8::2: RT6 (len=2, type=4, segleft=0, last-entry=0, tag=1, \#
        [0]2001:db8::3) no next header
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header Routing (43) payload length: 24) 2001:db8::1 > 2001:db8::2: RT6 (len=2, \#
        type=4, segleft=0, last-entry=0, flags=0x0, tag=1, [0]2001:db8::3) no next header
        """#)
  }
}
