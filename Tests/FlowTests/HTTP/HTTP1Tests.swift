// HTTP/1 as it is spoken: pairs, bodies, what has none, what goes on as something else.

import Testing
import Wire

@testable import Flow

@Suite struct HTTP1Tests {
  @Test func aRequestAndItsResponse() throws {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 5||hello")
    #expect(http.said == ["GET /a 0 > 200 5"])
    let exchange = try #require(http.talk.reader.done.first)
    #expect(exchange.timeToFirstOctet == 1_000_000 && exchange.duration == 1_000_000)
    #expect(exchange.index == 1 && !exchange.isReused && exchange.keepsAlive && exchange.idleBefore == nil)
    #expect(exchange.request?.first.frame == 4 && exchange.response?.last.frame == 5)
    // Nothing was copied but the heads themselves.
    #expect(http.talk.context.counters.octetsHeld + http.talk.context.counters.octetsCarried == 0)
  }

  @Test func oneAfterTheOtherOnOneConnection() throws {
    var http = HTTPTalk()
    for i in 1...3 {
      http.wait(10)
      http.client("GET /\(i) HTTP/1.1|Host: h||")
      http.server("HTTP/1.1 200 OK|Content-Length: \(i)||")
      http.server(String(repeating: "x", count: i))
    }
    #expect(http.said == ["GET /1 0 > 200 1", "GET /2 0 > 200 2", "GET /3 0 > 200 3"])
    #expect(http.talk.reader.done.map(\.index) == [1, 2, 3])
    #expect(http.talk.reader.done.map(\.isReused) == [false, true, true])
    #expect(http.talk.reader.done.map(\.idleBefore) == [nil, 11_000_000, 11_000_000])
  }

