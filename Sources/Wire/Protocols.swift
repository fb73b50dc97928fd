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
    // Applications
    case dns
    case mdns
    case llmnr
    case dhcp
    case dhcpv6
    case ntp
    case tls
    case http
    case quic
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
    case .dns: "dns"
    case .mdns: "mdns"
    case .llmnr: "llmnr"
    case .dhcp: "dhcp"
    case .dhcpv6: "dhcpv6"
    case .ntp: "ntp"
    case .tls: "tls"
    case .http: "http"
    case .quic: "quic"
    }
  }

  /// Who tells the fields of this layer one by one.
  public var describer: Describer? {
    switch self {
    case .none: nil
    case .ethernet: ethernetFields
    case .dns, .mdns, .llmnr: dnsFields
    case .dhcp: dhcpFields
    case .dhcpv6: dhcpv6Fields
    case .ntp: ntpFields
    case .tls: tlsFields
    case .http: httpFields
    case .quic: quicFields
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
    // Applications, by their octets
    mux.recognize(.tcp, by: looksLikeTLS, tls)
    mux.recognize(.tcp, by: looksLikeHTTP, http1)
    mux.recognize(.udp, by: looksLikeQUIC, quic)
    // Applications, by their port and a look at their octets
    mux.handle(.udp(source: 0, destination: 53), dns)
    mux.handle(.udp(source: 0, destination: 5353), mdns)
    mux.handle(.udp(source: 0, destination: 5355), llmnr)
    mux.handle(.tcp(source: 0, destination: 53), dnsOverTCP)
    mux.handle(.tcp(source: 0, destination: 5355), llmnrOverTCP)
    mux.handle(.udp(source: 0, destination: 67), dhcp)
    mux.handle(.udp(source: 0, destination: 68), dhcp)
    mux.handle(.udp(source: 0, destination: 546), dhcpv6)
    mux.handle(.udp(source: 0, destination: 547), dhcpv6)
    mux.handle(.udp(source: 0, destination: 123), ntp)
    return mux
  }()
}
