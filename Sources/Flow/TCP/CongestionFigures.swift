// What is said of a sender's congestion window, and whether anything can be.

/// One end's congestion window as a record has it.
public struct CongestionFigures: Sendable {
  /// Why nothing is said of the window.
  public enum Reason: Sendable {
    /// Too few full segments.
    case thin
    /// The capture was taken near the receiver: what the sender did, and when, does not show.
    case farFromSender
    /// The application wrote less than the window allowed, most of the time.
    case applicationLimited
    /// The receiver's window was smaller, most of the time.
    case receiverLimited
    /// The sender paces itself: what is in flight is not what its window allows.
    case paced

    /// The name that records print.
    public var name: StaticString {
      switch self {
      case .thin: "thin_evidence"
      case .farFromSender: "captured_far_from_sender"
      case .applicationLimited: "app_limited"
      case .receiverLimited: "receiver_limited"
      case .paced: "paced"
      }
    }
  }

  /// The name of a congestion control.
  public enum Algorithm: Sendable {
    case reno, cubic, bbr

    /// The name that records print.
    public var name: StaticString {
      switch self {
      case .reno: "reno"
      case .cubic: "cubic"
      case .bbr: "bbr"
      }
    }

    /// What it is known by.
    public var reason: StaticString {
      switch self {
      case .reno: "losses cut the window to a half"
      case .cubic: "losses cut the window to 7 tenths, or slow start ended by HyStart's signs"
      case .bbr: "sent at an even pace, with flights that shrank without a loss"
      }
    }
  }

  /// Nil when the window was used up and shows.
  public var whyNot: Reason?
  public var algorithm: Algorithm?
  public var phases: [PhaseChange]
  public var losses: [LossEvent]
  /// Segments; 0 when it did not show.
  public var threshold: Int32
  public var windowMost: Int32
  /// The window over time, when series were asked for.
  public var windows: [SegmentPoint]
  /// When the sender waited for its application or its receiver; waits shorter than a round trip are none.
  public var waits: [Wait]
  /// Segments sent in each round trip, when series were asked for.
  public var rounds: [SegmentPoint]
}

extension SenderWindow {
  /// So many full segments make evidence.
  static let evidenceMin: UInt32 = 10
  /// So many answers tell whether a sender paces itself.
  private static let answersMin: UInt32 = 8
  /// A window smaller than this is cut to a rounded share of it.
  private static let cutMin: Int32 = 10

  /// Why the window does not show; nil when it does: while it was used up for half the transfer or longer.
  var whyNot: CongestionFigures.Reason? {
    if !isNear { return .farFromSender }
    if fullSegments < SenderWindow.evidenceMin { return .thin }
    if isPaced { return reading == .paced ? .paced : .applicationLimited }
    if growth.isFlat { return .applicationLimited }
    let times = limitation.shares(.window)
    let open = limitation.total &- times[Limit.handshake.rawValue] &- times[Limit.unknown.rawValue]
    let usedUp = times[Limit.congestion.rawValue] &+ times[Limit.path.rawValue]
    if open > 0, usedUp >= open / 2 { return nil }
    let isReceiver = times[Limit.receiver.rawValue] > times[Limit.application.rawValue]
    return isReceiver ? .receiverLimited : .applicationLimited
  }

  /// The application was hardly ever silent.
  var isBusy: Bool { limitation.silence < limitation.total / 4 }

  /// What its silences are to be taken for.
  var reading: Limitation.Reading {
    if !isNear { return .window }
    if isPaced, !writing.isPiecemeal { return isBusy ? .paced : .window }
    return isPaced || growth.isFlat ? .application : .window
  }

  /// A quarter of the answers and more came in their own time.
  var isPaced: Bool {
    let answers = UInt64(promptAnswers) + UInt64(pacedAnswers)
    return answers >= UInt64(SenderWindow.answersMin) && UInt64(pacedAnswers) * 4 > answers
  }

