// Numbers from registries, as types.

/// A link-layer header type as libpcap's `pcap_datalink` returns it (DLT_ values of Linux).
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int32
  @inlinable public init(rawValue: Int32) { self.rawValue = rawValue }

  @inlinable public static var null: LinkType { LinkType(rawValue: 0) }
  @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
  @inlinable public static var arcnet: LinkType { LinkType(rawValue: 7) }
  @inlinable public static var ppp: LinkType { LinkType(rawValue: 9) }
  @inlinable public static var fddi: LinkType { LinkType(rawValue: 10) }
  @inlinable public static var raw: LinkType { LinkType(rawValue: 12) }
  @inlinable public static var pppSerial: LinkType { LinkType(rawValue: 50) }
  @inlinable public static var pppEthernet: LinkType { LinkType(rawValue: 51) }
  @inlinable public static var ciscoHDLC: LinkType { LinkType(rawValue: 104) }
  @inlinable public static var frameRelay: LinkType { LinkType(rawValue: 107) }
  @inlinable public static var loop: LinkType { LinkType(rawValue: 108) }
  @inlinable public static var linuxCooked: LinkType { LinkType(rawValue: 113) }
  @inlinable public static var arcnetLinux: LinkType { LinkType(rawValue: 129) }
  @inlinable public static var ipv4: LinkType { LinkType(rawValue: 228) }
  @inlinable public static var ipv6: LinkType { LinkType(rawValue: 229) }
  @inlinable public static var nflog: LinkType { LinkType(rawValue: 239) }
  @inlinable public static var linuxCooked2: LinkType { LinkType(rawValue: 276) }
  @inlinable public static var dsa: LinkType { LinkType(rawValue: 284) }
  @inlinable public static var edsa: LinkType { LinkType(rawValue: 285) }
}

/// An EtherType (IEEE 802, the IANA "IEEE 802 Numbers" registry).
public struct EtherType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  @inlinable public static var ipv4: EtherType { EtherType(rawValue: 0x0800) }
  @inlinable public static var arp: EtherType { EtherType(rawValue: 0x0806) }
  @inlinable public static var reverseARP: EtherType { EtherType(rawValue: 0x8035) }
  @inlinable public static var vlan: EtherType { EtherType(rawValue: 0x8100) }
  @inlinable public static var erspan3: EtherType { EtherType(rawValue: 0x22eb) }
  @inlinable public static var transparentBridging: EtherType { EtherType(rawValue: 0x6558) }
  @inlinable public static var ipv6: EtherType { EtherType(rawValue: 0x86dd) }
  @inlinable public static var ppp: EtherType { EtherType(rawValue: 0x880b) }
  @inlinable public static var mpls: EtherType { EtherType(rawValue: 0x8847) }
  @inlinable public static var mplsMulticast: EtherType { EtherType(rawValue: 0x8848) }
  @inlinable public static var pppoeDiscovery: EtherType { EtherType(rawValue: 0x8863) }
  @inlinable public static var pppoeSession: EtherType { EtherType(rawValue: 0x8864) }
  @inlinable public static var lldp: EtherType { EtherType(rawValue: 0x88cc) }
  @inlinable public static var serviceVLAN: EtherType { EtherType(rawValue: 0x88a8) }
  /// Provider backbone bridging, IEEE 802.1ah.
  @inlinable public static var backbone: EtherType { EtherType(rawValue: 0x88e7) }
  @inlinable public static var vnTag: EtherType { EtherType(rawValue: 0x8926) }
  @inlinable public static var erspan2: EtherType { EtherType(rawValue: 0x88be) }
  @inlinable public static var vlan9100: EtherType { EtherType(rawValue: 0x9100) }
}

/// An IP protocol number (IANA "Assigned Internet Protocol Numbers").
public struct IPProtocol: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  @inlinable public static var hopByHop: IPProtocol { IPProtocol(rawValue: 0) }
  @inlinable public static var icmp: IPProtocol { IPProtocol(rawValue: 1) }
  @inlinable public static var igmp: IPProtocol { IPProtocol(rawValue: 2) }
  @inlinable public static var ipip: IPProtocol { IPProtocol(rawValue: 4) }
  @inlinable public static var tcp: IPProtocol { IPProtocol(rawValue: 6) }
  @inlinable public static var udp: IPProtocol { IPProtocol(rawValue: 17) }
  @inlinable public static var ipv6: IPProtocol { IPProtocol(rawValue: 41) }
  @inlinable public static var routing: IPProtocol { IPProtocol(rawValue: 43) }
  @inlinable public static var fragment: IPProtocol { IPProtocol(rawValue: 44) }
  @inlinable public static var gre: IPProtocol { IPProtocol(rawValue: 47) }
  @inlinable public static var esp: IPProtocol { IPProtocol(rawValue: 50) }
  @inlinable public static var ah: IPProtocol { IPProtocol(rawValue: 51) }
  @inlinable public static var icmpv6: IPProtocol { IPProtocol(rawValue: 58) }
  @inlinable public static var noNext: IPProtocol { IPProtocol(rawValue: 59) }
  @inlinable public static var destinationOptions: IPProtocol { IPProtocol(rawValue: 60) }
  /// Mobility before it had a number of its own; the registry gives this one to another, which nobody uses.
  @inlinable public static var mobilityOld: IPProtocol { IPProtocol(rawValue: 62) }
  @inlinable public static var sctp: IPProtocol { IPProtocol(rawValue: 132) }
  @inlinable public static var mobility: IPProtocol { IPProtocol(rawValue: 135) }
  @inlinable public static var udpLite: IPProtocol { IPProtocol(rawValue: 136) }
  @inlinable public static var mpls: IPProtocol { IPProtocol(rawValue: 137) }
  @inlinable public static var shim6: IPProtocol { IPProtocol(rawValue: 140) }
  @inlinable public static var ethernet: IPProtocol { IPProtocol(rawValue: 143) }
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
