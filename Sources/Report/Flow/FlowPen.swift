// The part of a flow's record that every connection has, in the order of RECORDS.md. All of it is inlined
// into the few functions that lend the pen: its place in the text stays in a register from piece to piece.

internal import Flow
internal import Wire

extension Pen {
  /// Who with whom, behind the flow's name.
  @inline(__always)
  mutating func writeEnds(_ record: inout FlowRecord) {
    switch record.key.ipProtocol {
    case .tcp: write("=\",\"proto\":\"tcp\",\"orig_h\":\"")
    case .udp: write("=\",\"proto\":\"udp\",\"orig_h\":\"")
    case .icmp: write("=\",\"proto\":\"icmp\",\"orig_h\":\"")
    case .icmpv6: write("=\",\"proto\":\"icmp6\",\"orig_h\":\"")
    case .sctp: write("=\",\"proto\":\"sctp\",\"orig_h\":\"")
    default:
      write("=\",\"proto\":\"", decimal: UInt64(record.key.ipProtocol.rawValue))
      write("\",\"orig_h\":\"")
    }
    let (originator, responder) = (record.originator, record.responder)
    write(originator.address, isIPv6: record.key.isIPv6)
    write("\",\"orig_p\":", decimal: UInt64(originator.port))
    write(",\"resp_h\":\"")
    write(responder.address, isIPv6: record.key.isIPv6)
    write("\",\"resp_p\":", decimal: UInt64(responder.port))
  }

  /// An address in the notation of its IP version.
  @inline(__always)
  private mutating func write(_ address: IPAddress, isIPv6: Bool) {
    if isIPv6 {
      lend { $0.write(ipv6: address) }
    } else {
      write("", ipv4: UInt32(truncatingIfNeeded: address.low))
    }
  }

  /// From when to when; then the beginning in words follows.
  @inline(__always)
  mutating func writeSpan(_ record: inout FlowRecord) {
    look()
    write(",\"start\":", stamp: record.start)
    write(",\"end\":", stamp: record.end)
    write(",\"duration_ns\":", signed: record.end &- record.start)
    write(",\"first_frame\":", decimal: record.firstFrame)
    write(",\"last_frame\":", decimal: record.lastFrame)
    write(",\"time\":\"")
  }

  /// Packets and octets of both ends.
  @inline(__always)
  mutating func writeCounters(_ flow: inout EndedFlow) {
    look()
    write("\",\"orig_pkts\":", short: flow.record.counters[0].packets)
    write(",\"resp_pkts\":", short: flow.record.counters[1].packets)
    write(",\"orig_ip_bytes\":", short: flow.record.counters[0].ipOctets)
    write(",\"resp_ip_bytes\":", short: flow.record.counters[1].ipOctets)
    write(",\"orig_frame_bytes\":", short: flow.record.counters[0].frameOctets)
    write(",\"resp_frame_bytes\":", short: flow.record.counters[1].frameOctets)
    if flow.hasConnection {
      write(",\"orig_bytes\":", short: flow.report.originator.streamOctets)
      write(",\"resp_bytes\":", short: flow.report.responder.streamOctets)
      if flow.report.originator.isPlain {
        write(",\"missed_bytes\":0")
      } else {
        write(",\"missed_bytes\":", signed: flow.report.missedOctets)
      }
    } else {
      write(",\"orig_bytes\":", short: flow.record.datagramOctets[0])
      write(",\"resp_bytes\":", short: flow.record.datagramOctets[1])
    }
  }

