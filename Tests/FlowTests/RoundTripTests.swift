// Round trips in few octets, held to the samples themselves.

import Testing

@testable import Flow

@Suite struct RoundTripTests {
  /// Round trips as they are: a floor, queues above it, and now and then a delayed acknowledgment.
  private func samples(_ count: Int, seed: UInt64) -> [Int64] {
    var random = seed
    func next() -> Double {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(random >> 33) / Double(1 << 31)
    }
    return (0..<count).map { _ in
      let queue = next() * next() * 30_000_000
      return 20_000_000 + Int64(queue) + (next() < 0.03 ? 40_000_000 : 0)
    }
  }

  private func measured(_ samples: [Int64]) -> RoundTrip {
    var roundTrip = RoundTrip()
    for sample in samples {
      roundTrip.observe()
      roundTrip.measure(sample)
    }
    return roundTrip
  }

  @Test func fewSamplesAreKeptAsTheyAre() {
    let roundTrip = measured([30_000_000, 10_000_001, 20_000_000])
    #expect(roundTrip.samples == 3)
    #expect((roundTrip.least, roundTrip.most) == (10_000_001, 30_000_000))
    #expect(abs(roundTrip.median - 20_000_000) < 5000)
    #expect(abs(roundTrip.high - 30_000_000) < 8000)
  }

  @Test(arguments: [8, 50, 1000, 200_000])
  func manySamplesHaveTheirQuantiles(count: Int) {
    let samples = samples(count, seed: UInt64(count))
    let (roundTrip, sorted) = (measured(samples), samples.sorted())
    let (half, high) = (Double(sorted[count / 2]), Double(sorted[count * 95 / 100]))
    #expect(roundTrip.least == sorted[0])
    #expect(roundTrip.most == sorted[count - 1])
    #expect(abs(Double(roundTrip.median) - half) < half * (count < 100 ? 0.1 : 0.02))
    #expect(abs(Double(roundTrip.high) - high) < high * (count < 100 ? 0.35 : 0.06))
    let mean = samples.reduce(0.0) { $0 + Double($1) } / Double(count)
    let squares = samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let deviation = (squares / Double(count)).squareRoot()
    #expect(abs(Double(roundTrip.deviation) - deviation) < deviation * 0.01)
  }

  @Test func delayedAcknowledgmentsDoNotBlurTheOthers() {
    var random: UInt64 = 5
    let samples: [Int64] = (0..<400).map { _ in
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(random >> 40 & 0xffff) + (random >> 60 < 3 ? 40_000_000 : 50_000)
    }
    let half = samples.sorted()[200]
    #expect(abs(measured(samples).median - half) < half / 5)
  }

  @Test func itIsSmall() {
    #expect(MemoryLayout<RoundTrip>.size == 52)
  }

  @Test func longTimesAreKeptToAMicrosecond() {
    for time: Int64 in [0, 1, 2_147_483_647, 2_147_483_648, 900_000_000_000, 2_000_000_000_000] {
      #expect(abs(BriefTime(time).nanoseconds - time) < (time < 1 << 31 ? 1 : 1024))
    }
    #expect(BriefTime(.max).nanoseconds > 2_000_000_000_000)
    #expect(BriefTime(.min).nanoseconds == 0)
  }
}
