import Testing
import Wire

/// QUIC: long headers of the versions in use, and octets that are none.
@Suite struct QUICTests {
  /// 10.10.0.1.40000 > 10.10.0.2.443: quic, initial, dcid 8394c8f03e515708, scid c0ffee01
  static let initial = octets("c3 00000001 08 8394c8f03e515708 04 c0ffee01 00 449a1c93 38eb9c47")

  @Test func anInitialPacketOfVersion1() throws {
    let frame = udpFrame(Self.initial, to: 4433)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .quic])
    let header = try QUICHeader(Self.initial.span)
    #expect(header.typeName.description == "initial")
    #expect(header.destination == 6..<14)
    #expect(header.source == 15..<19)
    #expect(field(frame, packet, .quic, "version")?.meaning.description == "1")
  }

  @Test func theTypesAreNumberedAnewInVersion2() throws {
    for (first, version, name) in [
      ("c0", "00000001", "initial"), ("d0", "00000001", "0-rtt"), ("e0", "00000001", "handshake"),
      ("f0", "00000001", "retry"), ("d0", "6b3343cf", "initial"), ("e0", "6b3343cf", "0-rtt"),
      ("f0", "6b3343cf", "handshake"), ("c0", "6b3343cf", "retry"), ("c0", "ff00001d", "initial"),
      ("c0", "1a2a3a4a", "unknown"),
    ] {
      let payload = octets("\(first) \(version) 01 aa 01 bb 00")
      #expect(try quicType(payload) == name)
      #expect(dissect(udpFrame(payload, to: 443)).application.kind == .quic, "\(version)")
    }
  }

  @Test func aVersionNegotiationNamesVersions() {
    let frame = udpFrame(octets("c0 00000000 04 c0ffee01 08 8394c8f03e515708 00000001 6b3343cf"), to: 40000)
    let packet = dissect(frame)
    #expect(packet.application.kind == .quic)
    #expect(fields(frame, packet, .quic).filter { $0.name.description == "supported_version" }.count == 2)
  }

  @Test func octetsThatAreNoLongHeaderAreNobodys() {
    for payload in [
      octets("435e12fe010203"), octets("c3 00000002 01 aa 01 bb"), octets("c3 00000001 15 aa 00 bb"),
      octets("c3 00000001 08 aabb"), octets("c0 00000000 00 00 deadbeef"), octets("80 00000001 00 00 00"),
      octets("c3"),
    ] {
      let packet = dissect(udpFrame(payload, to: 443))
      #expect(packet.application.kind == .none, "\(payload)")
      #expect(packet.fault == nil)
    }
  }

  @Test func everyCutIsSurvived() {
    expectEveryCutIsSurvived(udpFrame(Self.initial, to: 443), from: 42)
  }
}
