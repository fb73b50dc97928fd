// What is read out of segments that come as they please.

import Testing
import Wire

@testable import Flow

@Suite struct ReassemblyTests {
  @Test func octetsInOrderAreLentAndNotCopied() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("GET ", at: 0, ack: 0)
    talk.client("/ HTTP", at: 4, ack: 0)
    talk.server("OK", at: 0, ack: 10)
    #expect(talk.reader.text(.originator) == "GET / HTTP")
    #expect(talk.reader.text(.responder) == "OK")
    #expect(talk.context.counters.octetsHeld == 0 && talk.context.counters.octetsCarried == 0)
  }

  @Test func anOvertakenSegmentIsPutBackInItsPlace() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("one ", at: 0)
    talk.client("three ", at: 8)
    talk.client("four", at: 14)
    #expect(talk.reader.text(.originator) == "one ")
    talk.client("two ", at: 4)
    #expect(talk.reader.text(.originator) == "one two three four")
    // "three" was captured in frame 5, and was there when "two" came in frame 7.
    let three = talk.reader.places[2]
    #expect(three.frame == 5 && three.delivered - three.time == 2_000_000 && three.beginsSegment)
    #expect(talk.context.counters.octetsNow == 0)
    #expect(talk.context.counters.octetsHeld == 10)
  }

  @Test func repeatsAndWhatTheyAddAreToldApart() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("abc", at: 0)
    talk.client("abc", at: 0)
    talk.client("abcdef", at: 0)
    talk.client("cd", at: 2)
    #expect(talk.reader.text(.originator) == "abcdef")
  }

  @Test func offsetsGoOnWhereSequenceNumbersWrap() {
    var talk = Conversation(OctetReader(), initial: (0xffff_fff0, 7))
    talk.opens()
    let text = String(repeating: "x", count: 40)
    for i in 0..<3 { talk.client(text, at: i * 40) }
    #expect(talk.reader.octets[0].count == 120)
    #expect(talk.reader.places.last?.offset == 80)
  }

  @Test func aStreamOfNineGibibytesKeepsItsOffsets() {
    // Segments of 256 MiB of which only the first octets were captured.
    var talk = Conversation(OctetReader())
    talk.opens()
    let length = 1 << 28
    var offset: Int64 = 0
    for _ in 0..<36 {
      let segment = StreamSegment(
        side: .originator, sequence: 101 &+ UInt32(truncatingIfNeeded: offset), acknowledgment: 0,
        flags: [], length: length, frame: 9, time: 9)
      talk.reassembly.receive(segment, [1, 2].span, &talk.reader, &talk.context)
      offset += Int64(length)
    }
    #expect(talk.reader.places.last?.offset == 35 << 28)
    #expect(talk.reader.octets[0].count == 72)
  }

  @Test func aHoleIsGivenUpWhenThePeerHasItAndTheSenderHasGoneOn() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("abc", at: 0)
    talk.client("ghi", at: 6)
    talk.server("", at: 0, ack: 9)
    #expect(talk.reader.text(.originator) == "abc")
    talk.client("jkl", at: 9)
    #expect(talk.reader.text(.originator) == "abcghijkl")
    #expect(talk.reader.gaps.map(\.count) == [3])
    #expect(talk.reader.gaps.first?.place.offset == 3)
    #expect(talk.context.counters.octetsNotCaptured == 3)
  }

  @Test func aHoleIsGivenUpAfterAWait() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("abc", at: 0)
    talk.server("", at: 0, ack: 30)
    talk.time += 60_000_000
    talk.server("", at: 0, ack: 30)
    #expect(talk.reader.gaps.map(\.count) == [27])
  }

  @Test func anAnswerWaitsForTheQuestionItAcknowledges() {
    // A capture of two interfaces: the answer stands before its question.
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.server("answer", at: 0, ack: 8)
    #expect(talk.reader.order.isEmpty)
    talk.client("question", at: 0, ack: 0)
    #expect(talk.reader.order == [.originator, .responder])
    #expect(talk.reader.gaps.isEmpty)
  }

  @Test func oneSideOnlyWaitsForNobody() {
    var talk = Conversation(OctetReader())
    talk.server("HTTP/1.1", at: 0, ack: 8)
    talk.server(" 200 OK", at: 8, ack: 8)
    #expect(talk.reader.text(.responder) == "HTTP/1.1 200 OK")
  }

  @Test func theFirstSegmentSeenOpensAStreamThatWasThereBefore() {
    var talk = Conversation(OctetReader())
    talk.client("later", at: 5000, ack: 77)
    talk.server("yes", at: 77, ack: 5005)
    #expect(talk.reader.text(.originator) == "later" && talk.reader.text(.responder) == "yes")
    #expect(talk.reader.places.first?.offset == 0)
  }

  @Test func aSYNMayCarryOctets() {
    var talk = Conversation(OctetReader())
    talk.send(.originator, [.syn], at: -1, "early ")
    talk.send(.responder, [.syn, .ack], at: -1, "", ack: 6)
    talk.client("late", at: 6, ack: 0)
    #expect(talk.reader.text(.originator) == "early late")
  }

  @Test func whatAFrameWasCutByIsAGap() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.send(.originator, [], at: 0, "abcdef", cut: 4)
    talk.client("ghi", at: 6)
    #expect(talk.reader.text(.originator) == "abghi")
    #expect(talk.reader.gaps.first?.reason == .cut && talk.reader.gaps.first?.count == 4)
  }

  @Test func theFINEndsADirectionWhenAllBeforeItIsThere() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("bye", at: 3, [.fin])
    #expect(talk.reader.ends[0] == nil)
    talk.client("..,", at: 0)
    #expect(talk.reader.ends == [.fin, nil])
    talk.server("", at: 0, ack: 7, [.fin])
    #expect(talk.reader.ends == [.fin, .fin])
    #expect(talk.reader.gaps.isEmpty)
  }

  @Test func theNumberOfAFINThatWasNotCapturedIsNoOctet() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("bye", at: 0)
    talk.server("", at: 0, ack: 4)
    talk.time += 1_000_000_000
    talk.server("gone", at: 0, ack: 4)
    talk.ends()
    #expect(talk.reader.gaps.isEmpty && talk.reader.text(.responder) == "gone")
    #expect(talk.reader.ends == [.cut, .cut])
  }

  @Test func aResetEndsBothDirections() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("abc", at: 0)
    talk.client("ghi", at: 6)
    talk.server("no room", at: 0, [.rst])
    #expect(talk.reader.text(.originator) == "abcghi")
    #expect(talk.reader.gaps.first?.reason == .end)
    #expect(talk.reader.ends == [.reset, .reset])
    #expect(talk.reader.text(.responder).isEmpty)
    #expect(talk.context.counters.octetsNow == 0)
  }

  @Test func aResetFromNowhereIsNone() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.server("", at: 0x7000_0000, [.rst])
    talk.client("abc", at: 0)
    #expect(talk.reader.text(.originator) == "abc")
    #expect(talk.context.counters.segmentsOutOfWindow == 1)
  }
}

