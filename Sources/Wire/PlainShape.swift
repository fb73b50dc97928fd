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

  /// That of no frame.
  public init() {}

  /// The shape of a frame; nil when it is not plain.
  @inlinable @inline(__always)
  public init?(_ bytes: Bytes, _ frame: Frame) {
    guard frame.link == .ethernet, frame.fcsLength == 0, bytes.count >= PlainShape.octetsMin else {
      return nil
    }
    let h = bytes.extracting(0..<PlainShape.octetsMin)
    // Nearly every frame: no tag, and version 4 without options. All that is looked at has its fixed place.
    if h.u16(12) == 0x0800, h.u8(14) == 0x45 {
      guard findTransport(in: h.extracting(14..<34)) else { return nil }
    } else {
      guard findTransport(behind: h.u16(12), bytes) else { return nil }
    }
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

  /// The shape of a frame of TCP over IPv4 without a tag; nil when it is not plain, or another frame.
  ///
  /// Nearly every frame is such, and all of it up to TCP's options has a fixed place. Who goes on with this
  /// shape, in code of its own, computes no offsets and checks no bounds: half the instructions.
  @inlinable @inline(__always)
  public init?(usual bytes: Bytes, _ frame: Frame) {
    guard frame.link == .ethernet, frame.fcsLength == 0, bytes.count >= PlainShape.octetsMin else {
      return nil
    }
    let h = bytes.extracting(0..<PlainShape.octetsMin)
    // The EtherType, IP's version and header length; not a fragment, and TCP.
    guard h.u32(12) & 0xffff_ff00 == 0x0800_4500, h.u32(20) & 0x3fff_00ff == 6 else { return nil }
    let end = EthernetHeader.length &+ Int(h.u16(16))
    let header = Int(h.u8(46) &>> 2) & 0x3c
    let options = EthernetHeader.length &+ IPv4Header.lengthMin &+ header
    guard header >= TCPHeader.lengthMin, end <= max(frame.wireLength, bytes.count),
      options <= min(end, bytes.count)
    else { return nil }
    (transport, self.header) = (EthernetHeader.length &+ IPv4Header.lengthMin, header)
    (total, payload) = (end &- EthernetHeader.length, end &- options)
    (version, isTCP) = (4, true)
  }

  /// Whether an IPv4 header without options is plain: no fragment, TCP or UDP.
  @inlinable @inline(__always)
  mutating func findTransport(in header: Bytes) -> Bool {
    guard header.u16(6) & 0x3fff == 0 else { return false }
    isTCP = header.u8(9) == 6
    guard isTCP || header.u8(9) == 17 else { return false }
    version = 4
    total = Int(header.u16(2))
    transport = network &+ IPv4Header.lengthMin
    return true
  }

  /// The same behind a tag, and of IPv6: no extension headers, and a length.
  @inlinable @inline(__always)
  mutating func findTransport(behind type: UInt16, _ bytes: Bytes) -> Bool {
    var type = type
    if type == 0x8100 {
      network = EthernetHeader.length &+ VLANHeader.length
      guard bytes.count >= network &+ IPv6Header.length else { return false }
      type = bytes.extracting(16..<18).u16(0)
    }
    let header = bytes.extracting(network..<network &+ IPv6Header.length)
    if type == 0x0800 {
      return header.u8(0) == 0x45 && findTransport(in: header.extracting(0..<IPv4Header.lengthMin))
    }
    guard type == 0x86dd, header.u8(0) &>> 4 == 6, header.u16(4) > 0 else { return false }
    isTCP = header.u8(6) == 6
    guard isTCP || header.u8(6) == 17 else { return false }
    version = 6
    total = IPv6Header.length &+ Int(header.u16(4))
    transport = network &+ IPv6Header.length
    return true
  }

  /// The identification of the IP packet; 0 when it has none.
  @inlinable @inline(__always)
  public func identification(_ bytes: Bytes) -> UInt16 {
    version == 4 ? bytes.extracting(network..<bytes.count).extracting(0..<6).u16(4) : 0
  }

  /// Whether the IP packet has met congestion (RFC 3168 section 5).
  @inlinable @inline(__always)
  public func isMarked(_ bytes: Bytes) -> Bool {
    let word = bytes.extracting(network..<bytes.count).extracting(0..<2).u16(0)
    return (version == 4 ? word : word &>> 4) & 3 == 3
  }

  /// A tag stands before the EtherType.
  @inlinable @inline(__always)
  public var isTagged: Bool { network != EthernetHeader.length }
}
