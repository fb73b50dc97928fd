// A message and where it lay; what was counted of one direction's messages and segments.

/// One message of an application.
public struct Message: Sendable {
  /// The number of the flow it belongs to.
  public var flow: UInt64
  public var ends: StreamEnds
  public var side: FlowSide
  /// Which of the direction's messages, from 1.
  public var index: UInt64 = 0
  /// Its first octet, and the place behind its last.
  public var first: StreamPlace
  public var last: StreamPlace
  /// Segments that its octets lay in.
  public var segments: UInt64 = 1
  /// Octets of it that were not captured.
  public var missing: Int64 = 0
  /// Other messages that have octets in its first segment, before it.
  public var sharesFirst = false
  public var framing: Framing
  /// Its first octets, as many as were asked for.
  public var octets: [UInt8] = []

  /// Octets.
  public var length: Int64 { last.offset &- first.offset }
}

/// How often each number came: exact for the first numbers, by powers of two beyond.
public struct MessageHistogram: Sendable, Equatable {
  /// Numbers up to this are counted each by itself.
  static let exactMax: UInt64 = 32

  private var counts: [(number: UInt64, count: UInt64)] = []

  /// Nothing counted.
  public init() {}

  mutating func count(_ number: UInt64) {
    var number = number
    if number > MessageHistogram.exactMax {
      number = number > 1 << 40 ? 1 << 40 : 1 << UInt64(64 - (number - 1).leadingZeroBitCount)
    }
    if let last = counts.last, last.number == number {
      counts[counts.count - 1].count &+= 1
    } else if let at = counts.firstIndex(where: { $0.number >= number }) {
      if counts[at].number == number {
        counts[at].count &+= 1
      } else {
        counts.insert((number, 1), at: at)
      }
    } else {
      counts.append((number, 1))
    }
  }

  /// Each number that came, and how often; above 32, up to that number.
  public var rows: [(number: UInt64, count: UInt64)] { counts }

  /// Whether two have counted the same.
  public static func == (a: MessageHistogram, b: MessageHistogram) -> Bool {
    a.counts.elementsEqual(b.counts) { $0 == $1 }
  }
}

/// Where framing was lost.
public struct MessageDesync: Sendable, Equatable {
  /// Why.
  public enum Reason: UInt8, Sendable {
    /// Octets that do not fit the framing.
    case bad
    /// Octets that were not captured.
    case gap
    /// The capture begins behind the direction's first octet.
    case beginning

    /// The word that records print.
    public var name: StaticString {
      switch self {
      case .bad: "bad_octets"
      case .gap: "not_captured"
      case .beginning: "begins_mid_stream"
      }
    }
  }

  public var reason: Reason
  /// The first octet that belongs to no message, and its frame.
  public var offset: Int64
  public var frame: UInt64
  /// Octets up to the next message, those that were not captured included.
  public var count: Int64 = 0
}

/// What was counted of one direction.
public struct MessageTally: Sendable {
  /// Examples and places that are kept of each kind.
  public static let examplesMax = 8

  public var messages: UInt64 = 0
  /// Segments that brought octets for the first time.
  public var segments: UInt64 = 0
  /// Octets, in order.
  public var octets: Int64 = 0
  public var messagesPerSegment = MessageHistogram()
  public var segmentsPerMessage = MessageHistogram()
  /// Segments with octets of several messages, and messages with octets in several segments.
  public var sticky: UInt64 = 0
  public var split: UInt64 = 0
  /// The segments with the most messages, and the messages with the most segments.
  public var stickiest: [(frame: UInt64, messages: UInt64)] = []
  public var longest: [(index: UInt64, first: UInt64, last: UInt64, segments: UInt64)] = []
  public var desyncs: UInt64 = 0
  public var lost: [MessageDesync] = []
  /// Octets of a message whose end did not come.
  public var unfinished: Int64 = 0
  /// Why messages shared a segment.
  public var coalesced = InlineArray<5, UInt64>(repeating: 0)

  /// Nothing counted.
  public init() {}

  mutating func count(segment frame: UInt64, messages: UInt64, _ coalescing: Coalescing) {
    messagesPerSegment.count(messages)
    guard messages > 1 else { return }
    sticky &+= 1
    coalesced[Int(coalescing.rawValue)] &+= 1
    guard stickiest.count < MessageTally.examplesMax || messages > (stickiest.last?.messages ?? 0) else {
      return
    }
    let at = stickiest.firstIndex { $0.messages < messages } ?? stickiest.count
    stickiest.insert((frame, messages), at: at)
    if stickiest.count > MessageTally.examplesMax { stickiest.removeLast() }
  }

  mutating func count(_ message: Message) {
    messages &+= 1
    segmentsPerMessage.count(message.segments)
    guard message.segments > 1 else { return }
    split &+= 1
    guard longest.count < MessageTally.examplesMax || message.segments > (longest.last?.segments ?? 0) else {
      return
    }
    let at = longest.firstIndex { $0.segments < message.segments } ?? longest.count
    longest.insert(
      (message.index, message.first.frame, message.last.frame, message.segments), at: at)
    if longest.count > MessageTally.examplesMax { longest.removeLast() }
  }
}

/// How a segment came to hold several messages.
public enum Coalescing: UInt8, Sendable, CaseIterable {
  /// Written at once, or held back on purpose (TCP_CORK, MSG_MORE).
  case written
  /// Held back until what was sent before was acknowledged (Nagle's algorithm).
  case nagle
  /// Full to its end: there was more to send than segments to send it in.
  case backlog
  /// Longer than a segment on the wire may be: joined by the machine that captured it, or not yet cut.
  case offload
  /// Sent while others were under way, and not full: the sender's queue joined it.
  case queued

  /// The word that records print.
  public var name: StaticString {
    switch self {
    case .written: "written_together"
    case .nagle: "nagle"
    case .backlog: "backlog"
    case .offload: "offload"
    case .queued: "queued"
    }
  }
}

/// What was found out about a direction's framing, and what was counted with it.
public struct MessageSummary: Sendable {
  public var flow: UInt64
  public var ends: StreamEnds
  public var side: FlowSide
  /// Nil when it is unknown.
  public var framing: Framing?
  /// From 0 to 1; nil when the framing was named and not found.
  public var confidence: Double?
  /// What else the octets could be, the likeliest first.
  public var alternatives: [Framing]
  public var tally: MessageTally
}
