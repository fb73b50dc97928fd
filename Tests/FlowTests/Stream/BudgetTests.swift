// What all streams take together stays within what is declared, whatever they say.

import Testing
import Wire

@testable import Flow

/// Streams of many flows, each fed with octets in order.
private struct Crowd: ~Copyable {
  var streams: Streams
  private var sent: [UInt64: (client: UInt32, server: UInt32)] = [:]
  private var frame: UInt64 = 0
  private(set) var done: [HTTPExchange] = []

  init(allOctetsMax: Int, bodyMax: Int = 0) {
    var options = StreamOptions()
    options.limits.allOctetsMax = allOctetsMax
    options.bodyMax = bodyMax
    streams = Streams(options)
  }

  mutating func says(_ flow: UInt64, fromClient: Bool, _ octets: [UInt8]) {
    frame += 1
    var at = sent[flow] ?? (1, 1)
    var packet = Packet()
    packet.hasTCP = true
    packet.tcp.flags = [.ack, .psh]
    packet.tcp.sequence = fromClient ? at.client : at.server
    packet.tcp.acknowledgment = fromClient ? at.server : at.client
    packet.payloadLength = octets.count
    packet.payloadCaptured = octets.count
    var verdict = Verdict()
    verdict.flow = flow
    verdict.side = fromClient ? .originator : .responder
    streams.receive(
      octets.span, &packet,
      Frame(
        number: frame, time: Int64(frame) * 1000, wireLength: octets.count, capturedLength: octets.count,
        link: .raw), verdict)
    if fromClient { at.client &+= UInt32(octets.count) } else { at.server &+= UInt32(octets.count) }
    sent[flow] = at
    streams.drain { done.append($0) }
  }

  mutating func client(_ flow: UInt64, _ text: String) {
    says(flow, fromClient: true, Array(text.replacing("|", with: "\r\n").utf8))
  }
  mutating func server(_ flow: UInt64, _ text: String) {
    says(flow, fromClient: false, Array(text.replacing("|", with: "\r\n").utf8))
  }

  mutating func finish() {
    streams.finish()
    streams.drain { done.append($0) }
  }
}

@Suite struct BudgetTests {
  private static let budget = 1 << 20
  private static let long = String(repeating: "x", count: 1000)

  private func holds(_ crowd: borrowing Crowd) -> Bool {
    let counters = crowd.streams.counters
    return counters.octetsMost <= Self.budget && counters.streamsGivenUp > 0
  }

  @Test func halfFinishedRequestsWithoutEnd() {
    var crowd = Crowd(allOctetsMax: Self.budget)
    for flow: UInt64 in 1...20_000 { crowd.client(flow, "GET /\(flow) HTTP/1.1|Host: h|X: \(Self.long)") }
    let isWithin = holds(crowd)
    #expect(isWithin)
    crowd.finish()
    #expect(crowd.streams.counters.octetsNow == 0 && crowd.streams.count == 0)
    // Each is told, as far as it came.
    #expect(crowd.done.count == 20_000)
  }

  @Test func requestsThatNobodyAnswers() {
    var crowd = Crowd(allOctetsMax: Self.budget)
    for round in 1...20 {
      for flow: UInt64 in 1...200 { crowd.client(flow, "GET /\(round) HTTP/1.1|Host: h|X: \(Self.long)||") }
    }
    let isWithin = holds(crowd)
    #expect(isWithin)
    crowd.finish()
    #expect(crowd.streams.counters.octetsNow == 0)
    #expect(crowd.done.count == 4000)
  }

  @Test func bodiesThatAreKept() {
    var crowd = Crowd(allOctetsMax: Self.budget, bodyMax: 1 << 20)
    for round in 0..<20 {
      for flow: UInt64 in 1...200 {
        crowd.client(flow, round == 0 ? "POST /a HTTP/1.1|Host: h|Content-Length: 999999||" : Self.long)
      }
    }
    let isWithin = holds(crowd)
    #expect(isWithin)
    crowd.finish()
    #expect(crowd.streams.counters.octetsNow == 0)
  }

  @Test func chunksAndTrailersWithoutEnd() {
    for tail in ["5|hello|", "0;\(Self.long)", "0|T: \(Self.long)|"] {
      var crowd = Crowd(allOctetsMax: Self.budget)
      for round in 0..<20 {
        for flow: UInt64 in 1...200 {
          crowd.client(
            flow, round == 0 ? "POST /a HTTP/1.1|Host: h|Transfer-Encoding: chunked||" : tail)
        }
      }
      #expect(crowd.streams.counters.octetsMost <= Self.budget)
      crowd.finish()
      #expect(crowd.streams.counters.octetsNow == 0)
    }
  }

  @Test func headsOfHTTP2() {
    var crowd = Crowd(allOctetsMax: Self.budget)
    let value = [UInt8](repeating: 0x78, count: 120)
    for flow: UInt64 in 1...100 {
      crowd.says(flow, fromClient: true, HTTP2Connection.preface)
      for stream in 0..<40 {
        // A request whose field goes into the table, and no answer.
        let block = [0x82, 0x86, 0x84, 0x40, 1, 0x61, UInt8(value.count)] + value
        crowd.says(
          flow, fromClient: true,
          [0, 0, UInt8(block.count), 1, 5, 0, 0, 0, UInt8(2 * stream + 1)] + block)
      }
    }
    let isWithin = holds(crowd)
    #expect(isWithin)
    crowd.finish()
    #expect(crowd.streams.counters.octetsNow == 0)
  }

  @Test func whoeverWasGivenUpIsHeardAgain() {
    var crowd = Crowd(allOctetsMax: Self.budget)
    crowd.client(1, "GET /first HTTP/1.1|Host: h||")
    crowd.server(1, "HTTP/1.1 200 OK|Content-Length: 0||")
    for flow: UInt64 in 2...2000 { crowd.client(flow, "GET /a HTTP/1.1|Host: h|X: \(Self.long)") }
    let isWithin = holds(crowd)
    #expect(isWithin)
    crowd.client(1, "GET /second HTTP/1.1|Host: h||")
    crowd.server(1, "HTTP/1.1 200 OK|Content-Length: 0||")
    let told = crowd.done.filter { $0.flow == 1 }.map { describe($0) }
    #expect(told == ["GET /first 0 > 200 0", "GET /second 0 > 200 0"])
  }

  @Test func whoeverTalksIsNotGivenUp() {
    var crowd = Crowd(allOctetsMax: Self.budget)
    crowd.client(1, "GET /a HTTP/1.1|Host: h||")
    crowd.server(1, "HTTP/1.1 200 OK|Content-Length: 100000||")
    for flow: UInt64 in 2...2000 {
      crowd.client(flow, "GET /a HTTP/1.1|Host: h|X: \(Self.long)")
      if flow % 20 == 0 { crowd.server(1, Self.long) }
    }
    let isWithin = holds(crowd)
    #expect(isWithin)
    let told = crowd.done.filter { $0.flow == 1 }.map { describe($0) }
    #expect(told.isEmpty || told == ["GET /a 0 > 200 100000"], "\(told)")
  }
}
