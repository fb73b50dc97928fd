// Segments that were sent again, until it is known whether anybody needed them.
//
// What shows it later: a D-SACK (RFC 2883, as RFC 3708 uses it), an acknowledgment that answers a segment
// from before the repeat (Eifel, RFC 3522), one that comes sooner than any round trip (RFC 3522 section 3.1
// without time stamps), and, where nothing is selective, the duplicate acknowledgment that a receiver
// answers old octets with at once (RFC 9293 section 3.10.7.4, RFC 5681 section 4.2).

/// What became of a repeat, told when it is known.
public struct Settlement: Sendable, Equatable {
  /// The frame of the repeat.
  public var frame: UInt64
  /// Nobody needed it: its octets had arrived, or would have.
  public var isNeedless: Bool
}

/// The repeats of one end that are not yet settled, oldest first.
struct Repeats: Sendable {
  /// The most that are remembered; beyond, the oldest counts as needed.
  static let repeatsMax = 256
  /// A D-SACK follows the acknowledgment of its octets by no more than so many timeouts.
  private static let timeoutsMax: Int64 = 2

  struct Entry: Sendable {
    var start: Int64
    var end: Int64
    var time: Int64
    var frame: UInt64
    /// When it was acknowledged; `Int64.min` for not yet.
    var covered = Int64.min
    var stamp: UInt32?
    var isSettled = false
    /// Octets of it that D-SACKs named: a segment of an offloading sender leaves in several packets.
    var named: Int64 = 0
    /// The time of the acknowledgment that showed it to be needless.
    var excused = Int64.min
    /// The acknowledgment that covered it may be an answer to it.
    var isAnswered = false

    var isCovered: Bool { covered != .min }
  }

  /// An acknowledgment, as far as it says anything of repeats.
  struct Answer {
    var number: Int64
    var time: Int64
    var advances: Bool
    /// Nothing but the same acknowledgment again, and nothing selected.
    var isDuplicate: Bool
    /// Octets that came twice.
    var copy: ClosedBlock?
    var isSelective: Bool
    var echo: UInt32?
    /// Shows that the timeout at this time was not necessary (RFC 5682); nil when it does not.
    var unnecessary: Int64?
    /// Whether that may still show.
    var isInDoubt: Bool
    /// The shortest round trip from the tap to the receiver; 0 when there was none.
    var least: Int64
    var timeout: Int64
  }

  private(set) var entries: [Entry] = []
  /// What the last acknowledgments settled, until the tracker takes it.
  private(set) var settled: [Settlement] = []

  /// Whether nothing of it need be kept.
  var isBlank: Bool { entries.isEmpty && settled.isEmpty }

  /// Octets that its lists hold.
  var octets: Int {
    entries.capacity * MemoryLayout<Entry>.stride + settled.capacity * MemoryLayout<Settlement>.stride
  }

  /// Notes a repeat. One whose need is known already is remembered for what follows from it. True when an
  /// older one was settled for want of room.
  mutating func note(_ entry: Entry) -> Bool {
    if entries.count >= Repeats.repeatsMax { settle(0, false, remove: true) }
    entries.append(entry)
    return hasSettled
  }

  /// Something was settled that the tracker has not taken yet.
  var hasSettled: Bool { !settled.isEmpty }

  /// Whether any of what an acknowledgment takes off the flight was sent again.
  func hasRepeat(below number: Int64) -> Bool {
    entries.contains { !$0.isCovered && $0.end <= number }
  }

  /// The round trip of the repeat that an acknowledgment answers, told by the time stamp that it gives back
  /// (RFC 7323 section 4.1); `first` is when the octets were sent first. Nil when it does not tell.
  func roundTrip(_ number: Int64, echo: UInt32?, at time: Int64, first: Int64?) -> Int64? {
    guard let echo else { return nil }
    var isOlder = false
    for entry in entries where !entry.isCovered && entry.end <= number {
      guard let stamp = entry.stamp else { return nil }
      if stamp == echo { return interval(entry.time, time) }
      isOlder = Int32(bitPattern: echo &- stamp) < 0
      if isOlder { break }
    }
    return isOlder ? first.map { interval($0, time) } : nil
  }

  /// Whether any of `block` was sent again at or after `time`.
  func hasRepeat(in block: ClosedBlock, since time: Int64) -> Bool {
    entries.contains { $0.time >= time && $0.start < block.end && $0.end > block.start }
  }

  /// Takes an acknowledgment, and gives how many repeats it shows to be needless.
  mutating func hear(_ answer: Answer) -> Int {
    guard !entries.isEmpty else { return 0 }
    var found = 0
    if let timeout = answer.unnecessary { found += excuse(since: timeout) }
    if answer.advances {
      found += cover(answer)
    } else if answer.isDuplicate {
      found += answerOld(answer)
    }
    if let copy = answer.copy { found += match(copy, answer) }
    forget(answer)
    return found
  }

