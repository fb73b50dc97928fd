// HTTP exchanges as lines, records and Zeek's log: heads, bodies, upgrades, what harms nobody.

import Flow
import Foundation
import Testing

@testable import Report

@Suite struct HTTPLineTests {
  private func shown(
    _ request: String, _ response: String, _ change: (inout HTTPViewOptions) -> Void = { _ in }
  ) -> [String] {
    var options = HTTPViewOptions()
    change(&options)
    guard let exchange = HTTPSaid.exchange(request, response, bodyMax: options.bodyMax) else { return [] }
    return HTTPShown.line([exchange], options).split(separator: "\n").map(String.init)
  }

  @Test func oneLineHasItAll() {
    let lines = shown(
      "POST /a?b=1 HTTP/1.1|Host: h|Content-Length: 3||abc",
      "HTTP/1.1 201 Created|Content-Length: 5||hello")
    #expect(
      lines == [
        "2023-11-14T22:13:20.001000000Z 10.0.0.1:40000 > 10.0.0.2:8080 POST h /a?b=1 HTTP/1.1 201, "
          + "3 octets out, 5 back, ttfb 1.000 ms, total 1.000 ms, new"
      ])
  }

  @Test func headsStandBelow() {
    let lines = shown(
      "GET / HTTP/1.1|Host: h|Accept: */*||", "HTTP/1.1 200 OK|Server: s|Content-Length: 0||"
    ) { $0.headers = true }
    #expect(
      lines.dropFirst() == [
        "    > Host: h", "    > Accept: */*", "    < Server: s", "    < Content-Length: 0",
      ])
  }

  @Test func bodiesStandBelowAsFarAsAsked() {
    let (request, response) = (
      "POST / HTTP/1.1|Host: h|Content-Length: 3||abc", "HTTP/1.1 200 OK|Content-Length: 9||123456789"
    )
    #expect(
      shown(request, response) { $0.bodyMax = 5 }.dropFirst() == ["    >> abc", "    << 12345 … (9 octets)"])
    #expect(shown(request, response) { $0.bodyMax = 9 }.last == "    << 123456789")
    #expect(shown(request, response).count == 1)
  }

  @Test func controlOctetsReachNoTerminal() {
    for line in shown(
      "GET /\u{1b}[2J HTTP/1.1|Host: \u{7}h\u{1b}]0;x\u{7}|X: a\u{8}b|User-Agent: \u{9b}x||",
      "HTTP/1.1 200 \u{1b}c|Y: \u{1b}[31m|Content-Length: 3||\u{1b}[H",
      {
        $0.headers = true
        $0.bodyMax = 10
      })
    {
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159).contains($0.value) }, "\(line)")
    }
  }

  @Test func whatGoesOnAsSomethingElseIsTold() {
    for (name, word) in [("websocket", "websocket"), ("WebSocket", "websocket"), ("irc", "other")] {
      let line = shown(
        "GET /s HTTP/1.1|Host: h|Connection: Upgrade|Upgrade: \(name)||",
        "HTTP/1.1 101 Switching Protocols|Connection: Upgrade|Upgrade: \(name)||")
      #expect(line.last?.hasSuffix("new, now \(word)") == true, "\(line)")
    }
    let tunnel = shown("CONNECT h:443 HTTP/1.1|Host: h:443||", "HTTP/1.1 200 OK||")
    #expect(tunnel.last?.hasSuffix("new, now connect") == true, "\(tunnel)")
    // 101 to HTTP/2 comes before its answer; here nothing follows it.
    let two = shown(
      "GET / HTTP/1.1|Host: h|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk||",
      "HTTP/1.1 101 Switching Protocols|Connection: Upgrade|Upgrade: h2c||")
    #expect(two.last?.contains(" 101 - (no response)") == true, "\(two)")
    #expect(two.last?.contains("now h2c") == true, "\(two)")
  }

  @Test func whatIsUnusualStandsAtTheEnd() {
    let line = shown(
      "POST /a b HTTP/1.1|Transfer-Encoding: chunked|Content-Length: 3||0||",
      "HTTP/1.1 200 OK|Content-Length: 9||12")
    #expect(
      line.last?.hasSuffix(
        "new, the response's end is missing [te_and_length, space_in_target, missing_host]") == true,
      "\(line)")
  }
}

@Suite struct HTTPRecordTests {
  private func record(_ exchange: HTTPExchange, _ options: HTTPViewOptions = HTTPViewOptions()) throws
    -> [String: Any]
  {
    let line = HTTPShown.json([exchange], options)
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
  }

