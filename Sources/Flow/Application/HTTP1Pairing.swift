// Which response answers which request: in order, and never by a guess.

internal import Wire

extension HTTP1Connection {
  /// A head has been read: its message begins.
  mutating func beginMessage(_ side: FlowSide, _ end: StreamPlace) {
    let i = side.rawValue
    guard let (head, first) = sides[i].heads.popLast() else { return }
    if client == nil { client = head.isRequest ? side : side.other }
    // Whoever asks once asks always: a request from the other side is no message of this connection.
    guard head.isRequest == (side == client) else {
      note(.badStart, of: side)
      lost(side, first)
      sides[i].state = .lost
      return
    }
    let message = HTTPMessage(head: head, first: first, headEnd: end, last: end)
    if head.isRequest { beginRequest(message, side, end) } else { beginResponse(message, side, end) }
  }

  /// Takes a message of which only a part of the head came.
  mutating func beginPart(_ message: HTTPMessage, _ side: FlowSide) {
    if client == nil { client = message.head.isRequest ? side : side.other }
    if message.head.isRequest {
      appendRequest(message, side)
    } else if !pending.isEmpty, pending[0].response == nil, !isAmbiguous {
      respond(message)
      emitFirst()
    }
  }

  private mutating func beginRequest(_ message: HTTPMessage, _ side: FlowSide, _ end: StreamPlace) {
    appendRequest(message, side)
    frameRequest(message.head, side, end)
  }

  private mutating func appendRequest(_ message: HTTPMessage, _ side: FlowSide) {
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
    var exchange = HTTPExchange(flow: flow, ends: ends, client: side, index: count)
    exchange.isPipelined = !pending.isEmpty
    exchange.isAfterClose = responses.hasEnded
    exchange.idleBefore = pending.isEmpty ? lastEnd.map { interval($0, message.first.delivered) } : nil
    exchange.anomalies = message.head.anomalies.union(stray)
    stray = []
    exchange.request = message
    pending.append(exchange)
    held += exchange.octets
  }

