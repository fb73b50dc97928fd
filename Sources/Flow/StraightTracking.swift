// Frames that are nothing but the next line of a journal: from their octets to the line, without a packet
// between them.
//
// Of the packets of short connections eight of ten are such. What a packet (`Packet`) would say of them is
// read where it stands; whatever is more is left to the dissectors and to `Tracker.receive`, untouched. Both
// ways tell the same (`StraightTrackingTests`).

public import Wire

extension Arrival {
  /// Reads a plain segment, whose options have been read: `stamp` is their time stamp.
  @inline(__always)
  fileprivate init(
    _ bytes: Bytes, _ frame: Frame, _ shape: PlainShape, _ flags: UInt16, _ stamp: UInt32?
  ) {
    let header = bytes.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin)
    self.init(
      side: .originator, time: frame.time, frame: frame.number, flags: flags, sequence: header.u32(4),
      acknowledgment: flags & TCPFlags.ack.rawValue != 0 ? header.u32(8) : 0, window: header.u16(14),
      identification: shape.identification(bytes), stamp: stamp ?? 0, hasStamp: stamp != nil,
      payload: shape.payload, isCut: shape.transport &+ shape.header &+ shape.payload > bytes.count,
      isMarked: shape.isMarked(bytes), way: shape.way(bytes, frame))
  }
}

extension PlainShape {
  /// Where a frame of this shape was seen (`Copies.way`).
  @inline(__always)
  fileprivate func way(_ bytes: Bytes, _ frame: Frame) -> UInt16 {
    let link = bytes.extracting(0..<PlainShape.octetsMin)
    let hops = bytes.extracting(network..<network &+ IPv4Header.lengthMin).u8(version == 4 ? 8 : 7)
    return Copies.way(from: link.u64(6) &>> 16, hops: hops, vlan: isTagged ? link.u16(14) : 0, frame)
  }
}

/// A plain frame of TCP, looked at in its turn or some frames before.
struct ForeseenFrame: Sendable {
  /// What a look has found.
  enum Kind {
    /// No plain frame of TCP: nothing else is known of it.
    case other
    /// One that is more than a line of a journal.
    case plain
    /// One that opens a connection, or answers to one that does.
    case opening
    /// One that may be written down.
    case line
  }

  /// Its number, 0 for none.
  fileprivate var number: UInt64 = 0
  private(set) var kind = Kind.other
  private(set) var isReversed = false
  private(set) var key = FlowKey.none
  private(set) var hash: UInt64 = 0
  /// The flow that it probably belongs to; negative when nobody has looked.
  fileprivate var index = -1
  private(set) var shape = PlainShape()
  /// What may be written down of it, and what it offers.
  fileprivate(set) var arrival = Arrival.none
  private(set) var offer = TCPOffer()

  /// No frame.
  init() {}

  /// It may be written down in a journal.
  var isLine: Bool { kind == .line }

  /// Where it was seen.
  @inline(__always)
  func way(_ octets: Bytes, _ frame: Frame) -> UInt16 { isLine ? arrival.way : shape.way(octets, frame) }

  /// Looks at a frame for a tracker with this table.
  @inline(__always)
  fileprivate mutating func look(_ octets: Bytes, _ frame: Frame, _ table: inout FlowTable) {
    number = frame.number
    index = -1
    if let usual = PlainShape(usual: octets, frame) {
      read(octets, frame, usual, &table)
    } else if let shape = PlainShape(octets, frame), shape.isTCP {
      read(octets, frame, shape, &table)
    } else {
      kind = .other
    }
  }

