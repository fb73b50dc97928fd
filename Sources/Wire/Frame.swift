// What the capture says about a frame beside its octets.

/// One captured frame's surroundings. Its octets are borrowed separately and never kept.
public struct Frame: Sendable, Equatable {
  /// Counts from 1 over the whole input, as tshark's `frame.number` does.
  public var number: UInt64
  /// Nanoseconds since the Unix epoch.
  public var time: Int64
  /// Octets on the wire.
  public var wireLength: Int
  /// Octets captured: never more than `wireLength` in a sound capture, but files lie.
  public var capturedLength: Int
  /// Index of the interface or file the frame came from, from 0.
  public var interface: Int
  /// What the first octet of the frame belongs to.
  public var link: LinkType
  /// Octets of frame check sequence at the end of the frame, which `wireLength` counts; 0 when there is none
  /// or nobody knows. A capture file's link type says it (the FCS bits of pcap and pcapng's `if_fcslen`).
  public var fcsLength: Int

  /// A frame as the capture describes it.
  public init(
    number: UInt64, time: Int64, wireLength: Int, capturedLength: Int, interface: Int = 0, link: LinkType,
    fcsLength: Int = 0
  ) {
    self.number = number
    self.time = time
    self.wireLength = wireLength
    self.capturedLength = capturedLength
    self.interface = interface
    self.link = link
    self.fcsLength = fcsLength
  }
}
