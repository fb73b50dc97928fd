// A flow is examined when it ends, or is reported while it goes on: each rule in turn looks at what is kept.

internal import Wire

extension EndedFlow {
  /// What is wrong with this flow or worth knowing, the worst first and else in the order of the frames.
  public func findings(_ limits: FindingLimits = FindingLimits()) -> [Finding] {
    var (found, flow): ([Finding], EndedFlow) = ([], self)
    flow.putFindings(limits, in: &found)
    return found
  }

  /// The worst of them, when it is more than worth knowing.
  public mutating func trouble(_ limits: FindingLimits) -> Finding? {
    if isOrdinary(limits) {
      // What an ordinary connection has to tell is not, unless its ports are another's.
      return reuseFinding(limits).flatMap { $0.severity > .info ? $0 : nil }
    }
    guard let worst = examined(limits).first, worst.severity > .info else { return nil }
    return worst
  }

  /// Makes `found` all of them.
  public mutating func putFindings(_ limits: FindingLimits, in found: inout [Finding]) {
    if isOrdinary(limits) {
      putTimeWait(limits, in: &found)
      if report.reuse != nil, let reused = reuseFinding(limits) { found.insert(reused, at: 0) }
    } else {
      found = examined(limits)
    }
  }

  /// The findings by every rule.
  func examined(_ limits: FindingLimits) -> [Finding] {
    var found: [Finding] = []
    if hasConnection {
      var examination = Examination(flow: self, limits: limits)
      examination.opening()
      examination.options()
      if examination.hasTrouble {
        examination.losses()
        examination.windows()
      }
      examination.pace()
      examination.silence()
      examination.closing()
      examination.resets()
      examination.capture()
      found = examination.found
    } else {
      found = datagramFindings(limits)
    }
    if found.count < 2 { return found }
    return found.enumerated().sorted {
      ($1.element.severity, $0.element.frames.first ?? 0, $0.offset)
        < ($0.element.severity, $1.element.frames.first ?? 0, $1.offset)
    }.map(\.element)
  }
}

/// One look at one connection.
struct Examination {
  let flow: EndedFlow
  let limits: FindingLimits
  let tap: Tap
  let evidence: Evidence
  var found: [Finding] = []

  init(flow: EndedFlow, limits: FindingLimits) {
    self.flow = flow
    self.limits = limits
    tap = flow.report.tap
    evidence = flow.report.evidence
  }

  var connection: ConnectionReport { @inline(__always) _read { yield flow.report } }

  /// What an end knows that its report does not tell.
  @inline(__always)
  func state(_ side: FlowSide) -> TCPEnd {
    side == .originator ? connection.connection.ends[0] : connection.connection.ends[1]
  }
  /// What is watched besides.
  var watch: Watch { connection.connection.watch }
  /// A frame that is kept as the distance from the connection's first; 0 for none.
  func frame(_ near: UInt32) -> UInt64 {
    near > 0 ? connection.connection.firstFrame &+ UInt64(near) &- 1 : 0
  }

  /// Whether there is anything that the rules on losses and windows could speak of: most connections have
  /// neither evidence nor counts of trouble.
  var hasTrouble: Bool {
    !evidence.isEmpty || !flow.notices.isEmpty || watch.silentTimeouts[0] > 0 || watch.silentTimeouts[1] > 0
      || connection.hasTrouble
  }

  /// Time of the last packet.
  var end: Int64 { flow.record.end }
  /// The end of the input came before the connection's.
  var isCutOff: Bool { flow.reason == .forced || flow.reason == .active }

  /// Whether the capture shows packets of this end.
  func isSeen(_ side: FlowSide) -> Bool { connection[side].counters.segments > 0 }
  /// Whether it shows both.
  var isWhole: Bool { isSeen(.originator) && isSeen(.responder) }
  /// Whether both SYNs were seen, so that numbers, options and scales are known.
  var isFromStart: Bool { connection[.originator].hasSYN && connection[.responder].hasSYN }

  mutating func add(_ finding: Finding) { found.append(finding) }
}
