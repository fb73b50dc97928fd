// Which segments a journal may have, and what each leaves for the next to be held against.

internal import Wire

extension Journal {
  /// An acknowledgment this late is looked at (`Watch.delayedMin`), less what delays are rounded by.
  static let lateMin: Int64 = Watch.delayedMin - 4096

  /// Whether a first segment can begin a journal: a SYN and nothing else.
  static func canBegin(_ a: inout Arrival) -> Bool {
    a.flags & ~(TCPFlags.ece.rawValue | TCPFlags.cwr.rawValue | TCPFlags.psh.rawValue | TCPFlags.urg.rawValue)
      == TCPFlags.syn.rawValue
      && a.payload == 0 && a.window != 0 && !a.isMarked && a.side == .originator
  }

  /// Whether a segment is the first answer to the first SYN: `TCPConnection.isAsked`.
  mutating func isAnswer(_ a: inout Arrival) -> Bool {
    let marks: TCPFlags = [.syn, .ack, .fin, .rst]
    return count == 1 && a.side == .responder
      && a.flags & marks.rawValue == TCPFlags.syn.rawValue | TCPFlags.ack.rawValue && a.flags <= 0xff
      && a.payload == 0 && a.acknowledgment == ends[0].next && a.window != 0 && !a.isMarked && isTold(&a)
  }

  /// Whether its time and its frame can be written down, and it came behind the last, which ended nothing.
  @inline(__always)
  mutating func isTold(_ a: inout Arrival) -> Bool {
    let since = a.time &- start
    return since >= last && !isReset && since < 1 &<< Int64(JournalEntry.timeBits)
      && a.frame &- firstFrame <= UInt64(UInt32.max)
  }

  /// Whether a segment is an ordinary one: `TCPConnection.isOrdinary`, of a connection without troubles,
  /// and of which nothing is so much, or so late, that it would be more than a line in the journal.
  @inline(__always)
  mutating func isOrdinary(_ a: inout Arrival) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let marks: TCPFlags = [.syn, .rst, .ece, .ae, .ack]
    guard a.flags & marks.rawValue == TCPFlags.ack.rawValue, a.sequence == ends[me].next, !a.isMarked,
      a.window != 0, a.hasStamp == ends[me].offer.hasTimestamps, a.way == ways[me], isTold(&a),
      count > 2 || (count == 2 && a.side == .originator), a.payload <= Int(UInt16.max),
      a.isInOrder(behind: ends[me].stamp, ends[me].identification)
    else { return false }
    // Of what is in flight something is acknowledged, up to the end of a segment, or something is said.
    let (heard, flight) = (
      a.acknowledgment &- ends[peer].acknowledged, ends[peer].next &- ends[peer].acknowledged
    )
    let length = UInt32(truncatingIfNeeded: a.payload) &+ UInt32(a.flags & TCPFlags.fin.rawValue)
    guard heard <= flight, heard > 0 || (length > 0 && count > 2),
      heard == 0 || heard == flight || a.acknowledgment == ends[peer].lastStart
    else { return false }
    if length > 0, !canSend(&a, length) { return false }
    // A FIN that crosses another is an odd one.
    if a.flags & TCPFlags.fin.rawValue != 0, ends[peer].hasFIN, heard != flight { return false }
    // What was waited for until a late acknowledgment came is for a rule.
    if a.payload > 0, late == Journal.late(count, a.side.other) { return false }
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    guard ends[me].hasEdge else { return true }
    if window < UInt32(ends[peer].segmentSize), window < ends[me].windowMax / 2 { return false }
    let gone = Int32(bitPattern: ends[me].edge &- (a.acknowledgment &+ window))
    return gone < 1 &<< Int32(ends[me].shift)
  }

  /// Whether what an end sends is taken by its peer, and no bulk transfer yet.
  @inline(__always)
  private mutating func canSend(_ a: inout Arrival, _ length: UInt32) -> Bool {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    if ends[me].hasFIN { return false }
    if a.payload == 0 { return true }
    let size = UInt32(ends[me].segmentSize)
    if ends[peer].hasFIN || Int32(bitPattern: ends[peer].edge &- (a.sequence &+ length)) < Int32(size) {
      return false
    }
    if ends[me].inFlight == 0 { return length <= 2 &* size }
    return Int32(ends[me].inFlight) &+ Load.segments(Int64(length), of: Int64(size)) < Congestion.bulkMin
  }

  /// What is remembered of a late acknowledgment from an end, the last of so many segments.
  @inline(__always)
  private static func late(_ count: UInt8, _ side: FlowSide) -> UInt8 {
    count &<< 1 | UInt8(truncatingIfNeeded: side.rawValue)
  }

  /// Whether the last segment is a late acknowledgment, after which its receiver may go on.
  mutating func isWaitedFor() -> Bool { late &>> 1 == count }

  /// Whether an acknowledgment may have been waited for (`TCPConnection.noteStall`): it has no octets, is the
  /// first of all that its peer has sent, and later than the way to the end that sends it and back accounts
  /// for.
  private mutating func isLate(_ a: inout Arrival) -> Bool {
    let peer = a.side.other.rawValue
    guard a.flags == TCPFlags.ack.rawValue, a.acknowledgment == ends[peer].next, !ends[peer].hasFIN,
      ends[peer].acknowledged != a.acknowledgment, ends[peer].next &- ends[peer].initial > 1
    else { return false }
    let (asked, answered) = a.side == .originator ? (1, 2) : (0, 1)
    let way = entries[answered].since &- entries[asked].since
    return a.time &- start &- ends[peer].lastNew &- way >= Journal.lateMin
  }
}

