// The flow table, held to a dictionary.

import Testing
import Wire

@testable import Flow

@Suite struct FlowTableTests {
  private func record(_ number: UInt32) -> FlowRecord {
    let (key, _) = FlowKey.of(
      source: IPAddress(ipv4: number), sourcePort: UInt16(truncatingIfNeeded: number &* 7),
      destination: IPAddress(ipv4: 0x0a00_0001), destinationPort: 80, ipProtocol: .tcp, network: 0)
    return FlowRecord(
      key: key, serial: UInt64(number), isReversed: false, start: 0, end: 0, firstFrame: 1, lastFrame: 1)
  }

  @Test func whatIsPutInIsFoundUntilItIsTakenOut() {
    var table = FlowTable(secret: FlowSecret(seed: 1), expected: 4)
    var truth: [FlowKey: Int] = [:]
    var random = FlowSecret(seed: 42).words[0]
    for _ in 0..<20_000 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let record = record(UInt32(truncatingIfNeeded: random &>> 33) % 500)
      if let index = truth[record.key] {
        #expect(table.find(record.key) == index)
        table.remove(index)
        truth[record.key] = nil
        #expect(table.find(record.key) == nil)
      } else {
        #expect(table.find(record.key) == nil)
        truth[record.key] = table.insert(record)
      }
      #expect(table.count == truth.count)
    }
    for (key, index) in truth { #expect(table.find(key) == index) }
  }

  @Test func bothDirectionsHaveOneKey() {
    let (a, isReversed) = FlowKey.of(
      source: IPAddress(ipv4: 1), sourcePort: 9, destination: IPAddress(ipv4: 1), destinationPort: 8,
      ipProtocol: .udp, network: 0)
    let (b, isOther) = FlowKey.of(
      source: IPAddress(ipv4: 1), sourcePort: 8, destination: IPAddress(ipv4: 1), destinationPort: 9,
      ipProtocol: .udp, network: 0)
    #expect(a == b)
    #expect(isReversed != isOther)
    #expect(a.hash(FlowSecret(seed: 3)) == b.hash(FlowSecret(seed: 3)))
  }
}
