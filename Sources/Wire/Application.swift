// What a packet says of the protocol above its transport layer.

/// What is above the transport layer, and where its words lie: places in the frame, no text. A message that
/// lies in several segments says what stands in this one.
public struct Application: Sendable, Equatable {
  /// `none` when nothing was recognized.
  public var kind: Layer.Kind = .none
  /// Octets from the start of the frame to the message.
  public var offset: Int32 = 0
  /// The first line (HTTP, without its line end), the server's name (TLS), the first name asked for (DNS, as
  /// encoded on the wire): octets from the start of the frame and how many were captured; a length of 0 when
  /// there is none.
  public var textOffset: Int32 = 0
  public var textLength: Int32 = 0
  /// The protocols offered or chosen (TLS: the ALPN list): likewise.
  public var listOffset: Int32 = 0
  public var listLength: Int32 = 0

  /// Nothing recognized.
  public init() {}
}

extension Packet {
  /// Notes that an application's message stands, which begins where the walk is, behind `prefix` octets.
  mutating func enterApplication(_ kind: Layer.Kind, header: Int, behind prefix: Int = 0) {
    enter(kind, header: header)
    application.kind = kind
    application.offset = Int32(truncatingIfNeeded: offset &+ prefix)
  }

  /// Notes where the words of the application's message lie, in octets from the start of the frame.
  mutating func noteText(at offset: Int, _ length: Int) {
    application.textOffset = Int32(truncatingIfNeeded: offset)
    application.textLength = Int32(truncatingIfNeeded: length)
  }

  /// Gives back a payload whose port promised a protocol that its octets are not: no fault, and nobody's
  /// octets.
  mutating func disown(_ transport: IPProtocol) -> Payload? {
    unclaimed =
      transport == .tcp
      ? .tcp(source: sourcePort, destination: destinationPort)
      : .udp(source: sourcePort, destination: destinationPort)
    return nil
  }
}
