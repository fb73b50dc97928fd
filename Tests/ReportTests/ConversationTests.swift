// Relative sequence numbers: told segment by segment, as tcpdump 4.99.3 prints them.

import Testing
import Wire

@testable import Report

@Suite struct ConversationTests {
  /// One segment between 192.0.2.1:50000 and 192.0.2.2:80.
  private func segment(
    fromClient: Bool, _ flags: UInt8, _ sequence: UInt32, _ acknowledgment: UInt32, data: Int = 0
  ) -> [UInt8] {
    func four(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 0xff) } }
    let ends: [[UInt8]] = [[192, 0, 2, 1], [192, 0, 2, 2]]
    let ports: [[UInt8]] = [[0xc3, 0x50], [0x00, 0x50]]
    let from = fromClient ? 0 : 1
    let header: [UInt8] = [0x45, 0, 0, UInt8(40 + data), 0, 1, 0x40, 0, 64, 6, 0, 0]
    return header + ends[from] + ends[1 - from] + ports[from] + ports[1 - from] + four(sequence)
      + four(acknowledgment) + [0x50, flags, 0x20, 0, 0, 0, 0, 0] + [UInt8](repeating: 1, count: data)
  }

  private func lines(_ segments: [[UInt8]], absolute: Bool = false) -> [String] {
    var options = LineOptions()
    options.timestamps = .none
    options.absoluteSequence = absolute
    var printer = LinePrinter(options)
    return segments.map { segment in
      let line = Lines.take(&printer, segment, link: .raw)
      return String(line.split(separator: "Flags ")[1])
    }
  }

  @Test func numbersAreRelativeFromTheThirdSegmentOn() {
    let conversation = [
      segment(fromClient: true, 0x02, 1000, 0),
      segment(fromClient: false, 0x12, 5000, 1001),
      segment(fromClient: true, 0x10, 1001, 5001),
      segment(fromClient: true, 0x18, 1001, 5001, data: 10),
      segment(fromClient: false, 0x10, 5001, 1011),
    ]
    #expect(
      lines(conversation) == [
        "[S], seq 1000, win 8192, length 0",
        "[S.], seq 5000, ack 1001, win 8192, length 0",
        "[.], ack 1, win 8192, length 0",
        "[P.], seq 1:11, ack 1, win 8192, length 10: HTTP",
        "[.], ack 11, win 8192, length 0",
      ])
    #expect(
      lines(conversation, absolute: true)[3]
        == "[P.], seq 1001:1011, ack 5001, win 8192, length 10: HTTP")
  }

  /// A conversation met in its middle counts from its first segment that acknowledges.
  @Test func aConversationMetInItsMiddleStartsThere() {
    #expect(
      lines([
        segment(fromClient: false, 0x18, 9000, 4001, data: 4),
        segment(fromClient: true, 0x10, 4001, 9004),
        segment(fromClient: false, 0x18, 9004, 4001, data: 4),
      ]) == [
        "[P.], seq 9000:9004, ack 4001, win 8192, length 4: HTTP",
        "[.], ack 4, win 8192, length 0",
        "[P.], seq 4:8, ack 1, win 8192, length 4: HTTP",
      ])
  }

  /// A new SYN with ACK between the same ends starts the numbers anew.
  @Test func aReusedPortStartsAnew() {
    #expect(
      lines([
        segment(fromClient: false, 0x12, 5000, 1001),
        segment(fromClient: false, 0x12, 77_000, 2001),
        segment(fromClient: true, 0x10, 2001, 77_001),
      ]).last == "[.], ack 1, win 8192, length 0")
  }

  /// The table holds what it may and forgets the oldest, whatever hashes to the same place.
  @Test func theOldestConversationIsForgotten() {
    var table = SequenceTable(conversationsMax: 100)
    func conversation(_ number: Int) -> Conversation {
      Conversation(
        IPAddress(ipv4: UInt32(number)), IPAddress(ipv4: 1), 50_000, UInt16(number % 50_000), version: 4)
    }
    for number in 0..<1000 {
      let base = table.base(
        of: conversation(number), sequence: UInt32(number), acknowledgment: 1, opens: false)
      #expect(base.isNew)
      // The hundred youngest are known, and know their own numbers.
      for young in stride(from: max(0, number - 99), through: number, by: 33) {
        let known = table.base(of: conversation(young), sequence: 7, acknowledgment: 7, opens: false)
        #expect(!known.isNew)
        #expect(known.own == UInt32(young))
      }
    }
    #expect(table.base(of: conversation(5), sequence: 0, acknowledgment: 0, opens: false).isNew)
  }
}
