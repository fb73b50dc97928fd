// Numbers from registries, as types.

/// A link-layer header type as libpcap's `pcap_datalink` returns it (DLT_ values of Linux).
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  public static let arcnet = LinkType(rawValue: 7)
  public static let ppp = LinkType(rawValue: 9)
  public static let fddi = LinkType(rawValue: 10)
  public static let raw = LinkType(rawValue: 12)
  public static let pppSerial = LinkType(rawValue: 50)
  public static let pppEthernet = LinkType(rawValue: 51)
  public static let ciscoHDLC = LinkType(rawValue: 104)
  public static let frameRelay = LinkType(rawValue: 107)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let arcnetLinux = LinkType(rawValue: 129)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let nflog = LinkType(rawValue: 239)
  public static let linuxCooked2 = LinkType(rawValue: 276)
  public static let dsa = LinkType(rawValue: 284)
  public static let edsa = LinkType(rawValue: 285)
}

/// An EtherType (IEEE 802, the IANA "IEEE 802 Numbers" registry).
public struct EtherType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let ipv4 = EtherType(rawValue: 0x0800)
  public static let arp = EtherType(rawValue: 0x0806)
  public static let reverseARP = EtherType(rawValue: 0x8035)
  public static let vlan = EtherType(rawValue: 0x8100)
  public static let erspan3 = EtherType(rawValue: 0x22eb)
  public static let transparentBridging = EtherType(rawValue: 0x6558)
  public static let ipv6 = EtherType(rawValue: 0x86dd)
  public static let ppp = EtherType(rawValue: 0x880b)
  public static let mpls = EtherType(rawValue: 0x8847)
  public static let mplsMulticast = EtherType(rawValue: 0x8848)
  public static let pppoeDiscovery = EtherType(rawValue: 0x8863)
  public static let pppoeSession = EtherType(rawValue: 0x8864)
  public static let lldp = EtherType(rawValue: 0x88cc)
  public static let serviceVLAN = EtherType(rawValue: 0x88a8)
  /// Provider backbone bridging, IEEE 802.1ah.
  public static let backbone = EtherType(rawValue: 0x88e7)
  public static let vnTag = EtherType(rawValue: 0x8926)
  public static let erspan2 = EtherType(rawValue: 0x88be)
  public static let vlan9100 = EtherType(rawValue: 0x9100)
}

/// An IP protocol number (IANA "Assigned Internet Protocol Numbers").
public struct IPProtocol: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let hopByHop = IPProtocol(rawValue: 0)
  public static let icmp = IPProtocol(rawValue: 1)
  public static let igmp = IPProtocol(rawValue: 2)
  public static let ipip = IPProtocol(rawValue: 4)
  public static let tcp = IPProtocol(rawValue: 6)
  public static let udp = IPProtocol(rawValue: 17)
  public static let ipv6 = IPProtocol(rawValue: 41)
  public static let routing = IPProtocol(rawValue: 43)
  public static let fragment = IPProtocol(rawValue: 44)
  public static let gre = IPProtocol(rawValue: 47)
  public static let esp = IPProtocol(rawValue: 50)
  public static let ah = IPProtocol(rawValue: 51)
  public static let icmpv6 = IPProtocol(rawValue: 58)
  public static let noNext = IPProtocol(rawValue: 59)
  public static let destinationOptions = IPProtocol(rawValue: 60)
  /// Mobility before it had a number of its own; the registry gives this one to another, which nobody uses.
  public static let mobilityOld = IPProtocol(rawValue: 62)
  public static let sctp = IPProtocol(rawValue: 132)
  public static let mobility = IPProtocol(rawValue: 135)
  public static let udpLite = IPProtocol(rawValue: 136)
  public static let mpls = IPProtocol(rawValue: 137)
  public static let shim6 = IPProtocol(rawValue: 140)
  public static let ethernet = IPProtocol(rawValue: 143)
}

extension EtherType {
  /// What the registry calls it; empty when we know no name.
  public var name: StaticString {
    switch rawValue {
    case 0x0800: "IPv4"
    case 0x0806: "ARP"
    case 0x0842: "Wake-on-LAN"
    case 0x22eb: "ERSPAN III"
    case 0x22f0: "AVTP"
    case 0x22f3: "TRILL"
    case 0x6003: "DECnet"
    case 0x6558: "transparent Ethernet bridging"
    case 0x8035: "RARP"
    case 0x809b: "AppleTalk"
    case 0x80f3: "AppleTalk ARP"
    case 0x8100: "VLAN"
    case 0x8137: "IPX"
    case 0x86dd: "IPv6"
    case 0x8808: "Ethernet flow control"
    case 0x8809: "slow protocols (LACP)"
    case 0x880b: "PPP"
    case 0x8847: "MPLS"
    case 0x8848: "MPLS multicast"
    case 0x8863: "PPPoE discovery"
    case 0x8864: "PPPoE session"
    case 0x888e: "EAPOL"
    case 0x88a8: "service VLAN"
    case 0x88be: "ERSPAN II"
    case 0x88cc: "LLDP"
    case 0x88e5: "MACsec"
    case 0x88f7: "PTP"
    case 0x8902: "connectivity fault management"
    case 0x88e7: "provider backbone bridging"
    case 0x8906: "Fibre Channel over Ethernet"
    case 0x8909: "Cisco metadata"
    case 0x894f: "NSH"
    case 0x9000: "loopback test"
    case 0x9100: "VLAN (0x9100)"
    default: ""
    }
  }
}

extension IPProtocol {
  /// What the registry calls it; empty when we know no name.
  public var name: StaticString {
    switch rawValue {
    case 0: "hop-by-hop options"
    case 1: "ICMP"
    case 2: "IGMP"
    case 4: "IPv4"
    case 6: "TCP"
    case 8: "EGP"
    case 9: "IGP"
    case 17: "UDP"
    case 27: "RDP"
    case 33: "DCCP"
    case 41: "IPv6"
    case 43: "routing header"
    case 44: "fragment header"
    case 46: "RSVP"
    case 47: "GRE"
    case 50: "ESP"
    case 51: "AH"
    case 58: "ICMPv6"
    case 59: "no next header"
    case 60: "destination options"
    case 88: "EIGRP"
    case 89: "OSPF"
    case 94: "IPIP"
    case 97: "EtherIP"
    case 103: "PIM"
    case 108: "IPComp"
    case 112: "VRRP"
    case 115: "L2TP"
    case 132: "SCTP"
    case 135: "mobility header"
    case 136: "UDP-Lite"
    case 137: "MPLS"
    case 139: "HIP"
    case 140: "Shim6"
    case 143: "Ethernet"
    case 253, 254: "experiment"
    default: ""
    }
  }
}
