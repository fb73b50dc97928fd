// A frame that is taken right from its octets tells what one tells that was dissected.

import Testing
import Wire

@testable import Flow

/// Two trackers that are handed the same frames: one may take them from their octets, the other never does.
private struct Ways: ~Copyable {
  private(set) var trackers: TwoTrackers
  private var packet = Packet()
  /// Frames that were taken from their octets.
  private(set) var straightFrames = 0

  init() {
    var limits = Limits()
    limits.keepsJournals = true
    limits.plainSpan = FindingLimits().idle
    trackers = TwoTrackers(limits, limits)
  }

  /// Looks at a frame before its turn.
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { trackers.one.foresee(octets, frame) }

  mutating func take(_ octets: Bytes, _ frame: Frame) {
    Mux.standard.dissect(octets, frame, into: &packet)
    if trackers.one.takeStraight(octets, frame) {
      straightFrames += 1
    } else {
      _ = trackers.one.receive(&packet, frame, octets)
    }
    _ = trackers.other.receive(&packet, frame, octets)
    trackers.compare(behind: frame.number)
  }

  /// The first frame after which they told different things, to the end; 0 for none.
  mutating func finish() -> UInt64 {
    trackers.finish()
    return trackers.difference
  }
}

@Suite struct StraightTrackingTests {
  @Test(arguments: SavedFrames.lessons) func ourCapturesHaveTheSameRecords(path: String) {
    var ways = Ways()
    SavedFrames.each(path) { octets, frame in ways.take(octets, frame) }
    let difference = ways.finish()
    #expect(difference == 0)
  }

  /// Frames are looked at some frames before their turn, one of them now and then not.
  @Test(arguments: SavedFrames.lessons) func soTheyHaveWhenFramesAreForeseen(path: String) {
    var frames: [TalkFrame] = []
    SavedFrames.each(path) { octets, frame in frames.append(((0..<octets.count).map { octets[$0] }, frame)) }
    let told = foresee(frames)
    #expect(told.difference == 0)
  }

  /// Many at once, so that one comes in the place of another.
  @Test(arguments: 1...8) func soHaveManyConversationsAtOnce(seed: UInt64) {
    var talks = (0..<160).map { RandomTalk(seed: seed * 1000 + $0, exchanges: Int($0 % 4)) }
    talks += (0..<40).map { RandomTalk(reset: seed * 1000 + $0) }
    let told = foresee(talkFrames(talks, firstPort: 10_000))
    #expect(told.difference == 0)
    #expect(told.straightFrames > 100)
  }

  /// Long ones outgrow their journals, and are taken from their octets behind that as well.
  @Test(arguments: 1...4) func soHaveLongConversations(seed: UInt64) {
    let talks = (0..<40).map { RandomTalk(quiet: seed * 1000 + $0, exchanges: 20) }
    let frames = talkFrames(talks, firstPort: 10_000)
    let told = foresee(frames)
    #expect(told.difference == 0)
    #expect(told.straightFrames * 3 > frames.count)
  }

  /// What is looked up first is the tag of a hash. Two conversations that have the same, and the same numbers
  /// on the wire, are told apart by their ports.
  @Test func soHaveTwoThatLookTheSameToATable() throws {
    let secret = FlowSecret(seed: 1)
    var ports: [UInt64: UInt16] = [:]
    var pair: (UInt16, UInt16)?
    for port: UInt16 in 1024..<60_000 where pair == nil {
      let key = FlowKey.of(
        source: IPAddress(ipv4: 1), sourcePort: port, destination: IPAddress(ipv4: 2), destinationPort: 80,
        ipProtocol: .tcp, network: 0, isIPv6: false)
      // The tag, and the bucket of a table of up to 4096.
      let look = key.key.hash(secret) & 0xfe00_0000_0000_0fff
      if let other = ports.updateValue(port, forKey: look) { pair = (other, port) }
    }
    let (one, other) = try #require(pair)
    var straightFrames = 0
    for seed: UInt64 in 1...24 {
      let talk = RandomTalk(seed: seed * 8, exchanges: 6)
      let (first, second) = (talkFrames([talk], firstPort: one), talkFrames([talk], firstPort: other))
      // The other begins second, and is ahead by a frame from then on.
      var frames = [first[0], second[0]]
      for i in 1..<first.count { frames += [second[i], first[i]] }
      for i in frames.indices {
        frames[i].frame.number = UInt64(i + 1)
        frames[i].frame.time = 1_000_000_000_000 + Int64(i) * 1_000_000
      }
      let told = foresee(frames)
      #expect(told.difference == 0)
      straightFrames += told.straightFrames
    }
    #expect(straightFrames > 30)
  }

