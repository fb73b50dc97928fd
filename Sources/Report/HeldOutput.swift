// Lines that wait for a word that only later packets know: whether anybody needed what a segment repeats.
//
// The text stays where a printer wrote it, with a mark where the word would stand. What lies before the first
// open mark goes out; everything is in its order, in one pass. Nothing is kept while no mark is open, and
// nothing at all costs anything before the first. Bounded: when too much waits, the oldest marks are given up
// and counted, so that the same input gives the same text.

/// What waits in a printer's buffer, and what may leave it.
public struct HeldOutput: ~Copyable {
  /// The most that waits: octets of text, and marks.
  public static let octetsMax = 16 << 20
  public static let marksMax = 100_000
  /// Octets that are worth a copy, to be written with others.
  private static let littleMax = 1 << 13

  /// A place in the text.
  private struct Mark {
    enum Fate { case open, needed, needless }
    var frame: UInt64
    /// Octets that the printer had written before it, from the first on.
    var place: Int
    var fate = Fate.open
  }

  private let word: StaticString
  private let octetsMax: Int
  private var marks: [Mark] = []
  /// Marks before this one have gone out.
  private var first = 0
  /// Octets that were taken out of the printer's buffer for good, and those that have gone out.
  private var base = 0
  private var gone = 0
  private var ready = OctetBuffer(capacity: 1 << 12)
  /// Marks that were given up before their word was known.
  public private(set) var givenUp: UInt64 = 0

  /// Nothing waits. `word` is written where a mark turns out to be one; `octetsMax` may be less in tests.
  public init(_ word: StaticString, octetsMax: Int = HeldOutput.octetsMax) {
    self.word = word
    self.octetsMax = octetsMax
  }

  /// Whether nothing waits and everything has gone out by this way.
  public var isIdle: Bool { first == marks.count && ready.count == 0 && base == gone }

  /// Marks the place behind the first `count` octets of the printer's buffer for a frame.
  public mutating func mark(_ frame: UInt64, at count: Int, _ out: borrowing OctetBuffer) {
    marks.append(Mark(frame: frame, place: base + count))
    if out.count - (gone - base) > octetsMax || marks.count - first > HeldOutput.marksMax {
      giveUp(before: gone + (base + out.count - gone) / 2)
    }
  }

  /// What a frame's mark waits for is known.
  public mutating func settle(_ frame: UInt64, isWord: Bool) {
    var (low, high) = (first, marks.count)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle].frame < frame { low = middle + 1 } else { high = middle }
    }
    guard low < marks.count, marks[low].frame == frame, marks[low].fate == .open else { return }
    marks[low].fate = isWord ? .needless : .needed
  }

  /// Gives up the oldest marks, up to a place, and one more if there is none.
  private mutating func giveUp(before place: Int) {
    var at = first
    while at < marks.count, at == first || marks[at].place <= place {
      if marks[at].fate == .open {
        marks[at].fate = .needed
        givenUp += 1
      }
      at += 1
    }
  }

  /// Nothing more can be learned: what waits goes out as it is.
  public mutating func finish() {
    for i in first..<marks.count where marks[i].fate == .open { marks[i].fate = .needed }
  }

  /// Octets that may be written now, of a printer's buffer with so many: at most, where several marks wait.
  /// `mutating`, though it changes nothing: it is asked after every packet, and a function that only reads is
  /// handed a copy.
  public mutating func pending(of count: Int) -> Int {
    if isIdle { return count }
    let end = first < marks.count && marks[first].fate == .open ? marks[first].place : base + count
    return ready.count + end - gone
  }

  /// Writes what may leave the printer's buffer. False when the output takes no more; `errno` says why.
  public mutating func flush(_ out: inout OctetBuffer, to descriptor: Int32) -> Bool {
    if isIdle { return out.flush(to: descriptor) }
    while first < marks.count, marks[first].fate != .open {
      if marks[first].fate == .needless {
        guard pass(marks[first].place, out, to: descriptor) else { return false }
        ready.write(word)
      }
      first += 1
    }
    let place = first < marks.count ? marks[first].place : base + out.count
    guard pass(place, out, to: descriptor), ready.flush(to: descriptor) else { return false }
    forget(&out)
    return true
  }

  /// Forgets marks that have gone out, and the text.
  private mutating func forget(_ out: inout OctetBuffer) {
    if first == marks.count {
      marks.removeAll(keepingCapacity: true)
      first = 0
    } else if first > 1024, first * 2 > marks.count {
      marks.removeFirst(first)
      first = 0
    }
    // What has gone is taken out when it is the larger part: each octet is moved once or twice in all.
    if (gone - base) * 2 >= out.count {
      out.removeFirst(gone - base)
      base = gone
    }
  }

  /// Lets the text up to a place go: what is little is gathered in `ready`, what is much is written as it
  /// lies. False when the output takes no more.
  private mutating func pass(_ place: Int, _ out: borrowing OctetBuffer, to descriptor: Int32) -> Bool {
    guard place > gone else { return true }
    let (start, end) = (gone - base, place - base)
    gone = place
    if end - start < HeldOutput.littleMax {
      ready.write(out, from: start, to: end)
      return true
    }
    return ready.flush(to: descriptor) && out.write(from: start, to: end, into: descriptor)
  }
}