/// Octets that overlap and differ: Linux's order (tcp_data_queue, tcp_data_queue_ofo).
@Suite struct OverlapTests {
  @Test func whatWasReadStays() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("abc", at: 0)
    talk.client("XYZdef", at: 0)
    #expect(talk.reader.text(.originator) == "abcdef")
  }

  @Test func theFirstOfTwoEqualSegmentsCounts() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("def", at: 3)
    talk.client("XYZ", at: 3)
    talk.client("abc", at: 0)
    #expect(talk.reader.text(.originator) == "abcdef")
    #expect(talk.context.counters.differingOverlaps == 1)
    #expect(
      talk.context.conflicts
        == [StreamConflict(side: .originator, offset: 3, earlier: 4, later: 5)])
  }

  @Test func theSegmentThatBeginsFirstCounts() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("efgh", at: 4)
    talk.client("cdEF", at: 2)
    talk.client("GHij", at: 6)
    talk.client("ab", at: 0)
    #expect(talk.reader.text(.originator) == "abcdEFghij")
    #expect(talk.context.counters.differingOverlaps == 2)
  }

  @Test func aSegmentThatCoversAnotherTakesItsPlace() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("ef", at: 4)
    talk.client("cdEFgh", at: 2)
    talk.client("ab", at: 0)
    #expect(talk.reader.text(.originator) == "abcdEFgh")
  }

  @Test func equalOverlapsAreNoConflict() {
    var talk = Conversation(OctetReader())
    talk.opens()
    talk.client("efgh", at: 4)
    talk.client("cdef", at: 2)
    talk.client("abcdefgh", at: 0)
    #expect(talk.reader.text(.originator) == "abcdefgh")
    #expect(talk.context.counters.differingOverlaps == 0)
  }
}

