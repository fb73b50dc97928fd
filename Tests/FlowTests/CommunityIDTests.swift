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

  @Test func sha1IsThatOfTheRFC() {
    // RFC 3174 section 7.3: "abc".
    let digest = sha1(Array("abc".utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(digest == "a9993e364706816aba3e25717850c26c9cd0d89d")
  }
}
