// What opens doors is shown by no view unless it is asked for.

import Flow
import Testing

@testable import Report

@Suite struct CredentialTests {
  private static func views(_ exchange: HTTPExchange, shows: Bool) -> [(name: String, text: String)] {
    var options = HTTPViewOptions()
    options.headers = true
    options.showsCredentials = shows
    return [
      ("line", HTTPShown.line([exchange], options)), ("json", HTTPShown.json([exchange], options)),
      ("zeek", HTTPShown.zeek([exchange], options)), ("har", HTTPShown.har([exchange], options)),
      ("routes", HTTPShown.routes([exchange], options)),
    ]
  }

  /// Each with `hunter2` as what is secret, and how it is shown.
  static let fields: [(field: String, shown: String)] = [
    ("Authorization: Basic hunter2", "Basic ***"), ("Authorization: hunter2", "***"),
    ("authorization: Bearer hunter2", "Bearer ***"),
    ("AUTHORIZATION: Digest username=\"u\", response=\"hunter2\"", "Digest ***"),
    ("Proxy-Authorization: Basic hunter2", "Basic ***"), ("Cookie: a=hunter2; b=hunter2", "a=***; b=***"),
    ("Cookie: hunter2", "***"), ("X-Api-Key: hunter2", "***"), ("X-Auth-Token: hunter2", "***"),
    ("X-Corp-Access-Token: hunter2", "***"), ("X-Client-Secret: hunter2", "***"),
    ("X-Vault-Token: hunter2", "***"), ("Referer: http://u:hunter2@h/p?token=hunter2", "***@h/p?token=***"),
    ("Sec-WebSocket-Protocol: bearer, hunter2", "***"),
  ]

  @Test(arguments: fields)
  func fieldsThatCarryThemAreStars(field: String, shown: String) throws {
    let exchange = try #require(HTTPSaid.exchange("GET /a HTTP/1.1|Host: h|\(field)||"))
    for view in Self.views(exchange, shows: false) {
      #expect(!view.text.contains("hunter2"), "\(view.name): \(view.text)")
    }
    #expect(Self.views(exchange, shows: false)[0].text.contains(shown))
    for view in Self.views(exchange, shows: true) where view.name != "zeek" && view.name != "routes" {
      #expect(view.text.contains("hunter2"), "\(view.name): \(view.text)")
    }
  }

  @Test(arguments: [
    "Set-Cookie: sid=hunter2; Path=/; HttpOnly", "Location: /next?access_token=hunter2&a=1",
    "Content-Location: /x?key=hunter2", "Authentication-Info: nextnonce=hunter2",
  ])
  func soAreThoseOfResponses(field: String) throws {
    let exchange = try #require(
      HTTPSaid.exchange("GET /a HTTP/1.1|Host: h||", "HTTP/1.1 200 OK|\(field)|Content-Length: 0||"))
    for view in Self.views(exchange, shows: false) {
      #expect(!view.text.contains("hunter2"), "\(view.name): \(view.text)")
    }
    #expect(Self.views(exchange, shows: true)[0].text.contains("hunter2"))
  }

  /// Targets, and how they are shown.
  static let targets: [(target: String, shown: String)] = [
    ("/a?password=hunter2&b=2", "/a?password=***&b=2"), ("/a?b=2&TOKEN=hunter2", "/a?b=2&TOKEN=***"),
    ("/a?user_password=hunter2", "/a?user_password=***"), ("/a?api_key=hunter2#top", "/a?api_key=***"),
    ("/a?x=1;secret=hunter2", "/a?x=1;secret=***"), ("/a?%70assword=hunter2", "/a?%70assword=***"),
    ("/a;jsessionid=hunter2?b=2", "/a;jsessionid=***?b=2"), ("/a?sig=hunter2", "/a?sig=***"),
    ("http://user:hunter2@h/p", "http://***@h/p"), ("http://user:hunter2@h?x=1", "http://***@h?x=1"),
    ("/a?code=hunter2&state=x", "/a?code=***&state=x"),
    ("/a?X-Amz-Signature=hunter2", "/a?X-Amz-Signature=***"),
  ]

  @Test(arguments: targets)
  func targetsThatCarryThemAreStarsToo(target: String, shown: String) throws {
    let exchange = try #require(HTTPSaid.exchange("GET \(target) HTTP/1.1|Host: h||"))
    for view in Self.views(exchange, shows: false) {
      #expect(!view.text.contains("hunter2"), "\(view.name): \(view.text)")
    }
    #expect(HTTPShown.line([exchange]).contains(" \(shown)"), "\(HTTPShown.line([exchange]))")
    let open = Self.views(exchange, shows: true)
    for view in open where view.name != "routes" { #expect(view.text.contains(target), "\(view.text)") }
  }

  @Test func aTunnelsTargetMayNameAUser() throws {
    let exchange = try #require(HTTPSaid.exchange("CONNECT u:hunter2@h:443 HTTP/1.1|Host: h||"))
    for view in Self.views(exchange, shows: false) {
      #expect(!view.text.contains("hunter2"), "\(view.name): \(view.text)")
    }
  }

  @Test(arguments: ["/a?b=2", "/tokens/list", "/a?monkey=1", "/@user/page", "/a?q=a@b", "/a?passage=3", "*"])
  func whatIsNoSecretStays(target: String) throws {
    let exchange = try #require(HTTPSaid.exchange("GET \(target) HTTP/1.1|Host: h||"))
    #expect(HTTPShown.line([exchange]).contains(" \(target) "))
  }
}
