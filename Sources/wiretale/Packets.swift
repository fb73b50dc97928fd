// `wiretale packets`: one line per packet.

import ArgumentParser
import Capture
import Report
import Wire

struct Packets: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One line per packet.")

  @Option(name: .short, help: "A saved capture to read.")
  var r: String

  func run() throws {
    let capture = try Capture(.files([r]))
    var printer = LinePrinter(LineOptions())
    try capture.forEachFrame { octets, frame in
      printer.print(octets, frame)
      if printer.out.count > 1 << 16 { _ = printer.out.flush(to: 1) }
      return .go
    }
    _ = printer.out.flush(to: 1)
  }
}
