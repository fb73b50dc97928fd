// Tags that carry a whole frame or a port between bridges: the service tag of provider backbone bridges (IEEE
// 802.1ah, MAC in MAC) and the tag of virtual network interfaces (IEEE 802.1BR's forerunner, VN-Tag).

/// The I-tag without the type that announces it, in wire order (IEEE 802.1Q-2022 clause 9.7).
public struct BackboneHeader: Sendable, Equatable {
  /// Octets of the tag; the customer's frame follows.
  public static let length = 4

  /// Priority, drop eligibility, and whether the customer's addresses are used.
  public var control: UInt8
  /// The backbone service instance.
  public var service: UInt32

  /// Reads the tag at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(BackboneHeader.length)
    control = bytes.u8(0)
    service = bytes.u24(1)
  }
}

/// A backbone's service tag: four octets, then the customer's Ethernet frame.
@Sendable func backbone(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .backbone
  let header = try BackboneHeader(bytes)
  packet.enter(.backbone, header: BackboneHeader.length)
  packet.tunnelIdentifier = header.service
  return Payload(
    .link(.ethernet), offset: BackboneHeader.length, length: packet.claimed &- BackboneHeader.length)
}

/// The fields of a backbone's service tag.
@Sendable func backboneFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try BackboneHeader(bytes)
  let control = UInt64(header.control)
  fields.add("control", at: 0, 1, .hex(control, digits: 2))
  fields.bits("priority", at: 0, 1, of: control, mask: 0xe0)
  fields.bits("drop_eligible", at: 0, 1, of: control, mask: 0x10)
  fields.bits("customer_addresses", at: 0, 1, of: control, mask: 0x08, control & 8 == 0 ? "used" : "unused")
  fields.add("service", at: 1, 3, .number(UInt64(header.service)))
}

/// The VN-Tag without the type that announces it, in wire order.
public struct VNTagHeader: Sendable, Equatable {
  /// Octets of the tag and of the type behind it.
  public static let length = 6

  /// Direction, pointer and the virtual interface of the destination.
  public var destination: UInt16
  /// Looped, version and the virtual interface of the source.
  public var source: UInt16
  public var type: UInt16

  /// Reads the tag at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(VNTagHeader.length)
    destination = bytes.u16(0)
    source = bytes.u16(2)
    type = bytes.u16(4)
  }
}

/// A VN-Tag: six octets, then what its type says.
@Sendable func vnTag(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .vnTag
  let header = try VNTagHeader(bytes)
  packet.enter(.vnTag, header: VNTagHeader.length)
  return packet.typed(header.type, after: VNTagHeader.length)
}

/// The fields of a VN-Tag.
@Sendable func vnTagFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try VNTagHeader(bytes)
  let (destination, source) = (UInt64(header.destination), UInt64(header.source))
  fields.add("destination_interface", at: 0, 2, .hex(destination, digits: 4))
  fields.bits("to_interface", at: 0, 2, of: destination, mask: 0x8000)
  fields.bits("list", at: 0, 2, of: destination, mask: 0x4000)
  fields.bits("destination", at: 0, 2, of: destination, mask: 0x3fff)
  fields.add("source_interface", at: 2, 2, .hex(source, digits: 4))
  fields.bits("looped", at: 2, 2, of: source, mask: 0x8000)
  fields.bits("version", at: 2, 2, of: source, mask: 0x3000)
  fields.bits("source", at: 2, 2, of: source, mask: 0x0fff)
  fields.type(header.type, at: 4)
}
