// What is remembered of a flow's troubles: which, how often, and the frames that show them.

/// One kind of event at one end, how often it came, and where it can be seen.
struct Clue: Sendable {
  /// What happened.
  enum Kind: UInt8, Sendable {
    case fast, timer, tailLossProbe, synRepeat, finRepeat, spurious
    /// The repeat filled a hole: what it repeats was lost before the tap. The original had been captured: it
    /// was lost behind the tap, or not at all.
    case lostBefore, lostBehind
    case outOfOrder, networkCopy, capturedTwice
    case zeroWindow, windowFull, windowShrink, probe, smallWindow, smallSegment
    case keepAlive, keepAliveUnanswered
    case delayedACKStall
    case notCaptured, acknowledgedUnseen
    case congestionMark, congestionEcho
    case fullSizeRepeat
    case synInConnection, challenge, wrongHandshake
    case resetEffective, resetBlind, afterReset, afterFIN
    case repeatedAfterACK, synAfterAnswer
    case backwards
    /// Each is two: the frame that came first, and the one that says otherwise.
    case otherOctets
    case unreachable, tooBig
    case fastOpenRefused
    case reuseNewer, reuseOlder
    case damaged
  }

  var kind: Kind
  var side: FlowSide
  var count: UInt32 = 0
  /// The greatest amount noted with it: octets, nanoseconds or a code, as the kind has it.
  var amount: Int64 = 0
  /// All amounts together.
  var sum: Int64 = 0
  var firstTime: Int64
  var lastTime: Int64
  /// The first three frames and the last.
  var frames: InlineArray<4, UInt64> = [0, 0, 0, 0]

  /// The frames as an array, 0 for none.
  var shown: [UInt64] { [frames[0], frames[1], frames[2], frames[3]] }
}

/// The clues of one flow. Empty, and without storage, while nothing is wrong.
struct Evidence: Sendable {
  /// The most clues: each kind at each end is one, and no connection has them all.
  static let cluesMax = 48

  private(set) var clues: [Clue] = []

  /// Octets that it holds.
  var octets: Int { clues.capacity * MemoryLayout<Clue>.stride }
  /// Nothing was noted.
  var isEmpty: Bool { clues.isEmpty }

  /// Notes that something happened at an end.
  mutating func note(
    _ kind: Clue.Kind, _ side: FlowSide, _ frame: UInt64, _ time: Int64, amount: Int64 = 0
  ) {
    let at: Int
    if let found = index(kind, side) {
      at = found
    } else {
      guard clues.count < Evidence.cluesMax else { return }
      at = clues.count
      clues.append(Clue(kind: kind, side: side, firstTime: time, lastTime: time))
    }
    clues[at].frames[min(3, Int(clues[at].count))] = frame
    clues[at].count &+= clues[at].count < .max ? 1 : 0
    clues[at].lastTime = time
    clues[at].amount = max(clues[at].amount, amount)
    clues[at].sum &+= amount
  }

  /// Takes back what was noted of one kind at one end.
  mutating func forget(_ kind: Clue.Kind, _ side: FlowSide) {
    if let at = index(kind, side) { clues.remove(at: at) }
  }

  private func index(_ kind: Clue.Kind, _ side: FlowSide) -> Int? {
    clues.firstIndex { $0.kind == kind && $0.side == side }
  }

  /// What was noted of one kind at one end.
  subscript(_ kind: Clue.Kind, _ side: FlowSide) -> Clue? { index(kind, side).map { clues[$0] } }

  /// How often it was noted.
  func count(_ kind: Clue.Kind, _ side: FlowSide) -> Int64 { Int64(self[kind, side]?.count ?? 0) }

  /// The frames that show it.
  func frames(_ kind: Clue.Kind, _ side: FlowSide) -> [UInt64] { self[kind, side]?.shown ?? [] }
}
