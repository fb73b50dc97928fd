// Flows that ended, until somebody takes them. Of one that was a journal to its end the journal is kept, and
// its report is made when it is asked for: then the report is near who reads it, who may be another thread.

internal import Wire

/// What is left of a flow that was a journal to its end: all that its report is made of, in a fifth of the
/// octets. No tunnel carried it, no router spoke of it and nobody reported it before: each of these makes a
/// connection of a journal (`Tracker.unfold`).
private struct JournalRemains: Sendable {
  var slot = FlowSlot(
    .none, serial: 0, Frame(number: 0, time: 0, wireLength: 0, capturedLength: 0, link: .ethernet))
  var whole = WholeJournal()
  var reason = FlowEnd.forced
  var time: Int64 = 0

  /// Makes `flow` what the flow was; `span` is the limits'.
  mutating func fill(_ flow: inout EndedFlow, span: Int64) {
    flow.hasConnection = true
    slot.fill(&flow.record, whole.journal.start, whole.journal.firstFrame)
    flow.reason = reason
    flow.time = time
    if !flow.notices.isEmpty { flow.notices = Evidence() }
    if flow.fill(&whole, span: span) { return }
    let (connection, detail) = TCPConnection.replayed(whole, flow: flow.record.serial)
    flow.report.connection = connection
    flow.report.fill(detail.map { [$0] } ?? [], at: time)
    flow.tellState()
  }
}

/// Flows that ended, or are reported while they go on, in that order. Room is kept for the next.
public struct EndedFlows: ~Copyable, Sendable {
  /// Room for so many is kept.
  private static let keptMax = 256

  /// Where each is: among the journals, or, as a number below zero, -1 first, among the others.
  private var order: [Int32] = []
  /// Those that are told are first; behind them are older ones.
  private var journals: [JournalRemains] = []
  private var journalCount = 0
  private var others: [EndedFlow] = []
  private var otherCount = 0
  /// `Limits.plainSpan` of the tracker.
  private var span: Int64 = 0

  /// None.
  public init() {}

  /// How many.
  public var count: Int { order.count }

  /// Shows each, filled into `flow` or where it is: who keeps one copies it.
  public mutating func forEach(into flow: inout EndedFlow, _ body: (inout EndedFlow) -> Void) {
    for place in order {
      if place < 0 {
        body(&others[Int(~place)])
      } else {
        journals[Int(place)].fill(&flow, span: span)
        body(&flow)
      }
    }
  }

  /// Forgets all. Room for more than end at once is given back.
  public mutating func removeAll() {
    order.removeAll(keepingCapacity: true)
    if journals.count > EndedFlows.keptMax { journals = [] }
    if others.count > EndedFlows.keptMax { others = [] }
    (journalCount, otherCount) = (0, 0)
  }
}

extension EndedFlows {
  /// Adds a flow that is a journal.
  mutating func add(
    _ slot: FlowSlot, _ store: borrowing JournalStore, _ reason: FlowEnd, _ time: Int64, span: Int64
  ) {
    if journalCount == journals.count { journals.append(JournalRemains()) }
    store.copy(slot.state, to: &journals[journalCount].whole)
    journals[journalCount].slot = slot
    journals[journalCount].reason = reason
    journals[journalCount].time = time
    order.append(Int32(truncatingIfNeeded: journalCount))
    journalCount += 1
    self.span = span
  }

  /// Adds another, as it is filled.
  mutating func add(_ fill: (inout EndedFlow) -> Void) {
    if otherCount == others.count { others.append(EndedFlow()) }
    fill(&others[otherCount])
    order.append(~Int32(truncatingIfNeeded: otherCount))
    otherCount += 1
  }
}
