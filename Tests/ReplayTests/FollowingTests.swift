// Those who read streams say the same on their straight paths as on the whole way, whether they judge
// segments or not, and drop damaged segments on all of them.

import Capture
import Flow
import Foundation
import Testing
import Wire

/// How whoever reads HTTP takes frames.
private enum Way {
  /// Judges nothing; by packets, or where it can be by what is read at its place (`Streams.follow`).
  case whole, followed
  /// Judges segments; by packets, or where it can be right from their octets into journals
  /// (`Tracker.takeStraight`).
  case judged, straight
}

/// What is told of frames by whoever reads HTTP.
private struct Told: Equatable {
  var exchanges: [String] = []
  var ends: [String] = []
  var tally: FlowTally?
  var counters = StreamCounters()

  /// Frames that needed no packet.
  private(set) var straightFrames = 0

  init(_ frames: [(octets: [UInt8], frame: Frame)], _ way: Way) {
    var limits = Limits()
    limits.judgesTCP = way == .judged || way == .straight
    limits.keepsJournals = way == .straight
    limits.active = 0
    var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    var streams = Streams()
    var packet = Packet()
    for (octets, frame) in frames {
      let bytes = octets.span
      if way == .straight, tracker.takeStraight(bytes, frame) {
        streams.receiveStraight(bytes, frame, &tracker)
        straightFrames += 1
      } else if way == .followed, streams.follow(bytes, frame, &tracker) != nil {
        straightFrames += 1
      } else {
        Mux.belowStreams.dissect(bytes, frame, into: &packet)
        let verdict = tracker.receive(&packet, frame, bytes)
        streams.receive(bytes, &packet, frame, verdict)
      }
      collect(&tracker, &streams)
    }
    streams.settle(&tracker)
    streams.finish()
    tracker.finish()
    collect(&tracker, &streams)
    (tally, counters) = (tracker.tally, streams.counters)
  }

  private mutating func collect(_ tracker: inout Tracker, _ streams: inout Streams) {
    var ended: [UInt64] = []
    tracker.drain { flow in
      ended.append(flow.record.serial)
      ends.append(
        "\(flow.record.serial) \(flow.reason) \(flow.record.start) \(flow.record.end) \(flow.time) "
          + "\(flow.record.counters[0]) \(flow.record.counters[1])")
    }
    for flow in ended { streams.end(flow) }
    streams.drain { exchanges.append(Told.describe(&$0)) }
  }

  /// Whether the same is told.
  static func == (a: Told, b: Told) -> Bool {
    a.exchanges == b.exchanges && a.ends == b.ends && a.tally == b.tally && a.counters == b.counters
  }

  /// All that views tell of an exchange.
  private static func describe(_ exchange: inout HTTPExchange) -> String {
    func describe(_ message: HTTPMessage?) -> String {
      guard let message else { return "none" }
      return "\(String(decoding: message.head.octets, as: UTF8.self)) \(message.first) \(message.last) "
        + "\(message.framing) \(message.bodyLength) \(message.missing) \(message.isWhole)"
    }
    return "F\(exchange.flow) \(exchange.index) \(describe(exchange.request)) \(describe(exchange.response)) "
      + "\(exchange.informational) \(exchange.isPipelined) \(exchange.idleBefore ?? -1) \(exchange.upgrade) "
      + "\(exchange.anomalies.rawValue) \(exchange.missing)"
  }
}

@Suite struct FollowingTests {
  private func frames(_ url: URL) -> [(octets: [UInt8], frame: Frame)] {
    var frames: [(octets: [UInt8], frame: Frame)] = []
    do {
      let capture = try Capture(.files([url.path]))
      try capture.forEachFrame { octets, frame in
        var copy: [UInt8] = []
        for i in 0..<octets.count { copy.append(octets[i]) }
        frames.append((copy, frame))
        return .go
      }
    } catch {
      // Files that end inside a record, or are none.
    }
    return frames
  }

  private var ours: [URL] { Frames.files(below: ParityCorpus.package.appendingPathComponent("pcaps")) }

  /// Holds the straight paths against the whole ways; how many frames each took.
  @discardableResult
  private func compare(
    _ frames: [(octets: [UInt8], frame: Frame)], _ name: String
  ) -> (followed: Int, straight: Int, exchanges: Int) {
    let (followed, straight) = (Told(frames, .followed), Told(frames, .straight))
    #expect(followed == Told(frames, .whole), "\(name)")
    #expect(straight == Told(frames, .judged), "\(name), judged")
    return (followed.straightFrames, straight.straightFrames, followed.exchanges.count)
  }

  @Test func allWaysSayTheSameOfOurCaptures() {
    var sums = (followed: 0, straight: 0, exchanges: 0)
    for url in ours {
      let told = compare(frames(url), url.lastPathComponent)
      sums.followed += told.followed
      sums.straight += told.straight
      sums.exchanges += told.exchanges
    }
    #expect(sums.exchanges > 20 && sums.followed > 1000 && sums.straight > 300)
  }

  @Test(.enabled(if: Frames.corpus != nil, "\(Frames.corpusMissing)"))
  func allWaysSayTheSameOfOthers() {
    for url in CorpusTests.rows.map(\.url) { compare(frames(url), url.lastPathComponent) }
  }

