// The straight path of those who read streams and judge no segments: nearly every segment is one of a plain
// frame, of a connection that is open, and most of these are octets of a body that nobody looks at. Such a
// segment needs no packet, only a few octets of its headers; and of those that follow each other in a run
// (`SegmentRun`) even the flow need not be looked up.
//
// Both ways, this one and that of packets (`Tracker.receive`, then `Streams.receive`), say the same
// (`FollowingTests`).

public import Wire

extension Streams {
  /// Takes a frame for a tracker that judges no segments and for the streams. Nil when there is more to it:
  /// then nothing has been done with it, and everything before it is counted. Else whether exchanges or
  /// summaries wait to be drained.
  public mutating func follow(_ octets: Bytes, _ frame: Frame, _ tracker: inout Tracker) -> Bool? {
    guard let shape = PlainShape(octets, frame), shape.isTCP else {
      settle(&tracker)
      return nil
    }
    if run.continues(octets, shape, frame) { return false }
    settle(&tracker)
    return begin(octets, shape, frame, &tracker)
  }

  /// Counts what has been passed by: before anything else is asked of the streams or of the tracker.
  @inline(__always)
  public mutating func settle(_ tracker: inout Tracker) {
    if run.count > 0 { count(&tracker) }
    run.isOpen = false
  }

  /// Takes a plain frame that goes on with no run; another may begin with it.
  @inline(never)
  private mutating func begin(
    _ octets: Bytes, _ shape: PlainShape, _ frame: Frame, _ tracker: inout Tracker
  ) -> Bool? {
    guard let segment = PlainSegment(octets, shape), let place = tracker.place(of: segment, frame) else {
      return nil
    }
    if let slot = slots.find(place.serial), passes(segment, slot, place.side, octets, frame) {
      hear(frame)
      tracker.take(segment, place, frame, isDamaged: false)
      openRun(segment, place, octets, frame, &tracker)
      return false
    }
    return followClosely(octets, segment, place, frame, &tracker)
  }

  /// Takes a frame that the tracker has just taken right from its octets (`Tracker.takeStraight`), as
  /// `receive` takes the packet of any other: what a journal takes is not damaged.
  @inline(__always)
  public mutating func receiveStraight(_ octets: Bytes, _ frame: Frame, _ tracker: inout Tracker) {
    let (segment, place) = tracker.segmentTaken(octets, frame)
    hear(frame)
    let isBeginning = segment.flags.contains(.syn) || segment.shape.payload > 0
    guard let slot = slots.place(of: place.serial, isBeginning: isBeginning) else { return }
    if !passes(segment, slot, place.side, octets, frame) { receive(octets, segment, slot, place, frame) }
  }

  /// Takes a segment whose octets are read, or that changes more than how far its direction is. Who gets a
  /// damaged one drops it (RFC 9293 section 3.1). Only what is looked at is summed up: a checksum over a full
  /// segment takes 40 ns, three times what is else done with one inside a body. A damaged one there has the
  /// length of its repeat, and all that is told of it is its length.
  private mutating func followClosely(
    _ octets: Bytes, _ segment: PlainSegment, _ place: FollowedPlace, _ frame: Frame,
    _ tracker: inout Tracker
  ) -> Bool {
    let isDamaged = tracker.isDamaged(segment, place, octets)
    if !isDamaged {
      hear(frame)
      if let slot = slots.place(of: place.serial, isBeginning: segment.shape.payload > 0) {
        receive(octets, segment, slot, place, frame)
      }
    }
    tracker.take(segment, place, frame, isDamaged: isDamaged)
    return hasFinished
  }

  /// Takes the segment of a plain frame, of a flow whose place here is `slot`.
  private mutating func receive(
    _ octets: Bytes, _ plain: PlainSegment, _ slot: Int, _ place: FollowedPlace, _ frame: Frame
  ) {
    if plain.flags.contains(.syn) {
      slots[slot].bases.learn(plain.flags, plain.sequence, plain.acknowledgment, from: place.side)
    }
    let segment = StreamSegment(plain, from: place.side, frame)
    let payload = octets.extracting(plain.payload(in: octets))
    switch slots[slot].state {
    case .silent, .searching, .undecided:
      recognize(slot, segment, payload, StreamEnds(plain, place.side), place.serial)
    case .http1, .http2: read(slot, segment, payload)
    case .unread: break
    }
  }

