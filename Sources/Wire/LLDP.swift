// Link Layer Discovery Protocol (IEEE 802.1AB-2016 clause 8).

/// One type-length-value, in wire order: seven bits of type and nine of length before its octets.
public struct LLDPValue: Sendable, Equatable {
  /// Octets before the value.
  public static let headerLength = 2

  public var type: UInt8
  /// Octets of the value.
  public var length: Int

  /// Reads type and length at `offset` of `bytes`.
  @inlinable public init(_ bytes: Bytes, at offset: Int) throws(Malformed) {
    try bytes.require(offset &+ LLDPValue.headerLength)
    let word = bytes.u16(offset)
    type = UInt8(truncatingIfNeeded: word &>> 9)
    length = Int(word & 0x1ff)
  }

  public static let end: UInt8 = 0
  public static let chassis: UInt8 = 1
  public static let port: UInt8 = 2
  public static let timeToLive: UInt8 = 3
  public static let systemName: UInt8 = 5

  /// Where the value of the first `type` lies in the message `bytes`; nil when it is not there as a whole.
  public static func find(_ type: UInt8, _ bytes: Bytes) -> Range<Int>? {
    var at = 0
    while let value = try? LLDPValue(bytes, at: at), value.type != end {
      let start = at &+ headerLength
      if start &+ value.length > bytes.count { return nil }
      if value.type == type { return start..<start &+ value.length }
      at = start &+ value.length
    }
    return nil
  }
}

/// LLDP: values up to the one that says that it is the last; padding may follow.
@Sendable func lldp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .lldp
  packet.enter(.lldp, header: bytes.count)
  var at = 0
  while at < packet.claimed {
    let value = try LLDPValue(bytes, at: at)
    at &+= LLDPValue.headerLength &+ value.length
    try bytes.require(at)
    if value.type == LLDPValue.end { break }
  }
  packet.layers[packet.layerCount &- 1].headerLength = Int32(truncatingIfNeeded: at)
  packet.narrow(to: at)
  return Payload(.data, offset: at, length: 0)
}

/// The fields of an LLDP message.
@Sendable func lldpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  var at = 0
  while at < bytes.count {
    let value = try LLDPValue(bytes, at: at)
    let start = at + LLDPValue.headerLength
    let end = start + value.length
    try bytes.require(end)
    fields.add("value", at: at, end - at, .none, lldpTypeName(value.type))
    fields.depth += 1
    fields.add("type", at: at, 1, .number(UInt64(value.type)))
    fields.add("length", at: at, 2, .number(UInt64(value.length)), "octets")
    switch value.type {
    case LLDPValue.chassis, LLDPValue.port:
      if value.length > 1 {
        fields.identifier(bytes, start..<end, isChassis: value.type == LLDPValue.chassis)
      }
    case LLDPValue.timeToLive where value.length == 2:
      fields.add("time_to_live", at: start, 2, .number(UInt64(bytes.u16(start))), "seconds")
    case 4, 5, 6:
      if value.length > 0 { fields.add("text", at: start, value.length, .text) }
    case 7 where value.length == 4:
      fields.add("capabilities", at: start, 2, .hex(UInt64(bytes.u16(start)), digits: 4))
      fields.add("enabled", at: start + 2, 2, .hex(UInt64(bytes.u16(start + 2)), digits: 4))
    default:
      if value.length > 0 { fields.add("data", at: start, value.length, .octets) }
    }
    fields.depth -= 1
    if value.type == LLDPValue.end { return }
    at = end
  }
}

extension Fields {
  /// Tells who or which port it is: a subtype, and octets that mean what the subtype says (tables 8-2 and
  /// 8-3).
  fileprivate mutating func identifier(_ bytes: Bytes, _ range: Range<Int>, isChassis: Bool) {
    let subtype = bytes.u8(range.lowerBound)
    let (at, length) = (range.lowerBound + 1, range.count - 1)
    add("subtype", at: range.lowerBound, 1, .number(UInt64(subtype)))
    let isMAC = subtype == (isChassis ? 4 : 3) && length == 6
    let isAddress = subtype == (isChassis ? 5 : 4)
    add("identifier", at: at, length, isMAC ? .mac(bytes.u48(at)) : isAddress ? .octets : .text)
  }
}

/// What a value says (IEEE 802.1AB-2016 table 8-1).
func lldpTypeName(_ type: UInt8) -> StaticString {
  switch type {
  case 0: "end"
  case 1: "chassis"
  case 2: "port"
  case 3: "time to live"
  case 4: "port description"
  case 5: "system name"
  case 6: "system description"
  case 7: "system capabilities"
  case 8: "management address"
  case 127: "organization's own"
  default: ""
  }
}
