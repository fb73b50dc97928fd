// Numbers as text: made eight digits at a time, and time stamps that share digits with the one before.

import Flow
import Testing
import Wire

@testable import Report

@Suite struct NumberTextTests {
  /// Numbers of every length, at their edges and in between.
  private var numbers: [UInt64] {
    var all: [UInt64] = [0, .max, .max - 1]
    var power: UInt64 = 1
    var random = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      all += [power, power - 1, power + 1, power &* 9, power &* 10 / 3]
      for _ in 0..<50 { all.append(random.next() % power) }
      let (next, overflow) = power.multipliedReportingOverflow(by: 10)
      if !overflow { power = next }
    }
    return all
  }

  @Test func numbersHaveTheirDigits() {
    var out = OctetBuffer(capacity: 8)
    for number in numbers {
      out.removeAll()
      out.write(decimal: number)
      #expect(text(out) == String(number))
      out.removeAll()
      out.write(signed: Int(truncatingIfNeeded: number))
      #expect(text(out) == String(Int(truncatingIfNeeded: number)))
    }
  }

  @Test func everyGroupOfFourDigitsIsRight() {
    var out = OctetBuffer(capacity: 64)
    for number: UInt64 in 0..<10_000 {
      for value in [number, 10_000 + number, number * 10_000 + 4321, 1_234_000_000_000 + number] {
        out.removeAll()
        out.write(decimal: value)
        if text(out) != String(value) { Issue.record("\(value): \(text(out))") }
      }
    }
  }

  @Test func stampsAreTheNumbersThatTheyAre() {
    var out = OctetBuffer(capacity: 8)
    var random = SystemRandomNumberGenerator()
    var stamps = numbers.map { Int64(truncatingIfNeeded: $0) }
    let base: Int64 = 1_795_402_405_020_609_000
    for _ in 0..<500 { stamps.append(base + Int64(random.next() % 300_000_000) - 150_000_000) }
    stamps += [base, 99_999_999, 100_000_000, 100_000_001, 7, -7, .max, .min, base - 1, base]
    for stamp in stamps + stamps.shuffled() {
      out.removeAll()
      out.write(stamp: stamp)
      #expect(text(out) == String(stamp))
    }
  }

  @Test func literalsAndStringsOfEveryLengthArriveWhole() {
    var out = OctetBuffer(capacity: 1)
    var expected = ""
    for length in 0..<300 {
      let string = String(repeating: "abcdefg\u{e9}", count: length).prefix(length)
      out.write(string: String(string))
      out.write("\",\"conn_state\":\"")
      expected += string + "\",\"conn_state\":\""
    }
    #expect(text(out) == expected)
  }
}
