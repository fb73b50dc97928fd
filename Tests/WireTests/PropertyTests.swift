import Testing
import Wire

/// What holds whatever the octets are: nothing traps, everything lies within the frame, the same octets say
/// the same.
@Suite struct PropertyTests {
  /// A generator whose sequence is the same in every run (SplitMix64).
  struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// Every link type we read, and one that nobody does.
  static let links: [LinkType] = [
    .ethernet, .linuxCooked, .linuxCooked2, .null, .loop, .raw, .ipv4, .ipv6, .ppp, .pppSerial, .pppEthernet,
    .ciscoHDLC, .fddi, .frameRelay, .nflog, .arcnet, .arcnetLinux, .dsa, .edsa, LinkType(rawValue: 147),
    LinkType(rawValue: -1), LinkType(rawValue: 100_000),
  ]

  @Test func theCapturesOfThisTreeAreThere() {
    #expect(SavedCapture.lessons.count > 20)
  }

  @Test func everyFrameOfThisTreeIsSoundAndToldWhole() {
    for (name, capture) in SavedCapture.lessons {
      for (octets, frame) in capture.frames {
        let packet = dissect(octets, wireLength: frame.wireLength, link: frame.link)
        if let problem = unsound(packet, octets) { Issue.record("\(name) frame \(frame.number): \(problem)") }
        let gap = untold(packet, octets)
        if packet.fault == nil { #expect(gap == nil, "\(name) frame \(frame.number): \(gap ?? "")") }
      }
    }
  }

  @Test func everyPrefixOfEveryFrameIsSound() {
    for (name, capture) in SavedCapture.lessons {
      for (octets, frame) in capture.frames.prefix(12) {
        let whole = dissect(octets, wireLength: frame.wireLength, link: frame.link)
        for count in 0..<min(octets.count, 160) {
          let prefix = Array(octets[..<count])
          let cut = dissect(prefix, wireLength: frame.wireLength, link: frame.link)
          if let problem = unsound(cut, prefix) {
            Issue.record("\(name) frame \(frame.number) cut to \(count): \(problem)")
          }
          // The capture's cut makes no field a lie, and takes layers away only at the end.
          if whole.fault == nil, case .invalid = cut.fault {
            Issue.record("\(name) frame \(frame.number) cut to \(count) is called invalid: \(cut.faultLayer)")
          }
          let short = dissect(prefix, link: frame.link)
          if let problem = unsound(short, prefix) {
            Issue.record("\(name) frame \(frame.number) sent as \(count): \(problem)")
          }
          if case .truncated = short.fault {
            Issue.record("\(name) frame \(frame.number) sent as \(count) is called truncated")
          }
        }
      }
    }
  }

  @Test func mutatedFramesNeverTrap() {
    var random = Seeded(state: 7)
    let seeds = SavedCapture.lessons.flatMap { $0.capture.frames.prefix(20) }
    for round in 0..<20_000 {
      guard let seed = seeds.randomElement(using: &random) else { return }
      var octets = seed.octets
      for _ in 0..<Int.random(in: 1...6, using: &random) where !octets.isEmpty {
        octets[Int.random(in: 0..<min(octets.count, 120), using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if round % 3 == 0 { octets.removeLast(Int.random(in: 0...octets.count, using: &random)) }
      let link = round % 7 == 0 ? Self.links.randomElement(using: &random) ?? .ethernet : seed.frame.link
      let wireLength = Int.random(in: 0...(octets.count + 40), using: &random)
      let fcsLength = round % 5 == 0 ? 4 : 0
      let packet = dissect(octets, wireLength: wireLength, link: link, fcsLength: fcsLength)
      if let problem = unsound(packet, octets) { Issue.record("round \(round): \(problem)") }
    }
  }

  @Test func randomOctetsNeverTrap() {
    var random = Seeded(state: 11)
    for round in 0..<20_000 {
      var octets = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      // A first octet that begins something makes deeper walks.
      if round % 2 == 0 && !octets.isEmpty {
        octets[0] = [0x45, 0x60, 0x4f, 0x00].randomElement(using: &random) ?? 0
      }
      let packet = dissect(octets, link: Self.links[round % Self.links.count])
      if let problem = unsound(packet, octets) { Issue.record("round \(round): \(problem)") }
    }
  }

  @Test func aReusedPacketSaysWhatAFreshOneSays() {
    var reused = Packet()
    for (name, capture) in SavedCapture.lessons {
      for (octets, frame) in capture.frames {
        Mux.standard.dissect(octets.span, frame, into: &reused)
        var fresh = Packet()
        Mux.standard.dissect(octets.span, frame, into: &fresh)
        if reused != fresh { Issue.record("\(name) frame \(frame.number) says something else") }
      }
    }
  }
}
