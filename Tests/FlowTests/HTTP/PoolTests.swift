// What clients do with their connections, from packets to advice.

import Testing
import Wire

@testable import Flow

/// Connections between one client and one server, told segment by segment.
struct PoolTalk: ~Copyable {
  var tracker = Tracker(secret: FlowSecret(seed: 3))
  var streams = Streams()
  var pools = Pools()
  private(set) var said: [String] = []
  private var number: UInt64 = 0
  var time: Int64 = 1_000_000_000_000
  /// What each side of a connection has sent, by the client's port.
  private var sent: [UInt16: (UInt32, UInt32)] = [:]

  mutating func wait(_ milliseconds: Int64) { time += milliseconds * 1_000_000 }

  mutating func send(_ port: UInt16, fromClient: Bool, _ flags: TCPFlags, _ text: String = "") {
    number += 1
    time += 1_000_000
    let octets = Array(text.replacing("|", with: "\r\n").utf8)
    var (out, back) = sent[port] ?? (100, 900)
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.hasPorts = true
    packet.hasTCP = true
    let (client, server) = (IPAddress(ipv4: 0x0a00_0001), IPAddress(ipv4: 0x0a00_0002))
    (packet.source, packet.destination) = fromClient ? (client, server) : (server, client)
    (packet.sourcePort, packet.destinationPort) = fromClient ? (port, 8080) : (8080, port)
    packet.tcp.flags = flags
    packet.tcp.sequence = fromClient ? out : back
    packet.tcp.acknowledgment = flags.contains(.ack) ? (fromClient ? back : out) : 0
    packet.payloadLength = octets.count
    packet.payloadCaptured = octets.count
    let taken = UInt32(octets.count) + (flags.contains(.syn) || flags.contains(.fin) ? 1 : 0)
    if fromClient { out += taken } else { back += taken }
    sent[port] = (out, back)
    let frame = Frame(
      number: number, time: time, wireLength: 60, capturedLength: 60, link: .ethernet)
    let verdict = tracker.receive(&packet, frame)
    streams.receive(octets.span, &packet, frame, verdict)
    collect()
  }

  mutating func opens(_ port: UInt16) {
    send(port, fromClient: true, .syn)
    send(port, fromClient: false, [.syn, .ack])
    send(port, fromClient: true, .ack)
  }

  mutating func asks(_ port: UInt16, _ fields: String = "") {
    send(port, fromClient: true, [.ack, .psh], "GET /x HTTP/1.1|Host: h|\(fields)|")
  }

  mutating func answers(_ port: UInt16) {
    send(port, fromClient: false, [.ack, .psh], "HTTP/1.1 200 OK|Content-Length: 2||ok")
  }

  mutating func closes(_ port: UInt16, client: Bool) {
    send(port, fromClient: client, [.fin, .ack])
    send(port, fromClient: !client, [.fin, .ack])
    send(port, fromClient: client, .ack)
  }

  private mutating func collect() {
    var exchanges: [HTTPExchange] = []
    streams.drain { exchanges.append($0) }
    for exchange in exchanges {
      pools.count(exchange)
      said.append(describe(exchange))
    }
  }

  mutating func figures() -> [PoolFigures] {
    streams.finish()
    collect()
    tracker.finish()
    var ended: [EndedFlow] = []
    tracker.drain { ended.append($0) }
    for flow in ended { pools.end(flow) }
    return pools.finish()
  }
}

@Suite struct PoolTests {
  @Test func aPoolThatKeepsItsConnections() throws {
    var talk = PoolTalk()
    for port: UInt16 in 40_001...40_002 { talk.opens(port) }
    for _ in 0..<5 {
      for port: UInt16 in 40_001...40_002 {
        talk.asks(port)
        talk.answers(port)
      }
    }
    let pool = try #require(talk.figures().first)
    #expect((pool.connections, pool.requests, pool.reused) == (2, 10, 8))
    #expect(pool.reuseRatio == 0.8 && pool.concurrentMax == 2 && pool.open == 2)
    #expect(pool.idle.count == 8 && pool.findings.isEmpty)
  }

  @Test func aRequestThatMeetsAClosedConnection() throws {
    var talk = PoolTalk()
    talk.opens(40_001)
    talk.asks(40_001)
    talk.answers(40_001)
    talk.wait(5000)
    talk.send(40_001, fromClient: false, [.fin, .ack])  // 6
    talk.send(40_001, fromClient: true, .ack)
    talk.wait(300)
    talk.asks(40_001)  // 8
    talk.send(40_001, fromClient: false, .rst)  // 9
    let pool = try #require(talk.figures().first)
    #expect(pool.deadReuse == 1)
    let example = try #require(pool.deadReuses.first)
    #expect((example.finFrame, example.requestFrame, example.resetFrame) == (6, 8, 9))
    #expect(example.after == 302_000_000)
    #expect(pool.learnedKeepAlive == 5_001_000_000)
    #expect(pool.findings.map(\.rule) == [.deadReuse, .serverKeepAlive])
    #expect(pool.findings.first?.frames == [6, 8, 9])
  }

