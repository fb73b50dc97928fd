// Any cuts, orders and repeats of the same octets give the same exchanges of HTTP/2, and the same bodies.

import Testing
import Wire

@testable import Flow

@Suite struct HTTP2ResegmentationTests {
  private static let ends = StreamEnds(
    originator: IPAddress(ipv4: 1), originatorPort: 40_000, responder: IPAddress(ipv4: 2), responderPort: 80)

  private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream] + payload
  }

  /// A field whose name and value go into the table, so that later heads refer to earlier ones.
  private static func field(_ name: String, _ value: String) -> [UInt8] {
    [0x40, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
  }

  private static func path(_ path: String) -> [UInt8] {
    [0x44, UInt8(path.utf8.count)] + Array(path.utf8)
  }

  /// What is said in turn: a client's part, then the server's.
  private static let dialogue: [(client: [UInt8], server: [UInt8])] = {
    let text = Array("GET / HTTP/1.1\r\nHost: no\r\n\r\n".utf8)
    let long = [UInt8](repeating: 0x2e, count: 700)
    let first =
      HTTP2Connection.preface + frame(4, 0, 0, [0, 4, 1, 0, 0, 0])
      + frame(1, 5, 1, [0x82, 0x86] + path("/one") + field("x-a", "b"))
      + frame(1, 4, 3, [0x83, 0x86] + path("/two") + [0xbf]) + frame(0, 0, 3, text)
      + frame(0, 9, 3, [5] + text + [0, 0, 0, 0, 0])
    let firstBack =
      frame(4, 0, 0, []) + frame(1, 4, 3, [0x88]) + frame(0, 0, 3, long) + frame(8, 0, 0, [0, 0, 1, 0])
      + frame(1, 0, 1, [0x88]) + frame(9, 4, 1, field("server", "s")) + frame(0, 1, 1, [1, 2, 3])
      + frame(0, 1, 3, long)
    let second =
      frame(1, 1, 5, Array(([0x82, 0x86] + path("/three")).prefix(5)))
      + frame(9, 4, 5, Array(([0x82, 0x86] + path("/three")).dropFirst(5)))
      + frame(6, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1])
      + frame(1, 0x25, 7, [0, 0, 0, 0, 15, 0x82, 0x86, 0xbe])
    let secondBack =
      frame(1, 4, 5, [0x08, 3] + Array("103".utf8)) + frame(1, 4, 5, [0x88, 0xbe]) + frame(0, 0, 5, text)
      + frame(1, 5, 5, field("sum", "1")) + frame(3, 0, 7, [0, 0, 0, 8])
      + frame(7, 0, 0, [0, 0, 0, 7, 0, 0, 0, 0])
    return [(first, firstBack), (second, secondBack)]
  }()

  private func summary(_ dice: inout Dice, pieceMax: Int, spread: Int) -> [String] {
    var talk = Conversation(
      HTTP2Connection(flow: 1, ends: Self.ends, client: .originator, bodyMax: 2000))
    talk.opens()
    var at = (0, 0)
    for (client, server) in Self.dialogue {
      talk.sendShuffled(.originator, client, from: at.0, &dice, pieceMax: pieceMax, spread: spread)
      at.0 += client.count
      talk.sendShuffled(.responder, server, from: at.1, &dice, pieceMax: pieceMax, spread: spread)
      at.1 += server.count
    }
    talk.ends()
    #expect(talk.context.counters.octetsNow == 0 && talk.context.counters.differingOverlaps == 0)
    #expect(!talk.reader.summary.isUnreadable)
    return talk.reader.done.map {
      let bodies = [$0.request?.body ?? [], $0.response?.body ?? []].map {
        String(decoding: $0, as: UTF8.self)
      }
      return "\($0.stream) \(describe($0)) \(bodies)"
    }
  }

  @Test func theDialogueIsWhatItIs() {
    var dice = Dice(1)
    let plain = summary(&dice, pieceMax: 100_000, spread: 0)
    #expect(plain.count == 4, "\(plain)")
    #expect(plain.first?.hasPrefix("1 GET /one 0 > 200 3") == true, "\(plain)")
    #expect(plain.contains { $0.hasPrefix("3 POST /two 56 > 200 1400 [\"GET / HTTP/1.1") }, "\(plain)")
    #expect(plain.contains { $0.hasPrefix("5 GET /three 0 > 103 200 28") }, "\(plain)")
    #expect(plain.contains { $0.hasPrefix("7 GET /three 0 > ?") }, "\(plain)")
  }

  @Test(arguments: 1...200)
  func itIsTheSameInAnyPieces(seed: Int) {
    var (plain, dice) = (Dice(1), Dice(UInt64(seed)))
    let pieceMax = 1 + dice.roll(300)
    let spread = dice.roll(6)
    #expect(
      summary(&dice, pieceMax: pieceMax, spread: spread)
        == summary(&plain, pieceMax: 100_000, spread: 0))
  }
}