  /// Passes a segment by that nobody looks at: of a stream that nobody reads, without octets where only
  /// octets would tell, or inside a body. False when there is more to it, and then nothing has been done.
  @inline(__always)
  private mutating func passes(
    _ segment: PlainSegment, _ slot: Int, _ side: FlowSide, _ octets: Bytes, _ frame: Frame
  ) -> Bool {
    let length = segment.shape.payload
    guard segment.goesOn else { return false }
    switch slots[slot].state {
    case .silent, .searching, .undecided: if length > 0 { return false }
    case .unread: break
    case .http2: return false
    case .http1:
      let work = Int(slots[slot].place)
      guard bodyMax == 0, !context.isShort, segment.payload(in: octets).count == length,
        works[work].passes(StreamSegment(segment, from: side, frame))
      else { return false }
      works[work].heard = frame.number
    }
    return true
  }

  /// Opens a run behind a segment that was passed by, when it was one of the inside of a body.
  private mutating func openRun(
    _ segment: PlainSegment, _ place: FollowedPlace, _ octets: Bytes, _ frame: Frame,
    _ tracker: inout Tracker
  ) {
    guard segment.shape.payload > 0, let slot = slots.find(place.serial), slots[slot].state == .http1,
      let until = tracker.timeOfNextLook(place)
    else { return }
    let work = Int(slots[slot].place)
    let rest = works[work].directions[place.side.rawValue].left
    run.begin(segment, octets, frame, place: place, work: work, left: rest, until: until)
  }

  /// Counts the segments of a run: the last of them has all numbers that matter.
  @inline(never)
  private mutating func count(_ tracker: inout Tracker) {
    let side = run.place.side.rawValue
    now = max(now, run.time)
    frame = run.frame
    works[run.work].heard = run.frame
    works[run.work].directions[side].advance(inside: run.octets, last: run.lastLength, run.frame, run.time)
    tracker.take(run)
    run.count = 0
  }
}

extension Tracker {
  /// The flow of a segment; nil when there is none, when it has been quiet for too long, or when the time is
  /// one at which others may have been: nothing has been done.
  @inline(__always)
  mutating func place(of segment: PlainSegment, _ frame: Frame) -> FollowedPlace? {
    guard !limits.judgesTCP, limits.active == 0, !limits.tellsVLANs, isPlainTime(frame.time) else {
      return nil
    }
    let (key, isReversed) = segment.ends.key
    guard let index = table.find(key),
      interval(table.slots[index].end, frame.time) < patience.of(table.slots[index].classNumber)
    else { return nil }
    return FollowedPlace(
      index: index, serial: table.slots[index].serial, side: table.slots[index].side(isReversed))
  }

  /// Takes a segment of the flow at `place`; of a damaged one it is only counted that it came.
  @inline(__always)
  mutating func take(_ segment: PlainSegment, _ place: FollowedPlace, _ frame: Frame, isDamaged: Bool) {
    now = frame.time
    counts.packets += 1
    let before = table.slots[place.index].end
    table.slots[place.index].count(frame, from: place.side, ip: segment.shape.total)
    let state = table.slots[place.index].state
    if !isDamaged {
      outlines[state].receive(
        segment.flags, segment.sequence, segment.acknowledgment, length: segment.shape.payload,
        from: place.side)
    }
    lists.touch(place.index, outlines[state].flowClass, before: before, &table)
    if lists.closed > limits.closedMax { endClosed() }
  }

  /// Takes the segments of a run: all are of one flow, and nothing came between them.
  fileprivate mutating func take(_ run: SegmentRun) {
    now = run.time
    counts.packets += UInt64(run.count)
    let index = run.place.index
    let before = table.slots[index].end
    table.slots[index].count(run)
    let state = table.slots[index].state
    outlines[state].receive(
      .ack, run.next &- UInt32(truncatingIfNeeded: run.lastLength), run.acknowledgment,
      length: run.lastLength, from: run.place.side)
    lists.touch(index, outlines[state].flowClass, before: before, &table)
  }

  /// Until when nobody else need be looked at while segments of one flow come; nil when that is not known.
  fileprivate func timeOfNextLook(_ place: FollowedPlace) -> Int64? {
    let (until, isTooMuch) = lookedAt.addingReportingOverflow(Tracker.lookSpan)
    let isPatient = patience.least > Tracker.lookSpan
    return isTooMuch || !isPatient || lists.closed > limits.closedMax ? nil : until
  }

  /// Whether a segment was damaged on its way.
  fileprivate mutating func isDamaged(
    _ segment: PlainSegment, _ place: FollowedPlace, _ octets: Bytes
  ) -> Bool {
    let state = table.slots[place.index].state
    guard segment.payload(in: octets).count == segment.shape.payload else { return false }
    return outlines[state].isDamaged(place.side, segment.shape.payload) {
      Checksum.segment(octets, segment.shape)
    }
  }
}
