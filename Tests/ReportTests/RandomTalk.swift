// Conversations made by chance, for tests that hold two ways of following them against each other.

import Wire

/// Two ends that talk as ends do, most of the time, and a tap that does not see everything in order.
struct RandomTalk {
  private var random: UInt64
  private var packets: [Packet] = []
  /// Numbers on the wire, of what is sent next, and of what the other end acknowledges.
  private var next: [UInt32] = [0, 0]
  private var acknowledged: [UInt32] = [0, 0]
  private var windows: [UInt16] = [500, 500]
  private var identifications: [UInt32] = [7, 7]
  private let hasTimestamps: Bool
  private let hasIdentifications: Bool
  private let scale: UInt8?
  /// Of a hundred packets, so many that are not ordinary.
  private var trouble: UInt64
  /// Its windows never shrink, and its time never goes back.
  private var isQuiet = false
  /// Octets of a full segment, and how many of them go together.
  private let size: UInt64
  private let flight: UInt64
  private var clock: UInt32 = 0xffff_fff0

  /// So many questions and answers, and sometimes a close.
  init(seed: UInt64, exchanges: Int = 40) {
    random = seed &* 0x9E37_79B9_7F4A_7C15
    hasTimestamps = seed & 1 == 0
    hasIdentifications = seed & 2 == 0
    scale = seed & 4 == 0 ? 7 : nil
    trouble = [0, 3, 10, 40][Int(seed >> 3 & 3)]
    size = seed & 32 == 0 ? 1448 : 100
    flight = seed & 64 == 0 ? 1 : 9
    // Near the end of the numbers, so that they wrap.
    next = [UInt32.max &- UInt32(below(20_000)), UInt32(below(1 << 32))]
    if seed % 5 == 0 {
      acknowledged = next
    } else {
      open()
    }
    for _ in 0..<exchanges { exchange() }
    if below(4) > 0 { close() }
    for _ in 0..<Int(below(4)) { exchange() }
  }

  /// So many questions and answers of one segment each, then some with more trouble than not, and sometimes a
  /// close.
  init(quiet seed: UInt64, exchanges: Int) {
    self.init(seed: seed * 256 + seed & 7, exchanges: 0)
    packets = []
    (isQuiet, trouble) = (true, 0)
    // That of a SYN is not scaled.
    windows = [20_000, 20_000]
    next = [UInt32.max &- UInt32(below(5_000)), UInt32(below(1 << 32))]
    send(0, .syn)
    send(1, [.syn, .ack])
    if scale != nil { windows = [500, 500] }
    send(0, .ack)
    var asker = 0
    for _ in 0..<exchanges { askQuietly(&asker) }
    trouble = [0, 3, 20, 60][Int(seed >> 3 & 3)]
    for _ in 0..<6 { if seed & 32 == 0 { askQuietly(&asker) } else { exchange() } }
    if below(4) > 0 { close() }
  }

  /// A SYN that is refused or not answered, or a connection that either end resets in any of its states; what
  /// may come behind that, and another connection in its place.
  init(reset seed: UInt64) {
    self.init(seed: seed * 256 + seed & 7, exchanges: 0)
    packets = []
    acknowledged = next
    windows = [20_000, 20_000]
    trouble = [0, 0, 2, 20][Int(seed >> 3 & 3)]
    send(0, .syn)
    if below(4) == 0 {
      if below(3) > 0 { reset(1) }
    } else {
      send(1, [.syn, .ack])
      if below(8) > 0 { send(0, .ack) }
      for _ in 0..<below(3) { exchange() }
      if below(4) == 0 { close() }
      if below(3) == 0 {
        let first = Int(below(2))
        send(first, [.fin, .ack])
        if below(2) == 0 { send(1 - first, .ack) }
        if below(3) == 0 { send(1 - first, [.fin, .ack]) }
      } else if below(3) == 0 {
        send(Int(below(2)), [.psh, .ack], 1 + below(size))
      }
      reset(Int(below(2)))
    }
    if below(3) == 0 { exchange() }
    if below(3) == 0 { reset(Int(below(2))) }
    guard below(4) == 0 else { return }
    next = [next[0] &+ 100_000, UInt32(below(1 << 32))]
    open()
    exchange()
  }

