// HTTP exchanges as a HAR 1.2 archive, held against the format's own description.

import Flow
import Foundation
import Testing

@testable import Report

/// What the HAR 1.2 specification (J. Odvarko) says of an archive: which members there are, of which
/// type, which must be there.
struct HARSchema {
  indirect enum Shape: Sendable {
    case text, number, time
    case array(Shape)
    case object([String: (shape: Shape, isNeeded: Bool)])
  }

  private static func need(_ shape: Shape) -> (Shape, Bool) { (shape, true) }
  private static func may(_ shape: Shape) -> (Shape, Bool) { (shape, false) }

  private static let pair = Shape.object(["name": need(.text), "value": need(.text), "comment": may(.text)])
  private static let cookie = Shape.object(["name": need(.text), "value": need(.text)])
  private static let request = Shape.object([
    "method": need(.text), "url": need(.text), "httpVersion": need(.text), "cookies": need(.array(cookie)),
    "headers": need(.array(pair)), "queryString": need(.array(pair)),
    "postData": may(.object(["mimeType": need(.text), "text": may(.text), "params": may(.array(pair))])),
    "headersSize": need(.number), "bodySize": need(.number), "comment": may(.text),
  ])
  private static let response = Shape.object([
    "status": need(.number), "statusText": need(.text), "httpVersion": need(.text),
    "cookies": need(.array(cookie)), "headers": need(.array(pair)),
    "content": need(
      .object([
        "size": need(.number), "mimeType": need(.text), "text": may(.text), "encoding": may(.text),
        "compression": may(.number),
      ])), "redirectURL": need(.text), "headersSize": need(.number), "bodySize": need(.number),
  ])
  private static let entry = Shape.object([
    "startedDateTime": need(.time), "time": need(.number), "request": need(request),
    "response": need(response), "cache": need(.object([:])),
    "timings": need(
      .object([
        "blocked": may(.number), "dns": may(.number), "connect": may(.number), "ssl": may(.number),
        "send": need(.number), "wait": need(.number), "receive": need(.number),
      ])), "serverIPAddress": may(.text), "connection": may(.text), "pageref": may(.text),
  ])
  static let archive = Shape.object([
    "log": need(
      .object([
        "version": need(.text), "creator": need(.object(["name": need(.text), "version": need(.text)])),
        "entries": need(.array(entry)),
      ]))
  ])

  /// What is wrong with a value, each with its path.
  static func faults(_ value: Any, _ shape: Shape = archive, at path: String = "") -> [String] {
    switch shape {
    case .text: return value is String ? [] : ["\(path): no text"]
    case .number: return value is NSNumber && !(value is String) ? [] : ["\(path): no number"]
    case .time:
      let pattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/
      return (value as? String)?.wholeMatch(of: pattern) != nil ? [] : ["\(path): no ISO 8601 time"]
    case .array(let element):
      guard let array = value as? [Any] else { return ["\(path): no array"] }
      return array.enumerated().flatMap { faults($1, element, at: "\(path)[\($0)]") }
    case .object(let members):
      guard let object = value as? [String: Any] else { return ["\(path): no object"] }
      var found = object.keys.filter { members[$0] == nil && !$0.hasPrefix("_") }.map {
        "\(path).\($0): none"
      }
      for (name, member) in members {
        if let value = object[name] {
          found += faults(value, member.shape, at: "\(path).\(name)")
        } else if member.isNeeded {
          found.append("\(path).\(name): missing")
        }
      }
      return found
    }
  }
}

@Suite struct HARTests {
  private func archive(
    _ exchanges: [HTTPExchange], _ options: HTTPViewOptions = HTTPViewOptions()
  ) throws -> [[String: Any]] {
    let shown = HTTPShown.har(exchanges, options)
    let value = try JSONSerialization.jsonObject(with: Data(shown.utf8))
    let faults = HARSchema.faults(value)
    #expect(faults.isEmpty, "\(faults)")
    let log = try #require((value as? [String: Any])?["log"] as? [String: Any])
    #expect(log["version"] as? String == "1.2")
    return log["entries"] as? [[String: Any]] ?? []
  }

