// The words of a query: `(a or b) and not c == "text"`, read from left to right.
//
// or, || · and, && · not, ! · ( ) · == = != < <= > >= contains · names on the left, a value on the right: a
// number with or without a unit, true, false, text in quotes, or a word, which is text as well.

struct QueryParser {
  /// Deeper brackets and denials are refused.
  private static let depthMax = 64

  private struct Token {
    enum Kind { case word, text, mark, end }
    var kind: Kind
    var octets: [UInt8]
    /// Octets before it.
    var start: Int
  }

  /// The names so far, each once.
  private(set) var names: [[UInt8]] = []
  private let octets: [UInt8]
  private var at = 0
  private var token = Token(kind: .end, octets: [], start: 0)

  init(_ text: String) { octets = Array(text.utf8) }

  /// The whole question.
  mutating func parse() throws(QueryError) -> Query.Node {
    try advance()
    let node = try parseOr(0)
    if token.kind != .end { throw wrong("\"and\" or \"or\" was expected") }
    return node
  }

  /// Whether octets can be a field's name.
  static func isName(_ octets: [UInt8]) -> Bool {
    guard let first = octets.first, first >= 97 && first <= 122 else { return false }
    return octets.allSatisfy {
      $0 >= 97 && $0 <= 122 || $0 >= 48 && $0 <= 57 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
  }

  // Grammar

  private mutating func parseOr(_ depth: Int) throws(QueryError) -> Query.Node {
    var node = try parseAnd(depth)
    while isMark("||") || isWord("or") {
      try advance()
      node = .or(node, try parseAnd(depth))
    }
    return node
  }

  private mutating func parseAnd(_ depth: Int) throws(QueryError) -> Query.Node {
    var node = try parseNot(depth)
    while isMark("&&") || isWord("and") {
      try advance()
      node = .and(node, try parseNot(depth))
    }
    return node
  }

  private mutating func parseNot(_ depth: Int) throws(QueryError) -> Query.Node {
    if depth > QueryParser.depthMax { throw wrong("too many brackets") }
    if isMark("!") || isWord("not") {
      try advance()
      return .not(try parseNot(depth + 1))
    }
    if isMark("(") {
      try advance()
      let node = try parseOr(depth + 1)
      if !isMark(")") { throw wrong("\")\" was expected") }
      try advance()
      return node
    }
    return try parseComparison()
  }

  private mutating func parseComparison() throws(QueryError) -> Query.Node {
    guard token.kind == .word, QueryParser.isName(token.octets), !isConnective else {
      throw wrong("the name of a field was expected")
    }
    let name = index(of: token.octets)
    try advance()
    guard let comparison = comparison() else { return .any(name) }
    try advance()
    return .compare(name, comparison, try value(comparison))
  }

  private func comparison() -> Query.Comparison? {
    if isWord("contains") { return .contains }
    guard token.kind == .mark else { return nil }
    switch String(decoding: token.octets, as: UTF8.self) {
    case "=", "==": return .equal
    case "!=": return .unequal
    case "<": return .less
    case "<=": return .atMost
    case ">": return .greater
    case ">=": return .atLeast
    default: return nil
    }
  }

  private mutating func value(_ comparison: Query.Comparison) throws(QueryError) -> RecordValue {
    let value: RecordValue
    switch token.kind {
    case .text: value = .text(token.octets)
    case .word where comparison == .contains: value = .text(token.octets)
    case .word where !isConnective: value = try word(comparison)
    case .word, .mark, .end: throw wrong("a value was expected")
    }
    try advance()
    return value
  }

  /// A word as a value: true, false, a number, a number with its unit, else text.
  private func word(_ comparison: Query.Comparison) throws(QueryError) -> RecordValue {
    let text = String(decoding: token.octets, as: UTF8.self)
    if text == "true" || text == "false" { return .flag(text == "true") }
    if let whole = Int64(text) { return .number(whole) }
    let digits = text.prefix { $0.isNumber || $0 == "." || $0 == "-" }
    let unit = text.dropFirst(digits.count)
    if let number = Double(digits) {
      if unit.isEmpty { return .real(number) }
      if let factor = QueryParser.factor(unit) {
        let product = number * factor
        return Int64(exactly: product).map { .number($0) } ?? .real(product)
      }
      if comparison != .equal, comparison != .unequal {
        throw wrong("\"\(unit)\" is no unit: ns us ms s min h, kB MB GB, KiB MiB GiB, %")
      }
    }
    return .text(token.octets)
  }

  /// Times in nanoseconds, amounts in octets, shares of one.
  private static func factor(_ unit: Substring) -> Double? {
    switch unit {
    case "ns": 1
    case "us": 1e3
    case "ms": 1e6
    case "s": 1e9
    case "min": 60e9
    case "h": 3600e9
    case "B": 1
    case "kB": 1e3
    case "MB": 1e6
    case "GB": 1e9
    case "KiB": 1024
    case "MiB": 1_048_576
    case "GiB": 1_073_741_824
    case "%": 0.01
    default: nil
    }
  }

  private mutating func index(of name: [UInt8]) -> Int {
    if let known = names.firstIndex(of: name) { return known }
    names.append(name)
    return names.count - 1
  }

  // Words

  private var isConnective: Bool { isWord("and") || isWord("or") || isWord("not") || isWord("contains") }

  private func isWord(_ text: String) -> Bool { token.kind == .word && token.octets == Array(text.utf8) }
  private func isMark(_ text: String) -> Bool { token.kind == .mark && token.octets == Array(text.utf8) }

  private func wrong(_ says: String) -> QueryError {
    QueryError(word: String(decoding: token.octets, as: UTF8.self), position: token.start, says: says)
  }

  /// Reads the next word, text or mark.
  private mutating func advance() throws(QueryError) {
    while at < octets.count, octets[at] == 32 || octets[at] == 9 || octets[at] == 10 { at += 1 }
    let start = at
    guard at < octets.count else {
      token = Token(kind: .end, octets: [], start: start)
      return
    }
    let first = octets[at]
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return try readText(first) }
    if "()!<>=&|".utf8.contains(first) {
      at += 1
      if at < octets.count {
        let two = [first, octets[at]]
        if ["!=", "<=", ">=", "==", "&&", "||"].contains(where: { Array($0.utf8) == two }) { at += 1 }
      }
      token = Token(kind: .mark, octets: Array(octets[start..<at]), start: start)
      return
    }
    while at < octets.count, octets[at] > 32, !"()!<>=&|\"'".utf8.contains(octets[at]) { at += 1 }
    token = Token(kind: .word, octets: Array(octets[start..<at]), start: start)
  }

  private mutating func readText(_ quote: UInt8) throws(QueryError) {
    let start = at
    var text: [UInt8] = []
    at += 1
    while at < octets.count, octets[at] != quote {
      if octets[at] == UInt8(ascii: "\\"), at + 1 < octets.count { at += 1 }
      text.append(octets[at])
      at += 1
    }
    token = Token(kind: .text, octets: text, start: start)
    if at == octets.count { throw wrong("the text has no end") }
    at += 1
  }
}
