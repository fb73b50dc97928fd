// Whatever the octets are, the printers of ICMP, DNS, NTP and DHCP end their line, and nothing but visible
// characters, tabs and line feeds comes out.

import Report
import Testing
import Wire

/// Mutated, truncated and deeply nested frames.
@Suite struct ApplicationFuzzTests {
  /// A generator that gives the same numbers in every run.
  struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word &>> 31)
    }
  }

  /// One printer for each level of detail.
  static func options(_ verbosity: Int) -> LineOptions {
    var options = LineOptions()
    options.verbosity = verbosity
    return options
  }

  /// Prints a frame, empties the buffer, and says whether all of it was fit to be seen.
  static func isSeemly(_ octets: [UInt8], _ printer: inout LinePrinter) -> Bool {
    printer.print(
      octets.span,
      Frame(
        number: 1, time: 0, wireLength: max(1, octets.count), capturedLength: octets.count, link: .ethernet))
    let seemly = printer.out.withOctets { text in
      for i in 0..<text.count where text[i] > 0x7e || (text[i] < 0x20 && text[i] != 9 && text[i] != 10) {
        return false
      }
      return text.count > 0 && text[text.count - 1] == 10
    }
    printer.out.removeAll()
    return seemly
  }

  @Test func everyPrefixOfEveryFrameEndsItsLine() {
    for digits in ApplicationFrames.all {
      let whole = Lines.octets(digits)
      for verbosity in 0...3 {
        var printer = LinePrinter(Self.options(verbosity))
        for length in 1...whole.count {
          let seemly = Self.isSeemly(Array(whole[..<length]), &printer)
          #expect(seemly, "\(length) octets of \(digits) at verbosity \(verbosity)")
        }
      }
    }
  }

  /// Values that break parsers more often than others do.
  static let nasty: [UInt8] = [0, 1, 2, 3, 4, 7, 8, 0x0c, 0x1b, 0x3f, 0x41, 0x7f, 0x80, 0xc0, 0xfe, 0xff]

  @Test(arguments: 0...3) func mutatedFramesEndTheirLines(verbosity: Int) {
    var random = SplitMix(state: UInt64(verbosity) + 1)
    var printer = LinePrinter(Self.options(verbosity))
    let frames = ApplicationFrames.all.map(Lines.octets)
    for _ in 0..<25_000 {
      guard var octets = frames.randomElement(using: &random) else { continue }
      // The Ethernet header stays, so that mutations reach the layers that are meant.
      let first = Bool.random(using: &random) ? 14 : min(octets.count - 1, 34)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: first..<octets.count, using: &random)
        octets[at] =
          Bool.random(using: &random)
          ? Self.nasty[Int.random(in: 0..<Self.nasty.count, using: &random)]
          : UInt8.random(in: 0...255, using: &random)
      }
      if Int.random(in: 0..<8, using: &random) == 0 {
        octets.removeLast(Int.random(in: 0..<octets.count, using: &random))
      }
      if !Self.isSeemly(octets, &printer) {
        Issue.record("\(octets) at verbosity \(verbosity)")
        return
      }
    }
  }

  /// An Ethernet frame that carries an IPv4 packet of one protocol.
  static func frame(_ number: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let length = payload.count + 20
    return [UInt8](repeating: 2, count: 12) + [8, 0, 0x45, 0, UInt8(length >> 8), UInt8(length & 255)]
      + [0, 1, 0, 0, 64, number, 0, 0, 192, 0, 2, 1, 192, 0, 2, 53] + payload
  }

  /// A UDP datagram between two ports.
  static func datagram(_ source: UInt16, _ destination: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let length = payload.count + 8
    return [
      UInt8(source >> 8), UInt8(source & 255), UInt8(destination >> 8), UInt8(destination & 255),
      UInt8(length >> 8), UInt8(length & 255), 0, 0,
    ] + payload
  }

  @Test func errorsThatQuoteErrorsForEverComeToAnEnd() {
    var packet: [UInt8] = []
    while packet.count < 60_000 {
      let length = packet.count + 28
      packet =
        [
          0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 1, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2,
          53,
        ]
        + [11, 0, 0, 0, 0, 0, 0, 0] + packet
    }
    var printer = LinePrinter(Self.options(1))
    #expect(Self.isSeemly([UInt8](repeating: 2, count: 12) + [8, 0] + packet, &printer))
  }

  @Test func optionsInsideOptionsComeToAnEnd() {
    // Client data (RFC 5007) may hold client data.
    var options: [UInt8] = []
    while options.count < 60_000 {
      options = [0, 45, UInt8(options.count >> 8), UInt8(options.count & 255)] + options
    }
    var printer = LinePrinter(Self.options(1))
    #expect(Self.isSeemly(Self.frame(17, Self.datagram(546, 547, [1, 0, 0, 1] + options)), &printer))
  }

  @Test func aMessageFullOfPointersComesToAnEnd() {
    // Each pointer leads to the one before it, and every record's name is the whole chain.
    var message: [UInt8] = [0, 1, 0x81, 0x80, 0, 0, 0x0f, 0xff, 0, 0, 0, 0]
    var last = 12
    message += [0, 0]
    for _ in 0..<4_000 {
      let at = message.count
      message += [0xc0 | UInt8(last >> 8 & 0x3f), UInt8(last & 255), 0, 12, 0, 1, 0, 0, 0, 0, 0, 2]
      message += [0xc0 | UInt8(at >> 8 & 0x3f), UInt8(at & 255)]
      last = at & 0x3fff
    }
    var printer = LinePrinter(Self.options(3))
    #expect(Self.isSeemly(Self.frame(17, Self.datagram(53, 9, message)), &printer))
  }
}
