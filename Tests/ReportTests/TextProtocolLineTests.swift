// Protocols of text lines: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of HTTP, FTP, SMTP, SIP, RTSP and SSH.
@Suite struct TextProtocolLineTests {
  @Test func aRequestShowsItsFirstLine() {
    let octets = """
      450000440001400040060000c0000201c0000202c350005000000001000000005018ffff00000000474554202f6120485454
      502f312e310d0a486f73743a20610d0a0d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:29, ack 0, win 65535, length 28: HTTP: GET \#
        /a HTTP/1.1
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 68, bad cksum 0 (->b6af)!)
            192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], cksum 0x0000 (incorrect -> 0x4dd2), seq 1:29, ack \#
        0, win 65535, length 28: HTTP, length: 28
        \#tGET /a HTTP/1.1
        \#tHost: a
        \#t
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.quiet = true }) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: tcp 28
        """#)
  }

  @Test func anAnswerShowsItsFirstLine() {
    let octets = """
      4500003b0001400040060000c0000201c0000202c350005000000001000000005018ffff00000000485454502f312e312032
      3030204f4b0d0a0d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:20, ack 0, win 65535, length 19: HTTP: \#
        HTTP/1.1 200 OK
        """#)
  }

  @Test func aBodyIsNotShown() {
    let octets = """
      450000380001400040060000c0000201c0000202c350005000000001000000005018ffff000000006a75737420736f6d6520
      626f64790d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:17, ack 0, win 65535, length 16: HTTP
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 56, bad cksum 0 (->b6bb)!)
            192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], cksum 0x0000 (incorrect -> 0xc139), seq 1:17, ack \#
        0, win 65535, length 16: HTTP
        """#)
  }

  @Test func aLineThatGoesOnInTheNextSegmentIsCut() {
    let octets = """
      450000370001400040060000c0000201c0000202c350005000000001000000005018ffff00000000474554202f6120485454
      502f312e31
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:16, ack 0, win 65535, length 15: HTTP: GET \#
        /a HTTP/1.1 [|http]
        """#)
  }

  @Test func aLineThatTheCaptureCutsIsNotShown() {
    let octets = """
      450000390001400040060000c0000201c0000202c350005000000001000000005018ffff00000000474554202f6120485454
      502f31
      """
    #expect(
      Lines.print(octets, link: .raw, wireLength: 57) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:18, ack 0, win 65535, length 17: HTTP [|http]
        """#)
  }

  @Test func binaryBehindARequestIsNotShown() {
    let octets = """
      450000330001400040060000c0000201c0000202c350005000000001000000005018ffff0000000047455420011b5b324a0d
      0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], seq 1:12, ack 0, win 65535, length 11: HTTP
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 51, bad cksum 0 (->b6c0)!)
            192.0.2.1.50000 > 192.0.2.2.80: Flags [P.], cksum 0x0000 (incorrect -> 0x1c5c), seq 1:12, ack \#
        0, win 65535, length 11: HTTP, length: 11
        """#)
  }

  @Test func anySipRequest() {
    let octets = """
      4500003d0001400040110000c0000201c000020213c413c400290000494e56495445207369703a614062205349502f322e30
      0d0a546f3a20610d0a0d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.5060 > 192.0.2.2.5060: SIP: INVITE sip:a@b SIP/2.0
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 61, bad cksum 0 (->b6ab)!)
            192.0.2.1.5060 > 192.0.2.2.5060: SIP, length: 33
        \#tINVITE sip:a@b SIP/2.0
        \#tTo: a
        \#t
        """#)
  }

  @Test func anFtpAnswer() {
    let octets = """
      450000330001400040060000c0000201c0000202c350001500000001000000005018ffff000000003232302072656164790d
      0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.21: Flags [P.], seq 1:12, ack 0, win 65535, length 11: FTP: 220 \#
        ready
        """#)
    #expect(
      Lines.print(octets, link: .raw, { $0.verbosity = 1 }) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 51, bad cksum 0 (->b6c0)!)
            192.0.2.1.50000 > 192.0.2.2.21: Flags [P.], cksum 0x0000 (incorrect -> 0xaf2d), seq 1:12, ack \#
        0, win 65535, length 11: FTP, length: 11
        \#t220 ready
        """#)
  }

  @Test func aMailServerGreets() {
    let octets = """
      450000310001400040060000c0000201c0000202c350001900000001000000005018ffff00000000323230206d61696c0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.25: Flags [P.], seq 1:10, ack 0, win 65535, length 9: SMTP: 220 \#
        mail
        """#)
  }

  @Test func aStreamIsDescribed() {
    let octets = """
      450000440001400040060000c0000201c0000202c350022a00000001000000005018ffff0000000044455343524942452072
      7473703a2f2f6120525453502f312e300d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.554: Flags [P.], seq 1:29, ack 0, win 65535, length 28: RTSP: \#
        DESCRIBE rtsp://a RTSP/1.0
        """#)
  }

  @Test func sshNamesItsVersion() {
    let octets = """
      4500003d0001400040060000c0000201c0000202c350001600000001000000005018ffff000000005353482d322e302d4f70
      656e5353485f392e320d0a
      """
    #expect(
      Lines.print(octets, link: .raw) == #"""
        IP 192.0.2.1.50000 > 192.0.2.2.22: Flags [P.], seq 1:22, ack 0, win 65535, length 21: SSH: \#
        SSH-2.0-OpenSSH_9.2
        """#)
  }
}