  private func foresee(_ frames: [TalkFrame]) -> (difference: UInt64, straightFrames: Int) {
    var ways = Ways()
    for i in frames.indices {
      let ahead = i + Int(Tracker.foresight)
      if i % 7 > 0, ahead < frames.count {
        let octets = frames[ahead].octets
        ways.foresee(octets.span, frames[ahead].frame)
      }
      let octets = frames[i].octets
      ways.take(octets.span, frames[i].frame)
    }
    return (ways.finish(), ways.straightFrames)
  }

  /// Each octet of a short connection's frames is damaged in turn: whatever is made of it, both make it.
  @Test func soHaveDamagedOnes() {
    for damaged in 12..<74 {
      for bit: UInt8 in [1, 16, 128] {
        var ways = Ways()
        SavedFrames.each(SavedFrames.lesson("handshake-and-close")) { octets, frame in
          var copy = (0..<octets.count).map { octets[$0] }
          if Int(frame.number) % 5 == damaged % 5, damaged < copy.count { copy[damaged] ^= bit }
          ways.take(copy.span, frame)
        }
        let difference = ways.finish()
        #expect(difference == 0, "octet \(damaged), bit \(bit)")
      }
    }
  }

  /// The lines of journals are what it is for: the SYN, its answer, and all that follows.
  @Test func allFramesOfAShortConnectionAreTaken() {
    var ways = Ways()
    var frames = 0
    SavedFrames.each(SavedFrames.lesson("close-in-three")) { octets, frame in
      ways.take(octets, frame)
      frames += 1
    }
    let difference = ways.finish()
    #expect(difference == 0)
    #expect(frames == 10)
    #expect(ways.straightFrames == 10)
  }

  /// What they carry is found out as well, or is not: by octets of their own form, by octets of a form that a
  /// port has to confirm, or by a port. The last are left to the dissectors as long as nobody knows.
  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "GET / SIP/2.0\r\n\r\n", "GET", "SSH-2.0-a\r\n",
    "220 mail ESMTP\r\n", "\u{16}\u{3}\u{1}\0\u{8}\u{1}\0\0\u{4}", "\u{17}\u{3}\u{3}\0\u{20}", "\u{5}\u{1}\0",
    "\0\u{c}\0\u{1}\u{1}\0\0\u{1}\0\0\0\0\0\0", "abcdefgh", "\0",
  ])
  func soHaveWhateverTheyCarry(text: String) {
    for port: UInt16 in [80, 53, 5355, 22, 25, 443, 1080, 9999] {
      let talks = (0..<8).map { RandomTalk(seed: UInt64(port) * 8 + $0, exchanges: 4) }
      let told = foresee(talkFrames(talks, firstPort: 10_000, serverPort: port, saying: [Array(text.utf8)]))
      #expect(told.difference == 0, "port \(port)")
      #expect(told.straightFrames > 0)
    }
  }

  /// Nobody asks any more what a flow carries when so many segments have not told.
  @Test(arguments: [14, 15, 16, 17]) func soHaveThoseThatTellLate(count: Int) {
    let silence = [[UInt8]](repeating: Array("abcdefgh".utf8), count: count)
    let talks = (0..<8).map { RandomTalk(quiet: $0, exchanges: 20) }
    let told = foresee(talkFrames(talks, firstPort: 10_000, saying: silence + [question]))
    #expect(told.difference == 0)
    #expect(told.straightFrames > 0)
  }

  /// A SYN takes the ports of a connection that was closed, that was refused, and that is open; another is
  /// repeated before it is answered, and so is its answer.
  @Test(arguments: ["port-reuse", "refused", "syn-ack-lost", "simultaneous-open", "no-answer", "rto"])
  func soHaveOpeningsOnTheSamePorts(lesson: String) {
    for pause: Int64 in [1_000_000, 3_000_000_000, 200_000_000_000] {
      var ways = Ways()
      var (number, last) = (UInt64(0), Int64(0))
      for _ in 0..<3 {
        let start = last + pause
        var first: Int64?
        SavedFrames.each(SavedFrames.lesson(lesson)) { octets, frame in
          var frame = frame
          first = first ?? frame.time
          number += 1
          frame.number = number
          frame.time = start + frame.time - (first ?? frame.time)
          last = frame.time
          ways.take(octets, frame)
        }
      }
      let difference = ways.finish()
      #expect(difference == 0, "\(lesson), again after \(pause) ns")
    }
  }
}
