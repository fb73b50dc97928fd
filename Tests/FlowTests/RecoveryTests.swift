// Why a segment was sent again: each rule as a conversation. Round trips are 20 ms, so the timer runs 220 ms
// and more, and a probe of the tail waits 40 ms.

import Flow
import Testing
import Wire

@Suite struct RecoveryTests {
  @Test func threeDuplicateACKsAreAnsweredFast() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    talk.serverAcks(1001, at: 50)
    for i in 1...3 { talk.serverAcks(1001, at: 50 + Double(i)) }
    #expect(talk.repeats(1001, at: 53.05).analysis == [.retransmission, .fastRetransmission])
    // NewReno: the acknowledgment of the first hole asks for the second (RFC 6582 section 3.2).
    talk.serverAcks(3001, at: 73)
    #expect(talk.repeats(3001, at: 73.05).analysis == [.retransmission, .fastRetransmission])
  }

  @Test func aSelectiveAcknowledgmentIsEnough() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<6001, at: 30)
    talk.serverAcks(1, at: 51, sack: [2001...6001])
    // A reordering window may pass before it is answered (RFC 8985 section 6.2).
    #expect(talk.repeats(1, at: 56).analysis.contains(.fastRetransmission))
  }

  @Test func theTimerSendsTheLowestAgainAndThenTheRest() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<4001, at: 30)
    #expect(talk.repeats(1, at: 255).analysis == [.retransmission, .rtoRetransmission])
    talk.serverAcks(1001, at: 275)
    #expect(talk.repeats(1001, at: 275.05).analysis.contains(.rtoRetransmission))
    talk.serverAcks(4001, at: 295)
    // Beyond what was in flight at the timeout it is over.
    talk.clientSends(4001..<8001, at: 300)
    talk.serverAcks(5001, at: 320)
    for i in 1...3 { talk.serverAcks(5001, at: 320 + Double(i)) }
    #expect(talk.repeats(5001, at: 323.05).analysis.contains(.fastRetransmission))
    let causes = talk.end().causes
    #expect((causes.timer, causes.fast, causes.tailLossProbe) == (2, 1, 0))
  }

  @Test func theTimerIsSetBackByTheFirstOctetsOnly() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    for i in 1...3 { talk.serverAcks(1, at: 50 + Double(i)) }
    #expect(talk.repeats(1, at: 53.05).analysis.contains(.fastRetransmission))
    // New segments and duplicate acknowledgments go on, and neither sets the timer back: it was set at 53 ms.
    for i in 0..<20 {
      talk.clientSends(UInt32(6001 + i * 1000)..<UInt32(7001 + i * 1000), at: 60 + Double(i) * 10)
      talk.serverAcks(1, at: 65 + Double(i) * 10)
    }
    #expect(talk.repeats(1, at: 277).analysis.contains(.rtoRetransmission))
  }

  @Test func anACKThatComesLateIsStillAnsweredFast() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    for i in 1...3 { talk.serverAcks(1, at: 50 + Double(i)) }
    #expect(talk.repeats(1, at: 53.05).analysis.contains(.fastRetransmission))
    // 190 ms later the first octets are acknowledged, which sets the timer anew.
    talk.serverAcks(3001, at: 243)
    #expect(talk.repeats(3001, at: 243.05).analysis.contains(.fastRetransmission))
  }

  @Test func theTailIsProbedOnceAFlight() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(3001, at: 50.5)
    #expect(talk.repeats(3001, at: 95).analysis == [.retransmission, .tailLossProbe])
    #expect(talk.repeats(3001, at: 330).analysis.contains(.rtoRetransmission))
    talk.serverAcks(4001, at: 350)
    // The probe's flight has been acknowledged and nothing beyond: Linux does not probe the next one.
    talk.clientSends(4001..<5001, at: 400)
    talk.serverAcks(5001, at: 420)
    talk.clientSends(5001..<6001, at: 500)
    #expect(talk.repeats(5001, at: 730).analysis.contains(.tailLossProbe))
  }

  @Test func aProbeWithNewOctetsBringsNews() {
    // Nothing of the first segment was heard; a new one is sent for a probe, selected, and the first comes
    // again at once, though the timer seems to have run.
    var talk = Dialogue.opened()
    talk.clientSends(1..<1001, at: 30)
    talk.clientSends(1001..<2001, at: 255)
    talk.serverAcks(1, at: 275, sack: [1001...2001])
    #expect(talk.repeats(1, at: 275.05).analysis.contains(.fastRetransmission))
  }

  @Test func withoutSACKNothingIsProbed() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<1001, at: 30)
    #expect(talk.repeats(1, at: 255).analysis.contains(.rtoRetransmission))
  }

  @Test func whenSomethingIsMissingNothingIsProbed() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(1, at: 51, sack: [1001...2001])
    #expect(talk.repeats(3001, at: 95).analysis.contains(.fastRetransmission))
  }

  @Test func anUnnecessaryTimeoutIsOverWhenOriginalsAreAcknowledged() {
    // The flight was held up for 300 ms, and arrives (RFC 5682).
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    #expect(talk.repeats(1, at: 255).analysis.contains(.rtoRetransmission))
    talk.serverAcks(1001, at: 330)
    talk.clientSends(6001..<8001, at: 330.1)
    talk.serverAcks(2001, at: 331)
    #expect(talk.needless == [10])
    for i in 1...3 { talk.serverAcks(2001, at: 332 + Double(i)) }
    #expect(talk.repeats(2001, at: 335.05).analysis.contains(.fastRetransmission))
  }

  @Test func aLostRepeatIsFoundByWhatIsSelectedAfterIt() {
    // RFC 8985 section 6.2: the repeat of the timeout's recovery is lost again, later ones arrive.
    var talk = Dialogue.opened()
    talk.clientSends(1..<6001, at: 30)
    #expect(talk.repeats(1, at: 255).analysis.contains(.rtoRetransmission) == true)
    talk.serverAcks(1001, at: 275)
    #expect(talk.repeats(1001, at: 275.05).analysis.contains(.rtoRetransmission))
    #expect(talk.repeats(2001, at: 275.1).analysis.contains(.rtoRetransmission))
    #expect(talk.repeats(3001, at: 275.15).analysis.contains(.rtoRetransmission))
    talk.serverAcks(2001, at: 295, sack: [3001...4001])
    #expect(talk.repeats(2001, at: 295.05).analysis.contains(.rtoRetransmission))
    #expect(talk.repeats(3001, at: 295.1).analysis.contains(.fastRetransmission))
  }

  @Test func besideTheReceiverTheWayToTheSenderIsAdded() {
    // The hole at 1001 fills a round trip after the acknowledgments that told of it.
    var talk = Dialogue.opened(selective: false, besideServer: true)
    talk.clientSends(1..<1001, at: 30)
    talk.serverAcks(1001, at: 30.05)
    talk.clientSends(2001..<6001, at: 30.2)
    for i in 1...4 { talk.serverAcks(1001, at: 30.2 + Double(i) / 10) }
    #expect(talk.repeats(1001, at: 51).analysis.contains(.fastRetransmission))
    // And one that no acknowledgment asked for comes when the timer has run: 220 ms after the sender heard.
    talk.serverAcks(6001, at: 51.05)
    talk.clientSends(7001..<8001, at: 71.2)
    talk.serverAcks(6001, at: 71.25)
    #expect(talk.repeats(6001, at: 300).analysis.contains(.rtoRetransmission))
  }

  @Test func aRepeatThatLooksNewShowsByWhatFollowsIt() {
    // Everything behind 2001 is lost before the tap; the timer's repeat comes alone, then new octets, a round
    // trip later, then what was lost.
    var talk = Dialogue.opened(selective: false, besideServer: true)
    talk.clientSends(1..<2001, at: 30)
    talk.serverAcks(2001, at: 30.2)
    let lone = talk.client(at: 300, seq: 2001, Told(octets: 1000, ack: 1, identification: 140))
    #expect(lone.analysis.isEmpty)
    talk.serverAcks(3001, at: 300.1)
    #expect(talk.client(at: 320.2, seq: 20_001, Told(octets: 1000, ack: 1)).analysis == .lostSegment)
    talk.serverAcks(3001, at: 320.3)
    #expect(talk.repeats(3001, at: 341).analysis.contains(.rtoRetransmission))
    // Without the gap in the sender's count it was idle, and lost one segment of the next flight.
    var idle = Dialogue.opened(selective: false, besideServer: true)
    idle.clientSends(1..<2001, at: 30)
    idle.serverAcks(2001, at: 30.2)
    idle.clientSends(2001..<3001, at: 300)
    idle.serverAcks(3001, at: 300.1)
    idle.clientSends(4001..<8001, at: 320.2)
    for i in 1...4 { idle.serverAcks(3001, at: 320.3 + Double(i) / 10) }
    #expect(idle.repeats(3001, at: 341).analysis.contains(.fastRetransmission))
  }

  @Test func aSYNAndAFINHaveCountsOfTheirOwn() {
    var talk = Dialogue()
    talk.client(.syn, at: 0, seq: 0)
    #expect(talk.client(.syn, at: 1000, seq: 0).analysis == .retransmission)
    talk.server([.syn, .ack], at: 1020, seq: 0, Told(ack: 1))
    talk.client(.ack, at: 1020.05, seq: 1, Told(ack: 1))
    talk.client([.fin, .ack], at: 1030, seq: 1, Told(ack: 1))
    #expect(talk.client([.fin, .ack], at: 1260, seq: 1, Told(ack: 1)).analysis.contains(.retransmission))
    let counters = talk.end()
    #expect((counters.causes.syn, counters.causes.fin, counters.retransmissions) == (1, 1, 2))
  }
}

