// Which response answers which request: in order, and never by a guess.

internal import Wire

extension HTTP1Connection {
  /// A head has been read: its message begins.
  mutating func beginMessage(_ side: FlowSide, _ end: StreamPlace) {
    let i = side.rawValue
    if client == nil { client = head.isRequest ? side : side.other }
    // Whoever asks once asks always: a request from the other side is no message of this connection.
    guard head.isRequest == (side == client) else {
      note(.badStart, of: side)
      lost(side, headStart)
      sides[i].state = .lost
      return
    }
    if head.isRequest { beginRequest(side, end) } else { beginResponse(side, end) }
  }

  /// Takes a message of which only a part of the head came.
  mutating func beginPart(_ side: FlowSide, _ end: StreamPlace) {
    if client == nil { client = head.isRequest ? side : side.other }
    if head.isRequest {
      appendRequest(side, end)
      pending[pending.count - 1].asked.isOver = true
    } else if !pending.isEmpty, !pending[0].hasResponse, !isAmbiguous {
      respond(end)
      pending[0].answered.isOver = true
      emitFirst()
    }
  }

  private mutating func beginRequest(_ side: FlowSide, _ end: StreamPlace) {
    let framing = head.framing
    appendRequest(side, end)
    frameRequest(framing, side, end)
  }

  /// Makes an exchange of the head that was read.
  private mutating func appendRequest(_ side: FlowSide, _ end: StreamPlace) {
    let responses = sides[side.other.rawValue]
    if !pending.isEmpty {
      // Who does not pipeline has had the answer to what was asked before; it lay in what was lost.
      if responses.hasLost, responses.state == .lost, !isPipelining, pending.count == 1 {
        emitFirst()
      } else {
        isPipelining = true
        if sides[side.rawValue].hasLost || responses.hasLost { isAmbiguous = true }
      }
    }
    if pending.count >= HTTP1Connection.pipelineMax {
      pending[0].anomalies.insert(.longPipeline)
      isAmbiguous = true
      emitAll()
    }
    count &+= 1
    let last = pending.count
    pending.append(newExchange(side))
    pending[last].isPipelined = last > 0
    pending[last].isAfterClose = responses.hasEnded
    if last == 0, let lastEnd { pending[last].idleBefore = interval(lastEnd, headStart.delivered) }
    pending[last].anomalies = head.anomalies.union(stray)
    stray = []
    pending[last].takeRequest(&head, headStart, end)
    held += pending[last].octets
  }

  /// An exchange without messages, made of one that was told, when there is one.
  @inline(__always)
  private mutating func newExchange(_ client: FlowSide) -> HTTPExchange {
    var exchange =
      spares.isEmpty
      ? HTTPExchange(flow: flow, ends: ends, client: client, index: count) : spares.removeLast()
    (exchange.flow, exchange.ends, exchange.client, exchange.index) = (flow, ends, client, count)
    return exchange
  }

  /// Where a request's body ends (RFC 9112 section 6.3).
  private mutating func frameRequest(_ says: HTTPHead.Framing, _ side: FlowSide, _ end: StreamPlace) {
    let last = pending.count - 1
    if says.hasTransferEncoding {
      guard says.isChunked, !says.anomalies.contains(.badTransferEncoding) else {
        return loseBody(side, end)
      }
      pending[last].asked.framing = .chunked
      sides[side.rawValue].state = .chunkSize(isFirst: true)
    } else if says.anomalies.contains(.badLength) || says.anomalies.contains(.badTransferEncoding) {
      loseBody(side, end)
    } else if let length = says.length, length > 0 {
      pending[last].asked.framing = .length
      sides[side.rawValue].state = .body(length)
    } else {
      endMessage(side, end, missing: 0)
    }
  }

  /// Nobody can tell where this body ends: the message is left, and the next one looked for.
  private mutating func loseBody(_ side: FlowSide, _ end: StreamPlace) {
    lost(side, end)
    // No message is missing: only the end of this one.
    sides[side.rawValue].hasLost = false
    sides[side.rawValue].state = .lost
  }

