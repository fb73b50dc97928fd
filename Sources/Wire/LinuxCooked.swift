// What Linux writes in place of a link header when a capture listens to every interface: cooked, version 1
// and 2 (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of the tcpdump project's link-layer list).

/// Either header; the order is that of version 2.
public struct LinuxCookedHeader: Sendable, Equatable {
  /// Octets of each version.
  public static let length1 = 16
  public static let length2 = 20

  public var `protocol`: UInt16
  /// Nil in version 1.
  public var interface: UInt32?
  /// An ARPHRD_ value.
  public var hardware: UInt16
  /// Whose packet it is: 0 to us, 1 broadcast, 2 multicast, 3 to somebody else, 4 from us.
  public var packetType: UInt16
  /// Octets of the address as the kernel has it; no more than eight are here.
  public var addressLength: Int
  public var address: UInt64

  /// Reads version 1 at the start of `bytes`.
  @inlinable public init(version1 bytes: Bytes) throws(Malformed) {
    try bytes.require(LinuxCookedHeader.length1)
    let h = bytes.extracting(0..<LinuxCookedHeader.length1)
    packetType = h.u16(0)
    hardware = h.u16(2)
    addressLength = Int(h.u16(4))
    address = h.u64(6)
    `protocol` = h.u16(14)
    interface = nil
  }

  /// Reads version 2 at the start of `bytes`.
  @inlinable public init(version2 bytes: Bytes) throws(Malformed) {
    try bytes.require(LinuxCookedHeader.length2)
    let h = bytes.extracting(0..<LinuxCookedHeader.length2)
    `protocol` = h.u16(0)
    interface = h.u32(4)
    hardware = h.u16(8)
    packetType = UInt16(h.u8(10))
    addressLength = Int(h.u8(11))
    address = h.u64(12)
  }
}

/// Linux cooked, version 1.
@Sendable func linuxCooked(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .linuxCooked
  let header = try LinuxCookedHeader(version1: bytes)
  packet.enter(.linuxCooked, header: LinuxCookedHeader.length1)
  return packet.cooked(header, LinuxCookedHeader.length1)
}

/// Linux cooked, version 2.
@Sendable func linuxCooked2(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .linuxCooked2
  let header = try LinuxCookedHeader(version2: bytes)
  packet.enter(.linuxCooked2, header: LinuxCookedHeader.length2)
  return packet.cooked(header, LinuxCookedHeader.length2)
}

extension Packet {
  /// What both versions say: who sent it, and what follows.
  fileprivate mutating func cooked(_ header: LinuxCookedHeader, _ offset: Int) -> Payload {
    if header.addressLength == 6 {
      sourceMAC = header.address &>> 16
      hasMAC = true
    }
    let length = claimed &- offset
    // Netlink's protocol number is a family of its own.
    if header.hardware == 824 { return Payload(.data, offset: offset, length: length) }
    switch header.protocol {
    case 0x0001:  // Novell's frames without LLC
      return Payload(.sap(0xff), offset: offset, length: length)
    case 0x0004:
      return Payload(.llc, offset: offset, length: length)
    default:
      etherType = EtherType(rawValue: header.protocol)
      return Payload(.etherType(EtherType(rawValue: header.protocol)), offset: offset, length: length)
    }
  }
}

/// The fields of version 1.
@Sendable func linuxCookedFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try LinuxCookedHeader(version1: bytes)
  fields.add("packet_type", at: 0, 2, .number(UInt64(header.packetType)), packetTypeName(header.packetType))
  fields.add("hardware_type", at: 2, 2, .number(UInt64(header.hardware)), hardwareName(header.hardware))
  fields.add("address_length", at: 4, 2, .number(UInt64(header.addressLength)), "octets")
  fields.cookedAddress(header, at: 6)
  fields.add("protocol", at: 14, 2, .hex(UInt64(header.protocol), digits: 4), protocolName(header.protocol))
}

/// The fields of version 2.
@Sendable func linuxCooked2Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try LinuxCookedHeader(version2: bytes)
  fields.add("protocol", at: 0, 2, .hex(UInt64(header.protocol), digits: 4), protocolName(header.protocol))
  fields.add("reserved", at: 2, 2, .hex(UInt64(bytes.u16(2)), digits: 4))
  fields.add("interface", at: 4, 4, .number(UInt64(header.interface ?? 0)))
  fields.add("hardware_type", at: 8, 2, .number(UInt64(header.hardware)), hardwareName(header.hardware))
  fields.add("packet_type", at: 10, 1, .number(UInt64(header.packetType)), packetTypeName(header.packetType))
  fields.add("address_length", at: 11, 1, .number(UInt64(header.addressLength)), "octets")
  fields.cookedAddress(header, at: 12)
}

extension Fields {
  /// Tells the eight octets of an address, and those behind its end.
  fileprivate mutating func cookedAddress(_ header: LinuxCookedHeader, at offset: Int) {
    let length = min(8, header.addressLength)
    if length == 6 {
      add("address", at: offset, 6, .mac(header.address &>> 16))
    } else if length > 0 {
      add("address", at: offset, length, .octets)
    }
    if length < 8 { add("unused", at: offset + length, 8 - length, .octets) }
  }
}

/// What a protocol number says: an EtherType, but for Linux's own small numbers (linux/if_ether.h).
private func protocolName(_ number: UInt16) -> StaticString {
  switch number {
  case 0x0001: "802.3 without LLC"
  case 0x0003: "every protocol"
  case 0x0004: "802.2 LLC"
  case 0x000c: "CAN"
  default: EtherType(rawValue: number).name
  }
}

/// Whose packet it is.
private func packetTypeName(_ type: UInt16) -> StaticString {
  switch type {
  case 0: "to us"
  case 1: "broadcast"
  case 2: "multicast"
  case 3: "to another host"
  case 4: "from us"
  default: ""
  }
}

/// Linux's names of hardware types (linux/if_arp.h, the IANA ARP registry for those below 256).
func hardwareName(_ type: UInt16) -> StaticString {
  switch type {
  case 1: "Ethernet"
  case 6: "IEEE 802"
  case 7: "ARCNET"
  case 15: "Frame Relay"
  case 24: "IEEE 1394"
  case 32: "InfiniBand"
  case 280: "CAN"
  case 512: "PPP"
  case 513: "Cisco HDLC"
  case 768: "IP in IP tunnel"
  case 769: "IPv6 tunnel"
  case 772: "loopback"
  case 776: "6in4 tunnel"
  case 778: "GRE tunnel"
  case 801: "IEEE 802.11"
  case 803: "IEEE 802.11 radiotap"
  case 823: "GRE over IPv6 tunnel"
  case 824: "netlink"
  case 65534: "no link header"
  default: ""
  }
}
