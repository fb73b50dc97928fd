// What every reader of streams begins with: the place of a packet's flow, its segment, its octets.

internal import Wire

/// The numbers of both directions' first octets, from SYNs; nil while a direction's is not known.
struct StreamBases: Sendable {
  private var numbers: InlineArray<2, UInt32?> = [nil, nil]

  /// The number of one direction's first octet.
  subscript(side: FlowSide) -> UInt32? { numbers[side.rawValue] }

  /// Learns what a SYN tells: its sender's number, and with an acknowledgment its receiver's.
  @inline(__always)
  mutating func learn(_ packet: inout Packet, from side: FlowSide) {
    learn(packet.tcp.flags, packet.tcp.sequence, packet.tcp.acknowledgment, from: side)
  }

  /// The same of a segment with these flags and numbers.
  @inline(__always)
  mutating func learn(_ flags: TCPFlags, _ sequence: UInt32, _ acknowledgment: UInt32, from side: FlowSide) {
    guard flags.contains(.syn), numbers[side.rawValue] == nil else { return }
    numbers[side.rawValue] = sequence &+ 1
    if flags.contains(.ack), numbers[side.other.rawValue] == nil {
      numbers[side.other.rawValue] = acknowledgment
    }
  }
}

/// What a reader knows of one flow.
protocol StreamSlot: Sendable {
  /// Nothing yet.
  init()
  var bases: StreamBases { get set }
}

/// The places of flows that have streams.
struct StreamSlots<Slot: StreamSlot>: Sendable {
  private var table = SerialTable()
  private var slots: [Slot] = []
  private var free: [Int] = []

  /// Flows that have a place here.
  var count: Int { table.count }
  /// These flows, in the order of their first packets.
  var flows: [UInt64] { table.all }

  subscript(slot: Int) -> Slot {
    @inline(__always)
    get { slots[slot] }
    @inline(__always)
    _modify { yield &slots[slot] }
  }

  /// The place of a flow; nil when it has none.
  func find(_ flow: UInt64) -> Int? { table.find(flow) }

  /// The place of a TCP packet's flow. A flow has one from its SYN, or else from its first octets on; nil
  /// before.
  @inline(__always)
  mutating func place(of packet: inout Packet, _ verdict: borrowing Verdict) -> Int? {
    let isBeginning = packet.tcp.flags.contains(.syn) || packet.payloadLength > 0
    guard let slot = place(of: verdict.flow, isBeginning: isBeginning) else { return nil }
    slots[slot].bases.learn(&packet, from: verdict.side)
    return slot
  }

  /// The place of a flow; one that has none gets it when it begins.
  @inline(__always)
  mutating func place(of flow: UInt64, isBeginning: Bool) -> Int? {
    if let slot = table.find(flow) { return slot }
    return isBeginning ? begin(flow) : nil
  }

  /// Gives a flow a place.
  private mutating func begin(_ flow: UInt64) -> Int {
    let slot: Int
    if let last = free.popLast() {
      slots[last] = Slot()
      slot = last
    } else {
      slot = slots.count
      slots.append(Slot())
    }
    table.insert(flow, slot)
    return slot
  }

  /// Forgets a flow, and gives the place that it had until something else is put there.
  mutating func remove(_ flow: UInt64) -> Int? {
    guard let slot = table.remove(flow) else { return nil }
    free.append(slot)
    return slot
  }
}

extension StreamSegment {
  /// The segment of a plain frame.
  @inline(__always)
  init(_ segment: PlainSegment, from side: FlowSide, _ frame: Frame) {
    self.init(
      side: side, sequence: segment.sequence, acknowledgment: segment.acknowledgment, flags: segment.flags,
      length: segment.shape.payload, frame: frame.number, time: frame.time)
  }

  /// The segment that a packet is.
  @inline(__always)
  init(_ packet: inout Packet, from side: FlowSide, _ frame: Frame) {
    self.init(
      side: side, sequence: packet.tcp.sequence, acknowledgment: packet.tcp.acknowledgment,
      flags: packet.tcp.flags, length: max(0, packet.payloadLength), frame: frame.number, time: frame.time)
  }

  /// Where in its frame, of which `captured` octets were, the octets of its payload are.
  @inline(__always)
  func payload(_ packet: inout Packet, of captured: Int) -> Range<Int> {
    let start = min(max(0, packet.payloadOffset), captured)
    return start..<min(start &+ min(max(0, packet.payloadCaptured), length), captured)
  }
}