  /// Reads a frame of this shape. In line, so that a shape with fixed places has them fixed.
  @inline(__always)
  private mutating func read(
    _ octets: Bytes, _ frame: Frame, _ shape: PlainShape, _ table: inout FlowTable
  ) {
    self.shape = shape
    (key, isReversed) = PlainEnds(octets, shape).key
    hash = table.hash(key)
    let segment = octets.extracting(shape.transport..<shape.transport &+ shape.header)
    let flags = segment.u16(12) & 0x1ff
    let opening = TCPFlags.syn.rawValue | TCPFlags.rst.rawValue
    kind = .plain
    if flags & (opening | TCPFlags.ack.rawValue) == TCPFlags.ack.rawValue {
      if shape.header == TCPHeader.lengthMin {
        kind = .line
        arrival = Arrival(octets, frame, shape, flags, nil)
      } else if shape.header == 32, segment.u32(20) == 0x0101_080a {
        // Two fillers, then the option as it is always sent (RFC 7323 appendix A).
        kind = .line
        arrival = Arrival(octets, frame, shape, flags, segment.u32(24))
      }
    } else if flags & opening == TCPFlags.syn.rawValue, shape.payload == 0,
      let options = UsualOpening(segment, shape.header)
    {
      kind = .opening
      offer = TCPOffer(options, TCPFlags(rawValue: flags))
      arrival = Arrival(octets, frame, shape, flags, options.hasTimestamps ? options.timestampValue : nil)
    }
  }
}

extension Tracker {
  /// Frames that are looked at before their turn, at most.
  public static let foresight: UInt64 = 12
  /// How many frames before its turn a flow's slot is asked for, then its journal.
  private static let slotAhead: UInt64 = 8
  private static let journalAhead: UInt64 = 4

  /// Where a frame is that is looked at: among sixteen.
  @inline(__always)
  private func place(_ number: UInt64) -> Int { Int(truncatingIfNeeded: number & 15) }

  /// Looks at a frame whose turn comes soon, so that its flow has come from memory by then. Frames are shown
  /// here in their order, each at most `foresight` frames before it is handed over. Whether they are changes
  /// nothing of what is told.
  public mutating func foresee(_ octets: Bytes, _ frame: Frame) {
    guard keepsJournals else { return }
    foreseen[place(frame.number)].look(octets, frame, &table)
    askAhead(frame)
  }

  /// Looks at a frame whose turn it is.
  @inline(never)
  private mutating func look(_ octets: Bytes, _ frame: Frame) {
    foreseen[place(frame.number)].look(octets, frame, &table)
  }

  /// Asks for the memory of the last frame that is foreseen, and of those before it.
  @inline(__always)
  private mutating func askAhead(_ frame: Frame) {
    let number = frame.number
    if foreseen[place(number)].kind != .other { table.prefetch(foreseen[place(number)].hash) }
    let next = place(number &- (Tracker.foresight &- Tracker.slotAhead))
    if foreseen[next].kind != .other { foreseen[next].index = table.candidate(foreseen[next].hash) }
    let index = foreseen[place(number &- (Tracker.foresight &- Tracker.journalAhead))].index
    if index >= 0 {
      connections.prefetch(index, &table)
      FlowLists.prefetch(index, at: frame.time, &table)
    }
  }

  /// Takes a frame that is nothing but the next segment of a short connection, or opens one, right from its
  /// octets. False when it is more, or another's: then whoever has the frame dissects it and hands it to
  /// `receive`, as it does with all frames who does not ask here.
  public mutating func takeStraight(_ octets: Bytes, _ frame: Frame) -> Bool {
    guard keepsJournals else { return false }
    let place = place(frame.number)
    if foreseen[place].number != frame.number { look(octets, frame) }
    if foreseen[place].kind == .line {
      begin(frame)
      if takeForeseen(place, octets, frame) { return true }
      hasBegun = true
    } else if foreseen[place].kind == .opening, takeOpening(place, octets, frame) {
      return true
    }
    left = foreseen[place].kind == .other ? -1 : place
    return false
  }

  /// The number of the flow that has the frame which `takeStraight` has just taken.
  @inline(__always)
  public mutating func flowTaken() -> UInt64 { table.slots[atHand].serial }

  /// The segment of that frame, and where its flow is.
  @inline(__always)
  mutating func segmentTaken(_ octets: Bytes, _ frame: Frame) -> (PlainSegment, FollowedPlace) {
    let at = place(frame.number)
    let taken = FollowedPlace(
      index: atHand, serial: table.slots[atHand].serial,
      side: table.slots[atHand].side(foreseen[at].isReversed))
    return (PlainSegment(any: octets, foreseen[at].shape), taken)
  }

