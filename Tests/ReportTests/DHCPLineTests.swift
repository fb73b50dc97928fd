// BOOTP and DHCP (RFC 2131): octets, and the lines that tcpdump 4.99.3 prints for them.

import Report
import Testing

/// Lines of BOOTP and DHCP (RFC 2131).
@Suite struct DHCPLineTests {
  @Test func aClientLooksForAServer() {
    let octets = """
      02000000003502000000000108004500012d00014000401139c000000000ffffffff004400430119eff7010106001234
      567800008000000000000000000000000000000000000200000000010000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      0000000000000000000000000000000000000000000000000000000000000000000000000000638253633501013d0701
      0200000000010c04686f7374370401030679ff0000000000000000
      """
    #expect(
      Lines.of(octets) == #"""
        IP 0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 273
        """#)
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 301)
            0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 273, \#
        xid 0x12345678, Flags [Broadcast]
        \#t  Client-Ethernet-Address 02:00:00:00:00:01
        \#t  Vendor-rfc1048 Extensions
        \#t    Magic Cookie 0x63825363
        \#t    DHCP-Message (53), length 1: Discover
        \#t    Client-ID (61), length 7: ether 02:00:00:00:00:01
        \#t    Hostname (12), length 4: "host"
        \#t    Parameter-Request (55), length 4: 
        \#t      Subnet-Mask (1), Default-Gateway (3), Domain-Name-Server (6), Classless-Static-Route (121)
        """#)
    #expect(
      Lines.of(octets, verbosity: 3) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 301)
            0.0.0.0.68 > 255.255.255.255.67: [udp sum ok] BOOTP/DHCP, Request from 02:00:00:00:00:01, \#
        length 273, xid 0x12345678, Flags [Broadcast] (0x8000)
        \#t  Client-Ethernet-Address 02:00:00:00:00:01
        \#t  Vendor-rfc1048 Extensions
        \#t    Magic Cookie 0x63825363
        \#t    DHCP-Message (53), length 1: Discover
        \#t    Client-ID (61), length 7: ether 02:00:00:00:00:01
        \#t    Hostname (12), length 4: "host"
        \#t    Parameter-Request (55), length 4: 
        \#t      Subnet-Mask (1), Default-Gateway (3), Domain-Name-Server (6), Classless-Static-Route (121)
        \#t    END (255), length 0
        \#t    PAD (0), length 0, occurs 8
        """#)
  }

  /// Its address for a lease time; routes to networks of any size (RFC 3442).
  @Test func aServerGrantsALease() {
    let octets = """
      02000000003502000000000108004500014e000140004011b558c0000235c000021000430044013a4567020106001234
      56780000000000000000c0000210c0000235000000000200000000010000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000626f6f742f1b696d61676500000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      0000000000000000000000000000000000000000000000000000000000000000000000000000638253633501053604c0
      000235330400000e100104ffffff000304c00002fe0608c0000235c00002360f0b6578616d706c652e636f6d790d18c0
      0002c00002fe00c00002feff
      """
    #expect(
      Lines.of(octets) == #"""
        IP 192.0.2.53.67 > 192.0.2.16.68: BOOTP/DHCP, Reply, length 306
        """#)
    #expect(
      Lines.of(octets, verbosity: 2) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 334)
            192.0.2.53.67 > 192.0.2.16.68: [udp sum ok] BOOTP/DHCP, Reply, length 306, xid 0x12345678, \#
        Flags [none] (0x0000)
        \#t  Your-IP 192.0.2.16
        \#t  Server-IP 192.0.2.53
        \#t  Client-Ethernet-Address 02:00:00:00:00:01
        \#t  file "boot/^[image"
        \#t  Vendor-rfc1048 Extensions
        \#t    Magic Cookie 0x63825363
        \#t    DHCP-Message (53), length 1: ACK
        \#t    Server-ID (54), length 4: 192.0.2.53
        \#t    Lease-Time (51), length 4: 3600
        \#t    Subnet-Mask (1), length 4: 255.255.255.0
        \#t    Default-Gateway (3), length 4: 192.0.2.254
        \#t    Domain-Name-Server (6), length 8: 192.0.2.53,192.0.2.54
        \#t    Domain-Name (15), length 11: "example.com"
        \#t    Classless-Static-Route (121), length 13: (192.0.2.0/24:192.0.2.254),(default:192.0.2.254)
        """#)
  }

  /// RFC 3046. An unknown option is guessed by its length.
  @Test func aRelayAddsWhereTheClientIs() {
    let octets = """
      02000000003502000000000108004500012b000140004011b58ac0000201c0000235004300430117945f010106001234
      567800000000000000000000000000000000c00002010200000000010000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000063825363350103520a01
      046574683009020a0be002123451060100006162632e0103ff
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 299)
            192.0.2.1.67 > 192.0.2.53.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 271, xid \#
        0x12345678, Flags [none]
        \#t  Gateway-IP 192.0.2.1
        \#t  Client-Ethernet-Address 02:00:00:00:00:01
        \#t  Vendor-rfc1048 Extensions
        \#t    Magic Cookie 0x63825363
        \#t    DHCP-Message (53), length 1: Request
        \#t    Agent-Information (82), length 10: 
        \#t      Circuit-ID SubOption 1, length 4: eth0
        \#t      Unknown SubOption 9, length 2: 
        \#t\#t0x0000:  0a0b
        \#t    Unknown (224), length 2: 4660
        \#t    FQDN (81), length 6: [S] "abc"
        \#t    Netbios-Node (46), length 1: #3
        """#)
  }

  @Test func beforeOptionsThereWasCarnegieMellon() {
    let octets = """
      020000000035020000000001080045000130000140004011b585c0000201c000023500440043011cabfc010106001234
      567800000000000000000000000000000000000000000200000000010000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      0000000000000000000000000000000000000000000000000000000000000000000000000000434d550001000000ffff
      ff00c00002fe000000000000000000000000000000000000000000000000
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 304)
            192.0.2.1.68 > 192.0.2.53.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 276, xid \#
        0x12345678, Flags [none]
        \#t  Client-Ethernet-Address 02:00:00:00:00:01 vend-cmu DG:192.0.2.254 SM:255.255.255.0
        """#)
  }

  @Test func anOptionThatRunsOutIsCut() {
    let octets = """
      020000000035020000000001080045000116000140004011b59fc0000201c00002350044004301021f34010106001234
      567800000000000000000000000000000000000000000200000000010000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
      0000000000000000000000000000000000000000000000000000000000000000000000000000638253633501010c2073
      686f7274
      """
    #expect(
      Lines.of(octets, verbosity: 1) == #"""
        IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 278)
            192.0.2.1.68 > 192.0.2.53.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 250, xid \#
        0x12345678, Flags [none]
        \#t  Client-Ethernet-Address 02:00:00:00:00:01
        \#t  Vendor-rfc1048 Extensions
        \#t    Magic Cookie 0x63825363
        \#t    DHCP-Message (53), length 1: Discover
        \#t    Hostname (12), length 32:  [|bootp]
        """#)
  }
}
