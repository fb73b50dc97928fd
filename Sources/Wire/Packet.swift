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

/// What a dissection says of a frame. It keeps the layers that stood; the summary fields are those of the innermost
/// network and transport layer (a tunnel's outer headers are read from the octets at their layers' offsets).
public struct Packet: Sendable {
  /// The most layers that are kept of one frame: where deeper nesting ends the walk.
  public static let layersMax = 16
  /// The most VLAN tags that are kept of one frame.
  public static let vlansMax = 4

  public var layers = InlineArray<16, Layer>(
    repeating: Layer(kind: .none, offset: 0, headerLength: 0, length: 0))
  public var layerCount = 0

  // Frame
  public var capturedLength = 0
  public var wireLength = 0

  // Link
  /// MAC addresses, six octets as a number; meaningful when `hasMAC`.
  public var sourceMAC: UInt64 = 0
  public var destinationMAC: UInt64 = 0
  public var hasMAC = false
  /// The innermost EtherType; nil when the link has none.
  public var etherType: EtherType?
  /// Tag control information of each VLAN tag, outermost first.
  public var vlans = InlineArray<4, UInt16>(repeating: 0)
  public var vlanCount = 0

  // Network, innermost
  /// 4, 6, or 0 when there is no IP layer.
  public var ipVersion: UInt8 = 0
  public var source = IPAddress()
  public var destination = IPAddress()
  public var ipProtocol = IPProtocol(rawValue: 0)
  /// TTL or hop limit.
  public var timeToLive: UInt8 = 0
  /// Type of service or traffic class: DSCP in the upper six bits, ECN in the lower two.
  public var trafficClass: UInt8 = 0
  /// IPv4 identification, or that of an IPv6 fragment header.
  public var identification: UInt32 = 0
  public var hasIdentification = false
  public var dontFragment = false
  /// Octets of the innermost IP packet, header included, as its header says.
  public var ipLength = 0
  public var isFragment = false
  /// Octets.
  public var fragmentOffset = 0
  public var moreFragments = false

  // Transport
  public var hasPorts = false
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var hasTCP = false
  public var tcp = TCPSummary()
  /// The packet that an ICMP error quotes.
  public var quoted: Quoted?

  // Payload: what is above the innermost layer that was read
  public var payloadOffset = 0
  /// Octets that the headers say; what was captured may be less.
  public var payloadLength = 0
  public var payloadCaptured = 0

  /// The protocol above the transport layer, when its octets were recognized.
  public var application = Application()

  /// Octets of the frame behind the network layer's own length: padding and trailer.
  public var trailerOffset = 0
  public var trailerLength = 0

  /// The fault that ended the walk, and the layer that had it.
  public var fault: Malformed?
  public var faultLayer: Layer.Kind = .none

  // The walk's own place
  /// Octets from the frame's start to the layer being read.
  public var offset = 0
  /// Octets that the surrounding layers say the layer being read has.
  public var claimed = 0

  /// An empty packet. One value is made and then reused for each frame.
  public init() {}

  /// The layer whose dissector is at work: each sets it in its first line, so that a fault can be named.
  public var reading: Layer.Kind = .none

  /// Notes the fault that ends the walk. Octets that the surrounding layer never claimed are a lie of a length field,
  /// not a cut by the capture.
  mutating func note(_ malformed: Malformed) {
    faultLayer = reading
    if case .truncated(let need, _) = malformed, claimed < need {
      fault = .invalid(.length)
    } else {
      fault = malformed
    }
  }

  /// Notes that a layer stands: its header's first octet is where the walk is.
  @inline(__always)
  mutating func enter(_ kind: Layer.Kind, header: Int) {
    guard layerCount < Packet.layersMax else { return }
    layers[layerCount] = Layer(
      kind: kind, offset: Int32(truncatingIfNeeded: offset), headerLength: Int32(truncatingIfNeeded: header),
      length: Int32(truncatingIfNeeded: claimed))
    layerCount &+= 1
  }
}

