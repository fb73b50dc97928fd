// One line per message: when, who to whom, which, how long, and the frames that it lay in.

public import Flow
internal import Wire

/// Prints messages as lines into a buffer that its owner empties.
public struct MessageLine: ~Copyable {
  /// Octets of a message that its line shows.
  public static let previewMax = 40

  /// The text so far.
  public var out = OctetBuffer()
  private var clock = UTCTime()
  private let showsFields: Bool

  /// A printer of lines, with what is in each message below it when that is asked for.
  public init(showsFields: Bool = false) { self.showsFields = showsFields }

  /// Prints one message: `time sender > receiver #index, octets at offset, frames: "the first octets"`.
  public mutating func print(_ message: Message) {
    clock.write(message.first.time, to: &out)
    out.write(octet: 32)
    endpoints(message.ends, message.side)
    out.write(" #")
    out.write(decimal: message.index)
    out.write(", ")
    out.write(signed: Int(message.length))
    out.write(message.length == 1 ? " octet at " : " octets at ")
    out.write(signed: Int(message.first.offset))
    frames(message)
    if message.missing > 0 {
      out.write(", ")
      out.write(signed: Int(message.missing))
      out.write(" octets not captured")
    }
    if !message.octets.isEmpty, !showsFields {
      out.write(": \"")
      let preview = message.octets.span.extracting(0..<min(message.octets.count, MessageLine.previewMax))
      out.write(text: preview, for: .terminal)
      out.write(octet: 34)
      if Int64(preview.count) < message.length { out.write(" …") }
    }
    out.write(octet: 10)
    if showsFields { fields(message) }
  }

  private mutating func endpoints(_ ends: StreamEnds, _ side: FlowSide) {
    let isForward = side == .originator
    out.write(
      endpoint: isForward ? ends.originator : ends.responder,
      isForward ? ends.originatorPort : ends.responderPort)
    out.write(" > ")
    out.write(
      endpoint: isForward ? ends.responder : ends.originator,
      isForward ? ends.responderPort : ends.originatorPort)
  }

  private mutating func frames(_ message: Message) {
    out.write(message.segments > 1 ? ", frames " : ", frame ")
    out.write(decimal: message.first.frame)
    if message.segments > 1 {
      out.write("-")
      out.write(decimal: message.last.frame)
      out.write(" (")
      out.write(decimal: message.segments)
      out.write(" segments)")
    }
    if message.sharesFirst {
      out.write(", behind another in ")
      out.write(decimal: message.first.frame)
    }
  }

  /// Prints what was counted of one direction.
  public mutating func print(_ summary: MessageSummary, _ findings: [Finding] = []) {
    endpoints(summary.ends, summary.side)
    out.write(": ")
    let tally = summary.tally
    guard let framing = summary.framing else {
      out.write("framing unknown, ")
      out.write(signed: Int(tally.octets))
      out.write(" octets in ")
      count(tally.segments, " segment\n", " segments\n")
      return
    }
    count(tally.messages, " message in ", " messages in ")
    count(tally.segments, " segment, ", " segments, ")
    out.write(string: framing.text)
    if let confidence = summary.confidence {
      out.write(" found, confidence ")
      let hundredths = UInt64((min(1, max(0, confidence)) * 100).rounded())
      out.write(decimal: hundredths / 100)
      out.write(octet: 46)
      out.write(decimal: hundredths % 100, width: 2)
    }
    for (i, other) in summary.alternatives.enumerated() {
      out.write(i == 0 ? "; could also be " : ", ")
      out.write(string: other.text)
    }
    out.write(octet: 10)
    sticky(tally)
    split(tally)
    losses(tally)
    out.write(lines: findings)
  }

  private mutating func sticky(_ tally: MessageTally) {
    if tally.sticky == 0 { return }
    out.write("  ")
    count(tally.sticky, " segment held several messages: ", " segments held several messages: ")
    for (i, example) in tally.stickiest.prefix(3).enumerated() {
      if i > 0 { out.write(", ") }
      out.write(decimal: example.messages)
      out.write(" in #")
      out.write(decimal: example.frame)
    }
    var isFirst = true
    for cause in Coalescing.allCases where tally.coalesced[Int(cause.rawValue)] > 0 {
      out.write(isFirst ? " (" : ", ")
      isFirst = false
      out.write(decimal: tally.coalesced[Int(cause.rawValue)])
      out.write(cause.says)
    }
    out.write(")\n")
  }

  private mutating func split(_ tally: MessageTally) {
    if tally.split == 0 { return }
    out.write("  ")
    count(tally.split, " message took several segments: ", " messages took several segments: ")
    for (i, example) in tally.longest.prefix(3).enumerated() {
      if i > 0 { out.write(", ") }
      out.write("message ")
      out.write(decimal: example.index)
      out.write(" took ")
      out.write(decimal: example.segments)
      out.write(" (#")
      out.write(decimal: example.first)
      out.write("-")
      out.write(decimal: example.last)
      out.write(")")
    }
    out.write(octet: 10)
  }

  private mutating func losses(_ tally: MessageTally) {
    for loss in tally.lost.prefix(3) {
      out.write("  ")
      switch loss.reason {
      case .bad: out.write("octets that do not fit the framing, from ")
      case .gap: out.write("octets that were not captured, from ")
      case .beginning: out.write("the beginning was not captured, from ")
      }
      out.write(signed: Int(loss.offset))
      out.write(" (#")
      out.write(decimal: loss.frame)
      out.write("): ")
      out.write(signed: Int(loss.count))
      out.write(" octets belong to no message\n")
    }
    if tally.desyncs > 3 {
      out.write("  and ")
      out.write(decimal: tally.desyncs - 3)
      out.write(" times more\n")
    }
    if tally.unfinished > 0 {
      out.write("  the last message has no end: ")
      out.write(signed: Int(tally.unfinished))
      out.write(" octets of it\n")
    }
  }

  private mutating func count(_ number: UInt64, _ one: StaticString, _ many: StaticString) {
    out.write(decimal: number)
    out.write(number == 1 ? one : many)
  }
}

extension Coalescing {
  /// Behind a number of segments.
  fileprivate var says: StaticString {
    switch self {
    case .written: " written together"
    case .nagle: " held back by Nagle's algorithm"
    case .backlog: " full, with more to send"
    case .offload: " joined by offload on the capturing machine"
    case .queued: " joined while others were under way"
    }
  }
}
