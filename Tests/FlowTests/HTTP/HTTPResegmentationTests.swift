// Any cuts, orders and repeats of the same octets give the same exchanges and bodies.

import Testing
import Wire

@testable import Flow

@Suite struct HTTPResegmentationTests {
  /// What is said in turn: a client's part, then the server's.
  static let dialogue: [(client: String, server: String)] = [
    ("GET /1 HTTP/1.1|Host: h||", "HTTP/1.1 200 OK|Content-Length: 10||0123456789"),
    (
      "POST /2 HTTP/1.1|Host: h|Content-Length: 12||GET /x HTTP/GET /3 HTTP/1.1|Host: h||",
      "HTTP/1.1 100 Continue||HTTP/1.1 200 OK|Transfer-Encoding: chunked||4|HTTP|9;e=1|/1.1 200 |0|T: x||"
        + "HTTP/1.1 404 Not Found|Content-Type: text/plain|Content-Length: 3||abc"
    ),
    (
      "HEAD /4 HTTP/1.1|Host: h|||PUT /5 HTTP/1.1|Host: h|Transfer-Encoding: chunked||3|abc|0||"
        + "GET /6 HTTP/1.1|Host: h|X: a| b||",
      "HTTP/1.1 200 OK|Content-Length: 4000||HTTP/1.1 204 No Content||HTTP/1.1 304 Not Modified|ETag: x||"
    ),
    ("GET /7 HTTP/1.0|Connection: close||", "HTTP/1.0 200 OK||HTTP/1.1 is not what this is||"),
  ]

  private func summary(_ http: borrowing HTTPTalk) -> [String] {
    http.talk.reader.done.map {
      let bodies = [$0.request?.body ?? [], $0.response?.body ?? []].map {
        String(decoding: $0, as: UTF8.self)
      }
      return "\(describe($0)) \(bodies)"
    }
  }

  private func plain() -> [String] {
    var http = HTTPTalk(bodyMax: 1000)
    for (client, server) in Self.dialogue {
      http.client(client)
      http.server(server)
    }
    http.server("", [.fin])
    http.ends()
    return summary(http)
  }

  @Test func theDialogueIsWhatItIs() {
    let plain = plain()
    #expect(plain.count == 7)
    #expect(plain[1].hasPrefix("POST /2 12 > 100 200 13 [\"GET /x HTTP/\", \"HTTP/1.1 200 "), "\(plain)")
    #expect(plain[6].hasPrefix("GET /7 0 > 200 32"), "\(plain)")
    #expect(!plain.contains { $0.contains("without") })
  }

  @Test(arguments: 1...300)
  func itIsTheSameInAnyPieces(seed: Int) {
    var dice = Dice(UInt64(seed))
    var http = HTTPTalk(bodyMax: 1000)
    for (client, server) in Self.dialogue {
      http.shuffled(.originator, client, &dice)
      http.shuffled(.responder, server, &dice)
    }
    http.server("", [.fin])
    http.ends()
    // How much of a pipeline was there when a response ended depends on the pieces.
    func timeless(_ lines: [String]) -> [String] {
      lines.map { $0.replacing(" pipelined", with: "").replacing(" early_response", with: "") }
    }
    #expect(timeless(summary(http)) == timeless(plain()))
    #expect(http.talk.context.counters.octetsNow == 0)
    #expect(http.talk.context.counters.differingOverlaps == 0)
  }

  @Test func anyOctetsAreSurvived() {
    var dice = Dice(11)
    let text = Array(Self.dialogue.map { $0.client + $0.server }.joined().replacing("|", with: "\r\n").utf8)
    for _ in 0..<2000 {
      var http = HTTPTalk(bodyMax: 10)
      for _ in 0..<12 {
        var piece = Array(text[dice.roll(text.count)...].prefix(dice.roll(200)))
        for _ in 0..<dice.roll(4) where !piece.isEmpty {
          piece[dice.roll(piece.count)] = UInt8(dice.roll(256))
        }
        let side = FlowSide.allCases[dice.roll(2)]
        http.talk.send(side, [], at: dice.roll(600), piece, ack: dice.roll(700))
      }
      http.ends()
      #expect(http.talk.context.counters.octetsNow == 0)
      #expect(http.talk.reader.pending.isEmpty && http.talk.reader.orphans.isEmpty)
    }
  }
}

@Suite struct HTTPBoundTests {
  @Test func aHeaderLineWithoutEndIsGivenUp() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h|X: ")
    for _ in 0..<500 {
      http.client(String(repeating: "x", count: 1000))
      #expect(http.talk.context.counters.octetsNow <= 65_535)
    }
    http.ends()
    #expect(http.talk.context.counters.gapsByBudget > 0)
    #expect(http.talk.context.counters.octetsNow == 0)
  }

  @Test func aChunkSizeWithoutEndIsGivenUp() {
    var http = HTTPTalk()
    http.client("POST /a HTTP/1.1|Host: h|Transfer-Encoding: chunked||")
    for _ in 0..<200 { http.client(String(repeating: "0", count: 1000)) }
    http.ends()
    #expect(http.talk.context.counters.octetsMost <= 65_535)
    #expect(http.said == ["POST /a 0 > ? bad_chunk"])
  }

  @Test func aPipelineWithoutEndIsGivenUp() {
    var http = HTTPTalk()
    for i in 0..<5000 {
      http.client("GET /\(i) HTTP/1.1|Host: h||")
      #expect(http.talk.reader.pending.count <= HTTP1Connection.pipelineMax)
    }
    http.ends()
    #expect(http.talk.reader.done.count == 5000)
    #expect(http.talk.reader.done.contains { $0.anomalies.contains(.longPipeline) })
  }
}
