// Protobuf without a schema: fields by number and wire type, as protobuf.dev's encoding page defines them.

public import Wire

/// A field of a message.
public struct ProtobufField: Sendable, Equatable {
  /// What follows the field's tag.
  public enum Value: Sendable, Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// Octets: a string, a message, packed numbers, whatever they are.
    case octets(Range<Int>)
  }

  public var number: UInt32
  public var value: Value
}

/// Reads fields one after the other.
public struct ProtobufWalk: Sendable {
  /// The greatest field number.
  private static let numberMax: UInt64 = 1 << 29 - 1

  private var at: Int
  private let end: Int

  /// Fields from `start` up to `end`.
  public init(_ start: Int, _ end: Int) {
    at = start
    self.end = end
  }

  /// Everything has been read.
  public var isDone: Bool { at >= end }

  /// The next field; nil when none begins here, or it has no end.
  public mutating func next(_ octets: Bytes) -> ProtobufField? {
    guard let tag = varint(octets) else { return nil }
    let number = tag >> 3
    guard number > 0, number <= ProtobufWalk.numberMax else { return nil }
    let field = UInt32(number)
    switch tag & 7 {
    case 0: return varint(octets).map { ProtobufField(number: field, value: .varint($0)) }
    case 1:
      guard end &- at >= 8 else { return nil }
      let value = octets.extracting(at..<at &+ 8).u64(0).byteSwapped
      at &+= 8
      return ProtobufField(number: field, value: .fixed64(value))
    case 2:
      guard let count = varint(octets), count <= UInt64(end &- at) else { return nil }
      let start = at
      at &+= Int(count)
      return ProtobufField(number: field, value: .octets(start..<at))
    case 5:
      guard end &- at >= 4 else { return nil }
      let value = octets.u32(at).byteSwapped
      at &+= 4
      return ProtobufField(number: field, value: .fixed32(value))
    // Groups are of another age.
    default: return nil
    }
  }

  private mutating func varint(_ octets: Bytes) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < end, shift < 70 {
      let octet = octets[at]
      at &+= 1
      if shift == 63, octet > 1 { return nil }
      value |= UInt64(octet & 0x7f) &<< shift
      if octet < 0x80 { return value }
      shift &+= 7
    }
    return nil
  }
}

/// Whether octets are fields of protobuf from their first to their last.
public func isProtobuf(_ octets: Bytes, _ start: Int, _ end: Int) -> Bool {
  if start >= end { return false }
  var walk = ProtobufWalk(start, end)
  while !walk.isDone { if walk.next(octets) == nil { return false } }
  return true
}

/// Whether octets are text that people read: UTF-8 without control characters but white space.
/// `isCut`: the text goes on, and its last character may be a part of one.
public func isPlainText(_ octets: Bytes, _ start: Int, _ end: Int, isCut: Bool = false) -> Bool {
  var at = start
  while at < end {
    let octet = octets[at]
    if octet >= 32 && octet < 127 || octet == 9 || octet == 10 || octet == 13 {
      at &+= 1
      continue
    }
    let more =
      octet >= 0xc2 && octet < 0xe0
      ? 1 : octet >= 0xe0 && octet < 0xf0 ? 2 : octet >= 0xf0 && octet < 0xf5 ? 3 : 0
    if more == 0 { return false }
    if at &+ more >= end { return isCut }
    for i in 1...more where octets[at &+ i] & 0xc0 != 0x80 { return false }
    at &+= more &+ 1
  }
  return true
}
