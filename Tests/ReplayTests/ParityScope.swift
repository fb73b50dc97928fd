// Which frames must print as tcpdump prints them: decided by their octets alone, never by whether they do.
//
// In scope are frames whose layers are all among Ethernet, with a switch's tag or without, 802.3 with SNAP,
// VLAN, Linux cooked, loopback, FDDI, Frame Relay, Cisco HDLC, NFLOG, ARCNET, raw IP, ARP, IPv4, IPv6 with
// extension headers, ICMP, ICMPv6, TCP, UDP, DNS, multicast DNS and HTTP. A TCP or UDP payload on a port for
// which tcpdump has another printer takes the frame out. What an ICMP error quotes is judged alike.

import Wire

struct ParityScope {
  let octets: [UInt8]
  /// Whether the capture cut the frame short.
  let cut: Bool

  init(_ octets: [UInt8], cut: Bool) {
    self.octets = octets
    self.cut = cut
  }

  private func u16(_ at: Int) -> Int? {
    at + 1 < octets.count ? Int(octets[at]) << 8 | Int(octets[at + 1]) : nil
  }

  /// Whether the frame is in scope.
  func holds(_ link: LinkType) -> Bool {
    switch link {
    case .ethernet:
      guard let type = u16(12) else { return true }
      return etherType(type, 14)
    case .linuxCooked:
      guard let type = u16(14) else { return true }
      return type > 1500 && etherType(type, 16)
    case .linuxCooked2:
      guard let type = u16(0) else { return true }
      return type > 1500 && etherType(type, 20)
    case .null, .loop:
      guard octets.count >= 4 else { return true }
      let family = octets[0] == 0 ? octets[3] : octets[0]
      return [2, 24, 28, 30].contains(family) && ip(4)
    case .raw, .ipv4, .ipv6: return ip(0)
    case .dsa, .edsa:
      let length = link == .dsa ? 18 : 22
      guard let type = u16(length - 2) else { return true }
      return etherType(type, length)
    case .fddi:
      guard octets.count >= 13 else { return true }
      return octets[0] & 0xf0 == 0x50 && snap(13)
    case .frameRelay: return frameRelay()
    case .ciscoHDLC:
      guard let type = u16(2) else { return true }
      return [0x0800, 0x86dd].contains(type) && ip(4)
    case .nflog: return nflog()
    case .arcnet: return arcnet(2)
    case .arcnetLinux: return arcnet(4)
    default: return false
    }
  }

  /// An address of two octets to four, then an EtherType, or a control octet and a protocol's identifier.
  private func frameRelay() -> Bool {
    guard let last = octets.prefix(4).firstIndex(where: { $0 & 1 == 1 }) else { return octets.count < 4 }
    let at = last + 1
    guard at >= 2, let type = u16(at) else { return at >= 2 }
    if octets[at] != 3 { return type > 1500 && etherType(type, at + 2) }
    let identifier = at + (octets[at + 1] == 0 ? 2 : 1)
    guard identifier < octets.count else { return true }
    switch octets[identifier] {
    case 0x80: return organization(identifier + 1)
    case 0x8e, 0xcc: return ip(identifier + 1)
    default: return false
    }
  }

  /// A family, then attributes in this host's order, of which the ninth kind is the packet.
  private func nflog() -> Bool {
    guard octets.count >= 4 else { return true }
    guard octets[0] == 2 || octets[0] == 10, octets[1] == 0 else { return false }
    var at = 4
    while at + 4 <= octets.count {
      let length = Int(octets[at]) | Int(octets[at + 1]) << 8
      if octets[at + 2] == 9, octets[at + 3] == 0 { return ip(at + 4) }
      at += max(4, (length + 3) & ~3)
    }
    return true
  }

  /// A whole packet whose type is at `at`; a fragment is not in scope.
  private func arcnet(_ at: Int) -> Bool {
    guard at < octets.count else { return true }
    switch octets[at] {
    case 0xf0: return ip(at + 1)
    case 0xf1: return true
    case 0xd5, 0xd6: return at + 3 >= octets.count || at == 4 || octets[at + 1] == 0
    case 0xc4, 0xd4:
      if at == 2, at + 1 < octets.count, octets[at + 1] != 0 { return false }
      return ip(at + 4)
    default: return false
    }
  }

