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
  public var head = HTTPHead()
  /// Its first octet, the octet behind its head, the one behind its last; the frames are those of the octets
  /// before.
  public internal(set) var first = StreamPlace()
  public internal(set) var headEnd = StreamPlace()
  public internal(set) var last = StreamPlace()
  public internal(set) var framing = HTTPFraming.none
  /// Octets of the body as transferred, framing removed.
  public internal(set) var bodyLength: Int64 = 0
  /// Octets of it that were not captured.
  public internal(set) var missing: Int64 = 0
  /// The body's first octets, as many as were asked for.
  public internal(set) var body: [UInt8] = []
  /// Its end came.
  public internal(set) var isWhole = false
  /// Nothing more of it comes, whole or not.
  var isOver = false

  /// No message.
  init() {}

  /// A message of a head that ends at `end`.
  init(head: HTTPHead, first: StreamPlace, headEnd end: StreamPlace) {
    self.head = head
    begin(first, end)
  }

  /// Begins with the head that it has.
  mutating func begin(_ first: StreamPlace, _ end: StreamPlace) {
    self.first = first
    headEnd = end
    last = end
  }

  /// Forgets everything; what it kept octets in, it keeps for the next.
  mutating func clear() {
    head.clear()
    (framing, bodyLength, missing) = (.none, 0, 0)
    body.removeAll(keepingCapacity: true)
    (isWhole, isOver) = (false, false)
  }
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
///
/// Nearly a kilobyte with four lists in it, whose copy costs more than what is done with it: whoever asks one
/// for much takes it `inout`, and its messages at their places, `asked` and `answered`.
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
  /// The request, when there is one, and the response.
  public var asked = HTTPMessage()
  public var answered = HTTPMessage()
  public internal(set) var hasRequest = false
  public internal(set) var hasResponse = false
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

  /// The request, or nil.
  public internal(set) var request: HTTPMessage? {
    get { hasRequest ? asked : nil }
    set { (asked, hasRequest) = (newValue ?? HTTPMessage(), newValue != nil) }
  }
  /// The response, or nil.
  public internal(set) var response: HTTPMessage? {
    get { hasResponse ? answered : nil }
    set { (answered, hasResponse) = (newValue ?? HTTPMessage(), newValue != nil) }
  }

  /// Not the first on its connection.
  public var isReused: Bool { index > 1 }

  /// Whether the connection was to stay for another exchange.
  public var keepsAlive: Bool {
    let mayStay = hasRequest ? asked.head.mayStay : hasResponse
    return mayStay && (!hasResponse || answered.framing != .untilClose && answered.head.mayStay)
  }

  /// What is missing.
  public var missing: HTTPMissing {
    if !hasRequest { return .request }
    if !hasResponse { return .response }
    if !asked.isWhole { return .requestEnd }
    if !answered.isWhole { return .responseEnd }
    if asked.missing > 0 { return .requestOctets }
    return answered.missing > 0 ? .responseOctets : .nothing
  }

  /// Nanoseconds from the first to the last octet of the request.
  public var requestTime: Int64? {
    hasRequest ? interval(asked.first.delivered, asked.last.delivered) : nil
  }
  /// From the last octet of the request to the first of the response; 0 when the response came earlier.
  public var timeToFirstOctet: Int64? {
    guard hasRequest, hasResponse, asked.isWhole else { return nil }
    return interval(asked.last.delivered, answered.first.delivered)
  }
  /// From the first to the last octet of the response.
  public var responseTime: Int64? {
    hasResponse ? interval(answered.first.delivered, answered.last.delivered) : nil
  }
  /// From the first octet of the request to the last of the response.
  public var duration: Int64? {
    guard hasRequest, hasResponse else { return nil }
    return interval(asked.first.delivered, max(answered.last.delivered, asked.last.delivered))
  }
  /// When it began: the request, or what there is.
  public var start: StreamPlace? { hasRequest ? asked.first : hasResponse ? answered.first : nil }
  /// When it ended.
  public var end: Int64 {
    max(hasRequest ? asked.last.delivered : .min, hasResponse ? answered.last.delivered : .min)
  }
}

/// What is worked out of an exchange, all at once: how long its parts took, and how it ended. In nanoseconds;
/// nil for what was not seen.
public struct HTTPOutcome: Sendable {
  public let requestTime, timeToFirstOctet, responseTime, duration: Int64?
  public let keepsAlive: Bool
  public let missing: HTTPMissing
}

extension HTTPExchange {
  /// What is worked out of it. `mutating`, though it changes nothing: what only reads is handed a copy.
  public mutating func outcome() -> HTTPOutcome {
    HTTPOutcome(
      requestTime: requestTime, timeToFirstOctet: timeToFirstOctet, responseTime: responseTime,
      duration: duration, keepsAlive: keepsAlive, missing: missing)
  }

  /// Octets of memory that it takes.
  var octets: Int { MemoryLayout<HTTPExchange>.stride + asked.octets + answered.octets }

  /// Takes a head as its request's, and gives the one that was there for it.
  mutating func takeRequest(_ head: inout HTTPHead, _ first: StreamPlace, _ end: StreamPlace) {
    swap(&asked.head, &head)
    asked.begin(first, end)
    hasRequest = true
  }

  /// Takes a head as its response's, and gives the one that was there for it.
  mutating func takeResponse(_ head: inout HTTPHead, _ first: StreamPlace, _ end: StreamPlace) {
    swap(&answered.head, &head)
    answered.begin(first, end)
    hasResponse = true
  }

  /// Octets of a list that is kept for another exchange, at most.
  private static let spareMax = 4096

  /// Forgets everything, and what more than another exchange will need: its lists are used again.
  mutating func clear() {
    asked.clear()
    answered.clear()
    (hasRequest, hasResponse) = (false, false)
    informational.removeAll(keepingCapacity: true)
    stream = 0
    (isPipelined, isAfterClose, idleBefore) = (false, false, nil)
    (upgrade, anomalies) = (.none, [])
    if asked.octetsMax + answered.octetsMax > HTTPExchange.spareMax {
      (asked, answered) = (HTTPMessage(), HTTPMessage())
    }
  }
}

extension HTTPMessage {
  /// Octets of memory that it takes besides itself.
  var octets: Int { head.octets.count + body.count }
  /// The same, with the room that there is for others.
  var octetsMax: Int { head.octets.capacity + body.capacity }
}
