// A question about a record: `retransmissions > 10 and service == "http"`.
//
// A name may stand for several fields of a record, because it is the end of a path or because it is in an
// array. A comparison holds when it holds for one of them; `!=` when the field is there and none is equal. A
// comparison with a field that the record does not have never holds. A name alone holds when one of its
// fields is there and is neither 0 nor false nor empty.

/// A question that has been understood.
public struct Query: Sendable {
  /// How two values are compared.
  enum Comparison: Sendable, Equatable { case equal, unequal, less, atMost, greater, atLeast, contains }

  /// Names are indices into `names`.
  indirect enum Node: Sendable, Equatable {
    case any(Int)
    case compare(Int, Comparison, RecordValue)
    case not(Node)
    case and(Node, Node)
    case or(Node, Node)
  }

  let names: [FieldName]
  let root: Node
  /// By name, whether any record had such a field.
  private var found: [Bool]
  private let words: [[UInt8]]

  /// A question in words; the error says what is wrong with them, and where.
  public init(_ text: String) throws(QueryError) {
    var parser = QueryParser(text)
    root = try parser.parse()
    names = parser.names.map(FieldName.init)
    words = parser.names
    found = Array(repeating: false, count: names.count)
  }

  /// Whether it holds of the record in `json`.
  public mutating func holds(_ json: Span<UInt8>) -> Bool {
    let fields = RecordFields(json, names)
    for i in names.indices where !fields.values[i].isEmpty { found[i] = true }
    return Query.holds(root, fields.values)
  }

  /// The names that no record has had so far.
  public var unknownNames: [String] {
    zip(words, found).filter { !$1 }.map { String(decoding: $0.0, as: UTF8.self) }
  }

  private static func holds(_ node: Node, _ values: [[RecordValue]]) -> Bool {
    switch node {
    case .any(let name): values[name].contains(where: \.isSomething)
    case .compare(let name, let comparison, let value): holds(values[name], comparison, value)
    case .not(let inner): !holds(inner, values)
    case .and(let a, let b): holds(a, values) && holds(b, values)
    case .or(let a, let b): holds(a, values) || holds(b, values)
    }
  }

  private static func holds(_ fields: [RecordValue], _ comparison: Comparison, _ value: RecordValue) -> Bool {
    switch comparison {
    case .unequal: !fields.isEmpty && fields.allSatisfy { $0.order(value) != 0 }
    case .equal: fields.contains { $0.order(value) == 0 }
    case .less: fields.contains { $0.order(value).map { $0 < 0 } ?? false }
    case .atMost: fields.contains { $0.order(value).map { $0 <= 0 } ?? false }
    case .greater: fields.contains { $0.order(value).map { $0 > 0 } ?? false }
    case .atLeast: fields.contains { $0.order(value).map { $0 >= 0 } ?? false }
    case .contains: fields.contains { $0.holds(value) }
    }
  }
}

extension RecordValue {
  /// Whether a text has another in it.
  fileprivate func holds(_ other: RecordValue) -> Bool {
    guard case .text(let text) = self, case .text(let part) = other, text.count >= part.count else {
      return false
    }
    return (0...text.count - part.count).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
  }
}

/// What is wrong with a question, and where.
public struct QueryError: Error, Sendable, Equatable {
  /// The word at fault; empty at the end.
  public let word: String
  /// Characters before it.
  public let position: Int
  /// What was expected there.
  public let says: String

  /// One line.
  public var line: String {
    word.isEmpty ? "at its end: \(says)" : "at \"\(word)\" (character \(position + 1)): \(says)"
  }
}

/// What flows are sorted by: a field's name, and the direction.
public struct SortKey: Sendable {
  let name: FieldName
  /// As it was given.
  public let word: String
  /// The greatest first; nil when neither was asked for.
  public let isDescending: Bool?

  /// `FIELD`, `FIELD:asc` or `FIELD:desc`; nil when it is none of these.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard let first = parts.first, parts.count <= 2, QueryParser.isName(Array(first.utf8)) else { return nil }
    switch parts.count == 2 ? parts[1] : "" {
    case "asc": isDescending = false
    case "desc": isDescending = true
    case "": if parts.count == 2 { return nil } else { isDescending = nil }
    default: return nil
    }
    word = first
    name = FieldName(Array(first.utf8))
  }

  /// The value of the field in a record: of several fields of the name the greatest; nil when there is none.
  public func value(of json: Span<UInt8>) -> RecordValue? {
    RecordFields(json, [name]).values[0].max { ($0.order($1) ?? 0) < 0 }
  }

  /// Whether a record with value `a` stands before one with `b`. Without a value it stands last.
  public static func precedes(_ a: RecordValue?, _ b: RecordValue?, isDescending: Bool) -> Bool? {
    guard let a else { return b == nil ? nil : false }
    guard let b else { return true }
    guard let order = a.order(b), order != 0 else { return nil }
    return (order < 0) != isDescending
  }
}
