// What is asked of the streams, and what they say of a packet's ends.

internal import Wire

/// What is asked of the streams.
public struct StreamOptions: Sendable {
  public var limits = StreamLimits()
  /// Who may read; the standard list unless told.
  public var mux = StreamMux.standard
  /// Octets of each HTTP body that are kept.
  public var bodyMax = 0

  /// The defaults.
  public init() {}
}

extension StreamEnds {
  /// The ends of a packet's flow, given which of them sent it.
  init(_ packet: inout Packet, _ side: FlowSide) {
    self =
      side == .originator
      ? StreamEnds(
        originator: packet.source, originatorPort: packet.sourcePort, responder: packet.destination,
        responderPort: packet.destinationPort)
      : StreamEnds(
        originator: packet.destination, originatorPort: packet.destinationPort, responder: packet.source,
        responderPort: packet.sourcePort)
  }
}

extension StreamEnds {
  /// The same of a segment's flow.
  init(_ segment: PlainSegment, _ side: FlowSide) {
    let ends = segment.ends
    self =
      side == .originator
      ? StreamEnds(
        originator: ends.source, originatorPort: ends.sourcePort, responder: ends.destination,
        responderPort: ends.destinationPort)
      : StreamEnds(
        originator: ends.destination, originatorPort: ends.destinationPort, responder: ends.source,
        responderPort: ends.sourcePort)
  }
}

/// Reads nothing: for streams that wait for a reader.
struct Nobody: StreamConsumer, Sendable {
  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer { .complete(Int64(octets.count)) }
  mutating func pass(_ octets: Bytes, _ side: FlowSide) {}
  mutating func finish(_ last: StreamPlace, missing: Int64) {}
  mutating func lose(_ gap: StreamGap) {}
  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64) {}
}
