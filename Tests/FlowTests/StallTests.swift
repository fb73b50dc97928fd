// Delayed acknowledgments that a sender waited for, and late ones that nobody waited for.

import Flow
import Testing
import Wire

@Suite struct DelayedACKTests {
  /// A connection that was opened, and is a journal while it can be one, or never.
  private func opened(_ asJournal: Bool) -> Story {
    var limits = Limits()
    limits.keepsJournals = asJournal
    limits.plainSpan = FindingLimits().idle
    var story = Story(limits)
    story.open()
    return story
  }

  /// A message in two writes: the second waits for the acknowledgment of the first.
  private func stall(_ story: inout Story, after late: Double = 52, then: Double = 0.1, size: Int = 4) {
    story.client([.ack, .psh], size, after: 5)
    story.server(.ack, after: late)
    story.client([.ack, .psh], 50, after: then)
    story.server([.ack, .psh], 20, after: 1)
    story.client(.ack, after: 0.1)
  }

  @Test(arguments: [false, true]) func aMessageInTwoWritesWaitsForADelayedACK(asJournal: Bool) {
    var story = opened(asJournal)
    for _ in 0..<3 { stall(&story) }
    let found = story.findings()[.delayedACKStall]
    #expect(found?.severity == .warning && found?.side == .originator)
    #expect(found?.figures[0] == 3)
    #expect(found?.frames == [6, 11, 16])
  }

  @Test(arguments: [false, true]) func onceMayBeChance(asJournal: Bool) {
    var story = opened(asJournal)
    stall(&story)
    let found = story.findings()[.delayedACKStall]
    #expect(found?.severity == .note && found?.confidence == 0.6)
    #expect(found?.alternatives == [.applicationPaced])
  }

  @Test(arguments: [false, true]) func aPromptACKIsWaitedForByNobody(asJournal: Bool) {
    var story = opened(asJournal)
    for _ in 0..<3 { stall(&story, after: 11) }
    #expect(story.findings()[.delayedACKStall] == nil)
  }

  @Test(arguments: [false, true]) func whoWritesLaterHadNothingToSay(asJournal: Bool) {
    var story = opened(asJournal)
    for _ in 0..<3 { stall(&story, then: 15) }
    #expect(story.findings()[.delayedACKStall] == nil)
  }

  @Test(arguments: [false, true]) func aFullSegmentIsNotHeldBack(asJournal: Bool) {
    var story = opened(asJournal)
    for _ in 0..<3 { stall(&story, size: 1460) }
    #expect(story.findings()[.delayedACKStall] == nil)
  }

  @Test(arguments: [false, true]) func anAnswerThatTakesItsTimeIsNoDelayedACK(asJournal: Bool) {
    var story = opened(asJournal)
    for _ in 0..<3 {
      story.client([.ack, .psh], 4, after: 5)
      story.server([.ack, .psh], 20, after: 40)
      story.client([.ack, .psh], 50, after: 0.1)
      story.server([.ack, .psh], 20, after: 40)
    }
    #expect(story.findings()[.delayedACKStall] == nil)
  }
}
