// Paths folded into routes: patterns as Go's ServeMux has them, and identifiers.

import Flow
import Foundation
import Testing

@testable import Report

@Suite struct RouteTests {
  private func route(_ method: String, _ url: String, _ patterns: [String], host: String = "h") -> String {
    guard let routes = try? HTTPRoutes(patterns),
      let exchange = HTTPSaid.exchange("\(method) \(url) HTTP/1.1|Host: \(host)||")
    else { return "?" }
    return String(decoding: routes.route(of: exchange), as: UTF8.self)
  }

  /// net/http "Patterns": each with a request that it takes and one that it does not.
  static let patterns: [(pattern: String, takes: [String], leaves: [String])] = [
    ("/index.html", ["GET /index.html", "POST /index.html?x=1"], ["GET /index.htm", "GET /index.html/"]),
    (
      "GET /static/", ["GET /static/", "GET /static/a/b", "HEAD /static/a"],
      ["POST /static/a", "GET /static"]
    ),
    ("example.com/", ["GET /", "GET /anything/x"], []),
    ("/b/{bucket}/o/{objectname...}", ["GET /b/x/o/a/b/c", "GET /b/x/o/"], ["GET /b//o/a", "GET /b/x/p/a"]),
    ("POST /items/{item}", ["POST /items/7"], ["GET /items/7", "POST /items/", "POST /items/7/x"]),
    ("/posts/{$}", ["GET /posts/"], ["GET /posts", "GET /posts/1"]),
    ("/a%2Fb/{x}", ["GET /a%2Fb/1", "GET /a%2fb/1"], ["GET /a/b/1"]),
    ("/caf\u{e9}/{x}", ["GET /caf%C3%A9/1"], ["GET /cafe/1"]),
    ("PATCH /{a}/{b}", ["PATCH /1/2"], ["PATCH /1", "PATCH /1/2/3"]),
  ]

  @Test(arguments: patterns)
  func patternsTakeWhatTheyDoInGo(pattern: String, takes: [String], leaves: [String]) {
    let text = String(pattern.split(separator: " ").last ?? "")
    for (requests, isTaken) in [(takes, true), (leaves, false)] {
      for request in requests {
        let words = request.split(separator: " ").map(String.init)
        let said = route(words[0], words[1], [pattern], host: "example.com")
        #expect((said == text) == isTaken, "\(pattern) and \(request): \(said)")
      }
    }
  }

  @Test func theMoreSpecificWins() {
    let patterns = [
      "/", "/users/", "/users/{id}", "GET /users/{id}", "/users/me", "other/users/{id}", "/users/{id}/{$}",
      "/users/{rest...}",
    ]
    #expect(route("GET", "/users/me", patterns) == "/users/me")
    #expect(route("GET", "/users/7", patterns) == "/users/{id}")
    #expect(route("GET", "/users/7", ["/users/{any}", "GET /users/{one}"]) == "/users/{one}")
    #expect(route("GET", "/users/7/", patterns) == "/users/{id}/{$}")
    #expect(route("GET", "/users/7/x", patterns) == "/users/")
    #expect(route("GET", "/x", patterns) == "/")
    #expect(route("GET", "/users/me", patterns, host: "other:8080") == "other/users/{id}")
  }

  @Test(arguments: [
    ("", "no /"), ("GET", "no /"), ("{h}/x", "host"), ("/a{b}", "whole segment"), ("/{}", "name"),
    ("/{a}/{a}", "twice"), ("/{a...}/b", "end"), ("/{$}/b", "end"), (" /x", "method"), ("/{a-b}", "name"),
    ("/a//b", "clean"), ("/a/../b", "clean"), ("G(T /a", "method"),
  ])
  func whatIsNoPatternIsTold(pattern: String, why: String) {
    do throws(RouteFault) {
      _ = try RoutePattern(pattern)
      Issue.record("\(pattern) is taken")
    } catch {
      #expect(error.says.contains(why), "\(pattern): \(error.says)")
    }
  }

  @Test(arguments: [
    ("/users/123", "/users/{id}"), ("/users/me/orders/9", "/users/me/orders/{id}"),
    ("/u/6f9619ff-8b86-d011-b42d-00cf4fc964ff", "/u/{id}"), ("/c/9f86d081884c7d65", "/c/{id}"),
    ("/t/eyJhbGciOiJIUzI1NiIs4711xyz", "/t/{id}"), ("/v1/items", "/v1/items"), ("/2024/05", "/{id}/{id}"),
    ("/", "/"), ("/a/", "/a/"), ("/deadbeef", "/deadbeef"), ("/file.tar.gz", "/file.tar.gz"),
    ("/cart;jsessionid=abc", "/cart"), ("http://h/users/7?x=1", "/users/{id}"),
    ("/favicon.ico?v=1#x", "/favicon.ico"), ("*", "*"),
  ])
  func identifiersAreFolded(target: String, folded: String) {
    #expect(route("GET", target, []) == folded)
  }

  @Test func theTableHasCountsAndTimes() throws {
    var said = HTTPSaid()
    for i in 1...100 {
      said.client("GET /users/\(i) HTTP/1.1|Host: h||")
      said.server("HTTP/1.1 \(i % 10 == 0 ? 404 : 200) OK|Content-Length: 10||", after: Int64(i))
      said.server("0123456789", after: 5)
    }
    said.client("POST /users HTTP/1.1|Host: h|Content-Length: 3||abc")
    let exchanges = said.all()
    let text = HTTPShown.routes(exchanges).split(separator: "\n")
    #expect(text.count == 3)
    #expect(text[1].hasSuffix("  GET /users/{id}"), "\(text)")
    let words = text[1].split(separator: " ")
    #expect(words.prefix(7) == ["100", "0", "90", "0", "10", "0", "0"], "\(text)")
    #expect(text[2].split(separator: " ").prefix(7) == ["1", "0", "0", "0", "0", "0", "1"])

    let lines = HTTPShown.routes(exchanges, json: true).split(separator: "\n")
    let record = try #require(
      try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(record["method"] as? String == "GET" && record["route"] as? String == "/users/{id}")
    #expect(record["count"] as? Int == 100 && record["response_body_len"] as? Int == 1000)
    #expect((record["status"] as? [String: Int])?["4xx"] == 10)
    // A histogram's places are a few percent wide.
    let times = try #require(record["ttfb_ns"] as? [String: Double])
    for (name, milliseconds) in [("p50", 50.0), ("p95", 95.0), ("p99", 99.0)] {
      let time = try #require(times[name]) / 1e6
      #expect(abs(time - milliseconds) / milliseconds < 0.05, "\(name): \(time)")
    }
    let total = try #require(record["duration_ns"] as? [String: Double])
    #expect(abs((total["p50"] ?? 0) / 1e6 - 55) < 3)
  }

  @Test func moreRoutesThanAreToldApartAreCountedTogether() {
    var table = RouteTable(json: true)
    for i in 0..<(RouteTable.routesMax + 50) {
      if let exchange = HTTPSaid.exchange("GET /p\(i)x HTTP/1.1|Host: h||") { table.count(exchange) }
    }
    table.finish()
    let lines = text(table.out).split(separator: "\n")
    #expect(lines.count == RouteTable.routesMax + 1)
    #expect(lines[0].contains("\"route\":\"(other)\",\"count\":50"))
  }
}
