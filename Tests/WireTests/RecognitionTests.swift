// What a segment carries is told by its octets as the dissectors tell it.

import Testing

@testable import Wire

@Suite struct RecognitionTests {
  /// What the dissectors recognize in a segment between these ports.
  private func dissected(_ payload: [UInt8], from source: UInt16 = 40000, to destination: UInt16) -> Packet {
    let frame = tcpFrame(payload, from: source, to: destination)
    var packet = Packet()
    let captured = Frame(
      number: 1, time: 0, wireLength: frame.count, capturedLength: frame.count, link: .ethernet)
    Mux.standard.dissect(frame.span, captured, into: &packet)
    return packet
  }

  /// The beginnings of requests, responses, records, and of what only looks like them: each cut everywhere,
  /// and each octet of it changed.
  @Test func octetsAreRecognizedAsTheDissectorsDo() {
    let texts: [[UInt8]] = [
      Array("GET /a HTTP/1.1\r\nHost: b\r\n\r\n".utf8), Array("HTTP/1.1 404 Not Found\r\n".utf8),
      Array("CONNECT a:443 HTTP/1.1\r\n".utf8), Array("OPTIONS sip:a SIP/2.0\r\n".utf8),
      Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), octets("16 03 01 0020 01 00001c 0303"),
      octets("17 03 03 0100 aabbccdd"), octets("15 03 03 0002 01 00"), octets("14 03 03 0001 01"),
    ]
    var known = 0
    for text in texts {
      for count in 1...text.count {
        for place in 0..<count {
          var payload = Array(text[..<count])
          payload[place] ^= count == place + 1 ? 0 : UInt8(1 << (count % 8))
          let kind = recognizedSegment(payload.span)
          let application = dissected(payload, to: 9999).application.kind
          #expect(application == (kind ?? Application().kind), "\(payload)")
          if kind != nil { known += 1 }
        }
      }
    }
    #expect(known > 100)
    #expect(recognizedSegment([UInt8]().span) == nil)
  }

  /// Whether a dissector looks at octets that nobody recognizes is a matter of their ports.
  @Test func announcedPortsAreThoseThatTheDissectorsHave() {
    let query = octets("001d 1234 0100 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001")
    func isKnown(from source: UInt16, to destination: UInt16) -> Bool {
      dissected(query, from: source, to: destination).application.kind != Application().kind
    }
    #expect(recognizedSegment(query.span) == nil)
    let wrong = (1...65_535).filter {
      isKnown(from: 40000, to: $0) != Mux.standard.announcesSegment(40000, $0)
    }
    #expect(wrong == [])
    for port: UInt16 in [52, 53, 54, 80, 5353, 5355] {
      #expect(isKnown(from: port, to: 9999) == Mux.standard.announcesSegment(port, 9999), "port \(port)")
    }
  }
}
