// Which reader takes a stream: asked of its octets, in the order of a list.

public import Wire

/// What a stream carries, as far as somebody reads it.
public enum StreamKind: UInt8, Sendable, CaseIterable {
  case http1
  /// HTTP/2 without TLS, by prior knowledge (RFC 9113 section 3.3).
  case http2
}

/// What a recognizer says of the first octets of a direction.
public enum Recognition: Sendable, Equatable { case mine, needMore, notMine }

/// Asks the octets that a direction begins with.
public typealias StreamRecognizer = @Sendable (_ octets: Bytes) -> Recognition

/// The readers there are, each with the function that knows its octets. Ports are no part of it: HTTP is
/// spoken on all of them, and port 80 carries other things.
public struct StreamMux: Sendable {
  private var entries: [(kind: StreamKind, recognizer: StreamRecognizer)] = []

  /// The list.
  public static let standard: StreamMux = {
    var mux = StreamMux()
    mux.handle(.http2, http2Preface)
    mux.handle(.http1, http1Message)
    return mux
  }()

  /// Nobody reads.
  public init() {}

  /// Adds a reader behind those that are there.
  public mutating func handle(_ kind: StreamKind, _ recognizer: @escaping StreamRecognizer) {
    entries.append((kind, recognizer))
  }

  /// Who takes octets like these; `.needMore` when somebody might.
  func choose(_ octets: Bytes) -> (kind: StreamKind?, isOpen: Bool) {
    var isOpen = false
    for entry in entries {
      switch entry.recognizer(octets) {
      case .mine: return (entry.kind, false)
      case .needMore: isOpen = true
      case .notMine: break
      }
    }
    return (nil, isOpen)
  }
}

/// The first line of a request or a response.
@Sendable func http1Message(_ octets: Bytes) -> Recognition {
  var start = 0
  while start < octets.count, start < 8, octets[start] == 13 || octets[start] == 10 { start += 1 }
  switch httpStart(octets.extracting(start..<octets.count)) {
  case .request, .response: return .mine
  case .needMore: return .needMore
  case .other: return .notMine
  }
}

/// The octets that a client of HTTP/2 begins with (RFC 9113 section 3.4).
@Sendable func http2Preface(_ octets: Bytes) -> Recognition {
  let preface = HTTP2Connection.preface
  for i in 0..<min(octets.count, preface.count) where octets[i] != preface[i] { return .notMine }
  return octets.count < preface.count ? .needMore : .mine
}
