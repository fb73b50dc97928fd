// Framings: their text, and where they cut.

import Testing
import Wire

@testable import Flow

/// A connection whose messages are read by a framing that is named.
struct MessageTalk: ~Copyable {
  var talk: Conversation<MessageConnection>
  private var sent = (0, 0)

  init(_ framing: Framing, octetsMax: Int = 0, isFromStart: Bool = true) {
    let ends = StreamEnds(
      originator: IPAddress(ipv4: 0x0a00_0001), originatorPort: 40_000,
      responder: IPAddress(ipv4: 0x0a00_0002), responderPort: 9000)
    talk = Conversation(MessageConnection(flow: 1, ends: ends, octetsMax: octetsMax))
    talk.reader.read(framing, framing)
    if isFromStart {
      talk.opens()
    } else {
      for side in FlowSide.allCases { talk.reader.beginsMidStream(side) }
    }
  }

  mutating func client(_ octets: [UInt8]) {
    talk.send(.originator, [], at: sent.0, octets, ack: sent.1)
    sent.0 += octets.count
  }

  mutating func client(_ text: String) { client(Array(text.utf8)) }

  mutating func server(_ text: String) {
    let octets = Array(text.utf8)
    talk.send(.responder, [], at: sent.1, octets, ack: sent.0)
    sent.1 += octets.count
  }

  /// Octets of the client that are not captured.
  mutating func clientLoses(_ count: Int) { sent.0 += count }

  mutating func ends() { talk.ends() }

  /// Offset and length of each message of a side.
  func cuts(_ side: FlowSide = .originator) -> [[Int]] {
    talk.reader.done.filter { $0.side == side }.map { [Int($0.first.offset), Int($0.length)] }
  }

  var tally: MessageTally { talk.reader.sides[0].tally }
}

/// A message with its length before it, in four octets.
func framed(_ text: String) -> [UInt8] {
  let count = text.utf8.count
  return [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
    + Array(text.utf8)
}

@Suite struct FramingTests {
  static let four = Framing.length(LengthField(offset: 0, size: 4, isBigEndian: true))

  @Test(arguments: [
    "length:0:4:be", "length:1:4:le", "length:0:2:le:inclusive", "length:0:3:le:+1", "length:2:2:be:-2",
    "varint", "fixed:64", "delimiter:\\r\\n", "delimiter:END", "delimiter:\\0", "delimiter:\\x1c\\r", "json",
    "json-lines", "protobuf-delimited", "http", "http2", "tls", "dns", "redis",
  ])
  func aFramingIsWhatItsTextSays(text: String) throws {
    #expect(try Framing(text).text == text)
  }

  @Test(arguments: [
    "", "length", "length:", "length:0", "length:0:4", "length:0:5:be", "length:65:4:be", "length:-1:4:be",
    "length:0:4:xe", "length:0:4:be:3", "length:0:4:be:inclusive:more", "length:0:4:be:+1:+1", "varint:1",
    "fixed", "fixed:0", "fixed:-1", "fixed:99999999999999999999", "delimiter", "delimiter:", "delimiter:\\",
    "delimiter:\\q", "delimiter:\\x1", "delimiter:\\xzz", "JSON", "json:lines",
  ])
  func whatIsNoFramingIsToldInALine(text: String) {
    do {
      let framing = try Framing(text)
      Issue.record("\(framing)")
    } catch {
      #expect(!error.says.isEmpty && !error.says.contains("\n"))
    }
  }

  @Test func lengthsCutWhereverSegmentsDo() {
    var talk = MessageTalk(Self.four)
    let octets = framed("one") + framed("") + framed("three")
    talk.client(Array(octets[..<2]))
    talk.client(Array(octets[2..<13]))
    talk.client(Array(octets[13...]))
    talk.ends()
    #expect(talk.cuts() == [[0, 7], [7, 4], [11, 9]])
    #expect(talk.talk.reader.done.map(\.segments) == [2, 1, 2])
    #expect(talk.talk.reader.done.map(\.sharesFirst) == [false, true, true])
    #expect(talk.tally.sticky == 1 && talk.tally.split == 2)
    #expect(talk.tally.messagesPerSegment.rows.map(\.number) == [1, 3])
    #expect(talk.tally.stickiest.map(\.frame) == [5])
  }

  @Test func aFieldMayLieAnywhereAndCountWhatItLikes() {
    func cuts(_ text: String, _ octets: [UInt8]) -> [[Int]] {
      guard let framing = try? Framing(text) else { return [] }
      var talk = MessageTalk(framing)
      talk.client(octets)
      talk.ends()
      return talk.cuts()
    }
    #expect(cuts("length:0:2:le:inclusive", [3, 0, 9, 4, 0, 9, 9]) == [[0, 3], [3, 4]])
    #expect(cuts("length:1:4:be", [0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 0]) == [[0, 6], [6, 5]])
    #expect(cuts("length:0:3:le:+1", [2, 0, 0, 7, 9, 9, 0, 0, 0, 8]) == [[0, 6], [6, 4]])
    #expect(cuts("length:0:8:le", [1, 0, 0, 0, 0, 0, 0, 0, 9]) == [[0, 9]])
    #expect(
      cuts("varint", [1, 9, 0, 0x80, 1] + [UInt8](repeating: 9, count: 128)) == [[0, 2], [2, 1], [3, 130]])
    #expect(cuts("fixed:3", [1, 2, 3, 4, 5, 6, 7]) == [[0, 3], [3, 3]])
  }

  @Test func delimitersEndMessages() {
    var talk = MessageTalk(.delimiter([13, 10]))
    talk.client("a\r")
    talk.client("\nb\r\r\n\r\nc")
    talk.ends()
    #expect(talk.cuts() == [[0, 3], [3, 4], [7, 2]])
    #expect(talk.tally.unfinished == 1)
    // The end of one is not the beginning of another.
    var other = MessageTalk(.delimiter(Array("aab".utf8)))
    other.client("aaab-aab")
    #expect(other.cuts() == [[0, 4], [4, 4]])
  }

  @Test func valuesOfJSONEndWithTheirBrackets() {
    var talk = MessageTalk(.json)
    talk.client("{\"a\": \"}\\\"{\"} [1, [2]]")
    talk.client("\n12 true\"x\"{")
    talk.client("}")
    talk.ends()
    #expect(talk.cuts() == [[0, 13], [14, 8], [23, 2], [26, 4], [30, 3], [33, 2]])
  }

  @Test func linesOfJSONHaveTheirEnds() {
    var talk = MessageTalk(.jsonLines)
    talk.client("{\"a\":1}\n{\"b\":")
    talk.client("[2]}\r\n7\n")
    talk.ends()
    #expect(talk.cuts() == [[0, 8], [8, 11], [19, 2]])
  }

  @Test func redisCounts() {
    var talk = MessageTalk(.redis)
    talk.client("*2\r\n$4\r\nLLEN\r\n$6\r\nmy\r\nxx\r\nPING\r\n*0\r\n")
    talk.server("+OK\r\n$-1\r\n:12\r\n*2\r\n*1\r\n:1\r\n$0\r\n\r\n%1\r\n+a\r\n+b\r\n")
    talk.ends()
    #expect(talk.cuts() == [[0, 26], [26, 6], [32, 4]])
    #expect(talk.cuts(.responder) == [[0, 5], [5, 5], [10, 5], [15, 18], [33, 12]])
  }

  @Test func recordsOfTLSAndMessagesOfDNS() {
    var talk = MessageTalk(.tls)
    talk.client([22, 3, 1, 0, 2, 9, 9, 23, 3, 3, 0, 1, 9])
    #expect(talk.cuts() == [[0, 7], [7, 6]])
    var dns = MessageTalk(.dns)
    dns.client([0, 2, 9, 9, 0, 1, 9])
    #expect(dns.cuts() == [[0, 4], [4, 3]])
  }
}

