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

  @Flag(help: "Print the flows as Zeek's conn.log.")
  var zeek = false

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Show only flows of which this holds: 'retransmissions > 10 and service == \"http\"'.",
      valueName: "expression"))
  var question: String?

  @Option(
    help: ArgumentHelp("Show the flows at the end, in the order of a field.", valueName: "field[:asc|:desc]"))
  var sort: String?

  @Option(
    help: ArgumentHelp(
      "Show only so many, at the end: the first by --sort, else those with the most octets.",
      valueName: "count"))
  var top: Int?

  @Flag(help: "With --json: each end's octets in flight, window and flights over time.")
  var series = false

  @OptionGroup(title: "Flows") var table: FlowOptions

  @Option(
    help: ArgumentHelp("The maximum segment lifetime; TIME_WAIT lasts twice as long.", valueName: "seconds"))
  var msl = 30

  @Option(
    help: ArgumentHelp("Tell of a connection that stays in CLOSE_WAIT for so long.", valueName: "seconds"))
  var closeWait = 60

  @Option(help: ArgumentHelp("Tell of a connection that is quiet for so long.", valueName: "seconds"))
  var idle = 60

  func run() throws {
    hearSignals()
    if msl < 1 || msl > 3600 { throw Failure.usage("--msl \(msl): 1 to 3600 seconds") }
    let choice = try choice()
    for (name, value) in [("--close-wait", closeWait), ("--idle", idle)] where !(1...86_400).contains(value) {
      throw Failure.usage("\(name) \(value): 1 to 86400 seconds")
    }
    let opened = try Capture(
      try capture.source(), settings: try capture.settings(), filter: try capture.filter())
    for warning in opened.warnings { complain(warning) }
    if capture.isLive || capture.user != nil { try dropPrivileges(to: capture.user) }
    var view = FlowView(zeek ? .zeek : json ? .json : .line, choice, findingLimits)
    var limits = try table.limits()
    limits.keepsSeries = series
    limits.linger = 2 * findingLimits.maximumSegmentLifetime
    var tracker = Tracker(limits)
    let (mux, isLive) = (Mux.standard, capture.isLive)
    var packet = Packet()
    var outputEnded = false
    var failure: CaptureError?
    do throws(CaptureError) {
      try opened.forEachFrame { octets, frame in
        mux.dissect(octets, frame, into: &packet)
        _ = tracker.receive(&packet, frame, octets)
        if tracker.hasEnded { tracker.drain { view.show($0) } }
        if view.pending > 1 << 16 { outputEnded = !view.flush() }
        return outputEnded ? .stop : .go
      } idle: {
        // No packet tells that time goes on.
        if isLive { tracker.advance(to: realTime()) }
        if tracker.hasEnded { tracker.drain { view.show($0) } }
        outputEnded = outputEnded || !view.flush()
        return outputEnded ? .stop : .go
      }
    } catch {
      failure = error
    }
    tracker.finish()
    tracker.drain {
      view.show($0)
      if view.pending > 1 << 16, !outputEnded { outputEnded = !view.flush() }
    }
    view.finish()
    if !outputEnded, !view.flush(), errno != EPIPE {
      throw Failure.input("standard output: \(lastSystemError())")
    }
    for line in summary(tracker.tally) { complain(line) }
    for name in view.unknownNames { complain("--where: no flow has a field \"\(name)\"") }
    if let failure { throw failure }
  }

  /// Which flows are to be shown.
  private func choice() throws -> FlowChoice {
    if json, zeek { throw Failure.usage("--json and --zeek: one of them") }
    if let top, top < 1 { throw Failure.usage("--top \(top): 1 or more") }
    var choice = FlowChoice(top: top)
    if let sort {
      guard let key = SortKey(sort) else {
        throw Failure.usage("--sort \(sort): a field's name, with :asc or :desc behind it")
      }
      choice.sort = key
    }
    if let question {
      do throws(QueryError) {
        choice.query = try Query(question)
      } catch {
        throw Failure.usage("--where: \(error.line)")
      }
    }
    return choice
  }
}

extension Flows {
  /// From when on the findings' rules speak.
  private var findingLimits: FindingLimits {
    var limits = FindingLimits()
    limits.maximumSegmentLifetime = Int64(msl) * 1_000_000_000
    limits.closeWait = Int64(closeWait) * 1_000_000_000
    limits.idle = Int64(idle) * 1_000_000_000
    return limits
  }
}
