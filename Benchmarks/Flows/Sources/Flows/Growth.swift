// How cost grows with the flows that are open: time of a packet, memory of a flow, and the longest that one
// packet takes while they come. Frames are handed over as `flows` hands over those of a saved capture: looked
// at some frames before their turn, and dissected where they are not taken right from their octets.

import Flow
import Glibc
import Wire

/// Connections that are open, as small as they can be kept, so that the wait for them is not taken for the
/// tracker's: how often each was asked.
private struct Many: ~Copyable {
  /// What each end sends next, and how many packets there were, this one included.
  struct Numbers {
    var client: UInt32
    var server: UInt32
    var packets: UInt32
  }

  private let asked: UnsafeMutablePointer<UInt16>

  init(_ count: Int) {
    asked = .allocate(capacity: count)
    asked.initialize(repeating: 0, count: count)
  }

  deinit { asked.deallocate() }

  /// Those of the next packet of a connection, which is as `Frames.make` has it.
  func numbers(_ flow: Int, _ step: Int) -> Numbers {
    let (initial, times) = (pair(flow).next, UInt32(asked[flow]))
    let packets: UInt32 = step < 3 ? UInt32(step) + 1 : 2 * times + UInt32(step) + 1
    // The SYNs take a number each; an answer comes behind its question.
    let (syn, synACK): (UInt32, UInt32) = (step > 0 ? 1 : 0, step > 1 ? 1 : 0)
    let questions: UInt32 = step == 4 ? times + 1 : times
    if step == 4 { asked[flow] &+= 1 }
    let client: UInt32 = initial.client &+ syn &+ 100 &* questions
    let server: UInt32 = initial.server &+ synACK &+ 300 &* times
    return Numbers(client: client, server: server, packets: packets)
  }
}

/// The frames that have been made and not been taken yet.
private struct Frames {
  private static let room = 400
  private static let network = 14
  private static let transport = 34
  private static let payload = 66
  private static let wordsMax = 64
  private static let question = Array("GET / HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n\r\n".utf8)
  private static let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 262\r\n\r\n".utf8)

  private let octets = UnsafeMutablePointer<UInt8>.allocate(capacity: 16 * room)
  private let frames = UnsafeMutablePointer<Frame>.allocate(capacity: 16)
  /// The beginnings of a question and of an answer, behind which they are zero.
  private let texts = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * wordsMax)
  /// What the octets of a question and of an answer add up to.
  private var sums: (question: UInt64, answer: UInt64) = (0, 0)
  private var time: Int64 = 1_700_000_000_000_000_000
  private(set) var made: UInt64 = 0

  init() {
    texts.initialize(repeating: 0, count: 2 * Frames.wordsMax)
    for (i, octet) in Frames.question.enumerated() { texts[i] = octet }
    for (i, octet) in Frames.answer.enumerated() { texts[Frames.wordsMax + i] = octet }
    octets.initialize(repeating: 0, count: 16 * Frames.room)
    sums = (Frames.sum(Frames.question[...]), Frames.sum(Frames.answer[...]))
  }

  private static func sum(_ octets: ArraySlice<UInt8>) -> UInt64 {
    var sum: UInt64 = 0
    for (i, octet) in octets.enumerated() { sum += UInt64(octet) << (i % 2 == 0 ? 8 : 0) }
    return sum
  }

  func frame(_ number: UInt64) -> Frame { frames[Int(number & 15)] }

  /// Where its octets begin: whoever reads them makes a span of them.
  func start(_ number: UInt64) -> UnsafePointer<UInt8> {
    UnsafePointer(octets + Int(number & 15) * Frames.room)
  }

  /// Makes the next frame of a connection: `step` 0 to 2 open it, then a question, its answer and so on.
  mutating func make(_ flow: Int, _ step: Int, _ numbers: Many.Numbers) {
    let fromClient = step != 1 && (step < 3 || step % 2 == 1)
    let carried = step < 3 ? 0 : fromClient ? 100 : 300
    made += 1
    time += 1_000
    let length = carried + Frames.payload
    frames[Int(made & 15)] = Frame(
      number: made, time: time, wireLength: length, capturedLength: length, link: .ethernet)
    let (client, server) = (UInt32(flow) | 0x2000_0000, UInt32(0x0a00_0001))
    let first = Int(made & 15) * Frames.room
    if step >= 3 {
      let words = Frames.wordsMax * (fromClient ? 0 : 1)
      (octets + first + Frames.payload).update(from: texts + words, count: Frames.wordsMax)
    }
    let flags: UInt16 = step == 0 ? 0x002 : step == 1 ? 0x012 : step == 2 ? 0x010 : 0x018
    var sum = step < 3 ? 0 : fromClient ? sums.question : sums.answer
    func put(_ at: Int, _ value: UInt16) {
      octets[first + at] = UInt8(truncatingIfNeeded: value >> 8)
      octets[first + at + 1] = UInt8(truncatingIfNeeded: value)
    }
    func put(_ at: Int, _ value: UInt32) {
      put(at, UInt16(truncatingIfNeeded: value >> 16))
      put(at + 2, UInt16(truncatingIfNeeded: value))
      sum += UInt64(value >> 16) + UInt64(value & 0xffff)
    }
    put(12, UInt16(0x0800))
    put(Frames.network, UInt16(0x4500))
    put(Frames.network + 2, UInt16(length - Frames.network))
    put(Frames.network + 4, UInt16(numbers.packets & 0x7fff | (fromClient ? 0x8000 : 0)))
    put(Frames.network + 8, UInt16(0x4006))
    put(Frames.network + 12, fromClient ? client : server)
    put(Frames.network + 16, fromClient ? server : client)
    put(Frames.transport, fromClient ? UInt32(40_000 << 16 | 80) : UInt32(80 << 16 | 40_000))
    put(Frames.transport + 4, fromClient ? numbers.client : numbers.server)
    put(Frames.transport + 8, step == 0 ? 0 : fromClient ? numbers.server : numbers.client)
    put(Frames.transport + 12, UInt32(0x8000 | flags) << 16 | 60_000)
    put(Frames.transport + 20, UInt32(0x0101_080a))
    put(Frames.transport + 24, (fromClient ? 0x1234_5678 : 0x9abc_def0) &+ numbers.packets)
    // The lengths and the protocol as the checksum has them; it stands for itself with zero.
    sum += UInt64(length - Frames.transport) + 6
    while sum > 0xffff { sum = sum >> 16 + sum & 0xffff }
    put(Frames.transport + 16, ~UInt16(sum))
  }
}

