// What is written is found again, by whatever it is asked for.

import Foundation
import Store
import Testing

@Suite struct StoreTests {
  let folder = Folder()

  @Test func aFlowIsFoundByTimeAndHostAndNumber() throws {
    let writer = try StoreWriter(folder.store)
    try writer.write([
      flow(1, at: 10, from: "10.0.0.1"), flow(2, at: 20, from: "10.0.0.9"),
      flow(3, at: 30, from: "10.0.0.1", to: "10.0.0.9", severity: 3),
    ])
    let reader = try StoreReader(folder.store)
    var question = StoreQuestion(.flows)
    #expect(try answers(reader, question) == ["F1", "F2", "F3"])
    question.newestFirst = true
    #expect(try answers(reader, question) == ["F3", "F2", "F1"])
    question.host = "10.0.0.9"
    #expect(try answers(reader, question) == ["F3", "F2"])
    question.since = 25_000_000_000
    #expect(try answers(reader, question) == ["F3"])
    question.until = 29_000_000_000
    #expect(try answers(reader, question) == [])
    question = StoreQuestion(.flows)
    question.flow = 2
    #expect(try answers(reader, question) == ["F2"])
    question = StoreQuestion(.flows)
    question.severity = 3
    #expect(try answers(reader, question) == ["F3"])
  }

  @Test func aFlowThatGoesOnIsOneFlow() throws {
    let writer = try StoreWriter(folder.store)
    try writer.write([flow(1, at: 10, kind: .interim), flow(1, at: 20, kind: .interim)])
    try writer.write([flow(1, at: 30)])
    let reader = try StoreReader(folder.store)
    var records: [String] = []
    try reader.forEach(StoreQuestion(.flows)) {
      records.append(String(decoding: $0, as: UTF8.self))
      return true
    }
    #expect(records.count == 1)
    #expect(records.first?.contains("\"interim\":false") == true)
  }

  @Test func exchangesFindingsAndCountersHaveTheirTables() throws {
    let writer = try StoreWriter(folder.store)
    try writer.write([
      flow(1, at: 1, kind: .exchange), flow(1, at: 2, kind: .finding, severity: 4), flow(0, kind: .counters),
    ])
    let reader = try StoreReader(folder.store)
    for table in [StoreQuestion.Table.exchanges, .findings, .counters] {
      #expect(try reader.count(table) == 1)
    }
    #expect(try reader.count(.flows) == 0)
    #expect(try reader.faults() == [])
  }

  @Test func aReaderSeesWhatWasWrittenWhileItIsOpen() throws {
    let writer = try StoreWriter(folder.store)
    try writer.write([flow(1)])
    let reader = try StoreReader(folder.store)
    #expect(try reader.count(.flows) == 1)
    try writer.write([flow(2)])
    #expect(try reader.count(.flows) == 2)
  }

  @Test func aStoreIsOpenedAgain() throws {
    do {
      let writer = try StoreWriter(folder.store)
      try writer.write([flow(1)])
    }
    let writer = try StoreWriter(folder.store)
    try writer.write([flow(2)])
    #expect(try StoreReader(folder.store).count(.flows) == 2)
  }

  @Test func whatIsOldGoes() throws {
    let writer = try StoreWriter(folder.store)
    try writer.write((1...5000).map { flow($0, at: Int64($0)) })
    let retention = Retention(age: 1_000_000_000_000)
    var steps = 0
    while try writer.retain(retention, now: 5_000_000_000_000) { steps += 1 }
    #expect(steps < 100)
    #expect(try StoreReader(folder.store).count(.flows) == 1001)
  }

  @Test func whatIsTooMuchGoesAndItsRoomIsGivenBack() throws {
    let writer = try StoreWriter(folder.store)
    for batch in 0..<20 {
      try writer.write(
        (1...500).map { flow(UInt64(batch * 500 + $0), at: Int64(batch * 500 + $0), octets: 2000) })
    }
    try writer.checkpoint()
    let before = folder.size
    #expect(before > 20_000_000)
    let retention = Retention(octetsMax: 4_000_000)
    var steps = 0
    while try writer.retain(retention, now: 0), steps < 200 { steps += 1 }
    #expect(steps < 200)
    try writer.checkpoint()
    #expect(folder.size < 5_000_000, "\(before) octets became \(folder.size)")
    let reader = try StoreReader(folder.store)
    var question = StoreQuestion(.flows)
    question.newestFirst = true
    var newest: [UInt8] = []
    try reader.forEach(question) {
      newest = $0
      return false
    }
    #expect(String(decoding: newest, as: UTF8.self).hasPrefix("{\"uid\":\"F10000\""))
    #expect(try reader.faults() == [])
  }
}
