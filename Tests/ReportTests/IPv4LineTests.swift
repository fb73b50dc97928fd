// IPv4 (RFC 791): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of IPv4 headers, options and fragments.
@Suite struct IPv4LineTests {
  @Test func optionsAreShownInParentheses() {
    let octets = """
      480000200001000040fd0000c0000201c0000202070708c00002030100000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto unknown (253), length 32, options (RR \#
        192.0.2.3,,NOP,EOL), bad cksum 0 (->e012)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 0
        """#)
  }

  @Test func aRecordedTimeIsShownWithItsHop() {
    let octets = """
      490000240001000040fd0000c0000201c0000202440c0d01c00002030001e24000000000
      """
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto unknown (253), length 36, options \#
        (timestamp TS{TS+ADDR 123456@192.0.2.3 ^ },EOL), bad cksum 0 (->fc85)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 0
        """#)
  }

  @Test func anOptionThatRunsPastTheHeaderIsBad() {
    let octets = """
      460000180001000040fd0000c0000201c0000202830b04c0
      """
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [none], proto unknown (253), length 24, options (LSRR \#
        [bad length 11]), bad cksum 0 (->6d19)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 0
        """#)
  }

  @Test func aLaterFragmentIsKnownByItsNumberOnly() {
    let octets = """
      4500001c0001200140110000c0000201c00002020000000000000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 192.0.2.2: ip-proto-17
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 8, flags [+], proto UDP (17), length 28, bad cksum 0 (->d6cb)!)
            192.0.2.1 > 192.0.2.2: ip-proto-17
        """#)
  }

  @Test func moreThanTheFrameHoldsIsMissing() {
    let octets = """
      450005dc0001400040fd0000c0000201c0000202
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP truncated-ip - 1480 bytes missing! 192.0.2.1 > 192.0.2.2:  ip-proto-253 1480
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP truncated-ip - 1480 bytes missing! (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto unknown \#
        (253), length 1500, bad cksum 0 (->b020)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 1480
        """#)
  }

  @Test func aHeaderShorterThanItsMinimumIsBad() {
    let octets = """
      440000140001400040fd0000c0000201c0000202
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP bad-hlen 16
        """#)
  }

  @Test func aCutHeaderIsSaidToBeCut() {
    let octets = """
      450000140001400040fd0000
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 20) == #"""
        IP  [|ip]
        """#)
  }

  @Test func congestionIsNamed() {
    let octets = """
      450300140001e00000fd0000c0000201c0000202
      """
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x3,CE, id 1, offset 0, flags [+, DF, rsvd], proto unknown (253), length 20, bad cksum 0 \#
        (->55e5)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 0
        """#)
  }

  @Test func aPacketInAPacketIsPrintedInside() {
    let octets = """
      0200000000220200000000210800450000680e6300004004e82bc0000201c0000202450000543fc50000400126ce0a0a0001
      0a0a000208003c27770100013030303030303030303030303030300a3030303030303030303030303031300a303030303030
      3030303030303032300a3030303030303030
      """
    #expect(
      Lines.print(octets) == #"""
        IP 192.0.2.1 > 192.0.2.2: IP 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 3683, offset 0, flags [none], proto IPIP (4), length 104)
            192.0.2.1 > 192.0.2.2: IP (tos 0x0, ttl 64, id 16325, offset 0, flags [none], proto ICMP (1), \#
        length 84)
            10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:21 > 02:00:00:00:00:22, ethertype IPv4 (0x0800), length 118: 192.0.2.1 > \#
        192.0.2.2: 10.10.0.1 > 10.10.0.2: ICMP echo request, id 30465, seq 1, length 64
        """#)
  }

  @Test func anUnknownProtocolHasItsNumber() {
    let octets = """
      450000180001400040fdf5d5c0000201c000020201020304
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto unknown (253), length 24, bad cksum f5d5 \#
        (->b5e4)!)
            192.0.2.1 > 192.0.2.2:  ip-proto-253 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.linkHeader = true }) == #"""
        ip: 192.0.2.1 > 192.0.2.2:  ip-proto-253 4
        """#)
  }
}
