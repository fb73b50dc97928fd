// The packet that an ICMP error quotes: as much of it as tells whose it was.

/// What an ICMP error quotes of the packet it is about (RFC 792, RFC 4443).
public struct Quoted: Sendable, Equatable {
  public var ipVersion: UInt8
  public var source, destination: IPAddress
  /// Behind the extension headers, as far as they are quoted.
  public var ipProtocol: IPProtocol
  /// Meaningful when `hasPorts`; 0 when too little is quoted.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var hasPorts = false
  /// TCP sequence number; meaningful when `hasSequence`.
  public var sequence: UInt32 = 0
  public var hasSequence = false
  /// Octets of the quoted packet when it was whole, as its header says.
  public var length = 0
  /// Octets from the start of the quoted packet to its transport header; 0 when it is not quoted.
  public var transportOffset = 0

  /// Nothing is quoted.
  init() {
    self.init(
      ipVersion: 0, source: IPAddress(), destination: IPAddress(), ipProtocol: IPProtocol(rawValue: 0))
  }

  /// The network layer of a quoted packet.
  public init(ipVersion: UInt8, source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol) {
    self.ipVersion = ipVersion
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
  }

  /// The most extension headers that are skipped.
  static let extensionsMax = 8

  /// Reads the packet that is quoted at `offset`; nil when not even its network header is there. A quotation
  /// is cut by nature: nothing that lacks is a fault.
  init?(_ bytes: Bytes, at offset: Int) {
    guard bytes.count > offset else { return nil }
    let packet = bytes.extracting(offset..<bytes.count)
    switch packet.u8(0) &>> 4 {
    case 4: self.init(ipv4: packet)
    case 6: self.init(ipv6: packet)
    default: return nil
    }
  }

  /// Reads a quoted IPv4 packet.
  private init?(ipv4 packet: Bytes) {
    guard let header = try? IPv4Header(packet), header.headerLength >= IPv4Header.lengthMin else {
      return nil
    }
    self.init(
      ipVersion: 4, source: IPAddress(ipv4: header.source), destination: IPAddress(ipv4: header.destination),
      ipProtocol: header.protocol)
    length = header.totalLength
    if header.fragmentOffset == 0 { readTransport(packet, at: header.headerLength) }
  }

  /// Reads a quoted IPv6 packet, skipping extension headers.
  private init?(ipv6 packet: Bytes) {
    guard let header = try? IPv6Header(packet) else { return nil }
    self.init(
      ipVersion: 6, source: header.source, destination: header.destination, ipProtocol: header.nextHeader)
    length = IPv6Header.length &+ header.payloadLength
    var at = IPv6Header.length
    for _ in 0..<Quoted.extensionsMax {
      switch ipProtocol {
      case .hopByHop, .routing, .destinationOptions:
        guard packet.count >= at &+ 2 else { return }
        ipProtocol = IPProtocol(rawValue: packet.u8(at))
        at &+= (Int(packet.u8(at &+ 1)) &+ 1) &* 8
      case .fragment:
        guard packet.count >= at &+ FragmentHeader.length else { return }
        ipProtocol = IPProtocol(rawValue: packet.u8(at))
        if packet.u16(at &+ 2) & 0xfff8 != 0 { return }
        at &+= FragmentHeader.length
      default:
        readTransport(packet, at: at)
        return
      }
    }
  }

  /// Reads the ports, and what else eight octets of a transport header say.
  private mutating func readTransport(_ packet: Bytes, at offset: Int) {
    guard packet.count > offset else { return }
    transportOffset = offset
    switch ipProtocol {
    case .tcp, .udp, .udpLite, .sctp:
      guard packet.count >= offset &+ 4 else { return }
      sourcePort = packet.u16(offset)
      destinationPort = packet.u16(offset &+ 2)
      hasPorts = true
      guard ipProtocol == .tcp, packet.count >= offset &+ 8 else { return }
      sequence = packet.u32(offset &+ 4)
      hasSequence = true
    default: return
    }
  }
}
