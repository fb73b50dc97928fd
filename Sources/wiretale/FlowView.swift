// What is shown of a flow: a line, a JSON record, a line of a Zeek log; which flows, and in which order.

import Flow
import Glibc
import Report

/// Which flows are shown, in which order, and how many.
struct FlowChoice {
  var query: Query?
  var sort: SortKey?
  var top: Int?

  /// Whether a flow can be shown only when all have been seen.
  var waits: Bool { sort != nil || top != nil }
}

/// One of the printers at work, and the flows that wait for their place.
struct FlowView: TextSource, ~Copyable {
  /// Which printer.
  enum Mode { case line, json, zeek }

  /// A flow that waits, with what it is sorted by.
  private struct Waiting {
    var flow: EndedFlow
    var value: RecordValue?
  }

  private let mode: Mode
  private var choice: FlowChoice
  private var line: FlowLine
  private var record: FlowJSON
  private var zeek = FlowZeek()
  /// The record that a query is asked of.
  private var probe: FlowJSON
  /// In their order when only the first are wanted: then there are never more than these.
  private var waiting: [Waiting] = []

  /// The view that the options ask for; times in nanoseconds.
  init(_ mode: Mode, _ choice: FlowChoice, _ limits: FindingLimits) {
    self.mode = mode
    self.choice = choice
    line = FlowLine(limits)
    record = FlowJSON(limits)
    probe = FlowJSON(limits)
  }

  /// So many packets have been dropped by the kernel: what gaps in the capture may come from.
  mutating func note(droppedByKernel: UInt64) {
    line.limits.droppedByKernel = droppedByKernel
    record.limits.droppedByKernel = droppedByKernel
    probe.limits.droppedByKernel = droppedByKernel
  }

  /// Octets that wait to be written.
  var pending: Int {
    switch mode {
    case .line: line.out.count
    case .json: record.count
    case .zeek: zeek.out.count
    }
  }

  /// Shows one flow, now or in its place.
  mutating func show(_ flow: inout EndedFlow) {
    // Zeek's log has a connection once, and so has an order of all.
    if flow.isInterim, mode == .zeek || choice.waits { return }
    var value: RecordValue?
    if choice.query != nil || choice.sort != nil {
      probe.out.removeAll()
      probe.print(&flow)
      if probe.out.withOctets({ choice.query?.holds($0) }) == false { return }
      value = probe.out.withOctets { choice.sort?.value(of: $0) }
    }
    if !choice.waits { return print(&flow) }
    if choice.sort == nil {
      let octets = flow.record.counters[0].frameOctets &+ flow.record.counters[1].frameOctets
      value = .number(Int64(clamping: octets))
    }
    wait(Waiting(flow: flow, value: value))
  }

  /// Shows what waited, and ends what needs an end.
  mutating func finish() {
    if choice.top == nil {
      let isDescending = isDescending
      waiting.sort { FlowView.precedes($0, $1, isDescending) }
    }
    var flows: [Waiting] = []
    swap(&flows, &waiting)
    for i in flows.indices { print(&flows[i].flow) }
    if mode == .zeek { zeek.finish() }
  }

  /// Says on standard error what became of packets and flows, and which names in the query no flow had.
  mutating func conclude(_ tally: FlowTally) {
    for line in summary(tally) { complain(line) }
    for name in choice.query?.unknownNames ?? [] { complain("--where: no flow has a field \"\(name)\"") }
  }

  private mutating func print(_ flow: inout EndedFlow) {
    switch mode {
    case .line: line.print(&flow)
    case .json: record.print(&flow)
    case .zeek: zeek.print(&flow)
    }
  }

  /// The greatest come first when only the first are wanted.
  private var isDescending: Bool { choice.sort?.isDescending ?? (choice.top != nil) }

  private static func precedes(_ a: Waiting, _ b: Waiting, _ isDescending: Bool) -> Bool {
    SortKey.precedes(a.value, b.value, isDescending: isDescending)
      ?? (a.flow.record.serial < b.flow.record.serial)
  }

  private mutating func wait(_ flow: Waiting) {
    guard let top = choice.top else { return waiting.append(flow) }
    let isDescending = isDescending
    if waiting.count >= top {
      guard let last = waiting.last, FlowView.precedes(flow, last, isDescending) else { return }
      waiting.removeLast()
    }
    var (low, high) = (0, waiting.count)
    while low < high {
      let middle = (low + high) / 2
      if FlowView.precedes(flow, waiting[middle], isDescending) { high = middle } else { low = middle + 1 }
    }
    waiting.insert(flow, at: low)
  }

  /// Writes what waits to be written. False when the output takes no more; `errno` says why.
  mutating func flush() -> Bool {
    switch mode {
    case .line: line.out.flush(to: STDOUT_FILENO)
    case .json: record.out.flush(to: STDOUT_FILENO)
    case .zeek: zeek.out.flush(to: STDOUT_FILENO)
    }
  }
}
