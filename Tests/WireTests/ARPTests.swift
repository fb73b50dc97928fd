import Testing
import Wire

/// Who has this address, and who tells.
@Suite struct ARPTests {
  // ARP, Request who-has 10.10.0.254 tell 10.10.0.1, length 28
  static let request = octets(
    """
    ffffffffffff020000000001080600010800060400010200000000010a0a00010000000000000a0a00fe
    """)

  @Test func everyFieldIsTold() {
    let packet = dissect(Self.request)
    #expect(
      fieldNames(Self.request, packet, .arp) == [
        "hardware_type", "protocol_type", "hardware_length", "protocol_length", "operation",
        "sender_hardware_address", "sender_protocol_address", "target_hardware_address",
        "target_protocol_address",
      ])
    #expect(field(Self.request, packet, .arp, "operation")?.meaning.description == "request")
    #expect(
      field(Self.request, packet, .arp, "target_protocol_address")?.value
        == .address(IPAddress(ipv4: 0x0a0a_00fe)))
  }

  @Test func lengthsThatTheFrameHasNotLie() {
    var octets = Self.request
    octets[18] = 200
    let packet = dissect(octets)
    #expect(packet.fault == .invalid(.length))
    #expect(packet.faultLayer == .arp)
    #expect(kinds(packet) == [.ethernet, .arp])
  }

  @Test func addressesOfNoLengthAreNotTold() {
    let octets = Array(Self.request[..<14]) + [0, 1, 8, 0, 0, 0, 0, 1]
    let packet = dissect(octets)
    #expect(packet.fault == nil)
    #expect(untold(packet, octets) == nil)
  }

  @Test func everyTruncation() { expectEveryTruncationSound(Self.request) }
}
