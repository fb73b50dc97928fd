// Internet Control Message Protocol (RFC 792).

/// What every message begins with, in wire order.
public struct ICMPHeader: Sendable, Equatable {
  /// Octets that every message has.
  public static let length = 8

  public var type: UInt8
  public var code: UInt8
  public var checksum: UInt16
  /// Two numbers of an echo, a gateway's address, a pointer, an MTU: what the type says.
  public var rest: UInt32

  /// Reads the header at the start of `bytes`.
  @inlinable public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(ICMPHeader.length)
    type = bytes.u8(0)
    code = bytes.u8(1)
    checksum = bytes.u16(2)
    rest = bytes.u32(4)
  }
}

/// Message types (IANA "ICMP Type Numbers").
enum ICMPType {
  static let echoReply: UInt8 = 0
  static let unreachable: UInt8 = 3
  static let sourceQuench: UInt8 = 4
  static let redirect: UInt8 = 5
  static let echo: UInt8 = 8
  static let routerAdvertisement: UInt8 = 9
  static let timeExceeded: UInt8 = 11
  static let parameterProblem: UInt8 = 12
  static let timestamp: UInt8 = 13
  static let timestampReply: UInt8 = 14
  static let informationRequest: UInt8 = 15
  static let informationReply: UInt8 = 16
  static let maskRequest: UInt8 = 17
  static let maskReply: UInt8 = 18

  /// Errors quote the packet they are about.
  static func isError(_ type: UInt8) -> Bool {
    type == unreachable || type == sourceQuench || type == redirect || type == timeExceeded
      || type == parameterProblem
  }

  /// Queries have an identifier and a sequence number.
  static func isQuery(_ type: UInt8) -> Bool {
    type == echo || type == echoReply || type >= timestamp && type <= maskReply
  }

  /// Octets of header: what is behind them is a user's or a quoted packet.
  static func headerLength(_ type: UInt8) -> Int {
    switch type {
    case timestamp, timestampReply: 20
    case maskRequest, maskReply: 12
    default: ICMPHeader.length
    }
  }
}

/// ICMP: type and code, the numbers of a query, the packet that an error quotes.
@Sendable func icmp(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .icmp
  packet.readICMPType(bytes)
  let header = try ICMPHeader(bytes)
  let length = ICMPType.headerLength(header.type)
  packet.enter(.icmp, header: min(length, bytes.count))
  if ICMPType.isQuery(header.type) {
    packet.icmpIdentifier = UInt16(truncatingIfNeeded: header.rest &>> 16)
    packet.icmpSequence = UInt16(truncatingIfNeeded: header.rest)
  }
  if header.type == ICMPType.unreachable, header.code == 4 { packet.pathMTU = header.rest & 0xffff }
  try bytes.require(length)
  if ICMPType.isError(header.type) { packet.quoted = Quoted(bytes, at: length) }
  return Payload(.data, offset: length, length: packet.claimed &- length)
}

extension Packet {
  /// Takes the type and the code, when at least they were captured.
  mutating func readICMPType(_ bytes: Bytes) {
    guard bytes.count >= 2 else { return }
    icmpType = bytes.u8(0)
    icmpCode = bytes.u8(1)
    hasICMP = true
  }
}

