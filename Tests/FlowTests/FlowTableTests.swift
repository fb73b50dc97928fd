// The flow table, held to a dictionary.

import Testing
import Wire

@testable import Flow

@Suite struct FlowTableTests {
  private func slot(_ number: UInt32) -> FlowSlot {
    let (key, _) = FlowKey.of(
      source: IPAddress(ipv4: number), sourcePort: UInt16(truncatingIfNeeded: number &* 7),
      destination: IPAddress(ipv4: 0x0a00_0001), destinationPort: 80, ipProtocol: .tcp, network: 0)
    let frame = Frame(number: 1, time: 0, wireLength: 60, capturedLength: 60, link: .ethernet)
    return FlowSlot(key, serial: UInt64(number), frame)
  }

  /// Few flows and much coming and going; and many, through several doublings.
  @Test(arguments: [(keys: UInt32(500), steps: 20_000), (20_000, 60_000)])
  func whatIsPutInIsFoundUntilItIsTakenOut(keys: UInt32, steps: Int) {
    var table = FlowTable(secret: FlowSecret(seed: 1), expected: 4)
    var truth: [FlowKey: Int] = [:]
    var random = FlowSecret(seed: 42).words[0]
    for _ in 0..<steps {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let slot = slot(UInt32(truncatingIfNeeded: random &>> 33) % keys)
      if let index = truth[slot.key] {
        #expect(table.find(slot.key) == index)
        if random >> 60 < 6 { continue }
        table.remove(index)
        truth[slot.key] = nil
        #expect(table.find(slot.key) == nil)
      } else {
        #expect(table.find(slot.key) == nil)
        truth[slot.key] = table.insert(slot, table.hash(slot.key))
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