  /// The flow of a packet with ports that is not in a tunnel, and whether its source is the key's second end;
  /// `left` is where its frame is among those that were looked at, negative for nowhere.
  @inline(__always)
  mutating func flow(of packet: inout Packet, left: Int) -> (index: Int?, isReversed: Bool) {
    if left >= 0 { return (flow(ofForeseen: left), foreseen[left].isReversed) }
    let (key, isReversed) = FlowKey.of(
      source: packet.source, sourcePort: packet.sourcePort, destination: packet.destination,
      destinationPort: packet.destinationPort, ipProtocol: packet.ipProtocol, network: 0,
      isIPv6: packet.ipVersion == 6)
    return (table.find(key), isReversed)
  }

  /// Where the flow of a frame is that was looked at.
  @inline(__always)
  mutating func flow(ofForeseen place: Int) -> Int? {
    let index = foreseen[place].index
    if index >= 0, table.slots[index].isOpen, table.slots[index].key == foreseen[place].key { return index }
    return table.find(foreseen[place].key, foreseen[place].hash)
  }

  @inline(__always)
  private mutating func takeForeseen(_ at: Int, _ octets: Bytes, _ frame: Frame) -> Bool {
    guard let index = flow(ofForeseen: at), table.slots[index].isBrief || table.slots[index].isSteady,
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber)
    else { return false }
    let shape = foreseen[at].shape
    let isLookedInto =
      shape.payload > 0 && looksInside && table.slots[index].isUnrecognized
      && table.slots[index].looks < Tracker.looksMax
    // Whose ports say what it carries is looked into by others.
    if isLookedInto,
      Mux.standard.announcesSegment(foreseen[at].key.firstPort, foreseen[at].key.secondPort)
    {
      return false
    }
    let place = table.slots[index].state
    // What came is looked at where it lies: whoever is handed it copies its sixty octets.
    foreseen[at].arrival.side = table.slots[index].side(foreseen[at].isReversed)
    let isCut = foreseen[at].arrival.isCut
    let slot: FlowSlot.Ordinary
    if table.slots[index].isSteady {
      var arrival = foreseen[at].arrival
      guard canTakeSteady(&arrival, place, { Checksum.segment(octets, shape) }) else { return false }
      slot = takeSteady(&arrival, index, place, isReversed: foreseen[at].isReversed, frame, ip: shape.total)
    } else {
      guard !isDue(since: connections.brief[place].start, frame.time),
        connections.brief.take(&foreseen[at].arrival, at: place, { Checksum.segment(octets, shape) })
      else { return false }
      slot = note(index, place, isReversed: foreseen[at].isReversed, frame, ip: shape.total)
    }
    if isLookedInto { recognize(index, octets, shape) }
    if shape.payload > 0, looksInside, !isCut { remember(at, octets, shape, slot, frame) }
    return true
  }

  /// Finds out what a flow carries, by those octets of a segment that were captured.
  @inline(never)
  private mutating func recognize(_ index: Int, _ octets: Bytes, _ shape: PlainShape) {
    let start = shape.transport &+ shape.header
    if start >= octets.count { return }
    let payload = octets.extracting(start..<min(octets.count, start &+ shape.payload))
    table.slots[index].looks += 1
    table.slots[index].service =
      recognizedSegment(payload).map { Service($0) }
      ?? Service.recognize(payload, isStream: true, hint: table.slots[index].responderPort)
  }

  /// Remembers what a segment carried (`Contents`).
  @inline(__always)
  private mutating func remember(
    _ at: Int, _ octets: Bytes, _ shape: PlainShape, _ slot: FlowSlot.Ordinary, _ frame: Frame
  ) {
    let start = shape.transport &+ shape.header
    _ = contents.take(
      octets.extracting(start..<start &+ shape.payload), octets.extracting(shape.transport..<start),
      from: foreseen[at].key.first, to: foreseen[at].key.second, flow: slot.serial, slot.side, frame.number,
      isRepeat: false)
  }
}
