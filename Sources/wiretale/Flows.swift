// `wiretale flows`: one line or record per connection, as it ends and at the end.

import ArgumentParser
import Flow
import Report
import Wire

/// The story of each connection.
struct Flows: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flows", abstract: "One line or record per connection.")

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

  @Option(
    help: ArgumentHelp(
      """
      Of an interface: threads that share its flows. Of a saved capture: 2, one that reads and prints and \
      one that tracks.
      """, valueName: "count"))
  var threads = 1

  func run() throws {
    hearSignals()
    if msl < 1 || msl > 3600 { throw Failure.usage("--msl \(msl): 1 to 3600 seconds") }
    if !(1...(capture.isLive ? 64 : 2)).contains(threads) {
      throw Failure.usage("--threads \(threads): 1 or 2 of a saved capture, up to 64 of an interface")
    }
    let choice = try choice()
    for (name, value) in [("--close-wait", closeWait), ("--idle", idle)] where !(1...86_400).contains(value) {
      throw Failure.usage("\(name) \(value): 1 to 86400 seconds")
    }
    var limits = try table.limits()
    limits.keepsSeries = series
    limits.keepsJournals = true
    limits.plainSpan = min(findingLimits.idle, findingLimits.closeWait)
    limits.linger = 2 * findingLimits.maximumSegmentLifetime
    let view = FlowView(zeek ? .zeek : json ? .json : .line, choice, findingLimits)
    if threads == 1 {
      var run = FlowRun(limits, view)
      try capture.read(&run)
    } else if capture.isLive {
      try capture.readOnQueues(threads, limits, view)
    } else {
      var run = FlowThreads(limits, view)
      try capture.read(&run)
    }
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

/// A tracker and what feeds it.
struct FlowTracking: ~Copyable {
  private let mux = Mux.standard
  private var packet = Packet()
  private var tracker: Tracker

  /// Nothing read yet.
  init(_ limits: Limits) { tracker = Tracker(limits) }

  /// Takes a frame.
  @inline(__always)
  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    if !tracker.takeStraight(octets, frame) { takeWhole(octets, frame) }
  }

  /// Takes a frame that is more than the next segment of a short connection.
  @inline(never)
  private mutating func takeWhole(_ octets: Bytes, _ frame: Frame) {
    mux.dissect(octets, frame, into: &packet)
    _ = tracker.receive(&packet, frame, octets)
  }

  /// Looks at a frame before its turn.
  @inline(__always)
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { tracker.foresee(octets, frame) }

  /// No packet tells that time goes on.
  mutating func advance(to now: Int64) { tracker.advance(to: now) }
  /// The input has ended, and all flows with it.
  mutating func finish() { tracker.finish() }
  /// Whether flows wait to be drained.
  var hasEnded: Bool { tracker.hasEnded }
  /// Whether so many wait that they are told together.
  var haveManyEnded: Bool { tracker.haveManyEnded }
  mutating func drain(_ body: (inout EndedFlow) -> Void) { tracker.drain(body) }
  mutating func exchangeEnded(_ flows: inout EndedFlows) { tracker.exchangeEnded(&flows) }
  var tally: FlowTally { tracker.tally }
}

/// A tracker at work for a view of its flows.
struct FlowRun: FrameReader, ~Copyable {
  private var view: FlowView
  private var tracking: FlowTracking

  /// Nothing read yet.
  init(_ limits: Limits, _ view: consuming FlowView) {
    self.view = view
    tracking = FlowTracking(limits)
  }

  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    tracking.receive(octets, frame)
    if tracking.haveManyEnded { show() }
  }

  /// Shows what has ended.
  private mutating func show() {
    if tracking.hasEnded { tracking.drain { view.show(&$0) } }
  }

  var foresight: UInt64 { Tracker.foresight }
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { tracking.foresee(octets, frame) }

  mutating func rest(_ now: Int64?) {
    if let now { tracking.advance(to: now) }
    show()
  }

  mutating func note(droppedByKernel: UInt64) { view.note(droppedByKernel: droppedByKernel) }

  mutating func finish(_ output: inout Output) {
    tracking.finish()
    tracking.drain {
      view.show(&$0)
      output.pass(&view)
    }
    view.finish()
  }

  mutating func conclude() { view.conclude(tracking.tally) }

  var pending: Int { view.pending }
  mutating func flush() -> Bool {
    show()
    return view.flush()
  }
}
