// Community ID version 1, held to values that others publish.

import Testing
import Wire

@testable import Flow

@Suite struct CommunityIDTests {
  private func text(_ a: UInt32, _ p: UInt16, _ b: UInt32, _ q: UInt16) -> String {
    let (key, _) = FlowKey.of(
      source: IPAddress(ipv4: a), sourcePort: p, destination: IPAddress(ipv4: b), destinationPort: q,
      ipProtocol: .tcp, network: 0)
    return String(decoding: communityID(of: key), as: UTF8.self)
  }

  @Test func theSameFlowHasTheSameTextInBothDirections() {
    #expect(text(0x0102_0304, 1024, 0x0506_0708, 80) == "1:RcCrCS5fwYUeIzgDDx64EN3+okU=")
    #expect(text(0x0506_0708, 80, 0x0102_0304, 1024) == "1:RcCrCS5fwYUeIzgDDx64EN3+okU=")
    #expect(text(0x0a00_0001, 1234, 0x7f00_0001, 80) == "1:F/BCgQTUT/FXrTnSBgdsKwJ26iE=")
  }

  /// A flow between random endpoints, and its text by the octets of the specification.
  private func random(_ ipProtocol: IPProtocol, isIPv6: Bool, seed: UInt16) -> (CommunityMessage, String) {
    func address() -> IPAddress {
      let octets = (0..<16).map { _ in UInt8.random(in: 0...255) }
      return isIPv6 ? IPAddress(ipv6: octets.span, at: 0) : IPAddress(ipv4: .random(in: 0...(.max)))
    }
    let (key, isReversed) = FlowKey.of(
      source: address(), sourcePort: .random(in: 0...(.max)), destination: address(),
      destinationPort: .random(in: 0...(.max)), ipProtocol: ipProtocol, network: 0, isIPv6: isIPv6)
    let (one, other) = isReversed ? (key.second, key.first) : (key.first, key.second)
    let ports = isReversed ? [key.secondPort, key.firstPort] : [key.firstPort, key.secondPort]
    func octets(_ number: some FixedWidthInteger, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> ((count - 1 - $0) * 8)) }
    }
    var all = octets(seed, 2)
    for address in [one, other] {
      all += isIPv6 ? octets(address.high, 8) + octets(address.low, 8) : octets(address.ipv4 ?? 0, 4)
    }
    all += [ipProtocol.rawValue, 0]
    if [.tcp, .udp, .sctp, .icmp, .icmpv6].contains(ipProtocol) { all += ports.flatMap { octets($0, 2) } }
    var message = CommunityMessage()
    // What was in it before is not in it afterwards.
    message.fill(key, isReversed: !isReversed, seed: 0xffff)
    message.fill(key, isReversed: isReversed, seed: seed)
    return (message, String(decoding: base64(sha1(all)), as: UTF8.self))
  }

  @Test func fourAtOnceAreWhatTheOctetsSay() {
    let protocols: [IPProtocol] = [.tcp, .udp, .sctp, .icmp, .icmpv6, IPProtocol(rawValue: 47)]
    for round in 0..<200 {
      var messages = CommunityMessages(repeating: CommunityMessage())
      var texts: [String] = []
      for i in 0..<4 {
        let (message, text) = random(
          protocols[(round + i) % 6], isIPv6: (round >> i) & 1 == 1, seed: UInt16(round))
        messages[i] = message
        texts.append(text)
      }
      let ids = CommunityID.of(&messages)
      for i in 0..<4 {
        var id = ids[i]
        let digits = id.digits()
        let text = (0..<27).map { UInt8(truncatingIfNeeded: digits[$0 / 8] >> UInt64($0 % 8 * 8)) }
        #expect(String(decoding: text, as: UTF8.self) + "=" == texts[i])
      }
    }
  }

  @Test func sha1IsThatOfTheRFC() {
    // RFC 3174 section 7.3: "abc".
    let digest = sha1(Array("abc".utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(digest == "a9993e364706816aba3e25717850c26c9cd0d89d")
    // Of two blocks, and of many.
    let two = sha1(Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
    #expect(two.prefix(4) == [0x84, 0x98, 0x3e, 0x44])
    #expect(sha1([UInt8](repeating: 97, count: 1_000)).prefix(4) == [0x29, 0x1e, 0x9a, 0x6c])
  }
}
