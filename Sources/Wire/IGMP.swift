// Internet Group Management Protocol, versions 1 (RFC 1112), 2 (RFC 2236) and 3 (RFC 3376).

/// What every message begins with, in wire order.
public struct IGMPHeader: Sendable, Equatable {
  /// Octets that every message has.
  public static let length = 8

  public var type: UInt8
  /// Tenths of a second in a query of version 2; a code in one of version 3; 0 in version 1.
  public var maximumResponse: UInt8
  public var checksum: UInt16
  /// The group; in a version 3 report, the number of records.
  public var group: UInt32

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(IGMPHeader.length)
    type = bytes.u8(0)
    maximumResponse = bytes.u8(1)
    checksum = bytes.u16(2)
    group = bytes.u32(4)
  }
}

/// IGMP: a message that is all header.
@Sendable func igmp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .igmp
  _ = try IGMPHeader(bytes)
  packet.enter(.igmp, header: bytes.count)
  try bytes.require(packet.claimed)
  return Payload(.data, offset: packet.claimed, length: 0)
}

/// The fields of an IGMP message.
@Sendable func igmpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try IGMPHeader(bytes)
  let isQuery = header.type == 0x11
  fields.add("type", at: 0, 1, .hex(UInt64(header.type), digits: 2), igmpTypeName(header.type))
  let response = UInt64(header.maximumResponse)
  fields.add(
    isQuery ? "maximum_response_time" : "reserved", at: 1, 1, .number(response),
    isQuery ? response == 0 ? "version 1" : response < 128 ? "tenths of a second" : "floating point code" : ""
  )
  fields.add("checksum", at: 2, 2, .hex(UInt64(header.checksum), digits: 4))
  if header.type == 0x22 {
    fields.add("reserved", at: 4, 2, .hex(UInt64(bytes.u16(4)), digits: 4))
    fields.add("records", at: 6, 2, .number(UInt64(bytes.u16(6))))
    return fields.groupRecords(bytes, Int(bytes.u16(6)))
  }
  fields.add(
    "group", at: 4, 4, .address(IPAddress(ipv4: header.group)),
    isQuery && header.group == 0 ? "every group" : "")
  guard isQuery && bytes.count >= 12 else { return fields.rest(bytes, 8, bytes.count) }
  let flags = UInt64(bytes.u8(8))
  fields.add("flags", at: 8, 1, .hex(flags, digits: 2))
  fields.bits("suppress", at: 8, 1, of: flags, mask: 0x08)
  fields.bits("robustness", at: 8, 1, of: flags, mask: 0x07)
  fields.add("query_interval_code", at: 9, 1, .number(UInt64(bytes.u8(9))))
  let sources = Int(bytes.u16(10))
  fields.add("sources", at: 10, 2, .number(UInt64(sources)))
  var at = 12
  for _ in 0..<sources where at + 4 <= bytes.count {
    fields.add("source", at: at, 4, .address(IPAddress(ipv4: bytes.u32(at))))
    at += 4
  }
  if at < bytes.count { fields.add("data", at: at, bytes.count - at, .octets) }
}

extension Fields {
  /// Tells the records of a version 3 report (RFC 3376 section 4.2).
  fileprivate mutating func groupRecords(_ bytes: Bytes, _ count: Int) {
    var at = 8
    for _ in 0..<count {
      guard at + 8 <= bytes.count else { break }
      let sources = Int(bytes.u16(at + 2))
      let length = 8 + 4 * sources + 4 * Int(bytes.u8(at + 1))
      guard at + length <= bytes.count else { break }
      add("record", at: at, length, .none, listenerRecordName(bytes.u8(at)))
      depth += 1
      add("type", at: at, 1, .number(UInt64(bytes.u8(at))))
      add("auxiliary_length", at: at + 1, 1, .number(UInt64(bytes.u8(at + 1))), "times 4 octets")
      add("sources", at: at + 2, 2, .number(UInt64(sources)))
      add("group", at: at + 4, 4, .address(IPAddress(ipv4: bytes.u32(at + 4))))
      for i in 0..<sources {
        add("source", at: at + 8 + 4 * i, 4, .address(IPAddress(ipv4: bytes.u32(at + 8 + 4 * i))))
      }
      let told = 8 + 4 * sources
      if length > told { add("auxiliary", at: at + told, length - told, .octets) }
      depth -= 1
      at += length
    }
    if at < bytes.count { add("data", at: at, bytes.count - at, .octets) }
  }
}

/// IANA "IGMP Type Numbers".
public func igmpTypeName(_ type: UInt8) -> StaticString {
  switch type {
  case 0x11: "membership query"
  case 0x12: "membership report, version 1"
  case 0x13: "DVMRP"
  case 0x14: "PIM version 1"
  case 0x16: "membership report, version 2"
  case 0x17: "leave group"
  case 0x1e: "multicast traceroute response"
  case 0x1f: "multicast traceroute"
  case 0x22: "membership report, version 3"
  default: ""
  }
}
