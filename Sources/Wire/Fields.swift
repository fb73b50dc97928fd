// Every field of a layer with its name, its octets, its value and what the value means: what `-V` prints.
//
// The fields of depth 1 tile their layer: no octet belongs to two of them. What shares an octet (flags, a
// version beside a length) is one field of depth 1 whose bits are told as its parts; octets that no field
// claims are shown as such.

/// A field's value, kept as a number or as a place in the frame: text is made by whoever prints.
public enum FieldValue: Sendable, Equatable {
  /// A heading, or a field whose octets say nothing more.
  case none
  case number(UInt64)
  case signed(Int64)
  /// A binary fraction: the number divided by two to the power of `fractionBits`.
  case fixed(UInt64, fractionBits: Int)
  /// Shown with this many hexadecimal digits.
  case hex(UInt64, digits: Int)
  case flag(Bool)
  /// Some bits of a field: the number that its octets are, and which bits of it are meant.
  case bits(UInt64, mask: UInt64)
  /// Six octets.
  case mac(UInt64)
  case address(IPAddress)
  /// The field's own octets, as text that has to be escaped, or as hexadecimal digits.
  case text
  case octets
  /// The field's octets begin a domain name; its compression pointers count from `message`, in octets from
  /// the start of the frame (RFC 1035 section 4.1.4).
  case domain(message: Int)
  /// A point in time in nanoseconds since the Unix epoch.
  case time(Int64)
}

/// One field of one layer.
public struct FieldNode: Sendable {
  /// Lower snake case; the RFC's word.
  public var name: StaticString
  public var value: FieldValue
  /// What the value means, in words, or its unit; empty when it speaks for itself.
  public var meaning: StaticString
  /// Octets from the start of the frame, and how many.
  public var offset: Int
  public var length: Int
  /// 0 for a layer's heading, 1 for its fields, 2 for the parts of a field, and so on.
  public var depth: Int
}

/// The fields of a packet in the order of its octets. Reused from packet to packet: it keeps its capacity.
public struct Fields: Sendable {
  /// What has been told so far.
  public private(set) var nodes: [FieldNode] = []
  /// Where the layer being described begins, in octets from the start of the frame.
  public var base = 0
  /// The depth that the next field gets.
  public var depth = 1

  /// No fields.
  public init() {}

  /// Forgets the fields of the packet before.
  public mutating func removeAll() {
    nodes.removeAll(keepingCapacity: true)
    base = 0
    depth = 1
  }

  /// Tells one field: `offset` is counted from the start of the layer.
  public mutating func add(
    _ name: StaticString, at offset: Int, _ length: Int, _ value: FieldValue, _ meaning: StaticString = ""
  ) {
    nodes.append(
      FieldNode(
        name: name, value: value, meaning: meaning, offset: base + offset, length: length, depth: depth))
  }

  /// Tells a part of the field told before: the bits that `mask` picks of `number`, which its `length` octets
  /// are.
  public mutating func bits(
    _ name: StaticString, at offset: Int, _ length: Int, of number: UInt64, mask: UInt64,
    _ meaning: StaticString = ""
  ) {
    depth += 1
    add(name, at: offset, length, .bits(number, mask: mask), meaning)
    depth -= 1
  }
}

/// Tells the fields of one layer, whose octets `bytes` are: header and payload, as far as the layers around
/// it say and the capture has them. A fault ends it; the fields already told stay.
public typealias Describer = @Sendable (_ bytes: Bytes, _ fields: inout Fields) throws(Malformed) -> Void
