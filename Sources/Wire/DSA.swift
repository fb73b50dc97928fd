// Ethernet with the tag of a Marvell switch between its addresses and its type (LINKTYPE_DSA_TAG_DSA and
// _EDSA): which port a frame came from or goes to.

/// The four octets of a tag.
public struct DSATag: Sendable, Equatable {
  /// Octets of the tag alone, and behind an EtherType and two reserved octets.
  public static let length = 4
  public static let extendedLength = 8

  /// Where a frame is on its way to.
  public enum Mode: UInt8, Sendable {
    case toCPU = 0
    case fromCPU, toSniffer, forward
  }

  public var word: UInt32

  /// A tag from its octets in network order.
  @inlinable public init(_ word: UInt32) { self.word = word }

  public var mode: Mode {
    switch word &>> 30 {
    case 0: .toCPU
    case 1: .fromCPU
    case 2: .toSniffer
    default: .forward
    }
  }
  /// The frame has a VLAN tag outside of the switch.
  public var isTagged: Bool { word & 0x2000_0000 != 0 }
  public var device: UInt8 { UInt8(word &>> 24 & 0x1f) }
  public var port: UInt8 { UInt8(word &>> 19 & 0x1f) }
  /// The port is a trunk; to a sniffer, the frame was received.
  public var isTrunk: Bool { word & 0x0004_0000 != 0 }
  /// The canonical format indicator of the VLAN tag.
  public var isCanonical: Bool { word & 0x0001_0000 != 0 }
  /// Why a frame goes to the CPU.
  public var code: UInt8 { UInt8(word &>> 16 & 6) | UInt8(word &>> 12 & 1) }
  public var priority: UInt8 { UInt8(word &>> 13 & 7) }
  public var vlan: UInt16 { UInt16(word & 0x0fff) }
}

/// Ethernet with a tag of four octets.
@Sendable func dsa(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .dsa
  return try packet.switchTagged(bytes, .dsa, DSATag.length)
}

/// Ethernet with a tag of eight octets.
@Sendable func edsa(_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload? {
  packet.reading = .edsa
  return try packet.switchTagged(bytes, .edsa, DSATag.extendedLength)
}

extension Packet {
  /// Addresses, tag, and type.
  fileprivate mutating func switchTagged(
    _ bytes: Bytes, _ kind: Layer.Kind, _ tagLength: Int
  ) throws(Malformed) -> Payload {
    let length = EthernetHeader.length &+ tagLength
    try bytes.require(length)
    enter(kind, header: length)
    destinationMAC = bytes.u48(0)
    sourceMAC = bytes.u48(6)
    hasMAC = true
    return typed(bytes.u16(length &- 2), after: length)
  }
}

/// The fields of the header with the short tag.
@Sendable func dsaFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try fields.switchTagged(bytes, DSATag.length)
}

/// The fields of the header with the long tag.
@Sendable func edsaFields(_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) {
  try fields.switchTagged(bytes, DSATag.extendedLength)
}

extension Fields {
  /// Tells either header.
  fileprivate mutating func switchTagged(_ bytes: Bytes, _ tagLength: Int) throws(Malformed) {
    let length = EthernetHeader.length + tagLength
    try bytes.require(length)
    add("destination", at: 0, 6, .mac(bytes.u48(0)), macMeaning(bytes.u48(0)))
    add("source", at: 6, 6, .mac(bytes.u48(6)))
    if tagLength == DSATag.extendedLength {
      add("tag_type", at: 12, 2, .hex(UInt64(bytes.u16(12)), digits: 4))
      add("reserved", at: 14, 2, .hex(UInt64(bytes.u16(14)), digits: 4))
    }
    let at = length - 6
    let tag = DSATag(bytes.u32(at))
    let word = UInt64(tag.word)
    add("tag", at: at, 4, .hex(word, digits: 8))
    bits("mode", at: at, 1, of: word, mask: 0xc000_0000, modeName(tag.mode))
    bits("tagged", at: at, 1, of: word, mask: 0x2000_0000)
    bits("device", at: at, 1, of: word, mask: 0x1f00_0000)
    bits("port", at: at + 1, 1, of: word, mask: 0x00f8_0000)
    bits("trunk", at: at + 1, 1, of: word, mask: 0x0004_0000)
    bits("priority", at: at + 2, 1, of: word, mask: 0xe000)
    bits("vlan", at: at + 2, 2, of: word, mask: 0x0fff)
    type(bytes.u16(length - 2), at: length - 2)
  }
}

/// Where a frame is on its way to.
private func modeName(_ mode: DSATag.Mode) -> StaticString {
  switch mode {
  case .toCPU: "to the CPU"
  case .fromCPU: "from the CPU"
  case .toSniffer: "to a sniffer"
  case .forward: "forwarded"
  }
}
