// VLAN tags: IEEE 802.1Q customer tags (0x8100), service tags of provider bridges (0x88a8) and their
// forerunner (0x9100).

/// A tag without the type that announces it, in wire order (IEEE 802.1Q-2022 clause 9.6).
public struct VLANHeader: Sendable, Equatable {
  /// Octets of a tag.
  @inlinable public static var length: Int { 4 }

  /// Priority, drop eligibility and the VLAN's number.
  public var control: UInt16
  public var type: UInt16

  /// Reads the tag at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(VLANHeader.length)
    let h = bytes.extracting(0..<VLANHeader.length)
    control = h.u16(0)
    type = h.u16(2)
  }
}

/// A VLAN tag: four octets, then what its type says.
@Sendable func vlan(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .vlan
  let header = try VLANHeader(bytes)
  packet.enter(.vlan, header: VLANHeader.length)
  if packet.vlanCount < Packet.vlansMax {
    packet.vlans[packet.vlanCount] = header.control
    packet.vlanCount &+= 1
  }
  return packet.typed(header.type, after: VLANHeader.length)
}

/// The fields of a VLAN tag.
@Sendable func vlanFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try VLANHeader(bytes)
  let control = UInt64(header.control)
  fields.add("control", at: 0, 2, .hex(control, digits: 4))
  fields.bits("priority", at: 0, 2, of: control, mask: 0xe000, priorityMeaning(header.control &>> 13))
  fields.bits("drop_eligible", at: 0, 2, of: control, mask: 0x1000)
  let number = header.control & 0x0fff
  fields.bits(
    "vlan", at: 0, 2, of: control, mask: 0x0fff,
    number == 0 ? "priority tag: no VLAN" : number == 0x0fff ? "reserved" : "")
  fields.type(header.type, at: 2)
}

/// The traffic type that a priority stands for (IEEE 802.1Q-2022 table I-2).
private func priorityMeaning(_ priority: UInt16) -> StaticString {
  switch priority {
  case 0: "best effort"
  case 1: "background"
  case 2: "excellent effort"
  case 3: "critical applications"
  case 4: "video"
  case 5: "voice"
  case 6: "internetwork control"
  default: "network control"
  }
}
