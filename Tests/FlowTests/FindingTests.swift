// What is found of a connection, and what is not found of one that only looks alike.

import Flow
import Testing
import Wire

@Suite struct OpeningFindingTests {
  @Test func aPlainConnectionHasNoFinding() {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 300)
    story.server([.ack, .psh], 1400)
    story.client(.ack)
    story.close()
    let found = story.findings()
    #expect(found.rules.isEmpty, "\(found)")
    #expect(found[.timeWait]?.side == .originator)
  }

  @Test func aSYNIsRepeatedAndThenAnswered() {
    var story = Story()
    story.client(.syn)
    story.client(.syn, after: 1000, seq: 0)
    story.server([.syn, .ack])
    story.client(.ack)
    let found = story.findings()
    #expect(found[.synRetried]?.frames == [1, 2, 3])
    #expect(found[.synRetried]?.figures[1] == 1_010_000_000)
    #expect(found[.synNoAnswer] == nil)
  }

  @Test func aSYNIsNeverAnswered() {
    var story = Story()
    story.client(.syn)
    story.client(.syn, after: 1000, seq: 0)
    #expect(story.findings()[.synNoAnswer]?.severity == .warning)
  }

  @Test func aSYNThatCameLastMayStillBeAnswered() {
    var story = Story()
    story.client(.syn)
    #expect(story.findings()[.synNoAnswer]?.severity == .note)
  }

  @Test func theSYNACKComesAgainAfterOneACK() {
    var story = Story()
    story.open()
    story.server([.syn, .ack], after: 1000, seq: 0)
    story.client(.ack)
    let found = story.findings()
    #expect(found[.lastACKLost] != nil)
    #expect(found[.backlogFull] == nil)
  }

  @Test func theSYNACKComesAgainAfterACKAndData() {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 100)
    story.server([.syn, .ack], after: 1000, seq: 0, ack: 1)
    #expect(story.findings()[.backlogFull] != nil)
  }

  @Test func aSYNACKThatCrossesItsACKTellsNothing() {
    var story = Story()
    story.client(.syn)
    story.server([.syn, .ack])
    story.client(.ack)
    story.client([.ack, .psh], 100)
    story.server([.syn, .ack], after: 5, seq: 0, ack: 1)
    let found = story.findings()
    #expect(found[.backlogFull] == nil && found[.lastACKLost] == nil)
  }

  @Test func theServerRefuses() {
    var story = Story()
    story.client(.syn)
    story.server([.rst, .ack], seq: 0)
    let flows = story.end()
    #expect(flows.first?.findings()[.refused] != nil)
    #expect(flows.first?.connection?.teardown.reset?.kind == .refused)
  }

  @Test func aSYNACKForAnotherNumberIsNotTaken() {
    var story = Story()
    story.client(.syn)
    story.server([.syn, .ack], ack: 700)
    #expect(story.findings()[.handshakeNumbersWrong] != nil)
  }

  @Test func theOpenerResets() {
    var story = Story()
    story.client(.syn)
    story.server([.syn, .ack])
    story.client(.rst, seq: 1)
    let found = story.findings()
    #expect(found[.handshakeAborted] != nil)
    #expect(found[.handshakeUnfinished] == nil)
  }

  @Test(arguments: [true, false]) func oneEndDoesNotScale(isOne: Bool) {
    var story = Story()
    story.client.scale = nil
    if !isOne { story.server.scale = nil }
    story.open()
    #expect((story.findings()[.windowScaleMissing] != nil) == isOne)
  }

  @Test(arguments: [(UInt16(300), true), (536, false), (0, true)])
  func segmentsAreSmall(size: UInt16, isSmall: Bool) {
    var story = Story()
    story.server.size = size
    story.open()
    #expect((story.findings()[.segmentSizeSmall] != nil) == isSmall)
  }

  @Test(arguments: [(5.0, true), (70.0, false)]) func portsAreUsedAgain(seconds: Double, isInside: Bool) {
    var story = Story()
    story.open()
    story.close()
    story.wait(seconds * 1000)
    (story.client.initial, story.client.next) = (2_000_000, 0)
    (story.server.initial, story.server.next) = (5_000_000, 0)
    story.open()
    let second = story.end().last
    #expect((second?.findings()[.portReused] != nil) == isInside)
    if isInside { #expect(second?.findings()[.portReused]?.severity == .info) }
  }

  @Test func anOlderNumberInsideTimeWaitIsAWarning() {
    var story = Story()
    story.open()
    story.close()
    story.wait(1000)
    (story.client.initial, story.client.next) = (10, 0)
    (story.server.initial, story.server.next) = (5_000_000, 0)
    story.open()
    #expect(story.end().last?.findings()[.portReused]?.severity == .warning)
  }
}

