// The ends of messages that are text: JSON values by their brackets, Redis's by their counts.

internal import Wire

/// Follows a JSON value to its end by brackets and quotes; what stands between them is not judged.
struct JSONCutter: Sendable {
  /// Brackets that may be open at a time.
  static let depthMax = 512

  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// A value without brackets: a number, a name, a string.
  private var isPlain = false
  private var hasBegun = false
  /// A line's value is whole: its end follows.
  private var isBehind = false

  mutating func cut(_ octets: Bytes, from start: Int, isLine: Bool) -> Cut {
    var at = start
    while at < octets.count {
      let octet = octets[at]
      if isBehind {
        at &+= 1
        if octet == 10 { return .end(at) }
        if !isJSONSpace(octet) { return .bad }
        continue
      }
      if isInString {
        at &+= 1
        if isEscaped {
          isEscaped = false
        } else if octet == 92 {
          isEscaped = true
        } else if octet == 34 {
          isInString = false
          if depth == 0 { if let end = close(at, isLine) { return end } }
        } else if octet < 32 {
          return .bad
        }
        continue
      }
      if isPlain, !isWord(octet) {
        // What ends a value without brackets is not its own.
        if let end = close(at, isLine) { return end }
        continue
      }
      switch octet {
      case 0x7b, 0x5b:
        depth &+= 1
        if depth > JSONCutter.depthMax { return .bad }
      case 0x7d, 0x5d:
        depth &-= 1
        if depth < 0 { return .bad }
        if depth == 0 {
          at &+= 1
          hasBegun = true
          if let end = close(at, isLine) { return end }
          continue
        }
      case 34: isInString = true
      case 10 where isLine: return .bad
      case 32, 9, 10, 13: break
      case 44, 58: if depth == 0 { return .bad }
      default:
        guard isWord(octet) else { return .bad }
        if depth == 0 { isPlain = true }
      }
      hasBegun = true
      at &+= 1
    }
    return .more
  }

  private mutating func close(_ at: Int, _ isLine: Bool) -> Cut? {
    isPlain = false
    if !isLine { return .end(at) }
    isBehind = true
    return nil
  }

  /// An octet of a number or of `true`, `false`, `null`.
  private func isWord(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x2b, 0x2d, 0x2e, 0x61...0x7a, 0x45: true
    default: false
    }
  }
}

/// Follows a value of Redis's protocol to its end: a type, a line, and what its number says.
struct RedisCutter: Sendable {
  /// The most digits of a number, and of octets of a line.
  private static let digitsMax = 20
  private static let lineMax = 1 << 16

  /// Values that belong to the message and have not ended.
  private var left: Int64 = 0
  private var type: UInt8 = 0
  private var number: Int64 = 0
  private var isNegative = false
  private var digits = 0
  private var line = 0
  private var hasReturn = false
  /// Octets of a string that have not come, with the end of its line.
  private var string: Int64 = 0

  mutating func cut(_ octets: Bytes, from start: Int, _ count: inout Int64) -> Cut {
    if count == 0, left == 0 { left = 1 }
    var at = start
    while at < octets.count {
      if string > 0 {
        let here = min(string, Int64(octets.count &- at))
        string &-= here
        at &+= Int(here)
        if string == 0, endsValue(1) {
          count &+= Int64(at &- start)
          return .end(at)
        }
        continue
      }
      let octet = octets[at]
      at &+= 1
      if type == 0 {
        guard begin(octet) else { return .bad }
        continue
      }
      switch (octet, hasReturn) {
      case (13, false): hasReturn = true
      case (10, true):
        guard let isEnd = endLine() else { return .bad }
        if isEnd {
          count &+= Int64(at &- start)
          return .end(at)
        }
      case (_, true), (10, false): return .bad
      default: if !take(octet) { return .bad }
      }
    }
    count &+= Int64(octets.count &- start)
    return .more
  }

  /// Whether a value of this type may begin.
  private mutating func begin(_ octet: UInt8) -> Bool {
    type = octet
    number = 0
    digits = 0
    line = 0
    isNegative = false
    hasReturn = false
    switch octet {
    // + - : $ * of version 2; _ , # ! = ( % ~ > | of version 3.
    case 0x2b, 0x2d, 0x3a, 0x24, 0x2a, 0x5f, 0x2c, 0x23, 0x21, 0x3d, 0x28, 0x25, 0x7e, 0x3e, 0x7c: return true
    // A command in one line begins with a letter.
    case 0x41...0x5a, 0x61...0x7a: return left == 1
    default: return false
    }
  }

  private var isCount: Bool {
    switch type {
    case 0x24, 0x2a, 0x21, 0x3d, 0x25, 0x7e, 0x3e, 0x7c: true
    default: false
    }
  }

  /// An octet of the line; false when it cannot stand there.
  private mutating func take(_ octet: UInt8) -> Bool {
    line &+= 1
    if !isCount { return line <= RedisCutter.lineMax }
    if octet == 0x2d, line == 1 {
      isNegative = true
      return true
    }
    guard octet >= 48, octet <= 57, digits < RedisCutter.digitsMax else { return false }
    digits &+= 1
    number = min(number &* 10 &+ Int64(octet &- 48), Cutter.messageMax)
    return true
  }

  /// The line is whole: whether the message is; nil when the line is none of a value.
  private mutating func endLine() -> Bool? {
    if isCount, digits == 0 { return nil }
    switch type {
    case 0x24, 0x21, 0x3d:
      if isNegative { return endsValue(1) }
      guard number < Cutter.messageMax else { return nil }
      string = number &+ 2
      return false
    case 0x2a, 0x7e, 0x3e: return isNegative ? endsValue(1) : adds(number)
    // Pairs; an attribute stands before the value it belongs to.
    case 0x25: return adds(number &* 2)
    case 0x7c: return adds(number &* 2 &+ 1)
    default: return endsValue(1)
    }
  }

  /// A value has others in it.
  private mutating func adds(_ values: Int64) -> Bool? {
    guard values <= 1 << 24 else { return nil }
    left &+= values
    return endsValue(1)
  }

  private mutating func endsValue(_ count: Int64) -> Bool {
    type = 0
    left &-= count
    return left <= 0
  }
}
