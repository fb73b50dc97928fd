// The queue to the writer: bounded, and what is missed least is left out first. The flight recorder's ring.

import Foundation
import Store
import Testing
import Wire

@testable import Service

@Suite struct QueueTests {
  private func batch(_ kinds: [StoredRecord.Kind], octets: Int = 1000) -> RecordBatch {
    let json = [UInt8](repeating: 120, count: octets)
    return RecordBatch(
      records: kinds.map { StoredRecord($0, start: 0, end: 0, json: json[...]) }, octets: kinds.count * octets
    )
  }

  @Test func nothingIsLeftOutWhileThereIsRoom() {
    let queue = RecordQueue(octetsMax: 100_000)
    queue.push(batch(StoredRecord.Kind.allCases))
    #expect(queue.dropped.all == 0)
    #expect(queue.take().flatMap(\.records).count == 5)
  }

  @Test func whatIsMissedLeastIsLeftOutFirst() {
    let queue = RecordQueue(octetsMax: 100_000)
    var left: [StoredRecord.Kind] = []
    var before = Dropped()
    for _ in 0..<200 {
      queue.push(batch(StoredRecord.Kind.allCases, octets: 300))
      let now = queue.dropped
      for kind in StoredRecord.Kind.allCases where before[kind] == 0 && now[kind] > 0 { left.append(kind) }
      before = now
    }
    #expect(left.prefix(4) == [.interim, .exchange, .flow, .finding])
    #expect(queue.fill <= 100)
  }

  @Test func roomComesBackWithWhatWasWritten() {
    let queue = RecordQueue(octetsMax: 100_000)
    for _ in 0..<40 { queue.push(batch([.flow], octets: 4000)) }
    let dropped = queue.dropped[.flow]
    #expect(dropped > 0)
    for batch in queue.take() { queue.giveBack(batch.octets, [batch.text]) }
    queue.push(batch([.flow], octets: 4000))
    #expect(queue.dropped[.flow] == dropped)
    #expect(queue.hasRoom)
  }

  /// Memory for texts is used again, and not more of it kept than a pipeline fills in a moment.
  @Test func textsThatWereWrittenAreUsedAgain() {
    let queue = RecordQueue(octetsMax: 100_000)
    #expect(queue.spare().capacity == 0)
    for _ in 0..<40 { queue.giveBack(0, [[UInt8](repeating: 1, count: 5000), []]) }
    var kept = 0
    while true {
      let spare = queue.spare()
      #expect(spare.isEmpty)
      if spare.capacity < 5000 { break }
      kept += 1
    }
    #expect(kept == 32)
    queue.giveBack(0, [[1]])
    queue.dropSpares()
    #expect(queue.spare().capacity == 0)
  }

  @Test func theRecorderHoldsTheLastFramesOfAFlow() throws {
    var recorder = FlightRecorder(octets: 600_000, snapLength: 100)
    for i in 0..<20_000 {
      let octets = [UInt8](repeating: UInt8(i & 255), count: 60 + i % 80)
      recorder.note(
        octets.span,
        Frame(
          number: UInt64(i + 1), time: Int64(i) * 1_000_000, wireLength: octets.count + 1000,
          capturedLength: octets.count, link: .ethernet), flow: UInt64(i % 10 + 1))
    }
    let held = recorder.capture(of: 3)
    let capture = try #require(held)
    // A header of 24 octets, then records of 16 and their octets.
    var at = 24
    var last: UInt32 = 0
    var frames = 0
    func number(_ place: Int) -> UInt32 {
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(capture.file[place + $1]) << UInt32($1 * 8) }
    }
    #expect(number(0) == 0xa1b2_3c4d && number(20) == 1)
    while at < capture.file.count {
      let (seconds, length) = (number(at), Int(number(at + 8)))
      #expect(seconds >= last && length <= 100)
      let value = capture.file[at + 16]
      #expect(capture.file[(at + 16)..<(at + 16 + length)].allSatisfy { $0 == value })
      last = seconds
      at += 16 + length
      frames += 1
    }
    #expect(frames > 100 && at == capture.file.count)
    // The last frame of the flow is there.
    #expect(last == 19)
    let nobody = recorder.capture(of: 99)
    #expect(nobody == nil)
  }

  @Test func theFolderOfFramesIsBounded() throws {
    var settings = RecorderSettings()
    settings.path = NSTemporaryDirectory() + "/wiretale-frames-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: settings.path) }
    settings.files = 3
    settings.keepOctets = 1000
    var folder = CaptureFolder(settings)
    for flow in 1...5 { #expect(folder.write(RecordedFrames(flow: UInt64(flow), file: [1, 2, 3])) == nil) }
    let kept = try FileManager.default.contentsOfDirectory(atPath: settings.path).sorted()
    #expect(kept == ["F3.pcap", "F4.pcap", "F5.pcap"])
    let large = RecordedFrames(flow: 6, file: [UInt8](repeating: 0, count: 996))
    #expect(folder.write(large) == nil)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: settings.path).sorted() == ["F5.pcap", "F6.pcap"])
  }
}
