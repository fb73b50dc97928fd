import Capture
import Foundation
import Testing
import Wire

/// Saved captures: every kind says the same frames.
@Suite struct FileTests {
  let scratch = Scratch()
  let frames = [
    MadeFrame(time: 1_700_000_000_123_456_789, octets: tcpFrame(to: 80)),
    MadeFrame(time: 1_700_000_001_000_000_000, octets: tcpFrame(to: 443), wireLength: 1500),
    MadeFrame(time: 1_700_000_001_000_001_000, octets: []),
  ]

  @Test(arguments: [
    (false, false, false), (true, false, false), (false, true, false), (true, true, false),
    (false, false, true), (true, false, true),
  ])
  func everyByteOrderAndPrecisionReadsTheSame(big: Bool, nanoseconds: Bool, modified: Bool) {
    let format = MadeFormat(big: big, nanoseconds: nanoseconds, modified: modified)
    let told = read([scratch.file("a.pcap", pcap(frames, format))])
    #expect(told.error == nil)
    #expect(told.octets == frames.map(\.octets))
    #expect(told.frames.map(\.number) == [1, 2, 3])
    #expect(told.frames.map(\.time) == frames.map { nanoseconds ? $0.time : $0.time / 1000 * 1000 })
    #expect(told.frames.map(\.wireLength) == frames.map { $0.wireLength ?? $0.octets.count })
    #expect(told.interfaces.first?.nanoseconds == nanoseconds)
    #expect(told.interfaces.first?.linkName == "EN10MB")
    #expect(told.interfaces.first?.linkDescription == "Ethernet")
  }

  @Test func theLinkTypeTellsOfACheckSequence() {
    // Ethernet, with the flag that the length is known and the length of two 16-bit words.
    var octets = pcap(frames)
    octets.replaceSubrange(20..<24, with: number(0x2400_0001, big: false))
    let told = read([scratch.file("fcs.pcap", octets)])
    #expect(told.frames.map(\.fcsLength) == [4, 4, 4])
    #expect(told.interfaces.first?.link == .ethernet)
    #expect(read([scratch.file("plain.pcap", pcap(frames))]).frames.map(\.fcsLength) == [0, 0, 0])
  }

  @Test(arguments: [false, true], [nil, 9, 6] as [UInt8?])
  func pcapngReadsTheSame(big: Bool, resolution: UInt8?) {
    let told = read([scratch.file("a.pcapng", pcapng(frames, big: big, resolution: resolution))])
    #expect(told.error == nil)
    #expect(told.octets == frames.map(\.octets))
    #expect(told.frames.map(\.time) == frames.map { resolution == 9 ? $0.time : $0.time / 1000 * 1000 })
    #expect(told.interfaces.first?.nanoseconds == (resolution == 9))
  }

  @Test func aFileThatEndsInsideARecordGivesWhatWasWhole() {
    let whole = pcap(frames)
    for cut in [whole.count - 1, whole.count - 16, whole.count - 17] {
      let path = scratch.file("cut.pcap", Array(whole[..<cut]))
      let told = read([path])
      // The last record is a header of 16 octets alone; 17 less takes an octet of the one before.
      let kept = cut == whole.count - 17 ? 1 : 2
      #expect(told.frames.count == kept)
      if cut == whole.count - 16 {
        #expect(told.error == nil)
      } else {
        #expect(told.error?.kind == .input)
        #expect(told.error?.description.hasPrefix("\(path): truncated dump file; tried to read") == true)
      }
    }
  }

