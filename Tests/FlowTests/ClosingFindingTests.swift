// How connections end, and how captures begin: findings, teardown, the place of the tap.

import Flow
import Testing
import Wire

@Suite struct ClosingFindingTests {
  @Test(arguments: [(70.0, Severity.warning), (5.0, .note)])
  func anApplicationForgetsItsSocket(seconds: Double, severity: Severity) {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    story.server(.ack)
    let first = (story.client, story.server)
    // Another connection marks the time.
    story.wait(seconds * 1000)
    story.client.port = 40002
    (story.client.next, story.server.next) = (0, 0)
    story.open()
    _ = first
    let flow = story.end().first { $0.record.serial == 1 }
    #expect(flow?.findings()[.closeWait]?.severity == severity)
    #expect(flow?.connection?.teardown.kind == .halfOpen)
  }

  @Test func anEndThatGoesOnSendingHasNotForgotten() {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    story.server(.ack)
    for _ in 0..<8 {
      story.server([.ack, .psh], 500, after: 10_000)
      story.client(.ack)
    }
    story.server([.fin, .ack], after: 10)
    story.client(.ack)
    let flows = story.end()
    let found = flows.first?.findings() ?? []
    #expect(found[.closeWait] == nil)
    #expect(found[.halfClose]?.figures[0] == 4000)
    let teardown = flows.first?.connection?.teardown
    #expect(teardown?.halfCloseOctets == 4000)
    #expect(teardown?.first == .originator)
  }

  @Test(arguments: [true, false]) func aCloseTakesThreeStepsOrFour(isThree: Bool) {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    if !isThree { story.server(.ack) }
    story.server([.fin, .ack])
    story.client(.ack)
    let teardown = story.end().first?.connection?.teardown
    #expect(teardown?.kind == .fin)
    #expect(teardown?.steps == (isThree ? 3 : 4))
    #expect(teardown?.finFrames == (isThree ? [4, 5] : [4, 6]))
    #expect(teardown?.ackFrames == (isThree ? [5, 6] : [5, 7]))
  }

  @Test func twoFINsCross() {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    story.server([.fin, .ack], after: 1, ack: 1)
    story.client(.ack, seq: 2)
    story.server(.ack, seq: 2, ack: 2)
    let flows = story.end()
    #expect(flows.first?.findings()[.simultaneousClose] != nil)
    #expect(flows.first?.connection?.teardown.isSimultaneous == true)
  }

  @Test func aFINIsNeverAnswered() {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    story.client([.fin, .ack], after: 300, seq: 1)
    story.client([.fin, .ack], after: 900, seq: 1)
    let found = story.findings()
    #expect(found[.finUnanswered] != nil)
    #expect(found[.closeWait] == nil)
  }

  @Test func anAbortIsToldFromAReadMissed() {
    var abort = Story()
    abort.open()
    abort.client([.ack, .psh], 100)
    abort.server(.ack)
    abort.server([.rst, .ack], after: 100)
    #expect(abort.findings().rules == [.resetAbort])
    var unread = Story()
    unread.open()
    unread.client([.ack, .psh], 100)
    unread.server([.rst, .ack])
    #expect(unread.findings().rules == [.resetUnread])
  }

  @Test func aClosedEndAnswersLateData() {
    var story = Story()
    story.open()
    story.client([.fin, .ack])
    story.server([.ack, .psh], 50)
    story.client(.rst, seq: 2)
    let flow = story.end().first
    #expect(flow?.findings()[.resetAfterClose] != nil)
    #expect(flow?.connection?.teardown.reset?.kind == .afterClose)
  }

  @Test(arguments: [(UInt32(1_000_000), true), (1, false)]) func aResetIsGuessed(
    number: UInt32, isBlind: Bool
  ) {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 100)
    story.server(.ack)
    story.server(.rst, seq: number)
    if isBlind {
      story.client(.ack)
      story.client([.ack, .psh], 100)
      story.server(.ack)
    }
    let flow = story.end().first
    #expect((flow?.findings()[.resetBlind] != nil) == isBlind)
    #expect(flow?.connection?[.originator].state == (isBlind ? .established : .closed))
    #expect((flow?.findings()[.challengeACK] != nil) == isBlind)
  }

  @Test func aSYNInAConnectionIsChallengedAndMovesNothing() {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 100)
    story.server(.ack)
    let real = story.client
    (story.client.initial, story.client.next) = (777_000_000, 0)
    story.client(.syn, after: 1000)
    story.client.initial = real.initial
    story.client.next = real.next
    story.server(.ack)
    story.client([.ack, .psh], 100)
    story.server(.ack)
    let flows = story.end()
    #expect(flows.count == 1)
    #expect(flows.first?.findings().rules == [.challengeACK])
    #expect(flows.first?.connection?[.originator].streamOctets == 200)
  }
}

