// HTTP/1.0 and 1.1 on one connection: heads, bodies by length arithmetic, requests and responses paired
// (RFC 9112).

internal import Wire

/// One direction's place in its messages.
struct HTTP1Side: Sendable {
  /// What the unit at hand is, or what is looked for next.
  enum State: Sendable, Equatable {
    /// A message, from its first line.
    case start
    /// A unit that says nothing: empty lines before a message, octets that are not read.
    case blank(resume: Resume)
    case head
    case body(Int64)
    /// The line with a chunk's size, behind the end of the chunk before when there was one.
    case chunkSize(isFirst: Bool)
    case chunkLine(size: Int64)
    case chunk(Int64)
    case trailers
    case trailerSection
    case untilClose
    /// No HTTP any more.
    case tunnel
    /// Framing is lost: a message is looked for where segments begin.
    case lost
  }

  /// What comes behind a unit that says nothing.
  enum Resume: Sendable { case start, lost }

  var state = State.start
  /// Octets of the unit lent that were searched before.
  var scanned = 0
  /// Where the unit of a body began that has not ended.
  var partStart: Int64?
  /// Octets before were lost: messages may be missing.
  var hasLost = false
  var hasEnded = false
}

/// A reader of one connection.
struct HTTP1Connection: StreamConsumer, Sendable {
  /// Requests that may wait for their responses at a time.
  static let pipelineMax = 1000

  private(set) var flow: UInt64
  private(set) var ends: StreamEnds
  /// Octets of each body that are kept.
  let bodyMax: Int
  /// Who sends the requests; nil until a message tells.
  var client: FlowSide?
  var sides: InlineArray<2, HTTP1Side> = [HTTP1Side(), HTTP1Side()]
  /// The head that was read last, with its first octet: until its unit has ended, which it does at once.
  var head = HTTPHead()
  var headStart = StreamPlace()
  /// Exchanges whose response has not ended, oldest first; a request that is still being sent is the last.
  var pending: [HTTPExchange] = []
  /// Exchanges that are done, until somebody takes them.
  var done: [HTTPExchange] = []
  /// Exchanges that were told and are used again, lists and all, while somebody lends them.
  var spares: [HTTPExchange] = []
  var count: UInt32 = 0
  /// Octets that the exchanges take which are not done.
  var held = 0
  /// When the last response ended.
  var lastEnd: Int64?
  /// Requests or responses are missing between others: pairs cannot be told any more.
  var isAmbiguous = false
  /// A request came before the response to the one before it had ended.
  var isPipelining = false
  /// HTTP/2, when the connection went on as that; one at most.
  var inner: [HTTP2Connection] = []
  /// What was wrong where no exchange was: told on the next.
  var stray: HTTPAnomalies = []
  /// The response at hand answers no request: it is told alone. One at most, in a list that takes no room
  /// while it is empty.
  var orphans: [HTTPExchange] = []

  init(flow: UInt64, ends: StreamEnds, bodyMax: Int) {
    self.flow = flow
    self.ends = ends
    self.bodyMax = bodyMax
  }

  /// Begins anew with another connection. What lists have grown to is kept unless told otherwise.
  mutating func begin(flow: UInt64, ends: StreamEnds) {
    (self.flow, self.ends) = (flow, ends)
    client = nil
    sides = [HTTP1Side(), HTTP1Side()]
    (count, held, lastEnd) = (0, 0, nil)
    (isAmbiguous, isPipelining, stray) = (false, false, [])
  }

  /// The connection has ended.
  mutating func forget(keepsLists: Bool) {
    if keepsLists {
      if !pending.isEmpty { pending.removeAll(keepingCapacity: true) }
      if !done.isEmpty { done.removeAll(keepingCapacity: true) }
    } else {
      (pending, done, head) = ([], [], HTTPHead())
    }
    if !orphans.isEmpty { orphans = [] }
    if !inner.isEmpty { inner = [] }
  }

