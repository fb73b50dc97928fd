// The few and short round trips of a journal make the figures that any round trips make.

import Testing

@testable import Flow

@Suite struct BriefTripsTests {
  /// What both make of the same samples and segments: a sample, or -1 for a segment that measures nothing.
  private func compare(_ story: [Int64]) {
    var (brief, whole) = (BriefTrips(), RoundTrip())
    for sample in story {
      brief.observe()
      whole.observe()
      if sample < 0 { continue }
      brief.measure(sample)
      whole.measure(sample)
    }
    let (some, all) = (brief.figures(), RoundTripFigures(whole))
    #expect(brief.first == max(0, story.first { $0 >= 0 } ?? 0))
    if some != all {
      Issue.record("\(story): \(String(describing: some)), not \(String(describing: all))")
    }
  }

  @Test func theFiguresAreTheSame() {
    var random = SystemRandomNumberGenerator()
    compare([])
    compare([-1, -1])
    for _ in 0..<20_000 {
      var story: [Int64] = []
      for _ in 0..<(1 + random.next() % 7) {
        story.append(Int64(random.next() % (1 << 31) >> (random.next() % 31)))
        for _ in 0..<(random.next() % 3) { story.append(-1) }
      }
      compare(story)
    }
  }

  @Test func manyAndLongOnesAreNotExact() {
    var trips = BriefTrips()
    for _ in 0..<7 { trips.measure((1 << 31) - 1) }
    #expect(trips.areExact)
    var more = trips
    more.measure(5)
    #expect(!more.areExact)
    trips = BriefTrips()
    trips.measure(1 << 31)
    #expect(!trips.areExact)
  }

  @Test func aTimeIsToldAsItsCodeKeepsIt() {
    var times = (UInt32(0)..<10_000).map { $0 }
    for bit: UInt32 in 12..<31 { times += [1 << bit, 1 << bit - 1, 1 << bit + 1, 3 << (bit - 1)] }
    for time in times where time < 1 << 31 {
      var quantiles = Quantiles()
      quantiles.add(Int64(time), least: BriefTime(), most: BriefTime(Int64(time)))
      #expect(quantiles.both(least: 0, most: .max).median == Int64(Quantiles.told(time)))
    }
  }
}