/// The fields of an ICMP message.
@Sendable func icmpFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try ICMPHeader(bytes)
  let rest = UInt64(header.rest)
  fields.add("type", at: 0, 1, .number(UInt64(header.type)), icmpTypeName(header.type))
  fields.add("code", at: 1, 1, .number(UInt64(header.code)), icmpCodeName(header.type, header.code))
  fields.add("checksum", at: 2, 2, .hex(UInt64(header.checksum), digits: 4))
  switch (header.type, header.code) {
  case (let type, _) where ICMPType.isQuery(type):
    fields.add("identifier", at: 4, 2, .number(rest &>> 16))
    fields.add("sequence", at: 6, 2, .number(rest & 0xffff))
  case (ICMPType.unreachable, 4):
    fields.add("unused", at: 4, 1, .hex(rest &>> 24, digits: 2))
    fields.add("quoted_length", at: 5, 1, .number(rest &>> 16 & 0xff), "times 4 octets")
    fields.add("next_hop_mtu", at: 6, 2, .number(rest & 0xffff), "octets")
  case (ICMPType.redirect, _):
    fields.add("gateway", at: 4, 4, .address(IPAddress(ipv4: header.rest)))
  case (ICMPType.parameterProblem, _):
    fields.add("pointer", at: 4, 1, .number(rest &>> 24), "octets into the quoted header")
    fields.add("quoted_length", at: 5, 1, .number(rest &>> 16 & 0xff), "times 4 octets")
    fields.add("unused", at: 6, 2, .hex(rest & 0xffff, digits: 4))
  case (ICMPType.unreachable, _), (ICMPType.timeExceeded, _):
    fields.add("unused", at: 4, 1, .hex(rest &>> 24, digits: 2))
    fields.add("quoted_length", at: 5, 1, .number(rest &>> 16 & 0xff), "times 4 octets")
    fields.add("unused", at: 6, 2, .hex(rest & 0xffff, digits: 4))
  case (ICMPType.routerAdvertisement, _):
    fields.add("addresses", at: 4, 1, .number(rest &>> 24))
    fields.add("entry_size", at: 5, 1, .number(rest &>> 16 & 0xff), "times 4 octets")
    fields.add("lifetime", at: 6, 2, .number(rest & 0xffff), "seconds")
  default: fields.add("rest", at: 4, 4, .hex(rest, digits: 8))
  }
  try fields.icmpTail(header.type, bytes)
}

extension Fields {
  /// Tells what the timestamp and address mask messages have behind the first eight octets.
  fileprivate mutating func icmpTail(_ type: UInt8, _ bytes: Bytes) throws(Malformed) {
    switch type {
    case ICMPType.timestamp, ICMPType.timestampReply:
      try bytes.require(20)
      add("originate", at: 8, 4, .number(UInt64(bytes.u32(8))), "milliseconds since midnight UTC")
      add("receive", at: 12, 4, .number(UInt64(bytes.u32(12))), "milliseconds since midnight UTC")
      add("transmit", at: 16, 4, .number(UInt64(bytes.u32(16))), "milliseconds since midnight UTC")
    case ICMPType.maskRequest, ICMPType.maskReply:
      try bytes.require(12)
      add("mask", at: 8, 4, .address(IPAddress(ipv4: bytes.u32(8))))
    default: return
    }
  }
}

/// What a type is called.
public func icmpTypeName(_ type: UInt8) -> StaticString {
  switch type {
  case ICMPType.echoReply: "echo reply"
  case ICMPType.unreachable: "destination unreachable"
  case ICMPType.sourceQuench: "source quench"
  case ICMPType.redirect: "redirect"
  case ICMPType.echo: "echo request"
  case ICMPType.routerAdvertisement: "router advertisement"
  case 10: "router solicitation"
  case ICMPType.timeExceeded: "time exceeded"
  case ICMPType.parameterProblem: "parameter problem"
  case ICMPType.timestamp: "timestamp request"
  case ICMPType.timestampReply: "timestamp reply"
  case ICMPType.informationRequest: "information request"
  case ICMPType.informationReply: "information reply"
  case ICMPType.maskRequest: "address mask request"
  case ICMPType.maskReply: "address mask reply"
  case 30: "traceroute"
  case 40: "Photuris"
  case 42: "extended echo request"
  case 43: "extended echo reply"
  default: ""
  }
}

/// What a code says of its type.
public func icmpCodeName(_ type: UInt8, _ code: UInt8) -> StaticString {
  switch (type, code) {
  case (3, 0): "network unreachable"
  case (3, 1): "host unreachable"
  case (3, 2): "protocol unreachable"
  case (3, 3): "port unreachable"
  case (3, 4): "fragmentation needed"
  case (3, 5): "source route failed"
  case (3, 6): "network unknown"
  case (3, 7): "host unknown"
  case (3, 8): "source host isolated"
  case (3, 9): "network prohibited"
  case (3, 10): "host prohibited"
  case (3, 11): "network unreachable for this service"
  case (3, 12): "host unreachable for this service"
  case (3, 13): "administratively prohibited"
  case (3, 14): "host precedence violation"
  case (3, 15): "precedence cutoff"
  case (5, 0): "for the network"
  case (5, 1): "for the host"
  case (5, 2): "for the service and network"
  case (5, 3): "for the service and host"
  case (11, 0): "in transit"
  case (11, 1): "in reassembly"
  case (12, 0): "pointer tells the octet"
  case (12, 1): "a required option is missing"
  case (12, 2): "bad length"
  default: ""
  }
}