  /// A RST as ends send it: with an acknowledgment or without, with a time stamp or without, mostly with its
  /// number.
  private mutating func reset(_ me: Int) {
    let count = packets.count
    send(me, below(3) == 0 ? .rst : [.rst, .ack])
    guard packets.count > count else { return }
    if below(2) == 0 { packets[packets.count - 1].tcp.hasTimestamps = false }
    if below(2) == 0 { packets[packets.count - 1].identification = 0 }
    if below(3) == 0 { packets[packets.count - 1].tcp.window = 0 }
    if below(4) == 0 { packets[packets.count - 1].tcp.acknowledgment = next[1 - me] &- UInt32(below(200)) }
    if below(12) == 0 { packets[packets.count - 1].tcp.sequence &+= UInt32(below(3)) }
  }

  private mutating func below(_ bound: UInt64) -> UInt64 {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (random &>> 33) % max(1, bound)
  }

  private mutating func open() {
    send(0, .syn)
    send(1, [.syn, .ack])
    send(0, .ack)
  }

  /// A question and an answer of some flights.
  private mutating func exchange() {
    let asker = below(8) == 0 ? 1 : 0
    send(asker, [.psh, .ack], 1 + below(size))
    if below(2) == 0 { send(1 - asker, .ack) }
    for _ in 0...below(3) {
      for _ in 0..<1 + below(flight) { send(1 - asker, .ack, below(6) == 0 ? 1 + below(size) : size) }
      if below(5) > 0 { send(asker, .ack) }
    }
  }

  /// A question and its answer; who asks next is who asked, unless the answer was acknowledged.
  private mutating func askQuietly(_ asker: inout Int) {
    send(asker, [.psh, .ack], 1 + below(size))
    if below(3) == 0 { send(1 - asker, .ack) }
    if below(10) == 0 { identifications[1 - asker] &+= 3 }
    send(1 - asker, [.psh, .ack], 1 + below(below(5) == 0 ? 2 * size : size))
    if below(3) == 0 { return }
    send(asker, .ack)
    if below(8) == 0 { asker = 1 - asker }
  }

  private mutating func close() {
    let first = Int(below(2))
    send(first, [.fin, .ack], below(3) == 0 ? 10 : 0)
    if below(2) == 0 { send(1 - first, .ack) }
    if below(4) == 0 { send(1 - first, [.psh, .ack], 300) }
    send(1 - first, [.fin, .ack])
    send(first, .ack)
  }

  private mutating func send(_ me: Int, _ flags: TCPFlags, _ octets: UInt64 = 0) {
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: me == 0 ? 1 : 2)
    packet.destination = IPAddress(ipv4: me == 0 ? 2 : 1)
    (packet.hasPorts, packet.hasTCP) = (true, true)
    (packet.sourcePort, packet.destinationPort) = me == 0 ? (40_000, 80) : (80, 40_000)
    identifications[me] &+= 1
    packet.hasIdentification = hasIdentifications
    packet.identification = identifications[me] & 0xffff
    (packet.payloadLength, packet.payloadCaptured) = (Int(octets), Int(octets))
    packet.ipLength = Int(octets) + 40
    packet.tcp.flags = flags
    packet.tcp.sequence = next[me]
    if flags.contains(.ack) { packet.tcp.acknowledgment = next[1 - me] }
    packet.tcp.window = windows[me]
    if flags.contains(.syn) {
      packet.tcp.maximumSegmentSize = 1460
      packet.tcp.windowScale = scale
      packet.tcp.sackPermitted = hasTimestamps
    }
    packet.tcp.hasTimestamps = hasTimestamps
    clock &+= UInt32(below(2))
    (packet.tcp.timestampValue, packet.tcp.timestampEcho) = (clock, clock &- 1)
    next[me] &+= UInt32(octets) &+ (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
    if below(100) < trouble { disturb(&packet, me) }
    if isQuiet {
      windows[me] += UInt16(below(3))
      packet.payloadCaptured /= below(20) == 0 ? 2 : 1
    } else if below(12) == 0 {
      windows[me] = UInt16(below(3) == 0 ? below(40) : 300 + below(400))
    }
    if packet.wireNothing { return }
    packets.append(packet)
  }

