// HTTP told as what client and server say, for the tests of its views.

import Flow
import Testing
import Wire

@testable import Report

/// One connection whose octets come in order; `|` is the end of a line.
struct HTTPSaid: ~Copyable {
  private var streams: Streams
  private var next: (client: UInt32, server: UInt32) = (1000, 5000)
  private var frame: UInt64 = 0
  private(set) var time: Int64 = 1_700_000_000_000_000_000
  private var exchanges: [HTTPExchange] = []

  init(bodyMax: Int = 0) {
    var options = StreamOptions()
    options.bodyMax = bodyMax
    streams = Streams(options)
    send(true, .syn, [])
    send(false, [.syn, .ack], [])
    send(true, .ack, [])
  }

  mutating func client(_ text: String, after milliseconds: Int64 = 1) { say(true, text, milliseconds) }
  mutating func server(_ text: String, after milliseconds: Int64 = 1) { say(false, text, milliseconds) }
  mutating func client(octets: [UInt8]) { send(true, [.ack, .psh], octets) }
  mutating func server(octets: [UInt8]) { send(false, [.ack, .psh], octets) }
  mutating func closes() { send(false, [.fin, .ack], []) }

  private mutating func say(_ fromClient: Bool, _ text: String, _ milliseconds: Int64) {
    time += milliseconds * 1_000_000
    send(fromClient, [.ack, .psh], Array(text.replacing("|", with: "\r\n").utf8))
  }

  private mutating func send(_ fromClient: Bool, _ flags: TCPFlags, _ octets: [UInt8]) {
    frame += 1
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    let (here, there) = (IPAddress(ipv4: 0x0a00_0001), IPAddress(ipv4: 0x0a00_0002))
    (packet.source, packet.destination) = fromClient ? (here, there) : (there, here)
    packet.hasPorts = true
    (packet.sourcePort, packet.destinationPort) = fromClient ? (40_000, 8080) : (8080, 40_000)
    packet.hasTCP = true
    packet.tcp.flags = flags
    packet.tcp.sequence = fromClient ? next.client : next.server
    packet.tcp.acknowledgment = fromClient ? next.server : next.client
    packet.payloadLength = octets.count
    packet.payloadCaptured = octets.count
    var verdict = Verdict()
    verdict.flow = 7
    verdict.side = fromClient ? .originator : .responder
    streams.receive(
      octets.span, &packet,
      Frame(
        number: frame, time: time, wireLength: octets.count, capturedLength: octets.count, link: .raw),
      verdict)
    let length = UInt32(octets.count) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
    if fromClient { next.client += length } else { next.server += length }
  }

  /// All exchanges, those that were not finished too.
  mutating func all() -> [HTTPExchange] {
    streams.finish()
    streams.drain { exchanges.append($0) }
    return exchanges
  }

  /// A request and what is answered, in a word each.
  static func exchange(
    _ request: String, _ response: String = "HTTP/1.1 200 OK|Content-Length: 0||", bodyMax: Int = 0
  ) -> HTTPExchange? {
    var said = HTTPSaid(bodyMax: bodyMax)
    said.client(request)
    said.server(response)
    return said.all().first
  }
}

/// What each view prints of exchanges.
enum HTTPShown {
  static func line(_ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions()) -> String {
    var printer = HTTPLine(options)
    for exchange in exchanges { printer.print(exchange) }
    return text(printer.out)
  }

  static func json(_ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions()) -> String {
    var printer = HTTPJSON(options)
    for var exchange in exchanges { printer.print(&exchange) }
    return text(printer.out)
  }

  static func zeek(_ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions()) -> String {
    var printer = HTTPZeek(options)
    for exchange in exchanges { printer.print(exchange) }
    return text(printer.out)
  }

  static func har(_ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions()) -> String {
    var printer = HAR(options, version: "0.0")
    for exchange in exchanges { printer.print(exchange) }
    printer.finish()
    return text(printer.out)
  }

  static func routes(
    _ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions(), json: Bool = false
  ) -> String {
    var table = RouteTable(options, json: json)
    for exchange in exchanges { table.count(exchange) }
    table.finish()
    return text(table.out)
  }
}
