import Report
import Testing
import Wire

/// Colour: nothing but escape sequences is added, and it ends with the line.
@Suite struct ColorTests {
  /// 10.10.0.1.40001 > 10.10.0.2.80: Flags [R], seq 1, win 0, length 0
  static let reset =
    "020000000002 020000000001 0800 45000028 00000000 40060000 0a0a0001 0a0a0002"
    + "9c410050 00000001 00000000 50040000 00000000"

  private func line(_ digits: String, color: Bool, dump: LineOptions.Dump = .none) -> String {
    var options = LineOptions()
    options.timestamps = .epoch
    options.color = color
    options.dump = dump
    var printer = LinePrinter(options)
    let octets = Lines.octets(digits)
    printer.print(
      octets.span,
      Frame(number: 1, time: 1_000_000_000, wireLength: 60, capturedLength: octets.count, link: .ethernet))
    return printer.out.withOctets { text in
      var copy: [UInt8] = []
      for i in 0..<text.count { copy.append(text[i]) }
      return String(decoding: copy, as: UTF8.self)
    }
  }

  @Test func aResetIsRedAndTheTimeStepsBack() {
    let shown = line(Self.reset, color: true)
    #expect(shown.contains("\u{1b}[2m1.000000 \u{1b}[0m"))
    #expect(shown.contains("\u{1b}[1;31mFlags [R]\u{1b}[0m"))
  }

  @Test(arguments: [28, 40, 54, 108])
  func withoutItsEscapesItIsTheSame(digits: Int) {
    let cut = String(Self.reset.filter(\.isHexDigit).prefix(digits))
    for dump in [LineOptions.Dump.none, .hexASCII(link: true)] {
      let shown = line(cut, color: true, dump: dump)
      #expect(shown.replacing(/\u{1b}\[[0-9;]*m/, with: "") == line(cut, color: false, dump: dump))
      #expect(shown.split(separator: "\u{1b}[").last?.hasPrefix("0m") == true, "it ends plain")
    }
  }
}
