// What stands in brackets behind a packet's line does not depend on how its connection is kept: as a journal
// and by what its verdicts need, or with everything that a record of its flow asks for.

import Report
import Testing
import Wire

@testable import Flow

/// What is told of each packet in brackets.
private struct Told: ~Copyable {
  private var tracker: Tracker
  private let mayBeStraight: Bool
  private var packet = Packet()
  private var segment = Packet()
  /// Frames that were taken from their octets, and those of them that were judged.
  private(set) var straightFrames = 0
  private(set) var judgedFrames = 0

  init(_ limits: Limits, mayBeStraight: Bool = false) {
    tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    self.mayBeStraight = mayBeStraight
  }

  mutating func foresee(_ octets: Bytes, _ frame: Frame) { tracker.foresee(octets, frame) }

  /// The brackets of a frame, and what is kept open or settled with it.
  mutating func brackets(_ octets: Bytes, _ frame: Frame) -> String {
    var verdict = Verdict()
    Mux.standard.dissect(octets, frame, into: &packet)
    var straight = Tracker.Straight.left
    if mayBeStraight { straight = tracker.judgeStraight(octets, frame, &segment, &verdict) }
    switch straight {
    case .left: verdict = tracker.receive(&packet, frame, octets)
    case .silent: straightFrames += 1
    case .judged:
      judgedFrames += 1
      // It is no SYN: that is all that the words ask.
      #expect(!packet.tcp.flags.contains(.syn))
      packet.tcp.flags = []
    }
    tracker.drain { _ in }
    var text = OctetBuffer(capacity: 256)
    text.write(brackets: verdict, packet.hasTCP ? packet.tcp.flags : [])
    let settled = tracker.settled.map { "\($0.frame) \($0.isNeedless)" }
    return String(decoding: text.octets, as: UTF8.self) + (verdict.isUnsettled ? " ?" : "") + "\(settled)"
  }
}

/// Two views of the same packets: one as `packets` follows them, the other with everything.
private struct Ways: ~Copyable {
  private var brief: Told
  private var full: Told
  /// What was told differently.
  private(set) var differences: [String] = []
  /// Frames that have something in brackets.
  private(set) var bracketed = 0
  var straightFrames: Int { brief.straightFrames }
  var judgedFrames: Int { brief.judgedFrames }

  init() {
    var limits = Limits()
    // A journal's packets are remembered in the journal, others in a table that may forget them sooner.
    limits.copiesMax = 1 << 17
    full = Told(limits)
    limits.tellsEnds = false
    limits.keepsJournals = true
    brief = Told(limits, mayBeStraight: true)
  }

  mutating func foresee(_ octets: Bytes, _ frame: Frame) { brief.foresee(octets, frame) }

  mutating func take(_ octets: Bytes, _ frame: Frame) {
    let (told, expected) = (brief.brackets(octets, frame), full.brackets(octets, frame))
    if expected.contains(" [") { bracketed += 1 }
    if told != expected { differences.append("#\(frame.number):\(told), not\(expected)") }
  }
}

@Suite struct BracketWaysTests {
  /// Frames in their order, of which most are foreseen.
  private func follow(_ frames: [TalkFrame]) -> (
    differences: [String], straight: Int, judged: Int, bracketed: Int
  ) {
    var ways = Ways()
    for i in frames.indices {
      let ahead = i + Int(Tracker.foresight)
      if i % 7 > 0, ahead < frames.count {
        let octets = frames[ahead].octets
        ways.foresee(octets.span, frames[ahead].frame)
      }
      let octets = frames[i].octets
      ways.take(octets.span, frames[i].frame)
    }
    return (ways.differences, ways.straightFrames, ways.judgedFrames, ways.bracketed)
  }

  private func frames(_ path: String) -> [TalkFrame] {
    var frames: [TalkFrame] = []
    SavedFrames.each(path) { octets, frame in frames.append(((0..<octets.count).map { octets[$0] }, frame)) }
    return frames
  }

  @Test(arguments: SavedFrames.lessons) func ourCapturesHaveTheSameBrackets(path: String) {
    let told = follow(frames(path))
    #expect(told.differences == [])
  }

  /// All of them as one, three times over: connections meet their own copies and repeats.
  @Test func soTheyHaveAgainAndAgain() {
    let stock = SavedFrames.lessons.flatMap { frames($0) }.filter { $0.frame.link == .ethernet }
    var all: [TalkFrame] = []
    for frame in [stock, stock, stock].joined() {
      var frame = frame
      frame.frame.number = UInt64(all.count + 1)
      frame.frame.time = 1_700_000_000_000_000_000 + Int64(all.count) * 100_000
      all.append(frame)
    }
    let told = follow(all)
    #expect(told.differences == [])
    #expect(told.bracketed > 1000)
    #expect(told.judged > 1000)
  }

  @Test(arguments: 1...256) func soHasAnyConversation(seed: UInt64) {
    let told = follow(talkFrames([RandomTalk(seed: seed, exchanges: Int(seed / 8 % 40))], firstPort: 10_000))
    #expect(told.differences == [])
  }

  /// Many at once, so that one comes in the place of another.
  @Test(arguments: 1...8) func soHaveManyConversationsAtOnce(seed: UInt64) {
    let talks = (0..<160).map { RandomTalk(seed: seed * 1000 + $0, exchanges: Int($0 % 4)) }
    let told = follow(talkFrames(talks, firstPort: 10_000))
    #expect(told.differences == [])
    #expect(told.straight > 100)
    #expect(told.bracketed > 10)
  }
}
