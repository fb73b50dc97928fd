// One JSON object per message, and one per direction of a flow: RECORDS.md, `messages --json`.

public import Flow
internal import Wire

/// Prints messages as NDJSON into a buffer that its owner empties.
public struct MessageJSON: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  private var clock = UTCTime()

  /// A printer of messages.
  public init() {}

  /// Prints one message: one line.
  public mutating func print(_ message: Message) {
    out.write("{\"flow\":\"F")
    out.write(decimal: message.flow)
    out.write(message.side == .originator ? "\",\"from\":\"orig\"" : "\",\"from\":\"resp\"")
    count(",\"index\":", message.index)
    number(",\"ts\":", message.first.time)
    out.write(",\"time\":\"")
    clock.write(message.first.time, to: &out)
    out.write(octet: 34)
    number(",\"offset\":", message.first.offset)
    number(",\"len\":", message.length)
    count(",\"frames\":[", message.first.frame)
    count(",", message.last.frame)
    out.write("]")
    count(",\"segments\":", message.segments)
    number(",\"duration_ns\":", max(0, message.last.delivered &- message.first.time))
    if message.sharesFirst { out.write(",\"shares_segment\":true") }
    if message.missing > 0 { number(",\"missed_bytes\":", message.missing) }
    out.write("}\n")
  }

  /// Prints what was counted of one direction: one line.
  public mutating func print(_ summary: MessageSummary, _ findings: [Finding] = []) {
    out.write("{\"summary\":{\"flow\":\"F")
    out.write(decimal: summary.flow)
    out.write(summary.side == .originator ? "\",\"from\":\"orig\"" : "\",\"from\":\"resp\"")
    out.write(",\"orig_h\":\"")
    out.write(endpoint: summary.ends.originator)
    count("\",\"orig_p\":", UInt64(summary.ends.originatorPort))
    out.write(",\"resp_h\":\"")
    out.write(endpoint: summary.ends.responder)
    count("\",\"resp_p\":", UInt64(summary.ends.responderPort))
    write(summary)
    let tally = summary.tally
    count(",\"messages\":", tally.messages)
    count(",\"segments\":", tally.segments)
    number(",\"bytes\":", tally.octets)
    if summary.framing != nil {
      histogram(",\"messages_per_segment\":{", tally.messagesPerSegment)
      histogram(",\"segments_per_message\":{", tally.segmentsPerMessage)
      count(",\"sticky_segments\":", tally.sticky)
      count(",\"split_messages\":", tally.split)
      writeExamples(tally)
    }
    if !findings.isEmpty { out.write(array: findings) }
    out.write("}}\n")
  }

  /// The framing, with what was found out about it.
  private mutating func write(_ summary: MessageSummary) {
    out.write(",\"framing\":{\"kind\":\"")
    out.write(summary.framing?.kind ?? "unknown")
    out.write(octet: 34)
    if let framing = summary.framing {
      text(",\"text\":\"", framing.text)
      switch framing {
      case .length(let field):
        number(",\"offset\":", Int64(field.offset))
        number(",\"size\":", Int64(field.size))
        out.write(field.isBigEndian ? ",\"endian\":\"be\"" : ",\"endian\":\"le\"")
        out.write(field.isInclusive ? ",\"inclusive\":true" : ",\"inclusive\":false")
        number(",\"adjust\":", field.adjust)
      case .fixed(let count): number(",\"size\":", Int64(count))
      case .delimiter(let octets):
        out.write(",\"delimiter\":\"")
        out.write(text: octets, for: .json)
        out.write(octet: 34)
      case .varint: out.write(",\"varint\":true")
      case .jsonLines: out.write(",\"lines\":true")
      case .json, .protobuf, .http, .http2, .tls, .dns, .redis: break
      }
    }
    if let confidence = summary.confidence {
      out.write(",\"confidence\":")
      let hundredths = UInt64((min(1, max(0, confidence)) * 100).rounded())
      out.write(decimal: hundredths / 100)
      out.write(octet: 46)
      out.write(decimal: hundredths % 100, width: 2)
    }
    if !summary.alternatives.isEmpty {
      out.write(",\"could_also_be\":[")
      for (i, framing) in summary.alternatives.enumerated() {
        text(i == 0 ? "\"" : ",\"", framing.text)
      }
      out.write("]")
    }
    out.write("}")
  }

  private mutating func writeExamples(_ tally: MessageTally) {
    if !tally.stickiest.isEmpty {
      out.write(",\"sticky_examples\":[")
      for (i, example) in tally.stickiest.enumerated() {
        count(i == 0 ? "{\"frame\":" : ",{\"frame\":", example.frame)
        count(",\"messages\":", example.messages)
        out.write("}")
      }
      out.write("],\"coalesced\":{")
      var isFirst = true
      for cause in Coalescing.allCases where tally.coalesced[Int(cause.rawValue)] > 0 {
        out.write(isFirst ? "\"" : ",\"")
        isFirst = false
        out.write(cause.name)
        count("\":", tally.coalesced[Int(cause.rawValue)])
      }
      out.write("}")
    }
    if !tally.longest.isEmpty {
      out.write(",\"split_examples\":[")
      for (i, example) in tally.longest.enumerated() {
        count(i == 0 ? "{\"index\":" : ",{\"index\":", example.index)
        count(",\"frames\":[", example.first)
        count(",", example.last)
        count("],\"segments\":", example.segments)
        out.write("}")
      }
      out.write("]")
    }
    if !tally.lost.isEmpty {
      out.write(",\"desync\":[")
      for (i, loss) in tally.lost.enumerated() {
        out.write(i == 0 ? "{\"why\":\"" : ",{\"why\":\"")
        out.write(loss.reason.name)
        number("\",\"offset\":", loss.offset)
        number(",\"len\":", loss.count)
        count(",\"frame\":", loss.frame)
        out.write("}")
      }
      out.write("]")
      count(",\"desyncs\":", tally.desyncs)
    }
    if tally.unfinished > 0 { number(",\"unfinished_bytes\":", tally.unfinished) }
  }

  private mutating func histogram(_ key: StaticString, _ histogram: MessageHistogram) {
    out.write(key)
    for (i, row) in histogram.rows.enumerated() {
      out.write(i == 0 ? "\"" : ",\"")
      out.write(decimal: row.number)
      count("\":", row.count)
    }
    out.write("}")
  }

  private mutating func text(_ key: StaticString, _ text: String) {
    out.write(key)
    let octets = Array(text.utf8)
    out.write(text: octets, for: .json)
    out.write(octet: 34)
  }

  private mutating func count(_ key: StaticString, _ value: UInt64) {
    out.write(key)
    out.write(decimal: value)
  }

  private mutating func number(_ key: StaticString, _ value: Int64) {
    out.write(key)
    out.write(signed: Int(value))
  }
}
