// The IPv6 extension headers that hold options: hop-by-hop and destination options (RFC 8200 sections 4.3 and
// 4.6).

/// What most extension headers begin with: the next header, and the own length in units of eight octets
/// beyond the first.
public struct ExtensionHeader: Sendable, Equatable {
  /// Octets of the smallest one.
  public static let lengthMin = 8

  public var nextHeader: IPProtocol
  /// Octets.
  public var length: Int

  /// Reads the beginning of an extension header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(2)
    nextHeader = IPProtocol(rawValue: bytes.u8(0))
    length = (Int(bytes.u8(1)) &+ 1) &* 8
  }
}

extension Packet {
  /// Says that a number has no meaning here, and that what it announces is nobody's.
  mutating func unclaim(_ kind: Payload.Kind) -> Payload {
    unclaimed = kind
    return Payload(.data, offset: 0, length: claimed)
  }

  /// Enters an extension header; the payload is what follows it.
  mutating func enterExtension(_ kind: Layer.Kind, _ bytes: Bytes) throws(Malformed) -> ExtensionHeader {
    reading = kind
    let header = try ExtensionHeader(bytes)
    enter(kind, header: min(header.length, bytes.count))
    try bytes.require(header.length)
    ipProtocol = header.nextHeader
    return header
  }

  /// What follows an extension header.
  func following(_ header: ExtensionHeader) -> Payload {
    Payload(.ipProtocol(header.nextHeader), offset: header.length, length: claimed &- header.length)
  }
}

/// Option types (IANA "Destination Options and Hop-by-Hop Options").
enum IPv6Option {
  static let pad1: UInt8 = 0x00
  static let padN: UInt8 = 0x01
  static let routerAlert: UInt8 = 0x05
  static let jumboPayload: UInt8 = 0xc2
  static let homeAddress: UInt8 = 0xc9
}

/// Hop-by-hop options. A jumbo payload's length is the IP packet's (RFC 2675 section 2).
@Sendable func hopByHop(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.hopByHop)) }
  let header = try packet.enterExtension(.hopByHop, bytes)
  if let jumbo = ipv6OptionWalk(bytes, header.length, &packet), packet.isLengthAbsent {
    packet.isLengthAbsent = false
    packet.ipLength = IPv6Header.length &+ jumbo
    packet.narrow(to: jumbo)
  }
  return packet.following(header)
}

/// Destination options.
@Sendable func destinationOptions(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  if packet.ipVersion != 6 { return packet.unclaim(.ipProtocol(.destinationOptions)) }
  let header = try packet.enterExtension(.destinationOptions, bytes)
  _ = ipv6OptionWalk(bytes, header.length, &packet)
  return packet.following(header)
}

/// Walks the options as far as to say whether they lie; answers the length of a jumbo payload when one is
/// told.
private func ipv6OptionWalk(_ bytes: Bytes, _ end: Int, _ packet: inout Packet) -> Int? {
  var jumbo: Int?
  var at = 2
  while at < end {
    let type = bytes.u8(at)
    if type == IPv6Option.pad1 {
      at &+= 1
      continue
    }
    guard at &+ 1 < end, at &+ 2 &+ Int(bytes.u8(at &+ 1)) <= end else {
      packet.ipOptionsMalformed = true
      packet.note(.invalid(.optionLength))
      return jumbo
    }
    let length = Int(bytes.u8(at &+ 1))
    if type == IPv6Option.jumboPayload && length == 4 { jumbo = Int(bytes.u32(at &+ 2)) }
    at &+= 2 &+ length
  }
  return jumbo
}

/// The fields of a header that holds options.
@Sendable func ipv6OptionFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try fields.extensionHeader(bytes)
  var at = 2
  while at < header.length {
    try bytes.require(at + 1)
    let type = bytes.u8(at)
    if type == IPv6Option.pad1 {
      fields.add("option", at: at, 1, .hex(0, digits: 2), "padding")
      at += 1
      continue
    }
    guard at + 1 < header.length else { return fields.rest(bytes, at, header.length) }
    try bytes.require(at + 2)
    let length = Int(bytes.u8(at + 1))
    guard at + 2 + length <= header.length else { return fields.rest(bytes, at, header.length) }
    fields.add("option", at: at, min(2 + length, bytes.count - at), .none, optionName(type))
    fields.depth += 1
    fields.add("type", at: at, 1, .hex(UInt64(type), digits: 2), unknownMeaning(type))
    fields.add("length", at: at + 1, 1, .number(UInt64(length)), "octets")
    try bytes.require(at + 2 + length)
    if length > 0 { fields.option(type, bytes, at + 2, length) }
    fields.depth -= 1
    at += 2 + length
  }
}

extension Fields {
  /// Tells the two octets that most extension headers begin with.
  mutating func extensionHeader(_ bytes: Bytes) throws(Malformed) -> ExtensionHeader {
    let header = try ExtensionHeader(bytes)
    add("next_header", at: 0, 1, .number(UInt64(header.nextHeader.rawValue)), header.nextHeader.name)
    add("length", at: 1, 1, .number(UInt64(bytes.u8(1))), "times 8 octets beyond the first 8")
    return header
  }

  /// Tells octets that hold no option although options should be there.
  mutating func rest(_ bytes: Bytes, _ at: Int, _ end: Int) {
    let have = min(end, bytes.count) - at
    if have > 0 { add("malformed", at: at, have, .octets) }
  }

  /// Tells an option's value.
  fileprivate mutating func option(_ type: UInt8, _ bytes: Bytes, _ at: Int, _ length: Int) {
    switch (type, length) {
    case (IPv6Option.routerAlert, 2):
      let value = bytes.u16(at)
      let meaning: StaticString =
        switch value {
        case 0: "multicast listener discovery"
        case 1: "RSVP"
        case 2: "active networks"
        default: ""
        }
      add("value", at: at, 2, .number(UInt64(value)), meaning)
    case (IPv6Option.jumboPayload, 4):
      add("jumbo_payload_length", at: at, 4, .number(UInt64(bytes.u32(at))), "octets")
    case (IPv6Option.homeAddress, 16):
      add("home_address", at: at, 16, .address(IPAddress(ipv6: bytes, at: at)))
    default: add("value", at: at, length, .octets)
    }
  }
}

/// What the registry calls an option.
private func optionName(_ type: UInt8) -> StaticString {
  switch type {
  case IPv6Option.padN: "padding"
  case 0x04: "tunnel encapsulation limit"
  case IPv6Option.routerAlert: "router alert"
  case 0x07: "CALIPSO"
  case 0x08: "SMF duplicate packet detection"
  case 0x0f: "performance and diagnostic metrics"
  case 0x1e, 0x3e, 0x5e, 0x7e, 0x9e, 0xbe, 0xde, 0xfe: "experiment"
  case 0x23, 0x63: "RPL"
  case 0x26: "quick start"
  case 0x30: "minimum path MTU"
  case 0x31, 0x11: "in-situ OAM"
  case 0x6d: "MPL"
  case 0x8b: "identifier-locator nonce"
  case 0x8c: "line identification"
  case IPv6Option.jumboPayload: "jumbo payload"
  case IPv6Option.homeAddress: "home address"
  default: ""
  }
}

/// What a node does that does not know the option: its two highest bits (RFC 8200 section 4.2).
private func unknownMeaning(_ type: UInt8) -> StaticString {
  switch type &>> 6 {
  case 0: "who does not know it skips it"
  case 1: "who does not know it discards the packet"
  case 2: "who does not know it discards the packet and says so"
  default: "who does not know it discards the packet and says so, unless it was multicast"
  }
}