  /// The congestion control, when losses or the lack of them tell it.
  var algorithm: CongestionFigures.Algorithm? {
    if !isNear || fullSegments < SenderWindow.evidenceMin { return nil }
    if isPaced {
      // Neither Reno nor CUBIC makes its window smaller without a loss; BBR does, in drain and in each cycle.
      // It begins as they do, with a flight that doubles: an application that sets an even pace does not.
      let hasGrown = Int64(roundMostEver) >= 2 * Int64(roundMostFirst)
      return falls >= 2 && hasGrown && reading == .paced && fullSegments >= 100 ? .bbr : nil
    }
    var (halves, sevenTenths) = (0, 0)
    for loss in losses where !loss.isUndone && loss.kind != .timeout && loss.before >= SenderWindow.cutMin {
      let share = Int(loss.after) * 100 / Int(loss.before)
      if (40...58).contains(share) { halves += 1 }
      if (63...78).contains(share) { sevenTenths += 1 }
    }
    if halves > 2 * sevenTenths { return .reno }
    if sevenTenths > 2 * halves { return .cubic }
    if whyNot != nil { return nil }
    // Left before any loss, by HyStart's signs. A threshold that was remembered from an earlier connection
    // ends slow start too, whatever the congestion control.
    guard losses.isEmpty, phases.count > 1, phases[1].phase == .congestionAvoidance else { return nil }
    return slowStartExit.explains(phases[1].start) ? .cubic : nil
  }

  /// The record of it.
  var figures: CongestionFigures {
    let whyNot = whyNot
    return CongestionFigures(
      whyNot: whyNot, algorithm: algorithm, phases: whyNot == nil ? finalPhases : [],
      losses: isNear ? losses : [], threshold: isNear ? threshold : 0, windowMost: windowMost,
      windows: whyNot == nil ? points : [],
      waits: limitation.waits.filter { interval($0.start, $0.end) > max(roundTrip, SenderWindow.waitMin) },
      rounds: finalRounds)
  }

  /// The last flight may have left slow start without anything to show it by: where HyStart says so, and most
  /// senders have it, that is the best guess.
  private var finalPhases: [PhaseChange] {
    guard slowStartExit.time > 0, let last = phases.last, last.phase == .slowStart, recovery == nil,
      losses.isEmpty
    else { return phases }
    var all = phases
    all[all.count - 1].windowAtEnd = slowStartExit.window
    all.append(
      PhaseChange(
        phase: .congestionAvoidance, start: max(slowStartExit.time, last.start),
        windowAtStart: slowStartExit.window, windowAtEnd: level))
    return all
  }

  /// The rounds with the one that was going on.
  private var finalRounds: [SegmentPoint] {
    guard keepsSeries, let roundStart, roundSegments > 0 else { return rounds }
    return rounds + [SegmentPoint(time: roundStart, segments: roundSegments)]
  }
}

extension ConnectionReport {
  /// What limited the transfer: shares of its time that sum to 1, of the end that sent more in bulk. Nil when
  /// neither sent enough to tell. Where its receiver is, most of it is unknown: there it does not show when
  /// it sent, and for what.
  public var limits: [(limit: Limit, share: Double)]? {
    mutating get {
      guard !details.isEmpty, details[0].hasWindow(0) || details[0].hasWindow(1) else { return nil }
      return details[0].limits
    }
  }
}

extension TCPDetail {
  fileprivate var limits: [(limit: Limit, share: Double)]? {
    let windows = FlowSide.allCases.compactMap { window($0.rawValue) }
    guard let busier = windows.max(by: { $0.fullSegments < $1.fullSegments }) else { return nil }
    let total = busier.limitation.total
    guard busier.fullSegments >= SenderWindow.evidenceMin, total > 0 else { return nil }
    let times = busier.limitation.shares(busier.reading)
    return Limit.allCases.map { ($0, Double(times[$0.rawValue]) / Double(total)) }
  }
}
