// The list: every protocol we know, its name, who tells its fields, and who announces it. A new protocol adds
// a line to each.

extension Layer {
  /// The protocols.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case none
    // Link
    case ethernet
    case llc
    case snap
    case vlan
    case backbone
    case vnTag
    case mpls
    case pseudowire
    case pppoe
    case ppp
    case ciscoHDLC
    case linuxCooked
    case linuxCooked2
    case loopback
    case fddi
    case frameRelay
    case nflog
    case arcnet
    case arcnetLinux
    case dsa
    case edsa
    // Network
    case lldp
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
    case .backbone: "ieee8021ah"
    case .vnTag: "vntag"
    case .mpls: "mpls"
    case .pseudowire: "pseudowire"
    case .pppoe: "pppoe"
    case .ppp: "ppp"
    case .ciscoHDLC: "chdlc"
    case .linuxCooked: "sll"
    case .linuxCooked2: "sll2"
    case .loopback: "null"
    case .fddi: "fddi"
    case .frameRelay: "fr"
    case .nflog: "nflog"
    case .arcnet: "arcnet"
    case .arcnetLinux: "arcnet_linux"
    case .dsa: "dsa"
    case .edsa: "edsa"
    case .lldp: "lldp"
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
    case .llc: llcFields
    case .snap: snapFields
    case .vlan: vlanFields
    case .backbone: backboneFields
    case .vnTag: vnTagFields
    case .mpls: mplsFields
    case .pseudowire: pseudowireFields
    case .pppoe: pppoeFields
    case .ppp: pppFields
    case .ciscoHDLC: ciscoHDLCFields
    case .linuxCooked: linuxCookedFields
    case .linuxCooked2: linuxCooked2Fields
    case .loopback: loopbackFields
    case .fddi: fddiFields
    case .frameRelay: frameRelayFields
    case .nflog: nflogFields
    case .arcnet: arcnetFields
    case .arcnetLinux: arcnetLinuxFields
    case .dsa: dsaFields
    case .edsa: edsaFields
    case .lldp: lldpFields
    case .arp: arpFields
    case .ipv4: ipv4Fields
    case .ipv6: ipv6Fields
    case .hopByHop, .destinationOptions: ipv6OptionFields
    case .routing: routingFields
    case .fragment: fragmentFields
    case .ah: ahFields
    case .esp: espFields
    case .mobility: mobilityFields
    case .shim6: shim6Fields
    case .icmp: icmpFields
    case .icmpv6: icmpv6Fields
    case .igmp: igmpFields
    case .tcp: tcpFields
    case .udp: udpFields
    case .udpLite: udpLiteFields
    case .sctp: sctpFields
    case .gre: greFields
    case .erspan: erspanFields
    case .vxlan: vxlanFields
    case .geneve: geneveFields
    case .teredo: teredoFields
    case .gtpu: gtpuFields
    case .dns, .mdns, .llmnr: dnsFields
    case .dhcp: dhcpFields
    case .dhcpv6: dhcpv6Fields
    case .ntp: ntpFields
    case .tls: tlsFields
    case .http: httpFields
    case .quic: quicFields
    }
  }
}