extension Journal {
  /// Writes down the first SYN, or the answer to it, with what it offers.
  mutating func begin(_ a: inout Arrival, _ offer: TCPOffer) {
    let me = a.side.rawValue
    ends[me].initial = a.sequence
    ends[me].next = a.sequence &+ 1
    ends[me].acknowledged = a.sequence
    ends[me].lastStart = a.sequence
    ends[me].offer = offer
    // Not scaled (RFC 7323 section 2.2).
    ends[me].windowMax = UInt32(a.window)
    ends[me].lastNew = a.time &- start
    (ends[me].inFlight, ends[me].lastSegments) = (1, 1)
    (ends[me].stamp, ends[me].identification) = (a.stamp, a.identification)
    ways[me] = a.way
    if a.side == .responder { agree(&a) }
  }

  /// Both ends have said what they offer.
  private mutating func agree(_ a: inout Arrival) {
    ends[0].acknowledged = ends[0].next
    ends[0].inFlight = 0
    ends[1].edge = a.acknowledgment &+ UInt32(a.window)
    ends[1].hasEdge = true
    let isScaled = ends[0].offer.windowScale != nil && ends[1].offer.windowScale != nil
    for i in 0..<2 {
      ends[i].segmentSize = ends[i].offer.agreedSize(with: ends[1 - i].offer)
      if isScaled { ends[i].shift = min(ends[i].offer.windowScale ?? 0, 14) }
    }
  }

  /// Takes a segment, and writes it down, when it is an ordinary one, there is room for it, and it was not
  /// damaged on its way; `canGrow` says whether entries that there is no room for here can be elsewhere.
  /// Answers how many segments have come with it, 0 when it was not taken.
  @inline(__always)
  mutating func take(_ a: inout Arrival, canGrow: Bool, _ verdict: () -> ChecksumVerdict?) -> Int {
    guard isOrdinary(&a), hasRoom(canGrow: canGrow), !isDamaged(&a, verdict) else { return 0 }
    take(&a)
    write(&a)
    return Int(count)
  }

  /// Whether one more entry can be written.
  @inline(__always)
  mutating func hasRoom(canGrow: Bool) -> Bool {
    count == Journal.held ? canGrow : count < Journal.held + JournalRest.held
  }

  /// Whether a segment was damaged on its way to the tap, as `TCPConnection.isDamaged` has it; `verdict` is
  /// that of its checksum, nil when nobody has its octets. When it was, nothing has been done.
  @inline(__always)
  mutating func isDamaged(_ a: inout Arrival, _ verdict: () -> ChecksumVerdict?) -> Bool {
    if a.isCut { return false }
    let me = a.side.rawValue
    let isNear = ends[me].isNear
    return ends[me].checks.findDamage(
      hasPayload: a.payload > 0, countsDamage: false, isNear: isNear, verdict)
  }

  /// Takes an ordinary segment into account.
  @inline(__always)
  private mutating func take(_ a: inout Arrival) {
    let (me, peer) = (a.side.rawValue, a.side.other.rawValue)
    let length = UInt32(truncatingIfNeeded: a.payload) &+ UInt32(a.flags & TCPFlags.fin.rawValue)
    if a.payload == 0, a.time &- start &- ends[peer].lastNew >= Journal.lateMin, isLate(&a) {
      late = Journal.late(count &+ 1, a.side)
    }
    if a.acknowledgment != ends[peer].acknowledged {
      // What is left of it is what the last frame brought.
      ends[peer].inFlight = a.acknowledgment == ends[peer].next ? 0 : ends[peer].lastSegments
      ends[peer].acknowledged = a.acknowledgment
    }
    if length > 0 {
      let segments = UInt8(
        truncatingIfNeeded: Load.segments(Int64(length), of: Int64(ends[me].segmentSize)))
      ends[me].inFlight &+= segments
      ends[me].lastSegments = segments
      ends[me].lastStart = a.sequence
      ends[me].next = a.sequence &+ length
      ends[me].lastNew = a.time &- start
      if a.flags & TCPFlags.fin.rawValue != 0 { ends[me].hasFIN = true }
    }
    let window = UInt32(a.window) &<< UInt32(ends[me].shift)
    ends[me].edge = a.acknowledgment &+ window
    ends[me].hasEdge = true
    ends[me].windowMax = max(ends[me].windowMax, window)
    ends[me].stamp = a.stamp
    if a.identification != 0, isNewest(&a) { ends[me].identification = a.identification }
    if count == 2 { findTap(&a) }
  }

  /// Whether an identification was given after the latest of its end.
  @inline(__always)
  private mutating func isNewest(_ a: inout Arrival) -> Bool {
    let most = ends[a.side.rawValue].identification
    return most == 0 || Int16(bitPattern: a.identification &- most) > 0
  }

  /// The opening is complete: which end answers at once.
  private mutating func findTap(_ a: inout Arrival) {
    var opening = Opening()
    (opening.syn, opening.synACK, opening.ack) = (0, 1, 2)
    opening.there = BriefTime(entries[1].since)
    opening.here = BriefTime(a.time &- start &- entries[1].since)
    ends[0].isNear = opening.vantage(of: .originator) == .near
    ends[1].isNear = opening.vantage(of: .responder) == .near
  }
}
