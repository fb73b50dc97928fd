// What is in a message, without a schema: protobuf by field numbers and wire types, JSON a value a line,
// text, else octets.

internal import Flow
internal import Wire

extension MessageLine {
  /// Octets of a message that are kept to be shown field by field.
  public static let fieldsMax = 1 << 16
  /// Messages in messages that are followed, and octets that are shown of what is neither.
  private static let depthMax = 16
  private static let hexMax = 64

  /// Prints what is in a message, in lines below its own.
  mutating func fields(_ message: Message) {
    let octets = message.octets.span
    let start = message.framing.headCount(octets)
    if start >= octets.count { return }
    let isWhole = Int64(octets.count) == message.length && message.missing == 0
    let first = octets[start]
    if first == 0x7b || first == 0x5b, isPlainText(octets, start, octets.count, isCut: !isWhole) {
      json(octets, start)
    } else if message.framing != .protobuf, isPlainText(octets, start, octets.count, isCut: !isWhole) {
      indent(2)
      out.write(text: octets.extracting(start..<octets.count), for: .terminal)
      out.write(octet: 10)
    } else if isWhole, isProtobuf(octets, start, octets.count) {
      protobuf(octets, start, octets.count, 2)
    } else {
      indent(2)
      hex(octets, start, octets.count)
      out.write(octet: 10)
    }
    if !isWhole { out.write("    …\n") }
  }

  private mutating func indent(_ depth: Int) { out.write(32, times: 2 * depth) }

  private mutating func hex(_ octets: Bytes, _ start: Int, _ end: Int) {
    for i in start..<min(end, start + MessageLine.hexMax) {
      if i > start { out.write(octet: 32) }
      out.write(hexOctet: octets[i])
    }
    if end - start > MessageLine.hexMax { out.write(" …") }
  }

  /// Fields, one a line: number, value, and a mark of its wire type where the value does not show it. Octets
  /// that could be a message are shown as one, unless they are text.
  private mutating func protobuf(_ octets: Bytes, _ start: Int, _ end: Int, _ depth: Int) {
    var walk = ProtobufWalk(start, end)
    while !walk.isDone, let field = walk.next(octets) {
      indent(depth)
      out.write(decimal: field.number)
      switch field.value {
      case .varint(let value):
        out.write(": ")
        out.write(decimal: value)
        // Negative numbers take all ten octets.
        if value > UInt64(Int64.max) {
          out.write(" (")
          out.write(signed: Int(Int64(bitPattern: value)))
          out.write(")")
        }
      case .fixed64(let value):
        out.write(": 0x")
        out.write(hex: value, width: 16)
        out.write(" fixed64")
      case .fixed32(let value):
        out.write(": 0x")
        out.write(hex: UInt64(value), width: 8)
        out.write(" fixed32")
      case .octets(let range):
        if isPlainText(octets, range.lowerBound, range.upperBound) {
          out.write(": \"")
          out.write(text: octets.extracting(range), for: .json)
          out.write(octet: 34)
        } else if depth < MessageLine.depthMax, isProtobuf(octets, range.lowerBound, range.upperBound) {
          out.write(" {\n")
          protobuf(octets, range.lowerBound, range.upperBound, depth + 1)
          indent(depth)
          out.write("}")
        } else {
          out.write(": ")
          out.write(decimal: UInt64(range.count))
          out.write(" octets ")
          hex(octets, range.lowerBound, range.upperBound)
        }
      }
      out.write(octet: 10)
    }
  }

  /// A JSON value with a line for each of its members; what its strings say is told as it stands.
  private mutating func json(_ octets: Bytes, _ start: Int) {
    var depth = 2
    var isInString = false
    var at = start
    indent(depth)
    while at < octets.count {
      let from = at
      if isInString {
        while at < octets.count, octets[at] != 34 { at += octets[at] == 92 ? 2 : 1 }
        at = min(octets.count, at + 1)
        isInString = false
        out.write(text: octets.extracting(from..<at), for: .terminal)
        continue
      }
      let octet = octets[at]
      at += 1
      switch octet {
      case 34:
        isInString = true
        out.write(octet: 34)
      case 0x7b, 0x5b:
        out.write(octet: octet)
        while at < octets.count, [9, 10, 13, 32].contains(octets[at]) { at += 1 }
        if at < octets.count, octets[at] == octet + 2 { continue }
        depth = min(depth + 1, 64)
        line(depth)
      case 0x7d, 0x5d:
        let isEmpty = from > start && (octets[from - 1] == octet - 2)
        if !isEmpty {
          depth = max(2, depth - 1)
          line(depth)
        }
        out.write(octet: octet)
      case 0x2c:
        out.write(octet: octet)
        line(depth)
      case 0x3a: out.write(": ")
      case 9, 10, 13, 32: break
      default: out.write(text: octets.extracting(from..<at), for: .terminal)
      }
    }
    out.write(octet: 10)
  }

  private mutating func line(_ depth: Int) {
    out.write(octet: 10)
    indent(depth)
  }
}

extension Framing {
  /// Octets of a message that its framing takes before the content.
  func headCount(_ octets: Bytes) -> Int {
    switch self {
    case .length(let field): return field.offset + field.size
    case .varint, .protobuf:
      var at = 0
      while at < octets.count, octets[at] >= 0x80 { at += 1 }
      return at + 1
    case .tls: return 5
    case .dns: return 2
    case .http2: return 9
    case .fixed, .delimiter, .json, .jsonLines, .http, .redis: return 0
    }
  }
}