  /// How it went and why it ended.
  @inline(__always)
  mutating func writeOutcome(_ flow: inout EndedFlow) {
    look()
    switch flow.connectionState {
    case .sf: write(",\"conn_state\":\"SF")
    case .s0, .s1, .rej, .s2, .s3, .rsto, .rstr, .rstos0, .rstrh, .sh, .shr, .oth:
      write(",\"conn_state\":\"")
      write(flow.connectionState.name)
    }
    let letters = flow.history.endIndex
    if letters > 0 { write("\",\"history\":\"") }
    if letters <= 8 {
      write(word: flow.history.firstEight(), octets: letters)
    } else {
      lend { for i in 0..<letters { $0.write(octet: flow.history.letter(i)) } }
    }
    switch flow.record.service {
    case .unknown: break
    case .http: write("\",\"service\":\"http")
    default:
      write("\",\"service\":\"")
      write(flow.record.service.name)
    }
    switch flow.reason {
    case .idle: write("\",\"end_reason\":\"idle\"")
    case .active: write("\",\"end_reason\":\"active\",\"interim\":true")
    case .end: write("\",\"end_reason\":\"end\"")
    case .forced: write("\",\"end_reason\":\"forced\"")
    case .resources: write("\",\"end_reason\":\"resources\"")
    }
  }

  /// How a connection was opened.
  @inline(__always)
  mutating func writeHandshake(_ connection: inout ConnectionReport) {
    look()
    let delays = connection.handshake.delays()
    if connection.handshake.isComplete {
      write(",\"tcp\":{\"handshake\":{\"complete\":true")
    } else {
      write(",\"tcp\":{\"handshake\":{\"complete\":false")
    }
    if let frame = connection.handshake.synFrame { write(",\"syn_frame\":", decimal: frame) }
    if let frame = connection.handshake.synACKFrame { write(",\"synack_frame\":", decimal: frame) }
    if let frame = connection.handshake.ackFrame { write(",\"ack_frame\":", decimal: frame) }
    if connection.originator.hasSYN, let initial = connection.originator.initialSequence {
      write(",\"isn_orig\":", decimal: UInt64(initial))
    }
    if connection.responder.hasSYN, let initial = connection.responder.initialSequence {
      write(",\"isn_resp\":", decimal: UInt64(initial))
    }
    if let total = delays.total { write(",\"total_ns\":", signed: total) }
    if let there = delays.there, let here = delays.here { write(",\"rtt_ns\":", signed: there + here) }
    if let there = delays.there { write(",\"synack_ns\":", signed: there) }
    if let here = delays.here { write(",\"ack_ns\":", signed: here) }
    writeOpeningTrouble(&connection.handshake)
  }

  /// What was repeated of a handshake, and what was not usual about it: mostly nothing.
  @inline(__always)
  private mutating func writeOpeningTrouble(_ handshake: inout Handshake) {
    if handshake.synRetransmissions | handshake.synACKRetransmissions == 0, !handshake.isSimultaneous,
      !handshake.isFastOpen, !handshake.isRefused
    {
      return write(usualOpening)
    }
    write(",\"syn_retransmissions\":", decimal: handshake.synRetransmissions)
    write(",\"synack_retransmissions\":", decimal: handshake.synACKRetransmissions)
    write(",\"simultaneous_open\":", handshake.isSimultaneous)
    write(",\"fast_open\":", handshake.isFastOpen)
    write(",\"refused\":", handshake.isRefused)
    write(octet: 125)
  }

  /// How it was closed.
  @inline(__always)
  mutating func writeTeardown(_ teardown: inout Teardown) {
    look()
    switch teardown.kind {
    case .fin: write(",\"teardown\":{\"kind\":\"fin\"")
    case .rst: write(",\"teardown\":{\"kind\":\"rst\"")
    case .halfOpen: write(",\"teardown\":{\"kind\":\"half_open\"")
    case .none: write(",\"teardown\":{\"kind\":\"none\"")
    }
    if teardown.isSimultaneous {
      write(",\"first\":\"both\"")
    } else if let first = teardown.first {
      if first == .originator { write(",\"first\":\"orig\"") } else { write(",\"first\":\"resp\"") }
    }
    if let steps = teardown.steps { write(",\"steps\":", short: Int64(steps)) }
    if teardown.finFrames.count > 0 { write(",\"fin_frames\":", &teardown.finFrames) }
    if teardown.ackFrames.count > 0 { write(",\"ack_frames\":", &teardown.ackFrames) }
    if let reset = teardown.reset {
      lend { $0.write(reset: reset.frame, by: reset.side, reset.kind) }
    }
    if let time = teardown.halfClose { write(",\"half_close_ns\":", signed: time) }
    if let octets = teardown.halfCloseOctets { write(",\"half_close_bytes\":", short: octets) }
    write(octet: 125)
  }

