// Repeats that nobody needed, each way in which it shows, and what looks like it and is not.

import Flow
import Testing
import Wire

@Suite struct NeedlessTests {
  @Test func aDSACKNamesIt() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(1, at: 51, sack: [1001...4001])
    let repeated = talk.repeats(1, at: 51.05)
    #expect(repeated.isUnsettled && !repeated.analysis.contains(.spuriousRetransmission))
    talk.serverAcks(4001, at: 72)
    #expect(talk.needless.isEmpty)
    talk.serverAcks(4001, at: 72.5, sack: [1...1001])
    #expect(talk.needless == [9])
    #expect(talk.end().causes.spurious == 1)
  }

  @Test func withoutADSACKItWasNeeded() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(1, at: 51, sack: [1001...4001])
    talk.repeats(1, at: 51.05)
    talk.serverAcks(4001, at: 72)
    let counters = talk.end()
    #expect(talk.needless.isEmpty && talk.needed == [9])
    #expect(counters.causes.spurious == 0 && counters.retransmissions == 1)
  }

  /// Nobody answers any more. That the flow has been quiet for too long shows with the next packet of
  /// another, hours later.
  @Test func whenAFlowFallsSilentItWasNeeded() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<2001, at: 30)
    talk.repeats(1001, at: 300)
    #expect(talk.needless.isEmpty && talk.needed.isEmpty)
    talk.client(.syn, at: 100 * 3_600_000, seq: 70_000)
    #expect(talk.needless.isEmpty && talk.needed == [6])
  }

  @Test func aDSACKOfANetworksCopyNamesNoRepeat() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(4001, at: 51)
    talk.serverAcks(4001, at: 51.5, sack: [1001...2001])
    #expect(talk.end().causes.spurious == 0)
    #expect(talk.needless.isEmpty)
  }

  @Test func theSameDSACKTwiceNamesTwoRepeats() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<2001, at: 30)
    talk.repeats(1001, at: 75)
    talk.repeats(1001, at: 300)
    talk.serverAcks(2001, at: 320)
    talk.serverAcks(2001, at: 320.5, sack: [1001...2001])
    #expect(talk.needless == [7])
    talk.serverAcks(2001, at: 321, sack: [1001...2001])
    talk.serverAcks(2001, at: 322, sack: [1001...2001])
    #expect(talk.needless == [7, 6])
  }

  @Test func aLargeSegmentIsNeedlessWhenAllOfItIsNamed() {
    // An offloading sender's segment leaves as several packets, and each is named by itself.
    var talk = Dialogue.opened()
    talk.client(at: 30, seq: 1, Told(octets: 3000, ack: 1))
    talk.client(at: 255, seq: 1, Told(octets: 3000, ack: 1))
    talk.serverAcks(3001, at: 276)
    talk.serverAcks(3001, at: 276.5, sack: [1...1001])
    talk.serverAcks(3001, at: 276.6, sack: [1001...2001])
    #expect(talk.needless.isEmpty)
    talk.serverAcks(3001, at: 276.7, sack: [2001...3001])
    #expect(talk.needless == [5])
  }

  @Test func ofTwoRepeatsTheOneThatWasAnsweredWasNeeded() {
    // The first repeat filled the hole and its answer was lost; the timer's came twice, and a D-SACK says so
    // in the answer that gives back the first one's stamp.
    var talk = Dialogue.opened()
    talk.clientSends(1..<4001, at: 30, stamp: 1000)
    talk.serverAcks(1, at: 51, sack: [1001...4001], echo: 1000)
    talk.repeats(1, at: 51.05, stamp: 1021)
    talk.repeats(1, at: 280, stamp: 1250)
    talk.serverAcks(4001, at: 301, sack: [1...1001], echo: 1021)
    #expect(talk.needless == [10])
    _ = talk.end()
    #expect(talk.needed == [9])
  }

  @Test func anAnswerToAnEarlierSegmentShowsIt() {
    // Eifel: the acknowledgment gives back the time stamp of what was sent before the repeat (RFC 3522).
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<3001, at: 30, stamp: 1000)
    talk.repeats(1, at: 260, stamp: 1230)
    talk.serverAcks(3001, at: 281, echo: 1000)
    #expect(talk.needless == [7])
    var needed = Dialogue.opened(selective: false)
    needed.clientSends(1..<3001, at: 30, stamp: 1000)
    needed.repeats(1, at: 260, stamp: 1230)
    needed.serverAcks(3001, at: 281, echo: 1230)
    #expect(needed.needless.isEmpty)
  }

  @Test func anAnswerSoonerThanAnyRoundTripShowsIt() {
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<3001, at: 30)
    talk.repeats(1, at: 260)
    talk.serverAcks(3001, at: 270)
    #expect(talk.needless == [7])
    var needed = Dialogue.opened(selective: false)
    needed.clientSends(1..<3001, at: 30)
    needed.repeats(1, at: 260)
    needed.serverAcks(3001, at: 280)
    #expect(needed.needless.isEmpty)
  }

  @Test func withoutSACKADuplicateACKAnswersOldOctets() {
    // After a timeout the second and third are sent again as well; only the first had been lost.
    var talk = Dialogue.opened(selective: false)
    talk.clientSends(1..<6001, at: 30)
    talk.serverAcks(1001, at: 50)
    talk.repeats(1001, at: 275)
    talk.repeats(2001, at: 275.1)
    talk.repeats(3001, at: 275.2)
    talk.serverAcks(6001, at: 295.1)
    #expect(talk.needless.isEmpty)
    talk.serverAcks(6001, at: 295.2)
    talk.serverAcks(6001, at: 295.3)
    // There is nothing left that another duplicate could answer.
    talk.serverAcks(6001, at: 295.4)
    #expect(talk.needless == [12, 13])
    _ = talk.end()
    #expect(talk.needed == [11])
  }

  @Test func aRepeatOfWhatWasAcknowledgedIsNeedlessAtOnce() {
    var talk = Dialogue.opened(besideServer: true)
    talk.clientSends(1..<2001, at: 30)
    talk.serverAcks(2001, at: 30.3)
    let repeated = talk.repeats(1001, at: 80)
    #expect(repeated.analysis.contains(.spuriousRetransmission) && !repeated.isUnsettled)
    talk.serverAcks(2001, at: 80.1, sack: [1001...2001])
    #expect(talk.needless.isEmpty)
    #expect(talk.end().causes.spurious == 1)
  }

  @Test func whatTheReceiverThrewAwayWasNeededAgain() {
    // Captured beside the server, and neither acknowledged nor selected although later ones were.
    var talk = Dialogue.opened(besideServer: true)
    talk.clientSends(1..<4001, at: 30)
    talk.serverAcks(1, at: 30.3, sack: [1001...4001])
    let repeated = talk.repeats(1, at: 51)
    #expect(!repeated.analysis.contains(.spuriousRetransmission))
    talk.serverAcks(4001, at: 51.1)
    #expect(talk.end().causes.spurious == 0)
  }

  @Test func aSYNThatWasAnsweredBeforeItCameAgainIsNeedless() {
    var talk = Dialogue()
    talk.client(.syn, at: 0, seq: 0)
    talk.server([.syn, .ack], at: 0.05, seq: 0, Told(ack: 1))
    #expect(talk.client(.syn, at: 1000, seq: 0).analysis.contains(.spuriousRetransmission))
  }

  @Test func whatNeverIsAcknowledgedIsSettledByTheEnd() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<1001, at: 30)
    for i in 1...3 { talk.repeats(1, at: 30 + 250 * Double(1 << i)) }
    #expect(talk.end().retransmissions == 3)
    #expect(talk.needed == [5, 6, 7])
  }

  @Test func theOldestIsSettledWhenThereIsNoRoom() {
    var talk = Dialogue.opened()
    talk.clientSends(1..<1001, at: 30)
    for i in 0..<300 { talk.repeats(1, at: 1000 + Double(i)) }
    #expect(talk.needed.first == 5)
    _ = talk.end()
    #expect(talk.needed.count == 300 && Set(talk.needed).count == 300)
  }
}
