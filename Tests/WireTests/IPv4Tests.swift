import Testing
import Wire

/// IPv4: lengths that hold, lengths that lie, options and fragments.
@Suite struct IPv4Tests {
  // IP 10.10.0.1.40001 > 10.10.0.2.9000: UDP, length 15
  static let plain = ChecksumTests.udp

  // IP 10.10.0.1 > 224.0.0.22: igmp v3 report, 1 group record(s), with a router alert
  static let routerAlert = octets(
    """
    01005e000016020000000001080046c00028000040000102f9ee0a0a0001e0000016940400002200e8f9000000010400
    0000ef010203
    """)

  // IP 10.10.0.1 > 10.10.0.2: (the second fragment of a datagram)
  static let fragment = octets(
    """
    0200000000020200000000010800450005dc205f20b940111fe30a0a00010a0a00023030303030303030303030303563
    300a30303030303030303030
    """)

  /// The plain packet with other octets from `offset` of its header on.
  static func changed(_ offset: Int, _ new: UInt8...) -> [UInt8] {
    var octets = plain
    octets.replaceSubrange(14 + offset..<14 + offset + new.count, with: new)
    return octets
  }

  @Test func theHeaderIsTold() {
    let packet = dissect(Self.plain)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp])
    #expect(packet.ipVersion == 4)
    #expect(packet.source == IPAddress(ipv4: 0x0a0a_0001))
    #expect(packet.destination == IPAddress(ipv4: 0x0a0a_0002))
    #expect(packet.ipProtocol == .udp)
    #expect(packet.timeToLive == 64)
    #expect(packet.hasIdentification)
    #expect(packet.identification == 0x0003)
    #expect(packet.dontFragment)
    #expect(packet.ipLength == 43)
    #expect(field(Self.plain, packet, .ipv4, "protocol")?.meaning.description == "UDP")
  }

  @Test func anotherVersionLies() {
    #expect(dissect(Self.changed(0, 0x55)).fault == .invalid(.version))
    #expect(dissect(Self.changed(0, 0x44)).fault == .invalid(.headerLength))
  }

  @Test func aLengthBelowTheHeaderEndsTheWalk() {
    let packet = dissect(Self.changed(2, 0, 19))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultEndedWalk)
    #expect(kinds(packet) == [.ethernet, .ipv4])
    #expect(packet.source == IPAddress(ipv4: 0x0a0a_0001))
  }

  @Test func aLengthBeyondTheFrameIsNotedAndTheWalkGoesOn() {
    let packet = dissect(Self.changed(2, 2, 0))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .ipv4)
    #expect(!packet.faultEndedWalk)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp])
    #expect(packet.ipLength == 512)
    #expect(packet.payloadLength == 15)
  }

  @Test func aLengthBeyondWhatWasCapturedIsNoFault() {
    let packet = dissect(Array(Self.plain.dropLast(10)), wireLength: Self.plain.count)
    #expect(packet.fault == nil)
    #expect(packet.payloadLength == 15)
    #expect(packet.payloadCaptured == 5)
  }

  @Test func noLengthIsTheNetworkCardsAndTheFrameCounts() {
    let packet = dissect(Self.changed(2, 0, 0))
    #expect(packet.fault == nil)
    #expect(packet.isLengthAbsent)
    #expect(packet.isOffloaded)
    #expect(packet.ipLength == 43)
    #expect(packet.payloadLength == 15)
  }

  @Test func optionsAreTold() {
    let packet = dissect(Self.routerAlert)
    #expect(kinds(packet) == [.ethernet, .ipv4, .igmp])
    #expect(packet.layers[1].headerLength == 24)
    #expect(!packet.ipOptionsMalformed)
    #expect(field(Self.routerAlert, packet, .ipv4, "option")?.meaning.description == "router alert")
  }

  @Test func anOptionThatRunsPastTheHeaderIsNoted() {
    for (kind, length): (UInt8, UInt8) in [(148, 5), (148, 1), (148, 0), (7, 255)] {
      var octets = Self.routerAlert
      octets[34] = kind
      octets[35] = length
      let packet = dissect(octets)
      #expect(packet.ipOptionsMalformed)
      #expect(packet.fault == .invalid(.optionLength))
      #expect(kinds(packet) == [.ethernet, .ipv4, .igmp])
      #expect(untold(packet, octets) == nil)
    }
  }

  @Test func aLaterFragmentHasNoTransportHeader() {
    let packet = dissect(Self.fragment, wireLength: 1514)
    #expect(kinds(packet) == [.ethernet, .ipv4])
    #expect(packet.isFragment)
    #expect(packet.fragmentOffset > 0)
    #expect(!packet.hasPorts)
    #expect(packet.unclaimed == nil)
  }

  @Test func aFirstFragmentHasPorts() {
    let packet = dissect(Self.changed(6, 0x20))
    #expect(packet.isFragment)
    #expect(packet.moreFragments)
    #expect(packet.hasPorts)
  }

  @Test func anUnknownProtocolIsNamedByItsNumber() {
    let packet = dissect(Self.changed(9, 200))
    #expect(packet.unclaimed == .ipProtocol(IPProtocol(rawValue: 200)))
    #expect(packet.payloadLength == 23)
  }

  @Test func extensionHeadersMeanNothingHere() {
    for number: UInt8 in [0, 43, 44, 60, 135, 140] {
      let packet = dissect(Self.changed(9, number))
      #expect(kinds(packet) == [.ethernet, .ipv4])
      #expect(packet.unclaimed == .ipProtocol(IPProtocol(rawValue: number)))
    }
  }

  @Test(arguments: [plain, routerAlert])
  func everyTruncation(_ octets: [UInt8]) { expectEveryTruncationSound(octets) }
}
