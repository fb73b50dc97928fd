// Steady connections in the tracker.

internal import Wire

extension Tracker {
  /// Makes a steady connection of a flow's journal that is full. False when it is none, or not full.
  @inline(never)
  mutating func makeSteady(_ index: Int) -> Bool {
    let place = table.slots[index].state
    if journals.hasRoom(place) || journals[place].isWaitedFor() || journals[place].isReset { return false }
    var whole = journals.whole(place)
    let serial = table.slots[index].serial
    // What is remembered of each is the same as if the journal were replayed.
    let steady = Steady(&whole) { arrival, segment, number in
      let marks = copies.marks(of: segment, flow: serial, number: number)
      copies.remember(marks, frame: arrival.frame, on: arrival.way)
    }
    guard let steady else { return false }
    connections.steady(index, steady, &table)
    return true
  }

  /// Takes the packet of a flow whose connection is steady. False when it is more than that allows, and then
  /// nothing has been done.
  @inline(__always)
  mutating func takeSteady(
    _ index: Int, isReversed: Bool, _ packet: inout Packet, _ frame: Frame, _ octets: Bytes,
    _ verdict: inout Verdict
  ) -> Bool {
    let place = table.slots[index].state
    var arrival = Arrival(&packet, frame, table.slots[index].side(isReversed))
    guard canTakeSteady(&arrival, place, { packet.checkSegment(in: octets) }) else { return false }
    let slot = takeSteady(&arrival, index, place, isReversed: isReversed, frame, ip: packet.ipLength)
    verdict.side = slot.side
    verdict.flow = slot.serial
    return true
  }

  /// Whether a segment is one that a steady connection takes, and was not damaged. What its checksum says is
  /// taken into account.
  @inline(__always)
  mutating func canTakeSteady(
    _ arrival: inout Arrival, _ place: Int, _ checksum: () -> ChecksumVerdict?
  ) -> Bool {
    guard !isDue(since: journals.places[steady: place].start, arrival.time),
      journals.places[steady: place].isOrdinary(&arrival)
    else { return false }
    if arrival.isCut { return true }
    let me = arrival.side.rawValue
    let isNear = journals.places[steady: place].ends[me].has(SteadyEnd.near)
    return !journals.places[steady: place].ends[me].checks.findDamage(
      hasPayload: arrival.payload > 0, countsDamage: false, isNear: isNear, checksum)
  }

  /// Takes an ordinary segment, and counts it.
  @inline(__always)
  mutating func takeSteady(
    _ arrival: inout Arrival, _ index: Int, _ place: Int, isReversed: Bool, _ frame: Frame, ip: Int
  ) -> FlowSlot.Ordinary {
    let segment = journals.places[steady: place].segment(&arrival)
    journals.places[steady: place].take(&arrival)
    let slot = table.slots[index].takeOrdinary(frame, isReversed: isReversed, ip: ip)
    let number = journals.places[steady: place].ends[arrival.side.rawValue].segments
    let marks = copies.marks(of: segment, flow: slot.serial, number: number)
    copies.remember(marks, frame: frame.number, on: arrival.way)
    lists.touch(index, .established, before: slot.before, &table)
    atHand = index
    if lists.closed > limits.closedMax { endClosed() }
    return slot
  }
}
