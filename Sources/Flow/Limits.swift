// What bounds the tracker: how many flows, for how long, and how much each may hold.

/// Declared limits. When one is reached, something is given up and a counter says so (`FlowTally`). Times are
/// in nanoseconds.
public struct Limits: Sendable {
  /// The most flows that are open at a time; beyond, one ends with `resources`.
  public var flowsMax = 1_000_000
  /// Flows that room is made for from the start; memory is taken as they come.
  public var flowsExpected = 1024
  /// How long a flow may be quiet before it ends with `idle`: TCP with its handshake or met in its middle,
  /// TCP that was asked for and not opened, UDP, ICMP, every other protocol.
  public var idleTCP: Int64 = 3_600_000_000_000
  public var idleHalfOpen: Int64 = 120_000_000_000
  public var idleUDP: Int64 = 60_000_000_000
  public var idleICMP: Int64 = 60_000_000_000
  public var idleOther: Int64 = 60_000_000_000
  /// How long a closed connection stays, for its last copies and late packets: 2MSL.
  public var linger: Int64 = 60_000_000_000
  /// Closed connections that stay at a time; of more, those that have been quiet for longest end sooner, up
  /// to sixteen together. A server that closes ten thousand connections a second has no late packet of a
  /// minute ago.
  public var closedMax = 12_288
  /// How often a flow that lasts is reported while it does (IPFIX's active timeout); 0 for never.
  public var active: Int64 = 1_800_000_000_000
  /// Each end keeps its octets in flight over time.
  public var keepsSeries = false
  /// Flows that end are handed over; without it nothing is made of them, nor is it looked at what they carry,
  /// and of a connection is kept what verdicts need.
  public var tellsEnds = true
  /// Of single packets nobody asks more than what stands out (`Verdict.analysis`): then a short connection is
  /// a journal, of which a report is made at its end (`Journal`).
  public var keepsJournals = false
  /// The least time, in nanoseconds, for which a rule asks of a connection that it was quiet or that an
  /// end of it waited (`FindingLimits.idle`, `closeWait`): the report of a shorter one can be made at
  /// once. 0 when nobody knows.
  public var plainSpan: Int64 = 0
  /// No segment is taken for an ordinary one.
  var takesWholeWay = false
  /// Packets that are remembered, for what is a copy or a repeat of them.
  var copiesMax = Copies.entriesMax
  /// Connections that are kept as they are; of more, those that were not seen lately are packed.
  public var warmMax = 16_384
  /// Connections that hold, at a time, more than every connection needs: those with trouble, or with much in
  /// flight.
  public var detailsMax = 131_072
  /// Octets that the lists of all of them may hold together.
  public var detailOctetsMax = 256 << 20
  /// Flows of different VLANs are different flows.
  public var tellsVLANs = false
  /// The first flow's number, and how far numbers are apart: a service that is started again, or has several
  /// trackers, gives no number twice.
  public var firstFlow: UInt64 = 1
  public var flowStride: UInt64 = 1
  /// Segments are judged: what was repeated, which state each end is in, how long round trips are. Without it
  /// a flow of TCP has no connection, and a packet costs a fifth.
  public var judgesTCP = true

  /// The defaults.
  public init() {}

  /// The most octets that a tracker with these limits holds, but for what waits to be drained.
  public var octetsMax: Int {
    let flows = min(flowsMax, FlowTable.flowsMax) + 1024
    let flow =
      MemoryLayout<FlowSlot>.stride + MemoryLayout<DatagramState>.stride + MemoryLayout<FlowRarities>.stride
      + FlowTable.octetsPerFlow + 3 * 8
    return flows * flow
      + ConnectionStore.octetsMax(flows, warmMax: warmMax, detailsMax: detailsMax)
      + detailsMax * DetailPool.octetsPerDetail + detailOctetsMax + Copies.octetsMax
      + Contents.octetsMax
  }
}

/// What the tracker has seen, and what it gave up. Packets are those of flows and those of none; flows are
/// those that ended, by reason, and those that are open.
public struct FlowTally: Sendable, Equatable {
  /// Every packet.
  public internal(set) var packets: UInt64 = 0
  /// Packets of no flow: without an IP layer; with too little of a transport header; later fragments whose
  /// first was not captured.
  public internal(set) var withoutIP: UInt64 = 0
  public internal(set) var withoutPorts: UInt64 = 0
  public internal(set) var strayFragments: UInt64 = 0
  /// Flows that were begun.
  public internal(set) var flows: UInt64 = 0
  /// Flows that ended, by `FlowEnd`'s number; at 2, reports of flows that went on.
  public internal(set) var ends = InlineArray<6, UInt64>(repeating: 0)
  /// Of those that ended for want of room: half open or never answered, closed, all others.
  public internal(set) var evictedUnproven: UInt64 = 0
  public internal(set) var evictedClosed: UInt64 = 0
  public internal(set) var evictedOpen: UInt64 = 0
  /// Of those whose own end was seen: not waited for longer, because there were so many closed ones.
  public internal(set) var closedSooner: UInt64 = 0
  /// Connections whose trouble could not be kept, was given up for another's, or was cut short.
  public internal(set) var detailsRefused: UInt64 = 0
  public internal(set) var detailsGivenUp: UInt64 = 0
  public internal(set) var detailsShed: UInt64 = 0

  /// Packets of no flow.
  public var withoutFlow: UInt64 { withoutIP + withoutPorts + strayFragments }
  /// Packets of flows.
  public var inFlows: UInt64 { packets - withoutFlow }
  /// Flows that ended for want of room.
  public var evicted: UInt64 { ends[Int(FlowEnd.resources.rawValue)] }

  /// What two trackers saw and gave up, together.
  public static func + (a: FlowTally, b: FlowTally) -> FlowTally {
    var sum = a
    for i in 0..<6 { sum.ends[i] += b.ends[i] }
    sum.packets += b.packets
    sum.withoutIP += b.withoutIP
    sum.withoutPorts += b.withoutPorts
    sum.strayFragments += b.strayFragments
    sum.flows += b.flows
    sum.evictedUnproven += b.evictedUnproven
    sum.evictedClosed += b.evictedClosed
    sum.evictedOpen += b.evictedOpen
    sum.closedSooner += b.closedSooner
    sum.detailsRefused += b.detailsRefused
    sum.detailsGivenUp += b.detailsGivenUp
    sum.detailsShed += b.detailsShed
    return sum
  }

  /// Whether two have counted the same.
  public static func == (a: FlowTally, b: FlowTally) -> Bool {
    for i in 0..<6 where a.ends[i] != b.ends[i] { return false }
    return a.packets == b.packets && a.withoutFlow == b.withoutFlow && a.flows == b.flows
      && a.evicted == b.evicted && a.detailsRefused == b.detailsRefused
      && a.detailsGivenUp == b.detailsGivenUp && a.detailsShed == b.detailsShed
  }
}
