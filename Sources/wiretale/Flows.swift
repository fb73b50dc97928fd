// `wiretale flows`: one record per connection, as it ends and at the end.

import ArgumentParser
import Capture
import Flow
import Glibc
import Report
import Wire

/// The story of each connection.
struct Flows: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One record per connection.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Flag(help: "Print one JSON object per flow.")
  var json = false

  @Flag(help: "With series over time in the records.")
  var series = false

  func run() throws {
    hearSignals()
    let source = try capture.source()
    let opened = try Capture(source, settings: try capture.settings(), filter: try capture.filter())
    if (capture.isLive && geteuid() == 0) || capture.user != nil { try dropPrivileges(to: capture.user) }
    var tracker = Tracker()
    var printer = FlowJSON()
    let mux = Mux.standard
    var packet = Packet()
    var outputEnded = false
    var failure: CaptureError?
    do throws(CaptureError) {
      try opened.forEachFrame { octets, frame in
        mux.dissect(octets, frame, into: &packet)
        _ = tracker.receive(&packet, frame)
        if tracker.hasEnded { tracker.drain { printer.print($0) } }
        if printer.out.count > 1 << 16 { outputEnded = !printer.out.flush(to: STDOUT_FILENO) }
        return outputEnded ? .stop : .go
      } idle: {
        outputEnded = outputEnded || !printer.out.flush(to: STDOUT_FILENO)
        return outputEnded ? .stop : .go
      }
    } catch {
      failure = error
    }
    tracker.finish()
    tracker.drain { printer.print($0) }
    _ = printer.out.flush(to: STDOUT_FILENO)
    if let failure { throw failure }
  }
}
