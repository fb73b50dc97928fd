// Frames that open a short connection: from their octets into its journal, as the lines behind them
// (StraightTracking.swift). Two of ten are such.

internal import Wire

extension TCPOffer {
  /// What the options of nearly every SYN say.
  @inline(__always)
  init(_ options: UsualOpening, _ flags: TCPFlags) {
    self.init(
      maximumSegmentSize: options.maximumSegmentSize, windowScale: options.windowScale,
      isSACKPermitted: true, hasTimestamps: options.hasTimestamps, hasECN: TCPOffer.hasECN(flags))
  }
}

extension Tracker {
  /// Takes a frame that was looked at, when it is the SYN of a connection of which nothing else is known, or
  /// the first answer to such a one. False when it is more, and then only its time has been taken into
  /// account (`hasBegun`).
  mutating func takeOpening(_ at: Int, _ octets: Bytes, _ frame: Frame) -> Bool {
    begin(frame)
    let isAnswer = foreseen[at].arrival.flags & TCPFlags.ack.rawValue != 0
    let isTaken = isAnswer ? takeAnswer(at, octets, frame) : takeSYN(at, octets, frame)
    hasBegun = !isTaken
    return isTaken
  }

  /// Begins a flow, and its journal.
  @inline(__always)
  private mutating func takeSYN(_ at: Int, _ octets: Bytes, _ frame: Frame) -> Bool {
    guard flow(ofForeseen: at) == nil else { return false }
    var opening = JournalOpening(arrival: foreseen[at].arrival, offer: foreseen[at].offer)
    guard Journal.canBegin(&opening.arrival) else { return false }
    let shape = foreseen[at].shape
    let name = PacketName(key: foreseen[at].key, isReversed: foreseen[at].isReversed)
    let index = open(name, .syn, frame, briefly: true, hash: foreseen[at].hash)
    atHand = index
    table.slots[index].count(frame, from: .originator, ip: shape.total)
    begin(index, &opening, nil) { Checksum.segment(octets, shape) }
    return true
  }

  /// Writes a SYN-ACK down as the second segment.
  @inline(__always)
  private mutating func takeAnswer(_ at: Int, _ octets: Bytes, _ frame: Frame) -> Bool {
    guard let index = flow(ofForeseen: at), table.slots[index].isBrief,
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber)
    else { return false }
    let (shape, isReversed) = (foreseen[at].shape, foreseen[at].isReversed)
    let place = table.slots[index].state
    var opening = JournalOpening(arrival: foreseen[at].arrival, offer: foreseen[at].offer)
    opening.arrival.side = table.slots[index].side(isReversed)
    guard !isDue(since: journals[place].start, frame.time),
      writeAnswer(&opening, place, { Checksum.segment(octets, shape) })
    else { return false }
    _ = note(index, place, isReversed: isReversed, frame, ip: shape.total)
    return true
  }
}
