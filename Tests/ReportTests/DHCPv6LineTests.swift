// DHCPv6 (RFC 8415): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of DHCPv6 (RFC 8415).
@Suite struct DHCPv6LineTests {
  @Test func aClientSolicits() {
    let octets = """
      02000000003502000000000186dd60000000003c114020010db800000000000000000000000120010db8000000000000
      00000000003502220223003c5d8d01a1b2c30001000e0001000123456789020000000001000600040017001800080002
      00640003000c000000010000000000000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP6 2001:db8::1.546 > 2001:db8::35.547: dhcp6 solicit
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 60) 2001:db8::1.546 > 2001:db8::35.547: [udp \#
        sum ok] dhcp6 solicit (xid=a1b2c3 (client-ID hwaddr/time type 1 time 591751049 020000000001) \#
        (option-request DNS-server DNS-search-list) (elapsed-time 100) (IA_NA IAID:1 T1:0 T2:0))
        """#)
  }

  @Test func aServerRepliesWithAddressesAndPrefixes() {
    let octets = """
      02000000003502000000000186dd6000000000b2114020010db800000000000000000000000120010db8000000000000
      0000000000350223022200b2af3c07a1b2c30001000e00010001234567890200000000010002000a0003000102000000
      003500030030000000010000070800000b400005002020010db800000000000000000000003500000e1000001c20000d
      000400006f6b0017001020010db80000000000000000000000350018000d076578616d706c6503636f6d000019002900
      0000020000000000000000001a001900000064000000c83820010db8000000000000000000000001
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 178) 2001:db8::1.547 > 2001:db8::35.546: \#
        [udp sum ok] dhcp6 reply (xid=a1b2c3 (client-ID hwaddr/time type 1 time 591751049 020000000001) \#
        (server-ID hwaddr type 1 020000000035) (IA_NA IAID:1 T1:1800 T2:2880 (IA_ADDR 2001:db8::35 \#
        pltime:3600 vltime:7200 (status-code Success))) (DNS-server 2001:db8::35) (DNS-search-list \#
        example.com.) (IA_PD IAID:2 T1:0 T2:0 (IA_PD-prefix 2001:db8::1/56 pltime:100 vltime:200)))
        """#)
  }

  /// RFC 8415 section 9.
  @Test func aRelayForwardsAMessageInsideItsOwn() {
    let octets = """
      02000000003502000000000186dd600000000073114020010db800000000000000000000000120010db8000000000000
      000000000035022302230073deb50c0120010db8000000000000000000000001fe800000000000000000000000000001
      0009003401a1b2c30001000e000100012345678902000000000100060004001700180008000200640003000c00000001
      00000000000000000012000465746830002500050000000978
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 115) 2001:db8::1.547 > 2001:db8::35.547: \#
        [udp sum ok] dhcp6 relay-fwd (linkaddr=2001:db8::1 peeraddr=fe80::1 (relay-message (dhcp6 \#
        solicit (xid=a1b2c3 (client-ID hwaddr/time type 1 time 591751049 020000000001) (option-request \#
        DNS-server DNS-search-list) (elapsed-time 100) (IA_NA IAID:1 T1:0 T2:0))) (interface-ID \#
        65746830...) (Remote-ID 9 78...))
        """#)
  }

  @Test func anOptionOfTheWrongLengthIsAQuestionMark() {
    let octets = """
      02000000003502000000000186dd600000000018114020010db800000000000000000000000120010db8000000000000
      000000000035022202230018809f01a1b2c3000800010000050003616263
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 24) 2001:db8::1.546 > 2001:db8::35.547: [udp \#
        sum ok] dhcp6 solicit (xid=a1b2c3 (elapsed-time ?) (IA_ADDR ?))
        """#)
  }

  @Test func anOptionThatRunsOutIsCut() {
    let octets = """
      02000000003502000000000186dd600000000012114020010db800000000000000000000000120010db8000000000000
      000000000035022202230012eb5301a1b2c3000600080017
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP6 (hlim 64, next-header UDP (17) payload length: 18) 2001:db8::1.546 > 2001:db8::35.547: [udp \#
        sum ok] dhcp6 solicit (xid=a1b2c3 [|dhcp6])
        """#)
  }
}
