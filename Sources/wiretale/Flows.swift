// `wiretale flows`: one line or record per connection, as it ends and at the end.

import ArgumentParser
import Flow
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
    var limits = try table.limits()
    limits.keepsSeries = series
    limits.linger = 2 * findingLimits.maximumSegmentLifetime
    var run = FlowRun(limits, FlowView(zeek ? .zeek : json ? .json : .line, choice, findingLimits))
    try capture.read(&run)
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

/// The tracker at work for a view of its flows.
struct FlowRun: FrameReader, ~Copyable {
  private var view: FlowView
  private let mux = Mux.standard
  private var packet = Packet()
  private var tracker: Tracker

  /// Nothing read yet.
  init(_ limits: Limits, _ view: consuming FlowView) {
    self.view = view
    tracker = Tracker(limits)
  }

  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    mux.dissect(octets, frame, into: &packet)
    _ = tracker.receive(&packet, frame, octets)
    if tracker.hasEnded { tracker.drain { view.show($0) } }
  }

  mutating func rest(_ now: Int64?) {
    if let now { tracker.advance(to: now) }
    if tracker.hasEnded { tracker.drain { view.show($0) } }
  }

  mutating func finish(_ output: inout Output) {
    tracker.finish()
    tracker.drain {
      view.show($0)
      output.pass(&view)
    }
    view.finish()
  }

  mutating func conclude() {
    for line in summary(tracker.tally) { complain(line) }
    for name in view.unknownNames { complain("--where: no flow has a field \"\(name)\"") }
  }

  var pending: Int { view.pending }
  mutating func flush() -> Bool { view.flush() }
}