  /// Where a request's body ends (RFC 9112 section 6.3).
  private mutating func frameRequest(_ head: HTTPHead, _ side: FlowSide, _ end: StreamPlace) {
    let last = pending.count - 1
    if head.hasTransferEncoding {
      guard head.isChunked, !head.anomalies.contains(.badTransferEncoding) else {
        return loseBody(side, end)
      }
      pending[last].request?.framing = .chunked
      sides[side.rawValue].state = .chunkSize(isFirst: true)
    } else if head.anomalies.contains(.badLength) || head.anomalies.contains(.badTransferEncoding) {
      loseBody(side, end)
    } else if let length = head.length, length > 0 {
      pending[last].request?.framing = .length
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

  private mutating func beginResponse(_ message: HTTPMessage, _ side: FlowSide, _ end: StreamPlace) {
    let i = side.rawValue
    let status = message.head.status
    let answers = !pending.isEmpty && pending[0].response == nil && !isAmbiguous
    if status >= 100, status < 200, status != 101 {
      if answers, pending[0].informational.count < 16 { pending[0].informational.append(status) }
      if answers { pending[0].anomalies.formUnion(message.head.anomalies) }
      sides[i].state = .start
      return
    }
    guard answers else { return beginOrphan(message, side, end) }
    respond(message)
    pending[0].anomalies.formUnion(message.head.anomalies)
    if pending[0].request?.isOver == false {
      pending[0].anomalies.insert(.earlyResponse)
    }
    let request = pending[0].request?.head
    if status == 101 {
      pending[0].upgrade = upgrade(message.head, request)
      if pending[0].upgrade == .http2, let client { return goOnAsHTTP2(side, end, client) }
      return openTunnel(side, end)
    }
    if request?.isMethod("CONNECT") == true, status >= 200, status < 300 {
      pending[0].upgrade = .tunnel
      return openTunnel(side, end)
    }
    frameResponse(message.head, isHead: request?.isMethod("HEAD") == true, side, end)
  }

  private mutating func respond(_ message: HTTPMessage) {
    pending[0].response = message
    held += message.octets
  }

  /// A response without its request: lost, or never sent.
  private mutating func beginOrphan(_ message: HTTPMessage, _ side: FlowSide, _ end: StreamPlace) {
    var exchange = HTTPExchange(flow: flow, ends: ends, client: side.other, index: count)
    exchange.anomalies = message.head.anomalies.union(stray)
    stray = []
    exchange.response = message
    let requests = sides[side.other.rawValue]
    if !requests.hasLost, !isAmbiguous, count > 0 { exchange.anomalies.insert(.unsolicitedResponse) }
    orphan = exchange
    held += exchange.octets
    if message.head.status == 101 { return openTunnel(side, end) }
    frameResponse(message.head, isHead: false, side, end)
  }

  /// Where a response's body ends (RFC 9112 section 6.3).
  private mutating func frameResponse(_ head: HTTPHead, isHead: Bool, _ side: FlowSide, _ end: StreamPlace) {
    let i = side.rawValue
    if isHead || head.status == 204 || head.status == 304 {
      return endMessage(side, end, missing: 0)
    }
    if head.hasTransferEncoding, head.isChunked, !head.anomalies.contains(.badTransferEncoding) {
      setFraming(.chunked)
      sides[i].state = .chunkSize(isFirst: true)
    } else if head.hasTransferEncoding {
      setFraming(.untilClose)
      sides[i].state = .untilClose
    } else if head.anomalies.contains(.badLength) {
      loseBody(side, end)
    } else if let length = head.length {
      setFraming(.length)
      if length == 0 { return endMessage(side, end, missing: 0) }
      sides[i].state = .body(length)
    } else {
      setFraming(.untilClose)
      sides[i].state = .untilClose
    }
  }

  private mutating func setFraming(_ framing: HTTPFraming) {
    if orphan != nil { orphan?.response?.framing = framing } else { pending[0].response?.framing = framing }
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
  private mutating func withMessage(_ side: FlowSide, _ body: (inout HTTPMessage) -> Void) {
    if side == client {
      guard !pending.isEmpty, pending[pending.count - 1].request?.isOver == false else { return }
      if var request = pending[pending.count - 1].request.take() {
        body(&request)
        pending[pending.count - 1].request = request
      }
    } else if var response = orphan?.response.take() {
      body(&response)
      orphan?.response = response
    } else if !pending.isEmpty, pending[0].response?.isOver == false,
      var response = pending[0].response.take()
    {
      body(&response)
      pending[0].response = response
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
      for i in 0..<kept { $0.body.append(octets[i]) }
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
    if let alone = orphan {
      orphan = nil
      held -= alone.octets
      done.append(alone)
    } else {
      emitWhole()
    }
  }

  /// The message at hand of this direction, if there is one, has no end, and others may be missing.
  mutating func lost(_ side: FlowSide, _ place: StreamPlace) {
    let i = side.rawValue
    sides[i].hasLost = true
    sides[i].scanned = 0
    sides[i].heads = []
    sides[i].partStart = nil
    withMessage(side) {
      $0.last = place
      $0.isOver = true
    }
    if side == client { return emitWhole() }
    if let alone = orphan {
      orphan = nil
      held -= alone.octets
      done.append(alone)
    } else if !pending.isEmpty, pending[0].response != nil {
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
    while let first = pending.first, first.response?.isOver == true, first.request?.isOver != false {
      emitFirst()
    }
  }

  mutating func emitFirst() {
    let exchange = pending.removeFirst()
    held -= exchange.octets
    if let response = exchange.response { lastEnd = response.last.delivered }
    done.append(exchange)
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
    if let alone = orphan {
      orphan = nil
      held -= alone.octets
      done.append(alone)
    }
    emitAll()
  }
}
