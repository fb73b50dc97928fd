// What is inside an IP packet, by its protocol number.

internal import Wire

extension LinePrinter {
  /// Prints the payload of an IP packet. `length` is what IP claims, extension headers taken off.
  mutating func payload(
    _ number: UInt8, _ bytes: Bytes, _ length: Int, _ outer: Outer
  ) throws(Cut) {
    switch number {
    case 6: try tcp(bytes, length, outer)
    case 17: try udp(bytes, length, outer)
    case 1: if requires(4, outer, "ICMP") { try icmp(bytes, length, outer) }
    case 58: if requires(6, outer, "ICMPv6") { try icmpv6(bytes, length, outer) }
    case 2: if requires(4, outer, "IGMP") { try igmp(bytes, length) }
    case 4: try nested { (printer) throws(Cut) in try printer.ipv4(bytes, length) }
    case 41: try nested { (printer) throws(Cut) in try printer.ipv6(bytes, length) }
    case 47: try gre(bytes, length)
    case 50: try esp(bytes, length)
    case 51: try authentication(bytes, length, outer)
    case 59: out.write("no next header")
    case 77:
      out.write(" nd ")
      out.write(unsigned: length)
    case 108: try ipcomp(bytes)
    case 112: try vrrp(bytes, length, outer)
    case 132: try sctp(bytes, length, outer)
    case 143:
      if requires(6, outer, "Ethernet") {
        try nested { (printer) throws(Cut) in _ = try printer.ethernet(bytes, length) }
      }
    default:
      out.write(" ip-proto-")
      out.write(decimal: number)
      out.write(octet: 32)
      out.write(unsigned: length)
    }
  }

  /// Prints what a tunnel carries, unless tunnels in tunnels go deeper than a packet can mean.
  mutating func nested(_ body: (inout LinePrinter) throws(Cut) -> Void) throws(Cut) {
    if depth >= LinePrinter.depthMax { throw .invalid }
    depth &+= 1
    try body(&self)
    depth &-= 1
  }

  /// Whether the packet is of the IP version that its protocol needs; says so when it is not.
  private mutating func requires(_ version: UInt8, _ outer: Outer, _ name: StaticString) -> Bool {
    if outer.version == version { return true }
    out.write("[")
    out.write(name)
    out.write(" requires IPv")
    out.write(decimal: version)
    out.write("]")
    invalid()
    return false
  }
}

/// The names of IP protocols in the headers of verbose lines.
func protocolName(_ number: UInt8) -> StaticString? {
  switch number {
  case 0: "Options"
  case 1: "ICMP"
  case 2: "IGMP"
  case 4: "IPIP"
  case 6: "TCP"
  case 8: "EGP"
  case 9: "IGRP"
  case 17: "UDP"
  case 33: "DCCP"
  case 41: "IPv6"
  case 43: "Routing"
  case 44: "Fragment"
  case 46: "RSVP"
  case 47: "GRE"
  case 50: "ESP"
  case 51: "AH"
  case 55: "Mobile IP"
  case 58: "ICMPv6"
  case 62: "Mobile IP (old)"
  case 88: "EIGRP"
  case 89: "OSPF"
  case 103: "PIM"
  case 108: "Compressed IP"
  case 112: "VRRP"
  case 113: "PGM"
  case 132: "SCTP"
  case 135: "Mobility"
  case 143: "Ethernet"
  default: nil
  }
}
