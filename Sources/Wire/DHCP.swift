// Dynamic Host Configuration Protocol (RFC 2131, options RFC 2132) and the BOOTP it lives in (RFC 951).

/// The fixed part, in wire order (RFC 2131 section 2).
public struct DHCPHeader: Sendable, Equatable {
  /// Octets before the magic cookie.
  public static let length = 236
  /// The four octets that say that options follow (RFC 2131 section 3).
  public static let cookie: UInt32 = 0x6382_5363

  public var operation: UInt8
  public var hardwareType: UInt8
  public var hardwareLength: UInt8
  public var hops: UInt8
  public var transaction: UInt32
  public var seconds: UInt16
  public var flags: UInt16
  public var clientAddress: UInt32
  public var yourAddress: UInt32
  public var serverAddress: UInt32
  public var relayAddress: UInt32
  /// The first six octets of the client's hardware address.
  public var clientMAC: UInt64

  /// Reads the fixed part at the start of `bytes`, as far as the hardware address.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(34)
    let h = bytes.extracting(0..<34)
    operation = h.u8(0)
    hardwareType = h.u8(1)
    hardwareLength = h.u8(2)
    hops = h.u8(3)
    transaction = h.u32(4)
    seconds = h.u16(8)
    flags = h.u16(10)
    clientAddress = h.u32(12)
    yourAddress = h.u32(16)
    serverAddress = h.u32(20)
    relayAddress = h.u32(24)
    clientMAC = h.u48(28)
  }
}

/// A walk over options: a code, a length, and as many octets; 0 fills, 255 ends (RFC 2132 section 2).
public struct DHCPOptions: Sendable {
  private var at: Int

  /// The options from `offset` on.
  public init(at offset: Int) { at = offset }

  /// The next option's code and its octets; nil at the end, or where the octets end.
  public mutating func next(_ bytes: Bytes) -> (code: UInt8, range: Range<Int>)? {
    while at < bytes.count, bytes.u8(at) == 0 { at &+= 1 }
    if at &+ 2 > bytes.count || bytes.u8(at) == 255 { return nil }
    let end = at &+ 2 &+ Int(bytes.u8(at &+ 1))
    if end > bytes.count { return nil }
    defer { at = end }
    return (bytes.u8(at), at &+ 2..<end)
  }

  /// The octets of the first option with `code` in the message `bytes`; nil when it has none.
  public static func find(_ code: UInt8, _ bytes: Bytes) -> Range<Int>? {
    guard bytes.count >= DHCPHeader.length &+ 4, bytes.u32(DHCPHeader.length) == DHCPHeader.cookie else {
      return nil
    }
    var options = DHCPOptions(at: DHCPHeader.length &+ 4)
    while let option = options.next(bytes) {
      if option.code == code { return option.range }
    }
    return nil
  }
}

/// A message type by its name (RFC 2132 section 9.6); empty when it has none.
public func dhcpTypeName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "discover"
  case 2: "offer"
  case 3: "request"
  case 4: "decline"
  case 5: "ack"
  case 6: "nak"
  case 7: "release"
  case 8: "inform"
  case 9: "forcerenew"
  case 10: "leasequery"
  case 11: "leaseunassigned"
  case 12: "leaseunknown"
  case 13: "leaseactive"
  default: ""
  }
}

/// DHCP: the fixed part and the options. Octets that are no message of a client or a server are nobody's.
@Sendable func dhcp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  guard packet.claimed >= DHCPHeader.length, bytes.count >= 3, bytes.u8(0) == 1 || bytes.u8(0) == 2,
    bytes.u8(2) <= 16
  else { return packet.disown(.udp) }
  packet.reading = .dhcp
  _ = try DHCPHeader(bytes)
  packet.enterApplication(.dhcp, header: min(bytes.count, DHCPHeader.length))
  try bytes.require(DHCPHeader.length)
  if let name = DHCPOptions.find(12, bytes) {
    packet.noteText(at: packet.offset &+ name.lowerBound, name.count)
  }
  return nil
}