  /// Octets that it keeps.
  var kept: Int { inner.isEmpty ? held : held + inner[0].kept }

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    switch sides[i].state {
    case .start, .blank(resume: .start), .head, .trailerSection: return lookForHead(octets, place)
    case .lost, .blank(resume: .lost):
      // Between segments nothing tells a message from a body that quotes one.
      let start = place.beginsSegment ? httpStart(octets) : .other
      if start == .request || start == .response { return lookForHead(octets, place) }
      sides[i].state = .blank(resume: .lost)
      return .complete(Int64(octets.count))
    case .body(let length):
      // Who answers HEAD tells the length of a body that does not come; without the request only the octets
      // show it.
      if !orphans.isEmpty, place.beginsSegment, httpStart(octets) == .response {
        endMessage(place.side, place, missing: 0)
        return lookForHead(octets, place)
      }
      sides[i].partStart = place.offset
      return .complete(length)
    case .chunk(let length):
      sides[i].partStart = place.offset
      return .complete(length)
    case .chunkSize(let isFirst): return lookForChunk(octets, place, isFirst: isFirst)
    case .chunkLine, .trailers: return lookForTrailers(octets, place)
    case .untilClose:
      sides[i].partStart = place.offset
      return .unending
    case .tunnel: return inner.isEmpty ? .unending : inner[0].look(octets, place)
    }
  }

  /// What HTTP/2 has done is done.
  mutating func takeInner() {
    done.append(contentsOf: inner[0].done)
    inner[0].done = []
  }

  mutating func expect(_ place: StreamPlace) -> Int64? {
    let i = place.side.rawValue
    switch sides[i].state {
    case .body(let length), .chunk(let length):
      sides[i].partStart = place.offset
      return length
    case .untilClose:
      sides[i].partStart = place.offset
      return StreamAnswer.unendingLength
    case .tunnel: return inner.isEmpty ? StreamAnswer.unendingLength : nil
    case .start, .blank, .head, .chunkSize, .chunkLine, .trailers, .trailerSection, .lost: return nil
    }
  }

  private mutating func lookForHead(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    var blank = 0
    if sides[i].scanned == 0 {
      // Empty lines before a message are ignored (RFC 9112 section 2.2).
      while blank < octets.count, octets[blank] == 13 || octets[blank] == 10 { blank &+= 1 }
      if blank > 0 {
        sides[i].state = .blank(resume: .start)
        return .complete(Int64(blank))
      }
      if isSimpleResponse(place.side, octets) { return beginSimpleResponse(place) }
      switch (httpStart(octets), client.map { $0 == place.side }) {
      // A server's messages begin with their version, and whatever does not is none.
      case (.needMore, false) where octets[0] != 0x48: return misses(place, octets)
      case (.needMore, _): return .needMore
      case (.other, _): return isTunnel(place.side) ? .unending : misses(place, octets)
      case (.request, false), (.response, true): return misses(place, octets)
      case (.request, _), (.response, _): break
      }
    }
    if sides[i].scanned == 0, let end = head.readWhole(octets) {
      headStart = place
      sides[i].state = .head
      return .complete(Int64(end))
    }
    guard let end = httpHeadEnd(octets, &sides[i].scanned) else { return .needMore }
    sides[i].scanned = 0
    guard head.read(octets.extracting(0..<end)) else { return misses(place, octets) }
    headStart = place
    sides[i].state = .head
    return .complete(Int64(end))
  }

  /// Octets where a message should begin, and none does.
  private mutating func misses(_ place: StreamPlace, _ octets: Bytes) -> StreamAnswer {
    if client == nil { return .notMine }
    note(.badStart, of: place.side)
    lost(place.side, place)
    sides[place.side.rawValue].state = .blank(resume: .lost)
    return .complete(Int64(octets.count))
  }

  /// Notes what is wrong with one direction on the exchange at hand, or on the last.
  mutating func note(_ anomaly: HTTPAnomalies, of side: FlowSide) {
    if side == client, !pending.isEmpty {
      pending[pending.count - 1].anomalies.insert(anomaly)
    } else if !orphans.isEmpty {
      orphans[0].anomalies.insert(anomaly)
    } else if !pending.isEmpty {
      pending[0].anomalies.insert(anomaly)
    } else if !done.isEmpty {
      done[done.count - 1].anomalies.insert(anomaly)
    } else {
      stray.insert(anomaly)
    }
  }

  /// HTTP/0.9: a response without a head.
  private mutating func isSimpleResponse(_ side: FlowSide, _ octets: Bytes) -> Bool {
    guard side.other == client, !pending.isEmpty, pending[0].hasRequest, pending[0].asked.head.version == 9
    else { return false }
    return octets.count < 5 || octets.u32(0) != 0x4854_5450
  }

  private mutating func beginSimpleResponse(_ place: StreamPlace) -> StreamAnswer {
    pending[0].response = HTTPMessage(head: HTTPHead(), first: place, headEnd: place)
    pending[0].answered.framing = .untilClose
    sides[place.side.rawValue].state = .untilClose
    sides[place.side.rawValue].partStart = place.offset
    return .unending
  }

  /// Whether the client talks on behind a CONNECT that is not answered yet, in another protocol.
  private mutating func isTunnel(_ side: FlowSide) -> Bool {
    guard side == client, !pending.isEmpty, pending[pending.count - 1].hasRequest,
      pending[pending.count - 1].asked.head.isCONNECT
    else { return false }
    sides[side.rawValue].state = .tunnel
    return true
  }

  private mutating func lookForChunk(_ octets: Bytes, _ place: StreamPlace, isFirst: Bool) -> StreamAnswer {
    let i = place.side.rawValue
    var start = 0
    if !isFirst {
      // The chunk before ends with CR LF.
      if octets.count == 1, octets[0] == 13 { return .needMore }
      if octets[0] == 13, octets[1] == 10 {
        start = 2
      } else if octets[0] == 10 {
        note(.bareLF, of: place.side)
        start = 1
      } else {
        return losesChunks(place, octets)
      }
    }
    var anomalies: HTTPAnomalies = []
    guard let line = httpLine(octets, from: start, &anomalies) else {
      // A size has sixteen digits at most: what is none needs no waiting for its line's end.
      if octets.count > start &+ 17, chunkSize(octets.extracting(start..<start &+ 17)) == nil {
        return losesChunks(place, octets)
      }
      return .needMore
    }
    guard let size = chunkSize(octets.extracting(start..<line.end)) else { return losesChunks(place, octets) }
    if !anomalies.isEmpty { note(anomalies, of: place.side) }
    sides[i].state = .chunkLine(size: size)
    return .complete(Int64(line.next))
  }

  private mutating func losesChunks(_ place: StreamPlace, _ octets: Bytes) -> StreamAnswer {
    note(.badChunk, of: place.side)
    lost(place.side, place)
    sides[place.side.rawValue].state = .blank(resume: .lost)
    return .complete(Int64(octets.count))
  }

  /// Trailer fields up to the empty line (RFC 9112 section 7.1.2).
  private mutating func lookForTrailers(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    var ignored: HTTPAnomalies = []
    while let line = httpLine(octets, from: sides[i].scanned, &ignored) {
      if line.end == sides[i].scanned {
        sides[i].scanned = 0
        sides[i].state = .trailerSection
        return .complete(Int64(line.next))
      }
      sides[i].scanned = line.next
    }
    return .needMore
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {
    if bodyMax == 0 { return }
    if inner.isEmpty { keepBody(octets, side) } else { inner[0].pass(octets, side) }
  }

  mutating func finish(_ last: StreamPlace, missing: Int64) {
    let i = last.side.rawValue
    switch sides[i].state {
    case .blank(resume: .start): sides[i].state = .start
    case .blank(resume: .lost): sides[i].state = .lost
    case .head: beginMessage(last.side, last)
    case .body(let length):
      count(length, missing, last.side)
      endMessage(last.side, last, missing: missing)
    case .chunkLine(let size): sides[i].state = size == 0 ? .trailers : .chunk(size)
    case .chunk(let size):
      count(size, missing, last.side)
      sides[i].partStart = nil
      sides[i].state = .chunkSize(isFirst: false)
    case .trailerSection: endMessage(last.side, last, missing: 0)
    case .tunnel:
      if inner.isEmpty { return }
      inner[0].finish(last, missing: missing)
      takeInner()
    case .start, .chunkSize, .trailers, .untilClose, .lost: break
    }
  }

  /// A head without its end: told with what it says.
  mutating func leave(_ octets: Bytes, _ place: StreamPlace) {
    let i = place.side.rawValue
    guard sides[i].state == .start || sides[i].state == .lost, head.read(octets),
      client.map({ head.isRequest == ($0 == place.side) }) ?? true
    else { return }
    headStart = place
    var end = place
    end.offset &+= Int64(octets.count)
    beginPart(place.side, end)
  }

  mutating func lose(_ gap: StreamGap) {
    let i = gap.place.side.rawValue
    if gap.reason == .budget {
      if case .chunkSize = sides[i].state {
        note(.badChunk, of: gap.place.side)
      } else {
        note(.longHead, of: gap.place.side)
      }
    }
    sides[i].scanned = 0
    if sides[i].state == .tunnel {
      if !inner.isEmpty { inner[0].lose(gap) }
      return
    }
    lost(gap.place.side, gap.place)
    sides[i].state = .lost
  }
}