  private mutating func beginResponse(_ side: FlowSide, _ end: StreamPlace) {
    let i = side.rawValue
    let says = head.framing
    let status = says.status
    let answers = !pending.isEmpty && !pending[0].hasResponse && !isAmbiguous
    if status >= 100, status < 200, status != 101 {
      if answers, pending[0].informational.count < 16 { pending[0].informational.append(status) }
      if answers { pending[0].anomalies.formUnion(says.anomalies) }
      sides[i].state = .start
      return
    }
    guard answers else { return beginOrphan(side, end) }
    respond(end)
    pending[0].anomalies.formUnion(says.anomalies)
    if pending[0].hasRequest, !pending[0].asked.isOver { pending[0].anomalies.insert(.earlyResponse) }
    if status == 101 {
      pending[0].upgrade = upgrade(pending[0].answered.head, pending[0].request?.head)
      if pending[0].upgrade == .http2, let client { return goOnAsHTTP2(side, end, client) }
      return openTunnel(side, end)
    }
    if pending[0].hasRequest, pending[0].asked.head.isCONNECT, status >= 200, status < 300 {
      pending[0].upgrade = .tunnel
      return openTunnel(side, end)
    }
    frameResponse(says, isHead: pending[0].hasRequest && pending[0].asked.head.isHEAD, side, end)
  }

  /// The head that was read is the first exchange's response.
  private mutating func respond(_ end: StreamPlace) {
    pending[0].takeResponse(&head, headStart, end)
    held += pending[0].answered.octets
  }

  /// A response without its request: lost, or never sent.
  private mutating func beginOrphan(_ side: FlowSide, _ end: StreamPlace) {
    let says = head.framing
    var exchange = newExchange(side.other)
    exchange.anomalies = says.anomalies.union(stray)
    stray = []
    exchange.takeResponse(&head, headStart, end)
    let requests = sides[side.other.rawValue]
    if !requests.hasLost, !isAmbiguous, count > 0 { exchange.anomalies.insert(.unsolicitedResponse) }
    held += exchange.octets
    orphans = [exchange]
    if says.status == 101 { return openTunnel(side, end) }
    frameResponse(says, isHead: false, side, end)
  }

  /// Where a response's body ends (RFC 9112 section 6.3).
  private mutating func frameResponse(
    _ says: HTTPHead.Framing, isHead: Bool, _ side: FlowSide, _ end: StreamPlace
  ) {
    let i = side.rawValue
    if isHead || says.status == 204 || says.status == 304 {
      return endMessage(side, end, missing: 0)
    }
    if says.hasTransferEncoding, says.isChunked, !says.anomalies.contains(.badTransferEncoding) {
      setFraming(.chunked)
      sides[i].state = .chunkSize(isFirst: true)
    } else if says.hasTransferEncoding {
      setFraming(.untilClose)
      sides[i].state = .untilClose
    } else if says.anomalies.contains(.badLength) {
      loseBody(side, end)
    } else if let length = says.length {
      setFraming(.length)
      if length == 0 { return endMessage(side, end, missing: 0) }
      sides[i].state = .body(length)
    } else {
      setFraming(.untilClose)
      sides[i].state = .untilClose
    }
  }

  private mutating func setFraming(_ framing: HTTPFraming) {
    if orphans.isEmpty {
      pending[0].answered.framing = framing
    } else {
      orphans[0].answered.framing = framing
    }
  }