/// What is above the transport layer, and where its words lie: places in the frame, no text. A message that lies in several
/// segments says what stands in this one.
public struct Application: Sendable, Equatable {
  /// `none` when nothing was recognized.
  public var kind: Layer.Kind = .none
  /// Octets from the start of the frame to the message.
  public var offset: Int32 = 0
  /// The first line (HTTP, without its line end), the server's name (TLS), the first name asked for (DNS, as encoded on the
  /// wire): octets from the start of the frame and how many were captured; a length of 0 when there is none.
  public var textOffset: Int32 = 0
  public var textLength: Int32 = 0
  /// The protocols offered or chosen (TLS: the ALPN list): likewise.
  public var listOffset: Int32 = 0
  public var listLength: Int32 = 0

  /// Nothing recognized.
  public init() {}
}

/// The fixed part of a TCP header and the options that tracking needs (RFC 9293 section 3.1, RFC 7323, RFC 2018).
public struct TCPSummary: Sendable, Equatable {
  public var sequence: UInt32 = 0
  public var acknowledgment: UInt32 = 0
  /// As on the wire, unscaled.
  public var window: UInt16 = 0
  public var flags = TCPFlags()
  public var urgent: UInt16 = 0
  /// Header length in octets, options included.
  public var headerLength: UInt8 = 0
  /// Maximum segment size offered; 0 when the option is absent.
  public var maximumSegmentSize: UInt16 = 0
  /// Window scale offered; nil when the option is absent.
  public var windowScale: UInt8?
  public var sackPermitted = false
  public var hasTimestamps = false
  public var timestampValue: UInt32 = 0
  public var timestampEcho: UInt32 = 0
  /// SACK blocks as sent, first block first.
  public var sackCount: UInt8 = 0
  public var sackLeft = InlineArray<4, UInt32>(repeating: 0)
  public var sackRight = InlineArray<4, UInt32>(repeating: 0)
  public var hasFastOpen = false
  /// An option ran past the header or had a length its kind forbids.
  public var optionsMalformed = false

  /// An all-zero header.
  public init() {}

  /// Whether every field is the same.
  public static func == (a: TCPSummary, b: TCPSummary) -> Bool {
    guard
      a.sequence == b.sequence, a.acknowledgment == b.acknowledgment, a.window == b.window,
      a.flags == b.flags, a.urgent == b.urgent, a.headerLength == b.headerLength,
      a.maximumSegmentSize == b.maximumSegmentSize, a.windowScale == b.windowScale,
      a.sackPermitted == b.sackPermitted, a.hasTimestamps == b.hasTimestamps,
      a.timestampValue == b.timestampValue, a.timestampEcho == b.timestampEcho,
      a.sackCount == b.sackCount, a.hasFastOpen == b.hasFastOpen, a.optionsMalformed == b.optionsMalformed
    else { return false }
    for i in 0..<Int(a.sackCount) where a.sackLeft[i] != b.sackLeft[i] || a.sackRight[i] != b.sackRight[i] {
      return false
    }
    return true
  }
}

/// The control bits of a TCP header (RFC 9293 section 3.1, RFC 3168, RFC 9768 for AE).
public struct TCPFlags: OptionSet, Hashable, Sendable {
  public var rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public static let fin = TCPFlags(rawValue: 0x001)
  public static let syn = TCPFlags(rawValue: 0x002)
  public static let rst = TCPFlags(rawValue: 0x004)
  public static let psh = TCPFlags(rawValue: 0x008)
  public static let ack = TCPFlags(rawValue: 0x010)
  public static let urg = TCPFlags(rawValue: 0x020)
  public static let ece = TCPFlags(rawValue: 0x040)
  public static let cwr = TCPFlags(rawValue: 0x080)
  public static let ae = TCPFlags(rawValue: 0x100)
}

/// What an ICMP error quotes of the packet it is about (RFC 792, RFC 4443).
public struct Quoted: Sendable, Equatable {
  public var ipVersion: UInt8
  public var source, destination: IPAddress
  public var ipProtocol: IPProtocol
  /// 0 when too little is quoted.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  public var hasPorts = false
  /// TCP sequence number, when quoted.
  public var sequence: UInt32 = 0
  public var hasSequence = false

  /// The network layer of a quoted packet.
  public init(ipVersion: UInt8, source: IPAddress, destination: IPAddress, ipProtocol: IPProtocol) {
    self.ipVersion = ipVersion
    self.source = source
    self.destination = destination
    self.ipProtocol = ipProtocol
  }
}
