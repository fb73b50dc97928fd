// What framing octets have: found where there is one, unknown where there is none.

import Testing
import Wire

@testable import Flow

/// A direction's octets as they come in segments.
func direction(_ octets: [UInt8], _ dice: inout Dice, pieceMax: Int = 400, isWhole: Bool = true)
  -> DiscoverySide
{
  var side = DiscoverySide(octets: octets, isWhole: isWhole)
  var at = 0
  while at < octets.count {
    at = min(octets.count, at + 1 + dice.roll(pieceMax))
    side.segmentEnds.append(at)
  }
  return side
}

/// The framings found of two directions, as text; `unknown` for none.
func found(_ a: DiscoverySide, _ b: DiscoverySide) -> [String] {
  Discoverer.discover([a, b]).map { $0.found?.framing.text ?? "unknown" }
}

@Suite struct DiscoveryTests {
  /// Words of several lengths, with line ends in some.
  private func body(_ dice: inout Dice, _ max: Int) -> [UInt8] {
    let text = Array(
      "The quick brown fox jumps over the lazy dog.\r\nPack my box with five dozen liquor jugs. ".utf8)
    let start = dice.roll(text.count)
    return (0..<1 + dice.roll(max)).map { text[(start + $0) % text.count] }
  }

  /// Messages in a framing.
  private func messages(_ text: String, _ count: Int, _ dice: inout Dice) -> [UInt8] {
    var octets: [UInt8] = []
    for i in 0..<count {
      let content = body(&dice, dice.roll(5) == 0 ? 600 : 60)
      let n = content.count
      switch text {
      case "length:0:4:be": octets += [0, 0, UInt8(n >> 8), UInt8(n & 255)] + content
      case "length:0:4:le": octets += [UInt8(n & 255), UInt8(n >> 8), 0, 0] + content
      case "length:0:2:be": octets += [UInt8(n >> 8), UInt8(n & 255)] + content
      case "length:0:2:le:inclusive": octets += [UInt8((n + 2) & 255), UInt8((n + 2) >> 8)] + content
      case "length:1:4:be": octets += [0, 0, 0, UInt8(n >> 8), UInt8(n & 255)] + content
      case "length:1:4:be:-4":
        octets += [UInt8(65 + i % 20), 0, 0, UInt8((n + 4) >> 8), UInt8((n + 4) & 255)] + content
      case "length:0:3:le:+1": octets += [UInt8(n & 255), UInt8(n >> 8), 0, UInt8(i & 255)] + content
      case "protobuf-delimited":
        let field = [8, UInt8(i & 127), 0x12, 4] + Array("item".utf8) + [0x1a]
        let size = n < 128 ? [UInt8(n)] : [UInt8(n & 127 | 128), UInt8(n >> 7)]
        let all = field + size + content
        octets +=
          all.count < 128 ? [UInt8(all.count)] : [UInt8(all.count & 127 | 128), UInt8(all.count >> 7)]
        octets += all
      case "json-lines": octets += Array("{\"n\": \(i), \"v\": \"\(n)\", \"list\": [1, {}]}\n".utf8)
      case "json": octets += Array("{\n \"n\": \(i),\n \"v\": \"\(n)\"\n}".utf8)
      case "delimiter:\\r\\n": octets += content.filter { $0 != 13 && $0 != 10 } + [13, 10]
      case "delimiter:\\n": octets += content.filter { $0 != 13 && $0 != 10 } + [10]
      case "delimiter:\\0": octets += content + [0]
      case "redis": octets += Array("*2\r\n$3\r\nGET\r\n$\(n)\r\n".utf8) + content + [13, 10]
      case "fixed:48":
        let digits = Array(String(10_000 + i).utf8)
        octets += digits + [0x7c] + (content + [UInt8](repeating: 32, count: 42)).prefix(42)
      case "tls": octets += [i < 2 ? 22 : 23, 3, 3, UInt8(n >> 8), UInt8(n & 255)] + noise(n, &dice)
      default: Issue.record("\(text)")
      }
    }
    return octets
  }

  private func noise(_ count: Int, _ dice: inout Dice) -> [UInt8] {
    (0..<count).map { _ in UInt8(dice.roll(256)) }
  }

  static let framings = [
    "length:0:4:be", "length:0:4:le", "length:0:2:be", "length:0:2:le:inclusive", "length:1:4:be",
    "length:1:4:be:-4", "length:0:3:le:+1", "protobuf-delimited", "json-lines", "json", "delimiter:\\r\\n",
    "delimiter:\\n", "delimiter:\\0", "redis", "fixed:48", "tls",
  ]

