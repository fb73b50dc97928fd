// Numbers from registries, as types.

/// A link-layer header type as libpcap's `pcap_datalink` returns it (DLT_ values of Linux).
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public var rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  public static let ppp = LinkType(rawValue: 9)
  public static let raw = LinkType(rawValue: 12)
  public static let pppSerial = LinkType(rawValue: 50)
  public static let pppEthernet = LinkType(rawValue: 51)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let linuxCooked2 = LinkType(rawValue: 276)
}

/// An EtherType (IEEE 802, the IANA "IEEE 802 Numbers" registry).
public struct EtherType: RawRepresentable, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let ipv4 = EtherType(rawValue: 0x0800)
  public static let arp = EtherType(rawValue: 0x0806)
  public static let reverseARP = EtherType(rawValue: 0x8035)
  public static let vlan = EtherType(rawValue: 0x8100)
  public static let ipv6 = EtherType(rawValue: 0x86dd)
  public static let mpls = EtherType(rawValue: 0x8847)
  public static let mplsMulticast = EtherType(rawValue: 0x8848)
  public static let pppoeDiscovery = EtherType(rawValue: 0x8863)
  public static let pppoeSession = EtherType(rawValue: 0x8864)
  public static let serviceVLAN = EtherType(rawValue: 0x88a8)
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
  public static let sctp = IPProtocol(rawValue: 132)
}
