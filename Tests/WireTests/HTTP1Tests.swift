import Testing
import Wire

/// HTTP/1: first lines on any port, what stands of one that goes on, and words that only look like one.
@Suite struct HTTP1Tests {
  private func text(_ payload: String, _ range: Range<Int>) -> String {
    String(decoding: Array(payload.utf8)[range], as: UTF8.self)
  }

  @Test func aRequestIsKnownOnAnyPort() throws {
    let payload = "GET /a%20b?c=d HTTP/1.1\r\nHost: www.wiretale.example\r\n\r\n"
    let frame = tcpFrame(Array(payload.utf8), to: 31337)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .tcp, .http])
    #expect(words(frame, packet) == "GET /a%20b?c=d HTTP/1.1")
    let line = try #require(firstLine(Array(payload.utf8)))
    #expect(line.isRequest && line.isWhole)
    #expect(text(payload, line.method) == "GET")
    #expect(text(payload, line.target) == "/a%20b?c=d")
    #expect(text(payload, line.version) == "1.1")
    #expect(fields(frame, packet, .http).filter { $0.name.description == "field" }.count == 1)
  }

  @Test func aResponseHasAStatusAndPerhapsAReason() throws {
    for (payload, status, reason) in [
      ("HTTP/1.1 404 Not Found\r\n\r\n", 404, "Not Found"), ("HTTP/1.0 200 \r\n", 200, ""),
      ("HTTP/1.1 204\n", 204, ""), ("HTTP/1.1 2x4 no\r\n", 0, ""),
    ] {
      let line = try #require(firstLine(Array(payload.utf8)))
      #expect(!line.isRequest)
      #expect(Int(line.status) == status)
      #expect(text(payload, line.reason) == reason)
    }
  }

  @Test func aLineThatGoesOnInTheNextSegmentSaysWhatStands() throws {
    let frame = tcpFrame(Array("POST /upload/of/a/very/long".utf8), to: 80)
    let packet = dissect(frame)
    #expect(packet.application.kind == .http)
    #expect(words(frame, packet) == "POST /upload/of/a/very/long")
    let line = try #require(firstLine(Array(frame[54...])))
    #expect(!line.isWhole)
    #expect(line.version.isEmpty)
    let further = try #require(firstLine(Array("GET /a HTT".utf8)))
    #expect(further.target == 4..<6)
  }

  @Test func everyRegisteredMethodOpensARequest() {
    for method in [
      "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "COPY", "LOCK", "MKCOL",
      "MOVE",
      "PROPFIND", "PROPPATCH", "SEARCH", "REPORT", "UNLOCK",
    ] {
      let packet = dissect(tcpFrame(Array("\(method) / HTTP/1.1\r\n".utf8), to: 80))
      #expect(packet.application.kind == .http, "\(method)")
    }
  }

  @Test func wordsThatOnlyLookLikeOneAreNobodys() {
    for payload in [
      "OPTIONS sip:nm@example.com SIP/2.0\r\n", "OPTIONS rtsp://example.com RTSP/1.0\r\n",
      "GETTING / HTTP/1.1\r\n",
      "get / HTTP/1.1\r\n", "GET /\r\n", "HTTP/2.0 200 OK\r\n", "HTTP is a protocol",
      "GET \u{01}\u{02}\u{03}\u{04} ",
      "PROPPATCHES / HTTP/1.1\r\n", "Hello, world\r\n",
    ] {
      let packet = dissect(tcpFrame(Array(payload.utf8), to: 80))
      #expect(packet.application.kind == .none, "\(payload)")
      #expect(packet.fault == nil)
      #expect(packet.unclaimed == .tcp(source: 40000, destination: 80))
    }
  }

  /// A line as its rules say it, octet by octet: where it ends, and nil when it is none.
  private func plainEnd(_ octets: [UInt8]) -> Int? {
    let line = octets.prefix { $0 != 10 }
    if line.contains(where: { $0 < 32 && $0 != 9 && $0 != 13 }) { return nil }
    guard line.count < octets.count else { return line.count }
    let text = line.last == 13 ? line.dropLast() : line
    if text.starts(with: "HTTP/1.".utf8) { return text.count }
    let words = text.split(separator: 32, omittingEmptySubsequences: false)
    let version = words.last.map(Array.init) ?? []
    let isVersion =
      version.count >= 8 && version.starts(with: "HTTP/1.".utf8) && (48...57).contains(version[7])
    return words.count > 2 && isVersion ? text.count : nil
  }

  @Test func aLineEndsWhereItsRulesSayWhateverStandsInIt() {
    for line in ["GET /abcdefghij HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 Fine\r\nServer: a\r\n\r\n"] {
      for at in 8..<line.utf8.count {
        for value in UInt8.min...UInt8.max {
          var octets = Array(line.utf8)
          octets[at] = value
          for end in [octets.count, at + 1] {
            let found = firstLine(Array(octets[..<end]))
            #expect(found?.line.upperBound == plainEnd(Array(octets[..<end])), "\(at): \(value)")
          }
        }
      }
    }
  }

  @Test func fieldsAreWalkedAsFarAsTheyAreWhole() throws {
    let payload = Array("GET / HTTP/1.1\r\nHost:  a.example \r\nX:\r\nCut: of".utf8)
    let line = try #require(firstLine(payload))
    var walk = HTTP1Fields(after: line, payload.span)
    var found: [String] = []
    while let field = walk.next(payload.span) {
      found.append(
        String(decoding: payload[field.name], as: UTF8.self) + "="
          + String(decoding: payload[field.value], as: UTF8.self))
    }
    #expect(found == ["Host=a.example", "X="])
  }

  @Test func everyCutIsSurvived() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    expectEveryCutIsSurvived(tcpFrame(Array(head.utf8), from: 80, to: 9), from: 54)
    expectEveryCutIsSurvived(
      tcpFrame(Array("PROPPATCH /x HTTP/1.1\r\nHost: a\r\n\r\n".utf8), to: 80), from: 54)
  }
}
