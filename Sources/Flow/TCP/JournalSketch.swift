// What the segments of a plain journal tell, read once and in order.
//
// Nothing is asked here that a journal's rules (JournalRules.swift) have answered: it begins with a SYN and
// its answer, neither with octets, and the third segment acknowledges that answer; times do not go back;
// behind a FIN its end sends nothing that takes a number.

internal import Wire

/// A segment that moved a connection, from the first one's time and frame.
struct SketchMark {
  var since: Int64 = 0
  var frame: UInt32 = 0

  /// No segment.
  init() {}

  @inline(__always)
  init(_ entry: JournalEntry) {
    since = entry.since
    frame = entry.frame
  }
}

/// What a journal's segments tell of one end.
struct EndSketch {
  /// Numbers in flight that one frame brought.
  private struct Sent {
    var end: UInt32 = 0
    var segments: Int32 = 0
    var since: Int64 = 0
  }

  let initial: UInt32
  private(set) var next: UInt32
  private(set) var acknowledged: UInt32
  private(set) var segments: UInt32 = 1
  private(set) var dataSegments: UInt32 = 0
  private(set) var dataOctets: UInt64 = 0
  private(set) var largest: UInt16 = 0
  private(set) var initialWindow: UInt16 = 0
  private(set) var flightMax: UInt32 = 0
  /// As they stand in the segments behind the SYN, and in the SYN.
  private var windowMin = UInt32.max
  private var windowMax: UInt32 = 0
  private let windowFirst: UInt32
  /// It has sent its FIN, and that was acknowledged.
  private(set) var hasFIN = false
  private(set) var isDone = false
  /// Its FIN, and what acknowledged it first.
  private(set) var fin = SketchMark()
  private(set) var finACK = SketchMark()
  /// It has the letters in the history for an acknowledgment and for octets.
  private var hasA = false
  private var hasD = false
  /// What is in flight, from `first` to `behind`: three frames at most; and how many segments that is.
  private var sent = InlineArray<4, Sent>(repeating: Sent())
  private var first: UInt32 = 0
  private var behind: UInt32 = 0
  private var loose: Int32 = 0
  var trips = BriefTrips()

  /// An end that has sent its SYN, which is in flight.
  @inline(__always)
  init(_ end: JournalEnd, _ syn: JournalEntry) {
    initial = end.initial
    next = end.initial &+ 1
    acknowledged = end.initial
    windowFirst = UInt32(syn.window)
    put(1, 1, syn.since)
  }

  /// Frames in flight.
  var inFlight: UInt32 { behind &- first }
  /// Payload octets by sequence space.
  var streamOctets: Int64 { Int64(next &- initial) - 1 - (hasFIN ? 1 : 0) }

  /// The widest and the narrowest window that it advertised, shifted by so many bits behind its SYN (RFC 7323
  /// section 2.2).
  @inline(__always)
  func windows(shift: UInt8) -> (most: Int64, least: Int64?) {
    (
      max(Int64(windowFirst), Int64(windowMax) &<< Int64(shift)),
      windowMin == .max ? nil : Int64(windowMin) &<< Int64(shift)
    )
  }

  @inline(__always)
  private mutating func put(_ length: UInt32, _ count: Int32, _ since: Int64) {
    sent[Int(behind & 3)] = Sent(end: next, segments: count, since: since)
    behind &+= 1
    loose &+= count
  }

  /// A segment of its own behind the SYN, of which `size` octets are one; says the letter that it has in the
  /// history, as the originator's, 0 for none.
  @inline(__always)
  mutating func send(_ entry: JournalEntry, size: UInt16) -> UInt8 {
    segments &+= 1
    windowMin = min(windowMin, UInt32(entry.window))
    windowMax = max(windowMax, UInt32(entry.window))
    let isFIN = entry.flags & TCPFlags.fin.rawValue != 0
    let length = UInt32(entry.payload) &+ (isFIN ? 1 : 0)
    if length == 0 {
      defer { hasA = true }
      return hasA ? 0 : UInt8(ascii: "A")
    }
    next &+= length
    put(length, length <= UInt32(size) ? 1 : Load.segments(Int64(length), of: Int64(size)), entry.since)
    // SND.NXT less SND.UNA (RFC 9293 section 3.3.1).
    flightMax = max(flightMax, next &- acknowledged)
    if entry.payload > 0 {
      dataSegments &+= 1
      dataOctets &+= UInt64(entry.payload)
      largest = max(largest, entry.payload)
    }
    if isFIN {
      hasFIN = true
      fin = SketchMark(entry)
      return UInt8(ascii: "F")
    }
    defer { hasD = true }
    return hasD ? 0 : UInt8(ascii: "D")
  }