  /// A list of frames.
  @inline(__always)
  mutating func write(_ key: StaticString, _ frames: inout FrameList) {
    write(key)
    for i in 0..<frames.count {
      look()
      if i == 0 { write("[", decimal: frames.frame(i)) } else { write(",", decimal: frames.frame(i)) }
    }
    if frames.count > 0 { write("]") } else { write("[]") }
  }

  /// Where the capture was taken.
  @inline(__always)
  mutating func writeTap(_ connection: inout ConnectionReport) {
    look()
    if connection.tap.place == .unknown {
      write(",\"vantage\":{\"at\":\"unknown\"")
    } else {
      let tap = connection.tap
      lend { $0.write(place: tap) }
    }
    if let time = connection.tap.toOriginator { write(",\"to_orig_ns\":", signed: time) }
    if let time = connection.tap.toResponder { write(",\"to_resp_ns\":", signed: time) }
    write(octet: 125)
  }

  /// The state that an end is in, those that it came through, and how long it waited.
  @inline(__always)
  mutating func writeStates(_ end: inout EndReport, timeWaitEnd: Int64?, waited: Int64?) {
    look()
    write("{\"state\":\"", Int(end.state.rawValue), of: stateNames)
    write("\",\"states\":[")
    for i in 0..<min(end.path.count, StatePath.held) { write(end.path.step(i)) }
    if end.path.count > StatePath.held { lend { $0.writeMore(&end.path) } }
    if end.path.count > 0 { takeBack() }
    write(octet: 93)
    if let timeWaitEnd { write(",\"time_wait_until\":", later: timeWaitEnd) }
    if let waited { write(",\"close_wait_ns\":", signed: waited) }
  }

  /// A state that an end came into.
  @inline(__always)
  fileprivate mutating func write(_ change: StateChange) {
    write(
      Int(change.state.rawValue), of: stateSteps, stamp: change.time, ",\"frame\":", decimal: change.frame,
      "},")
  }

  /// What a SYN offered.
  @inline(__always)
  mutating func writeOffer(_ offer: TCPOffer) {
    look()
    if offer.maximumSegmentSize > 0 { write(",\"mss\":", decimal: UInt64(offer.maximumSegmentSize)) }
    if let scale = offer.windowScale { write(",\"window_scale\":", short: UInt64(scale)) }
    if offer.isSACKPermitted, offer.hasTimestamps, !offer.hasECN {
      // What nearly all offer.
      write(",\"sack_permitted\":true,\"timestamps\":true,\"ecn\":false")
    } else {
      lend { $0.write(options: offer) }
    }
  }

  /// What is counted of an end's segments.
  @inline(__always)
  mutating func writeSegments(_ end: inout EndReport) {
    look()
    write(",\"segments\":", short: end.counters.segments)
    write(",\"data_segments\":", short: end.counters.dataSegments)
    write(",\"data_bytes\":", short: end.counters.dataOctets)
    // Of what a plain end may count, two are in this part of the record.
    if end.isPlain
      ? end.counters.keepAlives | end.counters.windowUpdates == 0 : end.counters.isUntroubled()
    {
      write(untroubledRepeats)
      write(untroubledOrder)
      write(untroubledWindows)
    } else {
      lend { $0.write(trouble: &end.counters) }
    }
  }

  /// The windows that it advertised.
  @inline(__always)
  mutating func writeWindow(_ end: inout EndReport, until time: Int64) {
    look()
    if let window = end.windowMin {
      write(",\"window_max\":", signed: end.windowMax)
      write(",\"window_min\":", signed: window)
    }
    if end.isPlain { return write(",\"zero_window_ns\":0") }
    write(",\"zero_window_ns\":", signed: end.zeroWindowTime(until: time))
    let figures = end.flowControl
    lend { $0.write(figures) }
  }

