// A finding: which rule, about whom, with what figures, shown by which frames.

/// What a rule found of one flow. A plain value of numbers; the sentence is made where it is printed.
public struct Finding: Sendable {
  public var rule: Rule
  public var severity: Severity
  /// The end that it is about; nil when it is about both or about the capture.
  public var side: FlowSide?
  /// Frames that show it, each once, in the order of the capture.
  public var frames: FrameList
  /// From 0 to 1.
  public var confidence: Double
  public var alternatives: [Alternative]
  /// What the sentence tells, each rule's in an order of its own; docs/findings.md has the sentences.
  public var figures: InlineArray<4, Int64>

  init(
    _ rule: Rule, _ severity: Severity, _ side: FlowSide? = nil, frames: [UInt64], confidence: Double = 1,
    or alternatives: [Alternative] = [], _ a: Int64 = 0, _ b: Int64 = 0, _ c: Int64 = 0, _ d: Int64 = 0
  ) {
    self.rule = rule
    self.severity = severity
    self.side = side
    self.confidence = confidence
    self.alternatives = alternatives
    figures = [a, b, c, d]
    self.frames = FrameList()
    // Frames are counted from 1; 0 stands for one that was not seen.
    for frame in frames where frame > 0 { self.frames.insert(frame) }
  }

  /// An end is in TIME_WAIT: of most connections nothing else is to be said.
  init(timeWait side: FlowSide, _ change: StateChange, lasting time: Int64) {
    (rule, severity, self.side) = (.timeWait, .info, side)
    (confidence, alternatives) = (1, [])
    figures = [time, change.time, 0, 0]
    frames = FrameList()
    if change.frame > 0 { frames.append(change.frame) }
  }

  /// Whether it is what the initializer above makes.
  @inline(__always)
  mutating func isTimeWait() -> Bool {
    rule == .timeWait && severity == .info && confidence == 1 && alternatives.isEmpty
  }

  /// Makes it the same of another connection.
  @inline(__always)
  mutating func retell(_ side: FlowSide, _ change: StateChange, lasting time: Int64) {
    self.side = side
    figures = [time, change.time, 0, 0]
    frames.removeAll()
    if change.frame > 0 { frames.append(change.frame) }
  }
}

/// From when on a rule speaks.
public struct FindingLimits: Sendable {
  /// Nanoseconds in CLOSE_WAIT after which somebody has forgotten to close. Linux keeps the other end's
  /// FIN_WAIT_2 for 60 s (tcp_fin_timeout): after that the answer to a late FIN is a reset.
  public var closeWait: Int64 = 60_000_000_000
  /// Nanoseconds without a packet that are worth a word. Middleboxes forget quiet connections: RFC 5382
  /// section 5 asks them for two hours, many keep some minutes.
  public var idle: Int64 = 60_000_000_000
  /// The share of segments sent again from which on losses are a warning: TCP of Reno's kind cannot fill a
  /// path of usual length at 1 % (RFC 5681's rate falls with the root of the loss).
  public var lossWarning = 0.01
  /// The maximum segment lifetime, in nanoseconds.
  public var maximumSegmentLifetime: Int64 = 30_000_000_000
  /// Packets that the kernel dropped of this capture, as far as is known.
  public var droppedByKernel: UInt64 = 0

  /// The defaults.
  public init() {}
}