@Suite struct CaptureFindingTests {
  @Test func theCaptureBeginsInMidStream() {
    var story = Story()
    (story.client.next, story.server.next) = (5000, 7000)
    story.server([.ack, .psh], 100)
    story.client(.ack)
    let flow = story.end().first
    #expect(flow?.findings().rules == [.beginsMidStream])
    // The end with the lower port, below those that systems give to clients, is the server.
    #expect(flow?.record.originator.port == 40001)
  }

  @Test func oneSideOnly() {
    var story = Story()
    story.client(.syn)
    story.server([.syn, .ack], isSeen: false)
    story.client(.ack)
    story.client([.ack, .psh], 100)
    story.server([.ack, .psh], 500, isSeen: false)
    story.client(.ack)
    let flow = story.end().first
    #expect(flow?.findings()[.oneSideOnly]?.side == .originator)
    #expect(flow?.findings()[.synNoAnswer] == nil)
    #expect(flow?.connection?[.originator].state == .established)
  }

  @Test(arguments: [true, false]) func aRouterShowsEveryPacketTwice(isDoubled: Bool) {
    var story = Story()
    story.open()
    for _ in 0..<3 {
      story.client([.ack, .psh], 100)
      if isDoubled {
        // The same packet on the router's other side: one hop on.
        story.client.identification -= 1
        story.client.timeToLive = 63
        story.client([.ack, .psh], 100, after: 0.01, seq: story.client.next - 100)
        story.client.timeToLive = 64
      }
      story.server(.ack)
    }
    let flow = story.end().first
    #expect((flow?.findings()[.capturedTwice] != nil) == isDoubled)
    #expect(flow?.connection?[.originator].counters.dataSegments == 3)
    #expect(flow?.connection?[.originator].counters.retransmissions == 0)
  }

  @Test func octetsThatWereNotCaptured() {
    var story = Story()
    story.open()
    story.client([.ack, .psh], 100)
    story.client([.ack, .psh], 700, isSeen: false)
    story.client([.ack, .psh], 100)
    story.server(.ack)
    let gap = story.findings()[.captureGap]
    #expect(gap?.figures[0] == 700)
  }

  @Test(arguments: [(0.1, 10.0, Tap.Place.nearOriginator), (10, 0.1, .nearResponder), (5, 5, .between)])
  func theTapIsWhereAnswersComeAtOnce(here: Double, there: Double, place: Tap.Place) {
    var story = Story()
    story.client(.syn)
    story.server([.syn, .ack], after: there)
    story.client(.ack, after: here)
    #expect(story.end().first?.connection?.tap.place == place)
  }
}

@Suite struct DatagramFindingTests {
  /// One datagram; from the server when it is a reply.
  private func datagram(_ isReply: Bool, _ octets: Int) -> Packet {
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .udp
    packet.source = IPAddress(ipv4: isReply ? 0x0a00_0002 : 0x0a00_0001)
    packet.destination = IPAddress(ipv4: isReply ? 0x0a00_0001 : 0x0a00_0002)
    packet.hasPorts = true
    (packet.sourcePort, packet.destinationPort) = isReply ? (53, 40001) : (40001, 53)
    packet.payloadLength = octets
    packet.ipLength = 28 + octets
    return packet
  }

  @Test(arguments: [true, false]) func aQuestionAndItsAnswer(isAnswered: Bool) {
    var story = Story()
    for _ in 0..<2 {
      var question = datagram(false, 40)
      _ = story.show(&question)
      story.wait(12)
      guard isAnswered else { continue }
      var answer = datagram(true, 200)
      _ = story.show(&answer)
      story.wait(5)
    }
    let flow = story.end().first
    #expect((flow?.findings()[.datagramNoReply] == nil) == isAnswered)
  }
}
