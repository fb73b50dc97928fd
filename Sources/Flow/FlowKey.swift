// Which flow a packet belongs to: both directions, one key.

public import Wire

/// Two endpoints and a protocol, the endpoints in a canonical order, so that both directions have one key.
public struct FlowKey: Hashable, Sendable {
  /// The endpoint that comes first: the smaller address, then the smaller port.
  public let first: IPAddress
  public let second: IPAddress
  /// Ports of the first and the second endpoint, the protocol, and the virtual network, in one word.
  private let rest: UInt64

  /// The key of a packet, and whether its source is the second endpoint.
  static func of(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16,
    ipProtocol: IPProtocol, network: UInt16, isIPv6: Bool = false
  ) -> (key: FlowKey, isReversed: Bool) {
    let isReversed =
      (source.high, source.low, sourcePort) > (destination.high, destination.low, destinationPort)
    let rest = (isIPv6 ? 1 &<< 24 : 0) | UInt64(ipProtocol.rawValue) &<< 16 | UInt64(network)
    if isReversed {
      let ports = UInt64(destinationPort) &<< 48 | UInt64(sourcePort) &<< 32
      return (FlowKey(first: destination, second: source, rest: ports | rest), true)
    }
    let ports = UInt64(sourcePort) &<< 48 | UInt64(destinationPort) &<< 32
    return (FlowKey(first: source, second: destination, rest: ports | rest), false)
  }

  /// Nobody's.
  static var none: FlowKey { FlowKey(first: IPAddress(ipv4: 0), second: IPAddress(ipv4: 0), rest: 0) }

  private init(first: IPAddress, second: IPAddress, rest: UInt64) {
    self.first = first
    self.second = second
    self.rest = rest
  }

  /// Port of the first endpoint; 0 where the protocol has none.
  public var firstPort: UInt16 { UInt16(truncatingIfNeeded: rest &>> 48) }
  /// Port of the second endpoint; 0 where the protocol has none.
  public var secondPort: UInt16 { UInt16(truncatingIfNeeded: rest &>> 32) }
  /// The IP protocol.
  public var ipProtocol: IPProtocol { IPProtocol(rawValue: UInt8(truncatingIfNeeded: rest &>> 16)) }
  /// The packets are IPv6, whose addresses may be those that stand for IPv4 ones (RFC 4291 section 2.5.5.2).
  public var isIPv6: Bool { rest &>> 24 & 1 != 0 }
  /// The VLAN, when flows are told apart by it; else 0.
  public var network: UInt16 { UInt16(truncatingIfNeeded: rest) }

  /// The keyed hash of this key: NH, UMAC's universal hash (RFC 4418 section 5.2.2), over six words, folded
  /// to 64 bits. For any two keys the chance of a collision over the random secret is about 2⁻⁶⁴, whoever
  /// chose the keys.
  @inline(__always)
  func hash(_ secret: FlowSecret) -> UInt64 {
    let a = (first.high &+ secret.words[0]).multipliedFullWidth(by: first.low &+ secret.words[1])
    let b = (second.high &+ secret.words[2]).multipliedFullWidth(by: second.low &+ secret.words[3])
    let c = (rest &+ secret.words[4]).multipliedFullWidth(by: secret.words[5])
    let low = a.low &+ b.low
    let carry: UInt64 = low < a.low ? 1 : 0
    let sum = low &+ c.low
    let high = a.high &+ b.high &+ c.high &+ carry &+ (sum < low ? 1 : 0)
    let folded = (sum ^ secret.words[6]).multipliedFullWidth(by: high ^ secret.words[7])
    return folded.high ^ folded.low
  }
}

/// What a packet says of its flow.
struct PacketName {
  var key: FlowKey
  /// The packet's source is the key's second endpoint.
  var isReversed: Bool
  /// The packet answers a query.
  var isAnswer = false

  /// Whether the first packet of a flow comes from the end that answers, as far as it can be guessed. A
  /// SYN-ACK answers, and so do replies of ICMP. A packet from a port of the system's to one of the users'
  /// (RFC 6335 section 6) does, unless it opens a connection. What goes to many answers nobody.
  func looksLikeAnswer(_ flags: TCPFlags?) -> Bool {
    if isAnswer { return !(isReversed ? key.first : key.second).isGroup }
    if let flags, flags.contains(.syn) { return flags.contains(.ack) }
    guard flags != nil || key.ipProtocol == .udp else { return false }
    let source = isReversed ? key.secondPort : key.firstPort
    let (address, port) = isReversed ? (key.first, key.firstPort) : (key.second, key.secondPort)
    if address.isGroup { return false }
    // Of TCP also one from below to within the range from which systems take a client's ports: from 32768
    // (Linux) or 49152 (RFC 6335) on.
    if flags != nil, source > 0, source < 32768, port >= 32768 { return true }
    return source > 0 && source < 1024 && port >= 1024
  }
}

extension IPAddress {
  /// Multicast, or the broadcast of this network.
  fileprivate var isGroup: Bool {
    if let four = ipv4 { return four >> 28 == 0xe || four == .max }
    return high >> 56 == 0xff
  }
}

/// The random words that key the table's hash. They never leave the process.
public struct FlowSecret: Sendable {
  var words: InlineArray<8, UInt64>

  /// Words from the system's random numbers.
  public init() {
    var system = SystemRandomNumberGenerator()
    words = InlineArray { _ in system.next() }
  }

  /// Fixed words, a splitmix64 sequence from `seed`: for tests, and where nothing depends on who knows them.
  public init(seed: UInt64) {
    var state = seed
    words = InlineArray { _ in
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z &>> 31)
    }
  }
}
