// The texts of ends are those of their numbers, however many there are.

import Testing

@testable import Report

@Suite struct EndTextsTests {
  private func text(
    _ texts: inout EndTexts, _ role: EndTexts.Role, _ address: UInt32, _ port: UInt16
  ) -> String {
    var out = OctetBuffer(capacity: 64)
    texts.write(role, address, port, to: &out)
    return String(decoding: out.octets, as: UTF8.self)
  }

  @Test func anEndHasItsTextInEitherRole() {
    var texts = EndTexts()
    for _ in 0..<2 {
      #expect(text(&texts, .source, 0xc000_0201, 443) == "IP 192.0.2.1.443")
      #expect(text(&texts, .destination, 0xc000_0201, 443) == " > 192.0.2.1.443")
      #expect(text(&texts, .source, 0, 0) == "IP 0.0.0.0.0")
      #expect(text(&texts, .destination, .max, .max) == " > 255.255.255.255.65535")
    }
  }

  /// More ends than places: each takes another's, and none its text.
  @Test func manyEndsHaveTheirOwnTexts() {
    var texts = EndTexts()
    for round in 0..<2 {
      for i in UInt32(0)..<4000 {
        let (address, port) = (i &* 0x9e37_79b9, UInt16(truncatingIfNeeded: i &* 40_503))
        let octets = [24, 16, 8, 0].map { "\(address >> UInt32($0) & 255)" }.joined(separator: ".")
        let told = text(&texts, i % 2 == 0 ? .source : .destination, address, port)
        #expect(told == "\(i % 2 == 0 ? "IP" : " >") \(octets).\(port)", "round \(round)")
      }
    }
  }
}
