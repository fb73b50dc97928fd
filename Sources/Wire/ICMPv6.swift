// Internet Control Message Protocol for IPv6 (RFC 4443). Neighbor discovery and multicast listeners are told
// in their own file.

/// Message types (IANA "ICMPv6 type Numbers").
enum ICMPv6Type {
  static let unreachable: UInt8 = 1
  static let packetTooBig: UInt8 = 2
  static let timeExceeded: UInt8 = 3
  static let parameterProblem: UInt8 = 4
  static let echo: UInt8 = 128
  static let echoReply: UInt8 = 129
  static let listenerQuery: UInt8 = 130
  static let listenerReport: UInt8 = 131
  static let listenerDone: UInt8 = 132
  static let routerSolicitation: UInt8 = 133
  static let routerAdvertisement: UInt8 = 134
  static let neighborSolicitation: UInt8 = 135
  static let neighborAdvertisement: UInt8 = 136
  static let redirect: UInt8 = 137
  static let listenerReport2: UInt8 = 143

  /// Octets of header without options; nil for messages that are all header, and for those we do not know.
  static func headerLength(_ type: UInt8) -> Int {
    switch type {
    case routerAdvertisement: 16
    case neighborSolicitation, neighborAdvertisement: 24
    case listenerQuery, listenerReport, listenerDone: 24
    case redirect: 40
    default: ICMPHeader.length
    }
  }

  /// Neighbor discovery and multicast listeners: options or records fill the rest.
  static func isAllHeader(_ type: UInt8) -> Bool {
    type >= listenerQuery && type <= redirect || type == listenerReport2
  }
}

/// ICMPv6: type and code, the numbers of an echo, the packet that an error quotes.
@Sendable func icmpv6(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .icmpv6
  packet.readICMPType(bytes)
  let header = try ICMPHeader(bytes)
  let least = ICMPv6Type.headerLength(header.type)
  let length = ICMPv6Type.isAllHeader(header.type) ? max(least, packet.claimed) : least
  packet.enter(.icmpv6, header: min(length, bytes.count))
  if header.type == ICMPv6Type.echo || header.type == ICMPv6Type.echoReply {
    packet.icmpIdentifier = UInt16(truncatingIfNeeded: header.rest &>> 16)
    packet.icmpSequence = UInt16(truncatingIfNeeded: header.rest)
  }
  if header.type == ICMPv6Type.packetTooBig { packet.pathMTU = header.rest }
  try bytes.require(length)
  // Types below 128 are errors (RFC 4443 section 2.1).
  if header.type < 128 { packet.quoted = Quoted(bytes, at: ICMPHeader.length) }
  return Payload(.data, offset: length, length: packet.claimed &- length)
}

/// The fields of an ICMPv6 message.
@Sendable func icmpv6Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try ICMPHeader(bytes)
  let rest = UInt64(header.rest)
  fields.add("type", at: 0, 1, .number(UInt64(header.type)), icmpv6TypeName(header.type))
  fields.add("code", at: 1, 1, .number(UInt64(header.code)), icmpv6CodeName(header.type, header.code))
  fields.add("checksum", at: 2, 2, .hex(UInt64(header.checksum), digits: 4))
  switch header.type {
  case ICMPv6Type.echo, ICMPv6Type.echoReply:
    fields.add("identifier", at: 4, 2, .number(rest &>> 16))
    fields.add("sequence", at: 6, 2, .number(rest & 0xffff))
  case ICMPv6Type.packetTooBig: fields.add("mtu", at: 4, 4, .number(rest), "octets")
  case ICMPv6Type.parameterProblem:
    fields.add("pointer", at: 4, 4, .number(rest), "octets into the quoted packet")
  case let type where ICMPv6Type.isAllHeader(type): try fields.neighborDiscovery(header, bytes)
  case ICMPv6Type.unreachable, ICMPv6Type.timeExceeded:
    fields.add("quoted_length", at: 4, 1, .number(rest &>> 24), "times 8 octets")
    fields.add("unused", at: 5, 3, .hex(rest & 0xff_ffff, digits: 6))
  default: fields.add("rest", at: 4, 4, .hex(rest, digits: 8))
  }
}

/// What a type is called.
public func icmpv6TypeName(_ type: UInt8) -> StaticString {
  switch type {
  case ICMPv6Type.unreachable: "destination unreachable"
  case ICMPv6Type.packetTooBig: "packet too big"
  case ICMPv6Type.timeExceeded: "time exceeded"
  case ICMPv6Type.parameterProblem: "parameter problem"
  case ICMPv6Type.echo: "echo request"
  case ICMPv6Type.echoReply: "echo reply"
  case ICMPv6Type.listenerQuery: "multicast listener query"
  case ICMPv6Type.listenerReport: "multicast listener report"
  case ICMPv6Type.listenerDone: "multicast listener done"
  case ICMPv6Type.routerSolicitation: "router solicitation"
  case ICMPv6Type.routerAdvertisement: "router advertisement"
  case ICMPv6Type.neighborSolicitation: "neighbor solicitation"
  case ICMPv6Type.neighborAdvertisement: "neighbor advertisement"
  case ICMPv6Type.redirect: "redirect"
  case 138: "router renumbering"
  case 139: "node information query"
  case 140: "node information reply"
  case 141: "inverse neighbor solicitation"
  case 142: "inverse neighbor advertisement"
  case ICMPv6Type.listenerReport2: "multicast listener report, version 2"
  case 144: "home agent discovery request"
  case 145: "home agent discovery reply"
  case 146: "mobile prefix solicitation"
  case 147: "mobile prefix advertisement"
  case 151: "multicast router advertisement"
  case 152: "multicast router solicitation"
  case 153: "multicast router termination"
  case 155: "RPL control"
  case 160: "extended echo request"
  case 161: "extended echo reply"
  default: ""
  }
}

/// What a code says of its type.
public func icmpv6CodeName(_ type: UInt8, _ code: UInt8) -> StaticString {
  switch (type, code) {
  case (1, 0): "no route"
  case (1, 1): "administratively prohibited"
  case (1, 2): "beyond the scope of the source"
  case (1, 3): "address unreachable"
  case (1, 4): "port unreachable"
  case (1, 5): "source address failed policy"
  case (1, 6): "route rejected"
  case (1, 7): "error in the source routing header"
  case (3, 0): "in transit"
  case (3, 1): "in reassembly"
  case (4, 0): "erroneous header field"
  case (4, 1): "unknown next header"
  case (4, 2): "unknown option"
  case (4, 3): "incomplete header chain in the first fragment"
  default: ""
  }
}