@Suite struct MessageTroubleTests {
  @Test func aHoleInsideAMessageIsPassedBy() {
    var talk = MessageTalk(FramingTests.four)
    talk.client(framed("first"))
    talk.client(Array(framed(String(repeating: "x", count: 100)).prefix(30)))
    talk.clientLoses(50)
    talk.client(Array(framed(String(repeating: "x", count: 100)).suffix(24)) + framed("third"))
    talk.server("all there")
    talk.ends()
    #expect(talk.cuts() == [[0, 9], [9, 104], [113, 9]])
    #expect(talk.talk.reader.done.map(\.missing) == [0, 50, 0])
    #expect(talk.tally.desyncs == 0)
  }

  @Test func aHoleAtALengthIsToldAndFramingFoundAgain() {
    var talk = MessageTalk(FramingTests.four)
    talk.client(framed("first"))
    talk.clientLoses(15)
    talk.client("of the second")
    talk.client(framed("third"))
    talk.client(framed("fourth"))
    talk.ends()
    #expect(talk.cuts() == [[0, 9], [37, 9], [46, 10]])
    #expect(talk.tally.lost == [MessageDesync(reason: .gap, offset: 9, frame: 7, count: 28)])
  }

  @Test func aLengthThatLiesIsToldAndFramingFoundAgain() {
    var talk = MessageTalk(FramingTests.four)
    talk.client(framed("first"))
    talk.client([0xff, 0xff, 0xff, 0xff, 1, 2, 3])
    talk.client(framed("second"))
    talk.ends()
    #expect(talk.cuts() == [[0, 9], [16, 10]])
    #expect(talk.tally.lost == [MessageDesync(reason: .bad, offset: 9, frame: 5, count: 7)])
  }

  @Test func aCaptureThatBeginsLaterFindsTheNextMessage() {
    var talk = MessageTalk(FramingTests.four, isFromStart: false)
    talk.client("the end of something")
    talk.client(framed("next"))
    talk.ends()
    #expect(talk.cuts() == [[20, 8]])
    #expect(talk.tally.lost.map(\.reason) == [.beginning])
    var lines = MessageTalk(.delimiter([10]), isFromStart: false)
    lines.client("e end\nnext\n")
    #expect(lines.cuts() == [[6, 5]])
  }

  @Test func nothingOfAMessageWithoutEndIsKept() {
    for framing in [Framing.delimiter([0]), .json, .redis, FramingTests.four] {
      var talk = MessageTalk(framing, octetsMax: 100)
      talk.client([0x7f, 0xff, 0xff, 0xff])
      for _ in 0..<200 { talk.client("[" + String(repeating: "1", count: 1000)) }
      #expect(talk.talk.context.counters.octetsMost == 0)
      #expect(talk.talk.reader.sides[0].open.first?.octets.count ?? 0 <= 100)
      talk.ends()
      #expect(talk.cuts().isEmpty)
    }
  }
}
