// How cost grows with the flows that are open: time of a packet, memory of a flow, and the longest that one
// packet takes while they come. Frames are handed over as `flows` hands over those of a saved capture: looked
// at some frames before their turn, and dissected where they are not taken right from their octets.

import Flow
import Glibc
import Wire

/// What each end sends next, and how many packets there were, this one included. Nothing is kept of a
/// connection: the wait for it would be taken for the tracker's.
private struct Numbers {
  let client: UInt32
  let server: UInt32
  let packets: UInt32

  /// Those of a packet of a connection that was asked so many times; `step` is as `Frames.make` has it.
  init(_ flow: Int, _ step: Int, asked times: UInt32) {
    let initial = pair(flow).next
    packets = step < 3 ? UInt32(step) + 1 : 2 * times + UInt32(step) + 1
    // The SYNs take a number each; an answer comes behind its question.
    let (syn, synACK): (UInt32, UInt32) = (step > 0 ? 1 : 0, step > 1 ? 1 : 0)
    client = initial.client &+ syn &+ 100 &* (step == 4 ? times + 1 : times)
    server = initial.server &+ synACK &+ 300 &* times
  }
}

/// Connections in an order that looks random: each once, then each once more, in the same order.
private struct Rounds {
  private let count: Int
  private let mask: Int
  private var last = 0
  private var given = 0
  /// How often each has come that comes again.
  private(set) var rounds: UInt32 = 0

  init(_ count: Int) {
    self.count = count
    mask = 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount) - 1
  }

  /// The next. A linear congruential generator gives every number below a power of two before it repeats one.
  mutating func next() -> Int {
    repeat {
      last = (last &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407) & mask
    } while last >= count
    if given == count { (given, rounds) = (0, rounds + 1) }
    given += 1
    return last
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
  mutating func make(_ flow: Int, _ step: Int, _ numbers: Numbers) {
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
  private var frames = Frames()
  private var packet = Packet()
  private var taken: UInt64 = 0
  /// The longest that one frame took, in seconds.
  var longest = 0.0

  init() {
    var limits = Limits()
    limits.flowsMax = 33_000_000
    limits.idleTCP = .max
    limits.active = 0
    // As `flows` has it.
    limits.keepsJournals = true
    tracker = Tracker(limits, secret: FlowSecret(seed: 1))
  }

  /// Makes the next frame, and takes the one whose turn it is.
  mutating func next(_ flow: Int, _ step: Int, asked: UInt32, isTimed: Bool = false) {
    frames.make(flow, step, Numbers(flow, step, asked: asked))
    let (start, frame) = (frames.start(frames.made), frames.frame(frames.made))
    tracker.foresee(Bytes(_unsafeStart: start, count: frame.capturedLength), frame)
    if frames.made - taken > Tracker.foresight { take(isTimed: isTimed) }
  }

  /// Holds what the connections say against what was asked.
  mutating func compare(questions: Int) {
    var (asked, answered, repeated): (Int64, Int64, UInt64) = (0, 0, 0)
    tracker.forEachOpen { flow in
      guard let connection = flow.connection else { return }
      asked += connection[.originator].streamOctets
      answered += connection[.responder].streamOctets
      for side in FlowSide.allCases { repeated += connection[side].counters.retransmissions }
    }
    check(asked == Int64(questions) * 100, "\(asked) octets were asked")
    check(answered == Int64(questions) * 300, "\(answered) octets were answered")
    check(repeated == 0, "\(repeated) segments were repeated")
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

/// Opens so many connections, lets each talk, then asks and answers in an order that looks random; one line of
/// the table.
func grow(_ count: Int, asks: Int = 2_000_000, talks: Int = 6) {
  let before = resident()
  var growing = Growing()
  let own = resident() - before
  let began = seconds()
  for flow in 0..<count {
    for step in 0..<3 { growing.next(flow, step, asked: 0, isTimed: step == 0) }
  }
  growing.takeAll()
  let opening = (seconds() - began) / Double(count) * 1e9
  // What the first messages of a connection take is another matter: all that are asked have talked before, no
  // matter how many there are.
  for flow in 0..<count {
    for step in 0..<2 * talks { growing.next(flow, 3 + step % 2, asked: UInt32(step / 2)) }
  }
  growing.takeAll()
  var order = Rounds(count)
  func ask(_ times: Int) -> Double {
    let began = seconds()
    for _ in 0..<times {
      let flow = order.next()
      let asked = UInt32(talks) + order.rounds
      growing.next(flow, 3, asked: asked)
      growing.next(flow, 4, asked: asked)
    }
    growing.takeAll()
    return (seconds() - began) / Double(times * 2) * 1e9
  }
  _ = ask(asks / 4)
  let cost = ask(asks)
  let memory = (resident() - before - own) / count
  if count < 100_000 { growing.compare(questions: count * talks + asks / 4 + asks) }
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
