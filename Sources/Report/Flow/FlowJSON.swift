// One JSON object per flow, one line each: RECORDS.md, `flows --json`.

public import Flow
internal import Wire

/// Prints flows as NDJSON into a buffer that its owner empties.
public struct FlowJSON: ~Copyable {
  /// The text so far, in which the last Community IDs may be missing.
  var text = OctetBuffer()
  private var waiting = WaitingIDs()
  /// The text so far.
  public var out: OctetBuffer {
    mutating _read {
      waiting.fill(&text)
      yield text
    }
    _modify {
      waiting.fill(&text)
      yield &text
    }
  }
  /// Octets of it.
  public var count: Int { text.count }
  /// Nanoseconds: half of what TIME_WAIT lasts.
  public var maximumSegmentLifetime: Int64 { limits.maximumSegmentLifetime }
  /// From when on the findings' rules speak.
  public var limits: FindingLimits
  private var clock = UTCTime()
  /// What is said of TIME_WAIT at each end.
  var originatorWait = KeptTimeWait()
  var responderWait = KeptTimeWait()
  /// The findings of the flow that was printed last, the worst first.
  public private(set) var found: [Finding] = []

  /// A printer of flow records.
  public init(_ limits: FindingLimits = FindingLimits()) { self.limits = limits }

  /// Prints one flow: one line.
  public mutating func print(_ flow: EndedFlow) {
    var flow = flow
    print(&flow)
  }

  /// The same, of a flow that is not copied.
  public mutating func print(_ flow: inout EndedFlow) {
    writeBeginning(&flow)
    if flow.hasConnection { writeTCP(&flow) }
    flow.putFindings(limits, in: &found)
    if found.isEmpty { return text.write("}\n") }
    var findings: [Finding] = []
    swap(&findings, &found)
    write(&findings, flow.hasConnection ? flow.report.tap.place : nil)
    swap(&findings, &found)
    text.write("}\n")
  }

  /// Prints one flow behind the beginning of an object, whose fields come before its own.
  public mutating func print(_ flow: inout EndedFlow, behind head: [UInt8]) {
    text.write(raw: head.span)
    let start = text.count
    print(&flow)
    text.join(at: start)
  }

  /// Which flow, who with whom, from when to when, and how much.
  private mutating func writeBeginning(_ flow: inout EndedFlow) {
    text.compose {
      $0.write("{\"uid\":\"F", decimal: flow.record.serial)
      $0.write("\",\"community_id\":\"1:")
    }
    let isReversed = flow.record.isReversed && flow.record.key.isOneWay
    waiting.leaveRoom(for: flow.record.key, isReversed: isReversed, in: &text)
    if flow.record.isOrdinary {
      text.compose {
        $0.writeEnds(&flow.record)
        $0.writeSpan(&flow.record)
      }
    } else {
      text.compose { $0.writeEnds(&flow.record) }
      writeRarities(&flow.record)
      text.compose { $0.writeSpan(&flow.record) }
    }
    clock.write(flow.record.start, to: &text)
    if flow.hasConnection {
      text.compose {
        $0.writeCounters(&flow)
        $0.writeOutcome(&flow)
      }
    } else {
      text.compose { $0.writeCounters(&flow) }
      write(flow.record.replyGaps)
      text.compose { $0.writeOutcome(&flow) }
    }
  }

  /// What is known of few flows.
  private mutating func writeRarities(_ record: inout FlowRecord) {
    if record.isDirectionGuessed { text.write(",\"direction_guessed\":true") }
    writeCarriers(&record)
    if record.isCarrier { text.write(",\"tunnel\":true") }
    if record.icmpErrors > 0 { count(",\"icmp_errors\":", UInt64(record.icmpErrors)) }
  }

  /// The flows whose datagrams carry this one's packets, each once.
  private mutating func writeCarriers(_ record: inout FlowRecord) {
    guard record.carriers[0] > 0 || record.carriers[1] > 0 else { return }
    text.write(",\"tunnel_parents\":[")
    var isFirst = true
    for (i, carrier) in [record.carriers[0], record.carriers[1]].enumerated() where carrier > 0 {
      if i == 1, carrier == record.carriers[0] { continue }
      text.write(isFirst ? "\"F" : ",\"F")
      text.write(decimal: carrier)
      text.write(octet: 34)
      isFirst = false
    }
    text.write("]")
  }

  /// How long datagrams waited for replies.
  private mutating func write(_ gaps: ReplyGaps) {
    guard gaps.samples > 0 else { return }
    text.write(",\"reply\":{\"samples\":")
    text.write(decimal: UInt64(gaps.samples))
    number(",\"min_ns\":", gaps.least)
    number(",\"avg_ns\":", gaps.average)
    number(",\"max_ns\":", gaps.most)
    text.write("}")
  }

  private mutating func writeTCP(_ flow: inout EndedFlow) {
    text.compose {
      $0.writeHandshake(&flow.report)
      $0.writeTeardown(&flow.report.teardown)
      $0.writeTap(&flow.report)
    }
    text.write(",\"orig\":")
    writeEnd(&flow.report.originator, until: flow.time)
    text.write("},\"resp\":")
    writeEnd(&flow.report.responder, until: flow.time)
    if flow.report.originator.isPlain { return text.write("}}") }
    text.write("}")
    if let limits = flow.report.limits { write(limits) }
    text.write("}")
  }

  private mutating func writeEnd(_ end: inout EndReport, until time: Int64) {
    let timeWaitEnd = end.timeWaitEnd(maximumSegmentLifetime: maximumSegmentLifetime)
    let waited = end.closeWaitTime(until: time)
    text.compose {
      $0.writeStates(&end, timeWaitEnd: timeWaitEnd, waited: waited)
      if end.hasSYN { $0.writeOffer(end.offer) }
      $0.writeSegments(&end)
      $0.writeWindow(&end, until: time)
      $0.writeRoundTrips(&end)
    }
    if end.isPlain { return }
    if let figures = end.congestion { write(figures, until: time) }
    let flights = end.flights
    if !flights.isEmpty { write(flights) }
  }

  /// Pairs of a time and the octets in flight then.
  private mutating func write(_ points: [FlightPoint]) {
    text.write(",\"flight\":[")
    for (i, point) in points.enumerated() {
      number(i == 0 ? "[" : ",[", point.time)
      number(",", point.octets)
      text.write("]")
    }
    text.write("]")
  }

  @inline(__always)
  mutating func count(_ key: StaticString, _ value: UInt64) { text.write(key, decimal: value) }

  @inline(__always)
  mutating func number(_ key: StaticString, _ value: Int64) {
    if value >= 0 { return text.write(key, decimal: UInt64(value)) }
    text.write(key)
    text.write(signed: Int(value))
  }
}

extension FlowRecord {
  /// Nothing is known of it but what is known of every flow.
  fileprivate var isOrdinary: Bool {
    @inline(__always) mutating get {
      !isDirectionGuessed && carriers[0] | carriers[1] == 0 && !isCarrier && icmpErrors == 0
    }
  }
}
