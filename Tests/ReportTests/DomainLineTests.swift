// DNS (RFC 1035) and multicast DNS: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of DNS (RFC 1035) and multicast DNS.
@Suite struct DomainLineTests {
  @Test func aQuestionIsNamedByItsIdentifierTypeAndName() {
    let octets = """
      02000000003502000000000108004500003d000140004011b678c0000201c00002359c4000350029825f123401000001
      00000000000003777777076578616d706c6503636f6d0000010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 4660+ A? www.example.com. (33)
        """#)
  }

  /// At `-vv` with the question, at `-vvv` with the time to live.
  @Test func anAnswerFollowsItsAlias() {
    let octets = """
      02000000003502000000000108004500005f000140004011b656c0000235c000020100359c40004b9bbf123481800001
      00020000000003777777076578616d706c6503636f6d0000010001c00c0005000100000e10000603776562c010c02d00
      01000100015fcd0004c0000250
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.53.53 > 192.0.2.1.40000: 4660 2/0/0 CNAME web.example.com., A 192.0.2.80 (67)
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 95)
            192.0.2.53.53 > 192.0.2.1.40000: 4660 2/0/0 www.example.com. CNAME web.example.com., \#
        web.example.com. A 192.0.2.80 (67)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 95)
            192.0.2.53.53 > 192.0.2.1.40000: [udp sum ok] 4660 q: A? www.example.com. 2/0/0 \#
        www.example.com. CNAME web.example.com., web.example.com. A 192.0.2.80 (67)
        """#)
    #expect(
      Lines.of(octets, verbosity: 3) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 95)
            192.0.2.53.53 > 192.0.2.1.40000: [udp sum ok] 4660 q: A? www.example.com. 2/0/0 \#
        www.example.com. [1h] CNAME web.example.com., web.example.com. [1d1h1m1s] A 192.0.2.80 (67)
        """#)
  }

  @Test func aRefusalHasNoAnswers() {
    let octets = """
      020000000035020000000001080045000077000140004011b63ec0000201c000023500359c4000637d13123485830001
      000000010000076e6f7768657265076578616d706c6500001c0001c014000600010000012c002e026e73076578616d70
      6c650004726f6f74076578616d706c650078a3f17500001c2000000e10001275000000012c
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.53 > 192.0.2.53.40000: 4660 NXDomain* 0/1/0 (91)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 119)
            192.0.2.1.53 > 192.0.2.53.40000: [udp sum ok] 4660 NXDomain* q: AAAA? nowhere.example. \#
        0/1/0 ns: example. SOA ns.example. root.example. 2024010101 7200 3600 1209600 300 (91)
        """#)
  }

  @Test func everyRecordOfAServiceIsShown() {
    let octets = """
      0200000000350200000000010800450000c7000140004011b5eec0000201c000023500359c4000b32f43000784000001
      000500000000076578616d706c6503636f6d0000ff0001c00c000f00010000012c0009000a046d61696cc00cc00c0010
      00010000012c00110b763d73706631202d616c6c041b5b324ac00c002100010000012c00170001000201bb0377777707
      6578616d706c6503636f6d00c00c001c00010000012c001020010db8000000000000000000000050c00c010100010000
      012c00110005697373756563612e6578616d706c65
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.53 > 192.0.2.53.40000: 7*- 5/0/0 MX mail.example.com. 10, TXT "v=spf1 -all" \#
        "^[[2J", SRV www.example.com.:443 1 2, AAAA 2001:db8::50, Type257 (171)
        """#)
  }

  /// An escape sequence, a delete and an octet beyond ASCII.
  @Test func controlCharactersOfANameAreMadeVisible() {
    let octets = """
      020000000035020000000001080045000036000140004011b67fc0000201c00002359c40003500224abe000101000001
      000000000000051b5b33316d027fff0000010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 1+ A? ^[[31m.^?M-^?. (26)
        """#)
  }

  /// RFC 1035 section 4.1.4: a prior occurrence.
  @Test func aPointerThatLeadsForwardIsBad() {
    let octets = """
      02000000003502000000000108004500003d000140004011b678c0000201c000023500359c400029d889000181800001
      00010000000001610000010001c040000500010000012c0002c00c
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.53 > 192.0.2.53.40000: 1 1/0/0 CNAME a. (33)
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 61)
            192.0.2.1.53 > 192.0.2.53.40000: 1 1/0/0 <BAD PTR> [|domain]
        """#)
  }

  @Test func aPointerToItselfIsBad() {
    let octets = """
      02000000003502000000000108004500002e000140004011b687c0000201c00002359c400035001a1dfd000101000001
      000000000000c00c00010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 1+ A? <BAD PTR> [|domain]
        """#)
  }

  @Test func aNameOfMoreThan255CharactersIsTooLong() {
    let octets = """
      02000000003502000000000108004500015e000140004011b557c0000201c00002359c400035014a909a000101000001
      0000000000003c7878787878787878787878787878787878787878787878787878787878787878787878787878787878
      787878787878787878787878787878787878783c78787878787878787878787878787878787878787878787878787878
      78787878787878787878787878787878787878787878787878787878787878783c787878787878787878787878787878
      7878787878787878787878787878787878787878787878787878787878787878787878787878787878787878783c7878
      787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878
      787878787878787878783c78787878787878787878787878787878787878787878787878787878787878787878787878
      78787878787878787878787878787878787878787878780000010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 1+ A? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\#
        xxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxx\#
        xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.xx\#
        xxxxxxxxx<DOMAIN NAME TOO LONG> (322)
        """#)
  }

  /// RFC 6891, RFC 7873, RFC 7871.
  @Test func extensionsCarryACookieASubnetAndTheUpperBitsOfTheCode() {
    let octets = """
      02000000003502000000000108004500005b000140004011b65ac0000201c000023500359c4000476c75000981800001
      0000000000010161000001000100002904d0010080000021000a000801020304050607080008000700011800c0000200
      0b00020064000c0000
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.53 > 192.0.2.53.40000: 9 BadVers 0/0/1 (63)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 91)
            192.0.2.1.53 > 192.0.2.53.40000: [udp sum ok] 9 BadVers q: A? a. 0/0/1 ar: . OPT \#
        UDPsize=1232 DO [COOKIE 0102030405060708,ECS 192.0.2.0/24/0,KEEPALIVE 10.0 sec,PADDING] (63)
        """#)
  }

  /// RFC 6762 sections 5.4 and 10.2.
  @Test func multicastAsksForUnicastAndFlushesCaches() {
    let octets = """
      020000000035020000000001080045000051000140004011979ec0000201e00000fb14e914e9003d6abc000000000002
      000000000000055f68747470045f746370056c6f63616c00000c8001077072696e746572056c6f63616c00001c0001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.5353 > 224.0.0.251.5353: 0 [2q] PTR (QU)? _http._tcp.local. AAAA (QM)? \#
        printer.local. (53)
        """#)
  }

  @Test func aMulticastAnswerFlushesTheCache() {
    let octets = """
      02000000003502000000000108004500004500014000401197aac0000201e00000fb14e914e90031507c000084000000
      000100000000077072696e746572056c6f63616c00000180010000012c0004c0000207
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.5353 > 224.0.0.251.5353: 0*- [0q] 1/0/0 (Cache flush) A 192.0.2.7 (41)
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 69)
            192.0.2.1.5353 > 224.0.0.251.5353: 0*- [0q] 1/0/0 printer.local. (Cache flush) A 192.0.2.7 \#
        (41)
        """#)
  }

  /// RFC 2136.
  @Test func anUpdateCountsItsParts() {
    let octets = """
      020000000035020000000001080045000070000140004011b645c0000201c00002359c400035005c85d1000528000001
      000100020000076578616d706c6503636f6d0000060001c00c00ff00fe0000000000000161076578616d706c6503636f
      6d00000100010000012c0004c0000201c00c004100010000012c00020102
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 5 update [1a] [2n] SOA? example.com. (84)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 112)
            192.0.2.1.40000 > 192.0.2.53.53: [udp sum ok] 5 update [1a] [2n] SOA? example.com. \#
        example.com. (Class 254) ANY ns: a.example.com. A 192.0.2.1, example.com. Type65 (84)
        """#)
  }

  @Test func overTCPAMessageComesAfterItsLength() {
    let octets = """
      02000000003502000000000108004500004b000140004006b675c0000201c00002359c400035000003e8000007d05018
      01f600000000002100030120000100000000000003777777076578616d706c6503636f6d0000010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: Flags [P.], seq 1000:1035, ack 2000, win 502, length 35 3+ \#
        A? www.example.com. (33)
        """#)
  }

  @Test func overTCPALengthThatIsNotTheSegmentsIsSaid() {
    let octets = """
      02000000003502000000000108004500004b000140004006b675c0000201c00002359c400035000003e8000007d05018
      01f60000000003e700030120000100000000000003777777076578616d706c6503636f6d0000010001
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: Flags [P.], seq 1000:1035, ack 2000, win 502, length 35 \#
        [prefix length(999) != length(33)] (invalid)
        """#)
  }

  @Test func bitsThatARequestHasNoUseForAreShown() {
    let octets = """
      02000000003502000000000108004500004d000140004011b668c0000201c00002359c4000350039cc5f00030dcf0000
      0001000000000000fa00010000012c001a04686d616300000000000000012c000461626364000300000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: 3 inv_q+ [b2&3=0xdcf] (49)
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 77)
            192.0.2.1.40000 > 192.0.2.53.53: [udp sum ok] 3 inv_q+ [b2&3=0xdcf] . TSIG hmac. fudge=300 \#
        maclen=4 origid=3 error=0 otherlen=0 (49)
        """#)
  }

  @Test func aMessageShorterThanItsHeaderIsInvalid() {
    let octets = """
      02000000003502000000000108004500001f000140004011b696c0000201c00002359c400035000bdd2a000102
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.53: domain [length 3 < 12] (invalid)
        """#)
  }

  @Test func aMessageCutByTheCaptureSaysSo() {
    let octets = """
      02000000003502000000000108004500005d000140004011b658c0000201c000023500359c400049e195123481800001
      00020000000003777777076578616d706c6503636f6d0000010001c00c000100010000012c0004c0000250c00c000100
      """
    #expect(
      Lines.of(octets, wireLength: 107) == #"""
        IP 192.0.2.1.53 > 192.0.2.53.40000: 4660 2/0/0 A 192.0.2.80, (65)
        """#)
  }
}
