// A sender, a path and a receiver in a test: a connection whose congestion window is known.

import Flow
import Wire

/// A bulk transfer from the opener. Times are nanoseconds, windows segments of `size` octets.
struct SimulatedSender {
  enum Control { case reno, cubic }
  /// What is done to a segment when it is first sent.
  enum Fate { case lost, marked }

  var control = Control.reno
  var initialWindow = 10.0
  var segments = 400
  /// One way.
  var delay: Int64 = 20_000_000
  /// Between two segments at the bottleneck; 0 for none.
  var spacing: Int64 = 100_000
  /// The receiver acknowledges every so many segments.
  var acknowledgesEvery = 2
  var receiverWindow = 60_000
  /// So many segments are written at a time, with a pause after each write; nil when all are there.
  var writes: (segments: Int, pause: Int64)?
  /// By the number of the segment, from 0.
  var fates: [Int: Fate] = [:]
  /// Of every flight, all that are sent again are lost too, once.
  var losesRepeats = false
  /// Slow start ends at this window without a loss.
  var leavesSlowStartAt: Double?
  /// The sender sends evenly, at this distance, in turn a little faster and slower, and takes no window; it
  /// begins with a quarter of that.
  var pace: Int64?
  /// A write after a pause begins with the initial window (RFC 5681 section 4.1).
  var restartsAfterPause = false
  /// Every segment ends a write.
  var pushes = false

  static let size = 1000
  /// Of the connection, since the Unix epoch.
  let start: Int64 = 1_700_000_000_000_000_000

  /// The window as it was after each acknowledgment.
  private(set) var windows: [(time: Int64, segments: Int)] = []
  /// What a tap at the sender captures, and one at the receiver.
  private(set) var near: [(time: Int64, packet: Packet)] = []
  private(set) var far: [(time: Int64, packet: Packet)] = []

  // The sender.
  private var window = 0.0
  private var threshold = 1e9
  private var next = 0
  private var highest = 0
  private var acknowledged = 0
  private var duplicates = 0
  private var recoverPoint: Int?
  private var notifiedUntil = 0
  private var cubicOrigin = 0.0
  private var cubicEpoch: Int64?
  private var timer: Int64?
  private var written = 0
  private var identification: UInt32 = 1
  private var met: Set<Int> = []
  private var repeated: Set<Int> = []
  // The receiver.
  private var received: Set<Int> = []
  private var expected = 0
  private var unanswered = 0
  private var echoes = false
  // The path.
  private var bottleneckFree: Int64 = 0
  private var events: [(time: Int64, order: Int, event: Event)] = []
  private var order = 0

  private enum Event { case arrives(Int, Bool), hears(Int, Bool), writes, paces(Int), delayedACK(Int) }

  init(_ change: (inout SimulatedSender) -> Void = { _ in }) { change(&self) }

  /// Runs the whole connection.
  mutating func run() {
    window = initialWindow
    handshake()
    written = writes.map { _ in 0 } ?? segments
    schedule(1, writes == nil ? .hears(0, false) : .writes)
    if let pace { schedule(pace, .paces(0)) }
    while true {
      let at = events.indices.min {
        (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order)
      }
      if let due = timer, acknowledged < highest, at.map({ due < events[$0].time }) ?? true {
        expireTimer(due)
        continue
      }
      guard let at else { return }
      let (time, _, event) = events.remove(at: at)
      now = time
      take(event)
    }
  }

  private var now: Int64 = 0

  private mutating func take(_ event: Event) {
    switch event {
    case .arrives(let number, let isMarked): arrive(number, isMarked)
    case .hears(let number, let isEcho): hear(number, isEcho)
    case .delayedACK(let number): if unanswered > 0, expected == number { answer() }
    case .writes:
      written = min(segments, written + (writes?.segments ?? 0))
      if restartsAfterPause, acknowledged == next, next > 0 { window = min(window, initialWindow) }
      send()
      if written < segments { schedule(writes?.pause ?? 0, .writes) }
    case .paces(let turn):
      guard next < segments, let pace else { return }
      transmit(next)
      next += 1
      // Eight round trips are a cycle: one faster, one slower, six even (BBR's probing), after its startup.
      let trip = Int(now / (2 * delay)) - 1
      let part = trip % 8
      let pause = trip < 2 ? pace * 4 >> trip : part == 0 ? pace * 4 / 5 : part == 1 ? pace * 3 / 2 : pace
      schedule(pushes ? pace : pause, .paces(turn + 1))
    }
  }

