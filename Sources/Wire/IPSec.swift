// IP security: authentication header (RFC 4302) and encapsulating security payload (RFC 4303).

/// The authentication header's fixed part, in wire order.
public struct AHHeader: Sendable, Equatable {
  /// Octets before the integrity check value.
  public static let lengthMin = 12

  public var nextHeader: IPProtocol
  /// Octets, integrity check value included.
  public var length: Int
  public var securityParameters: UInt32
  public var sequence: UInt32

  /// Reads the fixed part at the start of `bytes`. The length octet counts words beyond the first two.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(AHHeader.lengthMin)
    let h = bytes.extracting(0..<AHHeader.lengthMin)
    nextHeader = IPProtocol(rawValue: h.u8(0))
    length = (Int(h.u8(1)) &+ 2) &* 4
    securityParameters = h.u32(4)
    sequence = h.u32(8)
  }
}

/// AH: the payload is in clear and follows.
@Sendable func ah(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .ah
  let header = try AHHeader(bytes)
  if header.length < AHHeader.lengthMin { throw .invalid(.headerLength) }
  packet.enter(.ah, header: min(header.length, bytes.count))
  try bytes.require(header.length)
  packet.ipProtocol = header.nextHeader
  return Payload(
    .ipProtocol(header.nextHeader), offset: header.length, length: packet.claimed &- header.length)
}

/// The fields of an authentication header.
@Sendable func ahFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try AHHeader(bytes)
  fields.add("next_header", at: 0, 1, .number(UInt64(header.nextHeader.rawValue)), header.nextHeader.name)
  fields.add("length", at: 1, 1, .number(UInt64(bytes.u8(1))), "times 4 octets beyond the first 8")
  fields.add("reserved", at: 2, 2, .hex(UInt64(bytes.u16(2)), digits: 4))
  fields.add("security_parameters", at: 4, 4, .hex(UInt64(header.securityParameters), digits: 8))
  fields.add("sequence", at: 8, 4, .number(UInt64(header.sequence)))
  let have = min(bytes.count, header.length)
  if have > AHHeader.lengthMin {
    fields.add("integrity_check_value", at: AHHeader.lengthMin, have - AHHeader.lengthMin, .octets)
  }
}

/// ESP: what is behind its eight octets is encrypted.
@Sendable func esp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .esp
  try bytes.require(8)
  packet.enter(.esp, header: 8)
  return Payload(.data, offset: 8, length: packet.claimed &- 8)
}

/// The fields of an ESP header.
@Sendable func espFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(8)
  fields.add("security_parameters", at: 0, 4, .hex(UInt64(bytes.u32(0)), digits: 8))
  fields.add("sequence", at: 4, 4, .number(UInt64(bytes.u32(4))))
}
