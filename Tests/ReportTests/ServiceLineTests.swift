// TFTP, syslog and HSRP: octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of TFTP, syslog and HSRP.
@Suite struct ServiceLineTests {
  /// TFTP, RFC 2347.
  @Test func aFileIsAskedForWithOptions() {
    let octets = """
      02000000003502000000000108004500003d000140004011b678c0000201c00002359c400045002955800001626f6f74
      2f1b696d616765006f6374657400626c6b73697a65003134333200
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.40000 > 192.0.2.53.69: TFTP, length 33, RRQ "boot/^[image" octet blksize 1432
        """#)
  }

  @Test func aFileIsNotThere() {
    let octets = """
      02000000003502000000000108004500002d000140004011b688c0000201c000023500459c4000199fc4000500016e6f
      20737563682066696c6500
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.69 > 192.0.2.53.40000: TFTP, length 17, ERROR ENOTFOUND "no such file"
        """#)
  }

  /// Syslog, RFC 3164. Its text at `-v`, made visible.
  @Test func aMachineLogsAWarning() {
    let octets = """
      02000000003502000000000108004500002e000140004011b687c0000201c000023502020202001ad77d3c33343e7375
      3a201b5b316d6661696c6564
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.514 > 192.0.2.53.514: SYSLOG auth.critical, length: 18
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 46)
            192.0.2.1.514 > 192.0.2.53.514: SYSLOG, length: 18
        \#tFacility auth (4), Severity critical (2)
        \#tMsg: su: ^[[1mfailed
        """#)
  }

  @Test func aPriorityWithoutItsBracketIsInvalid() {
    let octets = """
      020000000035020000000001080045000029000140004011b68cc0000201c00002350202020200155c7233342073753a
      206661696c6564
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.514 > 192.0.2.53.514:  (invalid)
        """#)
  }

  /// HSRP, RFC 2281.
  @Test func aRouterIsOnStandby() {
    let octets = """
      02000000003502000000000108004500003000014000401198b8c0000201e000000207c107c1001c31fd000008030a64
      0100636973636f000000c00002fe
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.1.1985 > 224.0.0.2.1985: HSRPv0-hello 20: state=standby group=1 addr=192.0.2.254
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 48)
            192.0.2.1.1985 > 224.0.0.2.1985: HSRPv0-hello 20: state=standby group=1 addr=192.0.2.254 \#
        hellotime=3s holdtime=10s priority=100 auth="cisco"
        """#)
  }
}
