// The names that lines give EtherTypes, link protocols and organizations.

/// The name of an EtherType.
func etherTypeName(_ type: UInt16) -> StaticString? {
  switch type {
  case 0x0800: "IPv4"
  case 0x8847: "MPLS unicast"
  case 0x8848: "MPLS multicast"
  case 0x86dd: "IPv6"
  case 0x8100: "802.1Q"
  case 0x9100: "802.1Q-9100"
  case 0x88a8: "802.1Q-QinQ"
  case 0x9200: "802.1Q-9200"
  case 0x88e5: "802.1AE MACsec"
  case 0x0200: "PUP"
  case 0x0806: "ARP"
  case 0x8035: "Reverse ARP"
  case 0x0600: "NS"
  case 0x0500: "Sprite"
  case 0x1000: "Trail"
  case 0x6001: "MOP DL"
  case 0x6002: "MOP RC"
  case 0x6003: "DN"
  case 0x6004: "LAT"
  case 0x6007: "SCA"
  case 0x6558: "TEB"
  case 0x8038: "Lanbridge"
  case 0x803c: "DEC DNS"
  case 0x803e: "DEC DTS"
  case 0x805b: "VEXP"
  case 0x805c: "VPROD"
  case 0x809b: "Appletalk"
  case 0x80f3: "Appletalk ARP"
  case 0x8137: "IPX"
  case 0x880b: "PPP"
  case 0x8808: "MPCP"
  case 0x8809: "Slow Protocols"
  case 0x8863: "PPPoE D"
  case 0x8864: "PPPoE S"
  case 0x888e: "EAPOL"
  case 0x8899: "Realtek protocols"
  case 0x886f: "MS NLB heartbeat"
  case 0x8870: "Jumbo"
  case 0x894f: "NSH"
  case 0x9000: "Loopback"
  case 0xfefe: "OSI"
  case 0x00fe: "GRE-OSI"
  case 0xabcd: "CFM (old)"
  case 0x8902: "CFM"
  case 0x893a: "IEEE1905.1"
  case 0x88cc: "LLDP"
  case 0x88ca: "TIPC"
  case 0x0707: "GeoNet (old)"
  case 0x8947: "GeoNet"
  case 0x1111: "CALM FAST"
  case 0x88a2: "AoE"
  case 0x88f7: "PTP"
  case 0xd28b: "Arista Vendor Specific Protocol"
  default: nil
  }
}

/// EtherTypes for which tcpdump has a printer and we have none: their lines tell name and length.
func isNamedOnly(_ type: UInt16) -> Bool {
  switch type {
  case 0x6003, 0x809b, 0x80f3, 0x8137, 0xfefe, 0x888e, 0x8899, 0x8808, 0x8809, 0x8902, 0xabcd, 0x894f,
    0x9000, 0x88ca, 0x886f, 0x0707, 0x8947, 0x1111, 0x88a2, 0x88f7:
    true
  default: false
  }
}

/// An organization by the three octets that its addresses begin with.
func organizationName(_ number: UInt32) -> StaticString? {
  switch number {
  case 0x000000: "Ethernet"
  case 0x00000c: "Cisco"
  case 0x00005e: "IANA"
  case 0x000081: "Nortel Networks SONMP"
  case 0x0000f8: "Cisco bridged"
  case 0x0080c2: "Ethernet bridged"
  case 0x00a03e: "ATM Forum"
  case 0x00e02f: "DOCSIS Spanning Tree"
  case 0x080007: "Appletalk"
  case 0x009069: "Juniper"
  case 0x080009: "Hewlett-Packard"
  case 0x00120f: "IEEE 802.3 Private"
  case 0x0012bb: "ANSI/TIA"
  case 0x001b21: "DCBX"
  case 0x002320: "Nicira Networks"
  case 0x5c16c7: "Big Switch Networks"
  case 0xb0d2f5: "Vello Systems"
  case 0x002481: "HP"
  case 0x0004ea: "HP-Labs"
  case 0x748771: "Infoblox Inc"
  case 0xa42305: "Open Networking Lab"
  case 0x00049f: "Freescale"
  case 0x0015ad: "Netronome"
  case 0x001018: "Broadcom"
  case 0x00e004: "PMC-Sierra"
  case 0xd0f0db: "Ericsson"
  default: nil
  }
}
