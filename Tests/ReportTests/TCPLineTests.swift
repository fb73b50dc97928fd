// TCP (RFC 9293): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of TCP segments and their options.
@Suite struct TCPLineTests {
  @Test func aHandshakeOpensWithItsOptions() {
    let octets = """
      02000000000202000000000108004500003c608140004006c6240a0a00010a0a00029c4123287ccd59d700000000a002faf0
      d8280000020405b40402080aafc91af5000000000103030a
      """
    #expect(
      Lines.print(octets) == #"""
        IP 10.10.0.1.40001 > 10.10.0.2.9000: Flags [S], seq 2093832663, win 64240, options [mss \#
        1460,sackOK,TS val 2949192437 ecr 0,nop,wscale 10], length 0
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 24705, offset 0, flags [DF], proto TCP (6), length 60)
            10.10.0.1.40001 > 10.10.0.2.9000: Flags [S], cksum 0xd828 (correct), seq 2093832663, win \#
        64240, options [mss 1460,sackOK,TS val 2949192437 ecr 0,nop,wscale 10], length 0
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 2 }) == #"""
        IP (tos 0x0, ttl 64, id 24705, offset 0, flags [DF], proto TCP (6), length 60)
            10.10.0.1.40001 > 10.10.0.2.9000: Flags [S], cksum 0xd828 (correct), seq 2093832663, win \#
        64240, options [mss 1460,sackOK,TS val 2949192437 ecr 0,nop,wscale 10], length 0
        """#)
    #expect(
      Lines.print(octets, { $0.quiet = true }) == #"""
        IP 10.10.0.1.40001 > 10.10.0.2.9000: tcp 0
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 74: 10.10.0.1.40001 > \#
        10.10.0.2.9000: Flags [S], seq 2093832663, win 64240, options [mss 1460,sackOK,TS val 2949192437 \#
        ecr 0,nop,wscale 10], length 0
        """#)
  }

  @Test func everyFlagHasItsLetter() {
    let octets = """
      450000280001400040060000c0000201c0000202c3500050000000010000000050ffffff00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [FSRP.UEW], seq 1, ack 0, win 65535, urg 0, length 0
        """#)
  }

  @Test func noFlagIsNone() {
    let octets = """
      450000280001400040060000c0000201c0000202c350005000000001000000005000ffff00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [none], win 65535, length 0
        """#)
  }

  @Test func blocksOfASelectiveAcknowledgment() {
    let octets = """
      4500003c0001400040060000c0000201c0000202c35000500000000100000000a010ffff0000000001010512000000640000
      00c80000012c00000190
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.], ack 0, win 65535, options [nop,nop,sack 2 \#
        {101:201}{301:401}], length 0
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.absoluteSequence = true }) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.], ack 0, win 65535, options [nop,nop,sack 2 \#
        {100:200}{300:400}], length 0
        """#)
  }

  @Test func fastOpenAsksForACookieOrBringsOne() {
    let octets = """
      450000340001400040060000c0000201c0000202c350005000000001000000008002ffff000000002202220a010203040506
      0708
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [tfo  cookiereq,tfo  \#
        cookie 0102030405060708], length 0
        """#)
  }

  @Test func anExperimentIsNamedByItsNumber() {
    let octets = """
      450000340001400040060000c0000201c0000202c350005000000001000000008002ffff00000000fe04f989fe06acce0001
      0000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [exp-tfo \#
        cookiereq,exp-acce,eol], length 0
        """#)
  }

  @Test func multipathTellsItsSubtype() {
    let octets = """
      450000340001400040060000c0000201c0000202c350005000000001000000008002ffff000000001e0c0081010203040506
      0708
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [mptcp 12 capable v0 csum \#
        {0x102030405060708}], length 0
        """#)
  }

  @Test func multipathMapsDataToTheConnection() {
    let octets = """
      450000400001400040060000c0000201c0000202c35000500000000100000000a018ffff000000001e142005000000010000
      0002000000030004abcd61626364
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:5, ack 0, win 65535, options [mptcp 20 dss \#
        ack 1 seq 2 subseq 3 len 4 csum 0xabcd], length 4: HTTP
        """#)
  }

  @Test func aSubflowJoins() {
    let octets = """
      450000340001400040060000c0000201c0000202c350005000000001000000008002ffff000000001e0c1002aabbccdd1122
      3344
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [mptcp 12 join id 2 token \#
        0xaabbccdd nonce 0x11223344], length 0
        """#)
  }

  @Test func anAddressIsAdded() {
    let octets = """
      450000300001400040060000c0000201c0000202c350005000000001000000007010ffff000000001e083002c0000203
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.], ack 0, win 65535, options [mptcp 8 add-addr v1 id 2 \#
        192.0.2.3], length 0
        """#)
  }

  @Test func anAuthenticatedSegment() {
    let octets = """
      450000380001400040060000c0000201c0000202c350005000000001000000009002ffff000000001d100102010203040506
      0708090a0b0c
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [tcp-ao keyid 1 \#
        rnextkeyid 2 mac 0x0102030405060708090a0b0c], length 0
        """#)
  }

  @Test func aUserTimeoutInMinutes() {
    let octets = """
      450000300001400040060000c0000201c0000202c350005000000001000000007002ffff000000001c04800b1c04000a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [uto 0x800b 983340,uto \#
        0xa 5], length 0
        """#)
  }

  @Test func aTrustedSegmentCannotBeChecked() {
    let octets = """
      4500003c0001400040060000c0000201c0000202c35000500000000100000000a002ffff0000000013120001020304050607
      08090a0b0c0d0e0f0101
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [md5 shared secret not \#
        supplied with -M, can't check - 000102030405060708090a0b0c0d0e0f,nop,nop], length 0
        """#)
  }

  @Test func anUnknownOptionShowsItsOctets() {
    let octets = """
      450000300001400040060000c0000201c0000202c350005000000001000000007002ffff00000000fd04010200000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [unknown-253 0x0102,eol], \#
        length 0
        """#)
  }

  @Test func anOptionThatRunsPastTheHeaderIsBad() {
    let octets = """
      4500002c0001400040060000c0000201c0000202c350005000000001000000006002ffff000000000101050a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [S], seq 1, win 65535, options [nop,nop,[bad opt]]
        """#)
  }

  @Test func anOptionThatTheCaptureCuts() {
    let octets = """
      450000340001400040060000c0000201c0000202c350005000000001000000008010ffff000000000101080a0000
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 52) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.], ack 0, win 65535, options [nop,nop,TS [|tcp]>
        """#)
    #expect(
      Lines.print(octets, link: .raw, wireLength: 52, { $0.dump = .hexASCII(link: false) }) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.], ack 0, win 65535, options [nop,nop,TS [|tcp]>
        \#t0x0000:  4500 0034 0001 4000 4006 0000 c000 0201  E..4..@.@.......
        \#t0x0010:  c000 0202 c350 0050 0000 0001 0000 0000  .....P.P........
        \#t0x0020:  8010 ffff 0000 0000 0101 080a 0000       ..............
        """#)
  }

  @Test func aHeaderLongerThanTheSegmentIsBad() {
    let octets = """
      450000280001400040060000c0000201c0000202c35000500000000100000000f010ffff00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [.] [bad hdr length 60 - too long, > 20]
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.quiet = true }) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: tcp 4294967256 [bad hdr length 60 - too long, > 20]
        """#)
  }

  @Test func aHeaderShorterThanItsMinimumIsBad() {
    let octets = """
      450000280001400040060000c0000201c0000202c350005000000001000000004010ffff00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80:  tcp 4 [bad hdr length 16 - too short, < 20]
        """#)
  }

  @Test func aResetMaySayWhy() {
    let octets = """
      450000310001400040060000c0000201c0000202c350005000000001000000005014ffff00000000676f206177617907e9
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [R.], seq 1:10, ack 0, win 65535, length 9: HTTP
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 49, bad cksum 0 (->b6c2)!)
            192.0.2.1.50000 > 192.0.2.2.80: Flags [R.], cksum 0x0000 (incorrect -> 0x06e8), seq 1:10, ack \#
        0, win 65535, length 9 [RST go away^GM-i]
        """#)
  }

  @Test func anUrgentPointerIsShown() {
    let octets = """
      450000280001400040060000c0000201c0000202c350005000000001000000005038ffff00000000
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.U], ack 0, win 65535, urg 0, length 0
        """#)
  }

  @Test func portsThatTheCaptureCuts() {
    let octets = """
      450000280001400040060000c0000201c0000202c35000
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 40) == #"""
        IP 192.0.2.1 > 192.0.2.2: [|tcp]
        """#)
  }

  @Test func aHeaderThatTheCaptureCuts() {
    let octets = """
      450000280001400040060000c0000201c0000202c3500050000000010000000050
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 40) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80:  [|tcp]
        """#)
  }
}
