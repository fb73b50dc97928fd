// Connections that nobody has talked on for a while are packed: there may be millions of them.

internal import Wire

/// Connections, those that are talked on as they are, the others packed. Every flow's slot says which.
///
/// A connection has room for what its analysis needs, and most of that is zero. Up to `warmMax` connections
/// are as they are (warm); of more, those that have not been seen since a hand last came by are packed
/// (cold), and unpacked with their next packet. Those that hold a detail stay warm: there is a limit of
/// details.
struct ConnectionStore: ~Copyable {
  /// Warm connections that are looked at, at most, to make room for one.
  private static let looksMax = 8

  struct Keeper {
    /// Its flow, -1 for none.
    var flow: Int32
    /// A packet came since the hand came by.
    var isSeen = true
  }

  private let warmMax: Int
  /// Nobody asks for records.
  private let isOnlyJudged: Bool
  var warm = Pool<TCPConnection>()
  /// Journals, and where the packed and the steady ones are as well.
  var brief = JournalStore()
  private var coldCount = 0
  /// What the hand asks of each warm place, close together: it looks at many of them.
  private var keepers = Slab<Keeper>()
  private var hand = 0
  /// What a packed connection is unpacked over.
  private let blank = TCPConnection()

  init(warmMax: Int, isOnlyJudged: Bool) {
    self.warmMax = warmMax
    self.isOnlyJudged = isOnlyJudged
  }

  /// Connections, warm and cold.
  var count: Int { warm.count + coldCount }
  /// Octets of memory.
  var octets: Int { warm.octets + brief.octets + keepers.count * MemoryLayout<Keeper>.stride }
  /// The most that so many connections take: beyond the warm ones, those with a detail are warm as well.
  static func octetsMax(_ count: Int, warmMax: Int, detailsMax: Int) -> Int {
    JournalStore.octetsMax(count)
      + (warmMax + detailsMax + 1024) * (MemoryLayout<TCPConnection>.stride + 4 + MemoryLayout<Keeper>.stride)
  }

  /// Puts in a connection of a flow that has just come, and says its warm place.
  mutating func insert(_ connection: TCPConnection, flow: Int, _ table: inout FlowTable) -> Int {
    makeRoom(&table)
    let place = warm.take(connection)
    let keeper = Keeper(flow: Int32(flow))
    if place == keepers.count { _ = keepers.append(keeper) } else { keepers[place] = keeper }
    return place
  }

  /// The warm place of a flow's connection, which is unpacked when it is cold.
  @inline(__always)
  mutating func place(of flow: Int, _ table: inout FlowTable) -> Int {
    if table.slots[flow].isCold { warmUp(flow, &table) }
    let place = table.slots[flow].state
    see(place)
    return place
  }

  /// A packet came for a warm connection.
  @inline(__always)
  mutating func see(_ place: Int) { keepers[place].isSeen = true }

  /// Asks for a flow's connection, which is read soon, whatever it is kept as.
  @inline(__always)
  func prefetch(_ flow: Int, _ table: inout FlowTable) {
    if table.slots[flow].isBrief || table.slots[flow].isCold {
      brief.prefetch(table.slots[flow].state)
    } else if table.slots[flow].hasConnection {
      warm.prefetch(table.slots[flow].state)
    }
  }

  private mutating func warmUp(_ flow: Int, _ table: inout FlowTable) {
    let place = table.slots[flow].state
    let connection = unpacked(place, isSteady: table.slots[flow].isSteady)
    giveBackCold(place)
    table.slots[flow].isCold = false
    table.slots[flow].isSteady = false
    table.slots[flow].state = insert(connection, flow: flow, &table)
  }

  private mutating func giveBackCold(_ place: Int) {
    brief.places.giveBack(place)
    coldCount -= 1
  }

  /// Puts a steady connection in the place of its flow's journal.
  mutating func steady(_ flow: Int, _ connection: Steady, _ table: inout FlowTable) {
    brief.replace(table.slots[flow].state, connection)
    table.slots[flow].isBrief = false
    table.slots[flow].isCold = true
    table.slots[flow].isSteady = true
    coldCount += 1
  }

