import Testing
import Wire

/// Checksums: verified when asked, and what the network card has yet to compute is not called wrong.
@Suite struct ChecksumTests {
  // 10.10.0.1.40001 > 10.10.0.2.9000: UDP, length 15
  static let udp = octets(
    """
    02000000000202000000000108004500002b00034000401126a90a0a00010a0a00029c41232800171fd0616e79626f64
    792074686572653f0a
    """)

  // fd10::1.40001 > fd10::2.9000: UDP, length 15
  static let udp6 = octets(
    """
    02000000000202000000000186dd60023dd700171140fd100000000000000000000000000001fd100000000000000000
    0000000000029c412328001739c2616e79626f64792074686572653f0a
    """)

  /// The verdicts of a frame's layers that have one, outermost first.
  func verdicts(_ octets: [UInt8], wireLength: Int? = nil) -> [ChecksumVerdict] {
    let packet = dissect(octets, wireLength: wireLength)
    return (0..<packet.layerCount).compactMap { packet.checksum(ofLayer: $0, in: octets.span) }
  }

  /// The sum as its definition says it, octet by octet (RFC 1071 section 1).
  func reference(_ octets: [UInt8]) -> UInt16 {
    var sum = 0
    for (i, octet) in octets.enumerated() { sum += Int(octet) << (i % 2 == 0 ? 8 : 0) }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return UInt16(sum)
  }

  @Test func theSumIsThatOfTheDefinition() {
    for count in 0..<150 {
      let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 200) }
      #expect(Checksum.fold(Checksum.sum(octets.span, from: 0, to: count)) == reference(octets))
      let ones = [UInt8](repeating: 0xff, count: count)
      #expect(Checksum.fold(Checksum.sum(ones.span, from: 0, to: count)) == reference(ones))
    }
  }

  @Test func carriesAreAddedAtTheOtherEnd() {
    let edges: [UInt64] = [0, 1, 0xfffe, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, 0xffff_0000, 1 << 63]
    for sum in edges + edges.map({ UInt64.max - $0 }) {
      var folded = sum
      while folded > 0xffff { folded = (folded & 0xffff) + (folded >> 16) }
      #expect(Checksum.fold(sum) == UInt16(folded))
    }
  }

  @Test func aSoundDatagramIsGood() {
    #expect(verdicts(ChecksumTests.udp) == [.good, .good])
    #expect(verdicts(ChecksumTests.udp6) == [.good])
  }

  @Test func everyChangedBitOfAHeaderIsBad() {
    let good = ChecksumTests.udp
    for bit in 0..<8 {
      var octets = good
      octets[14 + 8] ^= 1 << bit  // time to live
      guard case .bad(let expected) = verdicts(octets)[0] else {
        Issue.record("bit \(bit) of the time to live is not missed")
        continue
      }
      octets[24] = UInt8(expected >> 8)
      octets[25] = UInt8(expected & 0xff)
      #expect(verdicts(octets)[0] == .good)
    }
  }

  @Test func theExpectedChecksumOfADatagramMakesItGood() {
    var octets = ChecksumTests.udp6
    octets[octets.count - 1] ^= 0x55
    guard case .bad(let expected) = verdicts(octets)[0] else {
      Issue.record("the change is not noticed")
      return
    }
    octets[60] = UInt8(expected >> 8)
    octets[61] = UInt8(expected & 0xff)
    #expect(verdicts(octets) == [.good])
  }

  @Test func noChecksumIsAbsentInVersionFourAndBadInSix() {
    var four = ChecksumTests.udp
    four[40] = 0
    four[41] = 0
    #expect(verdicts(four)[1] == .absent)
    var six = ChecksumTests.udp6
    six[60] = 0
    six[61] = 0
    guard case .bad = verdicts(six)[0] else {
      Issue.record("a datagram over IPv6 has to have a checksum")
      return
    }
  }

  @Test func whatTheCardStartsFromIsPartial() {
    var octets = ChecksumTests.udp
    let length = octets.count - 34
    let pseudo = Checksum.pseudoHeader(
      source: IPAddress(ipv4: 0x0a0a_0001), destination: IPAddress(ipv4: 0x0a0a_0002), protocol: .udp,
      length: length)
    for start in [Checksum.fold(pseudo), Checksum.fold(pseudo - UInt64(length))] {
      octets[40] = UInt8(start >> 8)
      octets[41] = UInt8(start & 0xff)
      #expect(verdicts(octets)[1] == .partial)
    }
  }

  @Test func aHeaderChecksumLeftToTheCardIsPartial() {
    var octets = ChecksumTests.udp
    octets[24] = 0
    octets[25] = 0
    #expect(verdicts(octets)[0] == .partial)
  }

  @Test func whatIsNotAllHereIsUnverifiable() {
    let cut = Array(ChecksumTests.udp.dropLast())
    #expect(verdicts(cut, wireLength: ChecksumTests.udp.count) == [.good, .unverifiable])
    var fragment = ChecksumTests.udp
    fragment[20] = 0x20  // more fragments
    #expect(verdicts(fragment)[1] == .unverifiable)
  }

  @Test func everyLessonThatIsNotAboutFaultsIsGoodOrPartial() {
    var counts = [String: Int]()
    // One segment of findings-capture.pcap is damaged on purpose.
    let faulty: Set = ["malformed.pcap", "snapped.pcap", "findings-capture.pcap"]
    for (name, capture) in SavedCapture.lessons where !faulty.contains(name) {
      for (octets, frame) in capture.frames {
        let packet = dissect(octets, wireLength: frame.wireLength, link: frame.link)
        for i in 0..<packet.layerCount {
          guard let verdict = packet.checksum(ofLayer: i, in: octets.span) else { continue }
          counts["\(verdict)", default: 0] += 1
          if case .bad = verdict {
            Issue.record("\(name) frame \(frame.number): \(packet.layers[i].kind) \(verdict)")
          }
        }
      }
    }
    #expect(counts["good", default: 0] > 1000)
    #expect(counts["partial", default: 0] > 0)
  }
}
