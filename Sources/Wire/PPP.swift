// The Point-to-Point Protocol (RFC 1661), bare or in HDLC-like framing (RFC 1662), and Cisco's HDLC on the
// same lines.

/// The header, in wire order: framing octets when they are there, then the protocol's number in one or two
/// octets.
public struct PPPHeader: Sendable, Equatable {
  /// The address of all stations and the control field of unnumbered information (RFC 1662 section 3.1).
  public static let framing: UInt16 = 0xff03

  public var hasFraming: Bool
  public var number: UInt16
  /// Octets, framing included.
  public var length: Int

  /// Reads the header at the start of `bytes`. A number whose first octet is odd is compressed to one octet
  /// (RFC 1661 section 6.5).
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(2)
    hasFraming = bytes.u16(0) == PPPHeader.framing
    let at = hasFraming ? 2 : 0
    try bytes.require(at &+ 1)
    if bytes.u8(at) & 1 == 1 {
      number = UInt16(bytes.u8(at))
      length = at &+ 1
    } else {
      try bytes.require(at &+ 2)
      number = bytes.u16(at)
      length = at &+ 2
    }
  }
}

/// PPP: what its protocol number says.
@Sendable func ppp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ppp
  let header = try PPPHeader(bytes)
  packet.enter(.ppp, header: header.length)
  return Payload(.ppp(header.number), offset: header.length, length: packet.claimed &- header.length)
}

/// PPP on a serial line: HDLC-like framing with addresses, or Cisco's own (RFC 1547 section 4.3.1, its first
/// octet 0x0f or 0x8f).
@Sendable func pppSerial(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if bytes.count >= 1 && (bytes.u8(0) == 0x0f || bytes.u8(0) == 0x8f) { return try ciscoHDLC(bytes, &packet) }
  return try ppp(bytes, &packet)
}

/// The fields of a PPP header.
@Sendable func pppFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try PPPHeader(bytes)
  if header.hasFraming {
    fields.add("address", at: 0, 1, .hex(0xff, digits: 2), "all stations")
    fields.add("control", at: 1, 1, .hex(0x03, digits: 2), "unnumbered information")
  }
  let at = header.hasFraming ? 2 : 0
  let digits = 2 * (header.length - at)
  fields.add(
    "protocol", at: at, header.length - at, .hex(UInt64(header.number), digits: digits),
    pppName(header.number))
}

/// What a number announces (IANA "PPP DLL Protocol Numbers").
private func pppName(_ number: UInt16) -> StaticString {
  switch number {
  case 0x0021: "IPv4"
  case 0x002b: "IPX"
  case 0x002d: "TCP/IP, compressed (Van Jacobson)"
  case 0x002f: "TCP/IP, uncompressed (Van Jacobson)"
  case 0x003d: "multilink"
  case 0x0053: "encrypted"
  case 0x0057: "IPv6"
  case 0x00fd: "compressed"
  case 0x0281: "MPLS"
  case 0x0283: "MPLS multicast"
  case 0x8021: "IP control (IPCP)"
  case 0x8053: "encryption control (ECP)"
  case 0x8057: "IPv6 control (IPV6CP)"
  case 0x80fd: "compression control (CCP)"
  case 0x8281: "MPLS control"
  case 0xc021: "link control (LCP)"
  case 0xc023: "password authentication (PAP)"
  case 0xc025: "link quality report"
  case 0xc223: "challenge handshake (CHAP)"
  case 0xc227: "extensible authentication (EAP)"
  default: ""
  }
}

/// Cisco HDLC: address, control, and an EtherType.
@Sendable func ciscoHDLC(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ciscoHDLC
  try bytes.require(4)
  packet.enter(.ciscoHDLC, header: 4)
  let type = EtherType(rawValue: bytes.u16(2))
  if packet.ipVersion == 0 { packet.etherType = type }
  // Reverse ARP's number is that of the line's own keepalives here.
  if type == .reverseARP { return Payload(.data, offset: 4, length: packet.claimed &- 4) }
  return Payload(.etherType(type), offset: 4, length: packet.claimed &- 4)
}

/// The fields of a Cisco HDLC header.
@Sendable func ciscoHDLCFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(4)
  let address = bytes.u8(0)
  fields.add(
    "address", at: 0, 1, .hex(UInt64(address), digits: 2),
    address == 0x0f ? "unicast" : address == 0x8f ? "broadcast" : "")
  fields.add("control", at: 1, 1, .hex(UInt64(bytes.u8(1)), digits: 2))
  let type = bytes.u16(2)
  fields.add(
    "type", at: 2, 2, .hex(UInt64(type), digits: 4),
    type == 0x8035 ? "serial line address resolution" : EtherType(rawValue: type).name)
}
