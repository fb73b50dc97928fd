// What a sender was waiting for, as shares of its time.

/// What keeps a sender from sending more.
public enum Limit: Int, Sendable, CaseIterable {
  /// Nothing to send: the application had not written it.
  case application = 0
  /// The receiver's window was full or closed.
  case receiver
  /// The congestion window was used up, or a loss was being repaired.
  case congestion
  /// The same, while a queue stood in the path: a larger window would only lengthen it.
  case path
  /// The connection was not open yet.
  case handshake
  /// The capture does not tell.
  case unknown

  /// The name that records print.
  public var name: StaticString {
    switch self {
    case .application: "sender_app"
    case .receiver: "receiver_window"
    case .congestion: "congestion"
    case .path: "path"
    case .handshake: "handshake"
    case .unknown: "unknown"
    }
  }
}

/// Nanoseconds by what limited the sender, from the first packet to the last octets that were new.
struct Limitation: Sendable {
  private var times = InlineArray<6, Int64>(repeating: 0)
  /// Time of which the next packets will tell what it was.
  private var pending: Int64 = 0
  /// Time since the last new octets in which nothing was sent although it might have been: it counts when
  /// more comes. With nothing in flight the application was silent; else a sender may have paced itself.
  private var silent: Int64 = 0
  private var unanswered: Int64 = 0
  /// The latter, as far as it counts.
  private var paced: Int64 = 0
  private var last: Int64 = 0

  init(since time: Int64) { last = time }

  /// Time passed, and what limited the sender in it; nil when only what follows will tell.
  mutating func pass(until time: Int64, _ limit: Limit?) {
    let passed = interval(last, time)
    last = max(last, time)
    guard let limit else {
      pending = sum(pending, passed)
      return
    }
    add(passed, limit)
  }

  /// What follows has told: the pending time was this.
  mutating func settle(_ limit: Limit) {
    add(pending, limit)
    pending = 0
  }

  /// An acknowledgment was not answered, though there was room.
  mutating func leaveUnanswered() {
    unanswered = sum(unanswered, pending)
    pending = 0
  }

  /// New octets: whatever was silent before them was part of the transfer. After a pause, which a sender
  /// that paces itself does not make, it was the application that was silent all the while.
  mutating func sendMore(afterPause isPause: Bool) {
    times[0] = sum(times[0], silent)
    if isPause { times[0] = sum(times[0], unanswered) } else { paced = sum(paced, unanswered) }
    (silent, unanswered) = (0, 0)
  }

  private mutating func add(_ time: Int64, _ limit: Limit) {
    if limit == .application {
      silent = sum(silent, time)
    } else {
      times[limit.rawValue] = sum(times[limit.rawValue], time)
    }
  }

  /// Sums of times that files make up do not overflow.
  private func sum(_ a: Int64, _ b: Int64) -> Int64 { min(a &+ b, 1 << 58) }

  /// Nanoseconds by limit. A sender that paces itself does so by what it takes the path to carry: what it
  /// left unanswered, and the windows it had left, were the path's doing.
  func shares(isPaced: Bool) -> InlineArray<6, Int64> {
    var all = times
    let bound = isPaced ? Limit.path : .application
    all[bound.rawValue] = sum(all[bound.rawValue], paced)
    if isPaced {
      all[Limit.path.rawValue] = sum(all[Limit.path.rawValue], all[Limit.congestion.rawValue])
      all[Limit.congestion.rawValue] = 0
    }
    return all
  }

  /// Nanoseconds in which the application was silent, with nothing in flight.
  var silence: Int64 { times[0] }

  /// Nanoseconds in all.
  var total: Int64 {
    var all = paced
    for i in 0..<6 { all = sum(all, times[i]) }
    return all
  }
}
