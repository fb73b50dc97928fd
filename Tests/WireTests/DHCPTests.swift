import Testing
import Wire

/// DHCP and DHCPv6: a lease asked for, and octets on their ports that are something else.
@Suite struct DHCPTests {
  /// 0.0.0.0.68 > 255.255.255.255.67: BOOTP/DHCP, Request from 02:00:00:00:00:01, length 258
  static let discover =
    octets("01010600 3903f326 00000000 00000000 00000000 00000000 00000000 020000000001")
    + [UInt8](repeating: 0, count: 202) + octets("63825363 350101 0c066c6573736f6e 37050103060f33 00 ff")

  @Test func aClientSaysItsName() {
    let frame = udpFrame(Self.discover, from: 68, to: 67)
    let packet = dissect(frame)
    #expect(kinds(packet) == [.ethernet, .ipv4, .udp, .dhcp])
    #expect(packet.fault == nil)
    #expect(words(frame, packet) == "lesson")
    #expect(field(frame, packet, .dhcp, "type")?.meaning.description == "discover")
    #expect(field(frame, packet, .dhcp, "client_hardware_address")?.value == .mac(0x0200_0000_0001))
    let wanted = fields(frame, packet, .dhcp).filter { $0.name.description == "option" && $0.depth == 2 }
    #expect(wanted.map(\.meaning.description).first == "subnet_mask")
    #expect(wanted.count == 5)
  }

  @Test func theFieldsTileTheMessage() {
    let frame = udpFrame(Self.discover, from: 68, to: 67)
    var at = 42
    for node in fields(frame, dissect(frame), .dhcp) where node.depth == 1 {
      #expect(node.offset == at)
      at += node.length
    }
    #expect(at == frame.count)
  }

  @Test func anOptionThatRunsPastTheMessageEndsTheOptions() {
    var message = Self.discover
    message[241] = 200
    #expect(DHCPOptions.find(12, message.span) == nil)
    let packet = dissect(udpFrame(message, from: 68, to: 67))
    #expect(packet.application.kind == .dhcp)
    #expect(packet.application.textLength == 0)
  }

  @Test func octetsThatAreNoMessageAreNobodys() {
    for payload in [[3] + Self.discover.dropFirst(), Array(Self.discover.prefix(100))] {
      let packet = dissect(udpFrame(payload, from: 68, to: 67))
      #expect(packet.application.kind == .none)
      #expect(packet.fault == nil)
    }
  }

  @Test func everyCutIsSurvived() {
    expectEveryCutIsSurvived(udpFrame(Self.discover, from: 68, to: 67), from: 42)
  }

  @Test func dhcpv6IsNamedByItsMessageType() {
    // fe80::1.546 > ff02::1:2.547: dhcp6 solicit (xid=abcdef (elapsed-time 0))
    let solicit = octets("01abcdef 0008 0002 0000")
    let frame = udpFrame(solicit, from: 546, to: 547)
    let packet = dissect(frame)
    #expect(packet.application.kind == .dhcpv6)
    #expect(field(frame, packet, .dhcpv6, "message_type")?.meaning.description == "solicit")
    #expect(field(frame, packet, .dhcpv6, "option")?.meaning.description == "elapsed time")
    expectEveryCutIsSurvived(frame, from: 42)
    // An option longer than the datagram: something else uses the port.
    #expect(dissect(udpFrame(octets("01abcdef 0008 ffff 0000"), to: 547)).application.kind == .none)
    #expect(dissect(udpFrame(octets("63"), to: 547)).application.kind == .none)
  }
}
