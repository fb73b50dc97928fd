// What a sender is doing about losses, told from what it sends and what it hears: why it repeats.
//
// The rules are those of RFC 5681, 6582 and 6675 (duplicate and selective acknowledgments), RFC 6298 (the
// timer), RFC 8985 (time-ordered loss detection and the probe of the tail) and RFC 5682 (timeouts that were
// not necessary), where they leave a choice as Linux documents its own. All times are the sender's: whoever
// calls adds the way from the tap to the sender.

/// One end's recovery from losses.
struct Recovery: Sendable, Equatable {
  /// Linux's names for the same four states, RFC 5681's and 6298's procedures.
  enum State: UInt8, Sendable {
    /// Nothing is missing.
    case open
    /// Something was overtaken or lost: an acknowledgment came again, or a selective one.
    case disorder
    /// Acknowledgments told of a loss, which is being repaired up to `point` (RFC 6582, 6675).
    case recovery
    /// The timer ran out: everything up to `point` is sent again as acknowledgments come (RFC 6298 5.4).
    case loss
  }

  /// Why a segment was sent again.
  enum Cause: Sendable {
    case fast, timer, afterTimer, tailLossProbe
  }

  /// A segment that is sent again, and what its sender knew.
  struct Attempt {
    var start: Int64
    var end: Int64
    var time: Int64
    /// The number behind the highest sent, and the highest that the sender has heard acknowledged.
    var highest: Int64
    var acknowledged: Int64
    /// When the retransmission timer was started last.
    var armed: Int64
    /// When the sender heard the peer last.
    var heard: Int64
    /// When it last sent something for the first time.
    var lastNew: Int64
    var timeout: Int64
    /// The smoothed round trip; nil while there is no sample.
    var smoothed: Int64?
    var isSelective: Bool
    /// It was sent again before, since the timer ran out.
    var isRepeatedAgain: Bool
    var stamp: UInt32?
  }

  /// An acknowledgment, as its sender takes it.
  struct Heard {
    var number: Int64
    /// When the tap sees it, and when the sender hears it.
    var now: Int64
    var time: Int64
    var advances: Bool
    /// A duplicate by RFC 5681's definition.
    var isDuplicate: Bool
    /// It selects what no earlier one selected, up to `selected`.
    var selects: Bool
    var selected: Int64
    /// It tells of octets that came twice (RFC 2883).
    var tellsOfCopy: Bool
    /// It takes off the flight what was sent once, below `point`, and was not selected before; without SACK
    /// nothing that was repeated may be among it (RFC 5682 section 2.1 step 3).
    var reachesOriginal: Bool
    var isSelective: Bool
    var echo: UInt32?
    var highest: Int64
  }

  /// What an answer to an acknowledgment may take; a timer takes longer.
  static let answerMax: Int64 = 2_000_000
  /// Timers go off a little later than they are set, and round trips are known to a tenth.
  private static let tenths: (timer: Int64, probe: Int64) = (9, 8)
  /// Duplicate acknowledgments that tell of a loss (RFC 5681 section 3.2).
  private static let duplicatesMin: UInt8 = 3
  /// Linux doubles its timer so often at most that it matters here.
  private static let backoffMax: UInt8 = 10

  private(set) var state = State.open
  /// The timeout may prove unnecessary: what RFC 5682 looks for.
  private var mayBeSpurious = false
  private var backoff: UInt8 = 0
  private(set) var duplicateACKs: UInt8 = 0
  /// Without SACK: duplicate acknowledgments were counted when the state ended.
  private var hasDuplicates = false
  /// Repeats since the state was entered, less those that D-SACK called copies.
  private var repeats: UInt16 = 0
  /// The time stamp of the first of them.
  private var stamp: UInt32?
  /// The end of the flight in which the loss was noticed.
  private(set) var point: Int64 = 0
  /// The end of the flight whose tail was probed; one probe a flight (RFC 8985 section 7.2).
  private var probePoint: Int64 = 0
  private var selectedMost: Int64 = 0
  /// When the timer last ran out.
  private var expired: Int64 = 0
  /// When the sender hears what ends the state; 0 for not yet.
  private var leaves: Int64 = 0

