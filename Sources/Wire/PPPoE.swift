// PPP over Ethernet: discovery and session (RFC 2516).

/// The header, in wire order.
public struct PPPoEHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 6

  public var version: UInt8
  public var type: UInt8
  public var code: UInt8
  public var session: UInt16
  /// Octets behind this header.
  public var payloadLength: Int

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(PPPoEHeader.length)
    version = bytes.u8(0) &>> 4
    type = bytes.u8(0) & 15
    code = bytes.u8(1)
    session = bytes.u16(2)
    payloadLength = Int(bytes.u16(4))
  }
}

/// PPPoE: code 0 is a session's PPP frame, the others carry tags.
@Sendable func pppoe(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .pppoe
  let header = try PPPoEHeader(bytes)
  if header.version != 1 { throw .invalid(.version) }
  if header.type != 1 { throw .invalid(.type) }
  let isSession = header.code == 0
  packet.enter(
    .pppoe,
    header: isSession ? PPPoEHeader.length : min(bytes.count, PPPoEHeader.length &+ header.payloadLength))
  packet.narrow(to: PPPoEHeader.length &+ header.payloadLength)
  let length = packet.claimed &- PPPoEHeader.length
  if isSession { return Payload(.link(.ppp), offset: PPPoEHeader.length, length: length) }
  return Payload(.data, offset: packet.claimed, length: 0)
}

/// The fields of a PPPoE header, and the tags of a discovery frame.
@Sendable func pppoeFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try PPPoEHeader(bytes)
  let first = UInt64(bytes.u8(0))
  fields.add("version_and_type", at: 0, 1, .hex(first, digits: 2))
  fields.bits("version", at: 0, 1, of: first, mask: 0xf0)
  fields.bits("type", at: 0, 1, of: first, mask: 0x0f)
  fields.add("code", at: 1, 1, .hex(UInt64(header.code), digits: 2), codeName(header.code))
  fields.add("session", at: 2, 2, .hex(UInt64(header.session), digits: 4))
  fields.add("length", at: 4, 2, .number(UInt64(header.payloadLength)), "octets")
  if header.code == 0 { return }
  var at = PPPoEHeader.length
  let end = min(bytes.count, at + header.payloadLength)
  while at < end {
    guard at + 4 <= end, at + 4 + Int(bytes.u16(at + 2)) <= end else {
      fields.add("tag", at: at, end - at, .octets, "cut")
      return
    }
    let type = bytes.u16(at)
    let length = Int(bytes.u16(at + 2))
    fields.add("tag", at: at, 4 + length, .none, tagName(type))
    fields.depth += 1
    fields.add("type", at: at, 2, .hex(UInt64(type), digits: 4))
    fields.add("length", at: at + 2, 2, .number(UInt64(length)), "octets")
    if length > 0 { fields.add("value", at: at + 4, length, isText(type) ? .text : .octets) }
    fields.depth -= 1
    at += 4 + length
  }
}

/// What a code says (RFC 2516 section 5).
private func codeName(_ code: UInt8) -> StaticString {
  switch code {
  case 0x00: "session"
  case 0x07: "offer (PADO)"
  case 0x09: "initiation (PADI)"
  case 0x19: "request (PADR)"
  case 0x65: "confirmation (PADS)"
  case 0xa7: "termination (PADT)"
  default: ""
  }
}

/// What a tag holds (RFC 2516 appendix A).
private func tagName(_ type: UInt16) -> StaticString {
  switch type {
  case 0x0000: "end of list"
  case 0x0101: "service name"
  case 0x0102: "name of the access concentrator"
  case 0x0103: "unique number of the host"
  case 0x0104: "cookie of the access concentrator"
  case 0x0105: "vendor specific"
  case 0x0110: "relay session"
  case 0x0120: "maximum payload (RFC 4638)"
  case 0x0201: "error: service name"
  case 0x0202: "error: access concentrator"
  case 0x0203: "error: generic"
  default: ""
  }
}

/// Whether a tag's value is text.
private func isText(_ type: UInt16) -> Bool {
  type == 0x0101 || type == 0x0102 || (0x0201...0x0203).contains(type)
}
