// Paths folded into routes: by patterns in the syntax of Go's ServeMux, else where identifiers stand.

public import Flow
internal import Wire

/// One pattern: `[METHOD ][HOST]/[PATH]`, with `{name}` for a segment, `{name...}` at the end for all that
/// follow, `{$}` for nothing behind a slash; a path that ends in a slash stands for everything below it.
struct RoutePattern: Sendable, Equatable {
  /// A segment of a path. The order is that of precedence: what is said outright comes first.
  enum Segment: Sendable, Equatable {
    case literal([UInt8])
    case end
    case any
    case rest

    /// 0 comes first.
    var rank: Int {
      switch self {
      case .literal, .end: 0
      case .any: 1
      case .rest: 2
      }
    }
  }

  /// As it was given, without the method.
  let text: [UInt8]
  let method: [UInt8]
  let host: [UInt8]
  let segments: [Segment]

  /// Reads a pattern; the reason why it is none otherwise.
  init(_ pattern: String) throws(RouteFault) {
    var rest = Array(pattern.utf8)[...]
    if let blank = rest.firstIndex(where: { $0 == 32 || $0 == 9 }) {
      method = Array(rest[..<blank])
      rest = rest[blank...].drop { $0 == 32 || $0 == 9 }
      if method.isEmpty { throw RouteFault(says: "a blank and no method before it") }
      if !method.allSatisfy({ isTokenOctet($0) }) {
        throw RouteFault(says: "a method of other letters than it may have")
      }
    } else {
      method = []
    }
    text = Array(rest)
    guard let slash = rest.firstIndex(of: 47) else { throw RouteFault(says: "no / in it") }
    host = Array(rest[..<slash])
    if host.contains(123) { throw RouteFault(says: "a host with { in it (is a / missing?)") }
    var found: [Segment] = []
    var names: Set<[UInt8]> = []
    let parts = rest[(slash + 1)...].split(separator: 47, omittingEmptySubsequences: false)
    for (i, part) in parts.enumerated() {
      let isLast = i == parts.count - 1
      if part.isEmpty, isLast {
        found.append(.rest)
        continue
      }
      // Requests for such paths are redirected to others: nothing would match.
      if part.isEmpty || part == [46] || part == [46, 46] {
        throw RouteFault(says: "a path that is not clean")
      }
      guard let brace = part.firstIndex(of: 123) else {
        found.append(.literal(part.percentDecoded))
        continue
      }
      guard brace == part.startIndex, part.last == 125 else {
        throw RouteFault(says: "a wildcard is a whole segment")
      }
      var name = Array(part.dropFirst().dropLast())
      if name == [36] {
        if !isLast { throw RouteFault(says: "{$} is not at its end") }
        found.append(.end)
        continue
      }
      let isRest = name.suffix(3).elementsEqual("...".utf8)
      if isRest { name.removeLast(3) }
      if !RoutePattern.isName(name) {
        throw RouteFault(says: "a wildcard without a name of letters and digits")
      }
      if isRest, !isLast { throw RouteFault(says: "{...} is not at its end") }
      if !names.insert(name).inserted { throw RouteFault(says: "the same name twice") }
      found.append(isRest ? .rest : .any)
    }
    segments = found
  }

  /// As Go has names: a letter or `_`, then also digits.
  private static func isName(_ name: [UInt8]) -> Bool {
    guard let text = String(validating: name, as: UTF8.self), let first = text.first, !first.isNumber else {
      return false
    }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// Whether it stands for a request; nil when it does not. Smaller numbers are more specific.
  func match(method asked: [UInt8], host askedHost: [UInt8], path: [[UInt8]]) -> [Int]? {
    var key: [Int] = []
    if !host.isEmpty, host != askedHost { return nil }
    key.append(host.isEmpty ? 1 : 0)
    let methodRank: Int
    if method.isEmpty {
      methodRank = 2
    } else if method == asked {
      methodRank = 0
    } else if method.elementsEqual("GET".utf8), asked.elementsEqual("HEAD".utf8) {
      // As in Go: who answers GET answers HEAD.
      methodRank = 1
    } else {
      return nil
    }
    var at = 0
    for segment in segments {
      switch segment {
      case .literal(let text):
        guard at < path.count, path[at] == text else { return nil }
        at += 1
      case .any:
        guard at < path.count, !path[at].isEmpty else { return nil }
        at += 1
      case .end:
        guard at == path.count - 1, path[at].isEmpty else { return nil }
        at += 1
      case .rest:
        guard at < path.count else { return nil }
        at = path.count
      }
      key.append(segment.rank)
    }
    return at == path.count ? key + [methodRank] : nil
  }
}

/// Why a text is no pattern.
public struct RouteFault: Error {
  public let says: String
}

/// The patterns that were given.
public struct HTTPRoutes: Sendable {
  private var patterns: [RoutePattern] = []

