// HTTP/1 with octets missing, and messages that lie about their length.

import Testing
import Wire

@testable import Flow

@Suite struct HTTPGapTests {
  @Test func aHoleInsideABodyIsPassedBy() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 30||0123456789")
    http.loses(.responder, 10)
    http.server("0123456789")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 30 without response_octets", "GET /b 0 > 200 0"])
    #expect(http.talk.reader.done.first?.response?.missing == 10)
  }

  @Test func aHoleRightBehindAHeadIsPassedByToo() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 20||")
    http.loses(.responder, 20)
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 20 without response_octets", "GET /b 0 > 200 0"])
  }

  @Test func aHoleInAResponsesHeadCostsThisResponseOnly() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-")
    http.loses(.responder, 20)
    http.server("rest of a body")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 201 Created|Content-Length: 3||abc")
    #expect(http.said == ["GET /a 0 > ?", "GET /b 0 > 201 3"])
  }

  @Test func aHoleInARequestCostsThisRequestOnly() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.loses(.originator, 40)
    http.server("HTTP/1.1 201 Lost|Content-Length: 2||ok")
    http.wait(100)
    http.client("GET /c HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 202 Accepted|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 0", "? > 201 2", "GET /c 0 > 202 0"])
    #expect(http.talk.reader.done.allSatisfy { $0.anomalies.isEmpty })
  }

  @Test func aPipelineWithAHoleIsNotPairedByGuess() {
    var http = HTTPTalk()
    http.client("GET /1 HTTP/1.1|Host: h||GET /2 HTTP/1.1|Host: h||GET /3 HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 1||1")
    http.loses(.responder, 60)
    http.server("HTTP/1.1 203 OK|Content-Length: 1||3")
    http.client("GET /4 HTTP/1.1|Host: h||")
    http.ends()
    #expect(http.said.first == "GET /1 0 > 200 1")
    #expect(!http.said.contains { $0.hasPrefix("GET /2") && $0.contains("203") })
    #expect(!http.said.contains { $0.hasPrefix("GET /4") && $0.contains("203") })
    #expect(http.said.contains("? > 203 1"))
  }

  @Test func aHoleBetweenChunksLosesTheFramingOfThisMessage() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|")
    http.loses(.responder, 12)
    http.server("lo|0||")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 5 without response_end", "GET /b 0 > 200 0"])
  }

  @Test func aHoleInsideAChunkDoesNot() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: chunked||14|hello")
    http.loses(.responder, 12)
    http.server("one|0||")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 20 without response_octets", "GET /b 0 > 200 0"])
  }

  @Test func responsesAlone() {
    var http = HTTPTalk(isOpened: false)
    http.server("HTTP/1.1 200 OK|Content-Length: 2||okHTTP/1.1 404 No|Content-Length: 0||")
    // The answer to HEAD tells a length and has no body.
    http.server("HTTP/1.1 200 OK|Content-Length: 5000||")
    http.server("HTTP/1.1 204 None||")
    http.ends()
    #expect(http.said == ["? > 200 2", "? > 404 0", "? > 200 0", "? > 204 0"])
  }

  @Test func requestsAlone() {
    var http = HTTPTalk(isOpened: false)
    for i in 1...3 { http.client("GET /\(i) HTTP/1.1|Host: h||") }
    http.ends()
    #expect(http.said.count == 3 && http.said[0] == "GET /1 0 > ?")
  }
}

@Suite struct HTTPAnomalyTests {
  private func request(_ head: String, _ then: String = "") -> String {
    var http = HTTPTalk()
    http.client("\(head)||\(then)")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.ends()
    return http.said.first ?? "-"
  }

  @Test func bothLengths() {
    let said = request(
      "POST /a HTTP/1.1|Host: h|Content-Length: 4|Transfer-Encoding: chunked", "3|abc|0||")
    #expect(said == "POST /a 3 > 200 0 te_and_length")
  }

  @Test(arguments: ["-1", "+5", "0x5", "5 5", "5,6", "", "99999999999999999999", "1e3"])
  func aLengthThatIsNone(value: String) {
    let said = request("POST /a HTTP/1.1|Host: h|Content-Length: \(value)", "abcde")
    #expect(said == "POST /a 0 > 200 0 without request_end bad_length")
  }