  /// Whether nothing of it need be kept.
  var isBlank: Bool {
    state == .open && duplicateACKs == 0 && selectedMost == 0 && probePoint == 0
      && backoff == 0
  }

  /// Takes an acknowledgment. True when it shows that the timeout was not necessary, as RFC 5682 has it.
  mutating func hear(_ heard: Heard) -> Bool {
    var isUnnecessary = false
    leaveWhenDue(heard.now)
    let hadDuplicates = duplicateACKs >= Recovery.duplicatesMin
    if heard.selects { selectedMost = max(selectedMost, heard.selected) }
    if heard.advances {
      duplicateACKs = 0
      backoff = 0
      if selectedMost <= heard.number { selectedMost = 0 }
    } else if heard.isDuplicate, duplicateACKs < .max {
      duplicateACKs += 1
    }
    // Linux probes again when the probe was needless, or when more than what it probed is acknowledged.
    if probePoint > 0, heard.tellsOfCopy || heard.number > probePoint || (heard.isDuplicate && !heard.selects)
    {
      probePoint = 0
    }
    if heard.tellsOfCopy, repeats > 0 { repeats -= 1 }
    switch state {
    case .open, .disorder:
      if duplicateACKs > 0 || selectedMost > heard.number {
        (state, leaves) = (.disorder, 0)
      } else if state == .disorder {
        // What was told before may still be answered when a reordering window has passed, a quarter of a
        // round trip (RFC 8985 section 6.2).
        let way = interval(heard.now, heard.time)
        leave(at: way == 0 ? heard.time : heard.time &+ way / 4 &+ 2 * Recovery.answerMax)
      }
    case .recovery:
      if isPast(heard) { leave(at: heard.time) }
    case .loss:
      isUnnecessary = mayBeSpurious && heard.reachesOriginal && leaves == 0
      if isPast(heard) || isUnnecessary || isUndone(heard) {
        leave(at: heard.time)
        hasDuplicates = hadDuplicates && !heard.isSelective
      } else if mayBeSpurious, heard.highest > point, heard.selects || heard.isDuplicate {
        // What was sent after the timeout arrived, what was sent before did not (RFC 5682 step 3a).
        mayBeSpurious = false
      }
    }
    if isBlank { self = Recovery() }
    return isUnnecessary
  }

  /// It is not yet known whether the timeout was necessary.
  var isInDoubt: Bool { state == .loss && mayBeSpurious }

  /// Whether an acknowledgment leaves some of what was in flight when acknowledgments told of a loss.
  func isPartial(_ number: Int64) -> Bool { state == .recovery && leaves == 0 && number < point }

  /// Everything in flight at the loss is acknowledged. Without SACK something beyond must be: duplicates of
  /// the repeats would start it all again (RFC 6582 section 4).
  private func isPast(_ heard: Heard) -> Bool {
    heard.isSelective ? heard.number >= point : heard.number > point
  }

  /// The repeats were not necessary: the octets had arrived.
  private func isUndone(_ heard: Heard) -> Bool {
    guard heard.advances, heard.isSelective else { return false }
    if repeats == 0 { return true }
    // The acknowledgment answers a segment from before the first repeat (RFC 3522).
    guard let echo = heard.echo, let stamp else { return false }
    return Int32(bitPattern: echo &- stamp) < 0
  }

  private mutating func leave(at time: Int64) { if leaves == 0 { leaves = max(1, time) } }

  private mutating func leaveWhenDue(_ time: Int64) {
    guard leaves > 0, time >= leaves else { return }
    leaves = 0
    // Duplicates of the repeats, heard without SACK before it was over, count as news of a loss at once: the
    // recovery that RFC 6582 section 4 warns of.
    state = hasDuplicates ? .disorder : .open
    (repeats, stamp, mayBeSpurious, hasDuplicates) = (0, nil, false, false)
  }

