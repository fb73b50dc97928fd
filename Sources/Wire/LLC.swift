// Logical link control (IEEE 802.2) and its subnetwork access protocol, SNAP (IEEE 802 clause 9).

/// The LLC header, in wire order.
public struct LLCHeader: Sendable, Equatable {
  /// Octets with the short control field of an unnumbered frame, and with the long one of the others.
  public static let lengthMin = 3
  public static let lengthMax = 4

  public var destination: UInt8
  public var source: UInt8
  /// One octet for unnumbered frames, else two, the second of which is in the upper half.
  public var control: UInt16
  /// Octets.
  public var length: Int

  /// An unnumbered frame: the two lowest bits of the control field say so.
  public var isUnnumbered: Bool { control & 3 == 3 }

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(LLCHeader.lengthMin)
    destination = bytes.u8(0)
    source = bytes.u8(1)
    control = UInt16(bytes.u8(2))
    length = LLCHeader.lengthMin
    if control & 3 != 3 {
      try bytes.require(LLCHeader.lengthMax)
      control |= UInt16(bytes.u8(3)) &<< 8
      length = LLCHeader.lengthMax
    }
  }
}

/// LLC: the service access points, and for information frames what the destination one stands for.
@Sendable func llc(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .llc
  // Novell's frames of old have no LLC header: their IPX header begins with a checksum of all ones.
  if bytes.count >= 2 && bytes.u16(0) == 0xffff {
    return Payload(.sap(0xff), offset: 0, length: packet.claimed)
  }
  let header = try LLCHeader(bytes)
  packet.enter(.llc, header: header.length)
  // An unnumbered frame other than UI (0x03, or 0x13 with the poll bit) carries parameters of the link, no
  // protocol.
  let isInformation = header.isUnnumbered ? header.control & 0xef == 0x03 : header.control & 1 == 0
  return Payload(
    isInformation ? .sap(header.destination) : .data, offset: header.length,
    length: packet.claimed &- header.length)
}

/// The fields of an LLC header.
@Sendable func llcFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try LLCHeader(bytes)
  fields.add(
    "destination_sap", at: 0, 1, .hex(UInt64(header.destination), digits: 2), sapName(header.destination))
  // The lowest bit of the source says command or response, not who.
  fields.add("source_sap", at: 1, 1, .hex(UInt64(header.source), digits: 2), sapName(header.source & 0xfe))
  let meaning: StaticString =
    header.isUnnumbered
    ? unnumberedName(UInt8(truncatingIfNeeded: header.control & 0xef))
    : header.control & 1 == 0 ? "information" : "supervisory"
  fields.add("control", at: 2, header.length - 2, .hex(UInt64(header.control), digits: 2), meaning)
}

/// Unnumbered commands and responses, the poll bit masked out (IEEE 802.2 clause 5.4).
private func unnumberedName(_ control: UInt8) -> StaticString {
  switch control {
  case 0x03: "unnumbered information"
  case 0x0f: "disconnected mode"
  case 0x43: "disconnect"
  case 0x63: "unnumbered acknowledgment"
  case 0x6f: "set asynchronous balanced mode"
  case 0x87: "frame reject"
  case 0xaf: "exchange identification"
  case 0xe3: "test"
  default: ""
  }
}

/// Whom a service access point stands for.
private func sapName(_ sap: UInt8) -> StaticString {
  switch sap {
  case 0x00: "null"
  case 0x06: "IPv4"
  case 0x42: "spanning tree"
  case 0xaa: "SNAP"
  case 0xe0: "IPX"
  case 0xf0: "NetBIOS"
  case 0xfe: "ISO network layer"
  case 0xff: "global"
  default: ""
  }
}

/// The SNAP header, in wire order.
public struct SNAPHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 5
  /// The organizations that use EtherTypes as their numbers: Ethernet itself, and AppleTalk's bridge tunnel.
  public static let ethernet: UInt32 = 0x000000
  public static let bridgeTunnel: UInt32 = 0x0000f8
  /// IEEE 802.1: bridged frames (RFC 2684 section 5.2).
  public static let bridged: UInt32 = 0x0080c2

  public var organization: UInt32
  public var number: UInt16

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(SNAPHeader.length)
    organization = bytes.u24(0)
    number = bytes.u16(3)
  }
}

/// SNAP: an organization, and a number of its own.
@Sendable func snap(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .snap
  let header = try SNAPHeader(bytes)
  packet.enter(.snap, header: SNAPHeader.length)
  let length = packet.claimed &- SNAPHeader.length
  switch (header.organization, header.number) {
  case (SNAPHeader.ethernet, let number), (SNAPHeader.bridgeTunnel, let number):
    if packet.ipVersion == 0 { packet.etherType = EtherType(rawValue: number) }
    return Payload(.etherType(EtherType(rawValue: number)), offset: SNAPHeader.length, length: length)
  case (SNAPHeader.bridged, 1), (SNAPHeader.bridged, 7):
    return Payload(.link(.ethernet), offset: SNAPHeader.length, length: length)
  default:
    return Payload(
      .snap(organization: header.organization, number: header.number), offset: SNAPHeader.length,
      length: length)
  }
}

/// The fields of a SNAP header.
@Sendable func snapFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try SNAPHeader(bytes)
  let isEtherType =
    header.organization == SNAPHeader.ethernet || header.organization == SNAPHeader.bridgeTunnel
  fields.add(
    "organization", at: 0, 3, .hex(UInt64(header.organization), digits: 6),
    organizationName(header.organization))
  fields.add(
    "protocol", at: 3, 2, .hex(UInt64(header.number), digits: 4),
    isEtherType ? EtherType(rawValue: header.number).name : "")
}

/// Organizations seen in SNAP headers (IEEE "MA-L" registry).
private func organizationName(_ organization: UInt32) -> StaticString {
  switch organization {
  case SNAPHeader.ethernet: "Ethernet"
  case 0x00000c: "Cisco"
  case SNAPHeader.bridgeTunnel: "Ethernet, bridge tunnel"
  case SNAPHeader.bridged: "IEEE 802.1"
  case 0x080007: "Apple"
  default: ""
  }
}