  /// LLC with SNAP and an EtherType in it, and nothing else of LLC.
  private func snap(_ at: Int) -> Bool {
    octets.count >= at + 3 && Array(octets[at..<at + 3]) == [0xaa, 0xaa, 3] && organization(at + 3)
  }

  /// The organization of SNAP that has EtherTypes, and the EtherType.
  private func organization(_ at: Int) -> Bool {
    guard let first = u16(at), let inner = u16(at + 3) else { return false }
    return first == 0 && octets[at + 2] == 0 && inner > 1500 && etherType(inner, at + 5)
  }

  private func etherType(_ type: Int, _ at: Int) -> Bool {
    switch type {
    case 0x0800, 0x86dd: return ip(at)
    case 0x0806, 0x8035: return true
    case 0x8100, 0x88a8, 0x9100:
      guard let inner = u16(at + 2) else { return true }
      return etherType(inner, at + 4)
    case 0...1500: return snap(at)
    default: return false
    }
  }

  private func ip(_ at: Int) -> Bool {
    guard at < octets.count else { return true }
    switch octets[at] >> 4 {
    case 4:
      guard at + 20 <= octets.count, let fragment = u16(at + 6) else { return true }
      if fragment & 0x1fff != 0 { return true }
      return payload(octets[at + 9], at + Int(octets[at] & 15) * 4, version: 4)
    case 6:
      guard at + 40 <= octets.count else { return true }
      return extensions(octets[at + 6], at + 40)
    default: return true
    }
  }

  private func extensions(_ number: UInt8, _ at: Int) -> Bool {
    var number = number
    var at = at
    while true {
      switch number {
      case 0, 43, 60:
        guard at + 1 < octets.count else { return true }
        number = octets[at]
        at += (Int(octets[at + 1]) + 1) * 8
      case 44:
        guard at + 8 <= octets.count, let offset = u16(at + 2) else { return true }
        if offset & 0xfff8 != 0 { return true }
        number = octets[at]
        at += 8
      default: return payload(number, at, version: 6)
      }
    }
  }

  private func payload(_ number: UInt8, _ at: Int, version: Int) -> Bool {
    switch (number, version) {
    case (6, _): return tcp(at)
    case (17, _): return udp(at)
    case (1, 4):
      guard at < octets.count else { return true }
      return ![3, 4, 5, 11, 12].contains(octets[at]) || ip(at + 8)
    case (58, 6):
      guard at < octets.count else { return true }
      return ![1, 2, 3, 4].contains(octets[at]) || ip(at + 8)
    case (59, 6): return true
    default: return false
    }
  }

  private func tcp(_ at: Int) -> Bool {
    guard let source = u16(at), let destination = u16(at + 2), at + 13 < octets.count else { return true }
    let payload = at + Int(octets[at + 12] >> 4) * 4
    // A segment without data is printed by nobody but TCP.
    if payload >= octets.count, !cut { return true }
    let others: Set = [
      21, 22, 23, 25, 43, 139, 179, 323, 445, 554, 639, 646, 1723, 2049, 6379, 6633, 6653, 8554, 10288,
    ]
    return !others.contains(source) && !others.contains(destination)
  }

  private func udp(_ at: Int) -> Bool {
    guard let source = u16(at), let destination = u16(at + 2) else { return true }
    let either: Set = [
      67, 68, 69, 88, 111, 123, 137, 138, 161, 162, 319, 320, 496, 500, 514, 520, 521, 525, 546, 547, 646,
      654,
      698, 701, 750, 921, 1589, 1645, 1646, 1700, 1701, 1812, 1813, 2049, 2103, 2104, 3503, 3799, 4342, 4500,
      4789, 4790, 5060, 5359, 6081, 6343, 6635, 6696, 6697, 7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007,
      7008, 7009, 7500, 8231, 8472, 8500, 12222, 12223, 17754, 30490,
    ]
    let toward: Set = [1985, 3456, 3784, 3785, 4567, 4784, 6784]
    if either.contains(source) || either.contains(destination) { return false }
    if toward.contains(destination) || source == 49152 { return false }
    // AppleTalk in UDP.
    let appleTalk = { (port: Int) in (200...208).contains(port) || (768...776).contains(port) }
    return !appleTalk(source) && !appleTalk(destination)
  }
}
