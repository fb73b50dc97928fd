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

  /// A printer of flow records.
  public init(_ limits: FindingLimits = FindingLimits()) { self.limits = limits }

  /// Prints one flow: one line.
  public mutating func print(_ flow: EndedFlow) {
    let record = flow.record
    out.write("{\"uid\":\"F")
    out.write(decimal: record.serial)
    out.write("\",\"community_id\":\"")
    let id = CommunityID(of: record).text
    for i in 0..<CommunityID.length { out.write(octet: id[i]) }
    out.write("\",\"proto\":\"")
    writeProtocol(record.key.ipProtocol)
    out.write(octet: 34)
    writeEndpoints(record)
    number(",\"start\":", record.start)
    number(",\"end\":", record.end)
    number(",\"duration_ns\":", record.end &- record.start)
    count(",\"first_frame\":", record.firstFrame)
    count(",\"last_frame\":", record.lastFrame)
    out.write(",\"time\":\"")
    clock.write(record.start, to: &out)
    out.write(octet: 34)
    writeCounters(flow)
    out.write(",\"conn_state\":\"")
    out.write(string: flow.connectionState.rawValue)
    let history = flow.history
    if !history.isEmpty { out.write("\",\"history\":\"") }
    for letter in history { out.write(octet: letter) }
    if flow.record.service != .unknown {
      out.write("\",\"service\":\"")
      out.write(flow.record.service.name)
    }
    out.write("\",\"end_reason\":\"")
    out.write(flow.reason.name)
    out.write(octet: 34)
    if flow.isInterim { out.write(",\"interim\":true") }
    if let connection = flow.connection { writeTCP(connection, flow) }
    write(flow.findings(limits), flow.connection)
    out.write("}\n")
  }

  private mutating func writeProtocol(_ number: IPProtocol) {
    switch number {
    case .tcp: out.write("tcp")
    case .udp: out.write("udp")
    case .icmp: out.write("icmp")
    case .icmpv6: out.write("icmp6")
    case .sctp: out.write("sctp")
    default: out.write(decimal: number.rawValue)
    }
  }

  private mutating func writeEndpoints(_ record: FlowRecord) {
    let (originator, responder) = (record.originator, record.responder)
    out.write(",\"orig_h\":\"")
    write(originator.address, record)
    out.write(octet: 34)
    count(",\"orig_p\":", UInt64(originator.port))
    out.write(",\"resp_h\":\"")
    write(responder.address, record)
    out.write(octet: 34)
    count(",\"resp_p\":", UInt64(responder.port))
    if record.isDirectionGuessed { out.write(",\"direction_guessed\":true") }
    writeCarriers(record)
    if record.isCarrier { out.write(",\"tunnel\":true") }
    if record.icmpErrors > 0 { count(",\"icmp_errors\":", UInt64(record.icmpErrors)) }
  }

  /// The flows whose datagrams carry this one's packets, each once.
  private mutating func writeCarriers(_ record: FlowRecord) {
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

  private mutating func write(_ address: IPAddress, _ record: FlowRecord) {
    out.write(address, version: record.key.isIPv6 ? 6 : 4)
  }

  private mutating func writeCounters(_ flow: EndedFlow) {
    let (sent, answered) = (flow.record.counters[0], flow.record.counters[1])
    count(",\"orig_pkts\":", sent.packets)
    count(",\"resp_pkts\":", answered.packets)
    count(",\"orig_ip_bytes\":", sent.ipOctets)
    count(",\"resp_ip_bytes\":", answered.ipOctets)
    count(",\"orig_frame_bytes\":", sent.frameOctets)
    count(",\"resp_frame_bytes\":", answered.frameOctets)
    if let connection = flow.connection {
      number(",\"orig_bytes\":", connection[.originator].streamOctets)
      number(",\"resp_bytes\":", connection[.responder].streamOctets)
      let missed = connection[.originator].missedOctets + connection[.responder].missedOctets
      number(",\"missed_bytes\":", missed)
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

  private mutating func writeTCP(_ connection: ConnectionReport, _ flow: EndedFlow) {
    out.write(",\"tcp\":{")
    writeHandshake(connection)
    write(connection.teardown)
    write(connection.tap)
    for side in [FlowSide.originator, .responder] {
      out.write(side == .originator ? ",\"orig\":{" : ",\"resp\":{")
      writeEnd(connection[side], until: flow.time)
      out.write("}")
    }
    if let limits = connection.limits { write(limits) }
    out.write("}")
  }

  private mutating func writeHandshake(_ connection: ConnectionReport) {
    let handshake = connection.handshake
    out.write("\"handshake\":{\"complete\":")
    out.write(handshake.isComplete ? "true" : "false")
    if let frame = handshake.synFrame { count(",\"syn_frame\":", frame) }
    if let frame = handshake.synACKFrame { count(",\"synack_frame\":", frame) }
    if let frame = handshake.ackFrame { count(",\"ack_frame\":", frame) }
    if connection[.originator].hasSYN, let initial = connection[.originator].initialSequence {
      count(",\"isn_orig\":", UInt64(initial))
    }
    if connection[.responder].hasSYN, let initial = connection[.responder].initialSequence {
      count(",\"isn_resp\":", UInt64(initial))
    }
    if let total = handshake.total { number(",\"total_ns\":", total) }
    if let there = handshake.synACKDelay, let here = handshake.ackDelay {
      number(",\"rtt_ns\":", there + here)
    }
    if let there = handshake.synACKDelay { number(",\"synack_ns\":", there) }
    if let here = handshake.ackDelay { number(",\"ack_ns\":", here) }
    count(",\"syn_retransmissions\":", handshake.synRetransmissions)
    count(",\"synack_retransmissions\":", handshake.synACKRetransmissions)
    flag(",\"simultaneous_open\":", handshake.isSimultaneous)
    flag(",\"fast_open\":", handshake.isFastOpen)
    flag(",\"refused\":", handshake.isRefused)
    out.write("}")
  }

  private mutating func writeEnd(_ end: EndReport, until time: Int64) {
    out.write("\"state\":\"")
    out.write(end.state.name)
    out.write("\",\"states\":[")
    let path = end.path
    for (i, change) in path.enumerated() {
      out.write(i == 0 ? "{\"state\":\"" : ",{\"state\":\"")
      out.write(change.state.name)
      out.write(octet: 34)
      number(",\"ts\":", change.time)
      count(",\"frame\":", change.frame)
      out.write("}")
    }
    out.write("]")
    if let until = end.timeWaitEnd(maximumSegmentLifetime: maximumSegmentLifetime) {
      number(",\"time_wait_until\":", until)
    }
    if let waited = end.closeWaitTime(until: time) { number(",\"close_wait_ns\":", waited) }
    writeOffer(end)
    let counters = end.counters
    writeSegments(counters)
    if let window = end.windowMin {
      number(",\"window_max\":", end.windowMax)
      number(",\"window_min\":", window)
    }
    number(",\"zero_window_ns\":", end.zeroWindowTime(until: time))
    write(end.flowControl)
    if let figures = end.roundTrips { write(figures) }
    if counters.dataSegments > 0, end.hasPeer { number(",\"bytes_in_flight_max\":", end.flightMax) }
    if end.initialWindow > 0 { count(",\"initial_window_segments\":", UInt64(end.initialWindow)) }
    if let figures = end.congestion { write(figures, until: time) }
    if !end.flights.isEmpty { write(end.flights) }
  }

  private mutating func writeOffer(_ end: EndReport) {
    guard end.hasSYN else { return }
    let offer = end.offer
    if offer.maximumSegmentSize > 0 { count(",\"mss\":", UInt64(offer.maximumSegmentSize)) }
    if let scale = offer.windowScale { count(",\"window_scale\":", UInt64(scale)) }
    // Of options that were cut only those that are there are known.
    let isWhole = !offer.isCut
    if isWhole || offer.isSACKPermitted { flag(",\"sack_permitted\":", offer.isSACKPermitted) }
    if isWhole || offer.hasTimestamps { flag(",\"timestamps\":", offer.hasTimestamps) }
    flag(",\"ecn\":", offer.hasECN)
  }

  private mutating func writeSegments(_ counters: TCPCounters) {
    count(",\"segments\":", counters.segments)
    count(",\"data_segments\":", counters.dataSegments)
    count(",\"data_bytes\":", counters.dataOctets)
    if counters.isUntroubled {
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
      number(i == 0 ? "[" : ",[", point.time)
      number(",", point.octets)
      out.write("]")
    }
    out.write("]")
  }

  @inline(__always)
  mutating func count(_ key: StaticString, _ value: UInt64) {
    out.write(key)
    out.write(decimal: value)
  }

  @inline(__always)
  mutating func number(_ key: StaticString, _ value: Int64) {
    out.write(key)
    out.write(signed: Int(value))
  }

  @inline(__always)
  private mutating func flag(_ key: StaticString, _ value: Bool) {
    out.write(key)
    out.write(value ? "true" : "false")
  }
}
