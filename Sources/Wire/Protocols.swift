// The list: every protocol we know, its name, who tells its fields, and who announces it. A new protocol adds a line to each.

extension Layer {
  /// The protocols.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case none
    // Link
    case ethernet
    case llc
    case snap
    case vlan
    case mpls
    case pseudowire
    case pppoe
    case ppp
    case ciscoHDLC
    case linuxCooked
    case linuxCooked2
    case loopback
    // Network
    case arp
    case ipv4
    case ipv6
    case hopByHop
    case routing
    case fragment
    case destinationOptions
    case ah
    case esp
    case mobility
    case shim6
    case icmp
    case icmpv6
    case igmp
    // Transport
    case tcp
    case udp
    case udpLite
    case sctp
    // Tunnels
    case gre
    case erspan
    case vxlan
    case geneve
    case teredo
    case gtpu
  }
}

extension Layer.Kind {
  /// Lower snake case, as Wireshark and Zeek call the protocol where they agree.
  public var name: StaticString {
    switch self {
    case .none: "frame"
    case .ethernet: "ethernet"
    case .llc: "llc"
    case .snap: "snap"
    case .vlan: "vlan"
    case .mpls: "mpls"
    case .pseudowire: "pseudowire"
    case .pppoe: "pppoe"
    case .ppp: "ppp"
    case .ciscoHDLC: "chdlc"
    case .linuxCooked: "sll"
    case .linuxCooked2: "sll2"
    case .loopback: "null"
    case .arp: "arp"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .hopByHop: "ipv6_hop_by_hop"
    case .routing: "ipv6_routing"
    case .fragment: "ipv6_fragment"
    case .destinationOptions: "ipv6_destination_options"
    case .ah: "ah"
    case .esp: "esp"
    case .mobility: "mobility"
    case .shim6: "shim6"
    case .icmp: "icmp"
    case .icmpv6: "icmp6"
    case .igmp: "igmp"
    case .tcp: "tcp"
    case .udp: "udp"
    case .udpLite: "udplite"
    case .sctp: "sctp"
    case .gre: "gre"
    case .erspan: "erspan"
    case .vxlan: "vxlan"
    case .geneve: "geneve"
    case .teredo: "teredo"
    case .gtpu: "gtpu"
    }
  }

  /// Who tells the fields of this layer one by one.
  public var describer: Describer? {
    switch self {
    case .none: nil
    case .ethernet: ethernetFields
    default: nil
    }
  }
}

extension Mux {
  /// Every dissector in its place.
  public static let standard: Mux = {
    var mux = Mux()
    // Link
    mux.handle(.link(.ethernet), ethernet)
    // Network
    mux.handle(.etherType(.ipv4), ipv4)
    // Transport
    mux.handle(.ipProtocol(.tcp), tcp)
    return mux
  }()
}
