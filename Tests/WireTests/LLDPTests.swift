import Testing
import Wire

/// LLDP: a bridge says who it is.
@Suite struct LLDPTests {
  /// 02:00:00:00:00:02 > 01:80:c2:00:00:0e, ethertype LLDP (0x88cc), length 60: LLDP, length 46: bridge
  static let frame =
    octets("0180c200000e 020000000002 88cc")
    + octets("0207 04 020000000002  0403 05 7330  0602 0078  0a06 627269646765  0000")
    + [UInt8](repeating: 0, count: 18)

  @Test func aBridgeSaysWhoItIs() {
    let packet = dissect(Self.frame)
    #expect(kinds(packet) == [.ethernet, .lldp])
    #expect(packet.fault == nil)
    #expect(packet.layers[1].headerLength == 28)
    // Behind the last value the frame is filled up.
    #expect(packet.trailerLength == 18)
    let name = Self.frame.span.extracting(14..<42)
    #expect(LLDPValue.find(LLDPValue.systemName, name) == 20..<26)
    #expect(LLDPValue.find(9, name) == nil)
  }

  @Test func itsFieldsAreItsValues() {
    let packet = dissect(Self.frame)
    let values = fields(Self.frame, packet, .lldp).filter { $0.depth == 1 }
    #expect(
      values.map(\.meaning.description) == ["chassis", "port", "time to live", "system name", "end"])
    #expect(values.reduce(0) { $0 + $1.length } == 28)
    #expect(field(Self.frame, packet, .lldp, "identifier")?.value == .mac(0x0200_0000_0002))
    #expect(field(Self.frame, packet, .lldp, "time_to_live")?.value == .number(120))
  }

  @Test func aCutMessageIsTruncatedWhereverItIsCut() {
    for length in 14..<42 {
      let cut = Array(Self.frame[..<length])
      let packet = dissect(cut, wireLength: Self.frame.count)
      #expect(packet.faultLayer == .lldp, "\(length) octets")
      guard case .truncated? = packet.fault else {
        Issue.record("\(length) octets: \(String(describing: packet.fault))")
        continue
      }
      #expect(unsound(packet, cut) == nil)
    }
  }

  @Test func aValueLongerThanTheFrameIsALie() {
    // 08ff: 255 octets of port description.
    let packet = dissect(octets("0180c200000e 020000000002 88cc 08ff 6c6f6e67"))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .lldp)
  }
}
