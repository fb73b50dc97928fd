// How the tests of lines turn octets into lines.

import Report
import Testing
import Wire

/// Lines of single frames.
enum Lines {
  /// The lines that are printed for one frame, given as hexadecimal digits, without time and final line feed.
  static func of(
    _ digits: String, wireLength: Int? = nil, verbosity: Int = 0, link: LinkType = .ethernet,
    linkHeader: Bool = false, quiet: Bool = false
  ) -> String {
    var options = LineOptions()
    options.timestamps = .none
    options.verbosity = verbosity
    options.linkHeader = linkHeader
    options.quiet = quiet
    var printer = LinePrinter(options)
    let octets = octets(digits)
    printer.print(
      octets.span,
      Frame(
        number: 1, time: 0, wireLength: wireLength ?? octets.count, capturedLength: octets.count,
        link: link))
    let text = printer.out.withOctets { octets in
      var copy: [UInt8] = []
      for i in 0..<octets.count { copy.append(octets[i]) }
      return String(decoding: copy, as: UTF8.self)
    }
    #expect(text.hasSuffix("\n"), "every packet ends its line")
    return String(text.dropLast())
  }

  /// Octets from hexadecimal digits; line feeds between them mean nothing.
  static func octets(_ digits: String) -> [UInt8] {
    let nibbles = digits.filter { $0.isHexDigit }.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: nibbles.count - 1, by: 2).map { UInt8(nibbles[$0] * 16 + nibbles[$0 + 1]) }
  }
}
