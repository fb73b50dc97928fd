// How flows end: quiet for too long, closed, without room, or with the input; and reports of those that last.

internal import Wire

extension Tracker {
  /// Flows that end with one packet, at most, because of the time: the others wait for the next.
  private static let endsMax = 64
  /// Nanoseconds between two looks at who has been quiet for too long. Whoever is asked for is looked at.
  static let lookSpan: Int64 = 1 << 27
  /// Time that goes back by more has begun anew: files that were joined in the wrong order.
  private static let backMax: Int64 = 3_600_000_000_000

  /// Time goes on: flows end that have been quiet for too long. Packets do it; when there are none, a live
  /// capture does it by its clock. Time that goes backwards ends nothing.
  @inline(__always)
  public mutating func advance(to time: Int64) {
    if time > now {
      now = time
    } else if time < now, interval(time, now) > Tracker.backMax {
      now = time
      lookedAt = time
    }
    // It is never after `now`, and far before it at first: the difference counts up to 2⁶⁴.
    let since = UInt64(bitPattern: now &- lookedAt)
    if since >= UInt64(Tracker.lookSpan) || hasMoreToEnd || lookedAt == .min { lookNow() }
  }

  @inline(never)
  private mutating func lookNow() {
    lookedAt = now
    endQuiet()
  }

  /// Whether time can go on, or stay, without a look at who has been quiet for too long.
  @inline(__always)
  func isPlainTime(_ time: Int64) -> Bool {
    time >= now && !hasMoreToEnd && lookedAt != .min
      && UInt64(bitPattern: time &- lookedAt) < UInt64(Tracker.lookSpan)
  }

  /// Ends flows that have been quiet for too long, class by class, the quietest of each first.
  private mutating func endQuiet() {
    var left = Tracker.endsMax
    for flowClass in FlowClass.allCases {
      let patience = flowClass.patience(limits)
      while let index = lists.oldest(flowClass), interval(table.slots[index].end, now) >= patience {
        if left == 0 {
          hasMoreToEnd = true
          return
        }
        left -= 1
        endQuiet(index)
      }
    }
    hasMoreToEnd = false
  }

  private mutating func endQuiet(_ index: Int) {
    askBehind(index)
    let isClosed = table.slots[index].flowClass == .closed || table.slots[index].flowClass == .refused
    end(index, isClosed ? .end : .idle)
  }

  /// The flow that was found, unless it has been quiet for too long: then the packet begins another.
  @inline(__always)
  mutating func current(_ found: Int?, _ time: Int64) -> Int? {
    guard let index = found else { return nil }
    if interval(table.slots[index].end, time) < table.slots[index].flowClass.patience(limits) { return index }
    endQuiet(index)
    return nil
  }

  /// There are too many closed flows: those end that have been quiet for longest, of many some at a time.
  @inline(never)
  mutating func endClosed() {
    let left = limits.closedMax - min(15, limits.closedMax / 64)
    while lists.closed > left, let index = lists.oldestClosed(&table), index != atHand {
      counts.closedSooner += 1
      askBehind(index)
      end(index, .end)
    }
  }

  /// Flows end one behind the other in the list of their class. Asks for the memory of the three behind one
  /// that ends now: of each what can be found without a wait, because it was asked for before.
  private mutating func askBehind(_ index: Int) {
    let next = table.slots[index].next
    guard next >= 0 else { return }
    if table.slots[next].isBrief { journals.prefetchRest(table.slots[next].state) }
    table.prefetch(table.hash(table.slots[next].key))
    let third = table.slots[next].next
    guard third >= 0 else { return }
    if table.slots[third].isBrief { journals.prefetch(table.slots[third].state) }
    table.slots.prefetch(table.slots[third].next)
  }

  /// Makes room.
  mutating func evict() {
    guard let victim = lists.victim(table) else { return }
    switch table.slots[victim].flowClass {
    case .halfOpen, .oneSided, .refused, .udpOneWay, .icmpOneWay, .otherOneWay: counts.evictedUnproven += 1
    case .closed: counts.evictedClosed += 1
    case .established, .udp, .icmp, .other: counts.evictedOpen += 1
    }
    end(victim, .resources)
  }

  /// Keeps a flow as it is now for `drain`.
  private mutating func keep(_ index: Int, _ reason: FlowEnd) {
    guard limits.tellsEnds else { return }
    // Nobody else holds the list now: a flow of it is filled while the tracker is read.
    var flows = EndedFlows()
    swap(&flows, &ended)
    put(index, reason, into: &flows)
    swap(&flows, &ended)
  }

  /// Adds a flow as it is now to a list. `mutating`, though it changes nothing else: what only reads is
  /// handed a copy of the tracker.
  private mutating func put(_ index: Int, _ reason: FlowEnd, into flows: inout EndedFlows) {
    if !table.slots[index].isBrief { return flows.add { fill(&$0, index, reason) } }
    let time = max(now, table.slots[index].end)
    flows.add(table.slots[index], connections.brief, reason, time, span: limits.plainSpan)
  }