  @Test func everyFieldOfTheContractIsThere() throws {
    var said = HTTPSaid()
    said.client("GET /1 HTTP/1.1|Host: h||")
    said.server("HTTP/1.1 200 OK|Content-Length: 0||")
    said.client(
      "PUT /users/12?q=1 HTTP/1.1|Host: h|User-Agent: u|Referer: r|Expect: 100-continue|Content-Length: 4||",
      after: 20)
    said.server("HTTP/1.1 100 Continue||")
    said.client("body")
    said.server("HTTP/1.1 200 Fine|Content-Type: text/plain|Content-Encoding: br|", after: 5)
    said.server("Transfer-Encoding: chunked||2|ok|0||", after: 2)
    let all = said.all()
    let first = try record(all[0])
    #expect(first["reused"] as? Bool == false && first["idle_before_ns"] == nil)
    let it = try record(all[1])
    for (name, value) in [
      "flow": "F7", "orig_h": "10.0.0.1", "resp_h": "10.0.0.2", "method": "PUT", "host": "h",
      "uri": "/users/12?q=1", "version": "1.1", "user_agent": "u", "referrer": "r", "route": "/users/{id}",
      "status_msg": "Fine", "te": "chunked", "content_type": "text/plain", "content_encoding": "br",
      "time": "2023-11-14T22:13:20.022000000Z",
    ] {
      #expect(it[name] as? String == value, "\(name): \(it[name] ?? "-")")
    }
    for (name, value) in [
      "orig_p": 40_000, "resp_p": 8080, "ts": 1_700_000_000_022_000_000, "status_code": 200,
      "request_body_len": 4, "response_body_len": 2, "trans_depth": 2, "conn_request_index": 2,
      "request_ns": 2_000_000, "ttfb_ns": 5_000_000, "response_ns": 2_000_000, "duration_ns": 9_000_000,
      "idle_before_ns": 20_000_000,
    ] {
      #expect(it[name] as? Int == value, "\(name): \(it[name] ?? "-")")
    }
    #expect(it["informational"] as? [Int] == [100])
    #expect(it["request_frames"] as? [Int] == [6, 8] && it["response_frames"] as? [Int] == [9, 10])
    #expect(it["reused"] as? Bool == true && it["pipelined"] as? Bool == false)
    #expect(it["keep_alive"] as? Bool == true && it["complete"] as? Bool == true && it["anomalies"] == nil)
  }

  @Test func headsAndBodiesAreThereWhenAsked() throws {
    let exchange = try #require(
      HTTPSaid.exchange(
        "POST / HTTP/1.1|Host: h|X: \u{e9}\"\\||", "HTTP/1.1 200 OK|Content-Length: 3||a\u{0}b", bodyMax: 9))
    var options = HTTPViewOptions()
    #expect(try record(exchange, options)["request_headers"] == nil)
    options.headers = true
    options.bodyMax = 9
    let it = try record(exchange, options)
    let names = (it["request_headers"] as? [[String: String]])?.compactMap { $0["name"] }
    #expect(names == ["Host", "X"])
    #expect((it["response_body"] as? String)?.hasPrefix("a") == true)
    #expect(it["request_body"] == nil)
  }

  @Test func anomaliesAndWhatIsMissingAreNamed() throws {
    let exchange = try #require(
      HTTPSaid.exchange(
        "GET / HTTP/1.1\nHost: h||", "HTTP/1.1 200 OK|Content-Length: 4|Content-Length: 4||ab"))
    let it = try record(exchange)
    #expect(it["anomalies"] as? [String] == ["repeated_length", "bare_lf"])
    #expect(it["complete"] as? String == "response_end")
  }
}

@Suite struct HTTPZeekTests {
  @Test func everyLineHasTheColumnsOfTheHeader() throws {
    var said = HTTPSaid()
    said.client("GET /a\\b HTTP/1.1|Host: h|User-Agent: a\t\u{e9}|Origin: http://o|Referer: r||")
    said.server("HTTP/1.1 100 Continue||HTTP/1.1 404 Not Found|Content-Length: 3||abc")
    said.client("|GET /2 HTTP/1.1|||")
    let lines = HTTPShown.zeek(said.all()).split(separator: "\n").map(String.init)
    #expect(lines[0] == "#separator \\x09" && lines[4] == "#path\thttp")
    let names = lines[5].split(separator: "\t").dropFirst().map(String.init)
    let types = lines[6].split(separator: "\t").dropFirst().map(String.init)
    #expect(names.count == types.count && names.count == 30)
    try #require(lines.count == 9)
    for line in lines[7...] {
      let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      try #require(values.count == names.count, "\(line)")
      for (value, type) in zip(values, types) where value != "-" && value != "(empty)" {
        switch type {
        case "count", "port": #expect(UInt64(value) != nil, "\(type): \(value)")
        case "time": #expect(Double(value) != nil, "\(type): \(value)")
        default: #expect(!value.isEmpty)
        }
      }
    }
    let row = Dictionary(
      zip(names, lines[7].split(separator: "\t", omittingEmptySubsequences: false).map(String.init))
    ) { one, _ in one }
    #expect(
      row["uri"] == "/a\\x5cb" && row["user_agent"] == "a\\x09\\xc3\\xa9" && row["origin"] == "http://o")
    #expect(row["info_code"] == "100" && row["status_code"] == "404" && row["status_msg"] == "Not Found")
    #expect(row["ts"] == "1700000000.001000" && row["response_body_len"] == "3" && row["version"] == "1.1")
  }
}