  /// Makes something else of a packet.
  private mutating func disturb(_ packet: inout Packet, _ me: Int) {
    switch below(19) {
    case 0: packet.wireNothing = true
    case 1: if let last = packets.last { packets.append(last) }
    case 2: if packets.count > 1 { packets.swapAt(packets.count - 1, packets.count - 2) }
    case 3:
      if let old = packets.suffix(12).randomLike(below(12)) {
        var copy = old
        identifications[me] &+= 1
        copy.identification = identifications[me] & 0xffff
        packets.append(copy)
      }
    case 4: packet.tcp.acknowledgment &-= UInt32(below(4000))
    case 5: packet.tcp.acknowledgment &+= UInt32(below(4000))
    case 6: packet.tcp.window = UInt16(below(2))
    case 7: packet.tcp.flags.insert(.ece)
    case 8: packet.trafficClass = 3
    case 9:
      packet.tcp.sackCount = 1
      packet.tcp.sackLeft[0] = packet.tcp.acknowledgment &+ UInt32(below(3000)) &- 500
      packet.tcp.sackRight[0] = packet.tcp.sackLeft[0] &+ 1448
    case 10: packet.tcp.sequence &-= UInt32(1 + below(2) * below(3000))
    case 11: packet.tcp.sequence &+= UInt32(below(3000))
    case 12: packet.payloadCaptured /= 2
    case 13: packet.tcp.flags = below(4) == 0 ? .rst : [.ack, .urg]
    case 14: identifications[me] &+= UInt32(below(5000))
    case 15: packet.identification = packet.identification &- UInt32(1 + below(40)) & 0xffff
    case 16: packet.tcp.timestampValue &-= UInt32(1 + below(40))
    case 17:
      // All but the last segment but one, which was lost behind the tap.
      packet.tcp.acknowledgment &-= UInt32(2 * size)
      packet.tcp.sackCount = 1
      packet.tcp.sackLeft[0] = packet.tcp.acknowledgment &+ UInt32(size)
      packet.tcp.sackRight[0] = packet.tcp.sackLeft[0] &+ UInt32(size)
    default: packet.tcp.flags.insert(below(3) == 0 ? .syn : .fin)
    }
  }

  /// Hands the packets out, most of them soon one after the other.
  mutating func each(_ body: (inout Packet, Frame) -> Void) {
    var time: Int64 = 1_000_000_000_000
    for (i, packet) in packets.enumerated() {
      switch below(40) {
      case 0: time += Int64(below(2_000_000_000))
      case 1: time += Int64(below(300_000_000))
      case 2: time += isQuiet ? Int64(below(50_000_000)) : -Int64(below(100_000))
      default: time += Int64(below(2_000_000))
      }
      var packet = packet
      let length = packet.ipLength + 14
      body(
        &packet,
        Frame(
          number: UInt64(i + 1), time: time, wireLength: length, capturedLength: length, link: .ethernet))
    }
  }
}

extension Packet {
  /// It is lost before the tap.
  fileprivate var wireNothing: Bool {
    get { wireLength < 0 }
    set { wireLength = newValue ? -1 : 0 }
  }
}

extension ArraySlice {
  /// One of them, by a number.
  fileprivate func randomLike(_ number: UInt64) -> Element? {
    isEmpty ? nil : self[startIndex + Int(number) % count]
  }
}
