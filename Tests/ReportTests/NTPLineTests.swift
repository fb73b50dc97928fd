// NTP (RFC 5905): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of NTP (RFC 5905).
@Suite struct NTPLineTests {
  @Test func aClientAsks() {
    let octets = """
      02000000003502000000000108004500004c000140004011b669c0000201c0000235007b007b00386ad2230206140000
      012300000456c0000201e87547008000000000000000000000000000000000000000e875470140000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.123 > 192.0.2.53.123: NTPv4, Client, length 48
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 76)
            192.0.2.1.123 > 192.0.2.53.123: NTPv4, Client, length 48
        \#tLeap indicator:  (0), Stratum 2 (secondary reference), poll 6 (64s), precision 20
        \#tRoot Delay: 0.004440, Root dispersion: 0.016937, Reference-ID: 0xc0000201
        \#t  Reference Timestamp:  3900000000.500000000 (2023-08-02T21:20:00Z)
        \#t  Originator Timestamp: 0.000000000
        \#t  Receive Timestamp:    0.000000000
        \#t  Transmit Timestamp:   3900000001.250000000 (2023-08-02T21:20:01Z)
        \#t    Originator - Receive Timestamp:  0.000000000
        \#t    Originator - Transmit Timestamp: 3900000001.250000000 (2023-08-02T21:20:01Z)
        """#)
  }

  @Test func aServerOfTheFirstStratumAnswers() {
    let octets = """
      020000000035020000000001080045000060000140004011b655c0000201c0000235007b007b004cc94c240106ec0001
      01230000845647505300e875470000000000e875470140000000e875470120000000e875470210000000000000070001
      02030405060708090a0b0c0d0e0f
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.123 > 192.0.2.53.123: NTPv4, Server, length 68
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 96)
            192.0.2.1.123 > 192.0.2.53.123: NTPv4, Server, length 68
        \#tLeap indicator:  (0), Stratum 1 (primary reference), poll 6 (64s), precision -20
        \#tRoot Delay: 1.004440, Root dispersion: 0.516937, Reference-ID: GPS^@
        \#t  Reference Timestamp:  3900000000.000000000 (2023-08-02T21:20:00Z)
        \#t  Originator Timestamp: 3900000001.250000000 (2023-08-02T21:20:01Z)
        \#t  Receive Timestamp:    3900000001.125000000 (2023-08-02T21:20:01Z)
        \#t  Transmit Timestamp:   3900000002.062500000 (2023-08-02T21:20:02Z)
        \#t    Originator - Receive Timestamp:  -0.125000000
        \#t    Originator - Transmit Timestamp: +0.812500000
        \#tKey id: 7
        \#tAuthentication: 000102030405060708090a0b0c0d0e0f
        """#)
  }

  /// RFC 9327.
  @Test func aControlMessageTellsItsStatus() {
    let octets = """
      02000000003502000000000108004500002c000140004011b689c0000201c0000235007b007b001847dd168200010615
      0000000000040a0b0c0d
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.123 > 192.0.2.53.123: NTPv2, Control Message, length 16
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 44)
            192.0.2.1.123 > 192.0.2.53.123: NTPv2, Control Message, length 16
        \#tLeap indicator:  (0), Response, OK, Last, OpCode=2
        \#tSequence=1, Status=0x615, Assoc.=0, Offset=0, Count=4
        \#tTO-BE-DONE: data not interpreted
        """#)
  }

  @Test func aMessageShorterThanItsModeAllowsIsInvalid() {
    let octets = """
      020000000035020000000001080045000044000140004011b671c0000201c0000235007b007b0030da59230206140000
      012300000456c0000201e87547008000000000000000000000000000000000000000
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 68)
            192.0.2.1.123 > 192.0.2.53.123: NTPv4, Client, length 40
        \#tLeap indicator:  (0) (invalid)
        """#)
  }

  @Test func aMessageCutByTheCaptureSaysSo() {
    let octets = """
      02000000003502000000000108004500004c000140004011b669c0000201c0000235007b007b00386ad2230206140000
      012300000456c0000201e87547008000000000000000
      """
    #expect(
      Lines.of(octets, wireLength: 90, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 76)
            192.0.2.1.123 > 192.0.2.53.123: NTPv4, Client, length 48
        \#tLeap indicator:  (0), Stratum 2 (secondary reference), poll 6 (64s), precision 20
        \#tRoot Delay: 0.004440, Root dispersion: 0.016937, Reference-ID: 0xc0000201
        \#t  Reference Timestamp:  3900000000.500000000 (2023-08-02T21:20:00Z) [|ntp]
        """#)
  }
}
