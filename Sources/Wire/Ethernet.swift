// Ethernet II and IEEE 802.3 (IEEE 802.3-2022 clause 3.2).

/// The fixed header, in wire order.
public struct EthernetHeader: Sendable, Equatable {
  /// Octets of the fixed header.
  public static let length = 14
  /// A type field below this is a length, and an LLC header follows (IEEE 802.3-2022 clause 3.2.6).
  public static let typeMin: UInt16 = 0x0600

  public var destination: UInt64
  public var source: UInt64
  public var type: UInt16

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(EthernetHeader.length)
    destination = bytes.u48(0)
    source = bytes.u48(6)
    type = bytes.u16(12)
  }
}

/// Ethernet: fourteen octets, then what the type says.
@Sendable func ethernet(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ethernet
  let header = try EthernetHeader(bytes)
  packet.enter(.ethernet, header: EthernetHeader.length)
  packet.destinationMAC = header.destination
  packet.sourceMAC = header.source
  packet.hasMAC = true
  packet.etherType = EtherType(rawValue: header.type)
  return Payload(
    .etherType(EtherType(rawValue: header.type)), offset: EthernetHeader.length,
    length: packet.claimed &- EthernetHeader.length)
}

/// The fields of an Ethernet header.
@Sendable func ethernetFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try EthernetHeader(bytes)
  fields.add("destination", at: 0, 6, .mac(header.destination))
  fields.add("source", at: 6, 6, .mac(header.source))
  fields.add("type", at: 12, 2, .hex(UInt64(header.type), digits: 4))
}
