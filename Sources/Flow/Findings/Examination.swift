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
    var found: [Finding] = []
    examine(limits, in: &found)
    guard let worst = found.first, worst.severity > .info else { return nil }
    return worst
  }

  /// Makes `found` all of them.
  public mutating func putFindings(_ limits: FindingLimits, in found: inout [Finding]) {
    if isOrdinary(limits) {
      putTimeWait(limits, in: &found)
      if report.reuse != nil, let reused = reuseFinding(limits) { found.insert(reused, at: 0) }
    } else {
      examine(limits, in: &found)
    }
  }

  /// Makes `found` the findings by every rule.
  mutating func examine(_ limits: FindingLimits, in found: inout [Finding]) {
    found.removeAll(keepingCapacity: true)
    if hasConnection {
      var examination = Examination(&self, limits)
      swap(&examination.found, &found)
      examination.opening(&self)
      // Who made the report of a journal has asked what the others ask (`WholeJournal.isPlain`).
      let isBrief = report.journalKind == .brief
      if isBrief {
        if let reused = reuseFinding(limits) { examination.add(reused) }
      } else {
        examination.options(&self)
        if examination.hasTrouble(&self) {
          examination.losses(&self)
          examination.windows(&self)
        }
        examination.pace(&self)
        examination.silence(&self)
      }
      examination.closing(&self)
      examination.resets(&self)
      if !isBrief { examination.capture(&self) }
      swap(&examination.found, &found)
    } else {
      putDatagramFindings(limits, in: &found)
    }
    // They are few. Those that are as bad and as early stay in the order of the rules.
    for end in found.indices.dropFirst() {
      var place = end
      while place > 0, found[place].isBefore(found[place - 1]) {
        found.swapAt(place, place - 1)
        place -= 1
      }
    }
  }
}

extension Finding {
  /// It is told before another: it is worse, or as bad and seen earlier.
  fileprivate func isBefore(_ other: Finding) -> Bool {
    (other.severity, frames.first ?? 0) < (severity, other.frames.first ?? 0)
  }
}

/// One look at one connection, which its rules are handed: as a part of this it would be copied with each.
struct Examination {
  let limits: FindingLimits
  let tap: Tap
  let evidence: Evidence
  var found: [Finding] = []
  /// Time of the last packet.
  let end: Int64
  /// The end of the input came before the connection's.
  let isCutOff: Bool
  /// Whether both SYNs were seen, so that numbers, options and scales are known.
  let isFromStart: Bool
  private let firstFrame: UInt64
  private let areSeen: (originator: Bool, responder: Bool)

  init(_ flow: inout EndedFlow, _ limits: FindingLimits) {
    self.limits = limits
    tap = flow.report.tap
    evidence = flow.report.evidence
    end = flow.record.end
    isCutOff = flow.reason == .forced || flow.reason == .active
    isFromStart = flow.report.originator.hasSYN && flow.report.responder.hasSYN
    firstFrame = flow.report.connection.firstFrame
    areSeen = (flow.report.originator.counters.segments > 0, flow.report.responder.counters.segments > 0)
  }

  /// A frame that is kept as the distance from the connection's first; 0 for none.
  func frame(_ near: UInt32) -> UInt64 { near > 0 ? firstFrame &+ UInt64(near) &- 1 : 0 }

  /// Whether there is anything that the rules on losses and windows could speak of: most connections have
  /// neither evidence nor counts of trouble.
  func hasTrouble(_ flow: inout EndedFlow) -> Bool {
    !evidence.isEmpty || !flow.notices.isEmpty || flow.report.connection.watch.silentTimeouts[0] > 0
      || flow.report.connection.watch.silentTimeouts[1] > 0 || flow.report.hasTrouble()
  }

  /// Whether the capture shows packets of this end.
  func isSeen(_ side: FlowSide) -> Bool { side == .originator ? areSeen.originator : areSeen.responder }
  /// Whether it shows both.
  var isWhole: Bool { areSeen.originator && areSeen.responder }

  mutating func add(_ finding: Finding) { found.append(finding) }
}
