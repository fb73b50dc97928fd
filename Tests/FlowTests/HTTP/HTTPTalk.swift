// An HTTP connection told as what the client and the server say.

import Wire

@testable import Flow

/// A conversation that HTTP/1 reads. Each saying is one segment behind those before, and acknowledges all
/// that the other side has said.
struct HTTPTalk: ~Copyable {
  var talk: Conversation<HTTP1Connection>
  private var sent = (0, 0)

  init(bodyMax: Int = 0, limits: StreamLimits = StreamLimits(), isOpened: Bool = true) {
    let ends = StreamEnds(
      originator: IPAddress(ipv4: 0x0a00_0001), originatorPort: 40_000,
      responder: IPAddress(ipv4: 0x0a00_0002), responderPort: 8080)
    talk = Conversation(HTTP1Connection(flow: 1, ends: ends, bodyMax: bodyMax), limits: limits)
    if isOpened { talk.opens() }
  }

  mutating func client(_ text: String, _ flags: TCPFlags = []) {
    let octets = lines(text)
    talk.send(.originator, flags, at: sent.0, octets, ack: sent.1)
    sent.0 += octets.count
  }

  mutating func server(_ text: String, _ flags: TCPFlags = []) {
    let octets = lines(text)
    talk.send(.responder, flags, at: sent.1, octets, ack: sent.0)
    sent.1 += octets.count
  }

  /// Says octets that are not captured.
  mutating func loses(_ side: FlowSide, _ count: Int) {
    if side == .originator { sent.0 += count } else { sent.1 += count }
  }

  /// Says octets in pieces of at most `pieceMax`, shuffled and repeated.
  mutating func shuffled(_ side: FlowSide, _ text: String, _ dice: inout Dice) {
    let octets = lines(text)
    let start = side == .originator ? sent.0 : sent.1
    talk.sendShuffled(side, octets, from: start, &dice, pieceMax: 1 + dice.roll(90), spread: dice.roll(5))
    if side == .originator { sent.0 += octets.count } else { sent.1 += octets.count }
  }

  mutating func reset(by side: FlowSide) {
    talk.send(side, [.rst], at: side == .originator ? sent.0 : sent.1, "")
  }

  mutating func ends() { talk.ends() }

  mutating func wait(_ milliseconds: Int64) { talk.time += milliseconds * 1_000_000 }

  /// `|` is the end of a line.
  private func lines(_ text: String) -> [UInt8] {
    Array(text.replacing("|", with: "\r\n").utf8)
  }

  /// The exchanges that are done, each in a line.
  var said: [String] { talk.reader.done.map { describe($0) } }
}

/// `METHOD target request-octets > status response-octets`, then what is unusual.
func describe(_ exchange: HTTPExchange) -> String {
  var words: [String] = []
  if let request = exchange.request {
    let head = request.head
    words.append(String(decoding: head.octets(of: head.method), as: UTF8.self))
    words.append(String(decoding: head.octets(of: head.target), as: UTF8.self))
    words.append("\(request.bodyLength)")
  } else {
    words.append("?")
  }
  words.append(">")
  words += exchange.informational.map { "\($0)" }
  if let response = exchange.response {
    words.append("\(response.head.status)")
    words.append("\(response.bodyLength)")
  } else {
    words.append("?")
  }
  if exchange.isPipelined { words.append("pipelined") }
  if exchange.upgrade != .none { words.append("\(exchange.upgrade)") }
  if exchange.missing != .nothing, exchange.missing != .request, exchange.missing != .response {
    words.append("without \(exchange.missing.name)")
  }
  for (bit, name) in HTTPAnomalies.names.enumerated()
  where exchange.anomalies.rawValue & 1 << UInt32(bit) != 0 {
    words.append("\(name)")
  }
  return words.joined(separator: " ")
}