  private func unpacked(_ place: Int, isSteady: Bool) -> TCPConnection {
    if isSteady { return brief.places[steady: place].whole(isOnlyJudged: isOnlyJudged) }
    var connection = blank
    brief.places[packed: place].unpack(into: &connection)
    connection.unfold()
    return connection
  }

  /// Makes `connection` a flow's as it is now.
  mutating func copy(_ flow: Int, _ table: inout FlowTable, to connection: inout TCPConnection) {
    let place = table.slots[flow].state
    if table.slots[flow].isCold {
      connection = unpacked(place, isSteady: table.slots[flow].isSteady)
    } else {
      connection = warm[place]
    }
  }

  /// Takes out a flow's connection, which holds no detail any more.
  mutating func remove(_ flow: Int, _ table: borrowing FlowTable) {
    let place = table.slots[flow].state
    if table.slots[flow].isCold { return giveBackCold(place) }
    keepers[place].flow = -1
    warm.giveBack(place)
  }

  /// Packs a connection or two that have not been seen for a while, when there are too many warm ones.
  private mutating func makeRoom(_ table: inout FlowTable) {
    var (looks, packed) = (0, 0)
    while warm.count >= warmMax, looks < ConnectionStore.looksMax, packed < 2 {
      looks += 1
      hand = hand + 1 < keepers.count ? hand + 1 : 0
      let flow = Int(keepers[hand].flow)
      guard flow >= 0 else { continue }
      if keepers[hand].isSeen {
        keepers[hand].isSeen = false
      } else if warm[hand].detail < 0, pack(hand, flow, &table) {
        packed += 1
      }
    }
  }

  private mutating func pack(_ place: Int, _ flow: Int, _ table: inout FlowTable) -> Bool {
    var connection = warm[place]
    connection.fold()
    // One that has too much to tell stays as it is.
    guard let octets = Packed(connection) else { return false }
    keepers[place].flow = -1
    warm.giveBack(place)
    table.slots[flow].isCold = true
    table.slots[flow].state = brief.places.take(octets)
    coldCount += 1
    return true
  }
}

extension TCPConnection {
  /// Replaces what follows from other numbers, or nearly, by the difference: then it has few octets.
  mutating func fold() {
    (opening.there, opening.here) = (BriefTime(), BriefTime())
    milestones.fold()
    for i in 0..<2 {
      ends[i].scale = WindowScale()
      ends[i].edge &-= ends[i].acknowledgmentSent
      ends[i].acknowledgmentSent &-= ends[1 - i].acknowledged
    }
    for i in 0..<2 {
      let highest = ends[i].highest
      ends[i].acknowledged = highest &- ends[i].acknowledged
      ends[i].counters.dataOctets = UInt64(bitPattern: highest) &- ends[i].counters.dataOctets
      if let fin = ends[i].finSequence { ends[i].finSequence = highest &- fin }
      shift(i, 0 &- start)
    }
  }

  /// The reverse.
  fileprivate mutating func unfold() {
    milestones.unfold()
    learnScales()
    for i in 0..<2 {
      let highest = ends[i].highest
      ends[i].acknowledged = highest &- ends[i].acknowledged
      ends[i].counters.dataOctets = UInt64(bitPattern: highest) &- ends[i].counters.dataOctets
      if let fin = ends[i].finSequence { ends[i].finSequence = highest &- fin }
      shift(i, start)
    }
    for i in 0..<2 {
      ends[i].acknowledgmentSent &+= ends[1 - i].acknowledged
      ends[i].edge &+= ends[i].acknowledgmentSent
    }
    // It had no detail when it was folded.
    var none = TCPDetail()
    if opening.hasSYNACK { noteDelays(&none) }
  }

  private mutating func shift(_ end: Int, _ time: Int64) {
    ends[end].timerStarted &+= time
    ends[end].lastHeard &+= time
    ends[end].lastNew &+= time
    ends[end].single.sent &+= time
  }
}
