// How a frame's lines are made at any level of detail.

import Report
import Wire

extension Lines {
  /// The lines of one frame, without time and final line feed, with the options that `configure` sets.
  static func print(
    _ digits: String, link: LinkType = .ethernet, wireLength: Int? = nil,
    _ configure: (inout LineOptions) -> Void = { _ in }
  ) -> String {
    var options = LineOptions()
    options.timestamps = .none
    configure(&options)
    var printer = LinePrinter(options)
    let octets = octets(digits)
    return take(&printer, octets, link: link, wireLength: wireLength)
  }

  /// Prints one frame and empties the printer.
  static func take(
    _ printer: inout LinePrinter, _ octets: [UInt8], link: LinkType = .ethernet, wireLength: Int? = nil,
    number: UInt64 = 1, time: Int64 = 0
  ) -> String {
    printer.print(
      octets.span,
      Frame(
        number: number, time: time, wireLength: wireLength ?? octets.count, capturedLength: octets.count,
        link: link))
    let text = printer.out.withOctets { octets in
      var copy: [UInt8] = []
      for i in 0..<octets.count { copy.append(octets[i]) }
      return String(decoding: copy, as: UTF8.self)
    }
    printer.out.removeAll()
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
