// The fields of a record as a query sees them: read from the JSON text itself, so that whatever a record has
// can be asked for.

/// One value of a record, or one that a query compares with.
public enum RecordValue: Sendable, Equatable {
  case number(Int64)
  case real(Double)
  case text([UInt8])
  case flag(Bool)

  /// The order of two values of a kind; nil for values that cannot be compared.
  func order(_ other: RecordValue) -> Int? {
    switch (self, other) {
    case (.number(let a), .number(let b)): return a < b ? -1 : a == b ? 0 : 1
    case (.number(let a), .real(let b)): return RecordValue.order(Double(a), b)
    case (.real(let a), .number(let b)): return RecordValue.order(a, Double(b))
    case (.real(let a), .real(let b)): return RecordValue.order(a, b)
    case (.text(let a), .text(let b)): return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
    case (.flag(let a), .flag(let b)): return a == b ? 0 : a ? 1 : -1
    case (_, _): return nil
    }
  }

  private static func order(_ a: Double, _ b: Double) -> Int { a < b ? -1 : a == b ? 0 : 1 }

  /// Whether there is something: neither 0 nor false nor empty.
  var isSomething: Bool {
    switch self {
    case .number(let value): value != 0
    case .real(let value): value != 0
    case .text(let octets): !octets.isEmpty
    case .flag(let value): value
    }
  }
}

/// A name in a query: the end of a field's path, `retransmissions` as well as `tcp.orig.retransmissions`. A
/// unit may be left out: `duration` is `duration_ns`.
struct FieldName: Sendable, Equatable {
  /// The parts between the points.
  let parts: [[UInt8]]

  /// A name from its words.
  init(_ text: [UInt8]) {
    parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
  }

  /// Whether a path ends in this name.
  func names(_ path: [[UInt8]]) -> Bool {
    guard parts.count <= path.count, let last = parts.last, let leaf = path.last else { return false }
    if leaf != last, leaf != last + Array("_ns".utf8) { return false }
    return parts.dropLast().elementsEqual(path.suffix(parts.count).dropLast())
  }
}

/// Walks a record's JSON text and collects the values of the fields that names ask for.
struct RecordFields {
  /// Deeper nesting is skipped.
  private static let depthMax = 16

  private let names: [FieldName]
  /// What the names found, name by name; every element of an array counts.
  private(set) var values: [[RecordValue]]
  private var path: [[UInt8]] = []
  private var at = 0

  /// Reads the record in `json` for `names`.
  init(_ json: Span<UInt8>, _ names: [FieldName]) {
    self.names = names
    values = Array(repeating: [], count: names.count)
    readValue(json, 0)
  }

  private mutating func peek(_ json: Span<UInt8>) -> UInt8 { at < json.count ? json[at] : 0 }

  /// Reads what begins at `at`, and stops behind it.
  private mutating func readValue(_ json: Span<UInt8>, _ depth: Int) {
    if depth > RecordFields.depthMax {
      at = json.count
      return
    }
    switch peek(json) {
    case UInt8(ascii: "{"): readObject(json, depth)
    case UInt8(ascii: "["):
      at += 1
      while at < json.count, peek(json) != UInt8(ascii: "]") {
        readValue(json, depth + 1)
        if peek(json) == UInt8(ascii: ",") { at += 1 }
      }
      at += 1
    case UInt8(ascii: "\""): take(.text(readText(json)))
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
      if peek(json) != UInt8(ascii: "n") { take(.flag(peek(json) == UInt8(ascii: "t"))) }
      while at < json.count, peek(json) >= UInt8(ascii: "a"), peek(json) <= UInt8(ascii: "z") { at += 1 }
    default: readNumber(json)
    }
  }

  private mutating func readObject(_ json: Span<UInt8>, _ depth: Int) {
    at += 1
    while at < json.count, peek(json) == UInt8(ascii: "\"") {
      path.append(readText(json))
      if peek(json) == UInt8(ascii: ":") { at += 1 }
      readValue(json, depth + 1)
      path.removeLast()
      if peek(json) == UInt8(ascii: ",") { at += 1 }
    }
    at += 1
  }

  /// A string with its escapes undone.
  private mutating func readText(_ json: Span<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    at += 1
    while at < json.count, json[at] != UInt8(ascii: "\"") {
      if json[at] == UInt8(ascii: "\\"), at + 1 < json.count {
        at += 1
        switch json[at] {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "u"):
          var code: UInt32 = 0
          for i in 1...4 where at + i < json.count {
            code = code << 4 | UInt32(Character(Unicode.Scalar(json[at + i])).hexDigitValue ?? 0)
          }
          at = min(at + 4, json.count - 1)
          text += Array(String(Unicode.Scalar(code).map(Character.init) ?? "?").utf8)
        default: text.append(json[at])
        }
      } else {
        text.append(json[at])
      }
      at += 1
    }
    at += 1
    return text
  }

  private mutating func readNumber(_ json: Span<UInt8>) {
    let start = at
    while at < json.count, !",]} \n".utf8.contains(json[at]) { at += 1 }
    if at == start {
      // Nothing that JSON has: go on, so that the walk ends.
      at += 1
      return
    }
    var text = ""
    for i in start..<at { text.unicodeScalars.append(Unicode.Scalar(json[i])) }
    if let whole = Int64(text) {
      take(.number(whole))
    } else if let real = Double(text) {
      take(.real(real))
    }
  }

  /// Gives a value to the names that ask for it.
  private mutating func take(_ value: RecordValue) {
    for (i, name) in names.enumerated() where name.names(path) { values[i].append(value) }
  }
}
