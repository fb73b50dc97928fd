import Foundation
import FuzzViews
import Testing
import Wire

/// Frames that no sender sends: changed, cut, spliced and announced as what they are not. Each is one record
/// in every view.
///
/// WIRETALE_MUTATIONS says how many (`swift test -c release --filter Mutation` for millions of them),
/// WIRETALE_SEED where they begin.
@Suite struct MutationTests {
  #if DEBUG
    static let count = number("WIRETALE_MUTATIONS") ?? 20_000
  #else
    static let count = number("WIRETALE_MUTATIONS") ?? 200_000
  #endif
  static let seed = UInt64(number("WIRETALE_SEED") ?? 1)

  private static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
  }

  @Test func everyMutatedFrameIsOneRecord() throws {
    var mutator = FrameMutator(Frames.seeds, seed: MutationTests.seed)
    var dice = Dice(seed: ~MutationTests.seed)
    var octets: [UInt8] = []
    var views = AllViews(looks: (0..<64).map { _ in Look(UInt16(truncatingIfNeeded: dice.next())) })
    var broken = 0
    var slowest: (nanoseconds: UInt64, number: Int, octets: [UInt8]) = (0, 0, [])
    // What is made once is made before the first frame is timed.
    let first = Frames.seeds[0]
    try views.check(first.octets.span, first.frame(0, captured: first.octets.count))
    let clock = ContinuousClock()
    let begun = clock.now
    for number in 1...MutationTests.count {
      let record = mutator.next(into: &octets)
      let start = threadNanoseconds()
      do {
        try views.check(octets.span, record.frame(number, captured: octets.count))
      } catch {
        broken += 1
        if broken <= 20 {
          Issue.record(
            """
            \(error)
            frame \(number) of seed \(MutationTests.seed), link type \(record.link.rawValue), \
            \(record.wireLength) octets on the wire: \(hexadecimal(octets))
            """)
        }
      }
      let took = threadNanoseconds() - start
      if took > slowest.nanoseconds { slowest = (took, number, octets) }
    }
    // Told, not judged: a limit that holds on every machine would say nothing.
    print(
      """
      \(MutationTests.count) mutated frames in \(clock.now - begun), \(broken) broken; \
      the slowest took \(slowest.nanoseconds) ns of processor time (frame \(slowest.number), \
      \(slowest.octets.count) octets): \(hexadecimal(slowest.octets))
      """)
    #expect(broken == 0)
  }

  @Test func theSameSeedMakesTheSameFramesAndEachIsAnother() {
    var (one, other) = (FrameMutator(Frames.seeds, seed: 7), FrameMutator(Frames.seeds, seed: 7))
    var (a, b): ([UInt8], [UInt8]) = ([], [])
    var different: Set<[UInt8]> = []
    var lengths: Set<Int> = []
    for _ in 0..<1000 {
      let record = one.next(into: &a)
      #expect(record.wireLength == other.next(into: &b).wireLength && a == b)
      different.insert(a)
      lengths.insert(a.count)
    }
    #expect(different.count > 900 && lengths.count > 100)
    let sound = Set(Frames.seeds.map(\.octets))
    #expect(different.filter(sound.contains).count < 100, "most are changed")
  }

  @Test func theDiceFallOnEverySide() {
    var dice = Dice(seed: 1)
    var sides = [Int](repeating: 0, count: 6)
    for _ in 0..<6000 { sides[dice.below(6)] += 1 }
    #expect(sides.allSatisfy { $0 > 800 && $0 < 1200 }, "\(sides)")
    #expect(dice.below(0) == 0 && dice.below(1) == 0)
  }
}

/// Processor time of this thread: what else the machine does is not in it.
private func threadNanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