  /// Round trips of what it sent, and how much of it was on its way.
  @inline(__always)
  mutating func writeRoundTrips(_ end: inout EndReport) {
    look()
    if let figures = end.roundTrips {
      write(",\"rtt\":{\"samples\":", short: figures.samples)
      write(",\"min_ns\":", signed: figures.least)
      write(",\"avg_ns\":", signed: figures.average)
      write(",\"max_ns\":", signed: figures.most)
      write(",\"stdev_ns\":", signed: figures.deviation)
      write(",\"p50_ns\":", signed: figures.median)
      write(",\"p95_ns\":", signed: figures.high)
      write(octet: 125)
    }
    if end.counters.dataSegments > 0, end.hasPeer {
      write(",\"bytes_in_flight_max\":", short: end.flightMax)
    }
    if end.initialWindow > 0 { write(",\"initial_window_segments\":", short: UInt64(end.initialWindow)) }
  }

  @inline(__always)
  private mutating func write(_ key: StaticString, _ value: Bool) {
    write(key)
    if value { write("true") } else { write("false") }
  }
}

extension OctetBuffer {
  /// The states behind those that are in place.
  @inline(never)
  fileprivate mutating func writeMore(_ path: inout StatePath) {
    compose { for i in StatePath.held..<path.count { $0.write(path.step(i)) } }
  }
}

/// The names of the states in the order of their numbers, as `Pen` takes one out. A test holds them against
/// `EndpointState.name`.
let stateNames: StaticString =
  """
  CLOSED         \u{6}LISTEN         \u{6}SYN_SENT       \u{8}SYN_RECEIVED   \u{c}ESTABLISHED    \u{b}\
  FIN_WAIT_1     \u{a}FIN_WAIT_2     \u{a}CLOSE_WAIT     \u{a}CLOSING        \u{7}LAST_ACK       \u{8}\
  TIME_WAIT      \u{9}
  """

/// The same with what stands around them in the list of an end's states, as `Pen` takes one out before a
/// time.
let stateSteps: StaticString =
  """
  {"state":"CLOSED","ts":        \u{17}{"state":"LISTEN","ts":        \u{17}\
  {"state":"SYN_SENT","ts":      \u{19}{"state":"SYN_RECEIVED","ts":  \u{1d}\
  {"state":"ESTABLISHED","ts":   \u{1c}{"state":"FIN_WAIT_1","ts":    \u{1b}\
  {"state":"FIN_WAIT_2","ts":    \u{1b}{"state":"CLOSE_WAIT","ts":    \u{1b}\
  {"state":"CLOSING","ts":       \u{18}{"state":"LAST_ACK","ts":      \u{19}\
  {"state":"TIME_WAIT","ts":     \u{1a}
  """

/// The end of a handshake without troubles.
private let usualOpening: StaticString =
  """
  ,"syn_retransmissions":0,"synack_retransmissions":0,"simultaneous_open":false,"fast_open":false,\
  "refused":false}
  """

/// The rest of the counters when all of them are zero, as they are of most ends: texts for which nothing is
/// looked at, each so short that it is copied without a call.
private let untroubledRepeats: StaticString =
  """
  ,"retransmissions":0,"retransmitted_bytes":0,"retransmissions_by":{"fast":0,"rto":0,"tail_loss_probe":0,\
  "syn":0,"fin":0
  """
private let untroubledOrder: StaticString =
  """
  ,"other":0},"out_of_order":0,"duplicate_frames":0,"duplicate_acks":0,"lost_segments":0,\
  "ack_lost_segments":0
  """
private let untroubledWindows: StaticString =
  """
  ,"keep_alives":0,"zero_windows":0,"zero_window_probes":0,"window_updates":0,"window_full":0,\
  "window_shrinks":0
  """
