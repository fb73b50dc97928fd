// Who holds how many connections in which state of TCP: every end of every open connection, grouped by host,
// the server's port, role and state.

public import Flow
internal import Wire

/// Gathers the ends of connections and prints them, the oldest first. Filled and printed once.
public struct StatesTable: ~Copyable {
  /// What is shown.
  public struct Choice: Sendable {
    /// Only ends in these states; all when it is empty.
    public var states: Set<EndpointState> = []
    /// Each connection instead of the groups.
    public var listsConnections = false
    public var json = false
    /// Nanoseconds: half of what TIME_WAIT lasts.
    public var maximumSegmentLifetime: Int64 = 30_000_000_000

    /// Groups of all states, as text.
    public init() {}
  }

  /// Ends that have host, port, role and state in common.
  private struct Group: Hashable {
    var host: IPAddress
    var isIPv6: Bool
    /// The responder's port: the service that both ends talk about.
    var port: UInt16
    var side: FlowSide
    var state: EndpointState
  }

  private struct Holding {
    var count: UInt64 = 0
    /// When the first of them came into the state.
    var oldest = Int64.max
    var flow: UInt64 = 0
  }

  /// A connection and how long its ends have been where they are.
  private struct Held {
    var record: FlowRecord
    var states: InlineArray<2, EndpointState>
    var since: InlineArray<2, Int64>
    var oldest: Int64
  }

  /// The text so far.
  public var out = OctetBuffer()
  private let choice: Choice
  private let now: Int64
  private var groups: [Group: Holding] = [:]
  private var connections: [Held] = []
  private var clock = UTCTime()

  /// An empty table of the states at `now`, nanoseconds since the Unix epoch.
  public init(_ choice: Choice, now: Int64) {
    self.choice = choice
    self.now = now
  }

  /// Takes a connection into account. Ends that are closed, and those whose TIME_WAIT is over, hold nothing.
  public mutating func add(_ flow: EndedFlow) {
    guard let connection = flow.connection else { return }
    var held = Held(
      record: flow.record, states: [.closed, .closed], since: [flow.record.end, flow.record.end],
      oldest: .max)
    for side in FlowSide.allCases {
      let end = connection[side]
      let since = end.path.last { $0.state == end.state }?.time ?? flow.record.start
      held.states[side.rawValue] = end.state
      held.since[side.rawValue] = since
      if end.state == .timeWait, since &+ 2 &* choice.maximumSegmentLifetime <= now {
        held.states[side.rawValue] = .closed
      }
      let state = held.states[side.rawValue]
      // An end of which nothing was seen holds nothing that anybody could know of.
      guard state != .closed, state != .listen, choice.states.isEmpty || choice.states.contains(state) else {
        continue
      }
      held.oldest = min(held.oldest, since)
      if choice.listsConnections { continue }
      let own = side == .originator ? flow.record.originator : flow.record.responder
      let group = Group(
        host: own.address, isIPv6: flow.record.key.isIPv6, port: flow.record.responder.port, side: side,
        state: state)
      groups[group, default: Holding()].count += 1
      if since < groups[group, default: Holding()].oldest {
        groups[group]?.oldest = since
        groups[group]?.flow = flow.record.serial
      }
    }
    if choice.listsConnections, held.oldest != .max { connections.append(held) }
  }

  /// Prints what was gathered.
  public mutating func finish() {
    if choice.listsConnections { return finishConnections() }
    let sorted = groups.sorted { a, b in
      if a.value.oldest != b.value.oldest { return a.value.oldest < b.value.oldest }
      if a.value.flow != b.value.flow { return a.value.flow < b.value.flow }
      return a.key.side.rawValue < b.key.side.rawValue
    }
    if !choice.json, !sorted.isEmpty {
      heading("COUNT  STATE         ROLE    HOST AND SERVICE                OLDEST      TIME_WAIT ENDS")
    }
    for (group, holding) in sorted {
      if choice.json { record(group, holding) } else { line(group, holding) }
    }
  }

  private mutating func heading(_ columns: StaticString) {
    out.write("at ")
    clock.write(now, to: &out)
    out.write("\n")
    out.write(columns)
    out.write("\n")
  }

  private func age(_ since: Int64) -> Int64 { max(0, now &- since) }

  /// When a TIME_WAIT that began at `since` is over.
  private func deadline(_ since: Int64) -> Int64 { since &+ 2 &* choice.maximumSegmentLifetime }

