// How flows begin: with a first packet, and sometimes in the place of another flow.

internal import Wire

extension Tracker {
  /// Ends a flow whose ports a SYN takes for a new connection, or took by what a SYN-ACK says, and says how
  /// the two stand to each other.
  mutating func replace(
    _ index: Int, _ packet: inout Packet, _ name: PacketName, _ frame: Frame
  ) -> Reuse? {
    let side = table.slots[index].side(name.isReversed)
    let isAnswer = packet.tcp.flags.contains(.ack)
    if isOutlined(index) {
      let state = table.slots[index].state
      let isReplaced =
        isAnswer
        ? outlines[state].isReplaced(bySYNACK: packet.tcp.acknowledgment, from: side)
        : outlines[state].isReplaced(bySYN: packet.tcp.sequence, from: side)
      guard isReplaced else { return nil }
      end(index, .end)
      return Reuse(isNewer: true)
    }
    guard table.slots[index].hasConnection else { return nil }
    let connection = connections.place(of: index, &table)
    if isAnswer { return replace(index, connection, bySYNACK: packet.tcp.acknowledgment, from: side) }
    guard connections.warm[connection].isReplaced(bySYN: packet.tcp.sequence, from: side) else { return nil }
    // Only a record says more of it.
    var reuse = Reuse(isNewer: true)
    if limits.tellsEnds {
      let place = details.place(of: connections.warm[connection].detail)
      reuse = connections.warm[connection].reuse(
        by: &packet, from: side, at: frame.time, &details.details[place])
    }
    end(index, .end)
    return reuse
  }

  /// The same by a SYN-ACK. The SYN before it, which seemed to be a stranger's, stays with the old flow.
  private mutating func replace(
    _ index: Int, _ connection: Int, bySYNACK acknowledgment: UInt32, from side: FlowSide
  ) -> Reuse? {
    guard connections.warm[connection].isReplaced(bySYNACK: acknowledgment, from: side) else { return nil }
    let place = details.place(of: connections.warm[connection].detail)
    details.details[place].evidence.forget(.synInConnection, side.other)
    details.settle(place, connection, &connections.warm)
    end(index, .end)
    return Reuse(isNewer: true)
  }

  /// Makes a flow of its first packet; `flags` are those of a TCP segment. A connection that is opened
  /// `briefly` is a journal; `hash` is the key's, when it is known.
  mutating func open(
    _ name: PacketName, _ flags: TCPFlags?, _ frame: Frame, briefly: Bool = false, hash: UInt64? = nil
  ) -> Int {
    if table.count >= limits.flowsMax { evict() }
    counts.flows += 1
    let isGuess = flags.map { !$0.contains(.syn) || $0.contains(.ack) } ?? false
    let isFlipped = name.looksLikeAnswer(flags)
    let number = limits.firstFlow &+ (counts.flows &- 1) &* limits.flowStride
    var slot = FlowSlot(name.key, serial: number, frame)
    slot.isReversed = isFlipped != name.isReversed
    slot.isDirectionGuessed = isGuess || isFlipped
    slot.isFlipped = isFlipped
    slot.hasConnection = flags != nil && limits.judgesTCP
    let index = table.insert(slot, hash ?? table.hash(name.key))
    if briefly {
      table.slots[index].isBrief = true
      table.slots[index].state = journals.begin(frame)
    } else if isOutlined(index) {
      table.slots[index].state = outlines.take(Outline(frame))
    } else if flags != nil {
      let connection = TCPConnection(
        start: frame.time, firstFrame: frame.number, keepsSeries: limits.keepsSeries,
        takesWholeWay: limits.takesWholeWay, isFlipped: isFlipped, isOnlyJudged: !limits.tellsEnds)
      table.slots[index].state = connections.insert(connection, flow: index, &table)
    } else {
      table.slots[index].state = datagrams.take(
        DatagramState(start: frame.time, firstFrame: frame.number))
    }
    lists.insert(index, flags == nil ? .of(name.key.ipProtocol, isAnswered: false) : .halfOpen, &table)
    return index
  }

  /// Notes what few flows have.
  mutating func noteRare(_ index: Int, _ change: (inout FlowRarities) -> Void) {
    if table.slots[index].rare < 0 { table.slots[index].rare = rarities.take(FlowRarities()) }
    change(&rarities[table.slots[index].rare])
  }
}