  @Test(arguments: framings)
  func itIsFoundInOctetsOfBothDirections(text: String) {
    for seed in 1...30 {
      var dice = Dice(UInt64(seed))
      let one = messages(text, 12 + dice.roll(20), &dice)
      let other = messages(text, 8 + dice.roll(20), &dice)
      let isWhole = dice.roll(2) == 0
      let sides = (direction(one, &dice, isWhole: isWhole), direction(other, &dice, isWhole: isWhole))
      #expect(found(sides.0, sides.1) == [text, text], "seed \(seed)")
    }
  }

  @Test func everyDirectionMayHaveItsOwn() {
    var dice = Dice(3)
    let lines = direction(messages("delimiter:\\r\\n", 20, &dice), &dice)
    let lengths = direction(messages("length:0:4:be", 20, &dice), &dice)
    #expect(found(lines, lengths) == ["delimiter:\\r\\n", "length:0:4:be"])
    let silent = DiscoverySide()
    #expect(found(silent, lengths) == ["unknown", "length:0:4:be"])
  }

  @Test func noiseIsUnknown() {
    for seed in 1...400 {
      var dice = Dice(UInt64(seed) &* 77)
      let sizes = (dice.roll(dice.roll(2) == 0 ? 9000 : 200), dice.roll(dice.roll(2) == 0 ? 9000 : 200))
      let piece = [1, 20, 512, 1448][dice.roll(4)]
      let isWhole = dice.roll(2) == 0
      let one = direction(noise(sizes.0, &dice), &dice, pieceMax: piece, isWhole: isWhole)
      let other = direction(noise(sizes.1, &dice), &dice, pieceMax: piece, isWhole: isWhole)
      #expect(found(one, other) == ["unknown", "unknown"], "seed \(seed)")
    }
  }

  @Test func noiseInWritesOfOneLengthIsUnknown() {
    for seed in 1...60 {
      var dice = Dice(UInt64(seed) &* 31)
      let size = [64, 100, 1024, 1448][dice.roll(4)]
      let count = 1 + dice.roll(20)
      var side = DiscoverySide(octets: noise(size * count, &dice), isWhole: true)
      side.segmentEnds = (1...count).map { $0 * size }
      #expect(found(side, side) == ["unknown", "unknown"], "seed \(seed)")
    }
  }

  /// Letters and digits without any order, as base64 has them, and zeros.
  @Test func octetsWithoutMessagesAreUnknown() {
    for seed in 1...60 {
      var dice = Dice(UInt64(seed) &* 13)
      let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
      let text = (0..<dice.roll(6000)).map { _ in letters[dice.roll(64)] }
      let zeros = [UInt8](repeating: 0, count: dice.roll(3000))
      let few = (0..<dice.roll(3000)).map { _ in UInt8(dice.roll(4)) }
      for octets in [text, zeros, few] {
        let side = direction(octets, &dice, isWhole: dice.roll(2) == 0)
        #expect(found(side, DiscoverySide()) == ["unknown", "unknown"], "seed \(seed)")
      }
    }
  }

  @Test func aDirectionThatBeginsInItsMiddleIsReadFromASegmentOn() {
    var dice = Dice(9)
    let rest = [UInt8](body(&dice, 40))
    var side = DiscoverySide(octets: rest, segmentEnds: [rest.count], isWhole: false, isFromStart: false)
    for _ in 0..<20 {
      side.octets += messages("length:0:4:be", 1, &dice)
      side.segmentEnds.append(side.octets.count)
    }
    let result = Discoverer.discover([side, DiscoverySide()])[0]
    #expect(result.found?.framing.text == "length:0:4:be")
    #expect(result.start == rest.count)
  }

  @Test func anyOctetsAreSurvived() {
    for seed in 1...150 {
      var dice = Dice(UInt64(seed))
      var octets: [UInt8] = []
      while octets.count < 300 {
        let text = Self.framings[dice.roll(Self.framings.count)]
        octets += messages(text, 1, &dice).prefix(dice.roll(200)) + noise(dice.roll(9), &dice)
      }
      var side = direction(octets, &dice, isWhole: dice.roll(2) == 0)
      side.isFromStart = dice.roll(2) == 0
      for result in Discoverer.discover([side, side]) {
        #expect((0...1).contains(result.found?.confidence ?? 0))
      }
    }
  }
}
