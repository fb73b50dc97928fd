import Testing
import Wire

/// Frames in frames between bridges, and the tag of virtual interfaces.
@Suite struct BackboneBridgingTests {
  /// The customer's frame of `VLANTests` behind a backbone's addresses and an I-tag of service 0x012345.
  private static let backbone: [UInt8] =
    [2, 0, 0, 0, 9, 2, 2, 0, 0, 0, 9, 1, 0x88, 0xe7, 0x68, 0x01, 0x23, 0x45] + VLANTests.twoTags

  /// The same frame with a VN-Tag from interface 51 before its VLAN tags.
  private static let tagged: [UInt8] =
    Array(VLANTests.twoTags[..<12]) + [0x89, 0x26, 0, 0, 0, 51] + VLANTests.twoTags[12...]

  @Test func theCustomersFrameIsRead() {
    let packet = dissect(Self.backbone)
    #expect(kinds(packet) == [.ethernet, .backbone, .ethernet, .vlan, .vlan, .ipv4, .icmp])
    #expect(packet.tunnelIdentifier == 0x01_2345)
    #expect(packet.icmpIdentifier == 30465)
    // The frame's own addresses are the backbone's.
    #expect(packet.sourceMAC == 0x0200_0000_0901)
    #expect(packet.tunnelDepth == 0)
  }

  @Test func theServiceIsTold() {
    let packet = dissect(Self.backbone)
    #expect(field(Self.backbone, packet, .backbone, "service")?.value == .number(0x01_2345))
    #expect(field(Self.backbone, packet, .backbone, "control")?.value == .hex(0x68, digits: 2))
  }

  @Test func whatIsBehindAVNTagIsRead() {
    let packet = dissect(Self.tagged)
    #expect(kinds(packet) == [.ethernet, .vnTag, .vlan, .vlan, .ipv4, .icmp])
    #expect(packet.vlanCount == 2)
    #expect(field(Self.tagged, packet, .vnTag, "source_interface")?.value == .hex(51, digits: 4))
  }

  @Test func aTagThatIsCutIsTold() {
    for (frame, kind) in [(Self.backbone, Layer.Kind.backbone), (Self.tagged, .vnTag)] {
      for count in 14..<(kind == .backbone ? 18 : 20) {
        let packet = dissect(Array(frame[..<count]), wireLength: frame.count)
        #expect(kinds(packet) == [.ethernet])
        #expect(packet.faultLayer == kind)
      }
    }
  }
}