  @Test func manyInOneSegmentAndOneInMany() {
    var http = HTTPTalk()
    http.client("GET /1 HTTP/1.1|Host: h||POST /2 HTTP/1.1|Host: h|Content-Length: 3||abcHEAD /3 HT")
    http.client("TP/1.1|Ho")
    http.client("st: h||GET /4 HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 2||okHTTP/1.1 201 Created|Content-Length: 0||HTTP/1.1 200")
    http.server(" OK|Content-Length: 99||HTTP/1.1 404 Not Found|Content-Length: 4||gone")
    #expect(
      http.said == [
        "GET /1 0 > 200 2", "POST /2 3 > 201 0 pipelined", "HEAD /3 0 > 200 0 pipelined",
        "GET /4 0 > 404 4 pipelined",
      ])
  }

  @Test func whatHasNoBody() {
    var http = HTTPTalk()
    http.client("HEAD /a HTTP/1.1|Host: h||GET /b HTTP/1.1|Host: h||GET /c HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: chunked||HTTP/1.1 204 No Content|Content-Length: 7||")
    http.server("HTTP/1.1 304 Not Modified|Content-Length: 700||")
    #expect(
      http.said == ["HEAD /a 0 > 200 0", "GET /b 0 > 204 0 pipelined", "GET /c 0 > 304 0 pipelined"])
  }

  @Test func chunksWithExtensionsAndTrailers() {
    var http = HTTPTalk()
    http.client(
      "POST /a HTTP/1.1|Host: h|Transfer-Encoding: chunked||5|hello|6;x=\"y\"| world|0|Sum: 1|T: 2||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||a|0123456789|00|")
    http.server("|HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["POST /a 11 > 200 10", "? > 200 0 unsolicited_response"])
  }

  @Test func untilTheConnectionCloses() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.0||")
    http.server("HTTP/1.0 200 OK||part ")
    http.server("and part")
    #expect(http.said.isEmpty)
    http.server("", [.fin])
    #expect(http.said == ["GET /a 0 > 200 13"])
    #expect(http.talk.reader.done.first?.response?.framing == .untilClose)
    #expect(http.talk.reader.done.first?.keepsAlive == false)
  }

  @Test func aResetLeavesItUnfinished() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 100||0123456789")
    http.reset(by: .responder)
    #expect(http.said == ["GET /a 0 > 200 10 without response_end"])
    var other = HTTPTalk()
    other.client("GET /a HTTP/1.1|Host: h||")
    other.server("HTTP/1.1 200 OK||0123456789")
    other.reset(by: .responder)
    #expect(other.said == ["GET /a 0 > 200 10 without response_end"])
  }

  @Test func interimResponsesAreNoAnswers() {
    var http = HTTPTalk()
    http.client("PUT /a HTTP/1.1|Host: h|Content-Length: 4|Expect: 100-continue||")
    http.server("HTTP/1.1 100 Continue||")
    http.client("body")
    http.server("HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["PUT /a 4 > 100 103 200 0"])
  }

  @Test func anAnswerBeforeTheRequestEnds() {
    var http = HTTPTalk()
    http.client("POST /a HTTP/1.1|Host: h|Content-Length: 8||1234")
    http.server("HTTP/1.1 413 Too Large|Content-Length: 2||no")
    #expect(http.said.isEmpty)
    http.client("5678")
    #expect(http.said == ["POST /a 8 > 413 2 early_response"])
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said.last == "GET /b 0 > 200 0")
  }

  @Test func aTunnelIsNoHTTPAnyMore() {
    var http = HTTPTalk()
    http.client("CONNECT h:443 HTTP/1.1|Host: h:443||")
    http.server("HTTP/1.1 407 Who?|Content-Length: 2||no")
    http.client("CONNECT h:443 HTTP/1.1|Host: h:443||")
    http.server("HTTP/1.1 200 Yes|Content-Length: 9||")
    http.client("GET /inside HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.ends()
    #expect(http.said == ["CONNECT h:443 0 > 407 2", "CONNECT h:443 0 > 200 0 tunnel"])
  }

  @Test func aClientMayTalkOnBehindCONNECT() {
    var http = HTTPTalk()
    http.client("CONNECT h:443 HTTP/1.1|Host: h:443||")
    http.client("\u{16}\u{3}\u{1} hello")
    http.server("HTTP/1.1 200 Yes||\u{16}\u{3}\u{3} hello")
    http.ends()
    #expect(http.said == ["CONNECT h:443 0 > 200 0 tunnel"])
  }

  @Test(arguments: [("websocket", "webSocket"), ("raw", "other")])
  func anUpgradeIsToldAsSuch(name: String, kind: String) {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: \(name)||")
    http.server("HTTP/1.1 101 Switching Protocols|Upgrade: \(name)|Connection: Upgrade||\u{81}\u{5}hello")
    http.client("\u{81}\u{5}hello")
    http.ends()
    #expect(http.said == ["GET /a 0 > 101 0 \(kind)"])
  }

  @Test func anUpgradeThatIsNotTakenChangesNothing() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: h2c||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 0", "GET /b 0 > 200 0"])
  }

  @Test func theOldestRequestHasOneLine() {
    var http = HTTPTalk()
    http.client("GET /a|")
    http.server("<html>no head</html>", [.fin])
    #expect(http.said == ["GET /a 0 > 0 20"])
    var answered = HTTPTalk()
    answered.client("GET /a|")
    answered.server("HTTP/1.1 400 Bad Request|Content-Length: 0||")
    #expect(answered.said == ["GET /a 0 > 400 0"])
  }

  @Test func anAbsoluteTargetNamesItsHost() throws {
    var http = HTTPTalk()
    http.client("GET http://user:pw@there:81/p?q#f HTTP/1.1|Host: here||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    let exchange = try #require(http.talk.reader.done.first)
    #expect(String(decoding: exchange.host, as: UTF8.self) == "there:81")
    #expect(String(decoding: exchange.path, as: UTF8.self) == "/p")
  }

  @Test func theServerMayHaveOpenedTheConnection() {
    var http = HTTPTalk()
    http.server("GET /a HTTP/1.1|Host: h||")
    http.client("HTTP/1.1 200 OK|Content-Length: 1||x")
    #expect(http.said == ["GET /a 0 > 200 1"])
    #expect(http.talk.reader.done.first?.client == .responder)
  }

  @Test func aRequestThatMeetsAClosedServerIsNotAnswered() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.server("", [.fin])
    http.client("GET /b HTTP/1.1|Host: h||")
    http.reset(by: .responder)
    #expect(http.said == ["GET /a 0 > 200 0", "GET /b 0 > ?"])
    #expect(http.talk.reader.done.map(\.isAfterClose) == [false, true])
  }

  @Test func bodiesAreKeptAsFarAsAsked() {
    var http = HTTPTalk(bodyMax: 6)
    http.client("POST /a HTTP/1.1|Host: h|Content-Length: 4||abcd")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: chunked||3|xyz|3|uvw|3|123|0||")
    let exchange = http.talk.reader.done.first
    #expect(exchange?.request?.body == Array("abcd".utf8))
    #expect(exchange?.response?.body == Array("xyzuvw".utf8))
    #expect(exchange?.response?.bodyLength == 9)
  }

  @Test func octetsOfOthersAreLeftAlone() {
    for text in [
      "OPTIONS rtsp://h/ RTSP/1.0|CSeq: 1||", "OPTIONS sip:h SIP/2.0||", "SSH-2.0-OpenSSH|", "EHLO there|",
      "\u{16}\u{3}\u{1}", "get key|", "GETTING on|", "HTTPS is not it", "*1|$4|PING|", "GET key|", "GET |",
      "GET|",
    ] {
      let octets = Array(text.replacing("|", with: "\r\n").utf8)
      #expect(http1Message(octets.span) != .mine, "\(text)")
    }
    for text in [
      "GET / HTTP/1.1|", "REPORT /x HTTP/1.1|", "BREW /pot HTTP/1.0|", "HTTP/1.1 200|",
      "M-SEARCH * HTTP/1.1|",
      "||GET / HTTP/1.1|", "PROPFIND /long", "GET /|", "POST /x|",
    ] {
      let octets = Array(text.replacing("|", with: "\r\n").utf8)
      #expect(http1Message(octets.span) == .mine, "\(text)")
    }
  }
}