  private mutating func schedule(_ after: Int64, _ event: Event) {
    order += 1
    events.append((now + after, order, event))
  }

  // The sender.

  private mutating func send() {
    if pace != nil { return }
    while next < written, Double(next - acknowledged - duplicates) < window.rounded(.down),
      (next - acknowledged + 1) * Self.size <= receiverWindow
    {
      transmit(next)
      next += 1
    }
  }

  private mutating func transmit(_ number: Int) {
    let isRepeat = number < highest
    highest = max(highest, number + 1)
    now += 2_000
    timer = timer ?? now + 300_000_000
    capture(near: true, data(number), at: now)
    let leaves = max(now, bottleneckFree)
    if !isRepeat, let fate = fates[number], met.insert(number).inserted {
      if fate == .lost { return }
      return travel(number, from: leaves, isMarked: true)
    }
    if isRepeat, losesRepeats, repeated.insert(number).inserted { return }
    travel(number, from: leaves, isMarked: false)
  }

  private mutating func travel(_ number: Int, from leaves: Int64, isMarked: Bool) {
    bottleneckFree = leaves + spacing
    schedule(leaves - now + spacing + delay, .arrives(number, isMarked))
  }

  private mutating func hear(_ number: Int, _ isEcho: Bool) {
    if number > 0 || highest > 0 { capture(near: true, acknowledgment(number, isEcho), at: now) }
    now += 20_000
    if isEcho, acknowledged >= notifiedUntil, recoverPoint == nil {
      notifiedUntil = next
      cut()
      window = threshold
    }
    if number > acknowledged {
      let newly = number - acknowledged
      acknowledged = number
      duplicates = 0
      timer = acknowledged < highest ? now + 300_000_000 : nil
      if let point = recoverPoint {
        if number >= point { recoverPoint = nil } else if threshold >= window { transmit(number) }
        if recoverPoint == nil, window > 1 { window = min(window, threshold) }
        if window < threshold { grow(Double(newly)) }
      } else if acknowledged > notifiedUntil {
        grow(Double(newly))
      }
      windows.append((now, Int(window)))
    } else if number == acknowledged, highest > number {
      duplicates += 1
      if duplicates == 3, recoverPoint == nil {
        cut()
        window = threshold
        recoverPoint = next
        transmit(number)
      }
    }
    send()
  }

  private mutating func cut() {
    cubicOrigin = window
    threshold = max(2, (window * (control == .reno ? 0.5 : 0.7)).rounded(.down))
    cubicEpoch = nil
  }

  /// RFC 5681 section 3.1, RFC 9438 section 4.2.
  private mutating func grow(_ newly: Double) {
    if let limit = leavesSlowStartAt, window >= limit, threshold > 1e8 {
      (threshold, cubicOrigin) = (window, window)
    }
    if window < threshold {
      window = min(window + newly, max(threshold, window))
      return
    }
    if control == .reno {
      window += newly / window
      return
    }
    let epoch = cubicEpoch ?? now
    cubicEpoch = epoch
    let k = root(max(0, cubicOrigin - threshold) / 0.4)
    let t = Double(now + 2 * delay - epoch) / 1e9 - k
    let target = cubicOrigin + 0.4 * t * t * t
    // Not slower than Reno would grow with CUBIC's cut (section 4.3).
    window += newly * max((target - window) / window, 0.53 / window)
  }

