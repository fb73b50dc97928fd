// Time stamps, numbers and what becomes of records whose own lengths lie.

import Report
import Testing
import Wire

@Suite struct LineClockTests {
  /// 2024-02-29 23:59:59.987654321 UTC.
  private static let leapSecondBefore: Int64 = 1_709_251_199_987_654_321

  private static let octets = Lines.octets(
    "02000000000202000000000188b5" + String(repeating: "00", count: 16))

  /// What stands before the line at each of `times`.
  private func stamps(_ times: [Int64], _ configure: (inout LineOptions) -> Void) -> [String] {
    var options = LineOptions()
    options.zone = { _ in 3600 }
    options.quiet = true
    options.dump = .hex(link: true)
    configure(&options)
    var printer = LinePrinter(options)
    return times.map { time in
      let line = Lines.take(&printer, Self.octets, time: time)
      return String(line.prefix { $0 != "\n" }.split(separator: "02:00:00:00:00:01 >")[0])
    }
  }

  @Test func aClockIsInLocalTime() {
    let times = [Self.leapSecondBefore, Self.leapSecondBefore + 12_345_679]
    #expect(stamps(times) { $0.timestamps = .clock } == ["00:59:59.987654 ", "01:00:00.000000 "])
    #expect(
      stamps(times) {
        $0.timestamps = .clock
        $0.nanoseconds = true
      } == ["00:59:59.987654321 ", "01:00:00.000000000 "])
  }

  @Test func aDateKnowsLeapYears() {
    let day: Int64 = 86_400_000_000_000
    #expect(
      stamps([Self.leapSecondBefore - day, Self.leapSecondBefore, 0]) { $0.timestamps = .date }
        == [
          "2024-02-29 00:59:59.987654 ", "2024-03-01 00:59:59.987654 ", "1970-01-01 01:00:00.000000 ",
        ])
  }

  @Test func secondsSinceTheEpoch() {
    #expect(
      stamps([Self.leapSecondBefore, 5_000_001_000]) { $0.timestamps = .epoch }
        == ["1709251199.987654 ", "5.000001 "])
  }

  @Test func timeSinceTheLineBeforeMayBeNegative() {
    let times: [Int64] = [10_000_000_000, 11_500_000_000, 11_000_000_000]
    #expect(
      stamps(times) { $0.timestamps = .sincePrevious }
        == [" 00:00:00.000000 ", " 00:00:01.500000 ", "-00:00:00.500000 "])
    #expect(
      stamps(times) { $0.timestamps = .sinceFirst }
        == [" 00:00:00.000000 ", " 00:00:01.500000 ", " 00:00:01.000000 "])
  }

  /// Seconds that do not fit 31 bits are no time.
  @Test func aTimeThatCannotBeIsSaidToBeWrong() {
    #expect(
      stamps([3_000_000_000_000_000_000]) { $0.timestamps = .epoch } == ["[Error converting time] "])
  }

  @Test func numbersStandInFront() {
    var options = LineOptions()
    options.timestamps = .none
    options.number = true
    var printer = LinePrinter(options)
    let first = Lines.take(&printer, Self.octets, number: 7)
    let later = Lines.take(&printer, Self.octets, number: 123_456)
    #expect(first.hasPrefix("    7  02:00:00:00:00:01 > "))
    #expect(later.hasPrefix("123456  02:00:00:00:00:01 > "))
  }

  @Test func recordsWithoutOctetsOrWithTooManyAreInvalid() {
    #expect(Lines.print("", wireLength: 60) == "[Invalid header: caplen==0]")
    #expect(Lines.print("", wireLength: 0) == "[Invalid header: caplen==0, len==0]")
    #expect(Lines.print("0102", wireLength: 1) == "[Invalid header: len(1) < caplen(2)]")
    #expect(Lines.print("0102", wireLength: 262_145) == "[Invalid header: len(262145) > 262144]")
  }
}
