// What is kept of one flow.

public import Wire

/// Why a flow ended, as IPFIX numbers it (flowEndReason, element 136).
public enum FlowEnd: UInt8, Sendable {
  /// Nothing came for too long.
  case idle = 1
  /// Reported while it goes on, because it lasts.
  case active = 2
  /// Its own end was seen.
  case end = 3
  /// The input ended.
  case forced = 4
  /// Room was needed.
  case resources = 5

  /// The word that records print.
  public var name: StaticString {
    switch self {
    case .idle: "idle"
    case .active: "active"
    case .end: "end"
    case .forced: "forced"
    case .resources: "resources"
    }
  }
}

/// Which end of a flow: the one that opened it, or the one that answered.
public enum FlowSide: Int, Sendable, CaseIterable, BitwiseCopyable {
  case originator = 0
  case responder = 1

  /// The other one.
  public var other: FlowSide { self == .originator ? .responder : .originator }
}

/// Packets and octets of one direction: every captured packet of the flow.
public struct FlowCounters: Sendable, Equatable {
  public var packets: UInt64 = 0
  /// Octets of IP packets, headers included, as their headers say.
  public var ipOctets: UInt64 = 0
  /// Octets of frames on the wire.
  public var frameOctets: UInt64 = 0
}

/// One flow as the views see it.
public struct FlowRecord: Sendable {
  public internal(set) var key = FlowKey.none
  /// Counts flows from 1 in the order of their first packets: the same input gives the same number.
  public internal(set) var serial: UInt64 = 0
  /// The key's second endpoint is the originator.
  public internal(set) var isReversed = false
  /// The capture does not show who opened the flow.
  public internal(set) var isDirectionGuessed = false
  /// The originator is not who sent the first packet.
  public internal(set) var isFlipped = false
  /// Its datagrams carry other flows' packets.
  public internal(set) var isCarrier = false
  /// The flows whose datagrams carried the last packets of this one's originator and of its responder; 0 for
  /// none.
  public internal(set) var carriers: InlineArray<2, UInt64> = [0, 0]
  /// ICMP errors that quote a packet of this flow.
  public internal(set) var icmpErrors: UInt32 = 0
  /// What it carries, as far as its octets tell, and how many of its packets were looked at.
  public internal(set) var service = Service.unknown
  /// Nanoseconds since the Unix epoch; `end` is the latest time seen, whatever the order of the packets.
  public internal(set) var start: Int64 = 0
  public internal(set) var end: Int64 = 0
  public internal(set) var firstFrame: UInt64 = 0
  public internal(set) var lastFrame: UInt64 = 0
  /// Of the originator's and of the responder's packets.
  public internal(set) var counters = InlineArray<2, FlowCounters>(repeating: FlowCounters())
  /// Payload octets that UDP and other datagrams carried, by side.
  public internal(set) var datagramOctets = InlineArray<2, UInt64>(repeating: 0)
  /// How long its datagrams waited for replies.
  public internal(set) var replyGaps = ReplyGaps()

  /// No flow.
  init() {}

  /// The originator's address and port.
  public var originator: (address: IPAddress, port: UInt16) {
    isReversed ? (key.second, key.secondPort) : (key.first, key.firstPort)
  }

  /// The responder's address and port.
  public var responder: (address: IPAddress, port: UInt16) {
    isReversed ? (key.first, key.firstPort) : (key.second, key.secondPort)
  }
}
