// What a connection takes while nothing is at hand.

import Testing

@testable import Flow

@Suite struct StreamSizeTests {
  @Test func aConnectionTakesLittle() {
    #expect(MemoryLayout<Reassembly>.stride <= 640, "\(MemoryLayout<Reassembly>.stride)")
    #expect(MemoryLayout<HTTP1Connection>.stride <= 400, "\(MemoryLayout<HTTP1Connection>.stride)")
  }
}