  @Test func aConnectionForEachRequest() throws {
    var talk = PoolTalk()
    for port: UInt16 in 40_001...40_012 {
      talk.opens(port)
      talk.asks(port, "Connection: close|")
      talk.answers(port)
      talk.closes(port, client: true)
    }
    let pool = try #require(talk.figures().first)
    #expect((pool.connections, pool.requests, pool.reused) == (12, 12, 0))
    #expect(pool.timeWait == 12 && pool.concurrentMax == 1 && pool.closeAsked == 12)
    #expect(pool.findings.map(\.rule) == [.connectionPerRequest])
  }

  @Test func connectionsThatAreClosedTooSoon() throws {
    var talk = PoolTalk()
    for port: UInt16 in 40_001...40_006 {
      talk.opens(port)
      for _ in 0..<2 {
        talk.asks(port)
        talk.answers(port)
      }
      talk.closes(port, client: true)
      talk.wait(200)
    }
    let pool = try #require(talk.figures().first)
    #expect(pool.closedEarly == 6 && pool.openedAgain == 5)
    #expect(pool.findings.map(\.rule) == [.idlePoolTooSmall])
  }

  @Test func connectionsThatTheClientForgets() throws {
    var talk = PoolTalk()
    for port: UInt16 in 40_001...40_003 {
      talk.opens(port)
      talk.asks(port)
      talk.answers(port)
      talk.asks(port)
      talk.answers(port)
      talk.send(port, fromClient: false, [.fin, .ack])
      talk.send(port, fromClient: true, .ack)
    }
    talk.wait(60_000)
    talk.send(40_001, fromClient: true, .ack)
    let pool = try #require(talk.figures().first)
    #expect(pool.closeWait == 3 && pool.closeWaitMost > 60_000_000_000)
    #expect(pool.findings.first?.rule == .closeWait && pool.findings.first?.severity == .warning)
  }

  @Test func hostsAreToldApartWhateverTheirCase() {
    var talk = PoolTalk()
    talk.opens(40_001)
    talk.send(40_001, fromClient: true, [.ack, .psh], "GET / HTTP/1.1|Host: One||")
    talk.answers(40_001)
    talk.send(40_001, fromClient: true, [.ack, .psh], "GET / HTTP/1.1|Host: two||")
    talk.answers(40_001)
    talk.send(40_001, fromClient: true, [.ack, .psh], "GET / HTTP/1.1|Host: one||")
    talk.answers(40_001)
    let pools = talk.figures()
    #expect(pools.map { String(decoding: $0.host, as: UTF8.self) } == ["one", "two"])
    #expect(pools.map(\.requests) == [2, 1] && pools.map(\.connections) == [1, 1])
  }
}

@Suite struct StreamsTests {
  @Test func placesAreFoundThroughManyChanges() {
    var table = SerialTable()
    var dice = Dice(5)
    var kept: [UInt64] = []
    for serial: UInt64 in 1...4000 {
      table.insert(serial, Int(serial % 1000))
      kept.append(serial)
      if dice.roll(3) > 0 {
        let old = kept.remove(at: dice.roll(kept.count))
        #expect(table.remove(old) == Int(old % 1000))
        #expect(table.find(old) == nil)
      }
    }
    #expect(table.count == kept.count && table.all == kept.sorted())
    for serial in kept { #expect(table.find(serial) == Int(serial % 1000)) }
    #expect(table.remove(30_000) == nil)
  }

  @Test func aBotchedRequestIsToldByItsAnswer() {
    var talk = PoolTalk()
    talk.opens(40_001)
    talk.send(40_001, fromClient: true, [.ack, .psh], "GET/HTTP/1.1||")
    talk.send(40_001, fromClient: false, [.ack, .psh], "HTTP/1.1 400 Bad Request|Content-Length: 0||")
    #expect(talk.said == ["? > 400 0 bad_start"])
    var streams = PoolTalk()
    streams.opens(40_001)
    streams.send(40_001, fromClient: true, [.ack, .psh], "SSH-2.0-x|")
    streams.send(40_001, fromClient: false, [.ack, .psh], "SSH-2.0-y|")
    #expect(streams.streams.counters.octetsNow == 0 && streams.streams.counters.octetsMost > 0)
  }
}