  /// No pattern: identifiers alone are folded.
  public init() {}

  /// Patterns in the syntax of Go's ServeMux.
  public init(_ texts: [String]) throws(RouteFault) {
    for text in texts { patterns.append(try RoutePattern(text)) }
  }

  /// Whether no pattern was given.
  var isEmpty: Bool { patterns.isEmpty }

  /// The route of an exchange: the most specific pattern's text, else its path with identifiers folded.
  public func route(of exchange: HTTPExchange) -> [UInt8] {
    let path = exchange.path
    if path.first != 47 {
      // Of `user:password@host:port` the host.
      return Array(path[(path.lastIndex(of: 64).map { $0 + 1 } ?? 0)...])
    }
    if patterns.isEmpty { return fold(path) }
    let segments = path.dropFirst(path.first == 47 ? 1 : 0)
      .split(separator: 47, omittingEmptySubsequences: false).map(\.percentDecoded)
    if !patterns.isEmpty, let head = exchange.request?.head {
      let method = Array(head.octets(of: head.method))
      let host = Array(exchange.host.prefix { $0 != 58 })
      var best: (key: [Int], text: [UInt8])?
      for pattern in patterns {
        guard let key = pattern.match(method: method, host: host, path: segments) else { continue }
        if let kept = best, !key.lexicographicallyPrecedes(kept.key) { continue }
        best = (key, pattern.text)
      }
      if let best { return best.text }
    }
    return fold(path)
  }

  private static let folded = Array("{id}".utf8)

  /// A path with `{id}` in the place of each segment that looks like an identifier, and without parameters.
  private func fold(_ path: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(path.count)
    var at = 0
    while at < path.count {
      var end = at + 1
      while end < path.count, path[end] != 47 { end += 1 }
      result.append(47)
      let segment = path[(at + 1)..<end].prefix { $0 != 59 }
      result.append(contentsOf: isIdentifier(segment) ? HTTPRoutes.folded[...] : segment)
      at = end
    }
    return result
  }

  /// Digits; eight hexadecimal digits or more, some of them no letters, as in a UUID; sixteen letters and
  /// digits or more with four of each, as in a token.
  func isIdentifier(_ segment: ArraySlice<UInt8>) -> Bool { HTTPRoutes.isIdentifier(segment.span) }

  /// The same.
  static func isIdentifier(_ segment: Span<UInt8>) -> Bool {
    if segment.isEmpty || segment.count > 128 { return segment.count > 128 }
    var digits = 0
    var letters = 0
    var hexadecimal = 0
    var marks = 0
    for i in 0..<segment.count {
      switch segment[i] {
      case 48...57:
        digits += 1
        hexadecimal += 1
      case 97...102, 65...70:
        letters += 1
        hexadecimal += 1
      case 71...90, 103...122: letters += 1
      case 45, 95: marks += 1
      default: return false
      }
    }
    if digits == segment.count { return true }
    if digits == 0 { return false }
    if hexadecimal + marks == segment.count, hexadecimal >= 8 { return true }
    return segment.count >= 16 && digits >= 4 && letters >= 4 && marks <= 2
  }
}

extension OctetBuffer {
  /// A path that is plain (`HTTPHead.hasPlainTarget`), as `HTTPRoutes` folds it: with `{id}` in the place of
  /// each segment that looks like an identifier.
  mutating func write(route path: Span<UInt8>) {
    var at = 0
    while at < path.count {
      var end = at &+ 1
      while end < path.count, path[end] != 47 { end &+= 1 }
      write(octet: 47)
      let segment = path.extracting(at &+ 1..<end)
      if HTTPRoutes.isIdentifier(segment) { write("{id}") } else { write(text: segment, for: .json) }
      at = end
    }
  }
}
