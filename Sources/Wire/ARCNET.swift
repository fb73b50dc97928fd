// ARCNET (RFC 1051, RFC 1201), as the wire has it and as Linux hands it out.

/// Either header; the order is that of Linux, which joins fragments and tells where the frame lay in the
/// card's buffer.
public struct ARCNETHeader: Sendable, Equatable {
  public var source: UInt8
  public var destination: UInt8
  /// Linux only.
  public var bufferOffset: UInt16?
  public var type: UInt8
  /// Not of the types that RFC 1051 and the standard's diagnosis have. 0 of a whole packet; odd in the first
  /// fragment, even in the others.
  public var splitFlag: UInt8?
  public var sequence: UInt16 = 0
  /// Octets.
  public var length: Int

  /// Whether frames of a type have no split flag: those of RFC 1051, and diagnosis.
  public static func isSimple(_ type: UInt8) -> Bool { type == 0xf0 || type == 0xf1 || type == 0x80 }

  /// Reads the header at the start of `bytes`.
  public init(_ bytes: Bytes, isLinux: Bool) throws(Malformed) {
    let at = isLinux ? 4 : 2
    try bytes.require(at &+ 1)
    source = bytes.u8(0)
    destination = bytes.u8(1)
    bufferOffset = isLinux ? bytes.u16(2) : nil
    type = bytes.u8(at)
    length = at &+ 1
    if ARCNETHeader.isSimple(type) { return }
    length = at &+ 4
    try bytes.require(length)
    // An exception packet: the real header follows (RFC 1201 section 2.3).
    if !isLinux && bytes.u8(at &+ 1) == 0xff {
      length = at &+ 8
      try bytes.require(length)
    }
    splitFlag = bytes.u8(length &- 3)
    sequence = bytes.u16(length &- 2)
  }
}

/// ARCNET as the wire has it. A fragment's payload is nobody's until it is joined.
@Sendable func arcnet(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .arcnet
  let header = try ARCNETHeader(bytes, isLinux: false)
  packet.enter(.arcnet, header: header.length)
  return packet.arcnet(header, isWhole: header.splitFlag ?? 0 == 0)
}

/// ARCNET as Linux hands it out.
@Sendable func arcnetLinux(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .arcnetLinux
  let header = try ARCNETHeader(bytes, isLinux: true)
  packet.enter(.arcnetLinux, header: header.length)
  return packet.arcnet(header, isWhole: true)
}

extension Packet {
  /// What either header announces.
  fileprivate func arcnet(_ header: ARCNETHeader, isWhole: Bool) -> Payload {
    let kind: Payload.Kind =
      switch header.type {
      case 0xf0, 0xd4: .etherType(.ipv4)
      case 0xf1, 0xd5: .etherType(.arp)
      case 0xd6: .etherType(.reverseARP)
      case 0xc4: .etherType(.ipv6)
      default: .data
      }
    return Payload(
      isWhole ? kind : .data, offset: header.length, length: claimed &- header.length)
  }
}

/// The fields of the wire's header.
@Sendable func arcnetFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  fields.arcnet(try ARCNETHeader(bytes, isLinux: false), at: 2)
}

/// The fields of Linux's header.
@Sendable func arcnetLinuxFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  fields.arcnet(try ARCNETHeader(bytes, isLinux: true), at: 4)
}

extension Fields {
  /// Tells either header, whose type is at `at`.
  fileprivate mutating func arcnet(_ header: ARCNETHeader, at: Int) {
    add("source", at: 0, 1, .hex(UInt64(header.source), digits: 2))
    add(
      "destination", at: 1, 1, .hex(UInt64(header.destination), digits: 2),
      header.destination == 0 ? "broadcast" : "")
    if let offset = header.bufferOffset { add("buffer_offset", at: 2, 2, .number(UInt64(offset))) }
    add("type", at: at, 1, .hex(UInt64(header.type), digits: 2), arcnetName(header.type))
    guard let flag = header.splitFlag else { return }
    let last = header.length - 3
    if last > at + 1 { add("exception", at: at + 1, last - at - 1, .octets) }
    add(
      "split_flag", at: last, 1, .number(UInt64(flag)),
      flag == 0 ? "whole" : flag & 1 == 1 ? "first fragment" : "later fragment")
    add("sequence", at: last + 1, 2, .number(UInt64(header.sequence)))
  }
}

/// What a type announces.
private func arcnetName(_ type: UInt8) -> StaticString {
  switch type {
  case 0x80: "diagnosis"
  case 0xc4: "IPv6"
  case 0xd4: "IPv4"
  case 0xd5: "ARP"
  case 0xd6: "RARP"
  case 0xdd: "AppleTalk"
  case 0xf0: "IPv4 (RFC 1051)"
  case 0xf1: "ARP (RFC 1051)"
  case 0xf7: "Banyan Vines"
  case 0xfa: "IPX"
  default: ""
  }
}
