// The line that is written straight through is the one that the printers of the layers write.

import Testing
import Wire

@testable import Report

@Suite struct StraightLineTests {
  /// Two printers: one that takes the straight way where it can, one that never does.
  private struct Pair: ~Copyable {
    var straight: LinePrinter
    var usual: LinePrinter
    /// Frames that went straight, and those whose whole line did.
    var count = 0
    var briefly = 0

    init(_ options: LineOptions) {
      straight = LinePrinter(options)
      usual = LinePrinter(options)
      usual.isStraight = false
    }

    /// Whether both print the same.
    mutating func agree(_ octets: Bytes, _ frame: Frame) -> Bool {
      var probe = LinePrinter(straight.options)
      if (try? probe.straight(octets, frame)) == true { count += 1 }
      if probe.brief(octets, frame) { briefly += 1 }
      straight.print(octets, frame)
      usual.print(octets, frame)
      let same = text(straight.out) == text(usual.out)
      straight.out.removeAll()
      usual.out.removeAll()
      return same
    }
  }

  private static let options: [LineOptions] = {
    var all = [LineOptions(), LineOptions(), LineOptions(), LineOptions()]
    all[1].absoluteSequence = true
    all[1].timestamps = .epoch
    all[2].dump = .hexASCII(link: false)
    all[3].verbosity = 1
    return all
  }()

  @Test(arguments: options.indices) func everySavedFrameHasTheSameLine(index: Int) {
    var pair = Pair(Self.options[index])
    for path in SavedFrames.lessons {
      var wrong = 0
      SavedFrames.each(path) { octets, frame in if !pair.agree(octets, frame) { wrong += 1 } }
      #expect(wrong == 0, "\(path)")
    }
    #expect(index == 3 ? pair.count == 0 : pair.count > 500, "\(pair.count) straight")
  }

  /// Segments that are nearly ordinary: each octet of the headers is any, one or two at a time.
  @Test func changedFramesHaveTheSameLine() {
    var random = ApplicationFuzzTests.SplitMix(state: 5)
    let lists = [
      [], octets("0101080a0000002a00000007"), octets("020405b40402080a0000002a0000000001030307"),
    ]
    let texts = [
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nServer: b\r\n\r\n", "POST /a/long/path\r\n",
      "HTTP/1.0 404\nx", "GET\tabcdefgh\u{7f}\r\n", "get / HTTP/1.1\r",
    ]
    var pair = Pair(LineOptions())
    for round in 0..<60_000 {
      let options = lists[round % 3]
      let text = Array(texts[Int.random(in: 0..<texts.count, using: &random)].utf8)
      let payload = round % 13 == 0 ? text : Array(text.prefix(Int.random(in: 0...27, using: &random)))
      let header = UInt8((20 + options.count) / 4) << 4
      let total = 40 + options.count + payload.count
      var frame =
        octets("0200000000010200000000020800") + [0x45, 0, 0, UInt8(total), 0, 1, 0x40, 0, 64, 6, 0, 0]
        + [10, 0, 0, 1, 10, 0, 0, 2, 0x9c, 0x40, 0, UInt8.random(in: 79...81, using: &random)]
        + [
          0, 0, 1, 0, 0, 0, 2, 0, header, [0x10, 0x18, 0x02, 0x11, 0x12].randomElement(using: &random) ?? 0,
        ]
        + [1, 0, 0, 0, 0, 0]
      frame += options + payload
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        frame[Int.random(in: 12..<frame.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      if round % 5 == 0 { frame.removeLast(Int.random(in: 0...20, using: &random)) }
      if round % 7 == 0 { frame += [UInt8](repeating: 0, count: Int.random(in: 0...9, using: &random)) }
      let cut = round % 11 == 0 ? 3 : 0
      let same = pair.agree(
        frame.span,
        Frame(
          number: 1, time: Int64(round), wireLength: frame.count + cut, capturedLength: frame.count,
          link: .ethernet))
      if !same {
        Issue.record("\(frame)")
        return
      }
    }
    #expect(pair.count > 15_000 && pair.briefly > 15_000, "\(pair.count), \(pair.briefly) straight")
  }
}
