// The messages of all flows: each flow's streams put in order, its framing named or found, its messages cut.

public import Wire

/// What is asked of the messages.
public struct MessageOptions: Sendable {
  public var limits = StreamLimits()
  /// The framing of every stream; nil to find out.
  public var framing: Framing?
  /// Octets of each message that are kept.
  public var octetsMax = 0

  /// The defaults.
  public init() {}
}

/// Reads messages. Pure state: no clock, no output; the tracker says which flow a packet belongs to.
public struct MessageStreams: ~Copyable {
  /// What is known of one flow.
  private struct Slot: Sendable {
    enum State: Sendable { case silent, reading, unread }
    var state = State.silent
    /// The numbers of the first octets, from SYNs.
    var bases: InlineArray<2, UInt32?> = [nil, nil]
    /// Where reassembly and reader are, while there are any.
    var place: UInt32 = 0
  }

  private let options: MessageOptions
  private var context: StreamContext
  private var table = SerialTable()
  private var slots: [Slot] = []
  private var freeSlots: [Int] = []
  private var works: [Reassembly] = []
  private var readers: [MessageConnection] = []
  private var freeWorks: [Int] = []
  private var messages: [Message] = []
  private var summaries: [MessageSummary] = []
  /// The latest packet's time and number, for streams that end with the capture.
  private var now: Int64 = 0
  private var frame: UInt64 = 0

  /// Messages of no flow yet.
  public init(_ options: MessageOptions = MessageOptions()) {
    self.options = options
    context = StreamContext(options.limits)
  }

  /// What was copied, given up, and found to contradict itself.
  public var counters: StreamCounters { context.counters }
  /// Whether messages or summaries wait to be drained.
  public var hasFinished: Bool { !messages.isEmpty || !summaries.isEmpty }

  /// Takes a packet that the tracker has given to a flow, with its frame's octets.
  public mutating func receive(_ octets: Bytes, _ packet: inout Packet, _ frame: Frame, _ verdict: Verdict) {
    guard packet.hasTCP, verdict.flow > 0 else { return }
    now = max(now, frame.time)
    self.frame = frame.number
    let flags = packet.tcp.flags
    let length = max(0, packet.payloadLength)
    let slot: Int
    if let found = table.find(verdict.flow) {
      slot = found
    } else if flags.contains(.syn) || length > 0 {
      slot = open(verdict.flow)
    } else {
      return
    }
    if flags.contains(.syn), slots[slot].bases[verdict.side.rawValue] == nil {
      slots[slot].bases[verdict.side.rawValue] = packet.tcp.sequence &+ 1
      if flags.contains(.ack), slots[slot].bases[verdict.side.other.rawValue] == nil {
        slots[slot].bases[verdict.side.other.rawValue] = packet.tcp.acknowledgment
      }
    }
    if slots[slot].state == .unread { return }
    let segment = StreamSegment(
      side: verdict.side, sequence: packet.tcp.sequence, acknowledgment: packet.tcp.acknowledgment,
      flags: flags, length: length, frame: frame.number, time: frame.time)
    let start = min(max(0, packet.payloadOffset), octets.count)
    let end = min(start &+ min(max(0, packet.payloadCaptured), length), octets.count)
    if slots[slot].state == .silent {
      if length == 0 || flags.contains(.rst) { return }
      begin(slot, StreamEnds(&packet, verdict.side), verdict.flow)
    }
    if slots[slot].state == .reading { read(slot, segment, octets.extracting(start..<end)) }
  }

  private mutating func open(_ flow: UInt64) -> Int {
    let place: Int
    if let free = freeSlots.popLast() {
      slots[free] = Slot()
      place = free
    } else {
      place = slots.count
      slots.append(Slot())
    }
    table.insert(flow, place)
    return place
  }

  /// Gives a flow a place for its work.
  private mutating func begin(_ slot: Int, _ ends: StreamEnds, _ flow: UInt64) {
    guard let framing = options.framing else {
      slots[slot].state = .unread
      return
    }
    var reader = MessageConnection(
      flow: flow, ends: ends, octetsMax: options.octetsMax, (framing, framing))
    for side in FlowSide.allCases where slots[slot].bases[side.rawValue] == nil {
      reader.beginsMidStream(side)
    }
    let place: Int
    if let free = freeWorks.popLast() {
      works[free] = Reassembly()
      readers[free] = reader
      place = free
    } else {
      place = works.count
      works.append(Reassembly())
      readers.append(reader)
    }
    slots[slot].place = UInt32(place)
    slots[slot].state = .reading
    for side in FlowSide.allCases {
      if let base = slots[slot].bases[side.rawValue] { works[place].begin(side, at: base) }
    }
  }

  private mutating func read(_ slot: Int, _ segment: StreamSegment, _ payload: Bytes) {
    let place = Int(slots[slot].place)
    works[place].receive(segment, payload, &readers[place], &context)
    collect(place)
  }

  private mutating func collect(_ place: Int) {
    if readers[place].done.isEmpty { return }
    messages.append(contentsOf: readers[place].done)
    readers[place].done.removeAll(keepingCapacity: true)
  }

  /// The flow has ended: what is unfinished is handed over as it is.
  public mutating func end(_ flow: UInt64) {
    guard let slot = table.remove(flow) else { return }
    let place = Int(slots[slot].place)
    switch slots[slot].state {
    case .silent, .unread: break
    case .reading:
      works[place].abandon(.cut, at: now, frame: frame, &readers[place], &context)
      collect(place)
      for side in FlowSide.allCases where readers[place].sides[side.rawValue].tally.segments > 0 {
        summaries.append(summary(place, side))
      }
      works[place].drop(&context)
      works[place] = Reassembly()
      freeWorks.append(place)
    }
    freeSlots.append(slot)
  }

  private func summary(_ place: Int, _ side: FlowSide) -> MessageSummary {
    let reader = readers[place]
    return MessageSummary(
      flow: reader.flow, ends: reader.ends, side: side,
      framing: reader.sides[side.rawValue].cutter.framing, confidence: nil, alternatives: [],
      tally: reader.sides[side.rawValue].tally)
  }

  /// The flows that have a place here, in the order of their first packets.
  public var flows: [UInt64] { table.all }

  /// The capture has ended, and every stream with it, in the order of the flows' first packets.
  public mutating func finish() {
    for flow in table.all { end(flow) }
  }

  /// Hands over the messages that ended since the last call, in the order of their ends, and what was counted
  /// of directions that ended.
  public mutating func drain(_ body: (Message) -> Void, summary: (MessageSummary) -> Void = { _ in }) {
    for message in messages { body(message) }
    messages.removeAll(keepingCapacity: true)
    for each in summaries { summary(each) }
    summaries.removeAll(keepingCapacity: true)
  }
}
