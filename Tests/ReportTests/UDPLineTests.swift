// UDP (RFC 768): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of UDP datagrams.
@Suite struct UDPLineTests {
  @Test func aDatagramHasItsLength() {
    let octets = """
      450000200001400040110000c0000201c00002029c400009000c000001020304
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, length 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.quiet = true }) == #"""
        IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, length 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32, bad cksum 0 (->b6c8)!)
            192.0.2.1.40000 > 192.0.2.2.9: UDP, length 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 2 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32, bad cksum 0 (->b6c8)!)
            192.0.2.1.40000 > 192.0.2.2.9: [no cksum] UDP, length 4
        """#)
  }

  @Test func aWrongChecksumIsTold() {
    let octets = """
      450000200001400040110000c0000201c00002029c400009000c123401020304
      """
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 2 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32, bad cksum 0 (->b6c8)!)
            192.0.2.1.40000 > 192.0.2.2.9: [bad udp cksum 0x1234 -> 0xdb82!] UDP, length 4
        """#)
    #expect(
      Lines.print(
        octets, link: .raw,
        {
          $0.verbosity = 2; $0.checksums = false
        }) == #"""
          IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32)
              192.0.2.1.40000 > 192.0.2.2.9: UDP, length 4
          """#)
  }

  @Test func aLengthBeyondThePacketIsBad() {
    let octets = """
      450000200001400040110000c0000201c00002029c4000090064000001020304
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, bad length 92 > 4
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.quiet = true }) == #"""
        IP 192.0.2.1.40000 > 192.0.2.2.9: UDP, bad length 92 > 4
        """#)
  }

  @Test func aLengthWithoutRoomForTheHeaderIsTruncated() {
    let octets = """
      4500001c0001400040110000c0000201c00002029c40000900070000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.40000 > 192.0.2.2.9: truncated-udplength 7
        """#)
  }

  @Test func portsThatTheCaptureCuts() {
    let octets = """
      4500001c0001400040110000c0000201c00002029c4000
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 28) == #"""
        IP 192.0.2.1 > 192.0.2.2:  [|udp]
        """#)
  }

  @Test func aChecksumOverIPv6IsAlwaysJudged() {
    let octets = """
      60000000000a114020010db800000000000000000000000120010db80000000000000000000000029c400009000a00006162
      """
    #expect(
      Lines.print(octets, link: .ipv6) == #"""
        IP6 2001:db8::1.40000 > 2001:db8::2.9: UDP, length 2
        """#)
    #expect(
      Lines.print(octets, link: .ipv6, { $0.verbosity = 1 }) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 10) 2001:db8::1.40000 > 2001:db8::2.9: [bad \#
        udp cksum 0x0000 -> 0xa6b9!] UDP, length 2
        """#)
  }
}
