// HTTP/2 without TLS: compressed heads, exchanges by stream.

import Testing
import Wire

@testable import Flow

/// Octets out of hexadecimal digits.
private func octets(_ digits: String) -> [UInt8] {
  let letters = Array(digits.filter { !$0.isWhitespace })
  return stride(from: 0, to: letters.count - 1, by: 2).compactMap {
    UInt8(String(letters[$0...$0 + 1]), radix: 16)
  }
}

@Suite struct HPACKTests {
  private func text(_ fields: [HPACK.Field]?) -> [String] {
    (fields ?? []).map {
      "\(String(decoding: $0.name, as: UTF8.self)): \(String(decoding: $0.value, as: UTF8.self))"
    }
  }

  /// RFC 7541 appendix C.4: three requests on one connection, with the Huffman code.
  @Test func requestsOfTheStandard() {
    var table = HPACK()
    #expect(
      text(table.decode(octets("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff").span))
        == [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"])
    #expect(
      text(table.decode(octets("8286 84be 5886 a8eb 1064 9cbf").span)).last == "cache-control: no-cache")
    #expect(
      text(table.decode(octets("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf").span))
        == [
          ":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com",
          "custom-key: custom-value",
        ])
  }

  /// Appendix C.6.1 and C.6.2: the table is too small, and forgets.
  @Test func responsesOfTheStandard() {
    var table = HPACK()
    // The example's table holds 256 octets.
    #expect(table.decode(octets("3fe101").span)?.isEmpty == true)
    let first = octets(
      """
      4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
      63c7 8f0b 97c8 e9ae 82ae 43d3
      """)
    #expect(
      text(table.decode(first.span))
        == [
          ":status: 302", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
          "location: https://www.example.com",
        ])
    #expect(
      text(table.decode(octets("4883 640e ffc1 c0bf").span))
        == [
          ":status: 307", "cache-control: private", "date: Mon, 21 Oct 2013 20:13:21 GMT",
          "location: https://www.example.com",
        ])
  }

  @Test func anyOctetsAreSurvived() {
    var dice = Dice(3)
    for _ in 0..<3000 {
      var table = HPACK()
      for _ in 0..<4 {
        let block = (0..<dice.roll(60)).map { _ in UInt8(dice.roll(256)) }
        if table.decode(block.span) == nil { break }
      }
    }
    for text in ["ff", "80", "c0", "4000", "408f", "0085ffffffffff", "3fffffffff7f", "7f8080808080"] {
      var table = HPACK()
      #expect(table.decode(octets(text).span) == nil, "\(text)")
    }
  }
}

@Suite struct HTTP2Tests {
  private static let ends = StreamEnds(
    originator: IPAddress(ipv4: 1), originatorPort: 40_000, responder: IPAddress(ipv4: 2), responderPort: 80)

  private func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream] + payload
  }

  /// GET or POST / of www.example.com.
  private func request(_ stream: UInt8, ends: Bool, post: Bool = false) -> [UInt8] {
    frame(1, ends ? 5 : 4, stream, [post ? 0x83 : 0x82, 0x86, 0x84] + octets("418cf1e3c2e5f23a6ba0ab90f4ff"))
  }

  private func conversation() -> Conversation<HTTP2Connection> {
    var talk = Conversation(HTTP2Connection(flow: 1, ends: HTTP2Tests.ends, client: .originator))
    talk.opens()
    return talk
  }

  @Test func exchangesAreToldByStream() {
    var talk = conversation()
    let settings = frame(4, 0, 0, [])
    let out =
      HTTP2Connection.preface + settings + request(1, ends: true) + request(3, ends: false, post: true)
      + frame(0, 0x9, 3, [2, 97, 98, 99, 0, 0])
    talk.send(.originator, [], at: 0, out, ack: 0)
    // The second is answered first; the first with an interim response, data in two frames, and trailers.
    let back =
      settings + frame(1, 4, 1, octets("0803313033"))
      + frame(1, 5, 3, [0x89]) + frame(1, 4, 1, [0x88]) + frame(0, 0, 1, [1, 2, 3]) + frame(0, 0, 1, [4])
      + frame(1, 5, 1, octets("400161 0162"))
    talk.send(.responder, [], at: 0, back, ack: out.count)
    let said = talk.reader.done.map { describe($0) }
    #expect(said == ["POST / 3 > 204 0", "GET / 0 > 103 200 4"])
    #expect(talk.reader.done.map(\.stream) == [3, 1])
    #expect(talk.reader.done.first.map { String(decoding: $0.host, as: UTF8.self) } == "www.example.com")
  }

  @Test func aHeadMayGoOnInOtherFrames() {
    var talk = conversation()
    let whole = request(1, ends: true)
    let block = Array(whole.dropFirst(9))
    let out =
      HTTP2Connection.preface + frame(1, 1, 1, Array(block.prefix(5))) + frame(9, 0, 1, Array(block[5..<9]))
      + frame(9, 4, 1, Array(block.dropFirst(9)))
    for (i, octet) in out.enumerated() { talk.send(.originator, [], at: i, [octet], ack: 0) }
    talk.send(.responder, [], at: 0, frame(1, 5, 1, [0x88]), ack: out.count)
    #expect(talk.reader.done.map { describe($0) } == ["GET / 0 > 200 0"])
  }

  @Test func whatFollowsALostOctetIsNotReadByGuess() {
    var talk = conversation()
    let out = HTTP2Connection.preface + request(1, ends: true)
    talk.send(.originator, [], at: 0, out, ack: 0)
    talk.send(.originator, [], at: out.count + 30, request(5, ends: true), ack: 0)
    talk.send(.responder, [], at: 0, frame(1, 5, 1, [0x88]), ack: out.count + 30 + 23)
    talk.ends()
    #expect(talk.reader.done.map { describe($0) } == ["GET / 0 > 200 0"])
    #expect(talk.reader.summary.isUnreadable)
  }

  @Test func aConnectionMayBeginAsHTTP1() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c||")
    let offset = "GET /a HTTP/1.1|Host: h|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c||"
      .replacing("|", with: "\r\n").utf8.count
    let switched = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n".utf8)
    let back = switched + frame(4, 0, 0, []) + frame(1, 4, 1, [0x88]) + frame(0, 1, 1, [1, 2])
    http.talk.send(.responder, [], at: 0, back, ack: offset)
    let out = HTTP2Connection.preface + request(3, ends: true)
    http.talk.send(.originator, [], at: offset, out, ack: back.count)
    http.talk.send(.responder, [], at: back.count, frame(1, 5, 3, [0x8d]), ack: offset + out.count)
    #expect(http.said == ["GET /a 0 > 101 200 2 http2", "GET / 0 > 404 0"])
  }

  @Test func anyOctetsAreSurvived() {
    var dice = Dice(9)
    for _ in 0..<1000 {
      var talk = conversation()
      var out = HTTP2Connection.preface
      for _ in 0..<6 {
        let payload = (0..<dice.roll(40)).map { _ in UInt8(dice.roll(256)) }
        out += frame(UInt8(dice.roll(11)), UInt8(dice.roll(256)), UInt8(dice.roll(4)), payload)
      }
      for side in FlowSide.allCases {
        let octets = side == .originator ? out : Array(out.dropFirst(24))
        talk.sendShuffled(side, octets, from: 0, &dice, pieceMax: 30, spread: 3)
      }
      talk.ends()
      #expect(talk.context.counters.octetsNow == 0)
    }
  }
}
