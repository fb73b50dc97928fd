// Any cuts, orders and repeats of the same octets give the same messages.

import Testing
import Wire

@testable import Flow

@Suite struct MessageResegmentationTests {
  /// Octets in a framing, and where their messages are.
  private func stream(_ framing: Framing, _ dice: inout Dice) -> (octets: [UInt8], cuts: [[Int]]) {
    var octets: [UInt8] = []
    var cuts: [[Int]] = []
    for i in 0..<30 {
      let length = 2 + dice.roll(dice.roll(4) == 0 ? 900 : 30)
      let text = String(repeating: "ab,c\\\" d", count: 120).prefix(length)
      let start = octets.count
      switch framing {
      case .length(let field):
        let body = (0..<length).map { _ in UInt8(dice.roll(256)) }
        let count = Int(field.offset + field.size + length - Int(field.extra))
        octets += (0..<field.offset).map { _ in UInt8(dice.roll(256)) }
        let value = (0..<field.size).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        octets += (field.isBigEndian ? value.reversed() : value) + body
      case .varint, .protobuf:
        octets += length < 128 ? [UInt8(length)] : [UInt8(length & 127 | 128), UInt8(length >> 7)]
        octets += (0..<length).map { _ in UInt8(dice.roll(256)) }
      case .fixed(let count): octets += (0..<count).map { _ in UInt8(dice.roll(256)) }
      case .delimiter(let delimiter):
        octets += Array(text.utf8).filter { !delimiter.contains($0) } + delimiter
      case .json, .jsonLines:
        let value = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        octets += Array("{\"n\": \(i), \"t\": [\"\(value)\"]}\n".utf8)
        cuts.append([start, octets.count - start - (framing == .json ? 1 : 0)])
        continue
      case .redis: octets += Array("*2\r\n$\(text.utf8.count)\r\n\(text)\r\n:\(i)\r\n".utf8)
      case .tls:
        octets += [23, 3, 3, UInt8(length >> 8), UInt8(length & 255)] + Array(repeating: 7, count: length)
      case .dns: octets += [UInt8(length >> 8), UInt8(length & 255)] + Array(repeating: 0, count: length)
      case .http, .http2: break
      }
      cuts.append([start, octets.count - start])
    }
    return (octets, cuts)
  }

  static let framings = [
    "length:0:4:be", "length:0:2:le:inclusive", "length:3:2:be:+2", "length:1:8:le", "varint",
    "protobuf-delimited", "fixed:7", "fixed:3000", "delimiter:\\r\\n", "delimiter:|END|", "delimiter:\\0",
    "json",
    "json-lines", "redis", "tls", "dns",
  ]

  @Test(arguments: framings)
  func theyAreTheSameInAnyPieces(text: String) throws {
    let framing = try Framing(text)
    for seed in 1...40 {
      var dice = Dice(UInt64(seed))
      let (octets, cuts) = stream(framing, &dice)
      var talk = MessageTalk(framing, octetsMax: 50)
      talk.talk.sendShuffled(
        .originator, octets, from: 0, &dice, pieceMax: 1 + dice.roll(400), spread: dice.roll(12))
      talk.ends()
      #expect(talk.cuts() == cuts, "seed \(seed)")
      #expect(talk.tally.desyncs == 0 && talk.tally.unfinished == 0)
      #expect(talk.talk.context.counters.octetsNow == 0)
      for message in talk.talk.reader.done {
        let start = Int(message.first.offset)
        #expect(message.octets == Array(octets[start..<start + Int(message.length)].prefix(50)))
      }
    }
  }

  @Test func anyOctetsAreSurvived() throws {
    var dice = Dice(5)
    for text in Self.framings + ["http2", "http"] {
      let framing = try Framing(text)
      for _ in 0..<100 {
        var talk = MessageTalk(framing, octetsMax: 20, isFromStart: dice.roll(2) == 0)
        for _ in 0..<12 {
          let side = FlowSide.allCases[dice.roll(2)]
          let octets = (0..<dice.roll(200)).map { _ in UInt8(dice.roll(dice.roll(2) == 0 ? 4 : 256)) }
          talk.talk.send(
            side, [], at: dice.roll(600), octets, ack: dice.roll(700), cut: dice.roll(octets.count + 1))
        }
        talk.ends()
        #expect(talk.talk.context.counters.octetsNow == 0)
        let messages = talk.talk.reader.done
        #expect(messages.allSatisfy { $0.length > 0 && $0.segments > 0 })
      }
    }
  }
}