  private mutating func line(_ group: Group, _ holding: Holding) {
    out.write(decimal: holding.count, padding: 5)
    out.write("  ")
    var start = out.count
    out.write(group.state.name)
    pad(&start, 14)
    out.write(group.side == .originator ? "client" : "server")
    pad(&start, 8)
    out.write(endpoint: group.host, group.port, isIPv6: group.isIPv6, group.side)
    pad(&start, 32)
    out.write(duration: age(holding.oldest))
    pad(&start, 12)
    if group.state == .timeWait {
      out.write("in ")
      out.write(duration: deadline(holding.oldest) &- now)
    }
    trim()
  }

  private mutating func record(_ group: Group, _ holding: Holding) {
    out.write("{\"host\":\"")
    out.write(group.host, version: group.isIPv6 ? 6 : 4)
    out.write("\",\"port\":")
    out.write(decimal: group.port)
    out.write(group.side == .originator ? ",\"role\":\"client\"" : ",\"role\":\"server\"")
    out.write(",\"state\":\"")
    out.write(group.state.name)
    out.write("\",\"count\":")
    out.write(decimal: holding.count)
    out.write(",\"oldest_ns\":")
    out.write(signed: Int(age(holding.oldest)))
    out.write(",\"oldest_since\":")
    out.write(signed: Int(holding.oldest))
    out.write(",\"oldest_flow\":\"F")
    out.write(decimal: holding.flow)
    out.write(octet: 34)
    if group.state == .timeWait {
      out.write(",\"time_wait_until\":")
      out.write(signed: Int(deadline(holding.oldest)))
    }
    writeNow()
  }

  private mutating func writeNow() {
    out.write(",\"ts\":")
    out.write(signed: Int(now))
    out.write(",\"time\":\"")
    clock.write(now, to: &out)
    out.write("\"}\n")
  }

  private mutating func finishConnections() {
    connections.sort { ($0.oldest, $0.record.serial) < ($1.oldest, $1.record.serial) }
    if !choice.json, !connections.isEmpty {
      heading(
        "AGE         CLIENT                          STATE         SERVER                          STATE")
    }
    for held in connections {
      if choice.json { record(held) } else { line(held) }
    }
  }

  private mutating func line(_ held: Held) {
    var start = out.count
    out.write(duration: age(held.oldest))
    pad(&start, 12)
    let ends = [held.record.originator, held.record.responder]
    for (i, end) in ends.enumerated() {
      out.write(endpoint: end.address, end.port, isIPv6: held.record.key.isIPv6, .responder)
      pad(&start, 32)
      out.write(held.states[i].name)
      pad(&start, 14)
    }
    trim()
  }

  private mutating func record(_ held: Held) {
    out.write("{\"uid\":\"F")
    out.write(decimal: held.record.serial)
    let version: UInt8 = held.record.key.isIPv6 ? 6 : 4
    for side in FlowSide.allCases {
      let isOriginator = side == .originator
      let end = isOriginator ? held.record.originator : held.record.responder
      out.write(isOriginator ? "\",\"orig_h\":\"" : ",\"resp_h\":\"")
      out.write(end.address, version: version)
      out.write(isOriginator ? "\",\"orig_p\":" : "\",\"resp_p\":")
      out.write(decimal: end.port)
      out.write(isOriginator ? ",\"orig_state\":\"" : ",\"resp_state\":\"")
      let state = held.states[side.rawValue]
      out.write(state.name)
      out.write(isOriginator ? "\",\"orig_since\":" : "\",\"resp_since\":")
      out.write(signed: Int(held.since[side.rawValue]))
      if state == .timeWait {
        out.write(isOriginator ? ",\"orig_time_wait_until\":" : ",\"resp_time_wait_until\":")
        out.write(signed: Int(deadline(held.since[side.rawValue])))
      }
    }
    writeNow()
  }

  /// Fills the column that begins at `start` up to `width` characters, and begins the next.
  private mutating func pad(_ start: inout Int, _ width: Int) {
    out.write(32, times: max(1, width - (out.count - start)))
    start = out.count
  }

  /// Ends a line without the spaces at its end.
  private mutating func trim() {
    var count = out.count
    while count > 0, out[count - 1] == 32 { count -= 1 }
    out.truncate(to: count)
    out.write(octet: 10)
  }
}

extension OctetBuffer {
  /// An end's address with the service's port: of a client, where it is connected to.
  fileprivate mutating func write(endpoint address: IPAddress, _ port: UInt16, isIPv6: Bool, _ side: FlowSide)
  {
    if isIPv6 { write("[") }
    write(address, version: isIPv6 ? 6 : 4)
    if isIPv6 { write("]") }
    write(side == .originator ? " to :" : ":")
    write(decimal: port)
  }
}