  /// Takes a flow out and keeps it for `drain`.
  mutating func end(_ index: Int, _ reason: FlowEnd) {
    keep(index, reason)
    endedCount = ended.count
    counts.ends[Int(reason.rawValue)] += 1
    lists.remove(index, &table)
    _ = notices.take(table.slots[index].serial)
    if table.slots[index].isBrief {
      journals.giveBack(table.slots[index].state)
    } else if table.slots[index].hasConnection {
      if !table.slots[index].isCold {
        let place = table.slots[index].state
        let detail = Int(connections.warm[place].detail)
        if detail >= 0 {
          details.details[detail].settleAll(into: &settled)
          details.release(place, &connections.warm)
        }
      }
      connections.remove(index, table)
    } else if isOutlined(index) {
      outlines.giveBack(table.slots[index].state)
    } else {
      datagrams.giveBack(table.slots[index].state)
    }
    if table.slots[index].rare >= 0 { rarities.giveBack(table.slots[index].rare) }
    table.remove(index)
  }

  /// Makes `flow` what a flow that is no journal is now.
  private mutating func fill(_ flow: inout EndedFlow, _ index: Int, _ reason: FlowEnd) {
    flow.hasConnection = table.slots[index].hasConnection
    if flow.hasConnection {
      connections.copy(index, &table, to: &flow.report.connection)
      table.slots[index].fill(
        &flow.record, flow.report.connection.start, flow.report.connection.firstFrame)
      // A copy, and only of what there is.
      let detail = flow.report.connection.detail
      let known = details.isBlank(detail) ? [] : [details.details[Int(detail)]]
      flow.report.fill(known, at: max(now, flow.record.end))
    } else if isOutlined(index) {
      let beginning = beginning(of: index)
      table.slots[index].fill(&flow.record, beginning.time, beginning.frame)
    } else {
      let datagrams = datagrams[table.slots[index].state]
      table.slots[index].fill(&flow.record, datagrams.start, datagrams.firstFrame)
      flow.record.datagramOctets = datagrams.octets
      flow.record.replyGaps = datagrams.gaps
    }
    if table.slots[index].rare >= 0 {
      let rare = rarities[table.slots[index].rare]
      flow.record.carriers = rare.carriers
      flow.record.icmpErrors = rare.icmpErrors
    }
    flow.tellState()
    flow.reason = reason
    flow.time = max(now, flow.record.end)
    flow.notices = notices[flow.record.serial]
  }

  /// Reports a flow at hand that goes on, when another span of the active timeout has passed since it began;
  /// what comes now is not yet in the report.
  @inline(__always)
  mutating func reportActive(_ index: Int, _ time: Int64) {
    if isDue(index, time) { reportActive(index, age: interval(beginning(of: index).time, time)) }
  }

  /// Whether a flow, which is not packed, has gone on for so long that it is reported while it does.
  @inline(__always)
  func isDue(_ index: Int, _ time: Int64) -> Bool {
    limits.active > 0 && interval(beginning(of: index).time, time) >= limits.active
  }

  /// The same of a flow that began then.
  @inline(__always)
  mutating func isDue(since start: Int64, _ time: Int64) -> Bool {
    limits.active > 0 && interval(start, time) >= limits.active
  }

  private mutating func reportActive(_ index: Int, age: Int64) {
    let spans = UInt32(clamping: age / limits.active)
    let rare = table.slots[index].rare
    if rare >= 0, rarities[rare].reports >= spans { return }
    noteRare(index) { $0.reports = spans }
    keep(index, .active)
    endedCount = ended.count
    counts.ends[Int(FlowEnd.active.rawValue)] += 1
  }

  /// Hands over the flows that ended since the last call, in the order of their ends. Each is the tracker's,
  /// which fills it with another: who keeps it copies it.
  public mutating func drain(_ body: (inout EndedFlow) -> Void) {
    while ended.count > 0 {
      ended.forEach(into: &shown, body)
      ended.removeAll()
      endLast()
    }
  }

  /// Hands over the same flows at once, without a copy: `flows` becomes the tracker's list of them, and the
  /// tracker goes on with what `flows` was. When the input has ended, `hasEnded` says whether there are more.
  public mutating func exchangeEnded(_ flows: inout EndedFlows) {
    flows.removeAll()
    swap(&flows, &ended)
    endLast()
  }

  /// Some were taken: ends some of the flows that are left because the input has ended.
  private mutating func endLast() {
    endedCount = ended.count
    while finished < finishing.count, ended.count < Tracker.endsMax {
      let index = Int(finishing[finished])
      finished += 1
      let flowClass = table.slots[index].flowClass
      end(index, flowClass == .closed || flowClass == .refused ? .end : .forced)
    }
  }

  /// Shows every flow that is open, as it is now, in the order of their first packets. Nothing is changed.
  public mutating func forEachOpen(_ body: (inout EndedFlow) -> Void) {
    var flow = EndedFlow()
    var flows = EndedFlows()
    for index in openInOrder() {
      put(Int(index), .active, into: &flows)
      flows.forEach(into: &flow, body)
      flows.removeAll()
    }
  }

  /// The input has ended, and every flow with it: `drain` hands over those that are open in the order of
  /// their first packets.
  public mutating func finish() {
    settled.removeAll()
    (finishing, finished) = (openInOrder(), 0)
    endLast()
  }

  private func openInOrder() -> [Int32] {
    var open: [(serial: UInt64, index: Int32)] = []
    for index in 0..<table.slots.count where table.slots[index].isOpen {
      open.append((table.slots[index].serial, Int32(index)))
    }
    open.sort { $0.serial < $1.serial }
    return open.map(\.index)
  }
}