  /// What 101 switches to: what the response says, or what was asked for (RFC 9110 section 7.8).
  private func upgrade(_ response: HTTPHead, _ request: HTTPHead?) -> HTTPUpgrade {
    let name =
      response.upgrade.isPresent
      ? response.octets(of: response.upgrade) : request.map { $0.octets(of: $0.upgrade) } ?? []
    let small = name.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }
    if small.starts(with: "websocket".utf8) { return .webSocket }
    return small.starts(with: "h2c".utf8) ? .http2 : .other
  }

  /// The request is answered in HTTP/2, on its first stream: 101 is no answer but a word before it.
  private mutating func goOnAsHTTP2(_ side: FlowSide, _ end: StreamPlace, _ client: FlowSide) {
    var exchange = pending.removeFirst()
    held -= exchange.octets
    exchange.response = nil
    exchange.informational.append(101)
    var reader = HTTP2Connection(flow: flow, ends: ends, client: client, bodyMax: bodyMax)
    reader.adopt(exchange)
    inner = [reader]
    openTunnel(side, end)
  }

  /// From here on both directions are another protocol's.
  private mutating func openTunnel(_ side: FlowSide, _ end: StreamPlace) {
    endMessage(side, end, missing: 0)
    sides[side.rawValue].state = .tunnel
    switch sides[side.other.rawValue].state {
    case .start, .blank, .lost: sides[side.other.rawValue].state = .tunnel
    case .head, .body, .chunkSize, .chunkLine, .chunk, .trailers, .trailerSection, .untilClose, .tunnel: break
    }
  }

  /// Octets of a body, of which `missing` were not captured.
  mutating func count(_ length: Int64, _ missing: Int64, _ side: FlowSide) {
    withMessage(side) {
      $0.bodyLength &+= length
      $0.missing &+= missing
    }
  }

  /// The message of this direction that is at hand.
  @inline(__always)
  private mutating func withMessage(_ side: FlowSide, _ body: (inout HTTPMessage) -> Void) {
    if side == client {
      let last = pending.count - 1
      if last >= 0, pending[last].hasRequest, !pending[last].asked.isOver { body(&pending[last].asked) }
    } else if !orphans.isEmpty {
      body(&orphans[0].answered)
    } else if !pending.isEmpty, pending[0].hasResponse, !pending[0].answered.isOver {
      body(&pending[0].answered)
    }
  }

  /// Keeps a body's first octets.
  mutating func keepBody(_ octets: Bytes, _ side: FlowSide) {
    switch sides[side.rawValue].state {
    case .body, .chunk, .untilClose: break
    case .start, .blank, .head, .chunkSize, .chunkLine, .trailers, .trailerSection, .tunnel, .lost: return
    }
    let most = bodyMax
    var kept = 0
    withMessage(side) {
      kept = max(0, min(octets.count, most - $0.body.count))
      $0.body.append(copyOf: octets.extracting(0..<kept))
    }
    held += kept
  }

  /// The message's last octet is there.
  mutating func endMessage(_ side: FlowSide, _ last: StreamPlace, missing: Int64) {
    withMessage(side) {
      $0.last = last
      $0.isWhole = true
      $0.isOver = true
    }
    sides[side.rawValue].state = .start
    sides[side.rawValue].partStart = nil
    if side == client { return emitWhole() }
    lastEnd = last.delivered
    if orphans.isEmpty { emitWhole() } else { emitOrphan() }
  }

  /// The message at hand of this direction, if there is one, has no end, and others may be missing.
  mutating func lost(_ side: FlowSide, _ place: StreamPlace) {
    let i = side.rawValue
    sides[i].hasLost = true
    sides[i].scanned = 0
    sides[i].partStart = nil
    withMessage(side) {
      $0.last = place
      $0.isOver = true
    }
    if side == client { return emitWhole() }
    if !orphans.isEmpty {
      emitOrphan()
    } else if !pending.isEmpty, pending[0].hasResponse {
      emitFirst()
    }
    // Of several that wait, nobody knows which were answered in what was lost.
    if pending.count > 1 {
      isAmbiguous = true
      emitAll()
    }
  }

  /// Hands on the exchanges at the front that are done.
  private mutating func emitWhole() {
    while !pending.isEmpty, pending[0].hasResponse, pending[0].answered.isOver,
      !pending[0].hasRequest || pending[0].asked.isOver
    {
      emitFirst()
    }
  }

  mutating func emitFirst() {
    held -= pending[0].octets
    if pending[0].hasResponse { lastEnd = pending[0].answered.last.delivered }
    // The last of a list is taken without moving others.
    done.append(pending.count == 1 ? pending.removeLast() : pending.removeFirst())
  }

  /// Hands on the response that answers nothing.
  private mutating func emitOrphan() {
    held -= orphans[0].octets
    done.append(orphans.removeLast())
  }

  private mutating func emitAll() {
    while !pending.isEmpty { emitFirst() }
  }

  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {
    let i = last.side.rawValue
    if sides[i].hasEnded { return }
    sides[i].hasEnded = true
    if !inner.isEmpty {
      inner[0].end(last, how, missing: missing)
      takeInner()
    }
    if let start = sides[i].partStart {
      count(max(0, last.offset &- start), missing, last.side)
      sides[i].partStart = nil
    }
    // Only a FIN says that a body without a length was all (RFC 9112 section 8).
    let isWhole = sides[i].state == .untilClose && how == .fin
    withMessage(last.side) {
      $0.last = last
      $0.isWhole = isWhole
      $0.isOver = true
    }
    if last.side == client, !sides[1 - i].hasEnded { return emitWhole() }
    // Nothing answers what still waits.
    if !orphans.isEmpty { emitOrphan() }
    emitAll()
  }
}
