import Foundation
import Testing
import Wire

@testable import Report

/// Times, addresses and octets of the wire as text.
@Suite struct TextTests {
  private func time(_ nanoseconds: Int64) -> String {
    var out = OctetBuffer(capacity: 64)
    var clock = UTCTime()
    clock.write(nanoseconds, to: &out)
    return text(out)
  }

  @Test func timesAreThoseOfTheCalendar() {
    #expect(time(0) == "1970-01-01T00:00:00.000000000Z")
    #expect(time(-1) == "1969-12-31T23:59:59.999999999Z")
    #expect(time(951_782_399_999_999_999) == "2000-02-28T23:59:59.999999999Z")
    #expect(time(951_782_400_000_000_000) == "2000-02-29T00:00:00.000000000Z")
    #expect(time(4_107_542_400_000_000_000) == "2100-03-01T00:00:00.000000000Z")
    #expect(time(.max) == "2262-04-11T23:47:16.854775807Z")
    #expect(time(.min) == "1677-09-21T00:12:43.145224192Z")
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    var last = civilDate(-141_427)
    #expect(last == (1582, 10, 15))
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for day in Int64(-141_426)...200_000 {
      let next = civilDate(day)
      let isLeap = last.year % 4 == 0 && (last.year % 100 != 0 || last.year % 400 == 0)
      let length = lengths[last.month - 1] + (last.month == 2 && isLeap ? 1 : 0)
      if last.day < length {
        #expect(next == (last.year, last.month, last.day + 1))
      } else if last.month < 12 {
        #expect(next == (last.year, last.month + 1, 1))
      } else {
        #expect(next == (last.year + 1, 1, 1))
      }
      last = next
    }
  }

  @Test func theSecondThatIsKeptIsTheOneThatIsWritten() {
    var out = OctetBuffer(capacity: 64)
    var clock = UTCTime()
    for nanoseconds: Int64 in [1, 2, 1_000_000_000, 3] {
      out.removeAll()
      clock.write(nanoseconds, to: &out)
      #expect(text(out) == time(nanoseconds))
    }
  }

  @Test func addressesAreWrittenAsRFC5952Says() {
    for (hex, expected) in [
      ("20010db8000000000000000000000001", "2001:db8::1"), ("00000000000000000000000000000000", "::"),
      ("00000000000000000000000000000001", "::1"),
      ("20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"),
      ("20010000000000010000000000000001", "2001:0:0:1::1"),
      ("20010db8000000000001000000000001", "2001:db8::1:0:0:1"),
      ("00000000000000000000ffff0a0a0001", "::ffff:10.10.0.1"),
      ("fe800000000000000000000000000000", "fe80::"),
    ] {
      let bytes = octets(hex)
      var out = OctetBuffer(capacity: 64)
      out.write(ipv6: IPAddress(ipv6: bytes.span, at: 0))
      #expect(text(out) == expected)
    }
  }

  private func escaped(_ bytes: [UInt8], _ place: TextPlace) -> String {
    var out = OctetBuffer(capacity: 64)
    out.write(text: bytes.span, for: place)
    return text(out)
  }

  @Test func everyTextIsOneJSONString() throws {
    // Every pair of octets, in the middle of other text.
    for first in UInt8.min...UInt8.max {
      for second in UInt8.min...UInt8.max {
        let json = "[\"" + escaped([65, first, second, 66], .json) + "\"]"
        let array = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String]
        if array?.first?.unicodeScalars.first != "A" { Issue.record("\(first) \(second): \(json)") }
        let shown = escaped([65, first, second, 66], .terminal)
        let isHarmless = shown.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159).contains($0.value) }
        if !isHarmless { Issue.record("\(first) \(second) reaches the terminal: \(shown.debugDescription)") }
      }
    }
  }

  @Test func whatIsNoUTF8IsEscapedOctetByOctet() {
    #expect(escaped([0xed, 0xa0, 0x80], .terminal) == #"\xed\xa0\x80"#)  // a surrogate
    #expect(escaped([0xc0, 0xaf], .terminal) == #"\xc0\xaf"#)  // an overlong slash
    #expect(escaped([0xf4, 0x90, 0x80, 0x80], .terminal) == #"\xf4\x90\x80\x80"#)  // above U+10FFFF
    #expect(escaped([0xe2, 0x82], .json) == #"\\xe2\\x82"#)  // cut in its middle
    #expect(escaped(Array("€ü𝄞".utf8), .json) == "€ü𝄞")
    #expect(escaped(Array("a\u{202e}b".utf8), .terminal) == #"a\u{202e}b"#)
    #expect(escaped([0x1b, 0x5b, 0x32, 0x4a], .terminal) == #"\x1b[2J"#)
    #expect(escaped([0xc2, 0x9b, 0x32, 0x4a], .json) == #"\u009b2J"#)
  }

  /// Octets that are looked at eight at a time are told as if each were looked at.
  @Test func theFirstUnprintableOctetIsFound() {
    var random = ApplicationFuzzTests.SplitMix(state: 11)
    let odd: [UInt8] = [0, 9, 10, 13, 31, 32, 126, 127, 128, 255]
    for _ in 0..<20_000 {
      var octets = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        UInt8.random(in: 32...126, using: &random)
      }
      for _ in 0..<Int.random(in: 0...4, using: &random) where !octets.isEmpty {
        octets[Int.random(in: octets.indices, using: &random)] = odd.randomElement(using: &random) ?? 0
      }
      let start = Int.random(in: 0...octets.count, using: &random)
      let end = Int.random(in: start...octets.count, using: &random)
      let expected = octets[start..<end].firstIndex { ($0 < 32 || $0 > 126) && $0 != 9 } ?? end
      #expect(octets.span.firstUnprintable(from: start, to: end) == expected)
    }
  }
}