  /// Repeats that this acknowledgment covers first.
  private mutating func cover(_ answer: Answer) -> Int {
    var found = 0
    var lowest: Int64?
    // An answer to a segment from before all of them: none of them had come (RFC 3522 section 3.2).
    var isOlder = answer.echo != nil
    for entry in entries where !entry.isCovered && entry.end <= answer.number {
      lowest = min(lowest ?? entry.start, entry.start)
      guard let echo = answer.echo, let stamp = entry.stamp else {
        isOlder = false
        continue
      }
      if Int32(bitPattern: echo &- stamp) >= 0 { isOlder = false }
    }
    guard let lowest else { return 0 }
    for i in entries.indices where !entries[i].isCovered && entries[i].end <= answer.number {
      entries[i].covered = answer.time
      guard !entries[i].isSettled else { continue }
      let isSoon =
        answer.least > 0 && interval(entries[i].time, answer.time) * 10 < answer.least * 9
      if isOlder || isSoon || answersEarlierCopy(i, answer.echo) {
        settle(i, true)
        entries[i].excused = answer.time
        found += 1
      } else if entries[i].start == lowest {
        // Where every arrival is answered, this answers the lowest of them.
        entries[i].isAnswered = true
        if !answer.isSelective, !answer.isInDoubt { settle(i, false) }
      }
    }
    return found
  }

  /// What was acknowledged after an unnecessary timeout had been sent again without need.
  private mutating func excuse(since timeout: Int64) -> Int {
    var found = 0
    for i in entries.indices where entries[i].isCovered && !entries[i].isSettled && entries[i].time >= timeout
    {
      settle(i, true)
      found += 1
    }
    return found
  }

  /// Whether the answer is to an earlier copy of the same octets, by the time stamp that it gives back.
  private func answersEarlierCopy(_ index: Int, _ echo: UInt32?) -> Bool {
    guard let echo, let stamp = entries[index].stamp, Int32(bitPattern: echo &- stamp) < 0 else {
      return false
    }
    return entries[..<index].contains { $0.start == entries[index].start && $0.stamp == echo }
  }

  /// Where nothing is selected: a receiver repeats its acknowledgment at once when octets come that it has.
  /// Those repeats that an acknowledgment covered before they can have been answered come first.
  private mutating func answerOld(_ answer: Answer) -> Int {
    for i in entries.indices where entries[i].isCovered && !entries[i].isSettled && !entries[i].isAnswered {
      guard answer.least > 0, interval(entries[i].time, answer.time) * 10 >= answer.least * 9 else {
        continue
      }
      settle(i, true)
      return 1
    }
    return 0
  }

  /// A D-SACK names what came twice. Of several repeats of the same octets it answers the one whose time
  /// stamp it gives back, else the last that it can be an answer to.
  private mutating func match(_ copy: ClosedBlock, _ answer: Answer) -> Int {
    var found = 0
    var reach = copy.end
    for i in entries.indices.reversed() where !entries[i].isSettled {
      guard entries[i].start < reach, entries[i].end > copy.start,
        interval(entries[i].time, answer.time) * 10 >= answer.least * 8
      else { continue }
      reach = entries[i].start
      entries[i].named += min(copy.end, entries[i].end) - max(copy.start, entries[i].start)
      if entries[i].named < entries[i].end - entries[i].start { continue }
      // The same acknowledgment may have shown it already by its time stamp.
      let start = entries[i].start
      if entries.contains(where: { $0.start == start && $0.excused == answer.time }) { continue }
      settle(lastAnswered(i, answer.echo), true)
      found += 1
    }
    return found
  }

  /// The repeat of the same octets that has this time stamp, or the given one.
  private func lastAnswered(_ index: Int, _ echo: UInt32?) -> Int {
    guard let echo, entries[index].stamp != echo else { return index }
    let start = entries[index].start
    return entries[..<index].lastIndex { $0.start == start && $0.stamp == echo && !$0.isSettled } ?? index
  }

  /// Forgets what nothing can be heard of any more.
  private mutating func forget(_ answer: Answer) {
    let patience = answer.timeout * Repeats.timeoutsMax
    for i in entries.indices where entries[i].isCovered && !entries[i].isSettled {
      let since = max(entries[i].covered, entries[i].time)
      if interval(since, answer.time) > patience { settle(i, false) }
    }
    if entries.contains(where: { $0.isCovered && $0.isSettled }) {
      entries.removeAll { $0.isCovered && $0.isSettled }
    }
  }

  private mutating func settle(_ index: Int, _ isNeedless: Bool, remove: Bool = false) {
    if !entries[index].isSettled {
      entries[index].isSettled = true
      settled.append(Settlement(frame: entries[index].frame, isNeedless: isNeedless))
    }
    if remove { entries.remove(at: index) }
  }

  /// Hands over what was settled since the last call.
  mutating func takeSettled(into list: inout [Settlement]) {
    list.append(contentsOf: settled)
    settled.removeAll()
  }

  /// The connection has ended: what is left was needed, as far as anybody can know.
  mutating func settleAll(into list: inout [Settlement]) {
    for entry in entries where !entry.isSettled {
      list.append(Settlement(frame: entry.frame, isNeedless: false))
    }
    entries.removeAll()
    takeSettled(into: &list)
  }
}
