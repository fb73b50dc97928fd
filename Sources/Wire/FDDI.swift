// Fiber Distributed Data Interface (ANSI X3.139-1987, RFC 1390).

/// The fixed header, in wire order.
public struct FDDIHeader: Sendable, Equatable {
  /// Octets of the fixed header.
  public static let length = 13

  /// Class, length of addresses, format, and what the format makes of four more bits.
  public var frameControl: UInt8
  public var destination: UInt64
  public var source: UInt64

  /// A frame that carries LLC, asynchronous or synchronous, with addresses of six octets.
  public var isLLC: Bool { frameControl & 0x70 == 0x50 }

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(FDDIHeader.length)
    let h = bytes.extracting(0..<FDDIHeader.length)
    frameControl = h.u8(0)
    destination = h.u48(1)
    source = h.u48(7)
  }
}

/// FDDI: frame control and addresses, then LLC unless the ring speaks of itself.
@Sendable func fddi(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .fddi
  let header = try FDDIHeader(bytes)
  packet.enter(.fddi, header: FDDIHeader.length)
  packet.destinationMAC = header.destination
  packet.sourceMAC = header.source
  packet.hasMAC = true
  return Payload(
    header.isLLC ? .llc : .data, offset: FDDIHeader.length, length: packet.claimed &- FDDIHeader.length)
}

/// The fields of an FDDI header.
@Sendable func fddiFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try FDDIHeader(bytes)
  let control = UInt64(header.frameControl)
  fields.add("frame_control", at: 0, 1, .hex(control, digits: 2), frameName(header.frameControl))
  fields.bits(
    "class", at: 0, 1, of: control, mask: 0x80, control & 0x80 == 0 ? "asynchronous" : "synchronous")
  fields.bits(
    "address_length", at: 0, 1, of: control, mask: 0x40, control & 0x40 == 0 ? "16 bits" : "48 bits")
  fields.bits("format", at: 0, 1, of: control, mask: 0x30)
  fields.bits("control", at: 0, 1, of: control, mask: 0x0f)
  fields.add("destination", at: 1, 6, .mac(header.destination), macMeaning(header.destination))
  fields.add("source", at: 7, 6, .mac(header.source))
}

/// What kind of frame it is.
private func frameName(_ control: UInt8) -> StaticString {
  switch control {
  case 0x40: "void"
  case 0x80: "token"
  case 0xc0: "restricted token"
  case 0xc2: "beacon"
  case 0xc3: "claim"
  default:
    switch control & 0x70 {
    case 0x40: control & 0x80 == 0 ? "station management" : "MAC"
    case 0x50: "LLC"
    case 0x60: "for implementers"
    default: ""
    }
  }
}
