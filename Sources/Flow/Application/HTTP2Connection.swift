// HTTP/2 without TLS: exchanges by stream, out of frames and compressed heads (RFC 9113).

internal import Wire

/// A reader of one connection.
struct HTTP2Connection: StreamConsumer, Sendable {
  /// PRI * HTTP/2.0, an empty line, SM, an empty line.
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// Streams that may be open at a time.
  static let streamsMax = 1000
  /// Octets of a head in its compressed form.
  private static let blockMax = 65_536

  /// A frame's header (RFC 9113 section 4.1), and what its payload said.
  private struct FrameHead: Sendable {
    var type: UInt8 = 0
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var length: Int64 = 0
    /// Octets of DATA that are no padding.
    var dataLength: Int64 = 0
    /// Where they begin in the frame, and how much of the frame has come.
    var dataStart: Int64 = 9
    var seen: Int64 = 0
    var place = StreamPlace(side: .originator, offset: 0, frame: 0, time: 0, delivered: 0)
    var isPreface = false
  }

  private(set) var summary: HTTP2Summary
  /// Octets of each body that are kept.
  private let bodyMax: Int
  /// Exchanges that are done, until somebody takes them.
  var done: [HTTPExchange] = []
  private var isBehindPreface = false
  private var isLost: InlineArray<2, Bool> = [false, false]
  private var tables: InlineArray<2, HPACK> = [HPACK(), HPACK()]
  private var blocks: InlineArray<2, [UInt8]> = [[], []]
  private var current: InlineArray<2, FrameHead> = [FrameHead(), FrameHead()]
  /// The HEADERS frame that the blocks of CONTINUATION frames go on with.
  private var opened: InlineArray<2, FrameHead> = [FrameHead(), FrameHead()]
  private var fields: InlineArray<2, [HPACK.Field]?> = [nil, nil]
  private var streams: [UInt32: HTTPExchange] = [:]
  private var highest: UInt32 = 0
  private var lastEnd: Int64?
  private var count: UInt32 = 0
  /// Octets that the exchanges take which are not done.
  private var held = 0
  private var hasBegun = false
  private var ended = 0

  init(flow: UInt64, ends: StreamEnds, client: FlowSide, bodyMax: Int = 0) {
    self.bodyMax = bodyMax
    summary = HTTP2Summary(
      flow: flow, ends: ends, client: client, start: 0, end: 0, firstFrame: 0, lastFrame: 0)
  }

  /// Goes on with a request that was made in HTTP/1 and answered with 101: its stream is the first (RFC 7540
  /// section 3.2).
  mutating func adopt(_ exchange: HTTPExchange) {
    var exchange = exchange
    exchange.stream = 1
    streams[1] = exchange
    held += exchange.octets
    count = 1
    highest = 1
    summary.streams = 1
  }

