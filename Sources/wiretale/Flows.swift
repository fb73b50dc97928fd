// `wiretale flows`: one line or record per connection, as it ends and at the end.

import ArgumentParser
import Capture
import Flow
import Glibc
import Report
import Wire

/// The story of each connection.
struct Flows: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One line or record per connection.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Flag(help: "Print one JSON object per flow.")
  var json = false

  @Flag(help: "With --json: each end's octets in flight over time.")
  var series = false

  @Option(help: ArgumentHelp("The most flows that are followed at a time.", valueName: "count"))
  var flowsMax = 1_000_000

  @Option(
    help: ArgumentHelp("The maximum segment lifetime; TIME_WAIT lasts twice as long.", valueName: "seconds"))
  var msl = 30

  func run() throws {
    hearSignals()
    if flowsMax < 1 { throw Failure.usage("--flows-max \(flowsMax): 1 or more") }
    if msl < 1 || msl > 3600 { throw Failure.usage("--msl \(msl): 1 to 3600 seconds") }
    let opened = try Capture(
      try capture.source(), settings: try capture.settings(), filter: try capture.filter())
    for warning in opened.warnings { complain(warning) }
    if capture.isLive || capture.user != nil { try dropPrivileges(to: capture.user) }
    var view = FlowView(json: json, maximumSegmentLifetime: Int64(msl) * 1_000_000_000)
    var limits = Limits()
    limits.flowsMax = flowsMax
    limits.keepsSeries = series
    limits.linger = 2 * view.maximumSegmentLifetime
    var tracker = Tracker(limits)
    let mux = Mux.standard
    var packet = Packet()
    var outputEnded = false
    var failure: CaptureError?
    do throws(CaptureError) {
      try opened.forEachFrame { octets, frame in
        mux.dissect(octets, frame, into: &packet)
        _ = tracker.receive(&packet, frame)
        if tracker.hasEnded { tracker.drain { view.show($0) } }
        if view.pending > 1 << 16 { outputEnded = !view.flush() }
        return outputEnded ? .stop : .go
      } idle: {
        outputEnded = outputEnded || !view.flush()
        return outputEnded ? .stop : .go
      }
    } catch {
      failure = error
    }
    tracker.finish()
    tracker.drain { view.show($0) }
    if !outputEnded, !view.flush(), errno != EPIPE {
      throw Failure.input("standard output: \(lastSystemError())")
    }
    if tracker.evictions > 0 { complain("\(tracker.evictions) flows ended early: --flows-max \(flowsMax)") }
    if let failure { throw failure }
  }
}

/// A flow as a line or as a record.
struct FlowView: ~Copyable {
  private let json: Bool
  private var line = FlowLine()
  private var record: FlowJSON

  /// The view that the options ask for.
  init(json: Bool, maximumSegmentLifetime: Int64) {
    self.json = json
    record = FlowJSON(maximumSegmentLifetime: maximumSegmentLifetime)
  }

  /// Nanoseconds.
  var maximumSegmentLifetime: Int64 { record.maximumSegmentLifetime }
  /// Octets that wait to be written.
  var pending: Int { json ? record.out.count : line.out.count }

  /// Shows one flow.
  mutating func show(_ flow: EndedFlow) {
    if json { record.print(flow) } else { line.print(flow) }
  }

  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush() -> Bool {
    json ? record.out.flush(to: STDOUT_FILENO) : line.out.flush(to: STDOUT_FILENO)
  }
}
