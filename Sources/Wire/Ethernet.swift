// Ethernet II and IEEE 802.3 (IEEE 802.3-2022 clause 3.2).

/// The fixed header, in wire order.
public struct EthernetHeader: Sendable, Equatable {
  /// Octets of the fixed header.
  @inlinable public static var length: Int { 14 }
  /// A type field up to this is a length, and an LLC header follows (IEEE 802.3-2022 clause 3.2.6).
  public static let lengthMax: UInt16 = 1500

  /// Octets that the payload of the smallest frame is padded to.
  public static let paddedLength = 46

  /// Octets of the smallest frame without its check sequence, and of the longest with it, tags apart (clause
  /// 3.2.7).
  public static let frameMin = 60
  public static let frameMax = 1518

  public var destination: UInt64
  public var source: UInt64
  public var type: UInt16

  /// Reads the header at the start of `bytes`.
  @inlinable @inline(__always)
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(EthernetHeader.length)
    let h = bytes.extracting(0..<EthernetHeader.length)
    destination = h.u48(0)
    source = h.u48(6)
    type = h.u16(12)
  }
}

/// Ethernet: fourteen octets, then what the type says.
@Sendable @inline(__always) func ethernet(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed)
  -> Payload?
{
  packet.reading = .ethernet
  let header = try EthernetHeader(bytes)
  packet.enter(.ethernet, header: EthernetHeader.length)
  if !packet.hasMAC && packet.ipVersion == 0 {
    packet.destinationMAC = header.destination
    packet.sourceMAC = header.source
    packet.hasMAC = true
  }
  return packet.typed(header.type, after: EthernetHeader.length)
}

extension Packet {
  /// What a type field announces that may be a length (IEEE 802.3-2022 clause 3.2.6): `offset` octets of
  /// header are read.
  @inline(__always)
  mutating func typed(_ type: UInt16, after offset: Int) -> Payload {
    if type <= EthernetHeader.lengthMax { return measured(type, after: offset) }
    let type = EtherType(rawValue: type)
    if ipVersion == 0 { etherType = type }
    return Payload(.etherType(type), offset: offset, length: claimed &- offset)
  }

  /// IEEE 802.3: the field is the length of an LLC frame; what is behind it is padding.
  private mutating func measured(_ length: UInt16, after offset: Int) -> Payload {
    narrow(to: offset &+ Int(length))
    return Payload(.llc, offset: offset, length: claimed &- offset)
  }
}

/// The fields of an Ethernet header.
@Sendable func ethernetFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try EthernetHeader(bytes)
  fields.add("destination", at: 0, 6, .mac(header.destination), macMeaning(header.destination))
  fields.add("source", at: 6, 6, .mac(header.source))
  fields.type(header.type, at: 12)
}

/// Who a destination address speaks to (IEEE 802-2014 clause 8.2).
func macMeaning(_ address: UInt64) -> StaticString {
  if address == 0xffff_ffff_ffff { return "broadcast" }
  return address & 0x0100_0000_0000 != 0 ? "multicast" : ""
}

extension Fields {
  /// Tells a type field that may be a length.
  mutating func type(_ type: UInt16, at offset: Int) {
    if type <= EthernetHeader.lengthMax {
      add("length", at: offset, 2, .number(UInt64(type)), "octets")
    } else {
      add("type", at: offset, 2, .hex(UInt64(type), digits: 4), EtherType(rawValue: type).name)
    }
  }
}
