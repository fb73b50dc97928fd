// Where journals are kept, and how one is read again.

internal import Wire

/// The entries of a journal that it has no room for itself.
struct JournalRest: Sendable, BitwiseCopyable {
  static let held = 8

  var entries = InlineArray<8, JournalEntry>(repeating: JournalEntry())
}

/// The journals of all short connections.
struct JournalStore: ~Copyable {
  /// Journals that have more entries than they hold themselves, at most, at a time: the others become
  /// connections with the segment that does not fit.
  static let restsMax = 32_768

  /// The journals, and in the same places connections that are packed.
  var places = BriefPool()
  private var rests = Pool<JournalRest>()

  init() {}

  /// Octets of memory.
  var octets: Int { places.octets + rests.octets }
  /// The most that so many take.
  static func octetsMax(_ count: Int) -> Int {
    count * BriefPool.octetsPerPlace + (restsMax + 512) * (MemoryLayout<JournalRest>.stride + 4)
  }

  /// A journal.
  subscript(place: Int) -> Journal {
    @inline(__always) _read { yield places[journal: place] }
    @inline(__always) _modify { yield &places[journal: place] }
  }

  /// Begins a journal with the frame of its first segment, and says its place.
  mutating func begin(_ frame: Frame) -> Int { places.begin(frame) }

  /// Whether entries that a journal has no room for can be elsewhere.
  private var canGrow: Bool { rests.count < JournalStore.restsMax }

  /// Whether one more entry can be written.
  mutating func hasRoom(_ place: Int) -> Bool { self[place].hasRoom(canGrow: canGrow) }

  /// Writes down an ordinary segment that was not damaged on its way to the tap, when there is room for it;
  /// `verdict` is that of its checksum, nil when nobody has its octets. False when it is another, or there is
  /// no room: then nothing has been done.
  @inline(__always)
  mutating func take(
    _ arrival: inout Arrival, at place: Int, _ verdict: () -> ChecksumVerdict?
  ) -> Bool {
    let canGrow = canGrow
    let count = places.change(place) { $0.take(&arrival, canGrow: canGrow, verdict) }
    if count > Journal.held { writeRest(&arrival, at: place) }
    return count > 0
  }

  /// The same of a RST that ends its connection.
  mutating func takeReset(
    _ arrival: inout Arrival, at place: Int, _ verdict: () -> ChecksumVerdict?
  ) -> Bool {
    let canGrow = canGrow
    let count = places.change(place) { $0.takeReset(&arrival, canGrow: canGrow, verdict) }
    if count > Journal.held { writeRest(&arrival, at: place) }
    return count > 0
  }

  /// Writes down what was counted, and had no room in the journal itself.
  private mutating func writeRest(_ arrival: inout Arrival, at place: Int) {
    let (entry, index, rest) = places.change(place) {
      ($0.entry(&arrival), Int($0.count) &- 1 &- Journal.held, Int($0.rest))
    }
    let here = rest >= 0 ? rest : rests.place(JournalRest())
    rests[here].entries[index] = entry
    if rest < 0 { places.change(place) { $0.rest = Int32(here) } }
  }

  /// Asks for a journal that is read soon.
  @inline(__always)
  func prefetch(_ place: Int) { places.prefetch(place) }

  /// Asks for the entries of a journal that are elsewhere.
  @inline(__always)
  func prefetchRest(_ place: Int) {
    let rest = self[place].rest
    if rest >= 0 { rests.prefetch(Int(rest)) }
  }

  /// Forgets a journal.
  mutating func giveBack(_ place: Int) {
    giveBackRest(place)
    places.giveBack(place)
  }

  /// Puts a steady connection in the place of its journal.
  mutating func replace(_ place: Int, _ steady: Steady) {
    giveBackRest(place)
    places[steady: place] = steady
  }

  private mutating func giveBackRest(_ place: Int) {
    if self[place].rest >= 0 { rests.giveBack(Int(self[place].rest)) }
  }

  /// A journal with all its entries.
  func whole(_ place: Int) -> WholeJournal {
    var whole = WholeJournal()
    copy(place, to: &whole)
    return whole
  }

  /// The same in a place that there is; of what is behind the entries nothing is copied.
  func copy(_ place: Int, to whole: inout WholeJournal) {
    whole.journal = self[place]
    let rest = Int(whole.journal.rest)
    if rest >= 0 { whole.rest = rests[rest] }
  }
}

/// A journal taken out of its place, with all its entries.
struct WholeJournal: Sendable, BitwiseCopyable {
  var journal = Journal(Frame(number: 0, time: 0, wireLength: 0, capturedLength: 0, link: .ethernet))
  fileprivate var rest = JournalRest()

  /// Nothing yet.
  init() {}

  /// An entry. `mutating`, though it changes nothing: what only reads is handed a copy of all of them.
  @inline(__always)
  mutating func entry(_ index: Int) -> JournalEntry {
    index < Journal.held ? journal.entries[index] : rest.entries[index &- Journal.held]
  }
}

/// The segments of a journal as they came, one after the other.
struct JournalReader {
  /// The last that was read: who takes it is lent it, because a copy would be of three thousand octets.
  var packet = Packet()
  private(set) var frame = Frame(number: 0, time: 0, wireLength: 0, capturedLength: 0, link: .ethernet)
  private(set) var side = FlowSide.originator
  private(set) var way: UInt16 = 0
  private var index = 0
  private var next: InlineArray<2, UInt32> = [0, 0]
  private var whole: WholeJournal

  /// Reads nothing yet. In line: what is made elsewhere is copied when it is handed over.
  @inline(__always)
  init(_ whole: WholeJournal) {
    self.whole = whole
    next = [whole.journal.ends[0].initial, whole.journal.ends[1].initial]
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    (packet.hasPorts, packet.hasTCP) = (true, true)
  }

  /// Reads the next segment; false behind the last.
  mutating func read() -> Bool {
    guard index < Int(whole.journal.count) else { return false }
    let entry = whole.entry(index)
    index += 1
    side = entry.side == 0 ? .originator : .responder
    frame.number = whole.journal.firstFrame &+ UInt64(entry.frame)
    frame.time = whole.journal.start &+ entry.since
    way = whole.journal.ways[entry.side]
    packet.hasIdentification = entry.identification != 0
    packet.identification = UInt32(entry.identification)
    packet.payloadLength = Int(entry.payload)
    packet.payloadCaptured = entry.isCut ? Int(entry.payload) - 1 : Int(entry.payload)
    packet.tcp.flags = TCPFlags(rawValue: entry.flags)
    packet.tcp.sequence = next[entry.side]
    next[entry.side] &+= entry.length
    packet.tcp.acknowledgment = entry.acknowledgment
    packet.tcp.window = entry.window
    packet.tcp.timestampValue = entry.stamp
    say(whole.journal.ends[entry.side].offer)
    if packet.tcp.flags.contains(.rst) { packet.tcp.hasTimestamps = whole.journal.hasResetStamp }
    return true
  }

  /// What the options said: of segments behind the SYN only the time stamps are asked for.
  private mutating func say(_ offer: TCPOffer) {
    packet.tcp.maximumSegmentSize = offer.maximumSegmentSize
    packet.tcp.windowScale = offer.windowScale
    packet.tcp.sackPermitted = offer.isSACKPermitted
    packet.tcp.hasTimestamps = offer.hasTimestamps
  }
}
