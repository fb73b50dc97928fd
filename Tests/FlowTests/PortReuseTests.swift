// A new connection between ports that had one: which SYN begins it, and which belongs to the old one.

import Flow
import Testing
import Wire

@Suite struct PortReuseTests {
  /// A story whose segments are judged, or only followed.
  private func story(judges: Bool) -> Story {
    var limits = Limits()
    limits.judgesTCP = judges
    return Story(limits)
  }

  /// A connection that the capture met in its middle.
  private func metInTheMiddle(judges: Bool) -> Story {
    var story = story(judges: judges)
    (story.client.next, story.server.next) = (5000, 7000)
    return story
  }

  /// The ends begin anew, with numbers of their own.
  private func renew(_ story: inout Story) {
    (story.client.initial, story.client.next) = (777_000_000, 0)
    (story.server.initial, story.server.next) = (3_000_000_000, 0)
  }

  /// Opens a connection between the same ports, and asks and answers; says what the verdicts speak of.
  private func openAnother(_ story: inout Story) -> (syn: Analysis, others: Analysis) {
    renew(&story)
    let syn = story.client(.syn, after: 500).analysis
    var others = story.server([.syn, .ack]).analysis
    others.formUnion(story.client(.ack).analysis)
    others.formUnion(story.client([.ack, .psh], 100).analysis)
    others.formUnion(story.server([.ack, .psh], 400).analysis)
    others.formUnion(story.client(.ack).analysis)
    return (syn, others)
  }

  @Test(arguments: [true, false])
  func ofACloseOnlyItsEndWasCaptured(judges: Bool) {
    var story = metInTheMiddle(judges: judges)
    story.client([.fin, .ack])
    story.server(.ack)
    let another = openAnother(&story)
    #expect(another.syn == .reusedPorts && another.others.isEmpty)
    let flows = story.end()
    #expect(flows.map(\.record.counters[0].packets) == [1, 4])
    #expect(flows.map(\.record.counters[1].packets) == [1, 2])
    #expect(flows.map(\.reason) == [.end, .forced])
  }

  @Test(arguments: [true, false])
  func ofACloseOnlyTheLastAcknowledgmentWasCaptured(judges: Bool) {
    var story = metInTheMiddle(judges: judges)
    story.server(.ack)
    let another = openAnother(&story)
    #expect(another.syn == .reusedPorts && another.others.isEmpty)
    #expect(story.end().count == 2)
  }

  /// What of a connection was captured.
  enum Seen: CaseIterable { case opening, openingAndOneFIN, middle }

