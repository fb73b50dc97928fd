// Whether a frame is plain, and where its headers lie: looked at in the few octets that tell, before anything
// is written anywhere.

/// Where the headers of a plain frame lie: Ethernet without check sequence, at most one tag of 802.1Q; IPv4
/// without options, or IPv6 without extension headers, whole and no fragment; TCP or UDP, sound.
///
/// It is a step of its own. `Mux.dissect` writes a `Packet` from it; who needs few fields of a frame reads
/// them at their places, without a packet, and is not told less than the dissectors would: what a plain frame
/// says elsewhere, a packet says by its initial values. All offsets are from the frame's first octet, and
/// every octet of the two headers is there:
///
///     guard let shape = PlainShape(octets, frame), shape.isTCP else { return false }
///     let header = octets.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin)
///     let sequence = header.u32(4)
///
/// `Checksum.segment(_:_:)` verifies the segment of such a frame.
public struct PlainShape: Sendable, BitwiseCopyable {
  /// Where the IP header begins: behind Ethernet, and a tag.
  public var network = EthernetHeader.length
  /// Where the transport header begins, and how long it is, options included.
  public var transport = 0
  public var header = 0
  /// Octets of the whole IP packet, as its header says. The frame on the wire has them; captured may be less.
  public var total = 0
  /// Octets of payload, as the headers say.
  public var payload = 0
  /// 4 or 6.
  public var version: UInt8 = 0
  /// TCP; UDP otherwise.
  public var isTCP = false

  /// Octets that a plain frame has at least: Ethernet, and forty of IP and what it carries.
  public static var octetsMin: Int { EthernetHeader.length &+ 40 }

  /// The shape of a frame; nil when it is not plain.
  @inlinable @inline(__always)
  public init?(_ bytes: Bytes, _ frame: Frame) {
    guard frame.link == .ethernet, frame.fcsLength == 0, bytes.count >= PlainShape.octetsMin else {
      return nil
    }
    // Both headers' first octets are read at once: type, version and header length, type of service, lengths.
    var start = bytes.extracting(0..<PlainShape.octetsMin).u64(12)
    if start &>> 48 == 0x8100 {
      network = EthernetHeader.length &+ VLANHeader.length
      guard bytes.count >= network &+ 40 else { return nil }
      start = bytes.extracting(network &- 2..<network &+ 6).u64(0)
    }
    guard findTransport(start, bytes.extracting(network..<network &+ 40)) else { return nil }
    // A length that says more than there is, or less than its own header, is a lie.
    let end = network &+ total
    guard end <= max(frame.wireLength, bytes.count) else { return nil }
    let captured = min(end, bytes.count) &- transport
    if isTCP {
      guard captured >= TCPHeader.lengthMin else { return nil }
      let octets = bytes.extracting(transport..<transport &+ TCPHeader.lengthMin)
      header = Int(octets.u8(12) &>> 2) & 0x3c
      guard header >= TCPHeader.lengthMin, header <= captured else { return nil }
      payload = end &- transport &- header
    } else {
      guard captured >= UDPHeader.length else { return nil }
      header = UDPHeader.length
      payload = Int(bytes.extracting(transport..<transport &+ UDPHeader.length).u16(4)) &- header
      guard payload >= 0, payload <= end &- transport &- header else { return nil }
    }
  }

  /// Whether the forty octets of an IP header, or of a shorter one and what is behind it, are plain: no
  /// options, no extension headers, no fragment, a length. `start` is the EtherType and their first six.
  @inlinable @inline(__always)
  mutating func findTransport(_ start: UInt64, _ h: Bytes) -> Bool {
    if start &>> 40 == 0x08_0045 {
      // Fragment, time to live, protocol.
      let word = h.u32(6) & 0x3fff_00ff
      isTCP = word == 6
      guard isTCP || word == 17 else { return false }
      version = 4
      total = Int(truncatingIfNeeded: start &>> 16 & 0xffff)
      transport = network &+ IPv4Header.lengthMin
      return true
    }
    guard start &>> 44 == 0x8_6dd6, start & 0xffff > 0 else { return false }
    isTCP = h.u8(6) == 6
    guard isTCP || h.u8(6) == 17 else { return false }
    version = 6
    total = IPv6Header.length &+ Int(truncatingIfNeeded: start & 0xffff)
    transport = network &+ IPv6Header.length
    return true
  }

  /// A tag stands before the EtherType.
  @inlinable @inline(__always)
  public var isTagged: Bool { network != EthernetHeader.length }
}
