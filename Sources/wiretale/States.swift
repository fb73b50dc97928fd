// `wiretale states`: both ends' states of TCP now, as netstat would list them on both hosts.

import ArgumentParser
import Capture
import Flow
import Glibc
import Report
import Wire

/// Who holds how many connections in which state.
struct States: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "states",
    abstract: "Who holds how many connections in which state of TCP.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Flag(help: "Print one JSON object per group, or per connection.")
  var json = false

  @Flag(help: "List each connection with both ends' states.")
  var connections = false

  @Option(help: ArgumentHelp("Only ends in this state: TIME_WAIT, CLOSE_WAIT, …; again for more."))
  var state: [String] = []

  @Option(help: ArgumentHelp("Live: print the states every so often.", valueName: "seconds"))
  var every: Int?

  @OptionGroup(title: "Flows") var table: FlowOptions

  @Option(
    help: ArgumentHelp("The maximum segment lifetime; TIME_WAIT lasts twice as long.", valueName: "seconds"))
  var msl = 30

  func run() throws {
    hearSignals()
    let choice = try choice()
    if let every, every < 1 { throw Failure.usage("--every \(every): 1 second or more") }
    var limits = try table.limits()
    limits.linger = 2 * choice.maximumSegmentLifetime
    // Who is in TIME_WAIT is what is asked for.
    limits.closedMax = .max
    // What is quiet is held all the same: only room can end it here.
    limits.idleTCP = .max
    limits.idleOther = 0
    var view = StatesView(choice, limits, live: capture.isLive, every: every)
    try capture.read(&view)
  }

  /// What is to be shown.
  private func choice() throws -> StatesTable.Choice {
    if msl < 1 || msl > 3600 { throw Failure.usage("--msl \(msl): 1 to 3600 seconds") }
    var choice = StatesTable.Choice()
    choice.json = json
    choice.listsConnections = connections
    choice.maximumSegmentLifetime = Int64(msl) * 1_000_000_000
    for word in state {
      guard let known = EndpointState.allCases.first(where: { "\($0.name)" == word.uppercased() }) else {
        let names = EndpointState.allCases.map { "\($0.name)" }.joined(separator: ", ")
        throw Failure.usage("--state \(word): one of \(names)")
      }
      choice.states.insert(known)
    }
    return choice
  }
}

/// The tracker at work, and the table that is made of it when it is asked for.
struct StatesView: FrameReader, ~Copyable {
  private let choice: StatesTable.Choice
  private let live: Bool
  private let every: Duration?
  private let mux = Mux.standard
  private let clock = ContinuousClock()
  private var shown: ContinuousClock.Instant
  private var tracker: Tracker
  private var packet = Packet()
  private var latest = Int64.min
  /// The table that waits to be written.
  private var table: StatesTable?

  init(_ choice: StatesTable.Choice, _ limits: Limits, live: Bool, every: Int?) {
    self.choice = choice
    self.live = live
    self.every = every.map { .seconds($0) }
    shown = clock.now
    tracker = Tracker(limits)
  }

  /// What is no connection is of no interest.
  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    latest = max(latest, frame.time)
    mux.dissect(octets, frame, into: &packet)
    guard packet.hasTCP || packet.quoted != nil else { return }
    _ = tracker.receive(&packet, frame, octets)
    if tracker.hasEnded { tracker.drain { _ in } }
    if isDue { show() }
  }

  mutating func rest(_ now: Int64?) {
    if isDue { show() }
  }

  mutating func finish(_ output: inout Output) {
    show()
  }

  mutating func conclude() {
    for line in summary(tracker.tally) { complain(line) }
  }

  /// Nobody waits for more of a table.
  var pending: Int { table == nil ? 0 : Int.max }

  mutating func flush() -> Bool {
    let isWritten = table?.out.flush(to: STDOUT_FILENO) ?? true
    table = nil
    return isWritten
  }

  /// Whether a signal or the clock asks for the table.
  private var isDue: Bool {
    if Signals.takeStatistics() { return true }
    guard live, let every else { return false }
    return clock.now - shown >= every
  }

  /// Lists the states as they are.
  private mutating func show() {
    shown = clock.now
    // Live, time goes on while nothing comes.
    let now = live ? max(latest, realTime()) : latest
    var table = StatesTable(choice, now: now)
    tracker.forEachOpen { table.add($0) }
    table.finish()
    self.table = .some(table)
  }
}
