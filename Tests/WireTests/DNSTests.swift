import Testing
import Wire

/// DNS: a question, an answer through compression pointers, a message over TCP, and octets that are none.
@Suite struct DNSTests {
  /// 10.10.0.1.40000 > 10.10.0.2.53: 4096+ A? www.wiretale.example. (38)
  static let query = octets(
    "1000 0100 0001 0000 0000 0000 03777777 087769726574616c65 076578616d706c65 00 0001 0001")
  /// 10.10.0.2.53 > 10.10.0.1.40000: 4098* 3/0/0 CNAME www.wiretale.example., A 10.10.0.2, A 10.10.0.3 (88)
  static let answer = octets(
    """
    1002 8580 0001 0003 0000 0000 03776562 087769726574616c65 076578616d706c65 00 0001 0001
    c00c 0005 0001 0000012c 0006 03777777 c010
    c032 0001 0001 0000012c 0004 0a0a0002
    c032 0001 0001 0000012c 0004 0a0a0003
    """)

  @Test func aQuestionsNameIsFound() {
    let frame = udpFrame(Self.query, to: 53)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .dns])
    #expect(packet.fault == nil)
    #expect(packet.application.kind == .dns)
    #expect(packet.application.offset == 42)
    #expect(packet.application.textOffset == 54)
    #expect(domain(Self.query, at: 12) == "www.wiretale.example")
  }

  @Test func theAnswersPortTellsAsWellAsTheQuestions() {
    #expect(dissect(udpFrame(Self.answer, from: 53, to: 40000)).application.kind == .dns)
    #expect(dissect(udpFrame(Self.query, from: 5353, to: 5353)).application.kind == .mdns)
    #expect(dissect(udpFrame(Self.query, to: 5355)).application.kind == .llmnr)
  }

  @Test func anAnswersNamesGoThroughPointers() throws {
    let frame = udpFrame(Self.answer, from: 53, to: 40000)
    let packet = dissect(frame)
    #expect(domain(Self.answer, at: 50) == "www.wiretale.example")
    let records = fields(frame, packet, .dns).filter { $0.name.description == "answer" }
    #expect(records.map(\.meaning.description) == ["CNAME", "A", "A"])
    #expect(records.map(\.length) == [18, 16, 16])
    let address = try #require(field(frame, packet, .dns, "address"))
    #expect(address.value == .address(IPAddress(ipv4: 0x0a0a_0002)))
    #expect(address.depth == 2)
    #expect(field(frame, packet, .dns, "response_code")?.meaning.description == "NOERROR")
  }

  @Test func theFieldsTileTheMessage() {
    for message in [Self.query, Self.answer] {
      let frame = udpFrame(message, to: 53)
      var at = 42
      for node in fields(frame, dissect(frame), .dns) where node.depth == 1 {
        #expect(node.offset == at)
        at = node.offset + node.length
      }
      #expect(at == frame.count)
    }
  }

  @Test func overTCPALengthStandsBeforeEachMessage() {
    let two = [0, UInt8(Self.query.count)] + Self.query + [0, UInt8(Self.answer.count)] + Self.answer
    let frame = tcpFrame(two, to: 53)
    let packet = dissect(frame)
    #expect(packet.application.kind == .dns)
    #expect(packet.application.offset == 56)
    #expect(packet.application.textOffset == 68)
    #expect(
      fields(frame, packet, .dns).filter { $0.name.description == "length" && $0.depth == 1 }.count == 2)
  }

  @Test func aMessageThatGoesOnInTheNextSegmentIsNoFault() {
    let begun = [0, UInt8(Self.query.count)] + Self.query.prefix(20)
    let packet = dissect(tcpFrame(Array(begun), to: 53))
    #expect(packet.application.kind == .dns)
    #expect(packet.application.textLength == 0)
    #expect(packet.fault == nil)
  }

  @Test func trafficThatMerelyUsesThePortIsNoFault() {
    for payload in [octets("00"), octets("ffffffffffffffffffffffff"), Array("GET me a name, please".utf8)] {
      let packet = dissect(udpFrame(payload, to: 53))
      #expect(packet.application.kind == .none)
      #expect(packet.fault == nil)
      #expect(packet.unclaimed == .udp(source: 40000, destination: 53))
      #expect(packet.payloadLength == payload.count)
    }
  }

  @Test func aPointerThatLeadsNowhereEarlierIsALie() {
    for pointer in ["c00c", "c00d", "c0ff", "03777777c00c"] {
      let packet = dissect(udpFrame(octets("1000 0100 0001 0000 0000 0000 \(pointer) 0001 0001"), to: 53))
      #expect(packet.fault == .invalid(.pointer), "\(pointer)")
      #expect(packet.faultLayer == .dns)
    }
  }

  @Test func oneQuestionAndMoreRecordsThanFitAreAMessageThatLies() {
    let packet = dissect(udpFrame(octets("1000 0100 0001 0009 0000 0000 0361"), to: 53))
    #expect(packet.application.kind == .dns)
    #expect(packet.fault == .invalid(.length))
  }

  @Test func aNameIsNoLongerThan255Octets() {
    let label: [UInt8] = [63] + [UInt8](repeating: 97, count: 63)
    let name = label + label + label + label + [0, 0, 1, 0, 1]
    let packet = dissect(udpFrame(octets("1000 0100 0001 0000 0000 0000") + name, to: 53))
    #expect(packet.fault == .invalid(.length))
  }

  @Test func everyCutIsSurvived() {
    expectEveryCutIsSurvived(udpFrame(Self.query, to: 53), from: 42)
    expectEveryCutIsSurvived(udpFrame(Self.answer, from: 53, to: 9), from: 42)
    expectEveryCutIsSurvived(tcpFrame([0, UInt8(Self.answer.count)] + Self.answer, to: 53), from: 54)
    let cut = dissect(Array(udpFrame(Self.query, to: 53).prefix(60)), wireLength: 80)
    #expect(cut.fault == .truncated(need: 25, have: 18))
    #expect(cut.application.kind == .dns)
  }
}