  /// Its RST: a segment, which says nothing else of its end.
  mutating func countReset() { segments &+= 1 }

  /// Its peer's segment.
  @inline(__always)
  mutating func hear(_ entry: JournalEntry) {
    trips.observe()
    if entry.acknowledgment == acknowledged { return }
    acknowledged = entry.acknowledgment
    if initialWindow == 0, acknowledged &- initial > 1 { initialWindow = UInt16(clamping: loose) }
    trips.measure(entry.since &- sent[Int(first & 3)].since)
    if acknowledged == next {
      (first, loose) = (behind, 0)
      if hasFIN, !isDone { (isDone, finACK) = (true, SketchMark(entry)) }
      return
    }
    while first != behind, Int32(bitPattern: acknowledged &- sent[Int(first & 3)].end) >= 0 {
      loose &-= sent[Int(first & 3)].segments
      first &+= 1
    }
  }
}

/// What a whole journal tells.
struct Sketch {
  var originator: EndSketch
  var responder: EndSketch
  /// The SYN-ACK and its ACK.
  let synACK: SketchMark
  let ack: SketchMark
  /// The longest pause, and something was cut.
  private(set) var pause: Int64 = 0
  private(set) var isCut = false
  /// The RST that ended it, if one did.
  private(set) var reset = SketchMark()
  private(set) var resetSide = FlowSide.originator
  private(set) var resetFlags: UInt16 = 0
  private(set) var resetAcknowledgment: UInt32 = 0
  /// The letters of the history, the first in the lowest octet, and how many there are: each end has four at
  /// most.
  private(set) var letters = UInt64(UInt8(ascii: "S")) | UInt64(UInt8(ascii: "h")) &<< 8
  private(set) var letterCount = 2

  /// Of a journal of three entries or more, whose SYNs are in flight.
  @inline(__always)
  init(_ journal: inout Journal) {
    originator = EndSketch(journal.ends[0], journal.entries[0])
    responder = EndSketch(journal.ends[1], journal.entries[1])
    synACK = SketchMark(journal.entries[1])
    ack = SketchMark(journal.entries[2])
  }

  /// Reads what came behind the SYN. It is not part of who asks for it: then what is told here is in memory,
  /// where a segment moves few of its numbers. As variables of one function most of them went from place to
  /// place on the stack with every segment, which took twice as many instructions.
  @inline(never)
  mutating func read(_ whole: inout WholeJournal) {
    let second = whole.journal.entries[1]
    originator.hear(second)
    var last = second.since
    var longest = last
    var marks = whole.journal.entries[0].isCut || second.isCut
    let sizes = (whole.journal.ends[0].segmentSize, whole.journal.ends[1].segmentSize)
    let count = Int(whole.journal.count) &- (whole.journal.isReset ? 1 : 0)
    for index in 2..<count {
      let entry = whole.entry(index)
      longest = max(longest, entry.since &- last)
      last = entry.since
      marks = marks || entry.isCut
      if entry.side == 0 {
        responder.hear(entry)
        let letter = originator.send(entry, size: sizes.0)
        if letter > 0 { append(letter) }
      } else {
        originator.hear(entry)
        let letter = responder.send(entry, size: sizes.1)
        if letter > 0 { append(letter &+ 32) }
      }
    }
    (pause, isCut) = (longest, marks)
    if whole.journal.isReset { end(whole.entry(count), behind: last) }
  }

  /// The RST that ended it, behind a segment of this time.
  private mutating func end(_ entry: JournalEntry, behind last: Int64) {
    pause = max(pause, entry.since &- last)
    (reset, resetFlags, resetAcknowledgment) = (SketchMark(entry), entry.flags, entry.acknowledgment)
    resetSide = entry.side == 0 ? .originator : .responder
    if entry.side == 0 { originator.countReset() } else { responder.countReset() }
  }

  @inline(__always)
  private mutating func append(_ letter: UInt8) {
    letters |= UInt64(letter) &<< UInt64(truncatingIfNeeded: letterCount &* 8)
    letterCount &+= 1
  }
}
