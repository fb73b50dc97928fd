// A TCP connection told line by line, and consumers that write down what they are lent.

import Wire

@testable import Flow

/// Takes units of two octets of length and a body, and writes down what it is told.
struct LengthReader: StreamConsumer {
  /// The bodies that came whole, per side; octets that were not captured are left out.
  var bodies: [[[UInt8]]] = [[], []]
  var places: [[StreamPlace]] = [[], []]
  var missing: [Int64] = []
  var gaps: [StreamGap] = []
  var ends: [StreamEnd?] = [nil, nil]
  var looks = 0
  private var current: [[UInt8]] = [[], []]

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    looks += 1
    guard octets.count >= 2 else { return .needMore }
    return .complete(2 + Int64(octets.u16(0)))
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {
    for i in 0..<octets.count { current[side.rawValue].append(octets[i]) }
  }

  mutating func finish(_ last: StreamPlace, missing: Int64) {
    let i = last.side.rawValue
    bodies[i].append(Array(current[i].dropFirst(2)))
    current[i] = []
    places[i].append(last)
    self.missing.append(missing)
  }

  mutating func lose(_ gap: StreamGap) {
    gaps.append(gap)
    current[gap.place.side.rawValue] = []
  }

  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) { ends[last.side.rawValue] = how }
}

/// Takes every octet as it comes.
struct OctetReader: StreamConsumer {
  var octets: [[UInt8]] = [[], []]
  var gaps: [StreamGap] = []
  var ends: [StreamEnd?] = [nil, nil]
  var order: [FlowSide] = []
  var places: [StreamPlace] = []

  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer {
    if order.last != place.side { order.append(place.side) }
    places.append(place)
    return .complete(Int64(octets.count))
  }

  mutating func pass(_ octets: Bytes, _ side: FlowSide) {
    for i in 0..<octets.count { self.octets[side.rawValue].append(octets[i]) }
  }

  mutating func finish(_ last: StreamPlace, missing: Int64) {}
  mutating func lose(_ gap: StreamGap) { gaps.append(gap) }
  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) { ends[last.side.rawValue] = how }

  /// What one side said, as text.
  func text(_ side: FlowSide) -> String { String(decoding: octets[side.rawValue], as: UTF8.self) }
}

/// One connection, and who reads it. Sequence numbers begin where the initial ones say; times are a
/// millisecond apart unless told.
struct Conversation<Reader: StreamConsumer>: ~Copyable {
  var reassembly = Reassembly()
  var context: StreamContext
  var reader: Reader
  var frame: UInt64 = 0
  var time: Int64 = 1_000_000_000
  let initial: (UInt32, UInt32)

  init(_ reader: Reader, initial: (UInt32, UInt32) = (100, 900), limits: StreamLimits = StreamLimits()) {
    self.reader = reader
    self.initial = initial
    context = StreamContext(limits)
  }

  /// A three-way handshake.
  mutating func opens() {
    send(.originator, [.syn], at: -1, "")
    send(.responder, [.syn, .ack], at: -1, "", ack: 0)
    send(.originator, [.ack], at: 0, "", ack: 0)
  }

  mutating func client(_ text: String, at offset: Int, ack: Int? = nil, _ flags: TCPFlags = []) {
    send(.originator, flags, at: offset, text, ack: ack)
  }

  mutating func server(_ text: String, at offset: Int, ack: Int? = nil, _ flags: TCPFlags = []) {
    send(.responder, flags, at: offset, text, ack: ack)
  }

  /// Sends a segment whose octets begin at `offset` of its side; `cut` octets of it were not captured.
  mutating func send(
    _ side: FlowSide, _ flags: TCPFlags, at offset: Int, _ text: String, ack: Int? = nil, cut: Int = 0
  ) {
    send(side, flags, at: offset, Array(text.utf8), ack: ack, cut: cut)
  }

  mutating func send(
    _ side: FlowSide, _ flags: TCPFlags, at offset: Int, _ octets: [UInt8], ack: Int? = nil, cut: Int = 0
  ) {
    frame += 1
    time += 1_000_000
    let (own, other) = side == .originator ? (initial.0, initial.1) : (initial.1, initial.0)
    let segment = StreamSegment(
      side: side, sequence: own &+ 1 &+ UInt32(truncatingIfNeeded: offset),
      acknowledgment: ack.map { other &+ 1 &+ UInt32(truncatingIfNeeded: $0) } ?? 0,
      flags: ack == nil ? flags : flags.union(.ack), length: octets.count, frame: frame, time: time)
    reassembly.receive(segment, octets.span.extracting(0..<octets.count - cut), &reader, &context)
  }

  /// The capture ends.
  mutating func ends() {
    reassembly.abandon(.cut, at: time, frame: frame, &reader, &context)
  }
}