@Suite struct AcknowledgmentTests {
  @Test func aPartialACKLeavesSomethingToRepair() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    for i in 1...3 { talk.serverAcks(1, at: 50 + Double(i)) }
    talk.repeats(1, at: 53.05)
    #expect(talk.serverAcks(3001, at: 73).analysis == .partialACK)
    talk.repeats(3001, at: 73.05)
    #expect(talk.serverAcks(6001, at: 93).analysis.isEmpty)
  }

  @Test func anAcknowledgedGapIsTheCapturesOwn() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<1001, at: 30)
    #expect(talk.client(at: 31, seq: 2001, Told(octets: 1000, ack: 1)).analysis == .lostSegment)
    #expect(talk.serverAcks(1001, at: 50).analysis.isEmpty)
    #expect(talk.serverAcks(3001, at: 51).analysis == .captureGap)
    talk.clientSends(3001..<4001, at: 60)
    #expect(talk.serverAcks(4001, at: 80).analysis.isEmpty)
  }

  @Test func aGapThatIsFilledBeforeItIsAcknowledgedIsALoss() {
    var talk = Dialogue.opened(besideServer: true)
    talk.clientSends(1..<1001, at: 30)
    talk.client(at: 31, seq: 2001, Told(octets: 1000, ack: 1))
    talk.serverAcks(1001, at: 31.1, sack: [2001...3001])
    talk.repeats(1001, at: 51.2)
    #expect(talk.serverAcks(3001, at: 51.3).analysis.isEmpty)
  }

  @Test func aSYNInAConnectionIsChallenged() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<1001, at: 30)
    talk.serverAcks(1001, at: 50)
    talk.client(.syn, at: 60, seq: 900_000)
    #expect(talk.serverAcks(1001, at: 80).analysis == .challengeACK)
    #expect(!talk.serverAcks(1001, at: 81).analysis.contains(.challengeACK))
  }
}

@Suite struct CopyTests {
  @Test func aRepeatThatWasOvertakenIsNoCopy() {
    // Its identification was skipped a moment before, and no packet had it.
    var talk = Dialogue.opened(besideServer: true)
    talk.clientSends(1..<3001, at: 30)
    talk.serverAcks(3001, at: 30.3)
    talk.client(at: 40, seq: 3001, Told(octets: 1000, ack: 1, identification: 111))
    let late = talk.client(at: 41, seq: 1001, Told(octets: 1000, ack: 1, identification: 110))
    #expect(late.analysis.contains(.retransmission) && late.analysis.contains(.spuriousRetransmission))
  }

  @Test func aCopyMayComeHundredsOfPacketsLater() {
    var talk = Dialogue.opened(besideServer: true)
    talk.client(at: 30, seq: 1, Told(octets: 1000, ack: 1, identification: 104))
    talk.clientSends(1001..<301_001, at: 31)
    let copy = talk.client(at: 90, seq: 1, Told(octets: 1000, ack: 1, identification: 104))
    #expect(copy.analysis == .duplicateFrame)
    #expect(copy.of == 4)
  }
}
