// Short connections in the tracker: kept as journals while they are nothing but ordinary.

internal import Wire

extension Arrival {
  /// What a journal asks of a packet.
  @inline(__always)
  init(_ packet: inout Packet, _ frame: Frame, _ side: FlowSide) {
    let hasIdentification = packet.hasIdentification && packet.ipVersion == 4
    self.init(
      side: side, time: frame.time, frame: frame.number, flags: packet.tcp.flags.rawValue,
      sequence: packet.tcp.sequence,
      acknowledgment: packet.tcp.flags.contains(.ack) ? packet.tcp.acknowledgment : 0,
      window: packet.tcp.window,
      identification: hasIdentification ? UInt16(truncatingIfNeeded: packet.identification) : 0,
      stamp: packet.tcp.hasTimestamps ? packet.tcp.timestampValue : 0, hasStamp: packet.tcp.hasTimestamps,
      payload: packet.payloadLength, isCut: packet.payloadCaptured < packet.payloadLength,
      isMarked: packet.trafficClass & 3 == 3 || packet.tcp.sackCount > 0, way: Copies.way(&packet, frame))
  }
}

/// The first segment of a connection, when it can be a journal.
struct JournalOpening {
  var arrival: Arrival
  var offer: TCPOffer
}

extension Packet {
  /// The verdict on its segment's checksum; nil without its octets.
  mutating func checkSegment(in octets: Bytes) -> ChecksumVerdict? {
    octets.count == 0 ? nil : segmentChecksum(in: octets)
  }
}

extension Tracker {
  /// What a packet that belongs to no flow begins a journal with; nil when its connection is none for a
  /// journal.
  @inline(__always)
  func opening(_ packet: inout Packet, _ frame: Frame, _ flags: TCPFlags?) -> JournalOpening? {
    guard keepsJournals, let flags, flags.contains(.syn), packet.carrierCount == 0, !packet.isFragment else {
      return nil
    }
    var arrival = Arrival(&packet, frame, .originator)
    let offer = TCPOffer(&packet)
    return Journal.canBegin(&arrival) && !offer.isCut ? JournalOpening(arrival: arrival, offer: offer) : nil
  }

  /// Begins the journal of a flow that has just come; `verdict` is that of its SYN's checksum.
  @inline(__always)
  mutating func begin(
    _ index: Int, _ opening: inout JournalOpening, _ reused: Reuse?, _ verdict: () -> ChecksumVerdict?
  ) {
    let place = table.slots[index].state
    if let reused, let since = reused.sinceTimeWait {
      journals[place].reusedAfter = since
      journals[place].isReusedNewer = reused.isNewer
    }
    _ = journals[place].isDamaged(&opening.arrival, verdict)
    journals[place].begin(&opening.arrival, opening.offer)
    journals[place].write(&opening.arrival)
  }

  /// Writes a SYN-ACK down when it is the first answer to a journal's SYN; `verdict` is that of its checksum.
  @inline(__always)
  mutating func writeAnswer(
    _ opening: inout JournalOpening, _ place: Int, _ verdict: () -> ChecksumVerdict?
  ) -> Bool {
    guard !opening.offer.isCut, journals[place].isAnswer(&opening.arrival),
      !journals[place].isDamaged(&opening.arrival, verdict)
    else { return false }
    journals[place].begin(&opening.arrival, opening.offer)
    journals[place].write(&opening.arrival)
    return true
  }

  /// Writes down the packet of a flow that is kept as a journal. False when it is more than that, and then
  /// nothing has been done.
  @inline(__always)
  mutating func writeDown(
    _ index: Int, isReversed: Bool, _ packet: inout Packet, _ frame: Frame, _ octets: Bytes,
    _ verdict: inout Verdict
  ) -> Bool {
    let place = table.slots[index].state
    var arrival = Arrival(&packet, frame, table.slots[index].side(isReversed))
    if packet.tcp.flags.contains(.syn) {
      var opening = JournalOpening(arrival: arrival, offer: TCPOffer(&packet))
      guard writeAnswer(&opening, place, { packet.checkSegment(in: octets) }) else { return false }
    } else if packet.tcp.flags.contains(.rst) {
      guard journals.takeReset(&arrival, at: place, { packet.checkSegment(in: octets) }) else { return false }
    } else {
      guard journals.take(&arrival, at: place, { packet.checkSegment(in: octets) }) else { return false }
    }
    let slot = note(index, place, isReversed: isReversed, frame, ip: packet.ipLength)
    verdict.side = slot.side
    verdict.flow = slot.serial
    return true
  }

