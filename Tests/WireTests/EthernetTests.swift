import Testing
import Wire

/// Ethernet: what fourteen octets say.
@Suite struct EthernetTests {
  @Test func aFrameTooShortForItsHeaderIsTruncated() {
    let octets = [UInt8](repeating: 0, count: 13)
    var packet = Packet()
    Mux.standard.dissect(
      octets.span, Frame(number: 1, time: 0, wireLength: 60, capturedLength: 13, link: .ethernet),
      into: &packet)
    #expect(packet.fault == .truncated(need: 14, have: 13))
    #expect(packet.faultLayer == .ethernet)
    #expect(packet.layerCount == 0)
  }
}