@Suite struct UnitTests {
  @Test func unitsSplitAndSharedAreFound() {
    var talk = Conversation(LengthReader())
    talk.opens()
    talk.client("\u{0}\u{3}abc\u{0}\u{2}de\u{0}", at: 0)
    talk.client("\u{4}fg", at: 10)
    talk.client("hi\u{0}\u{1}", at: 13)
    talk.client("j", at: 17)
    let text = talk.reader.bodies[0].map { String(decoding: $0, as: UTF8.self) }
    #expect(text == ["abc", "de", "fghi", "j"])
    #expect(talk.reader.places[0].map(\.frame) == [4, 4, 6, 7])
    #expect(talk.reader.places[0].map(\.offset) == [5, 9, 15, 18])
    // Only the lone first octet of a length was copied, and what was joined to it.
    #expect(talk.context.counters.octetsCarried == 4)
  }

  @Test func aHoleInsideAUnitIsPassedByItsLength() {
    var talk = Conversation(LengthReader())
    talk.opens()
    talk.client("\u{0}\u{8}ab", at: 0)
    talk.client("gh\u{0}\u{1}z", at: 8)
    talk.server("", at: 0, ack: 13)
    talk.client("", at: 13, ack: 0)
    #expect(talk.reader.bodies[0].map { String(decoding: $0, as: UTF8.self) } == ["abgh", "z"])
    #expect(talk.reader.missing == [4, 0])
    #expect(talk.reader.gaps.isEmpty)
  }

  @Test func aUnitThatNeverEndsIsGivenUp() {
    /// Never satisfied.
    struct Insatiable: StreamConsumer {
      var gaps: [StreamGap] = []
      mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer { .needMore }
      mutating func pass(_ octets: Bytes, _ side: FlowSide) {}
      mutating func finish(_ last: StreamPlace, missing: Int64) {}
      mutating func lose(_ gap: StreamGap) { gaps.append(gap) }
      mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {}
    }
    var talk = Conversation(Insatiable())
    talk.opens()
    let text = String(repeating: "x", count: 1000)
    for i in 0..<1000 {
      talk.client(text, at: i * 1000)
      #expect(talk.context.counters.octetsNow <= 65_535)
    }
    #expect(talk.reader.gaps.count == 15)
    #expect(talk.context.counters.gapsByBudget == 15)
    talk.ends()
    #expect(talk.context.counters.octetsNow == 0)
  }

  @Test func heldOctetsHaveTheirBudget() {
    var limits = StreamLimits()
    limits.heldOctetsMax = 10_000
    var talk = Conversation(OctetReader(), limits: limits)
    talk.opens()
    let text = String(repeating: "x", count: 1000)
    // Every second segment is missing, and nobody ever acknowledges one.
    for i in 0..<100 {
      talk.client(text, at: 1000 + i * 2000)
      #expect(talk.context.counters.octetsNow <= 10_000)
    }
    #expect(talk.context.counters.gapsByBudget > 0)
    talk.ends()
    #expect(talk.reader.octets[0].count == 100_000)
    #expect(talk.reader.gaps.reduce(0) { $0 + $1.count } == 100_000)
  }

  @Test func allStreamsShareABudget() {
    var limits = StreamLimits()
    limits.allOctetsMax = 5000
    var talk = Conversation(OctetReader(), limits: limits)
    talk.opens()
    let text = String(repeating: "x", count: 1000)
    for i in 0..<20 {
      talk.client(text, at: 1000 + i * 2000)
      talk.server(text, at: 1000 + i * 2000)
      #expect(talk.context.counters.octetsNow <= 5000)
    }
    talk.ends()
    #expect(talk.reader.octets[0].count == 20_000 && talk.reader.octets[1].count == 20_000)
  }
}
