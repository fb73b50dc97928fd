// As much of YAML as a settings file needs: mappings by indentation, scalars, lists; values with their lines.
//
// The reader that comes with swift-configuration stands on the whole of Foundation (54 MB of a statically
// linked program) and does not say in which line a value is.

/// What is wrong with a file, and where.
struct YAMLFault: Error, Equatable {
  var line: Int
  var says: String
}

/// The values of a file by their keys' paths, `log.path`.
struct YAMLValues {
  /// A value: one text, or the texts of a list.
  struct Value: Equatable {
    var texts: [String]
    var isList: Bool
    var line: Int
  }

  private(set) var values: [String: Value] = [:]

  /// The keys that the lines before have opened, with how far each is indented.
  private var open: [(indent: Int, key: String, line: Int)] = []

  /// Reads a file's text.
  init(_ text: String) throws(YAMLFault) {
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      try read(line.last == "\r" ? line.dropLast() : line, number)
    }
    for (_, key, line) in open where values[path(key)] == nil && !hasInner(key) {
      throw YAMLFault(line: line, says: "\(key): has no value")
    }
  }

  private mutating func read(_ line: Substring, _ number: Int) throws(YAMLFault) {
    let blanks = line.prefix { $0 == " " }
    var rest = line.dropFirst(blanks.count)
    if rest.first == "\t" { throw YAMLFault(line: number, says: "a tab: indent with spaces") }
    if rest.isEmpty || rest.first == "#" || rest == "---" { return }
    let indent = blanks.count
    if rest.first == "-", rest.dropFirst().first == " " || rest.count == 1 {
      return try readItem(rest.dropFirst(), indent, number)
    }
    while let last = open.last, last.indent >= indent {
      try checkClosed(last)
      open.removeLast()
    }
    if let last = open.last, values[path(nil)] != nil {
      throw YAMLFault(line: number, says: "indented below \(last.key), which has a value")
    }
    if open.isEmpty, indent > 0 { throw YAMLFault(line: number, says: "indented below nothing") }
    let key = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    rest = rest.dropFirst(key.count)
    guard !key.isEmpty, rest.first == ":", rest.count == 1 || rest.dropFirst().first == " " else {
      throw YAMLFault(line: number, says: "\"\(line.trimmedBlanks)\": KEY: VALUE was expected")
    }
    open.append((indent, String(key), number))
    let name = path(nil)
    if values[name] != nil || isKnownBefore(name, number) {
      throw YAMLFault(line: number, says: "\(name): given twice")
    }
    if let value = try scalar(rest.dropFirst(), number) { values[name] = value }
  }

  /// One `- VALUE` of a list.
  private mutating func readItem(_ rest: Substring, _ indent: Int, _ number: Int) throws(YAMLFault) {
    while let last = open.last, last.indent > indent { open.removeLast() }
    guard let last = open.last else { throw YAMLFault(line: number, says: "an item of no list") }
    guard let item = try scalar(rest, number), !item.isList else {
      throw YAMLFault(line: number, says: "\(last.key): an item without a value")
    }
    let name = path(nil)
    var value = values[name] ?? Value(texts: [], isList: true, line: number)
    guard value.isList else { throw YAMLFault(line: number, says: "\(name): has a value already") }
    value.texts += item.texts
    values[name] = value
  }

  /// A value behind a colon; nil when there is none.
  private func scalar(_ text: Substring, _ number: Int) throws(YAMLFault) -> Value? {
    var rest = text.drop { $0 == " " }
    guard let first = rest.first, first != "#" else { return nil }
    if first == "[" {
      rest = rest.dropFirst()
      var texts: [String] = []
      while true {
        rest = rest.drop { $0 == " " || $0 == "," }
        guard let next = rest.first else { throw YAMLFault(line: number, says: "a list without its ]") }
        if next == "]" { break }
        texts.append(try word(&rest, number, ends: ",]"))
      }
      try checkEnd(rest.dropFirst(), number)
      return Value(texts: texts, isList: true, line: number)
    }
    if "{&*!|>%@`".contains(first) {
      throw YAMLFault(line: number, says: "\"\(rest)\": this part of YAML is not read here; quote the text")
    }
    let value = try word(&rest, number, ends: "")
    try checkEnd(rest, number)
    return Value(texts: [value], isList: false, line: number)
  }

  /// A plain or quoted word; `ends` are the signs that end a plain one besides a comment.
  private func word(_ rest: inout Substring, _ number: Int, ends: String) throws(YAMLFault) -> String {
    var text = ""
    if let quote = rest.first, quote == "\"" || quote == "'" {
      rest = rest.dropFirst()
      while let next = rest.popFirst() {
        if next == quote {
          // Two single quotes are one.
          guard quote == "'", rest.first == "'" else { return text }
          rest = rest.dropFirst()
        } else if next == "\\", quote == "\"", let escaped = rest.popFirst() {
          text.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
          continue
        }
        text.append(next)
      }
      throw YAMLFault(line: number, says: "a text without its second \(quote)")
    }
    while let next = rest.first {
      if ends.contains(next) { break }
      if next == "#", text.last == " " { break }
      text.append(next)
      rest = rest.dropFirst()
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  private func checkEnd(_ rest: Substring, _ number: Int) throws(YAMLFault) {
    let rest = rest.drop { $0 == " " }
    if let first = rest.first, first != "#" {
      throw YAMLFault(line: number, says: "\"\(rest)\" behind the value")
    }
  }

  private func checkClosed(_ key: (indent: Int, key: String, line: Int)) throws(YAMLFault) {
    if values[path(nil)] == nil, !hasInner(key.key) {
      throw YAMLFault(line: key.line, says: "\(path(nil)): has no value")
    }
  }

  /// The path of the innermost open key.
  private func path(_ key: String?) -> String {
    var keys: [String] = []
    for each in open {
      keys.append(each.key)
      if each.key == key { break }
    }
    return keys.joined(separator: ".")
  }

  private func hasInner(_ key: String) -> Bool {
    let start = path(key) + "."
    return values.keys.contains { $0.hasPrefix(start) }
  }

  private func isKnownBefore(_ name: String, _ number: Int) -> Bool {
    values.keys.contains { $0.hasPrefix(name + ".") }
  }
}

extension Substring {
  /// Without blanks before and behind.
  fileprivate var trimmedBlanks: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