@Suite struct TransferFindingTests {
  @Test func whatIsLostBehindTheTapWasSeenBefore() {
    var story = Story()
    story.open()
    for _ in 0..<5 { story.client(.ack, 1000) }
    for _ in 0..<4 { story.server(.ack, after: 2, ack: 1) }
    story.client(.ack, 1000, seq: 1)
    story.server(.ack)
    let loss = story.findings()[.loss]
    #expect(loss?.figures[0] == 1 && loss?.figures[2] == 0 && loss?.figures[3] == 1)
    #expect(loss?.frames == [13])
  }

  @Test func whatIsLostBeforeTheTapLeavesAGap() {
    var story = Story()
    story.open()
    story.client(.ack, 1000, isSeen: false)
    for _ in 0..<4 { story.client(.ack, 1000) }
    for _ in 0..<4 { story.server(.ack, after: 0.1, ack: 1) }
    story.client(.ack, 1000, after: 25, seq: 1)
    story.server(.ack)
    let loss = story.findings()[.loss]
    #expect(loss?.figures[0] == 1 && loss?.figures[2] == 1 && loss?.figures[3] == 0)
  }

  @Test func nobodyAnswersTheDataAnyMore() {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack)
    story.client(.ack, 100)
    for wait in [300.0, 600, 1200, 2400] { story.client(.ack, 100, after: wait, seq: 101) }
    #expect(story.findings()[.noAnswerToData]?.severity == .error)
  }

  @Test func anAnswerThatComesAtLastIsAnAnswer() {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack)
    story.client(.ack, 100)
    for wait in [300.0, 600, 1200, 2400] { story.client(.ack, 100, after: wait, seq: 101) }
    story.server(.ack)
    let found = story.findings()
    #expect(found[.noAnswerToData] == nil)
    #expect(found[.timeouts] != nil)
  }

  @Test(arguments: [true, false]) func fullSegmentsVanish(isAlive: Bool) {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack)
    story.client(.ack, 1460)
    for wait in [300.0, 600, 1200, 2400] {
      if isAlive { story.server(.ack, 10, ack: 101) }
      story.client(.ack, 1460, after: wait, seq: 101)
    }
    let found = story.findings()
    #expect((found[.blackHole] != nil) == isAlive)
    #expect((found[.noAnswerToData] != nil) == !isAlive)
  }

  @Test(arguments: [(90.0, true), (30.0, false)]) func nothingIsSentForLong(seconds: Double, isLong: Bool) {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack)
    story.client(.ack, 100, after: seconds * 1000)
    #expect((story.findings()[.longIdle] != nil) == isLong)
  }

  @Test(arguments: [true, false]) func keepAlivesGetNoAnswer(isDead: Bool) {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack)
    for _ in 0..<3 {
      story.client(.ack, after: 1000, seq: 100)
      if !isDead { story.server(.ack) }
    }
    #expect((story.findings()[.keepAliveUnanswered] != nil) == isDead)
  }

  @Test func routersMarkInsteadOfDropping() {
    var story = Story()
    story.open()
    story.client(.ack, 1000, ecn: 3)
    story.server([.ack, .ece])
    story.client([.ack, .cwr], 1000, ecn: 2)
    story.server(.ack)
    let found = story.findings()[.congestionMarked]
    #expect(found?.figures[0] == 1 && found?.figures[1] == 1)
  }

  @Test(arguments: [(UInt16(0), true), (509, false)]) func theWindowIsClosed(window: UInt16, isClosed: Bool) {
    var story = Story()
    story.open()
    story.client(.ack, 100)
    story.server(.ack, window: window)
    story.server(.ack, after: 500)
    let found = story.findings()[.zeroWindow]
    #expect((found != nil) == isClosed)
    if isClosed { #expect(found?.severity == .warning && found?.figures[1] == 500_000_000) }
  }
}
