// Whatever the octets are, every printer ends its line, and nothing but visible characters, tabs and line
// feeds comes out.

import Report
import Testing
import Wire

@Suite struct LineFuzzTests {
  /// Prints a frame, empties the buffer, and says whether all of it was fit to be seen.
  private static func isSeemly(_ octets: [UInt8], _ link: LinkType, _ printer: inout LinePrinter) -> Bool {
    printer.print(
      octets.span,
      Frame(
        number: 1, time: 0, wireLength: max(1, octets.count), capturedLength: octets.count, link: link))
    let seemly = printer.out.withOctets { text in
      for i in 0..<text.count where text[i] > 0x7e || (text[i] < 0x20 && text[i] != 9 && text[i] != 10) {
        return false
      }
      return text.count > 0 && text[text.count - 1] == 10
    }
    printer.out.removeAll()
    return seemly
  }

  private static func printer(_ verbosity: Int, linkHeader: Bool) -> LinePrinter {
    var options = LineOptions()
    options.verbosity = verbosity
    options.linkHeader = linkHeader
    return LinePrinter(options)
  }

  @Test(arguments: 0...2) func everyPrefixOfEveryFrameEndsItsLine(verbosity: Int) {
    for frame in LineFrames.all {
      var printer = Self.printer(verbosity, linkHeader: verbosity > 0)
      for length in 0...frame.octets.count {
        let seemly = Self.isSeemly(Array(frame.octets[..<length]), frame.link, &printer)
        #expect(seemly, "\(length) octets of \(frame.octets) at verbosity \(verbosity)")
      }
    }
  }

  @Test(arguments: 0...2) func mutatedFramesEndTheirLines(verbosity: Int) {
    var random = ApplicationFuzzTests.SplitMix(state: UInt64(verbosity) + 77)
    var printer = Self.printer(verbosity, linkHeader: true)
    for _ in 0..<20_000 {
      guard var frame = LineFrames.all.randomElement(using: &random), frame.octets.count > 1 else { continue }
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<frame.octets.count, using: &random)
        frame.octets[at] =
          Bool.random(using: &random)
          ? ApplicationFuzzTests.nasty.randomElement(using: &random) ?? 0
          : UInt8.random(in: 0...255, using: &random)
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        frame.octets.removeLast(Int.random(in: 0..<frame.octets.count, using: &random))
      }
      if !Self.isSeemly(frame.octets, frame.link, &printer) {
        Issue.record("\(frame.octets) of link \(frame.link.rawValue) at verbosity \(verbosity)")
        return
      }
    }
  }

  /// A tunnel in a tunnel in a tunnel ends somewhere, and not in a crash.
  @Test func nestingHasABottom() {
    let header: [UInt8] = [
      0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, 4, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2,
    ]
    let depth = 3000
    var octets: [UInt8] = []
    for level in 0..<depth {
      var one = header
      let length = (depth - level) * header.count
      one[2] = UInt8(truncatingIfNeeded: length >> 8)
      one[3] = UInt8(truncatingIfNeeded: length)
      octets += one
    }
    var printer = Self.printer(0, linkHeader: false)
    let seemly = Self.isSeemly(octets, .raw, &printer)
    #expect(seemly)
  }
}
