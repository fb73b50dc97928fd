// Virtual extensible LAN (RFC 7348): Ethernet frames in UDP.

/// The header, in wire order.
public struct VXLANHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 8

  public var flags: UInt8
  public var network: UInt32

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(VXLANHeader.length)
    flags = bytes.u8(0)
    network = bytes.u24(4)
  }
}

/// VXLAN: eight octets, then an Ethernet frame. Other protocols use the same ports: without the flag that the
/// network's number is valid it is not VXLAN.
@Sendable func vxlan(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .vxlan
  let header = try VXLANHeader(bytes)
  if header.flags & 0x08 == 0 {
    return packet.unclaim(.udp(source: packet.sourcePort, destination: packet.destinationPort))
  }
  packet.enter(.vxlan, header: VXLANHeader.length)
  packet.tunnelIdentifier = header.network
  return Payload(.link(.ethernet), offset: VXLANHeader.length, length: packet.claimed &- VXLANHeader.length)
}

/// The fields of a VXLAN header.
@Sendable func vxlanFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try VXLANHeader(bytes)
  fields.add("flags", at: 0, 1, .hex(UInt64(header.flags), digits: 2))
  fields.bits("network_valid", at: 0, 1, of: UInt64(header.flags), mask: 0x08)
  fields.add("reserved", at: 1, 3, .hex(UInt64(bytes.u24(1)), digits: 6))
  fields.add("network", at: 4, 3, .number(UInt64(header.network)))
  fields.add("reserved", at: 7, 1, .hex(UInt64(bytes.u8(7)), digits: 2))
}
