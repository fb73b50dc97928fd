import Testing
import Wire

/// Label stacks, and the guess at what lies below.
@Suite struct MPLSTests {
  // MPLS (label 1000, tc 0, ttl 64) (label 2000, tc 0, [S], ttl 64) 10.10.0.1 > 10.10.0.2: ICMP echo request,
  // id 30465, seq 1, length 64
  static let stack = octets(
    """
    0200000000220200000000218847003e8040007d014045000054ceae0000400197e40a0a00010a0a000208003c277701
    00013030303030303030303030303030300a3030303030303030303030303031300a3030303030303030303030303032
    300a3030303030303030
    """)

  /// The stack of the frame above, with something else below it.
  static func below(_ octets: [UInt8]) -> [UInt8] { Array(stack[..<22]) + octets }

  /// An Ethernet frame that carries ARP.
  static let inner = EthernetTests.paddedARP

  @Test func theStackIsOneLayer() {
    let packet = dissect(Self.stack)
    #expect(kinds(packet) == [.ethernet, .mpls, .ipv4, .icmp])
    #expect(packet.layers[1].headerLength == 8)
    #expect(packet.source == IPAddress(ipv4: 0x0a0a_0001))
    let labels = fields(Self.stack, packet, .mpls).filter { $0.name.description == "label" }
    #expect(
      labels.map(\.value) == [
        .bits(0x003e_8040, mask: 0xffff_f000), .bits(0x007d_0140, mask: 0xffff_f000),
      ])
  }

  @Test func aPseudowireHasAControlWordOrNot() {
    #expect(
      kinds(dissect(Self.below([0, 0, 0, 9] + Self.inner))) == [
        .ethernet, .mpls, .pseudowire, .ethernet, .arp,
      ])
    var local = Self.inner
    local.replaceSubrange(0..<6, with: [0x02, 0, 0, 0, 0, 1])
    #expect(kinds(dissect(Self.below(local))) == [.ethernet, .mpls, .ethernet, .arp])
    #expect(kinds(dissect(Self.below(Self.inner))) == [.ethernet, .mpls, .ethernet, .arp])
  }

  @Test func theOuterAddressesStay() {
    let packet = dissect(Self.below([0, 0, 0, 9] + Self.inner))
    #expect(packet.sourceMAC == 0x0200_0000_0021)
  }

  @Test func aStackWithoutBottomLies() {
    let octets = Array(Self.stack[..<14]) + [[UInt8]](repeating: [0, 1, 0, 64], count: 20).joined()
    #expect(dissect(octets).fault == .invalid(.depth))
  }

  @Test func everyTruncation() { expectEveryTruncationSound(Self.stack) }
}
