import Testing
import Wire

/// SCTP: ports and chunks.
@Suite struct SCTPTests {
  // IP 10.10.0.1.40001 > 10.10.0.2.9000: sctp (1) [INIT] [init tag: 2694840321] [rwnd: 106496] [OS: 10] [MIS:
  // 10]
  static let initiation = octets(
    """
    02000000000202000000000108004500003400004000408426300a0a00010a0a00029c412328000000007b485ae00100
    0014a0a000010001a000000a000a00000064
    """)

  // IP 10.10.0.1.40001 > 10.10.0.2.9000: sctp (1) [DATA] (B)(E) [TSN: 100] [SID: 0] [SSEQ 0] [PPID 0x0] , (2)
  // [DATA] …
  static let data = octets(
    """
    02000000000202000000000108004500005000004000408426140a0a00010a0a00029c412328b0b000020366f4610003
    00150000006400000000000000006669727374000000000300160000006500010000000000007365636f6e640000
    """)

  @Test func everyChunkIsTold() {
    let packet = dissect(Self.data)
    #expect(kinds(packet) == [.ethernet, .ipv4, .sctp])
    #expect(packet.sourcePort == 40001)
    let chunks = fields(Self.data, packet, .sctp).filter { $0.name.description == "chunk" }
    #expect(chunks.map(\.meaning.description) == ["DATA", "DATA"])
    #expect(packet.payloadLength == 0)
  }

  @Test func aChunkThatRunsPastThePacketLies() {
    var octets = Self.data
    octets[48] = 0xff
    let packet = dissect(octets)
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .sctp)
    #expect(!packet.faultEndedWalk)
  }

  @Test(arguments: [initiation, data])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