  @Test func whatIsNoCaptureIsNamedWithLibpcapsWords() {
    let empty = scratch.file("empty", [])
    #expect(
      read([empty]).error?.description
        == "\(empty): truncated dump file; tried to read 4 file header bytes, only got 0")
    let text = scratch.file("text", Array("hello, this is no capture".utf8))
    #expect(read([text]).error?.description == "\(text): unknown file format")
    #expect(
      read([scratch.file("none")]).error?.description == "\(scratch.file("none")): No such file or directory")
    #expect(read([scratch.path]).error?.kind == .input)
  }

  @Test func secondsBeyondNanosecondsAreTheLastMomentThereIs() {
    // 2^63 microseconds as if_tsresol 6 has them: the year 294247.
    var octets = pcapng([MadeFrame(time: 0, octets: [1])])
    let block = octets.count - 36
    for offset in 12..<20 { octets[block + offset] = offset == 15 ? 0x7f : 0xff }
    let told = read([scratch.file("far.pcapng", octets)])
    #expect(told.frames.map(\.time) == [Int64.max])
  }

  @Test func aReaderThatHasEnoughCanGoOn() throws {
    let capture = try Capture(.files([scratch.file("a.pcap", pcap(frames))]))
    var numbers: [UInt64] = []
    for _ in 0..<3 {
      try capture.forEachFrame({ _, frame in
        numbers.append(frame.number)
        return .stop
      })
    }
    #expect(numbers == [1, 2, 3])
    #expect(capture.statistics.captured == 3)
  }

  @Test func aRaisedFlagEndsTheReading() throws {
    var settings = CaptureSettings()
    settings.stop = StopFlag()
    let capture = try Capture(.files([scratch.file("a.pcap", pcap(frames))]), settings: settings)
    var count = 0
    try capture.forEachFrame({ _, _ in
      count += 1
      settings.stop.raise()
      return .go
    })
    #expect(count == 1)
  }

  @Test func progressIsOctetsOfTheFile() throws {
    let octets = pcap(frames)
    let capture = try Capture(.files([scratch.file("a.pcap", octets), scratch.file("b.pcap", octets)]))
    try capture.forEachFrame({ _, _ in .go })
    #expect(capture.progress?.done == Int64(2 * octets.count))
    #expect(capture.progress?.total == Int64(2 * octets.count))
  }

  @Test func theBodyMayAskForTheStatistics() throws {
    let capture = try Capture(.files([scratch.file("a.pcap", pcap(frames))]), filter: "tcp port 443")
    var seen: [UInt64] = []
    try capture.forEachFrame({ _, _ in
      seen.append(capture.statistics.received)
      return .go
    })
    #expect(seen == [2])
    #expect(capture.statistics.received == 3)
    #expect(capture.statistics.captured == 1)
    #expect(capture.statistics.filtered == 2)
    #expect(capture.statistics.droppedByKernel == nil)
  }
}

/// Several files are one input.
@Suite struct MergeTests {
  let scratch = Scratch()

  @Test func framesComeInTheOrderOfTime() {
    var files: [String] = []
    var all: [(time: Int64, mark: UInt8)] = []
    for file in 0..<9 {
      let frames = (0..<20).map { index in
        MadeFrame(
          time: Int64((index * 7 + file * 3) / 5) * 1_000_000_000, octets: [UInt8(file), UInt8(index)])
      }
      all += frames.map { ($0.time, $0.octets[0]) }
      files.append(scratch.file("\(file).pcap", pcap(frames, MadeFormat(link: file == 4 ? 101 : 1))))
    }
    let told = read(files)
    #expect(told.error == nil)
    #expect(told.frames.map(\.number) == (1...180).map { UInt64($0) })
    // The sort is stable, so equal times keep the order of the files.
    let expected = all.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
    #expect(told.octets.map { $0[0] } == expected.map(\.element.mark))
    #expect(told.frames.allSatisfy { $0.link == ($0.interface == 4 ? LinkType.raw : LinkType.ethernet) })
    #expect(zip(told.frames, told.octets).allSatisfy { $0.interface == Int($1[0]) })
  }

  @Test func aBrokenFileDoesNotSilenceTheOthers() {
    let frames = (0..<5).map { MadeFrame(time: Int64($0) * 1_000_000_000, octets: [1, 2, 3]) }
    let broken = scratch.file("broken.pcap", Array(pcap(frames).dropLast(1)))
    let told = read([broken, scratch.file("whole.pcap", pcap(frames))])
    #expect(told.frames.count == 9)
    #expect(told.error?.description.hasPrefix(broken) == true)
  }

  @Test func aStopInTheMiddleLosesNothing() throws {
    let frames = (0..<5).map { MadeFrame(time: Int64($0) * 1_000_000_000, octets: [UInt8($0)]) }
    let files = ["a", "b"].map { scratch.file($0, pcap(frames)) }
    let capture = try Capture(.files(files))
    var seen: [UInt8] = []
    for _ in 0..<12 {
      try capture.forEachFrame({ octets, _ in
        seen.append(octets[0])
        return .stop
      })
    }
    #expect(seen == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
  }
}
