// A request and its response, and what was there of them.

public import Wire

/// The two ends of a connection, as its flow names them.
public struct StreamEnds: Sendable, Equatable {
  public var originator: IPAddress
  public var originatorPort: UInt16
  public var responder: IPAddress
  public var responderPort: UInt16
}

/// How the end of a body is told (RFC 9112 section 6.3).
public enum HTTPFraming: Sendable, Equatable {
  case none, length, chunked, untilClose
}

/// A request or a response.
public struct HTTPMessage: Sendable {
  public var head: HTTPHead
  /// Its first octet, the octet behind its head, the one behind its last; the frames are those of the octets
  /// before.
  public var first: StreamPlace
  public var headEnd: StreamPlace
  public var last: StreamPlace
  public var framing = HTTPFraming.none
  /// Octets of the body as transferred, framing removed.
  public var bodyLength: Int64 = 0
  /// Octets of it that were not captured.
  public var missing: Int64 = 0
  /// The body's first octets, as many as were asked for.
  public var body: [UInt8] = []
  /// Its end came.
  public var isWhole = false
  /// Nothing more of it comes, whole or not.
  var isOver = false
}

/// What a connection became when it ceased to be HTTP/1.
public enum HTTPUpgrade: Sendable, Equatable { case none, tunnel, webSocket, http2, other }

/// What is missing of an exchange; the first that holds is told.
public enum HTTPMissing: Sendable, Equatable {
  case nothing, request, response, requestEnd, responseEnd, requestOctets, responseOctets

  /// The word that records print.
  public var name: StaticString {
    switch self {
    case .nothing: "nothing"
    case .request: "request"
    case .response: "response"
    case .requestEnd: "request_end"
    case .responseEnd: "response_end"
    case .requestOctets: "request_octets"
    case .responseOctets: "response_octets"
    }
  }
}

/// One exchange. Times are when octets were there for whoever reads them in order.
public struct HTTPExchange: Sendable {
  /// Number of its flow.
  public var flow: UInt64
  public var ends: StreamEnds
  /// Who asked.
  public var client: FlowSide
  /// Counts the requests of the connection from 1.
  public var index: UInt32
  /// The stream of HTTP/2 that carried it; 0 in HTTP/1.
  public internal(set) var stream: UInt32 = 0
  public internal(set) var request: HTTPMessage?
  public internal(set) var response: HTTPMessage?
  /// Interim responses, in order.
  public internal(set) var informational: [UInt16] = []
  /// Sent before the response before it had ended.
  public internal(set) var isPipelined = false
  /// Sent when the server had closed its side: nobody answers it.
  public internal(set) var isAfterClose = false
  /// From the end of the response before it to its first octet, in nanoseconds; nil for the first.
  public internal(set) var idleBefore: Int64?
  public internal(set) var upgrade = HTTPUpgrade.none
  public internal(set) var anomalies: HTTPAnomalies = []

  /// Not the first on its connection.
  public var isReused: Bool { index > 1 }

  /// Whether the connection was to stay for another exchange.
  public var keepsAlive: Bool {
    guard let response else { return request?.head.mayStay ?? false }
    return response.framing != .untilClose && response.head.mayStay && (request?.head.mayStay ?? true)
  }

  /// What is missing.
  public var missing: HTTPMissing {
    guard let request else { return .request }
    guard let response else { return .response }
    if !request.isWhole { return .requestEnd }
    if !response.isWhole { return .responseEnd }
    if request.missing > 0 { return .requestOctets }
    return response.missing > 0 ? .responseOctets : .nothing
  }

  /// Nanoseconds from the first to the last octet of the request.
  public var requestTime: Int64? { request.map { interval($0.first.delivered, $0.last.delivered) } }
  /// From the last octet of the request to the first of the response; 0 when the response came earlier.
  public var timeToFirstOctet: Int64? {
    guard let request, let response, request.isWhole else { return nil }
    return interval(request.last.delivered, response.first.delivered)
  }
  /// From the first to the last octet of the response.
  public var responseTime: Int64? { response.map { interval($0.first.delivered, $0.last.delivered) } }
  /// From the first octet of the request to the last of the response.
  public var duration: Int64? {
    guard let request, let response else { return nil }
    return interval(request.first.delivered, max(response.last.delivered, request.last.delivered))
  }
  /// When it began: the request, or what there is.
  public var start: StreamPlace? { request?.first ?? response?.first }
  /// When it ended.
  public var end: Int64 { max(request?.last.delivered ?? .min, response?.last.delivered ?? .min) }
}

extension HTTPExchange {
  /// Octets of memory that it takes.
  var octets: Int {
    MemoryLayout<HTTPExchange>.stride + (request?.octets ?? 0) + (response?.octets ?? 0)
  }
}

extension HTTPMessage {
  /// Octets of memory that it takes besides itself.
  var octets: Int { head.octets.count + body.count }
}
