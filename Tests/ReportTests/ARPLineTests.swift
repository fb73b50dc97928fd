// ARP (RFC 826): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing
import Wire

/// Lines of ARP and its relatives.
@Suite struct ARPLineTests {
  @Test func aRequestAsksForAnAddress() {
    let octets = """
      ffffffffffff020000000001080600010800060400010200000000010a0a00010000000000000a0a00fe
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Request who-has 10.10.0.254 tell 10.10.0.1, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        ARP, Ethernet (len 6), IPv4 (len 4), Request who-has 10.10.0.254 tell 10.10.0.1, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has \#
        10.10.0.254 tell 10.10.0.1, length 28
        """#)
  }

  @Test func aReplyTellsTheAddress() {
    let octets = """
      020000000001020000000111080600010800060400020200000001110a0a00fe0200000000010a0a0001
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Reply 10.10.0.254 is-at 02:00:00:00:01:11, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        ARP, Ethernet (len 6), IPv4 (len 4), Reply 10.10.0.254 is-at 02:00:00:00:01:11, length 28
        """#)
    #expect(
      Lines.print(octets, { $0.linkHeader = true }) == #"""
        02:00:00:00:01:11 > 02:00:00:00:00:01, ethertype ARP (0x0806), length 42: Reply 10.10.0.254 is-at \#
        02:00:00:00:01:11, length 28
        """#)
  }

  @Test func anAddressOfAnUnknownProtocolIsNotGuessed() {
    let octets = """
      ffffffffffff0200000000010806000188b5060200010200000000010a000000000000000b00
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Ethernet (len 6), Unknown Protocol (0x88b5) (len 2), length 24
        """#)
    #expect(
      Lines.print(octets, { $0.verbosity = 1 }) == #"""
        ARP, Ethernet (len 6), Unknown Protocol (0x88b5) (len 2), Request who-has <wrong proto type> tell \#
        <wrong proto type>, length 24
        """#)
  }

  @Test func anUnknownOperationShowsItsOctets() {
    let octets = """
      ffffffffffff02000000000108060001080006040099020000000001c0000201000000000000c0000202
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Unknown (153) 
        \#t0x0000:  0001 0800 0604 0099 0200 0000 0001 c000  ................
        \#t0x0010:  0201 0000 0000 0000 c000 0202            ............
        """#)
    #expect(
      Lines.print(octets, { $0.dump = .hexASCII(link: false) }) == #"""
        ARP, Unknown (153) 
        \#t0x0000:  0001 0800 0604 0099 0200 0000 0001 c000  ................
        \#t0x0010:  0201 0000 0000 0000 c000 0202            ............
        \#t0x0000:  0001 0800 0604 0099 0200 0000 0001 c000  ................
        \#t0x0010:  0201 0000 0000 0000 c000 0202            ............
        """#)
  }

  @Test func aTargetThatIsKnownIsShown() {
    let octets = """
      ffffffffffff02000000000108060001080006040001020000000001c0000201020000000002c0000202
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Request who-has 192.0.2.2 (02:00:00:00:00:02) tell 192.0.2.1, length 28
        """#)
  }

  @Test func areverseRequestHasNoProtocolAddress() {
    let octets = """
      ffffffffffff020000000001803500010800060400030200000000010000000002000000000100000000
      """
    #expect(
      Lines.print(octets) == #"""
        ARP, Reverse Request who-is 02:00:00:00:00:01 tell 02:00:00:00:00:01, length 28
        """#)
  }
}
