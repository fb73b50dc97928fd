// Octets that came before others: copies in the order of their numbers, within budgets.

internal import Wire

/// A segment, or what is left of it, that waits for octets before it.
struct HeldRun: Sendable {
  /// Offset of its first octet, and behind its last.
  var start: Int64
  var end: Int64
  /// Offset of the segment's own first octet, which decides whose octets count where two overlap.
  let origin: Int64
  /// The octets from `origin` on, as far as they were captured and kept.
  let octets: [UInt8]
  /// The octets were there, and nobody needs them: they lie inside a unit that is passed by.
  var isBlank = false
  let frame: UInt64
  let time: Int64
}

/// The runs of one direction, in order, without overlaps.
struct HeldRuns: Sendable {
  private(set) var runs: [HeldRun] = []
  /// Octets that the runs keep.
  private(set) var octets = 0

  var isEmpty: Bool { runs.isEmpty }
  var first: HeldRun? { runs.first }
  var count: Int { runs.count }

  /// Takes the first run out.
  mutating func removeFirst() -> HeldRun {
    let run = runs.removeFirst()
    octets &-= run.octets.count
    return run
  }

  /// Forgets everything, and says how many octets that were.
  mutating func removeAll() -> Int {
    let freed = octets
    runs = []
    octets = 0
    return freed
  }

  /// Puts a run in its place. Where it overlaps others, octets count as Linux reads them
  /// (tcp_data_queue_ofo): those of the segment that begins first; a segment that covers another takes its
  /// place. Gives the first octet that two segments tell differently, with the frame that told it first, and
  /// the octets that are kept more or less than before.
  mutating func insert(_ new: HeldRun) -> (differs: (offset: Int64, frame: UInt64)?, octets: Int) {
    let before = octets
    var new = new
    var differs: (offset: Int64, frame: UInt64)?
    var at = place(of: new.start)
    while at < runs.count, runs[at].start < new.end {
      let old = runs[at]
      if differs == nil, let offset = firstDifference(old, new) { differs = (offset, old.frame) }
      if old.origin < new.origin || (old.origin == new.origin && old.end >= new.end) {
        // The old one begins first: the new one counts behind it, and before it never.
        if new.start < old.start {
          // What the old one was trimmed by: the new one's octets stand there.
          let head = cut(new, to: old.start)
          runs.insert(head, at: at)
          octets &+= head.octets.count
          at += 1
        }
        new.start = old.end
        if new.start >= new.end { return (differs, octets &- before) }
        at += 1
      } else if old.end <= new.end {
        octets &-= old.octets.count
        runs.remove(at: at)
      } else {
        runs[at].start = new.end
        break
      }
    }
    runs.insert(new, at: at)
    octets &+= new.octets.count
    return (differs, octets &- before)
  }

  /// The first differing octet of runs that overlap `new`, which is not put in.
  func firstDifference(with new: HeldRun) -> (offset: Int64, frame: UInt64)? {
    for old in runs[place(of: new.start)...] {
      if old.start >= new.end { return nil }
      if let offset = firstDifference(old, new) { return (offset, old.frame) }
    }
    return nil
  }

  /// Where the first run that ends behind `start` is.
  private func place(of start: Int64) -> Int {
    // Most come behind all others.
    if let last = runs.last, last.end <= start { return runs.count }
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low &+ high) / 2
      if runs[middle].end <= start { low = middle &+ 1 } else { high = middle }
    }
    return low
  }

  /// A run up to `end`, which is smaller than its own.
  private func cut(_ run: HeldRun, to end: Int64) -> HeldRun {
    HeldRun(
      start: run.start, end: end, origin: run.origin,
      octets: Array(run.octets.prefix(Int(end &- run.origin))), isBlank: run.isBlank, frame: run.frame,
      time: run.time)
  }

  private func firstDifference(_ a: HeldRun, _ b: HeldRun) -> Int64? {
    var offset = max(a.start, b.start)
    let end = min(
      min(a.end, b.end), min(a.origin &+ Int64(a.octets.count), b.origin &+ Int64(b.octets.count)))
    while offset < end {
      if a.octets[Int(offset &- a.origin)] != b.octets[Int(offset &- b.origin)] { return offset }
      offset &+= 1
    }
    return nil
  }
}