  /// Nobody knows until the SYN-ACK comes: an end that goes on with the old connection sends none.
  @Test(arguments: [true, false], Seen.allCases)
  func ofTheCloseNotAllWasCaptured(judges: Bool, seen: Seen) {
    var story = seen == .middle ? metInTheMiddle(judges: judges) : story(judges: judges)
    if seen != .middle { story.open() }
    story.client([.ack, .psh], 100)
    story.server([.ack, .psh], 400)
    story.client([.fin, .ack], isSeen: seen == .openingAndOneFIN)
    story.server([.fin, .ack], isSeen: false)
    renew(&story)
    #expect(!story.client(.syn, after: 500).analysis.contains(.reusedPorts))
    #expect(story.server([.syn, .ack]).analysis == .reusedPorts)
    #expect(story.client(.ack).analysis.isEmpty)
    #expect(story.client([.ack, .psh], 100).analysis.isEmpty)
    #expect(story.server([.ack, .psh], 400).analysis.isEmpty)
    let flows = story.end()
    #expect(flows.map(\.record.counters[1].packets) == [seen == .middle ? 1 : 2, 2])
    #expect(flows.map(\.record.responder.port) == [9000, 9000])
    #expect(flows.map(\.reason) == [.end, .forced])
    if judges { #expect(flows.first?.findings()[.challengeACK] == nil) }
  }

  @Test(arguments: [true, false])
  func aSYNACKForAnotherSYNBeginsNothing(judges: Bool) {
    var story = story(judges: judges)
    story.open()
    story.client([.ack, .psh], 100)
    story.server(.ack)
    let real = (story.client, story.server)
    renew(&story)
    story.client(.syn)
    #expect(!story.server([.syn, .ack], ack: 7).analysis.contains(.reusedPorts))
    (story.client, story.server) = real
    #expect(story.client([.ack, .psh], 100).analysis.isEmpty)
    #expect(story.end().count == 1)
  }

  @Test(arguments: [true, false])
  func aSYNBehindItsOwnSegmentsIsTheirs(judges: Bool) {
    // The file is out of order: what is left of the connection stands before its SYN.
    var story = story(judges: judges)
    (story.client.next, story.server.next) = (5001, 1)
    story.client([.ack, .psh], 100)
    story.server([.ack, .psh], 100)
    story.client([.fin, .ack])
    #expect(!story.client(.syn, seq: 0).analysis.contains(.reusedPorts))
    #expect(story.end().count == 1)
  }

  @Test(arguments: [true, false])
  func aSYNBehindTheFirstAcknowledgmentOfItIsItsOwn(judges: Bool) {
    var story = story(judges: judges)
    (story.client.next, story.server.next) = (1, 1)
    story.server(.ack)
    #expect(!story.client(.syn, seq: 0).analysis.contains(.reusedPorts))
    #expect(story.end().count == 1)
  }

  @Test(arguments: [true, false])
  func aRepeatOfTheOldSYNBeginsNothing(judges: Bool) {
    var story = story(judges: judges)
    story.open()
    story.client([.ack, .psh], 100)
    story.client([.fin, .ack])
    #expect(!story.client(.syn, seq: 0).analysis.contains(.reusedPorts))
    #expect(story.end().count == 1)
  }

  @Test(arguments: [true, false])
  func bothMayOpenAtOnce(judges: Bool) {
    var story = story(judges: judges)
    story.client(.syn)
    #expect(!story.server(.syn).analysis.contains(.reusedPorts))
    story.client([.syn, .ack], seq: 0)
    story.server([.syn, .ack], seq: 0)
    #expect(story.end().count == 1)
  }

  /// A server that has not closed for long, whose client has forgotten the connection (RFC 5961 section 4.2).
  @Test(arguments: [true, false])
  func aServerThatNeverClosedChallengesTheNextSYN(judges: Bool) {
    var story = story(judges: judges)
    story.open()
    story.client([.fin, .ack])
    story.server(.ack)
    let old = (story.client, story.server)
    renew(&story)
    let new = story.client
    #expect(!story.client(.syn, after: 60_000).analysis.contains(.reusedPorts))
    (story.client, story.server) = old
    #expect(story.server(.ack).analysis == (judges ? .challengeACK : []))
    story.client(.rst)
    (story.client, story.server.initial, story.server.next) = (new, 3_000_000_000, 0)
    #expect(story.client(.syn, after: 1000).analysis == .reusedPorts)
    #expect(story.server([.syn, .ack]).analysis.isEmpty)
    #expect(story.end().map(\.record.counters[0].packets) == [5, 1])
  }

  /// While nobody has closed, a SYN may be a stranger's (RFC 5961 section 4).
  @Test(arguments: [true, false])
  func aSYNInAConnectionThatGoesOnBeginsNothing(judges: Bool) {
    var story = story(judges: judges)
    story.open()
    story.client([.ack, .psh], 100)
    story.server(.ack)
    let real = story.client
    (story.client.initial, story.client.next) = (777_000_000, 0)
    #expect(!story.client(.syn).analysis.contains(.reusedPorts))
    story.client = real
    story.server(.ack)
    #expect(story.client([.ack, .psh], 100).analysis.isEmpty)
    #expect(story.end().count == 1)
  }
}
