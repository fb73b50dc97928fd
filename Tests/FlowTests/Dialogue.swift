// A conversation told segment by segment, as a tap would see it.

import Flow
import Wire

/// What stands in a segment besides its flags and numbers.
struct Told {
  var octets = 0
  var ack: UInt32?
  /// SACK blocks; the first is a D-SACK when it lies below `ack`.
  var sack: [ClosedRange<UInt32>] = []
  /// Time stamp and the one it gives back.
  var stamp: (UInt32, UInt32)?
  /// IPv4 identification; counted by itself when absent.
  var identification: UInt32?
  var window: UInt16 = 500
}

/// Two ends with initial sequence number 0, so that numbers on the wire are those of the stream: SYN is 0,
/// the first octet 1. Times are milliseconds.
struct Dialogue: ~Copyable {
  private var tracker = Tracker(secret: FlowSecret(seed: 1))
  private var identifications: [UInt32] = [100, 5000]
  private let selective: Bool
  private(set) var frames: UInt64 = 0
  /// Frames that were said to be needless, and those said to be needed, in this order.
  private(set) var needless: [UInt64] = []
  private(set) var needed: [UInt64] = []

  /// With SACK on both sides, or without.
  init(selective: Bool = true) { self.selective = selective }

  /// Opens with a round trip of 20 ms; the tap is beside the client or beside the server.
  static func opened(selective: Bool = true, besideServer: Bool = false) -> Dialogue {
    var talk = Dialogue(selective: selective)
    talk.client(.syn, at: 0, seq: 0)
    talk.server([.syn, .ack], at: besideServer ? 0.05 : 20, seq: 0, Told(ack: 1))
    talk.client(.ack, at: besideServer ? 20.05 : 20.05, seq: 1, Told(ack: 1))
    return talk
  }

  /// The client sends a segment.
  @discardableResult
  mutating func client(_ flags: TCPFlags = .ack, at ms: Double, seq: UInt32, _ told: Told = Told()) -> Verdict
  {
    send(true, flags, ms, seq, told)
  }

  /// The server sends a segment.
  @discardableResult
  mutating func server(_ flags: TCPFlags = .ack, at ms: Double, seq: UInt32 = 1, _ told: Told = Told())
    -> Verdict
  {
    send(false, flags, ms, seq, told)
  }

  /// The client sends segments of 1000 octets, a tenth of a millisecond apart: numbers from `range`.
  mutating func clientSends(_ range: Range<UInt32>, at ms: Double, stamp: UInt32? = nil) {
    for (i, start) in stride(from: range.lowerBound, to: range.upperBound, by: 1000).enumerated() {
      client(
        at: ms + Double(i) / 10, seq: start, Told(octets: 1000, ack: 1, stamp: stamp.map { ($0, 0) }))
    }
  }

  /// The server acknowledges.
  @discardableResult
  mutating func serverAcks(
    _ number: UInt32, at ms: Double, sack: [ClosedRange<UInt32>] = [], echo: UInt32? = nil
  ) -> Verdict {
    server(at: ms, Told(ack: number, sack: sack, stamp: echo.map { (1, $0) }))
  }

  /// The client repeats a segment of 1000 octets.
  @discardableResult
  mutating func repeats(_ seq: UInt32, at ms: Double, stamp: UInt32? = nil) -> Verdict {
    client(at: ms, seq: seq, Told(octets: 1000, ack: 1, stamp: stamp.map { ($0, 0) }))
  }

  private mutating func send(_ isClient: Bool, _ flags: TCPFlags, _ ms: Double, _ seq: UInt32, _ told: Told)
    -> Verdict
  {
    var packet = Packet()
    packet.ipVersion = 4
    packet.ipProtocol = .tcp
    packet.source = IPAddress(ipv4: isClient ? 1 : 2)
    packet.destination = IPAddress(ipv4: isClient ? 2 : 1)
    packet.hasPorts = true
    packet.hasTCP = true
    (packet.sourcePort, packet.destinationPort) = isClient ? (40_000, 80) : (80, 40_000)
    packet.hasIdentification = true
    let counter = isClient ? 0 : 1
    if let own = told.identification {
      packet.identification = own
      identifications[counter] = max(identifications[counter], own)
    } else {
      identifications[counter] += 1
      packet.identification = identifications[counter]
    }
    packet.payloadLength = told.octets
    packet.tcp.flags = told.ack == nil ? flags : flags.union(.ack)
    packet.tcp.sequence = seq
    packet.tcp.acknowledgment = told.ack ?? 0
    packet.tcp.window = told.window
    packet.tcp.sackPermitted = selective && flags.contains(.syn)
    if let stamp = told.stamp {
      packet.tcp.hasTimestamps = true
      (packet.tcp.timestampValue, packet.tcp.timestampEcho) = stamp
    }
    packet.tcp.sackCount = UInt8(told.sack.count)
    for (i, block) in told.sack.enumerated() {
      packet.tcp.sackLeft[i] = block.lowerBound
      packet.tcp.sackRight[i] = block.upperBound
    }
    frames += 1
    let frame = Frame(
      number: frames, time: 1_000_000_000_000 + Int64(ms * 1_000_000), wireLength: 60 + told.octets,
      capturedLength: 60, link: .ethernet)
    let verdict = tracker.receive(&packet, frame)
    note()
    return verdict
  }

  private mutating func note() {
    for settlement in tracker.settled {
      if settlement.isNeedless { needless.append(settlement.frame) } else { needed.append(settlement.frame) }
    }
  }

  /// Ends it, and gives what the client sent in figures.
  mutating func end() -> TCPCounters {
    tracker.finish()
    var counters = TCPCounters()
    tracker.drain { if let flow = $0.connection { counters = flow[.originator].counters } }
    note()
    return counters
  }
}
