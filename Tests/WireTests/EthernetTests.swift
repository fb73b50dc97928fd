import Testing
import Wire

/// Ethernet: what fourteen octets say, and what lies behind the packet they carry.
@Suite struct EthernetTests {
  // ARP, Request who-has 10.10.0.2 tell 10.10.0.1, length 46
  static let paddedARP = octets(
    """
    ffffffffffff020000000001080600010800060400010200000000010a0a00010000000000000a0a0002000000000000
    000000000000000000000000
    """)

  // IP 10.10.0.1.40001 > 10.10.0.2.80: Flags [P.], seq 0:37, ack 1, win 64240, length 37: HTTP: GET /
  // HTTP/1.1 (99 octets of frame; the packet ends at 91)
  static let trailer = octets(
    """
    02000000000202000000000108004500004d000840004006268d0a0a00010a0a00029c410050000007d000000bb85018
    faf089d90000474554202f20485454502f312e310d0a486f73743a207777772e6578616d706c650d0a0d0a6553f10000
    000001
    """)

  // LLC, dsap STP (0x42) Individual, ssap STP (0x42) Command, ctrl 0x03: STP 802.1d, Config
  static let spanningTree = octets(
    """
    0180c2000000020000000002002642420300000000018000020000000002000000008000020000000002800100001400
    02000f000000000000000000
    """)

  // LLC, dsap SNAP (0xaa) Individual, ssap SNAP (0xaa) Command, ctrl 0x03: oui Ethernet (0x000000), ethertype
  // IPv4
  static let snap = octets(
    """
    0200000000020200000000010054aaaa0300000008004500004c000000004001669b0a0a00010a0a0002080056bb7701
    0001000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d
    2e2f
    """)

  // LLC, dsap Null (0x00) Individual, ssap Null (0x00) Command, ctrl 0xbf: Unnumbered, xid, Flags [Poll],
  // length 6
  static let exchange = octets(
    """
    ffffffffffff02000000000100060000bf81010000000000000000000000000000000000000000000000000000000000
    000000000000000000000000
    """)

  // LLDP, length 46: bridge
  static let lldp = octets(
    """
    0180c200000e02000000000288cc0207040200000000020403057330060200780a066272696467650000000000000000
    000000000000000000000000
    """)

  @Test func aFrameTooShortForItsHeaderIsTruncated() {
    let packet = dissect([UInt8](repeating: 0, count: 13), wireLength: 60)
    #expect(packet.fault == .truncated(need: 14, have: 13))
    #expect(packet.faultLayer == .ethernet)
    #expect(packet.faultEndedWalk)
    #expect(packet.layerCount == 0)
  }

  @Test func aFrameSentTooShortLies() {
    #expect(dissect([UInt8](repeating: 0, count: 13)).fault == .invalid(.length))
  }

  @Test func whatIsBehindAnARPPacketIsPadding() {
    let packet = dissect(Self.paddedARP)
    #expect(kinds(packet) == [.ethernet, .arp])
    #expect(packet.trailerOffset == 42)
    #expect(packet.trailerLength == 18)
    #expect(packet.paddingLength == 18)
    #expect(packet.payloadLength == 0)
  }

  @Test func whatIsBehindAFullFrameIsATrailer() {
    let packet = dissect(Self.trailer)
    #expect(packet.trailerOffset == 91)
    #expect(packet.trailerLength == 8)
    #expect(packet.paddingLength == 0)
    #expect(packet.payloadLength == 37)
  }

  @Test func theCheckSequenceIsNoTrailer() {
    let octets = Self.paddedARP + [1, 2, 3, 4]
    let packet = dissect(octets, fcsLength: 4)
    #expect(packet.fcsLength == 4)
    #expect(packet.trailerLength == 18)
    #expect(packet.layers[0].length == 60)
    let unknown = dissect(octets)
    #expect(unknown.trailerLength == 22)
    #expect(unknown.paddingLength == 18)
  }

  @Test func aLengthMeansAnLLCFrame() {
    let packet = dissect(Self.spanningTree)
    #expect(kinds(packet) == [.ethernet, .llc])
    #expect(packet.unclaimed == .sap(0x42))
    #expect(packet.payloadLength == 35)
    #expect(packet.trailerLength == Self.spanningTree.count - 14 - 38)
  }

  @Test func snapLeadsToTheEtherType() {
    let packet = dissect(Self.snap)
    #expect(kinds(packet).starts(with: [.ethernet, .llc, .snap, .ipv4]))
    #expect(packet.etherType == .ipv4)
  }

  @Test func parametersOfTheLinkAreNobodysProtocol() {
    let packet = dissect(Self.exchange)
    #expect(kinds(packet) == [.ethernet, .llc])
    #expect(packet.unclaimed == nil)
    #expect(packet.payloadLength == 3)
  }

  @Test func anUnknownTypeIsNamedByItsNumberAndLength() {
    var octets = Self.lldp
    octets[13] = 0xb5  // local experiment
    let packet = dissect(octets)
    #expect(packet.unclaimed == .etherType(EtherType(rawValue: 0x88b5)))
    #expect(packet.payloadLength == 46)
    #expect(packet.fault == nil)
  }

  @Test func aLengthBeyondTheFrameLies() {
    var octets = Self.spanningTree
    octets[12] = 5
    let packet = dissect(octets)
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .ethernet)
    #expect(!packet.faultEndedWalk)
    #expect(kinds(packet) == [.ethernet, .llc])
  }

  @Test(arguments: [paddedARP, trailer, spanningTree, snap, exchange, lldp])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
