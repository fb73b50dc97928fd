// Dynamic Host Configuration Protocol for IPv6, by name and message type (RFC 8415).

/// The fixed part of a message between a client and a server, in wire order (RFC 8415 section 8).
public struct DHCPv6Header: Sendable, Equatable {
  /// Octets before the options.
  public static let length = 4
  /// Octets before the options of a message that a relay sends (RFC 8415 section 9).
  public static let relayLength = 34

  public var type: UInt8
  /// 24 bits; of a relay's message it is the hop count and the beginning of an address.
  public var transaction: UInt32

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes) throws(Malformed) {
    try bytes.require(DHCPv6Header.length)
    type = bytes.u8(0)
    transaction = bytes.u24(1)
  }

  public var isRelay: Bool { type == 12 || type == 13 }
}

/// A message type by its name (IANA "DHCPv6 Message Types"); empty when it has none.
public func dhcpv6TypeName(_ type: UInt8) -> StaticString {
  switch type {
  case 1: "solicit"
  case 2: "advertise"
  case 3: "request"
  case 4: "confirm"
  case 5: "renew"
  case 6: "rebind"
  case 7: "reply"
  case 8: "release"
  case 9: "decline"
  case 10: "reconfigure"
  case 11: "information-request"
  case 12: "relay-forward"
  case 13: "relay-reply"
  case 14: "leasequery"
  case 15: "leasequery-reply"
  case 16: "leasequery-done"
  case 17: "leasequery-data"
  case 18: "reconfigure-request"
  case 19: "reconfigure-reply"
  case 20: "dhcpv4-query"
  case 21: "dhcpv4-response"
  case 22: "activeleasequery"
  case 23: "starttls"
  default: ""
  }
}

/// DHCPv6: the message type and the options as far as they are whole.
@Sendable func dhcpv6(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  guard bytes.count >= 1, bytes.u8(0) >= 1, bytes.u8(0) <= 23 else {
    return packet.disown(.udp)
  }
  let relay = bytes.u8(0) == 12 || bytes.u8(0) == 13
  let length = relay ? DHCPv6Header.relayLength : DHCPv6Header.length
  guard packet.claimed >= length else { return packet.disown(.udp) }
  packet.reading = .dhcpv6
  try bytes.require(length)
  // The first option has to end inside the message: else it is something else's traffic.
  if bytes.count >= length &+ 4, length &+ 4 &+ Int(bytes.u16(length &+ 2)) > packet.claimed {
    return packet.disown(.udp)
  }
  packet.enterApplication(.dhcpv6, header: length)
  return nil
}

/// The fields of the header and of every option.
@Sendable func dhcpv6Fields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  let header = try DHCPv6Header(bytes)
  fields.add("message_type", at: 0, 1, .number(UInt64(header.type)), dhcpv6TypeName(header.type))
  var at = DHCPv6Header.length
  if header.isRelay {
    try bytes.require(DHCPv6Header.relayLength)
    fields.add("hops", at: 1, 1, .number(UInt64(bytes.u8(1))))
    fields.add("link_address", at: 2, 16, .address(IPAddress(ipv6: bytes, at: 2)))
    fields.add("peer_address", at: 18, 16, .address(IPAddress(ipv6: bytes, at: 18)))
    at = DHCPv6Header.relayLength
  } else {
    fields.add("transaction", at: 1, 3, .hex(UInt64(header.transaction), digits: 6))
  }
  while at < bytes.count {
    try bytes.require(at &+ 4)
    let code = bytes.u16(at)
    let length = Int(bytes.u16(at &+ 2))
    try bytes.require(at &+ 4 &+ length)
    fields.add("option", at: at, 4 + length, .number(UInt64(code)), dhcpv6OptionName(code))
    fields.depth += 1
    fields.add("code", at: at, 2, .number(UInt64(code)), dhcpv6OptionName(code))
    fields.add("length", at: at + 2, 2, .number(UInt64(length)), "octets")
    if length > 0 { fields.add("data", at: at + 4, length, .octets) }
    fields.depth -= 1
    at = at &+ 4 &+ length
  }
}

/// An option's name (IANA "DHCPv6 Option Codes"); empty when it has none here.
private func dhcpv6OptionName(_ code: UInt16) -> StaticString {
  switch code {
  case 1: "client identifier"
  case 2: "server identifier"
  case 3: "non-temporary addresses"
  case 4: "temporary addresses"
  case 5: "address"
  case 6: "option request"
  case 7: "preference"
  case 8: "elapsed time"
  case 9: "relay message"
  case 11: "authentication"
  case 12: "server unicast"
  case 13: "status code"
  case 14: "rapid commit"
  case 15: "user class"
  case 16: "vendor class"
  case 17: "vendor options"
  case 18: "interface identifier"
  case 23: "DNS servers"
  case 24: "domain search list"
  case 25: "prefix delegation"
  case 26: "prefix"
  case 31: "SNTP servers"
  case 32: "information refresh time"
  case 37: "remote identifier"
  case 39: "client FQDN"
  default: ""
  }
}