  /// Why a segment is sent again; what the sender does from now on follows from it.
  mutating func cause(of attempt: Attempt) -> Cause {
    leaveWhenDue(attempt.time)
    if isProbe(attempt) {
      probePoint = attempt.highest
      return .tailLossProbe
    }
    if isTimeout(attempt) || isUnheard(attempt) {
      enterLoss(attempt.highest, attempt.time, attempt.stamp, acknowledged: attempt.acknowledged)
      return .timer
    }
    defer { if repeats < .max { repeats += 1 } }
    switch state {
    case .open, .disorder:
      (state, point, leaves, repeats, stamp) = (.recovery, attempt.highest, 0, 0, attempt.stamp)
      return .fast
    case .recovery:
      return .fast
    case .loss:
      // The repeat itself was lost, and later ones were selected: a loss that acknowledgments told of
      // (RFC 8985 section 6.2 step 5).
      if attempt.isSelective, attempt.isRepeatedAgain, attempt.start > attempt.acknowledged {
        (state, point, leaves) = (.recovery, attempt.highest, 0)
        return .fast
      }
      return .afterTimer
    }
  }

  /// A probe repeats the highest segment of a flight in which nothing is missing, about two round trips after
  /// the last acknowledgment or the last new segment, and never after the timer (RFC 8985 section 7.2). With
  /// SACK nothing else repeats a tail of which nothing was heard; Linux sets both clocks of a single segment
  /// to the same time, and the probe's comes first.
  private func isProbe(_ attempt: Attempt) -> Bool {
    guard attempt.isSelective, state == .open, attempt.end >= attempt.highest else { return false }
    if probePoint == 0 { return true }
    let waited = interval(max(attempt.armed, attempt.lastNew), attempt.time)
    if waited * 10 >= attempt.timeout * Recovery.tenths.timer { return false }
    let probe = attempt.smoothed.map { min(2 * $0, attempt.timeout) } ?? attempt.timeout
    return waited * 10 >= probe * Recovery.tenths.probe
  }

  /// What the tap saw acknowledged comes again, and nothing selective told of a loss: its sender has not
  /// heard the acknowledgment, and its timer did not wait for that.
  private func isUnheard(_ attempt: Attempt) -> Bool {
    state == .open && attempt.isSelective && attempt.end <= attempt.acknowledged
  }

  /// The timer repeats the lowest segment, and it was set as long ago as it runs (RFC 6298 section 5).
  private func isTimeout(_ attempt: Attempt) -> Bool {
    guard attempt.start <= attempt.acknowledged else { return false }
    // News of a loss is answered at once, whatever the clock says: a probe with new octets brought it, and
    // started the clock anew (RFC 8985 section 7.3).
    if attempt.isSelective, state == .disorder,
      interval(attempt.heard, attempt.time) < Recovery.answerMax
    {
      return false
    }
    let waited = interval(attempt.armed, attempt.time)
    return waited * 10 >= (attempt.timeout << Int64(backoff)) * Recovery.tenths.timer
  }

  private mutating func enterLoss(_ highest: Int64, _ time: Int64, _ first: UInt32?, acknowledged: Int64) {
    // A second timeout, or one outside of any recovery, may be unnecessary (RFC 5682 section 2).
    switch state {
    case .open, .disorder: mayBeSpurious = true
    case .recovery, .loss: mayBeSpurious = acknowledged >= point || backoff > 0
    }
    if state != .loss { (repeats, stamp) = (0, first) }
    if repeats < .max { repeats += 1 }
    backoff = min(backoff + 1, Recovery.backoffMax)
    (state, point, leaves, probePoint, expired) = (.loss, highest, 0, 0, time)
  }

  /// Beyond the receiver's tap, a repeat after a timeout looks new when everything behind it was lost: it
  /// comes alone, after packets that did not, and what follows it, a round trip later, begins far beyond, at
  /// `start`.
  mutating func noteJump(_ start: Int64, _ time: Int64) {
    (state, point, leaves, expired, mayBeSpurious) = (.loss, start, 0, time, false)
  }

  /// When the timer last ran out.
  var lastTimeout: Int64 { expired }

  /// The path takes no segments of this size (RFC 1191, 8201): everything in flight is sent again in smaller
  /// ones, as after a timeout.
  mutating func noteTooBig(_ highest: Int64, _ time: Int64) {
    (state, point, leaves, expired, mayBeSpurious) = (.loss, highest, 0, time, false)
  }
}
