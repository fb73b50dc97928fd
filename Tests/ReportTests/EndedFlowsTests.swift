// Flows that are handed over in lists are the flows that are drained one after the other, in the same order.

import Report
import Testing
import Wire

@testable import Flow

/// A tracker and what its flows were told as, in one of the two ways.
private struct Teller: ~Copyable {
  private(set) var tracker: Tracker
  private var packet = Packet()
  private var json = FlowJSON()
  /// A list that goes to and fro, and the place where flows are filled.
  private var flows = EndedFlows()
  private var flow = EndedFlow()
  /// The most flows that one list had.
  private(set) var most = 0

  var text: [UInt8] { mutating get { json.out.octets } }
  var lines: Int { mutating get { text.count { $0 == UInt8(ascii: "\n") } } }

  init(_ limits: Limits) { tracker = Tracker(limits, secret: FlowSecret(seed: 1)) }

  mutating func take(_ frame: TalkFrame) {
    let octets = frame.octets.span
    if tracker.takeStraight(octets, frame.frame) { return }
    Mux.standard.dissect(octets, frame.frame, into: &packet)
    _ = tracker.receive(&packet, frame.frame, octets)
  }

  mutating func drain() { tracker.drain { json.print(&$0) } }

  mutating func exchange() {
    tracker.exchangeEnded(&flows)
    most = max(most, flows.count)
    flows.forEach(into: &flow) { json.print(&$0) }
    flows.removeAll()
  }

  mutating func finish() { tracker.finish() }
}

@Suite struct EndedFlowsTests {
  /// Journals, connections and reports of flows that go on, by turns.
  @Test(arguments: 1...12) func listsHaveThemInTheirOrder(seed: UInt64) {
    var talks = (0..<100).map { RandomTalk(seed: seed * 1000 + $0, exchanges: Int($0 % 5)) }
    talks += (0..<40).map { RandomTalk(reset: seed * 1000 + $0) }
    var limits = Limits()
    limits.keepsJournals = true
    limits.plainSpan = FindingLimits().idle
    limits.active = Int64(seed % 3) * 20_000_000
    if seed % 4 == 0 { limits.flowsMax = 20 }
    var one = Teller(limits)
    var other = Teller(limits)
    for (number, frame) in talkFrames(talks, firstPort: 10_000).enumerated() {
      one.take(frame)
      one.drain()
      other.take(frame)
      // As many frames as a load between two threads may have.
      if number % 97 == 0 { other.exchange() }
    }
    let lines = one.lines
    one.finish()
    one.drain()
    other.finish()
    other.exchange()
    while other.tracker.hasEnded { other.exchange() }
    let (text, otherText, all) = (one.text, other.text, one.lines)
    #expect(text == otherText)
    #expect(all > 80 && all > lines)
    if limits.active > 0 { #expect(lines > 0) }
  }

  /// What a router says of a connection stands in its record, whether it began as a journal or not.
  @Test func whatICMPSaysOfAShortConnectionIsTold() {
    var limits = Limits()
    limits.keepsJournals = true
    limits.plainSpan = FindingLimits().idle
    var journaled = Teller(limits)
    limits.keepsJournals = false
    var followed = Teller(limits)
    // Nothing in it but the ordinary.
    var frames = talkFrames([RandomTalk(seed: 3, exchanges: 1)], firstPort: 10_000)
    let error = unreachable(frames[3])
    frames.insert(error, at: 4)
    for i in frames.indices {
      frames[i].frame.number = UInt64(i + 1)
      journaled.take(frames[i])
      followed.take(frames[i])
    }
    journaled.finish()
    journaled.drain()
    followed.finish()
    followed.drain()
    let (text, otherText) = (journaled.text, followed.text)
    #expect(text == otherText)
    let words = String(decoding: text, as: UTF8.self)
    #expect(words.contains("\"icmp_errors\":1"))
  }

  /// A router's answer to a frame over IPv4: its fourth code, too big (RFC 792).
  private func unreachable(_ about: TalkFrame) -> TalkFrame {
    let quote = Array(about.octets[14..<42])
    let octets: [UInt8] =
      about.octets[..<14] + [0x45, 0, 0, 56, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1] + quote[12..<16]
      + [3, 4, 0, 0, 0, 0, 5, 0] + quote
    return (
      octets,
      Frame(
        number: 0, time: about.frame.time, wireLength: octets.count, capturedLength: octets.count,
        link: .ethernet)
    )
  }

  /// However many are open at the end, a list has few.
  @Test func whatIsLeftAtTheEndComesInSmallLists() {
    var limits = Limits()
    limits.keepsJournals = true
    var teller = Teller(limits)
    let talks = (0..<1000).map { RandomTalk(seed: $0 + 1, exchanges: 1) }
    for frame in talkFrames(talks, firstPort: 10_000) { teller.take(frame) }
    teller.finish()
    while teller.tracker.hasEnded { teller.exchange() }
    let (most, count, lines) = (teller.most, teller.tracker.count, teller.lines)
    #expect(most > 1 && most <= 64 && count == 0)
    #expect(lines >= 1000)
  }
}
