// Frame Relay: the address of ITU-T Q.922 and the encapsulation of RFC 2427, or Cisco's own, an EtherType.

/// The address, in two, three or four octets, the last of which has its lowest bit set.
public struct FrameRelayAddress: Sendable, Equatable {
  /// The data link connection identifier.
  public var connection: UInt32
  public var isCommand: Bool
  public var forwardCongestion: Bool
  public var backwardCongestion: Bool
  /// Dropped before others when there is congestion.
  public var isDiscardEligible: Bool
  /// Of addresses longer than two octets: the last holds the control information of the data link core.
  public var isCore = false
  /// Octets.
  public var length: Int

  /// Reads the address at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(1)
    let first = bytes.u8(0)
    if first & 1 == 1 { throw .invalid(.length) }
    try bytes.require(2)
    let second = bytes.u8(1)
    connection = UInt32(first & 0xfc) &<< 2 | UInt32(second &>> 4)
    isCommand = first & 2 != 0
    forwardCongestion = second & 8 != 0
    backwardCongestion = second & 4 != 0
    isDiscardEligible = second & 2 != 0
    length = 2
    if second & 1 == 1 { return }
    try bytes.require(3)
    if bytes.u8(2) & 1 == 0 {
      connection = connection &<< 7 | UInt32(bytes.u8(2) &>> 1)
      length = 3
    }
    try bytes.require(length &+ 1)
    let last = bytes.u8(length)
    if last & 1 == 0 { throw .invalid(.length) }
    isCore = last & 2 != 0
    connection = connection &<< 6 | UInt32(last &>> 2)
    length &+= 1
  }
}

/// The address and what follows it, in wire order.
public struct FrameRelayHeader: Sendable, Equatable {
  /// The control octet of unnumbered information.
  public static let unnumbered: UInt8 = 0x03

  public var address: FrameRelayAddress
  /// Cisco's encapsulation has this and neither control octet nor identifier.
  public var etherType: EtherType?
  public var control: UInt8 = 0
  /// An octet of zeros after the control octet (RFC 2427 section 3).
  public var isPadded = false
  /// The network layer protocol identifier (ISO/IEC TR 9577).
  public var identifier: UInt8 = 0
  /// Octets, the address included.
  public var length: Int

  /// Reads the header at the start of `bytes`. Connection 0 is the signalling's own: it has no EtherTypes.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    address = try FrameRelayAddress(bytes)
    let at = address.length
    try bytes.require(at &+ 2)
    if bytes.u8(at) != FrameRelayHeader.unnumbered && address.connection != 0 {
      etherType = EtherType(rawValue: bytes.u16(at))
      length = at &+ 2
      return
    }
    control = bytes.u8(at)
    isPadded = bytes.u8(at &+ 1) == 0
    length = at &+ (isPadded ? 3 : 2)
    try bytes.require(length)
    identifier = bytes.u8(length &- 1)
  }
}

/// Frame Relay: a connection, and what its frames carry.
@Sendable func frameRelay(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .frameRelay
  let header = try FrameRelayHeader(bytes)
  packet.enter(.frameRelay, header: header.length)
  let length = packet.claimed &- header.length
  if let type = header.etherType {
    packet.etherType = type
    return Payload(.etherType(type), offset: header.length, length: length)
  }
  let kind: Payload.Kind =
    switch header.identifier {
    case 0x80: .sap(0xaa)
    case 0x8e: .etherType(.ipv6)
    case 0xcc: .etherType(.ipv4)
    case 0xcf: .etherType(.ppp)
    default: .data
    }
  return Payload(kind, offset: header.length, length: length)
}

/// The fields of a Frame Relay header.
@Sendable func frameRelayFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try FrameRelayHeader(bytes)
  let address = header.address
  let at = address.length
  fields.add("connection", at: 0, at, .number(UInt64(address.connection)))
  fields.bits("command", at: 0, 1, of: UInt64(bytes.u8(0)), mask: 0x02)
  fields.bits("forward_congestion", at: 1, 1, of: UInt64(bytes.u8(1)), mask: 0x08)
  fields.bits("backward_congestion", at: 1, 1, of: UInt64(bytes.u8(1)), mask: 0x04)
  fields.bits("discard_eligible", at: 1, 1, of: UInt64(bytes.u8(1)), mask: 0x02)
  if at > 2 { fields.bits("core_control", at: at - 1, 1, of: UInt64(bytes.u8(at - 1)), mask: 0x02) }
  if let type = header.etherType {
    fields.add("type", at: at, 2, .hex(UInt64(type.rawValue), digits: 4), type.name)
    return
  }
  fields.add(
    "control", at: at, 1, .hex(UInt64(header.control), digits: 2),
    header.control == FrameRelayHeader.unnumbered ? "unnumbered information" : "")
  if header.isPadded { fields.add("padding", at: at + 1, 1, .octets) }
  fields.add(
    "protocol", at: header.length - 1, 1, .hex(UInt64(header.identifier), digits: 2),
    networkLayerName(header.identifier))
}

/// What a network layer protocol identifier stands for (ISO/IEC TR 9577).
private func networkLayerName(_ identifier: UInt8) -> StaticString {
  switch identifier {
  case 0x08: "signalling (Q.933)"
  case 0x09: "local management"
  case 0x80: "SNAP"
  case 0x81: "CLNP"
  case 0x82: "ES-IS"
  case 0x83: "IS-IS"
  case 0x8e: "IPv6"
  case 0xb1: "fragment (FRF.12)"
  case 0xcc: "IPv4"
  case 0xcf: "PPP"
  default: ""
  }
}
