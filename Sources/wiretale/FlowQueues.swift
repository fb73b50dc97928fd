// Flows of an interface whose packets the kernel spreads over several threads, each with a tracker of its
// own; one at a time shows what ended.

import Capture
import Flow
import Glibc
import Synchronization
import Wire

/// One thread's share of an interface: the flows that the kernel's hash gives it.
private final class Queue: Sendable {
  /// What the thread comes to.
  struct State: ~Copyable {
    let capture: Capture
    var tally: FlowTally?
    var failure: CaptureError?
  }
  let state: Mutex<State>

  init(_ capture: consuming sending Capture) { state = Mutex(State(capture: capture)) }

  /// Reads the interface to its end and shows the flows.
  func run(_ limits: Limits, _ counter: Counter) {
    state.withLock { state in
      var run = FlowTracking(limits)
      var ended = EndedFlows()
      var dropped: UInt64 = 0
      do throws(CaptureError) {
        try state.capture.forEachFrame { octets, frame in
          run.receive(octets, frame)
          guard run.haveManyEnded else { return .go }
          run.exchangeEnded(&ended)
          return counter.show(&ended, dropped) ? .go : .stop
        } idle: {
          run.advance(to: realTime())
          dropped = state.capture.recentStatistics.droppedByKernel ?? 0
          run.exchangeEnded(&ended)
          return counter.show(&ended, dropped, all: true) ? .go : .stop
        }
      } catch {
        state.failure = error
      }
      run.finish()
      dropped = state.capture.statistics.droppedByKernel ?? 0
      while run.hasEnded {
        run.exchangeEnded(&ended)
        _ = counter.show(&ended, dropped)
      }
      state.tally = run.tally
    }
  }
}

/// Where the threads' flows are shown, one thread at a time.
private final class Counter: Sendable {
  private struct State: ~Copyable {
    var view: FlowView
    var output = Output()
    /// Where flows are filled to be shown.
    var flow = EndedFlow()

    mutating func show(_ ended: inout EndedFlows) {
      ended.forEach(into: &flow) {
        view.show(&$0)
        output.pass(&view)
      }
    }
  }
  private let state: Mutex<State>

  init(_ view: consuming sending FlowView) { state = Mutex(State(view: view)) }

  /// Shows what has ended, of a queue of which the kernel dropped so many packets. False when nobody takes it
  /// any more.
  func show(_ ended: inout EndedFlows, _ dropped: UInt64, all: Bool = false) -> Bool {
    state.withLock { state in
      state.view.note(droppedByKernel: dropped)
      state.show(&ended)
      if all { state.output.passAll(&state.view) }
      return state.output.isOpen
    }
  }

  /// Everything has ended: what waited is shown, then what became of all packets is said.
  func finish(_ tally: FlowTally) throws {
    try state.withLock { state in
      state.view.finish()
      state.output.passAll(&state.view)
      try state.output.check()
      state.view.conclude(tally)
    }
  }
}

extension CaptureOptions {
  /// Follows the flows of an interface on several threads, until a signal or an error.
  func readOnQueues(_ count: Int, _ limits: Limits, _ view: consuming sending FlowView) throws {
    guard interfaces.count < 2 else {
      throw Failure.usage("--threads \(count): of one interface, not of several")
    }
    var settings = try settings()
    settings.fanoutGroup = UInt16(truncatingIfNeeded: getpid())
    let (source, filter) = (try source(), try filter())
    // All are opened before rights are given up.
    let queues = try (0..<count).map { _ in Queue(try Capture(source, settings: settings, filter: filter)) }
    queues[0].state.withLock { state in
      for warning in state.capture.warnings { complain(warning) }
    }
    try dropPrivileges(to: user)
    queues[0].state.withLock { Session.announce($0.capture) }
    let counter = Counter(view)
    let workers = queues.enumerated().map { index, queue in
      var own = limits
      own.flowsMax = max(1, limits.flowsMax / count)
      own.firstFlow = UInt64(index + 1)
      own.flowStride = UInt64(count)
      return Worker { [own] in queue.run(own, counter) }
    }
    for worker in workers { worker.join() }
    try conclude(queues, counter)
  }

  private func conclude(_ queues: [Queue], _ counter: Counter) throws {
    var tally: FlowTally?
    var statistics = CaptureStatistics()
    var failure: CaptureError?
    for queue in queues {
      queue.state.withLock { state in
        if let part = state.tally { tally = tally.map { $0 + part } ?? part }
        statistics.add(state.capture.statistics)
        failure = failure ?? state.failure
      }
    }
    if let tally { try counter.finish(tally) }
    Session.tell(statistics)
    if let failure { throw failure }
  }
}