extension Mux {
  /// Every dissector in its place.
  public static let standard: Mux = {
    var mux = Mux()
    // Link
    mux.handle(.link(.ethernet), ethernet)
    mux.handle(.link(.linuxCooked), linuxCooked)
    mux.handle(.link(.linuxCooked2), linuxCooked2)
    mux.handle(.link(.null), loopback)
    mux.handle(.link(.loop), loopback)
    mux.handle(.link(.raw), rawIP)
    mux.handle(.link(.ipv4), ipv4)
    mux.handle(.link(.ipv6), ipv6)
    mux.handle(.link(.ppp), ppp)
    mux.handle(.link(.pppSerial), pppSerial)
    mux.handle(.link(.pppEthernet), pppoe)
    mux.handle(.link(.ciscoHDLC), ciscoHDLC)
    mux.handle(.link(.fddi), fddi)
    mux.handle(.link(.frameRelay), frameRelay)
    mux.handle(.link(.nflog), nflog)
    mux.handle(.link(.arcnet), arcnet)
    mux.handle(.link(.arcnetLinux), arcnetLinux)
    mux.handle(.link(.dsa), dsa)
    mux.handle(.link(.edsa), edsa)
    mux.handle(.llc, llc)
    mux.handle(.sap(0xaa), snap)
    mux.handle(.etherType(.vlan), vlan)
    mux.handle(.etherType(.serviceVLAN), vlan)
    mux.handle(.etherType(.vlan9100), vlan)
    mux.handle(.etherType(.backbone), backbone)
    mux.handle(.etherType(.vnTag), vnTag)
    mux.handle(.etherType(.mpls), mpls)
    mux.handle(.etherType(.mplsMulticast), mpls)
    mux.handle(.ppp(0x0281), mpls)
    mux.handle(.ppp(0x0283), mpls)
    mux.handle(.pseudowire, pseudowire)
    mux.handle(.etherType(.pppoeDiscovery), pppoe)
    mux.handle(.etherType(.pppoeSession), pppoe)
    mux.handle(.etherType(.lldp), lldp)
    // Network
    mux.handle(.etherType(.arp), arp)
    mux.handle(.etherType(.reverseARP), arp)
    mux.handle(.etherType(.ipv4), ipv4)
    mux.handle(.sap(0x06), ipv4)
    mux.handle(.ppp(0x0021), ipv4)
    mux.handle(.etherType(.ipv6), ipv6)
    mux.handle(.ppp(0x0057), ipv6)
    mux.handle(.ipProtocol(.hopByHop), hopByHop)
    mux.handle(.ipProtocol(.routing), routing)
    mux.handle(.ipProtocol(.fragment), fragment)
    mux.handle(.ipProtocol(.destinationOptions), destinationOptions)
    mux.handle(.ipProtocol(.ah), ah)
    mux.handle(.ipProtocol(.esp), esp)
    mux.handle(.ipProtocol(.mobility), mobility)
    mux.handle(.ipProtocol(.mobilityOld), mobility)
    mux.handle(.ipProtocol(.shim6), shim6)
    mux.handle(.ipProtocol(.noNext), noNext)
    mux.handle(.ipProtocol(.icmp), icmp)
    mux.handle(.ipProtocol(.icmpv6), icmpv6)
    mux.handle(.ipProtocol(.igmp), igmp)
    // Transport
    mux.handle(.ipProtocol(.tcp), tcp)
    mux.handle(.ipProtocol(.udp), udp)
    mux.handle(.ipProtocol(.udpLite), udpLite)
    mux.handle(.ipProtocol(.sctp), sctp)
    // Tunnels
    mux.handle(.ipProtocol(.ipip), ipv4)
    mux.handle(.ipProtocol(.ipv6), ipv6)
    mux.handle(.ipProtocol(.mpls), mpls)
    mux.handle(.ipProtocol(.ethernet), ethernet)
    mux.handle(.ipProtocol(.gre), gre)
    mux.handle(.etherType(.transparentBridging), ethernet)
    mux.handle(.etherType(.ppp), ppp)
    mux.handle(.etherType(.erspan2), erspan2)
    mux.handle(.etherType(.erspan3), erspan3)
    mux.handle(.udp(source: 0, destination: 4789), vxlan)
    mux.handle(.udp(source: 0, destination: 8472), vxlan)
    mux.handle(.udp(source: 0, destination: 6081), geneve)
    mux.handle(.udp(source: 0, destination: 3544), teredo)
    mux.handle(.udp(source: 0, destination: 2152), gtpu)
    // Applications, by their octets
    mux.recognize(.tcp, first: firstOfTLS, by: tls)
    mux.recognize(.tcp, first: firstOfHTTP1, by: http1)
    mux.recognize(.udp, first: 0x80...0xff, by: quic)
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
    mux.goStraight()
    return mux
  }()

  /// Every dissector but those of what TCP carries: for whoever reads streams, where messages begin anywhere.
  public static let belowStreams: Mux = {
    var mux = Mux.standard
    mux.forgetSegments()
    return mux
  }()
}
