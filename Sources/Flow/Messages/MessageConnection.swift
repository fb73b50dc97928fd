// Messages of one connection: each direction cut by its framing, every message with the segments it lay in.

internal import Wire

/// One direction's place in its messages.
struct MessageSide: Sendable {
  /// What the octets that come next are.
  enum State: Sendable, Equatable {
    /// A message, or what stands between two.
    case reading
    /// So many octets of the message at hand, whatever they are.
    case body(Int64)
    /// The same, lent as a unit of its own: `finish` tells its end.
    case unit
    /// Framing is lost: a message is looked for where segments begin, or behind a delimiter.
    case lost
    /// Nobody reads it.
    case unread
  }

  var state = State.unread
  var cutter: Cutter
  /// The message at hand. One at most: a list takes no room while it is empty.
  var open: [Message] = []
  /// Messages that ended since framing was found again, until octets confirm it.
  var doubtful: [Message] = []
  var isDoubtful = false
  /// Where a message was looked for last: once is enough.
  var tried: Int64 = -1
  /// The loss at hand.
  var loss: [MessageDesync] = []
  var tally = MessageTally()
  var longest: Int64 = 0

  // The segment at hand.
  var frame: UInt64 = 0
  var shares: UInt64 = 0
  var segmentEnd: Int64 = 0
  var coalescing = Coalescing.written
  /// When the latest of the octets so far was there.
  var latest = Int64.min

  init() { cutter = Cutter(.json) }

  /// Reads by a framing.
  mutating func read(_ framing: Framing) {
    cutter = Cutter(framing)
    if state == .unread { state = .reading }
  }

  /// The segment at hand is over.
  mutating func endSegment() {
    if frame > 0 { tally.count(segment: frame, messages: shares, coalescing) }
    frame = 0
  }
}

/// A reader of one connection's messages.
struct MessageConnection: StreamConsumer, Sendable {
  /// Messages in a row that confirm that framing was found again.
  private static let confirmations = 3

  let flow: UInt64
  let ends: StreamEnds
  /// Octets of each message that are kept.
  let octetsMax: Int
  var sides: InlineArray<2, MessageSide> = [MessageSide(), MessageSide()]
  /// What was found out about each direction's framing.
  var discoveries: InlineArray<2, Discovery> = [Discovery(), Discovery()]
  /// How segments that are not read yet came together, where it is known; by frame.
  private var coalescing: [UInt64: Coalescing] = [:]
  private static let coalescingMax = 8192
  /// HTTP/1, when that is the framing; one at most.
  var http: [HTTP1Connection] = []
  /// Messages that are done, until somebody takes them.
  var done: [Message] = []

  init(flow: UInt64, ends: StreamEnds, octetsMax: Int) {
    self.flow = flow
    self.ends = ends
    self.octetsMax = octetsMax
  }

  /// Reads by framings that are named.
  mutating func read(_ originator: Framing, _ responder: Framing) {
    sides[0].read(originator)
    sides[1].read(responder)
    if originator == .http || responder == .http {
      http = [HTTP1Connection(flow: flow, ends: ends, bodyMax: 0)]
    }
  }

  /// Reads by framings that were found. A direction of which none was found is counted, and not read.
  mutating func read(_ originator: Discovery, _ responder: Discovery) {
    discoveries = [originator, responder]
    if originator.found?.framing == .http || responder.found?.framing == .http { return read(.http, .http) }
    for i in 0..<2 {
      let isLost = sides[i].state == .lost
      sides[i].state = .unread
      guard let found = discoveries[i].found else { continue }
      sides[i].read(found.framing)
      if isLost || discoveries[i].start > 0 { sides[i].state = .lost }
    }
  }

  /// The first octets of a direction were not captured.
  mutating func beginsMidStream(_ side: FlowSide) {
    sides[side.rawValue].state = .lost
    if !http.isEmpty { http[0].sides[side.rawValue].state = .lost }
  }

  /// The framing of a direction; nil when it is not known.
  func framing(_ side: FlowSide) -> Framing? {
    sides[side.rawValue].state == .unread ? nil : sides[side.rawValue].cutter.framing
  }

  /// Notes how messages came together in a segment, if they did.
  mutating func note(_ cause: Coalescing, frame: UInt64) {
    if cause == .written { return }
    if coalescing.count >= MessageConnection.coalescingMax { coalescing = [:] }
    coalescing[frame] = cause
  }