  /// Octets that it keeps: itself, tables, heads.
  var kept: Int {
    MemoryLayout<HTTP2Connection>.stride + held + tables[0].octets + tables[1].octets + blocks[0].count
      + blocks[1].count
  }

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    let i = place.side.rawValue
    if isLost[i] { return .unending }
    if !hasBegun {
      hasBegun = true
      summary.start = place.delivered
      summary.firstFrame = place.frame
    }
    let isClient = place.side == summary.client
    if isClient, !isBehindPreface {
      guard octets.count >= HTTP2Connection.preface.count else { return .needMore }
      isBehindPreface = true
      current[i] = FrameHead(place: place, isPreface: true)
      return .complete(Int64(HTTP2Connection.preface.count))
    }
    guard octets.count >= 9 else { return .needMore }
    var frame = FrameHead(
      type: octets[3], flags: octets[4], stream: octets.u32(5) & 0x7fff_ffff, length: Int64(octets.u24(0)),
      place: place)
    let whole = 9 + Int(frame.length)
    switch frame.type {
    case 0:
      // DATA: its octets are passed by; one of them says how many are padding.
      if frame.flags & 8 != 0, frame.length > 0, octets.count < 10 { return .needMore }
      let padding = frame.flags & 8 != 0 && frame.length > 0 ? 1 + Int64(octets[9]) : 0
      frame.dataLength = max(0, frame.length - padding)
      frame.dataStart = padding > 0 ? 10 : 9
    case 1, 5, 9:
      // HEADERS, PUSH_PROMISE, CONTINUATION: needed whole.
      if octets.count < whole { return .needMore }
      take(octets.extracting(9..<whole), &frame, i)
    default: break
    }
    if isClient { summary.framesOut &+= 1 } else { summary.framesBack &+= 1 }
    current[i] = frame
    return .complete(Int64(whole))
  }

  /// Takes a piece of a head; reads it when it is the last.
  private mutating func take(_ payload: Bytes, _ frame: inout FrameHead, _ i: Int) {
    var start = 0
    var end = payload.count
    if frame.type != 9 {
      if frame.flags & 8 != 0 {
        guard end > 0 else { return unreadable(i) }
        start = 1
        end -= Int(payload[0])
      }
      // Priority, or the stream that is promised.
      if frame.type == 1, frame.flags & 0x20 != 0 { start += 5 }
      if frame.type == 5 { start += 4 }
      opened[i] = frame
      blocks[i] = []
    }
    guard start <= end, blocks[i].count + end - start <= HTTP2Connection.blockMax else {
      return unreadable(i)
    }
    for at in start..<end { blocks[i].append(payload[at]) }
    guard frame.flags & 4 != 0 else { return }
    let block = blocks[i]
    blocks[i] = []
    guard let read = tables[i].decode(block.span) else { return unreadable(i) }
    fields[i] = opened[i].type == 1 ? read : nil
  }

  /// Heads of this direction cannot be read any more.
  private mutating func unreadable(_ i: Int) {
    isLost[i] = true
    summary.isUnreadable = true
    fields[i] = nil
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {
    if bodyMax > 0 { keepBody(octets, side) }
  }

  /// Keeps a body's first octets.
  private mutating func keepBody(_ octets: Bytes, _ side: FlowSide) {
    let frame = current[side.rawValue]
    if frame.type != 0 || frame.isPreface { return }
    let from = max(0, frame.dataStart &- frame.seen)
    let to = min(Int64(octets.count), frame.dataStart &+ frame.dataLength &- frame.seen)
    current[side.rawValue].seen &+= Int64(octets.count)
    guard from < to else { return }
    let most = bodyMax
    var kept = 0
    change(frame.stream, side) {
      kept = max(0, min(Int(to &- from), most - $0.body.count))
      for i in 0..<kept { $0.body.append(octets[Int(from) + i]) }
    }
    held += kept
  }

  mutating func finish(_ last: StreamPlace, missing: Int64) {
    let i = last.side.rawValue
    summary.end = max(summary.end, last.delivered)
    summary.lastFrame = max(summary.lastFrame, last.frame)
    let frame = current[i]
    if frame.isPreface { return }
    let isClient = last.side == summary.client
    switch frame.type {
    case 0:
      if isClient {
        summary.dataOut &+= UInt64(frame.length)
      } else {
        summary.dataBack &+= UInt64(frame.length)
      }
      change(frame.stream, last.side) {
        $0.bodyLength &+= frame.dataLength
        $0.missing &+= missing
      }
      if frame.flags & 1 != 0 { close(frame.stream, last) }
    case 1, 9:
      guard frame.flags & 4 != 0, let head = fields[i].take() ?? nil else { return }
      begin(head, opened[i], last)
      if opened[i].flags & 1 != 0 { close(opened[i].stream, last) }
    case 3:
      summary.resets &+= 1
      if let exchange = streams.removeValue(forKey: frame.stream) { hand(exchange) }
    case 7: summary.hasGoAway = true
    default: break
    }
  }

  /// A head is there: a request's, a response's, or trailers.
  private mutating func begin(_ fields: [HPACK.Field], _ frame: FrameHead, _ last: StreamPlace) {
    guard let head = HTTPHead(fields) else { return }
    var message = HTTPMessage(head: head, first: frame.place, headEnd: last)
    message.framing = .length
    if last.side == summary.client {
      // A client's streams have odd numbers that grow (section 5.1.1).
      guard head.isRequest, frame.stream > highest, streams.count < HTTP2Connection.streamsMax else { return }
      highest = frame.stream
      summary.streams &+= 1
      count &+= 1
      var exchange = HTTPExchange(
        flow: summary.flow, ends: summary.ends, client: summary.client, index: count, stream: frame.stream)
      exchange.idleBefore =
        streams.isEmpty ? lastEnd.map { interval($0, frame.place.delivered) } : nil
      exchange.request = message
      streams[frame.stream] = exchange
      held += exchange.octets
    } else if !head.isRequest, streams[frame.stream]?.hasResponse != true {
      if head.status < 200 {
        if (streams[frame.stream]?.informational.count ?? 16) < 16 {
          streams[frame.stream]?.informational.append(head.status)
        }
      } else {
        streams[frame.stream]?.response = message
        held += message.octets
      }
    }
  }

  private mutating func change(_ stream: UInt32, _ side: FlowSide, _ body: (inout HTTPMessage) -> Void) {
    guard var exchange = streams.removeValue(forKey: stream) else { return }
    if side == summary.client {
      if exchange.hasRequest { body(&exchange.asked) }
    } else if exchange.hasResponse {
      body(&exchange.answered)
    }
    streams[stream] = exchange
  }

  /// One direction of a stream has ended.
  private mutating func close(_ stream: UInt32, _ last: StreamPlace) {
    change(stream, last.side) {
      $0.last = last
      $0.isWhole = true
    }
    guard let exchange = streams[stream], exchange.hasResponse, exchange.answered.isWhole else { return }
    // A server may answer before the request has ended; the rest of it comes, or a reset.
    if exchange.hasRequest, exchange.asked.isWhole {
      streams[stream] = nil
      hand(exchange)
    }
  }

  private mutating func hand(_ exchange: HTTPExchange) {
    held -= exchange.octets
    if exchange.hasResponse { lastEnd = exchange.answered.last.delivered }
    done.append(exchange)
  }

  mutating func lose(_ gap: StreamGap) { unreadable(gap.place.side.rawValue) }

  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {
    ended += 1
    if ended < 2 { return }
    for stream in streams.keys.sorted() {
      if let exchange = streams[stream] { hand(exchange) }
    }
    streams = [:]
  }
}

extension HTTPHead {
  /// A head of HTTP/2 as one of HTTP/1 would say it, so that everybody reads it the same; nil for trailers.
  init?(_ fields: [HPACK.Field]) {
    func value(_ name: String) -> [UInt8]? { fields.first { $0.name.elementsEqual(name.utf8) }?.value }
    var text: [UInt8] = []
    if let status = value(":status") {
      text = Array("HTTP/2.0 ".utf8) + status + Array(" \r\n".utf8)
    } else if let method = value(":method") {
      text = method + [32] + (value(":path") ?? value(":authority") ?? []) + Array(" HTTP/2.0\r\n".utf8)
      if let host = value(":authority") { text += Array("host: ".utf8) + host + [13, 10] }
    } else {
      return nil
    }
    for field in fields where field.name.first != 58 {
      text += field.name + [58, 32] + field.value.map { $0 < 32 && $0 != 9 ? 32 : $0 } + [13, 10]
    }
    text += [13, 10]
    guard text.count < 65_536 else { return nil }
    self.init(text.span)
    becomeHTTP2()
  }
}