  /// The cubic root, by halving.
  private func root(_ x: Double) -> Double {
    var (low, high) = (0.0, max(1, x))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if middle * middle * middle < x { low = middle } else { high = middle }
    }
    return low
  }

  private mutating func expireTimer(_ due: Int64) {
    now = due
    cut()
    window = 1
    duplicates = 0
    recoverPoint = highest
    next = acknowledged + 1
    transmit(acknowledged)
    timer = due + 600_000_000
  }

  // The receiver.

  private mutating func arrive(_ number: Int, _ isMarked: Bool) {
    capture(near: false, data(number, at: number), at: now)
    if isMarked { echoes = true }
    let isInOrder = number == expected
    let hadHole = !received.isEmpty
    if number >= expected { received.insert(number) }
    while received.remove(expected) != nil { expected += 1 }
    unanswered += 1
    if !isInOrder || hadHole || unanswered >= acknowledgesEvery || expected == segments {
      answer()
    } else {
      schedule(40_000_000, .delayedACK(expected))
    }
  }

  private mutating func answer() {
    unanswered = 0
    now += 5_000
    capture(near: false, acknowledgment(expected, echoes), at: now)
    schedule(delay, .hears(expected, echoes))
    echoes = false
  }

  // Packets.

  private mutating func capture(near: Bool, _ packet: Packet, at time: Int64) {
    if near { self.near.append((start + time, packet)) } else { far.append((start + time, packet)) }
  }

  private mutating func handshake() {
    var syn = packet(fromOpener: true, .syn)
    var answer = packet(fromOpener: false, [.syn, .ack])
    syn.tcp.flags.formUnion([.ece, .cwr])
    answer.tcp.flags.formUnion(.ece)
    syn.tcp.sequence = 0
    answer.tcp.sequence = 0
    answer.tcp.acknowledgment = 1
    (syn.tcp.maximumSegmentSize, answer.tcp.maximumSegmentSize) = (UInt16(Self.size), UInt16(Self.size))
    let last = acknowledgment(0, false, fromOpener: true)
    capture(near: true, syn, at: 0)
    capture(near: false, syn, at: delay)
    capture(near: false, answer, at: delay + 10_000)
    capture(near: true, answer, at: 2 * delay + 10_000)
    capture(near: true, last, at: 2 * delay + 20_000)
    capture(near: false, last, at: 3 * delay + 20_000)
    now = 2 * delay + 30_000
  }

  private func packet(fromOpener: Bool, _ flags: TCPFlags) -> Packet {
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: fromOpener ? 1 : 2)
    packet.destination = IPAddress(ipv4: fromOpener ? 2 : 1)
    (packet.hasPorts, packet.hasTCP) = (true, true)
    (packet.sourcePort, packet.destinationPort) = fromOpener ? (40_000, 9000) : (9000, 40_000)
    packet.tcp.flags = flags
    packet.tcp.window = UInt16(clamping: receiverWindow)
    return packet
  }

  private mutating func data(_ number: Int) -> Packet {
    identification += 1
    return data(number, at: number)
  }

  private func data(_ number: Int, at: Int) -> Packet {
    var packet = packet(fromOpener: true, pushes ? [.ack, .psh] : .ack)
    packet.tcp.sequence = UInt32(1 + number * Self.size)
    packet.tcp.acknowledgment = 1
    packet.payloadLength = Self.size
    packet.hasIdentification = true
    packet.identification = identification & 0xffff
    return packet
  }

  private func acknowledgment(_ number: Int, _ isEcho: Bool, fromOpener: Bool = false) -> Packet {
    var packet = packet(fromOpener: fromOpener, isEcho ? [.ack, .ece] : .ack)
    packet.tcp.sequence = 1
    packet.tcp.acknowledgment = UInt32(1 + number * Self.size)
    return packet
  }

  // The tracker.

  /// What the tracker says of the captured packets.
  func report(nearSender: Bool = true) throws -> ConnectionReport? {
    var limits = Limits()
    limits.keepsSeries = true
    var tracker = Tracker(limits, secret: FlowSecret(seed: 1))
    for (number, each) in (nearSender ? near : far).enumerated() {
      var packet = each.packet
      _ = tracker.receive(
        &packet,
        Frame(
          number: UInt64(number + 1), time: each.time, wireLength: packet.payloadLength + 54,
          capturedLength: packet.payloadLength + 54, link: .ethernet))
    }
    tracker.finish()
    var report: ConnectionReport?
    tracker.drain { report = $0.connection }
    return report
  }
}