  @Test func twoLengthsThatDiffer() {
    #expect(
      request("POST /a HTTP/1.1|Host: h|Content-Length: 5|Content-Length: 6", "abcde")
        == "POST /a 0 > 200 0 without request_end bad_length")
    #expect(
      request("POST /a HTTP/1.1|Host: h|Content-Length: 5|content-length: 5", "abcde")
        == "POST /a 5 > 200 0 repeated_length")
    #expect(request("POST /a HTTP/1.1|Host: h|Content-Length: 0005", "abcde") == "POST /a 5 > 200 0")
  }

  @Test(arguments: ["xchunked", "chunked, gzip", "chunked, chunked", "\u{b}chunked", "cow"])
  func aTransferEncodingThatIsNone(value: String) {
    let said = request("POST /a HTTP/1.1|Host: h|Transfer-Encoding: \(value)", "3|abc|0||")
    #expect(said.hasPrefix("POST /a 0 > 200 0 without request_end"))
    #expect(said.contains("bad_transfer_encoding"))
  }

  @Test func linesThatEndOtherwise() {
    #expect(request("GET /a HTTP/1.1\nHost: h") == "GET /a 0 > 200 0 bare_lf")
    #expect(request("GET /a HTTP/1.1|Host: h|X: a\rb") == "GET /a 0 > 200 0 bare_cr")
    #expect(request("GET /a HTTP/1.1|Host: h|X: a\u{0}b") == "GET /a 0 > 200 0 control_octet")
    #expect(request("GET /a HTTP/1.1|Host: h|X: a| b") == "GET /a 0 > 200 0 obs_fold")
    #expect(request("GET /a HTTP/1.1|Host : h") == "GET /a 0 > 200 0 space_before_colon")
    #expect(request("GET /a HTTP/1.1|Host: h|no field") == "GET /a 0 > 200 0 bad_field")
    #expect(
      request("POST /a HTTP/1.1|Host: h|Transfer-Encoding:|  chunked", "1|x|0||")
        == "POST /a 1 > 200 0 obs_fold")
  }

  @Test func firstLinesThatAreOdd() {
    #expect(request("GET /a b HTTP/1.1|Host: h") == "GET /a b 0 > 200 0 space_in_target")
    #expect(request("GET /a HTTP/1.1") == "GET /a 0 > 200 0 missing_host")
    #expect(request("GET /a HTTP/1.1|Host: h|Host: i") == "GET /a 0 > 200 0 repeated_host")
    #expect(request("GET /a HTTP/2.7|Host: h") == "GET /a 0 > 200 0 bad_version")
  }

  @Test(arguments: ["zz|", "-1|", "fffffffffffffffff|", "|", "5|hello5|"])
  func aChunkThatIsNone(chunks: String) {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: chunked||\(chunks)")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said.first?.hasSuffix("without response_end bad_chunk") == true, "\(http.said)")
    #expect(http.said.last == "GET /b 0 > 200 0")
  }

  @Test func aResponseThatNobodyAskedFor() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    http.server("HTTP/1.1 408 Timeout|Content-Length: 0|Connection: close||", [.fin])
    #expect(http.said == ["GET /a 0 > 200 0", "? > 408 0 unsolicited_response"])
  }

  @Test func octetsBehindABodyAreNoMessage() {
    var http = HTTPTalk()
    http.client("GET /a HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 3||more than three")
    http.client("GET /b HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 200 OK|Content-Length: 0||")
    #expect(http.said == ["GET /a 0 > 200 3 bad_start", "GET /b 0 > 200 0"])
  }

  /// Every anomaly that records may name has a conversation here that shows it.
  static let stories: [(name: String, client: String, server: String)] = {
    let (head, ok) = ("GET /a HTTP/1.1|Host: h", "HTTP/1.1 200 OK|Content-Length: 0||")
    let post = "POST /a HTTP/1.1|Host: h"
    return [
      ("te_and_length", "\(post)|Content-Length: 4|Transfer-Encoding: chunked||0||", ok),
      ("te_in_http10", "POST /a HTTP/1.0|Transfer-Encoding: chunked||0||", ok),
      ("bad_transfer_encoding", "\(post)|Transfer-Encoding: cow||", ok),
      ("bad_length", "\(post)|Content-Length: -1||", ok),
      ("repeated_length", "\(post)|Content-Length: 1, 1||x", ok), ("bare_lf", "\(head)\n|", ok),
      ("bare_cr", "\(head)|X: a\rb||", ok), ("control_octet", "\(head)|X: a\u{b}b||", ok),
      ("obs_fold", "\(head)|X: a|\tb||", ok), ("space_before_colon", "\(head)|X : a||", ok),
      ("bad_field", "\(head)|: a||", ok), ("bad_field", "GET /a HTTP/1.1| X: folded|Host: h||", ok),
      ("bad_version", "GET /a HTTP/1.x|Host: h||", ok),
      ("space_in_target", "GET /a b HTTP/1.1|Host: h||", ok),
      ("bad_status", "\(head)||", "HTTP/1.1 99 Low|Content-Length: 0||"),
      ("bad_status", "\(head)||", "HTTP/1.1 two OK|Content-Length: 0||"),
      ("missing_host", "GET /a HTTP/1.1||", ok), ("repeated_host", "\(head)|Host: i||", ok),
      ("bad_chunk", "\(head)||", "HTTP/1.1 200 OK|Transfer-Encoding: chunked||xyz|"),
      ("bad_start", "\(head)||", "\(ok)what is this|"),
      (
        "long_head", "\(head)|X: \(String(repeating: "x", count: 70_000))",
        "HTTP/1.1 431 Long|Content-Length: 0||"
      ),
      ("unsolicited_response", "\(head)||", ok + ok),
      ("early_response", "\(post)|Content-Length: 9||x", ok),
      ("long_pipeline", String(repeating: "\(head)||", count: 1001), ""),
    ]
  }()

  @Test func everyAnomalyHasItsStory() {
    for (name, client, server) in Self.stories {
      var http = HTTPTalk()
      // Segments of the usual size.
      for part in [client, server].enumerated() {
        var rest = Substring(part.element)
        while !rest.isEmpty {
          let piece = String(rest.prefix(1400))
          rest = rest.dropFirst(1400)
          if part.offset == 0 { http.client(piece) } else { http.server(piece) }
        }
      }
      http.ends()
      #expect(
        http.said.contains { $0.split(separator: " ").contains(name[...]) }, "\(name): \(http.said.prefix(3))"
      )
      // Nothing but what it is for, and what follows from it.
      #expect(http.talk.context.counters.octetsNow == 0)
    }
    let told = Set(Self.stories.map(\.name))
    #expect(told == Set(HTTPAnomalies.names.map { "\($0)" }))
  }

  @Test func anOrdinaryConversationHasNone() {
    var http = HTTPTalk()
    http.client("GET /a?b=c HTTP/1.1|Host: h|Accept: a\tb||")
    http.server("HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||5;a=b|hello|0|T: x||")
    http.client("OPTIONS * HTTP/1.1|Host: h||")
    http.server("HTTP/1.1 204 No Content|X: \u{e9}||")
    #expect(http.said == ["GET /a?b=c 0 > 200 5", "OPTIONS * 0 > 204 0"])
  }
}
