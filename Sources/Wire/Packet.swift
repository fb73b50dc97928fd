// A frame as dissected: one plain value with the layers that stood.

/// One protocol's share of a frame.
public struct Layer: Sendable, Equatable {
  /// Which protocol.
  public var kind: Kind
  /// Where its header begins, in octets from the start of the frame.
  public var offset: Int32
  /// Octets of its header, options included, as far as they were captured.
  public var headerLength: Int32
  /// Octets that the layer around it says it has, header and payload: at least what was captured of it.
  public var length: Int32
}

/// A UDP datagram that carries another IP packet, as VXLAN, Geneve, GTP-U and Teredo do: what names its flow
/// and what it adds to it.
public struct Carrier: Sendable, Equatable {
  public var isIPv6 = false
  public var source = IPAddress()
  public var destination = IPAddress()
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// Octets of the IP packet, header included.
  public var ipLength = 0
  /// Octets behind the UDP header.
  public var datagramLength = 0

  /// No datagram.
  init() {}
}

/// What a dissection says of a frame. It keeps the layers that stood. The link's fields are those of the
/// frame itself; the network and transport fields are those of the innermost IP packet (a tunnel's outer
/// headers are read from the octets at their layers' offsets).
public struct Packet: Sendable {
  /// The most layers that are kept of one frame: where deeper nesting ends the walk.
  public static let layersMax = 16
  /// The most VLAN tags that are kept of one frame.
  public static let vlansMax = 4
  /// The most datagrams that are kept of those that carry the innermost packet.
  public static let carriersMax = 3

  /// The layers that stood, outermost first; those from `layerCount` on are of earlier frames.
  public var layers = InlineArray<16, Layer>(
    repeating: Layer(kind: .none, offset: 0, headerLength: 0, length: 0))
  public var layerCount = 0

  // Frame
  public var capturedLength = 0
  public var wireLength = 0
  public var link = LinkType.null

  // Link: the frame's own
  /// MAC addresses, six octets as a number; meaningful when `hasMAC`. A cooked header has only the source.
  public var sourceMAC: UInt64 = 0
  public var destinationMAC: UInt64 = 0
  public var hasMAC = false
  /// The EtherType behind the last tag; nil when the link has none.
  public var etherType: EtherType?
  /// Tag control information of each VLAN tag, outermost first; those from `vlanCount` on are of earlier
  /// frames.
  public var vlans = InlineArray<4, UInt16>(repeating: 0)
  public var vlanCount = 0

  // Network, innermost
  /// 4, 6, or 0 when there is no IP layer.
  public var ipVersion: UInt8 = 0
  public var source = IPAddress()
  public var destination = IPAddress()
  /// What the IP packet carries: the number behind the last extension header that was read.
  public var ipProtocol = IPProtocol(rawValue: 0)
  /// TTL or hop limit.
  public var timeToLive: UInt8 = 0
  /// Type of service or traffic class: DSCP in the upper six bits, ECN in the lower two.
  public var trafficClass: UInt8 = 0
  /// IPv4 identification, or that of an IPv6 fragment header.
  public var identification: UInt32 = 0
  public var hasIdentification = false
  public var dontFragment = false
  /// Octets of the innermost IP packet, header included, as its header says; as the frame says when
  /// `isLengthAbsent`.
  public var ipLength = 0

  // Transport
  public var hasPorts = false
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var hasTCP = false
  /// Meaningful when `hasTCP`: otherwise it may be that of an earlier frame.
  public var tcp = TCPSummary()

  // Payload: what is above the innermost network or transport layer that was read
  public var payloadOffset = 0
  /// Octets that the headers say; what was captured may be less.
  public var payloadLength = 0
  public var payloadCaptured = 0

  // What plain frames have not. All of it is forgotten with every frame: beside each other, zeros are written
  // many at once.
  /// Octets of frame check sequence at the frame's end.
  public var fcsLength = 0
  /// Octets of the frame behind what its outermost layer that tells its length says, up to the frame check
  /// sequence: padding, then trailer. Octets from the start of the frame, and how many the wire had.
  public var trailerOffset = 0
  public var trailerLength = 0
  /// IP headers around the innermost one.
  public var tunnelDepth = 0
  public var carrierCount = 0
  /// Octets.
  public var fragmentOffset = 0
  /// The next hop's MTU that a "packet too big" names (RFC 1191 section 4, RFC 4443 section 3.2); 0 for
  /// others.
  public var pathMTU: UInt32 = 0
  /// Of an echo, a timestamp, an information or an address mask message; 0 for others.
  public var icmpIdentifier: UInt16 = 0
  public var icmpSequence: UInt16 = 0
  /// An ICMP or ICMPv6 header was read; the five fields around it are its.
  public var hasICMP = false
  public var icmpType: UInt8 = 0
  public var icmpCode: UInt8 = 0
  public var isFragment = false
  public var moreFragments = false
  /// The header says a length of 0: the sender left segmentation to its network card, or a length above 65535
  /// to us.
  public var isLengthAbsent = false
  /// An option of the IP header ran past its end or had a length its type forbids.
  public var ipOptionsMalformed = false
  /// The fault ended the walk; otherwise it was noted in passing (a length that says more than there is, say)
  /// and the layers above it stand.
  public var faultEndedWalk = false
  public var faultLayer: Layer.Kind = .none
  private var hasQuoted = false
  /// The protocol above the transport layer, when its octets were recognized.
  public var application = Application()
  /// The virtual network that the innermost tunnel names: the VNI of VXLAN and Geneve, the key of GRE, the
  /// tunnel endpoint identifier of GTP-U. Equal addresses in different ones are different hosts.
  public var tunnelIdentifier: UInt32?
  /// The announcement of a payload that no dissector of ours reads: its registry and number. Nil when every
  /// layer was read.
  public var unclaimed: Payload.Kind?
  /// The first fault: a later one is its consequence more often than not. `faultLayer` is the layer that had
  /// it.
  public var fault: Malformed?

