// One JSON object per flow, one line each: RECORDS.md, `flows --json`.

public import Flow
internal import Wire

/// Prints flows as NDJSON into a buffer that its owner empties.
public struct FlowJSON: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// Nanoseconds: half of what TIME_WAIT lasts.
  public var maximumSegmentLifetime: Int64 { limits.maximumSegmentLifetime }
  /// From when on the findings' rules speak.
  public var limits: FindingLimits
  private var clock = UTCTime()
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
    writeName(&flow.record)
    writeSpan(&flow.record)
    writeCounters(&flow)
    writeOutcome(&flow)
    if flow.hasConnection { writeTCP(&flow) }
    var findings: [Finding] = []
    swap(&findings, &found)
    while findings.popLast() != nil {}
    flow.addFindings(limits, to: &findings)
    if !findings.isEmpty { write(&findings, flow.hasConnection ? flow.report.tap.place : nil) }
    swap(&findings, &found)
    out.write("}\n")
  }

  private mutating func write(_ id: CommunityID) {
    let digits = id.digits
    out.write("1:")
    for i in 0..<3 { out.write(word: digits[i], octets: 8) }
    out.write(word: digits[3], octets: 3)
    out.write("=")
  }

  /// Which flow, and who with whom.
  private mutating func writeName(_ record: inout FlowRecord) {
    out.write("{\"uid\":\"F")
    out.write(decimal: record.serial)
    out.write("\",\"community_id\":\"")
    write(CommunityID(of: record))
    switch record.key.ipProtocol {
    case .tcp: out.write("\",\"proto\":\"tcp\",\"orig_h\":\"")
    case .udp: out.write("\",\"proto\":\"udp\",\"orig_h\":\"")
    case .icmp: out.write("\",\"proto\":\"icmp\",\"orig_h\":\"")
    case .icmpv6: out.write("\",\"proto\":\"icmp6\",\"orig_h\":\"")
    case .sctp: out.write("\",\"proto\":\"sctp\",\"orig_h\":\"")
    default:
      count("\",\"proto\":\"", UInt64(record.key.ipProtocol.rawValue))
      out.write("\",\"orig_h\":\"")
    }
    let (originator, responder) = (record.originator, record.responder)
    write(originator.address, &record)
    count("\",\"orig_p\":", UInt64(originator.port))
    out.write(",\"resp_h\":\"")
    write(responder.address, &record)
    count("\",\"resp_p\":", UInt64(responder.port))
    if record.isDirectionGuessed { out.write(",\"direction_guessed\":true") }
    writeCarriers(&record)
    if record.isCarrier { out.write(",\"tunnel\":true") }
    if record.icmpErrors > 0 { count(",\"icmp_errors\":", UInt64(record.icmpErrors)) }
  }

  /// From when to when.
  private mutating func writeSpan(_ record: inout FlowRecord) {
    stamp(",\"start\":", record.start)
    stamp(",\"end\":", record.end)
    number(",\"duration_ns\":", record.end &- record.start)
    count(",\"first_frame\":", record.firstFrame)
    count(",\"last_frame\":", record.lastFrame)
    out.write(",\"time\":\"")
    clock.write(record.start, to: &out)
  }

  /// How it went and why it ended.
  private mutating func writeOutcome(_ flow: inout EndedFlow) {
    out.write(",\"conn_state\":\"")
    flow.connectionState == .sf ? out.write("SF") : out.write(flow.connectionState.name)
    let letters = flow.history.endIndex
    if letters > 0 { out.write("\",\"history\":\"") }
    for i in 0..<letters { out.write(octet: flow.history.letter(i)) }
    if flow.record.service != .unknown {
      out.write("\",\"service\":\"")
      out.write(flow.record.service.name)
    }
    switch flow.reason {
    case .idle: out.write("\",\"end_reason\":\"idle\"")
    case .end: out.write("\",\"end_reason\":\"end\"")
    case .active, .forced, .resources:
      out.write("\",\"end_reason\":\"")
      out.write(flow.reason.name)
      out.write(octet: 34)
    }
    if flow.isInterim { out.write(",\"interim\":true") }
  }

  /// The flows whose datagrams carry this one's packets, each once.
  private mutating func writeCarriers(_ record: inout FlowRecord) {
    guard record.carriers[0] > 0 || record.carriers[1] > 0 else { return }
    out.write(",\"tunnel_parents\":[")
    var isFirst = true
    for (i, carrier) in [record.carriers[0], record.carriers[1]].enumerated() where carrier > 0 {
      if i == 1, carrier == record.carriers[0] { continue }
      out.write(isFirst ? "\"F" : ",\"F")
      out.write(decimal: carrier)
      out.write(octet: 34)
      isFirst = false
    }
    out.write("]")
  }

  private mutating func write(_ address: IPAddress, _ record: inout FlowRecord) {
    out.write(address, version: record.key.isIPv6 ? 6 : 4)
  }

  private mutating func writeCounters(_ flow: inout EndedFlow) {
    let (sent, answered) = (flow.record.counters[0], flow.record.counters[1])
    count("\",\"orig_pkts\":", sent.packets)
    count(",\"resp_pkts\":", answered.packets)
    count(",\"orig_ip_bytes\":", sent.ipOctets)
    count(",\"resp_ip_bytes\":", answered.ipOctets)
    count(",\"orig_frame_bytes\":", sent.frameOctets)
    count(",\"resp_frame_bytes\":", answered.frameOctets)
    if flow.hasConnection {
      number(",\"orig_bytes\":", flow.report.originator.streamOctets)
      number(",\"resp_bytes\":", flow.report.responder.streamOctets)
      number(",\"missed_bytes\":", flow.report.originator.isPlain ? 0 : flow.report.missedOctets)
    } else {
      count(",\"orig_bytes\":", flow.record.datagramOctets[0])
      count(",\"resp_bytes\":", flow.record.datagramOctets[1])
      writeReplies(flow.record.replyGaps)
    }
  }

  private mutating func writeReplies(_ gaps: ReplyGaps) {
    guard gaps.samples > 0 else { return }
    out.write(",\"reply\":{\"samples\":")
    out.write(decimal: UInt64(gaps.samples))
    number(",\"min_ns\":", gaps.least)
    number(",\"avg_ns\":", gaps.average)
    number(",\"max_ns\":", gaps.most)
    out.write("}")
  }

  private mutating func writeTCP(_ flow: inout EndedFlow) {
    out.write(",\"tcp\":{")
    writeHandshake(&flow.report)
    write(&flow.report.teardown)
    write(flow.report.tap)
    out.write(",\"orig\":{")
    writeEnd(&flow.report.originator, until: flow.time)
    out.write("},\"resp\":{")
    writeEnd(&flow.report.responder, until: flow.time)
    out.write("}")
    if !flow.report.originator.isPlain, let limits = flow.report.limits { write(limits) }
    out.write("}")
  }

  private mutating func writeHandshake(_ connection: inout ConnectionReport) {
    let handshake = connection.handshake
    out.write(handshake.isComplete ? "\"handshake\":{\"complete\":true" : "\"handshake\":{\"complete\":false")
    if let frame = handshake.synFrame { count(",\"syn_frame\":", frame) }
    if let frame = handshake.synACKFrame { count(",\"synack_frame\":", frame) }
    if let frame = handshake.ackFrame { count(",\"ack_frame\":", frame) }
    if connection.originator.hasSYN, let initial = connection.originator.initialSequence {
      count(",\"isn_orig\":", UInt64(initial))
    }
    if connection.responder.hasSYN, let initial = connection.responder.initialSequence {
      count(",\"isn_resp\":", UInt64(initial))
    }
    if let total = handshake.total { number(",\"total_ns\":", total) }
    let (there, here) = (handshake.synACKDelay, handshake.ackDelay)
    if let there, let here { number(",\"rtt_ns\":", there + here) }
    if let there { number(",\"synack_ns\":", there) }
    if let here { number(",\"ack_ns\":", here) }
    count(",\"syn_retransmissions\":", handshake.synRetransmissions)
    count(",\"synack_retransmissions\":", handshake.synACKRetransmissions)
    if !handshake.isSimultaneous, !handshake.isFastOpen, !handshake.isRefused {
      return out.write(",\"simultaneous_open\":false,\"fast_open\":false,\"refused\":false}")
    }
    flag(",\"simultaneous_open\":", handshake.isSimultaneous)
    flag(",\"fast_open\":", handshake.isFastOpen)
    flag(",\"refused\":", handshake.isRefused)
    out.write("}")
  }

  private mutating func writeEnd(_ end: inout EndReport, until time: Int64) {
    out.write("\"state\":\"")
    out.write(end.state.name)
    out.write("\",\"states\":[")
    for i in 0..<end.path.count {
      if i > 0 { out.write(octet: 44) }
      write(&end.path, i)
    }
    out.write("]")
    if let until = end.timeWaitEnd(maximumSegmentLifetime: maximumSegmentLifetime) {
      // Far from the other times.
      number(",\"time_wait_until\":", until)
    }
    if let waited = end.closeWaitTime(until: time) { number(",\"close_wait_ns\":", waited) }
    if end.hasSYN { write(end.offer) }
    writeSegments(&end.counters)
    if let window = end.windowMin {
      number(",\"window_max\":", end.windowMax)
      number(",\"window_min\":", window)
    }
    number(",\"zero_window_ns\":", end.isPlain ? 0 : end.zeroWindowTime(until: time))
    if !end.isPlain { write(end.flowControl) }
    if let figures = end.roundTrips { write(figures) }
    if end.counters.dataSegments > 0, end.hasPeer { number(",\"bytes_in_flight_max\":", end.flightMax) }
    if end.initialWindow > 0 { count(",\"initial_window_segments\":", UInt64(end.initialWindow)) }
    if end.isPlain { return }
    if let figures = end.congestion { write(figures, until: time) }
    if !end.flights.isEmpty { write(end.flights) }
  }

  /// A state and what brought it; each state's text in one piece.
  private mutating func write(_ path: inout StatePath, _ index: Int) {
    let change = path.step(index)
    switch change.state {
    case .closed: out.write("{\"state\":\"CLOSED\",\"ts\":")
    case .listen: out.write("{\"state\":\"LISTEN\",\"ts\":")
    case .synSent: out.write("{\"state\":\"SYN_SENT\",\"ts\":")
    case .synReceived: out.write("{\"state\":\"SYN_RECEIVED\",\"ts\":")
    case .established: out.write("{\"state\":\"ESTABLISHED\",\"ts\":")
    case .finWait1: out.write("{\"state\":\"FIN_WAIT_1\",\"ts\":")
    case .finWait2: out.write("{\"state\":\"FIN_WAIT_2\",\"ts\":")
    case .closeWait: out.write("{\"state\":\"CLOSE_WAIT\",\"ts\":")
    case .closing: out.write("{\"state\":\"CLOSING\",\"ts\":")
    case .lastACK: out.write("{\"state\":\"LAST_ACK\",\"ts\":")
    case .timeWait: out.write("{\"state\":\"TIME_WAIT\",\"ts\":")
    }
    out.write(stamp: change.time)
    count(",\"frame\":", change.frame)
    out.write("}")
  }

  /// What a SYN offered.
  private mutating func write(_ offer: TCPOffer) {
    if offer.maximumSegmentSize > 0 { count(",\"mss\":", UInt64(offer.maximumSegmentSize)) }
    if let scale = offer.windowScale { count(",\"window_scale\":", UInt64(scale)) }
    // What nearly all offer.
    if offer.isSACKPermitted, offer.hasTimestamps, !offer.hasECN {
      return out.write(",\"sack_permitted\":true,\"timestamps\":true,\"ecn\":false")
    }
    // Of options that were cut only those that are there are known.
    let isWhole = !offer.isCut
    if isWhole || offer.isSACKPermitted { flag(",\"sack_permitted\":", offer.isSACKPermitted) }
    if isWhole || offer.hasTimestamps { flag(",\"timestamps\":", offer.hasTimestamps) }
    flag(",\"ecn\":", offer.hasECN)
  }

  private mutating func writeSegments(_ counters: inout TCPCounters) {
    count(",\"segments\":", counters.segments)
    count(",\"data_segments\":", counters.dataSegments)
    count(",\"data_bytes\":", counters.dataOctets)
    if counters.isUntroubled() {
      return out.write(FlowJSON.untroubled)
    }
    count(",\"retransmissions\":", counters.retransmissions)
    count(",\"retransmitted_bytes\":", counters.retransmittedOctets)
    out.write(",\"retransmissions_by\":{")
    count("\"fast\":", counters.causes.fast)
    count(",\"rto\":", counters.causes.timer)
    count(",\"tail_loss_probe\":", counters.causes.tailLossProbe)
    count(",\"syn\":", counters.causes.syn)
    count(",\"fin\":", counters.causes.fin)
    count(",\"other\":", counters.causes.other)
    out.write("}")
    count(",\"out_of_order\":", counters.outOfOrder)
    count(",\"duplicate_frames\":", counters.duplicateFrames)
    count(",\"duplicate_acks\":", counters.duplicateACKs)
    count(",\"lost_segments\":", counters.lostSegments)
    count(",\"ack_lost_segments\":", counters.ackLostSegments)
    count(",\"keep_alives\":", counters.keepAlives)
    count(",\"zero_windows\":", counters.zeroWindows)
    count(",\"zero_window_probes\":", counters.zeroWindowProbes)
    count(",\"window_updates\":", counters.windowUpdates)
    count(",\"window_full\":", counters.windowFull)
    count(",\"window_shrinks\":", counters.windowShrinks)
  }

  /// The rest of the counters when all of them are zero, as they are of most ends: one text of 420 octets,
  /// for which nothing is looked at.
  private static let untroubled: StaticString =
    """
    ,"retransmissions":0,"retransmitted_bytes":0,"retransmissions_by":{"fast":0,"rto":0,"tail_loss_probe":0,\
    "syn":0,"fin":0,"other":0},"out_of_order":0,"duplicate_frames":0,"duplicate_acks":0,"lost_segments":0,\
    "ack_lost_segments":0,"keep_alives":0,"zero_windows":0,"zero_window_probes":0,"window_updates":0,\
    "window_full":0,"window_shrinks":0
    """

  private mutating func write(_ figures: RoundTripFigures) {
    count(",\"rtt\":{\"samples\":", figures.samples)
    number(",\"min_ns\":", figures.least)
    number(",\"avg_ns\":", figures.average)
    number(",\"max_ns\":", figures.most)
    number(",\"stdev_ns\":", figures.deviation)
    number(",\"p50_ns\":", figures.median)
    number(",\"p95_ns\":", figures.high)
    out.write("}")
  }

  /// Pairs of a time and the octets in flight then.
  private mutating func write(_ points: [FlightPoint]) {
    out.write(",\"flight\":[")
    for (i, point) in points.enumerated() {
      stamp(i == 0 ? "[" : ",[", point.time)
      number(",", point.octets)
      out.write("]")
    }
    out.write("]")
  }

  @inline(__always)
  mutating func count(_ key: StaticString, _ value: UInt64) { out.write(key, decimal: value) }

  @inline(__always)
  mutating func number(_ key: StaticString, _ value: Int64) {
    if value >= 0 { return out.write(key, decimal: UInt64(value)) }
    out.write(key)
    out.write(signed: Int(value))
  }

  /// A time in nanoseconds.
  @inline(__always)
  private mutating func stamp(_ key: StaticString, _ time: Int64) {
    out.write(key)
    out.write(stamp: time)
  }

  @inline(__always)
  private mutating func flag(_ key: StaticString, _ value: Bool) {
    out.write(key)
    out.write(value ? "true" : "false")
  }
}
