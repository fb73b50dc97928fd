// Whether what looks like a window grows as a window must, while it is used up and nothing is lost.

/// The growth of a sender's flights over round trips. A window that is used up grows: twice as large in slow
/// start, by about a segment in avoidance (RFC 5681 section 3.1), and CUBIC's at least by half of one (RFC
/// 9438 section 4.3). Flights that answer acknowledgments, round trip after round trip, and stay what they
/// are were held by something else: by an application that happens to write in step with the
/// acknowledgments, or by a buffer of the sender's own.
struct Growth: Sendable {
  /// So many round trips with nothing lost are worth a look.
  private static let roundsMin: Int32 = 12
  /// Half of what the slowest growth gives.
  private static let growthShare: Int32 = 4

  /// The window was found used up in this round trip.
  var hasShown = false
  /// Round trips in which it was, of all stretches that have ended: such as grew, and such as did not.
  private var grown: Int32 = 0
  private var flat: Int32 = 0
  /// The present stretch of avoidance: which, the window at its beginning and now, and its round trips.
  private var epoch = -1
  private var first: Int32 = 0
  private var last: Int32 = 0
  private var rounds: Int32 = 0

  /// Whether the present stretch stays what it is.
  private var isStill: Bool { rounds >= Growth.roundsMin && last &- first < rounds / Growth.growthShare }

  /// Whether flights stood still for most of the round trips in which they looked like a window.
  var isFlat: Bool {
    let still = flat &+ (isStill ? rounds : 0)
    return still > 0 && still > grown &+ (isStill ? 0 : rounds)
  }

  /// A round trip is over; `epoch` changes with every loss and every phase.
  mutating func finishRound(_ window: Int32, epoch: Int, isAvoidance: Bool) {
    guard hasShown else { return }
    hasShown = false
    guard isAvoidance else {
      grown &+= 1
      return
    }
    if epoch != self.epoch {
      if isStill { flat &+= rounds } else { grown &+= rounds }
      (self.epoch, first, rounds) = (epoch, window, 0)
    }
    last = window
    rounds &+= 1
  }
}
