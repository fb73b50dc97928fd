import Testing
import Wire

/// TLS: hellos with their names, hellos cut anywhere, records that are none.
@Suite struct TLSTests {
  /// A client hello: TLS 1.3 and 1.2 offered (and one version that only greases), three cipher suites, the
  /// server's name `a.example`, `h2` and `http/1.1`.
  static let clientHello: [UInt8] = {
    let extensions =
      octets("0000 000e 000c 00 0009") + Array("a.example".utf8) + octets("0010 000e 000c 02")
      + Array("h2".utf8) + [8] + Array("http/1.1".utf8) + octets("002b 0007 06 7a7a 0304 0303")
    let body =
      octets("0303") + [UInt8](repeating: 7, count: 32) + octets("00 0006 1301 1302 c02f 01 00")
      + [UInt8(extensions.count >> 8), UInt8(extensions.count & 255)] + extensions
    return record(22, 0x0301, [1, 0, UInt8(body.count >> 8), UInt8(body.count & 255)] + body)
  }()

  /// A server hello that chooses TLS 1.3.
  static let serverHello: [UInt8] = {
    let body =
      octets("0303") + [UInt8](repeating: 9, count: 32) + octets("00 1302 00 0006 002b 0002 0304")
    return record(22, 0x0303, [2, 0, 0, UInt8(body.count)] + body)
  }()

  static func record(_ type: UInt8, _ version: UInt16, _ fragment: [UInt8]) -> [UInt8] {
    [
      type, UInt8(version >> 8), UInt8(version & 255), UInt8(fragment.count >> 8),
      UInt8(fragment.count & 255),
    ]
      + fragment
  }

  @Test func aClientSaysWhomItWantsAndHow() throws {
    let frame = tcpFrame(Self.clientHello, to: 8443)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .tcp, .tls])
    #expect(packet.fault == nil)
    #expect(words(frame, packet) == "a.example")
    let start = Int(packet.application.listOffset)
    #expect(
      Array(frame[start..<start + Int(packet.application.listLength)]) == [2] + Array("h2".utf8) + [8]
        + Array("http/1.1".utf8))
    let hello = try #require(tlsHello(Self.clientHello))
    #expect(hello.isClient)
    #expect(hello.version == 0x0304)
    #expect(hello.legacyVersion == 0x0303)
    #expect(hello.cipherCount == 3)
  }

  @Test func aServerChooses() throws {
    let hello = try #require(tlsHello(Self.serverHello))
    #expect(!hello.isClient)
    #expect(hello.version == 0x0304)
    #expect(hello.cipher == 0x1302)
    #expect(tlsCipherName(hello.cipher).description == "TLS_AES_256_GCM_SHA384")
  }

  @Test func everyRecordOfASegmentIsTold() {
    let payload = Self.serverHello + Self.record(20, 0x0303, [1]) + Self.record(23, 0x0303, [1, 2, 3])
    let frame = tcpFrame(payload, from: 443, to: 40000)
    let records = fields(frame, dissect(frame), .tls).filter { $0.depth == 1 }
    #expect(records.map(\.meaning.description) == ["handshake", "change_cipher_spec", "application_data"])
    #expect(records.map(\.length).reduce(0, +) == payload.count)
  }

  @Test func aHelloMayStandBehindAChangeOfCipher() {
    // RFC 8446 appendix D.4: before the second hello of a client that makes middleboxes believe in TLS 1.2.
    let frame = tcpFrame(Self.record(20, 0x0303, [1]) + Self.clientHello, to: 443)
    let packet = dissect(frame)
    #expect(words(frame, packet) == "a.example")
    // Application data behind it hide nothing either, and an encrypted message is none.
    let encrypted = tcpFrame(
      Self.record(20, 0x0303, [1]) + Self.record(22, 0x0303, octets("8f0203040506")), to: 443)
    #expect(dissect(encrypted).application.textLength == 0)
  }

  @Test func aRecordThatGoesOnInTheNextSegmentIsNoFault() {
    let frame = tcpFrame(octets("1703034000 0102030405"), from: 443, to: 40000)
    let packet = dissect(frame)
    #expect(packet.application.kind == .tls)
    #expect(packet.fault == nil)
  }

  @Test func octetsThatBeginNoRecordAreNobodys() {
    for payload in [
      octets("1603"), octets("16030100"), octets("1604010010 01"), octets("1903030010 01"),
      octets("1403030002 0101"),
      octets("1703034f00 01"), octets("1503030000"), Array("hello".utf8),
    ] {
      let packet = dissect(tcpFrame(payload, to: 443))
      #expect(packet.application.kind == .none, "\(payload)")
      #expect(packet.fault == nil)
    }
  }

  @Test func theFieldsOfAHelloTileIt() {
    for message in [Self.clientHello, Self.serverHello] {
      let frame = tcpFrame(message, to: 443)
      let nodes = fields(frame, dissect(frame), .tls)
      // The parts of each field tile it as well, at every depth.
      for (index, node) in nodes.enumerated() {
        let parts = nodes[(index + 1)...].prefix { $0.depth > node.depth }.filter {
          $0.depth == node.depth + 1
        }
        guard !parts.isEmpty else { continue }
        #expect(parts.map(\.length).reduce(0, +) == node.length, "\(node.name) at \(node.offset)")
      }
    }
  }

  @Test func everyCutIsSurvivedAndLosesNamesOnly() {
    expectEveryCutIsSurvived(tcpFrame(Self.clientHello, to: 443), from: 54)
    expectEveryCutIsSurvived(tcpFrame(Self.serverHello, from: 443, to: 9), from: 54)
    for count in 0..<Self.clientHello.count {
      let frame = tcpFrame(Array(Self.clientHello.prefix(count)), to: 443)
      let packet = dissect(frame)
      #expect(["", "a.example"].contains(words(frame, packet)))
    }
  }

  @Test func lengthsThatLieReachNothing() {
    for at in 0..<Self.clientHello.count {
      var hello = Self.clientHello
      hello[at] = 255
      let frame = tcpFrame(hello, to: 443)
      #expect(unsound(dissect(frame), frame) == nil, "octet \(at)")
    }
  }
}
