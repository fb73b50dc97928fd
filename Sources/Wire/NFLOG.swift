// What Linux's netfilter logs: a family, then attributes, the last of which is the packet (LINKTYPE_NFLOG,
// linux/netfilter/nfnetlink_log.h).

/// One attribute's header. Its numbers are in the order of the host that captured; libpcap turns those of a
/// saved capture into the order of the host that reads.
public struct NFLOGAttribute: Sendable, Equatable {
  /// Octets of an attribute's header.
  public static let headerLength = 4
  /// The type of the attribute that is the packet.
  public static let payload: UInt16 = 9

  /// Octets, header included, padding not.
  public var length: Int
  public var type: UInt16

  /// Octets up to the next attribute, counted in sixteen bits.
  public var padded: Int { (length &+ 3) & 0xfffc }

  /// Reads the header at `offset`; nil when it is not there, or says less than itself.
  public init?(_ bytes: Bytes, at offset: Int) {
    guard offset >= 0, offset <= bytes.count, bytes.count &- offset >= NFLOGAttribute.headerLength else {
      return nil
    }
    // Octets read in network order are in this host's once a little-endian host has swapped them.
    length = Int(bytes.u16(offset).bigEndian)
    type = bytes.u16(offset &+ 2).bigEndian
    if padded < NFLOGAttribute.headerLength { return nil }
  }
}

/// The fixed header and the attributes before the packet.
public struct NFLOGHeader: Sendable, Equatable {
  /// Octets of the fixed header.
  public static let lengthMin = 4

  /// An AF_ value of Linux.
  public var family: UInt8
  public var version: UInt8
  /// The group that the rule names.
  public var resource: UInt16
  /// Octets up to the packet.
  public var length: Int
  /// Octets of the packet; 0 when there is none.
  public var payloadLength: Int

  /// Reads the headers at the start of `bytes`, of which the layer has `claimed`.
  public init(_ bytes: Bytes, claimed: Int) throws(Malformed) {
    try bytes.require(NFLOGHeader.lengthMin)
    family = bytes.u8(0)
    version = bytes.u8(1)
    resource = bytes.u16(2)
    length = NFLOGHeader.lengthMin
    payloadLength = 0
    if version != 0 { throw .invalid(.version) }
    while length < claimed {
      try bytes.require(length &+ NFLOGAttribute.headerLength)
      guard let attribute = NFLOGAttribute(bytes, at: length) else { throw .invalid(.length) }
      if attribute.type == NFLOGAttribute.payload {
        length &+= NFLOGAttribute.headerLength
        payloadLength = max(0, attribute.length &- NFLOGAttribute.headerLength)
        return
      }
      try bytes.require(length &+ attribute.padded)
      length &+= attribute.padded
    }
  }
}

/// NFLOG: what a rule told of a packet, and the packet from its network header on.
@Sendable func nflog(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .nflog
  let header = try NFLOGHeader(bytes, claimed: packet.claimed)
  packet.enter(.nflog, header: header.length)
  if header.payloadLength > packet.claimed &- header.length { packet.note(.invalid(.length)) }
  let kind: Payload.Kind =
    switch header.family {
    case 2: .etherType(.ipv4)
    case 10: .etherType(.ipv6)
    default: .data
    }
  if header.payloadLength == 0 { return nil }
  return Payload(kind, offset: header.length, length: header.payloadLength)
}

/// The fields of the header and of every attribute before the packet's octets.
@Sendable func nflogFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try bytes.require(NFLOGHeader.lengthMin)
  let family = bytes.u8(0)
  fields.add("family", at: 0, 1, .number(UInt64(family)), family == 2 ? "IPv4" : family == 10 ? "IPv6" : "")
  fields.add("version", at: 1, 1, .number(UInt64(bytes.u8(1))))
  fields.add("resource", at: 2, 2, .number(UInt64(bytes.u16(2))))
  var at = NFLOGHeader.lengthMin
  while at < bytes.count {
    try bytes.require(at &+ NFLOGAttribute.headerLength)
    guard let attribute = NFLOGAttribute(bytes, at: at) else { throw .invalid(.length) }
    let isPayload = attribute.type == NFLOGAttribute.payload
    let room = isPayload ? NFLOGAttribute.headerLength : attribute.padded
    try bytes.require(at &+ room)
    fields.add("attribute", at: at, room, .none, attributeName(attribute.type))
    fields.depth += 1
    fields.add("length", at: at, 2, .number(UInt64(attribute.length)), "octets")
    fields.add("type", at: at + 2, 2, .number(UInt64(attribute.type)))
    if !isPayload { fields.attribute(attribute, at: at + NFLOGAttribute.headerLength, bytes) }
    fields.depth -= 1
    if isPayload { return }
    at &+= room
  }
}

extension Fields {
  /// Tells the value of an attribute, all of whose octets are there.
  fileprivate mutating func attribute(_ attribute: NFLOGAttribute, at offset: Int, _ bytes: Bytes) {
    let length = attribute.length - NFLOGAttribute.headerLength
    switch attribute.type {
    case 10 where length > 0: add("text", at: offset, length, .text)
    case 2...7, 11...14:
      if length == 4 {
        add("value", at: offset, length, .number(UInt64(bytes.u32(offset))))
      } else {
        fallthrough
      }
    default: if length > 0 { add("value", at: offset, length, .octets) }
    }
  }
}

/// What an attribute tells.
private func attributeName(_ type: UInt16) -> StaticString {
  switch type {
  case 1: "hook and protocol"
  case 2: "mark"
  case 3: "time"
  case 4: "interface in"
  case 5: "interface out"
  case 6: "port of the bridge, in"
  case 7: "port of the bridge, out"
  case 8: "hardware address"
  case 9: "packet"
  case 10: "prefix"
  case 11: "user"
  case 12: "sequence number"
  case 13: "sequence number of all groups"
  case 14: "group"
  case 15: "hardware type"
  case 16: "link header"
  case 17: "length of the link header"
  default: ""
  }
}
