import Testing
import Wire

/// Groups: who asks, who joins, who leaves.
@Suite struct IGMPTests {
  // IP 10.10.0.2 > 224.0.0.1: igmp query v3 [max resp time 0.5s]
  static let query = octets(
    """
    01005e000001020000000002080046000024074a40000102f37c0a0a0002e0000001940400001105ecf5000000000205
    0000
    """)

  @Test func versionThreeReportsTellTheirRecords() {
    let packet = dissect(IPv4Tests.routerAlert)
    #expect(packet.ipProtocol == .igmp)
    #expect(packet.layers[2].headerLength == 16)
    #expect(
      field(IPv4Tests.routerAlert, packet, .igmp, "type")?.meaning.description
        == "membership report, version 3")
    #expect(
      field(IPv4Tests.routerAlert, packet, .igmp, "group")?.value == .address(IPAddress(ipv4: 0xef01_0203)))
  }

  @Test func queriesOfEachVersionAreToldWhole() {
    let packet = dissect(Self.query)
    #expect(field(Self.query, packet, .igmp, "sources") != nil)
    let short = ICMPTests.message([0x11, 100, 0, 0, 239, 1, 2, 3]).enumerated().map { $0 == 23 ? 2 : $1 }
    #expect(kinds(dissect(short)) == [.ethernet, .ipv4, .igmp])
    expectEveryTruncationSound(short)
  }

  @Test(arguments: [query, IPv4Tests.routerAlert])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
