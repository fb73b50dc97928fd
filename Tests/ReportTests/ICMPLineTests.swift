// ICMP (RFC 792): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of ICMP (RFC 792).
@Suite struct ICMPLineTests {
  @Test func anEchoHasAnIdentifierAndASequence() {
    let octets = """
      02000000003502000000000108004500002c000140004001b699c0000201c00002350800bf6f004d0003000102030405
      060708090a0b0c0d0e0f
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP echo request, id 77, seq 3, length 24
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 44)
            192.0.2.1 > 192.0.2.53: ICMP echo request, id 77, seq 3, length 24
        """#)
  }

  @Test func anUnreachablePortIsNamedAndThePacketQuoted() {
    let octets = """
      02000000003502000000000108004500003c000140004001b689c0000201c00002350303ff4400000000450000200001
      40004011b695c0000235c00002019c40829a000c000070696e67
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP 192.0.2.1 udp port 33434 unreachable, length 40
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 60)
            192.0.2.1 > 192.0.2.53: ICMP 192.0.2.1 udp port 33434 unreachable, length 40
        \#tIP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32)
            192.0.2.53.40000 > 192.0.2.1.33434: UDP, length 4
        """#)
  }

  /// RFC 1191.
  @Test func aPacketThatHadToBeFragmentedTellsTheMTU() {
    let octets = """
      02000000003502000000000108004500003c000140004001b689c0000201c00002350304f999000005aa450000200001
      40004011b695c0000235c00002019c40829a000c000070696e67
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP 192.0.2.1 unreachable - need to frag (mtu 1450), length 40
        """#)
  }

  @Test func aRedirectNamesTheGateway() {
    let octets = """
      02000000003502000000000108004500003c000140004001b689c0000201c000023505013a48c00002fe450000200001
      40004011b695c0000235c00002019c40829a000c000070696e67
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP redirect 192.0.2.1 to host 192.0.2.254, length 40
        """#)
  }

  @Test func timeIsExceededInTransit() {
    let octets = """
      02000000003502000000000108004500003c000140004001b689c0000201c00002350b00f74700000000450000200001
      40004011b695c0000235c00002019c40829a000c000070696e67
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP time exceeded in-transit, length 40
        """#)
  }

  /// RFC 4884, RFC 4950.
  @Test func labelsOfMPLSStandBehindTheQuotedPacket() {
    let octets = """
      0200000000350200000000010800450000b0000140004001b615c0000201c00002350b00f72700200000450000200001
      40004011b695c0000235c00002019c40829a000c000070696e6700000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      0000000000000000000000000000000000000000000000000000200084b50008010149300b010008020201020304
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 176)
            192.0.2.1 > 192.0.2.53: ICMP time exceeded in-transit, length 156
        \#tIP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 32)
            192.0.2.53.40000 > 192.0.2.1.33434: UDP, length 4
        \#tICMP Multi-Part extension v2, checksum 0x84b5 (correct), length 20
        \#t  MPLS Stack Entry Object (1), Class-Type: 1, length 8
        \#t    label 299776, tc 5, [S], ttl 1
        \#t  Interface Identification Object (2), Class-Type: 2, length 8
        \#t    0x0000:  0102 0304
        """#)
  }

  @Test func aClockIsAskedAndAnswers() {
    let octets = """
      020000000035020000000001080045000028000140004001b69dc0000201c00002350e0032460001000202b32c9502b3
      2c9605265bff
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP time stamp reply id 1 seq 2: org 12:34:56.789, recv \#
        12:34:56.790, xmit 23:59:59.999, length 20
        """#)
  }

  @Test func aDayMayHaveMoreThan99Hours() {
    let octets = """
      020000000035020000000001080045000028000140004001b69dc0000201c00002350e00b28700010003ffffffff0000
      0000157529ff
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP time stamp reply id 1 seq 3: org 1193:02:47.295, recv \#
        00:00:00.000, xmit 99:59:59.999, length 20
        """#)
  }

  /// RFC 1256. After 163 characters.
  @Test func routersBeyondTheRoomOfALineAreCutOff() {
    let octets = """
      02000000003502000000000108004500006c000140004001b659c0000201c00002350900819b0a0207080a0000000000
      00000a000001000000010a000002000000020a000003000000030a000004000000040a000005000000050a0000060000
      00060a000007000000070a000008000000080a00000900000009
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53: ICMP router advertisement lifetime 30:00 10: {10.0.0.0 0} {10.0.0.1 \#
        1} {10.0.0.2 2} {10.0.0.3 3} {10.0.0.4 4} {10.0.0.5 5} {10.0.0.6 6} {10.0.0.7 7} {10.0.0.8 8} \#
        {10.0., length 88
        """#)
  }

  @Test func aWrongChecksumIsShownWithTheRightOne() {
    let octets = """
      020000000035020000000001080045000024000140004001b6a1c0000201c00002350800f7af004d0003000000000000
      0001
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 36)
            192.0.2.1 > 192.0.2.53: ICMP echo request, id 77, seq 3, length 16 (wrong icmp cksum f7af \#
        (->f7ae)!)
        """#)
  }

  @Test func anErrorThatQuotesNoWholeHeaderIsCut() {
    let octets = """
      02000000003502000000000108004500002c000140004001b699c0000201c00002350300bf0100000000450000200001
      40004011b695c0000235
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1 > 192.0.2.53:  [|icmp]
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto ICMP (1), length 44)
            192.0.2.1 > 192.0.2.53:  [|icmp]
        """#)
  }
}
