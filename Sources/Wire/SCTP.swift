// Stream Control Transmission Protocol (RFC 9260): the common header, and its chunks by type.

/// The common header, in wire order.
public struct SCTPHeader: Sendable, Equatable {
  /// Octets of the header.
  public static let length = 12

  public var sourcePort: UInt16
  public var destinationPort: UInt16
  public var verificationTag: UInt32
  public var checksum: UInt32

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(SCTPHeader.length)
    let h = bytes.extracting(0..<SCTPHeader.length)
    sourcePort = h.u16(0)
    destinationPort = h.u16(2)
    verificationTag = h.u32(4)
    checksum = h.u32(8)
  }
}

/// SCTP: ports; the chunks are all header, user data of several streams among them.
@Sendable func sctp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .sctp
  packet.readPorts(bytes)
  _ = try SCTPHeader(bytes)
  packet.enter(.sctp, header: bytes.count)
  // Chunks that run past the packet lie, unless the rest of them is in another fragment.
  var at = SCTPHeader.length
  while at &+ 4 <= bytes.count && !packet.isFragment {
    let length = Int(bytes.u16(at &+ 2))
    if length < 4 || at &+ length > packet.claimed {
      packet.note(.invalid(.length))
      break
    }
    at &+= (length &+ 3) & ~3
  }
  try bytes.require(packet.claimed)
  return Payload(.data, offset: packet.claimed, length: 0)
}

/// The fields of the common header, and the chunks.
@Sendable func sctpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try SCTPHeader(bytes)
  fields.add("source_port", at: 0, 2, .number(UInt64(header.sourcePort)))
  fields.add("destination_port", at: 2, 2, .number(UInt64(header.destinationPort)))
  fields.add("verification_tag", at: 4, 4, .hex(UInt64(header.verificationTag), digits: 8))
  fields.add("checksum", at: 8, 4, .hex(UInt64(header.checksum), digits: 8), "CRC-32C")
  var at = SCTPHeader.length
  while at < bytes.count {
    guard at + 4 <= bytes.count else { return fields.rest(bytes, at, bytes.count) }
    let type = bytes.u8(at)
    let length = Int(bytes.u16(at + 2))
    guard length >= 4 else { return fields.rest(bytes, at, bytes.count) }
    let have = min((length + 3) & ~3, bytes.count - at)
    fields.add("chunk", at: at, have, .none, chunkName(type))
    fields.depth += 1
    fields.add("type", at: at, 1, .number(UInt64(type)))
    fields.add("flags", at: at + 1, 1, .hex(UInt64(bytes.u8(at + 1)), digits: 2))
    fields.add("length", at: at + 2, 2, .number(UInt64(length)), "octets")
    fields.chunk(type, bytes, at, min(length, have))
    if have > length { fields.add("padding", at: at + length, have - length, .octets) }
    fields.depth -= 1
    at += have
  }
}

extension Fields {
  /// Tells what is behind the first four octets of a chunk of which `length` octets are there.
  fileprivate mutating func chunk(_ type: UInt8, _ bytes: Bytes, _ at: Int, _ length: Int) {
    var told = 4
    switch type {
    case 0 where length >= 16:
      add("tsn", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))))
      add("stream", at: at + 8, 2, .number(UInt64(bytes.u16(at + 8))))
      add("stream_sequence", at: at + 10, 2, .number(UInt64(bytes.u16(at + 10))))
      add("payload_protocol", at: at + 12, 4, .number(UInt64(bytes.u32(at + 12))))
      told = 16
    case 1 where length >= 20, 2 where length >= 20:
      add("initiate_tag", at: at + 4, 4, .hex(UInt64(bytes.u32(at + 4)), digits: 8))
      add("receiver_window", at: at + 8, 4, .number(UInt64(bytes.u32(at + 8))), "octets")
      add("outbound_streams", at: at + 12, 2, .number(UInt64(bytes.u16(at + 12))))
      add("inbound_streams", at: at + 14, 2, .number(UInt64(bytes.u16(at + 14))))
      add("initial_tsn", at: at + 16, 4, .number(UInt64(bytes.u32(at + 16))))
      told = 20
    case 3 where length >= 16:
      add("cumulative_tsn", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))))
      add("receiver_window", at: at + 8, 4, .number(UInt64(bytes.u32(at + 8))), "octets")
      add("gap_blocks", at: at + 12, 2, .number(UInt64(bytes.u16(at + 12))))
      add("duplicates", at: at + 14, 2, .number(UInt64(bytes.u16(at + 14))))
      told = 16
    case 7 where length >= 8:
      add("cumulative_tsn", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))))
      told = 8
    default: break
    }
    if length > told { add("data", at: at + told, length - told, .octets) }
  }
}

/// IANA "SCTP Chunk Types".
private func chunkName(_ type: UInt8) -> StaticString {
  switch type {
  case 0: "DATA"
  case 1: "INIT"
  case 2: "INIT ACK"
  case 3: "SACK"
  case 4: "HEARTBEAT"
  case 5: "HEARTBEAT ACK"
  case 6: "ABORT"
  case 7: "SHUTDOWN"
  case 8: "SHUTDOWN ACK"
  case 9: "ERROR"
  case 10: "COOKIE ECHO"
  case 11: "COOKIE ACK"
  case 12: "ECNE"
  case 13: "CWR"
  case 14: "SHUTDOWN COMPLETE"
  case 15: "AUTH"
  case 64: "I-DATA"
  case 128: "ASCONF-ACK"
  case 130: "RE-CONFIG"
  case 132: "PAD"
  case 192: "FORWARD TSN"
  case 193: "ASCONF"
  case 194: "I-FORWARD-TSN"
  default: ""
  }
}