  @Test func whatIsNoArchiveIsNotTaken() throws {
    let value: [String: Any] = ["log": ["version": 1.2, "entries": [["time": "soon"]], "more": 1]]
    let faults = Set(HARSchema.faults(value))
    for fault in [
      ".log.version: no text", ".log.creator: missing", ".log.more: none", ".log.entries[0].time: no number",
      ".log.entries[0].request: missing",
    ] {
      #expect(faults.contains(fault), "\(faults)")
    }
  }

  @Test func anEmptyArchiveIsOne() throws { #expect(try archive([]).isEmpty) }

  @Test func everyKindOfExchangeIsAnEntry() throws {
    var said = HTTPSaid(bodyMax: 100)
    said.client("GET /a?x=1&y=%20&z HTTP/1.1|Host: h|Accept: \"q\"|Referer: http://r/||", after: 3)
    said.server("HTTP/1.1 200 OK|Content-Type: text/plain|Content-Length: 5||", after: 7)
    said.server("hello", after: 2)
    said.client("POST /b HTTP/1.1|Host: h|Content-Type: application/json|Content-Length: 8||{\"a\":\"b\"")
    said.server("HTTP/1.1 302 Found|Location: /c?token=abc|Transfer-Encoding: chunked||3|abc|0||")
    said.client("GET http://other:81/d HTTP/1.1|Host: h||")
    said.server("HTTP/1.1 200 OK|Content-Type: image/png|Content-Length: 4||")
    said.server(octets: [0x89, 0x50, 0, 0xff])
    // An answer before the request has ended, an odd one, and none.
    said.client("PUT /e HTTP/1.1|Host: h|Content-Length: 4||ab")
    said.server("HTTP/1.1 413 Too \"Large\"|Content-Length: 0||")
    said.client("cd", after: 9)
    said.client("GET /\u{ff}\"\\ HTTP/1.1|X: \u{1b}[2J||")
    let entries = try archive(said.all())
    #expect(entries.count == 5)
    func part(_ i: Int, _ name: String) -> [String: Any] { entries[i][name] as? [String: Any] ?? [:] }

    #expect(part(0, "request")["url"] as? String == "http://h/a?x=1&y=%20&z")
    #expect((part(0, "request")["queryString"] as? [[String: String]])?.count == 3)
    #expect(entries[0]["time"] as? Double == 9)
    let timings = part(0, "timings")
    #expect(timings["wait"] as? Double == 7 && timings["receive"] as? Double == 2)
    let content = part(0, "response")["content"] as? [String: Any]
    #expect(content?["text"] as? String == "hello" && content?["size"] as? Int == 5)
    let post = part(1, "request")["postData"] as? [String: Any]
    #expect(post?["text"] as? String == "{\"a\":\"b\"" && post?["mimeType"] as? String == "application/json")
    #expect(part(1, "response")["redirectURL"] as? String == "/c?token=***")
    #expect(part(2, "request")["url"] as? String == "http://other:81/d")
    let image = part(2, "response")["content"] as? [String: Any]
    #expect(image?["encoding"] as? String == "base64" && image?["text"] as? String == "iVAA/w==")
    #expect(part(3, "response")["statusText"] as? String == "Too \"Large\"")
    #expect(part(4, "response")["status"] as? Int == 0 && part(4, "response")["bodySize"] as? Int == -1)
    for entry in entries {
      let parts = entry["timings"] as? [String: Double] ?? [:]
      let sum = parts.values.filter { $0 > 0 }.reduce(0, +)
      #expect(abs(sum - (entry["time"] as? Double ?? -1)) < 0.0005, "\(entry)")
    }
  }
}
