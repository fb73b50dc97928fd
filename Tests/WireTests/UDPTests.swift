import Testing
import Wire

/// UDP and its light sister.
@Suite struct UDPTests {
  /// A datagram with another length field and protocol.
  static func with(length: UInt16, protocol number: UInt8 = 17) -> [UInt8] {
    var octets = IPv4Tests.plain
    octets[23] = number
    octets[38] = UInt8(length >> 8)
    octets[39] = UInt8(length & 255)
    return octets
  }

  @Test func portsAndPayloadAreTold() {
    let packet = dissect(IPv4Tests.plain)
    #expect(packet.sourcePort == 40001)
    #expect(packet.destinationPort == 9000)
    #expect(packet.payloadOffset == 42)
    #expect(packet.payloadLength == 15)
    #expect(packet.unclaimed == .udp(source: 40001, destination: 9000))
  }

  @Test func aLengthBelowTheHeaderEndsTheWalk() {
    for length: UInt16 in [0, 7] {
      let packet = dissect(Self.with(length: length))
      #expect(packet.fault == .invalid(.length))
      #expect(packet.faultEndedWalk)
      #expect(packet.hasPorts)
    }
  }

  @Test func aLengthBeyondThePacketIsNoted() {
    let packet = dissect(Self.with(length: 100))
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .udp)
    #expect(!packet.faultEndedWalk)
    #expect(packet.payloadLength == 15)
  }

  @Test func octetsBehindTheLengthAreNobodys() {
    let packet = dissect(Self.with(length: 12))
    #expect(packet.fault == nil)
    #expect(packet.payloadLength == 4)
  }

  @Test func theRestOfAFragmentedDatagramIsElsewhere() {
    var octets = Self.with(length: 4000)
    octets[20] = 0x20
    #expect(dissect(octets).fault == nil)
  }

  @Test func theLightSisterSaysWhatItsChecksumCovers() {
    let octets = Self.with(length: 8, protocol: 136)
    let packet = dissect(octets)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udpLite])
    #expect(packet.payloadLength == 15)
    #expect(dissect(Self.with(length: 3, protocol: 136)).fault == .invalid(.length))
    expectEveryTruncationSound(octets)
  }

  @Test func everyTruncation() { expectEveryTruncationSound(IPv4Tests.plain) }
}