  /// Counts what was written down in a flow's journal.
  @inline(__always)
  mutating func note(
    _ index: Int, _ place: Int, isReversed: Bool, _ frame: Frame, ip: Int
  ) -> FlowSlot.Ordinary {
    let slot = table.slots[index].takeOrdinary(frame, isReversed: isReversed, ip: ip)
    lists.touch(index, journals[place].classify(), before: slot.before, &table)
    atHand = index
    if lists.closed > limits.closedMax { endClosed() }
    return slot
  }

  /// Ends a flow that is kept as a journal, when a SYN takes its ports after its close for a new connection,
  /// and says how the two stand to each other: `TCPConnection.isReplaced` and `reuse`.
  mutating func replaceBriefly(
    _ index: Int, _ packet: inout Packet, _ name: PacketName, _ frame: Frame
  ) -> Reuse? {
    let place = table.slots[index].state
    let me = table.slots[index].side(name.isReversed).rawValue
    guard packet.hasTCP, packet.tcp.flags.contains(.syn), !packet.tcp.flags.contains(.ack),
      journals[place].isClosed, packet.tcp.sequence != journals[place].ends[me].initial
    else { return nil }
    // The first to close is in TIME_WAIT from the other's FIN on.
    let since = max(journals[place].ends[0].lastNew, journals[place].ends[1].lastNew)
    let end = journals[place].ends[me]
    var isNewer = distance(from: end.next, to: packet.tcp.sequence) > 0
    if packet.tcp.hasTimestamps, end.offer.hasTimestamps {
      isNewer = isNewer || Int32(bitPattern: packet.tcp.timestampValue &- end.stamp) > 0
    }
    let reuse = Reuse(
      sinceTimeWait: interval(journals[place].start &+ since, frame.time), isNewer: isNewer)
    self.end(index, .end)
    return reuse
  }

  /// Makes a connection of a flow's journal: it takes what was written down as if it came now.
  mutating func unfold(_ index: Int) {
    let place = table.slots[index].state
    var reader = JournalReader(journals.whole(place))
    let journal = journals[place]
    let serial = table.slots[index].serial
    table.slots[index].isBrief = false
    table.slots[index].state = connections.insert(
      TCPConnection(start: journal.start, firstFrame: journal.firstFrame, isOnlyJudged: !limits.tellsEnds),
      flow: index, &table)
    let slot = table.slots[index].state
    if let reuse = journal.reuse {
      let detail = details.place(of: connections.warm[slot].detail)
      reuse.note(in: &details.details[detail], journal.firstFrame, journal.start)
    }
    while reader.read() {
      let detail = details.place(of: connections.warm[slot].detail)
      var verdict = Verdict()
      connections.warm[slot].receive(
        &reader.packet, reader.frame, Bytes(), from: reader.side, on: reader.way, flow: serial,
        &details.details[detail], &copies, &verdict)
      details.settle(detail, slot, &connections.warm)
    }
    connections.warm[slot].watch.checks = [journal.ends[0].checks, journal.ends[1].checks]
    journals.giveBack(place)
  }
}

extension Journal {
  /// How its connection took the place of one in TIME_WAIT.
  var reuse: Reuse? {
    reusedAfter < 0 ? nil : Reuse(sinceTimeWait: reusedAfter, isNewer: isReusedNewer)
  }
}

extension TCPConnection {
  /// The connection that a journal is of, with its detail: for who looks at a flow that goes on as a journal.
  static func replayed(
    _ whole: WholeJournal, flow: UInt64
  ) -> (connection: TCPConnection, detail: TCPDetail?) {
    let journal = whole.journal
    var connection = TCPConnection(start: journal.start, firstFrame: journal.firstFrame)
    var detail = TCPDetail()
    // An ordinary segment is no copy of another.
    var copies = Copies(1, secret: FlowSecret(seed: 1))
    journal.reuse?.note(in: &detail, journal.firstFrame, journal.start)
    var reader = JournalReader(whole)
    while reader.read() {
      var verdict = Verdict()
      connection.receive(
        &reader.packet, reader.frame, Bytes(), from: reader.side, on: reader.way, flow: flow, &detail,
        &copies, &verdict)
      detail.isHeld = !detail.isBlank()
      (detail.isTouched, detail.isUsed) = (false, false)
    }
    connection.watch.checks = [journal.ends[0].checks, journal.ends[1].checks]
    return (connection, detail.isHeld ? detail : nil)
  }
}