  mutating func begin(segment place: StreamPlace, count: Int64) {
    let i = place.side.rawValue
    sides[i].endSegment()
    sides[i].frame = place.frame
    sides[i].coalescing = coalescing.removeValue(forKey: place.frame) ?? .written
    sides[i].segmentEnd = place.offset &+ count
    sides[i].latest = max(sides[i].latest, place.delivered)
    sides[i].shares = 0
    sides[i].tally.segments &+= 1
    sides[i].tally.octets &+= count
    if sides[i].open.isEmpty { return }
    sides[i].shares = 1
    sides[i].open[0].segments &+= 1
  }

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    if sides[i].state == .unread { return .unending }
    if !http.isEmpty { return lookAtHTTP(octets, place) }
    var at = 0
    while at < octets.count {
      switch sides[i].state {
      case .reading:
        at = read(octets, at, place)
      case .body(let rest):
        if rest > Int64(octets.count &- at) {
          // What came before is dealt with; the rest of the message is a unit of its own.
          if at > 0 { return .complete(Int64(at)) }
          sides[i].state = .unit
          return .complete(rest)
        }
        keep(octets, at, at &+ Int(rest), i)
        at &+= Int(rest)
        sides[i].state = .reading
        endMessage(place.moved(at))
      case .lost: at = search(octets, at, place)
      case .unread, .unit: return .unending
      }
    }
    return .complete(Int64(octets.count))
  }

  /// Cuts octets from `start` on; gives the place up to which they are dealt with.
  private mutating func read(_ octets: Bytes, _ start: Int, _ place: StreamPlace) -> Int {
    let i = place.side.rawValue
    let cut = sides[i].cutter.cut(octets, from: start)
    switch cut {
    case .more:
      beginMessage(place.moved(start))
      keep(octets, start, octets.count, i)
      return octets.count
    case .body(let count, let from):
      if sides[i].isDoubtful, isTooLong(count, i) {
        lose(place.moved(start), .bad)
        return start
      }
      beginMessage(place.moved(start))
      keep(octets, start, from, i)
      sides[i].state = .body(count)
      return from
    case .end(let at):
      beginMessage(place.moved(start))
      keep(octets, start, at, i)
      endMessage(place.moved(at))
      return at
    case .between(let at): return at
    case .bad:
      lose(place.moved(start), .bad)
      return start
    }
  }

  /// Looks for a message where framing is lost; gives the place up to which octets belong to none.
  private mutating func search(_ octets: Bytes, _ start: Int, _ place: StreamPlace) -> Int {
    let i = place.side.rawValue
    if sides[i].loss.isEmpty { noteLoss(place.moved(start), .beginning) }
    switch sides[i].cutter.framing {
    case .delimiter, .jsonLines:
      // The next message begins behind a delimiter.
      let delimiter: [UInt8] =
        if case .delimiter(let octets) = sides[i].cutter.framing { octets } else { [10] }
      var finder = Cutter(.delimiter(delimiter))
      guard case .end(let at) = finder.cut(octets, from: start) else { return octets.count }
      found(place.moved(at))
      tellLoss(i)
      return at
    case .fixed, .length, .varint, .protobuf, .json, .tls, .dns, .http2, .redis, .http:
      // Most messages begin where segments begin; the next ones confirm it.
      guard start == 0, place.beginsSegment, place.offset != sides[i].tried else { return octets.count }
      sides[i].tried = place.offset
      var trial = sides[i].cutter
      trial.restart()
      switch trial.cut(octets, from: 0) {
      case .bad: return octets.count
      case .body(let count, _) where isTooLong(count, i): return octets.count
      case .more, .body, .end, .between: break
      }
      found(place)
      sides[i].isDoubtful = true
      return 0
    }
  }

  /// Where it is not certain that a message begins, one much longer than all before is not believed.
  private func isTooLong(_ count: Int64, _ i: Int) -> Bool { count > max(sides[i].longest &* 4, 1 << 16) }

  /// A message begins here, after a loss, which is told when octets confirm it.
  mutating func found(_ place: StreamPlace) {
    let i = place.side.rawValue
    sides[i].state = .reading
    sides[i].cutter.restart()
    if !sides[i].loss.isEmpty { sides[i].loss[0].count = place.offset &- sides[i].loss[0].offset }
  }

  mutating func tellLoss(_ i: Int) {
    guard let loss = sides[i].loss.popLast(), loss.count > 0 || loss.reason != .beginning else { return }
    sides[i].tally.desyncs &+= 1
    if sides[i].tally.lost.count < MessageTally.examplesMax { sides[i].tally.lost.append(loss) }
  }

  mutating func noteLoss(_ place: StreamPlace, _ reason: MessageDesync.Reason) {
    let i = place.side.rawValue
    if !sides[i].loss.isEmpty { return }
    sides[i].loss = [MessageDesync(reason: reason, offset: place.offset, frame: place.frame)]
  }

  /// Framing is lost: at the beginning of the message at hand, if there is one, else here.
  mutating func lose(_ place: StreamPlace, _ reason: MessageDesync.Reason) {
    let i = place.side.rawValue
    let start = sides[i].doubtful.first?.first ?? sides[i].open.first?.first ?? place
    sides[i].doubtful = []
    sides[i].open = []
    noteLoss(start, reason)
    sides[i].isDoubtful = false
    sides[i].cutter.restart()
    sides[i].state = .lost
  }

  mutating func beginMessage(_ place: StreamPlace) {
    let i = place.side.rawValue
    guard sides[i].open.isEmpty else { return }
    sides[i].open = [
      Message(
        flow: flow, ends: ends, side: place.side, first: place, last: place, sharesFirst: sides[i].shares > 0,
        framing: sides[i].cutter.framing)
    ]
    sides[i].shares &+= 1
  }

  mutating func endMessage(_ last: StreamPlace, missing: Int64 = 0) {
    let i = last.side.rawValue
    sides[i].cutter.restart()
    guard var message = sides[i].open.popLast() else { return }
    message.last = last
    message.last.delivered = max(last.delivered, sides[i].latest)
    message.missing = missing
    if sides[i].isDoubtful {
      sides[i].doubtful.append(message)
      guard sides[i].doubtful.count >= MessageConnection.confirmations || last.offset == sides[i].segmentEnd
      else { return }
      sides[i].isDoubtful = false
      tellLoss(i)
      for message in sides[i].doubtful { complete(message) }
      sides[i].doubtful = []
    } else {
      complete(message)
    }
  }

  private mutating func complete(_ message: Message) {
    let i = message.side.rawValue
    var message = message
    message.index = sides[i].tally.messages &+ 1
    sides[i].longest = max(sides[i].longest, message.length)
    sides[i].tally.count(message)
    done.append(message)
  }

  private mutating func keep(_ octets: Bytes, _ start: Int, _ end: Int, _ i: Int) {
    if sides[i].open.isEmpty || octetsMax == 0 { return }
    let room = octetsMax &- sides[i].open[0].octets.count
    if room <= 0 { return }
    for at in start..<min(end, start &+ room) { sides[i].open[0].octets.append(octets[at]) }
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {
    if !http.isEmpty { return keep(octets, 0, octets.count, side.rawValue) }
    if octetsMax > 0, sides[side.rawValue].state == .unit { keep(octets, 0, octets.count, side.rawValue) }
  }

  mutating func finish(_ last: StreamPlace, missing: Int64) {
    let i = last.side.rawValue
    if !http.isEmpty, sides[i].state != .unread { return finishHTTP(last, missing: missing) }
    guard sides[i].state == .unit else { return }
    sides[i].state = .reading
    endMessage(last, missing: missing)
  }

  /// The rest of a message of known length may be missing, and a message of a fixed length always.
  mutating func expect(_ place: StreamPlace) -> Int64? {
    let i = place.side.rawValue
    if !http.isEmpty, sides[i].state != .unread { return http[0].expect(place) }
    switch sides[i].state {
    case .body(let rest):
      sides[i].state = .unit
      return rest
    case .reading:
      guard case .fixed(let count) = sides[i].cutter.framing else { return nil }
      beginMessage(place)
      sides[i].state = .unit
      return Int64(count)
    case .unit, .lost, .unread: return nil
    }
  }

  mutating func lose(_ gap: StreamGap) {
    let i = gap.place.side.rawValue
    if sides[i].state == .unread { return }
    lose(gap.place, gap.reason == .budget ? .bad : .gap)
    if http.isEmpty { return }
    http[0].lose(gap)
    sides[i].state = .reading
  }

  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {
    let i = last.side.rawValue
    sides[i].endSegment()
    if !http.isEmpty { endHTTP(last, how, missing: missing) }
    if !sides[i].loss.isEmpty {
      sides[i].loss[0].count = last.offset &- sides[i].loss[0].offset
      tellLoss(i)
    } else if let first = sides[i].open.first?.first {
      sides[i].tally.unfinished = last.offset &- first.offset
    }
    sides[i].open = []
    sides[i].doubtful = []
  }
}
