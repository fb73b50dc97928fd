// Address resolution, forward (RFC 826) and reverse (RFC 903).

/// The fixed part, in wire order; the addresses behind it have the lengths that it says.
public struct ARPHeader: Sendable, Equatable {
  /// Octets before the addresses.
  public static let lengthMin = 8

  public var hardware: UInt16
  public var `protocol`: EtherType
  /// Octets of a hardware and of a protocol address.
  public var hardwareLength: Int
  public var protocolLength: Int
  public var operation: UInt16

  /// Octets of the whole: two addresses of each kind.
  public var length: Int { ARPHeader.lengthMin + 2 * (hardwareLength + protocolLength) }

  /// Reads the fixed part at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(ARPHeader.lengthMin)
    let h = bytes.extracting(0..<ARPHeader.lengthMin)
    hardware = h.u16(0)
    `protocol` = EtherType(rawValue: h.u16(2))
    hardwareLength = Int(h.u8(4))
    protocolLength = Int(h.u8(5))
    operation = h.u16(6)
  }
}

/// ARP and RARP: the fixed part and four addresses.
@Sendable func arp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .arp
  let header = try ARPHeader(bytes)
  packet.enter(.arp, header: min(header.length, bytes.count))
  try bytes.require(header.length)
  packet.narrow(to: header.length)
  return Payload(.data, offset: header.length, length: 0)
}

/// The fields of an ARP packet.
@Sendable func arpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try ARPHeader(bytes)
  fields.add("hardware_type", at: 0, 2, .number(UInt64(header.hardware)), hardwareName(header.hardware))
  fields.add(
    "protocol_type", at: 2, 2, .hex(UInt64(header.protocol.rawValue), digits: 4), header.protocol.name)
  fields.add("hardware_length", at: 4, 1, .number(UInt64(header.hardwareLength)), "octets")
  fields.add("protocol_length", at: 5, 1, .number(UInt64(header.protocolLength)), "octets")
  fields.add("operation", at: 6, 2, .number(UInt64(header.operation)), operationName(header.operation))
  let isIPv4 = header.protocol == .ipv4 && header.protocolLength == 4
  var at = ARPHeader.lengthMin
  for side in 0..<2 {
    if header.hardwareLength > 0 {
      try bytes.require(at + header.hardwareLength)
      fields.add(
        side == 0 ? "sender_hardware_address" : "target_hardware_address", at: at, header.hardwareLength,
        header.hardwareLength == 6 ? .mac(bytes.u48(at)) : .octets)
      at += header.hardwareLength
    }
    if header.protocolLength > 0 {
      try bytes.require(at + header.protocolLength)
      fields.add(
        side == 0 ? "sender_protocol_address" : "target_protocol_address", at: at, header.protocolLength,
        isIPv4 ? .address(IPAddress(ipv4: bytes.u32(at))) : .octets)
      at += header.protocolLength
    }
  }
}

/// What an operation asks or answers (IANA "ARP Operation Codes").
private func operationName(_ operation: UInt16) -> StaticString {
  switch operation {
  case 1: "request"
  case 2: "reply"
  case 3: "reverse request"
  case 4: "reverse reply"
  case 8: "inverse request"
  case 9: "inverse reply"
  case 10: "negative acknowledgment"
  default: ""
  }
}
