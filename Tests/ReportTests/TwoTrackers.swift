// Two trackers that follow the same packets in two ways: what they tell of their flows is held against each
// other.

import Report
import Testing
import Wire

@testable import Flow

/// What the views tell of flows.
private struct Told: ~Copyable {
  private var json = FlowJSON()
  private var line = FlowLine()
  private var zeek = FlowZeek()

  mutating func add(_ flow: inout EndedFlow) {
    json.print(&flow)
    line.print(&flow)
    zeek.print(&flow)
  }

  /// All texts since the last call.
  mutating func take() -> [UInt8] {
    let octets = json.out.octets + line.out.octets + zeek.out.octets
    json.out.removeAll()
    line.out.removeAll()
    zeek.out.removeAll()
    return octets
  }
}

/// Two trackers, and the first packet after which they told different things.
struct TwoTrackers: ~Copyable {
  var one: Tracker
  var other: Tracker
  private var told = Told()
  private var otherTold = Told()
  /// 0 for none.
  private(set) var difference: UInt64 = 0
  /// What they told that differs.
  private(set) var texts: [String] = []

  init(_ one: Limits, _ other: Limits) {
    self.one = Tracker(one, secret: FlowSecret(seed: 1))
    self.other = Tracker(other, secret: FlowSecret(seed: 1))
  }

  /// They differ from a packet on.
  mutating func note(_ number: UInt64) { if difference == 0 { difference = number } }

  /// Both have taken a packet.
  mutating func compare(behind number: UInt64) {
    one.drain { told.add(&$0) }
    other.drain { otherTold.add(&$0) }
    let (text, otherText) = (told.take(), otherTold.take())
    if text == otherText { return }
    texts += [String(decoding: text, as: UTF8.self), String(decoding: otherText, as: UTF8.self)]
    note(number)
  }

  /// The same, and of the flows that are open.
  mutating func compareOpen(behind number: UInt64) {
    one.forEachOpen { told.add(&$0) }
    other.forEachOpen { otherTold.add(&$0) }
    compare(behind: number)
  }

  /// The input has ended.
  mutating func finish() {
    one.finish()
    other.finish()
    compare(behind: .max)
    if one.tally != other.tally { note(.max) }
  }
}