/// A tracker, and how frames come to it.
private struct Growing: ~Copyable {
  var tracker: Tracker
  private let many: Many
  private var frames = Frames()
  private var packet = Packet()
  private var taken: UInt64 = 0
  /// The longest that one frame took, in seconds.
  var longest = 0.0

  init(_ count: Int) {
    many = Many(count)
    var limits = Limits()
    limits.flowsMax = 33_000_000
    limits.idleTCP = .max
    limits.active = 0
    // As `flows` has it.
    limits.keepsJournals = true
    tracker = Tracker(limits, secret: FlowSecret(seed: 1))
  }

  /// Makes the next frame, and takes the one whose turn it is.
  mutating func next(_ flow: Int, _ step: Int, isTimed: Bool = false) {
    frames.make(flow, step, many.numbers(flow, step))
    let (start, frame) = (frames.start(frames.made), frames.frame(frames.made))
    tracker.foresee(Bytes(_unsafeStart: start, count: frame.capturedLength), frame)
    if frames.made - taken > Tracker.foresight { take(isTimed: isTimed) }
  }

  /// Takes all that have been made.
  mutating func takeAll() { while taken < frames.made { take(isTimed: false) } }

  private mutating func take(isTimed: Bool) {
    taken += 1
    let began = isTimed ? threadSeconds() : 0
    let (start, frame) = (frames.start(taken), frames.frame(taken))
    let octets = Bytes(_unsafeStart: start, count: frame.capturedLength)
    if !tracker.takeStraight(octets, frame) {
      Mux.standard.dissect(octets, frame, into: &packet)
      _ = tracker.receive(&packet, frame, octets)
    }
    if isTimed { longest = max(longest, threadSeconds() - began) }
  }
}

/// Opens so many connections, then asks and answers on random ones; one line of the table.
func grow(_ count: Int, asks: Int = 2_000_000) {
  let before = resident()
  var growing = Growing(count)
  let own = resident() - before
  let began = seconds()
  for flow in 0..<count {
    for step in 0..<3 { growing.next(flow, step, isTimed: step == 0) }
  }
  growing.takeAll()
  let opening = (seconds() - began) / Double(count) * 1e9
  var random: UInt64 = 42
  func ask(_ times: Int) -> Double {
    let began = seconds()
    for _ in 0..<times {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let flow = Int(((random >> 32) &* UInt64(count)) >> 32)
      growing.next(flow, 3)
      growing.next(flow, 4)
    }
    growing.takeAll()
    return (seconds() - began) / Double(times * 2) * 1e9
  }
  _ = ask(asks / 4)
  let cost = ask(asks)
  let memory = (resident() - before - own) / count
  print(
    "\(count) flows: \(Int(opening)) ns to open one, \(Int(cost)) ns a packet of random ones, "
      + "\(memory) octets each, longest packet \(Int(growing.longest * 1e6)) us, "
      + "\(growing.tracker.count) open")
}

/// Processor time of this thread: what else the machine does is not in it.
private func threadSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
