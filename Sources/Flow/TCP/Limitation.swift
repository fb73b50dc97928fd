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

/// A time in which a sender waited for its application to write or for its receiver to read; what it sent now
/// and then in between belongs to it.
public struct Wait: Sendable, Equatable {
  public var limit: Limit
  public var start: Int64
  public var end: Int64
}

/// Nanoseconds by what limited the sender, from the first packet to the last octets that were new.
struct Limitation: Sendable {
  /// The most waits that are kept.
  static let waitsMax = 256

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
  /// When the sender waited for its application or for the receiver, in order.
  private(set) var waits: [Wait] = []
  /// The receiver's window had no room, since the last new octets.
  private var closed = Wait(limit: .receiver, start: 0, end: 0)

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

  /// What follows has told: the pending time was this. With `all`, so was that of acknowledgments which were
  /// left unanswered until then: a sender may wait for two of them and answer both.
  mutating func settle(_ limit: Limit, all: Bool = false) {
    add(pending, limit)
    pending = 0
    guard all else { return }
    add(unanswered, limit)
    unanswered = 0
  }

  /// Far from the sender only silence tells: when nothing came for so long after the time in which something
  /// must have, the application had written nothing. Of the rest nothing is known.
  mutating func settleUnseen(silence: Int64) {
    let known = min(pending, silence)
    add(known, .application)
    add(pending &- known, .unknown)
    pending = 0
  }

  /// An acknowledgment was not answered, though there was room.
  mutating func leaveUnanswered() {
    unanswered = sum(unanswered, pending)
    pending = 0
  }

  /// New octets: whatever was silent before them was part of the transfer. After a pause, which a sender
  /// that paces itself does not make, it was the application that was silent all the while.
  @inline(__always)
  mutating func sendMore(afterPause isPause: Bool, roundTrip: Int64) {
    // Inside of a flight there was no wait.
    if silent | unanswered | closed.start | closed.end != 0 { endWait(afterPause: isPause, roundTrip) }
  }

  private mutating func endWait(afterPause isPause: Bool, _ roundTrip: Int64) {
    let waited = sum(silent, isPause ? unanswered : 0)
    note(Wait(limit: .application, start: last &- waited, end: last), roundTrip)
    if closed.end > closed.start { note(closed, roundTrip) }
    closed = Wait(limit: .receiver, start: 0, end: 0)
    times[0] = sum(times[0], silent)
    if isPause { times[0] = sum(times[0], unanswered) } else { paced = sum(paced, unanswered) }
    (silent, unanswered) = (0, 0)
  }

  /// Keeps a wait, as part of the one before when less than a round trip lies between them.
  private mutating func note(_ wait: Wait, _ roundTrip: Int64) {
    guard wait.end > wait.start else { return }
    if let before = waits.last, before.limit == wait.limit, interval(before.end, wait.start) <= roundTrip {
      waits[waits.count - 1].end = wait.end
    } else if waits.count < Limitation.waitsMax {
      waits.append(wait)
    }
  }

  private mutating func add(_ time: Int64, _ limit: Limit) {
    if limit == .receiver {
      closed = Wait(limit: .receiver, start: closed.end == 0 ? last &- time : closed.start, end: last)
    }
    if limit == .application {
      silent = sum(silent, time)
    } else {
      times[limit.rawValue] = sum(times[limit.rawValue], time)
    }
  }

  /// Sums of times that files make up do not overflow.
  private func sum(_ a: Int64, _ b: Int64) -> Int64 { min(a &+ b, 1 << 58) }

  /// What stands behind silences that can be taken in more than one way.
  enum Reading: Sendable {
    /// The window that is told from the flights.
    case window
    /// The sender paces itself, by what it takes the path to carry: what it left unanswered, and the windows
    /// it had left, were the path's doing.
    case paced
    /// What looked like a window was none.
    case application
  }

  /// Nanoseconds by limit.
  func shares(_ reading: Reading) -> InlineArray<6, Int64> {
    var all = times
    let bound = reading == .paced ? Limit.path : .application
    all[bound.rawValue] = sum(all[bound.rawValue], paced)
    if reading == .window { return all }
    for limit in [Limit.congestion, .path] where limit != bound {
      all[bound.rawValue] = sum(all[bound.rawValue], all[limit.rawValue])
      all[limit.rawValue] = 0
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
