import Testing
import Wire

/// NTP: a question without a time, an answer with four, and octets that are none.
@Suite struct NTPTests {
  /// 10.10.0.1.40000 > 10.10.0.2.123: NTPv4, Client, length 48
  static let client =
    octets("230006e9 00000200 00000300 00000000") + [UInt8](repeating: 0, count: 24)
    + octets("e8fe6f80 00000000")
  /// 10.10.0.2.123 > 10.10.0.1.40000: NTPv4, Server, length 48
  static let server = octets(
    """
    240206e9 00000200 00000300 c0000207 e8fe6f4000000000 e8fe6f8000000000 e8fe6f800189374b e8fe6f80 80000000
    """)

  @Test func aClientsQuestion() {
    let frame = udpFrame(Self.client, to: 123)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .ntp])
    #expect(packet.application.kind == .ntp)
    #expect(packet.fault == nil)
    #expect(field(frame, packet, .ntp, "origin_time")?.meaning.description == "unknown")
  }

  @Test func aServersTimesAreUnixTimes() throws {
    let header = try NTPHeader(Self.server.span)
    #expect(header.stratum == 2)
    #expect(header.poll == 6)
    #expect(header.precision == -23)
    // 2023-11-14T22:13:20.5Z
    #expect(NTPHeader.unix(header.transmitTime) == 1_700_000_000_500_000_000)
    // RFC 4330 section 3: the era after 2036 begins where the first bit falls back to 0.
    #expect(NTPHeader.unix(0x8000_0000_0000_0000) == -61_505_152_000_000_000)
    #expect(NTPHeader.unix(0) == 2_085_978_496_000_000_000)
  }

  @Test func theFieldsTileTheHeader() {
    let frame = udpFrame(Self.server, from: 123, to: 123)
    var at = 42
    for node in fields(frame, dissect(frame), .ntp) where node.depth == 1 {
      #expect(node.offset == at)
      at += node.length
    }
    #expect(at == frame.count)
  }

  @Test func octetsThatAreNoHeaderAreNobodys() {
    // Mode 0, version 5, and a header that the datagram has no room for.
    for payload in [octets("20"), [0x2b] + Self.client.dropFirst(), Array(Self.client.prefix(47))] {
      let packet = dissect(udpFrame(payload, to: 123))
      #expect(packet.application.kind == .none)
      #expect(packet.fault == nil)
    }
  }

  @Test func aControlMessageHasAHeaderOfItsOwn() {
    // 10.10.0.1.40000 > 10.10.0.2.123: NTPv2, Control, length 12
    let frame = udpFrame(octets("1602 0001 0000 0000 0000 0000"), to: 123)
    let packet = dissect(frame)
    #expect(packet.application.kind == .ntp)
    #expect(field(frame, packet, .ntp, "sequence")?.value == .number(1))
  }

  @Test func everyCutIsSurvived() {
    expectEveryCutIsSurvived(udpFrame(Self.server, to: 123), from: 42)
    let cut = dissect(Array(udpFrame(Self.server, to: 123).prefix(62)), wireLength: 90)
    #expect(cut.fault == .truncated(need: 48, have: 20))
    #expect(cut.faultLayer == .ntp)
  }
}
