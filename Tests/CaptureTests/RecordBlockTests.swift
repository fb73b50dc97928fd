import Capture
import Foundation
import Testing
import Wire

/// Records of this machine's byte order are read in blocks, those of the other by libpcap: the same records
/// in both orders have to give the same frames, and the same words about what is wrong with them.
@Suite struct RecordBlockTests {
  let scratch = Scratch()

  /// A record as its four numbers say, and the octets that are behind it.
  private struct Record {
    var numbers: [UInt32]
    var octets: Int
  }

  /// A small generator: the same seed, the same file.
  private struct Dice {
    var state: UInt64
    mutating func below(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % max(1, bound)
    }
  }

  private func file(_ records: [Record], big: Bool, nanoseconds: Bool, snap: UInt32, link: UInt32) -> [UInt8]
  {
    var format = MadeFormat(big: big, nanoseconds: nanoseconds)
    (format.snapLength, format.link) = (snap, link)
    var file = pcap([], format)
    for record in records {
      for value in record.numbers { file += number(value, big: big) }
      file += (0..<record.octets).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ record.octets) }
    }
    return file
  }

  /// Reads one file under both orders, and gives what was told of it in this machine's.
  @discardableResult
  private func compare(
    _ records: [Record], cut: Int = 0, nanoseconds: Bool = false, snap: UInt32 = 262_144, link: UInt32 = 1,
    filter: String = ""
  ) -> Told {
    let told = [false, true].map { big in
      let octets = file(records, big: big, nanoseconds: nanoseconds, snap: snap, link: link)
      return read([scratch.file("records.pcap", Array(octets.dropLast(cut)))], filter: filter)
    }
    #expect(told[0].frames == told[1].frames && told[0].octets == told[1].octets)
    #expect(told[0].error?.description == told[1].error?.description)
    #expect(told[0].statistics.received == told[1].statistics.received)
    #expect(told[0].statistics.filtered == told[1].statistics.filtered)
    return told[0]
  }

  private func sound(_ octets: Int, at seconds: UInt32 = 1_700_000_000) -> Record {
    Record(numbers: [seconds, 5, UInt32(octets), UInt32(octets)], octets: octets)
  }

  @Test func recordsOfAnyLengthAreReadAlike() {
    // More than a block of them, and longer ones than are read in blocks.
    let records =
      (0..<3000).map { sound(($0 &* 37) % 1500) } + [70_000, 0, 65_536, 65_537, 1].map { sound($0) }
    let told = compare(records + records)
    #expect(told.error == nil && told.frames.count == 2 * records.count)
    #expect(told.octets.map(\.count) == (records + records).map(\.octets))
  }

  @Test func everyEndWithinARecordIsToldAlike() {
    let records = [sound(60), sound(0), sound(100)]
    for cut in 0...150 {
      let told = compare(records, cut: cut)
      #expect(told.frames.count < 3 || cut == 0)
      if cut == 1 { #expect(told.error?.description.contains("truncated dump file") == true) }
    }
  }

  @Test func timesOfAnyValueAreReadAlike() {
    // Beyond these libpcap itself tells the two orders apart: only of its own it reads signed numbers.
    let values: [UInt32] = [0, 1, 999_999, 1_000_000, 999_999_999, 0x7fff_fffe, 0x7fff_ffff]
    let records = values.flatMap { seconds in
      values.map { Record(numbers: [seconds, $0, 20, 20], octets: 20) }
    }
    for nanoseconds in [false, true] { compare(records, nanoseconds: nanoseconds) }
  }

  @Test func secondsAndFractionsAreSignedNumbers() {
    let records = [[0x8000_0000, 0, 20, 20], [0xffff_ffff, 0xffff_ffff, 20, 20]].map {
      Record(numbers: $0, octets: 20)
    }
    let octets = file(records, big: false, nanoseconds: false, snap: 65_535, link: 1)
    let told = read([scratch.file("signed.pcap", octets)])
    #expect(told.frames.map(\.time) == [-2_147_483_648_000_000_000, -1_000_001_000])
  }

  @Test func lengthsThatLieAreToldAlike() {
    for captured: UInt32 in [100, 101, 300, 65_536, 65_537, 262_144, 262_145, 0x7fff_ffff, 0xffff_ffff] {
      for snap: UInt32 in [0, 96, 100, 65_535, 262_144, 0x7fff_ffff, 0xffff_ffff] {
        let liar = Record(numbers: [1, 2, captured, 60], octets: min(300, Int(captured)))
        compare([sound(60), liar, sound(40), sound(80)], snap: snap)
      }
    }
  }

  @Test func otherLinkTypesAndFiltersAreReadAlike() {
    let records = (0..<200).map { sound(20 + $0) }
    // Ethernet with a frame check sequence of four octets, raw IP, cooked, and one that nobody knows.
    for link: UInt32 in [0x2400_0001, 101, 113, 999_999] { compare(records, link: link) }
    compare(records, filter: "greater 100")
    #expect(compare(records, filter: "less 100").frames.count == 81)
  }

  @Test func randomFilesAreReadAlike() {
    for seed in 1...UInt64(200) {
      var dice = Dice(state: seed)
      let records = (0..<Int(dice.below(60))).map { _ in
        let octets = Int(dice.below(dice.below(8) == 0 ? 70_000 : 200))
        var numbers = [UInt32(dice.below(1 << 31)), UInt32(dice.below(2_000_000)), UInt32(octets), 0]
        numbers[3] = UInt32(octets) &+ UInt32(dice.below(3))
        if dice.below(60) == 0 { numbers[2] = UInt32(truncatingIfNeeded: dice.below(1 << 32)) }
        return Record(numbers: numbers, octets: octets)
      }
      compare(
        records, cut: Int(dice.below(40)), nanoseconds: dice.below(2) == 0,
        snap: dice.below(4) == 0 ? 1000 : 262_144)
    }
  }

  @Test func aCaptureCanBeStoppedAndReadOn() throws {
    let octets = file(
      (0..<5000).map { sound($0 % 900) }, big: false, nanoseconds: true, snap: 65_535, link: 1)
    let capture = try Capture(.files([scratch.file("stopped.pcap", octets)]))
    var lengths: [Int] = []
    for _ in 0..<6 {
      var left = 1000
      try capture.forEachFrame { _, frame in
        lengths.append(frame.capturedLength)
        left -= 1
        return left == 0 ? .stop : .go
      }
    }
    #expect(lengths == (0..<5000).map { $0 % 900 })
  }

  /// Over many blocks nearly every frame is shown once, in order, while at most eight come before it: all but
  /// the first of a block.
  @Test func framesAreShownBeforeTheirTurn() throws {
    let octets = file(
      (0..<5000).map { sound($0 % 900) }, big: false, nanoseconds: true, snap: 65_535, link: 1)
    let capture = try Capture(.files([scratch.file("ahead.pcap", octets)]))
    var (shown, taken): ([Frame], [Frame]) = ([], [])
    var leads: Set<Int> = []
    try capture.forEachFrame(
      { _, frame in
        taken.append(frame)
        return .go
      }, foresight: 8
    ) { _, frame in
      shown.append(frame)
      leads.insert(Int(frame.number) - taken.count)
    }
    #expect(shown.count > 4980)
    let numbers = Set(shown.map(\.number))
    #expect(shown == taken.filter { numbers.contains($0.number) })
    #expect(leads == Set(1...8))
  }
}