  @Test func allWaysSayTheSameOfTrouble() {
    for url in ours where url.lastPathComponent.hasPrefix("http") {
      let whole = frames(url)
      if whole.count > 2000 { continue }
      for seed: UInt64 in 1...20 {
        compare(trouble(whole, seed: seed), "\(url.lastPathComponent), seed \(seed)")
      }
    }
  }

  /// Inside a large body segments are passed by in runs, until one does not go on with the last.
  @Test(arguments: UInt64(1)...40) func allWaysSayTheSameOfLargeBodiesInTrouble(seed: UInt64) {
    compare(trouble(Talk(segments: 40).frames, seed: seed), "seed \(seed)")
  }

  /// Frames of which some are lost, doubled, late, or captured in part.
  private func trouble(
    _ whole: [(octets: [UInt8], frame: Frame)], seed: UInt64
  ) -> [(octets: [UInt8], frame: Frame)] {
    var dice = Dice(seed: seed)
    var frames: [(octets: [UInt8], frame: Frame)] = []
    for one in whole {
      switch dice.below(30) {
      case 0: continue
      case 1: frames += [one, one]
      case 2: frames.insert(one, at: max(0, frames.count - dice.below(5)))
      case 3: frames.append((Array(one.octets.prefix(dice.below(one.octets.count + 1))), one.frame))
      default: frames.append(one)
      }
    }
    return frames
  }

  /// Before the fifth head of each side comes a copy of it with another octet in it, of which its checksum
  /// does not know: its receiver drops it, and so does everybody who reads streams.
  @Test(arguments: [Way.followed, .whole, .judged, .straight])
  fileprivate func damagedHeadsAreDropped(way: Way) {
    let (whole, damaged) = (Talk().frames, Talk(damages: 5).frames)
    #expect(damaged.count == whole.count + 2)
    let told = Told(damaged, way).exchanges
    #expect(told == Told(whole, way).exchanges)
    #expect(told.count == Talk.exchanges && told.allSatisfy { $0.contains("200 OK") })
  }
}

/// A connection that asks several times, and is answered with a head and octets in segments of their own.
private struct Talk {
  static let exchanges = 7
  var frames: [(octets: [UInt8], frame: Frame)] = []
  private var next: (client: UInt32, server: UInt32) = (1000, 5000)
  private var time: Int64 = 1_700_000_000_000_000_000

  /// All of it, each body in so many segments; before the heads of one exchange come damaged copies of them.
  init(segments: Int = 3, damages: Int = 0) {
    send(true, 0x02)
    send(false, 0x12)
    send(true, 0x10)
    for i in 1...Talk.exchanges {
      send(true, 0x18, "GET /page\(i) HTTP/1.1\r\nHost: example.test\r\n\r\n", damages: i == damages)
      let head = "HTTP/1.1 200 OK\r\nContent-Length: \(segments * 1000)\r\n\r\n"
      send(false, 0x10, head + String(repeating: "a", count: 1000), damages: i == damages)
      for _ in 0..<segments - 2 { send(false, 0x10, String(repeating: "b", count: 1000)) }
      send(false, 0x18, String(repeating: "c", count: 1000))
      send(true, 0x10)
    }
    send(true, 0x11)
    send(false, 0x11)
    send(true, 0x10)
  }

  private mutating func send(_ isClient: Bool, _ flags: UInt8, _ text: String = "", damages: Bool = false) {
    time += 1_000_000
    let (sequence, acknowledgment) = isClient ? next : (next.server, next.client)
    let ports: [UInt8] = isClient ? [0x9c, 0x40, 0, 80] : [0, 80, 0x9c, 0x40]
    func octets(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
    let addresses: [UInt8] = isClient ? [10, 0, 0, 1, 10, 0, 0, 2] : [10, 0, 0, 2, 10, 0, 0, 1]
    var segment = ports + octets(sequence) + octets(flags & 0x10 == 0 ? 0 : acknowledgment)
    segment += [0x50, flags, 0xff, 0xff, 0, 0, 0, 0] + Array(text.utf8)
    let length = [UInt8(segment.count >> 8), UInt8(segment.count & 255)]
    let sum = Checksum.sum((addresses + [0, 6] + length + segment).span, from: 0, to: 12 + segment.count)
    let checksum = ~Checksum.fold(sum)
    segment[16] = UInt8(checksum >> 8)
    segment[17] = UInt8(checksum & 255)
    let total = segment.count + 20
    let head: [UInt8] = [0x45, 0, UInt8(total >> 8), UInt8(total & 255), 0, 0, 0x40, 0, 64, 6, 0, 0]
    var frame = [UInt8](repeating: 2, count: 12) + [8, 0] + head + addresses + segment
    if damages {
      frame[14 + 20 + 20 + 5] ^= 1
      keep(frame)
      frame[14 + 20 + 20 + 5] ^= 1
    }
    keep(frame)
    let numbers = UInt32(text.utf8.count) + (flags & 0x03 == 0 ? 0 : 1)
    if isClient { next.client += numbers } else { next.server += numbers }
  }

  /// A damaged frame has the number and the time of the one behind it.
  private mutating func keep(_ octets: [UInt8]) {
    frames.append(
      (
        octets,
        Frame(
          number: UInt64((time - 1_700_000_000_000_000_000) / 1_000_000), time: time,
          wireLength: octets.count, capturedLength: octets.count, link: .ethernet)
      ))
  }
}