  /// The UDP datagrams around the innermost IP packet, outermost first; those from `carrierCount` on are of
  /// earlier frames.
  public var carriers = InlineArray<3, Carrier>(repeating: Carrier())
  /// The packet that an ICMP error quotes.
  public var quoted: Quoted? {
    get { hasQuoted ? quotation : nil }
    set {
      hasQuoted = newValue != nil
      if let newValue { quotation = newValue }
    }
  }
  // Not an optional itself: nil would be written whole for every frame.
  private var quotation = Quoted()

  // The walk's own place
  /// Octets from the frame's start to the layer being read.
  public var offset = 0
  /// Octets that the surrounding layers say the layer being read has.
  public var claimed = 0
  /// Where the innermost transport header begins when it was read on the straight path; 0 when it was not.
  var plainTransport = 0
  /// The layer whose dissector is at work: each sets it in its first line, so that a fault can be named.
  public var reading: Layer.Kind = .none

  /// An empty packet. One value is made and then reused for each frame.
  public init() {}
}

extension Packet: Equatable {
  /// Whether two packets say the same of their frames: what counters and flags call meaningless is not
  /// compared.
  public static func == (a: Packet, b: Packet) -> Bool {
    guard a.layerCount == b.layerCount, a.vlanCount == b.vlanCount, a.carrierCount == b.carrierCount else {
      return false
    }
    for i in 0..<min(a.layerCount, layersMax) where a.layers[i] != b.layers[i] { return false }
    for i in 0..<min(a.vlanCount, vlansMax) where a.vlans[i] != b.vlans[i] { return false }
    for i in 0..<min(a.carrierCount, carriersMax) where a.carriers[i] != b.carriers[i] { return false }
    return a.hasSameEnds(b) && a.hasSameNetwork(b) && a.hasSameTransport(b)
  }

  /// The frame, its link, its payload and its fault.
  private func hasSameEnds(_ b: Packet) -> Bool {
    capturedLength == b.capturedLength && wireLength == b.wireLength && fcsLength == b.fcsLength
      && link == b.link
      && sourceMAC == b.sourceMAC && destinationMAC == b.destinationMAC && hasMAC == b.hasMAC
      && etherType == b.etherType && payloadOffset == b.payloadOffset && payloadLength == b.payloadLength
      && payloadCaptured == b.payloadCaptured && unclaimed == b.unclaimed && application == b.application
      && trailerOffset == b.trailerOffset && trailerLength == b.trailerLength && fault == b.fault
      && faultLayer == b.faultLayer && faultEndedWalk == b.faultEndedWalk
  }

  /// The innermost IP layer.
  private func hasSameNetwork(_ b: Packet) -> Bool {
    ipVersion == b.ipVersion && source == b.source && destination == b.destination
      && ipProtocol == b.ipProtocol
      && timeToLive == b.timeToLive && trafficClass == b.trafficClass && identification == b.identification
      && hasIdentification == b.hasIdentification && dontFragment == b.dontFragment && ipLength == b.ipLength
      && isLengthAbsent == b.isLengthAbsent && ipOptionsMalformed == b.ipOptionsMalformed
      && isFragment == b.isFragment && fragmentOffset == b.fragmentOffset && moreFragments == b.moreFragments
      && tunnelDepth == b.tunnelDepth && tunnelIdentifier == b.tunnelIdentifier
  }

  /// What the innermost IP packet carries.
  private func hasSameTransport(_ b: Packet) -> Bool {
    hasPorts == b.hasPorts && sourcePort == b.sourcePort && destinationPort == b.destinationPort
      && hasTCP == b.hasTCP && (!hasTCP || tcp == b.tcp) && hasICMP == b.hasICMP && icmpType == b.icmpType
      && icmpCode == b.icmpCode && icmpIdentifier == b.icmpIdentifier && icmpSequence == b.icmpSequence
      && pathMTU == b.pathMTU && quoted == b.quoted
  }

  /// Octets that pad the frame to the least that Ethernet sends, 60 without the check sequence (IEEE
  /// 802.3-2022 clause 4.2.3.3): the first of the octets at `trailerOffset`. What is behind them is a
  /// trailer.
  public var paddingLength: Int {
    hasMAC ? min(trailerLength, max(0, EthernetHeader.frameMin &- trailerOffset)) : 0
  }

  /// Whether the frame is one that no Ethernet carries: the sender had not yet cut it into segments, or the
  /// receiver had already joined them, when it was captured. True when it is longer than 1518 octets and its
  /// tags, or when its IP header says no length. The loopback interface, whose addresses are zero, carries
  /// such frames as they are.
  public var isOffloaded: Bool {
    if isLengthAbsent { return true }
    guard link == .ethernet, sourceMAC | destinationMAC != 0 else { return false }
    return wireLength > EthernetHeader.frameMax &+ VLANHeader.length &* vlanCount
  }
}
