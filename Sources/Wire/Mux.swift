// The walk: which function reads which layer. The parent never knows its children.

/// Reads one layer at the start of `bytes`, notes it in `packet`, and says what is inside it; nil when
/// nothing is. `bytes` ends where the surrounding layers say the layer ends, or where the capture does.
public typealias Dissector = @Sendable (_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload?

/// Reads a payload whose first octets it knows, and notes it in `packet` as the last layer; false when they
/// are not those of its protocol, and then it has noted nothing. Cheap, and wrong seldom.
public typealias Recognizer = @Sendable (_ bytes: Bytes, _ packet: inout Packet) -> Bool

/// What a layer carries: how to find its dissector, and where in the layer it lies.
public struct Payload: Sendable, Equatable {
  /// Who gives out the number that announces a payload.
  public enum Registry: UInt8, Sendable {
    case link, etherType, ipProtocol
    /// LLC destination service access points.
    case sap
    case ppp
    /// What has no number: an LLC header (IEEE 802.2), or what lies below a label stack and begins with four
    /// zero bits.
    case unnumbered
    /// Source and destination port.
    case udp, tcp
    /// Numbers of an organization's own (SNAP, IEEE 802 clause 9); none is registered, they are named as
    /// unclaimed.
    case snap
    /// Octets whose layer does not say what they are: a user's own, or the rest of a fragment.
    case data
  }

  /// The registry that the payload's number is from, and the number.
  public struct Kind: Sendable, Hashable {
    public var registry: Registry
    /// Of ports, the source in the upper half; of SNAP, the organization in the upper half.
    public var number: UInt64

    @inlinable init(_ registry: Registry, _ number: UInt64) {
      self.registry = registry
      self.number = number
    }

    /// What the capture says its frames begin with.
    @inlinable public static func link(_ type: LinkType) -> Kind {
      Kind(.link, UInt64(UInt32(bitPattern: type.rawValue)))
    }
    /// An EtherType.
    @inlinable public static func etherType(_ type: EtherType) -> Kind {
      Kind(.etherType, UInt64(type.rawValue))
    }
    /// An IP protocol number or an IPv6 extension header.
    @inlinable public static func ipProtocol(_ number: IPProtocol) -> Kind {
      Kind(.ipProtocol, UInt64(number.rawValue))
    }
    /// An LLC service access point.
    @inlinable public static func sap(_ sap: UInt8) -> Kind { Kind(.sap, UInt64(sap)) }
    /// A PPP protocol number.
    @inlinable public static func ppp(_ number: UInt16) -> Kind { Kind(.ppp, UInt64(number)) }
    /// An LLC header.
    @inlinable public static var llc: Kind { Kind(.unnumbered, 0) }
    /// What lies below a label stack and begins with four zero bits.
    @inlinable public static var pseudowire: Kind { Kind(.unnumbered, 1) }
    /// UDP ports.
    @inlinable public static func udp(source: UInt16, destination: UInt16) -> Kind {
      Kind(.udp, UInt64(source) &<< 32 | UInt64(destination))
    }
    /// TCP ports.
    @inlinable public static func tcp(source: UInt16, destination: UInt16) -> Kind {
      Kind(.tcp, UInt64(source) &<< 32 | UInt64(destination))
    }
    /// A number of an organization's own.
    @inlinable public static func snap(organization: UInt32, number: UInt16) -> Kind {
      Kind(.snap, UInt64(organization) &<< 32 | UInt64(number))
    }
    /// Octets of nobody we know.
    @inlinable public static var data: Kind { Kind(.data, 0) }
  }

  public var kind: Kind
  /// Octets from the start of the layer to the start of its payload.
  public var offset: Int
  /// Octets of payload, as the headers say.
  public var length: Int

  /// A payload of `length` octets that begins `offset` octets into the layer.
  @inlinable public init(_ kind: Kind, offset: Int, length: Int) {
    self.kind = kind
    self.offset = offset
    self.length = length
  }
}

/// Dissectors by the number that announces them. A table index per look-up, no hashing.
public struct Mux: Sendable {
  /// A function as an element is stored behind a thunk that costs an allocation per call; as a member of one
  /// it is not.
  private struct Entry: Sendable {
    var dissector: Dissector
  }

  private struct Guess: Sendable {
    /// The first octets that it can begin with, from the least to the most.
    var least: UInt8
    var most: UInt8
    var recognizer: Recognizer
  }

  private var functions: [Entry] = []
  /// What plain frames have is read by the functions of its files, which need not be looked up.
  private(set) var isStraight = false
  /// Nobody reads what segments of TCP carry.
  private var leavesSegments = false
  /// For each number of each registry the place of its function, from 1; 0 is nobody's. One table for all
  /// registries, one behind the other.
  private var places = [UInt8](repeating: 0, count: Mux.end)
  private var udpGuesses: [Guess] = []
  private var tcpGuesses: [Guess] = []

  // Where each registry begins in the table.
  private static let links = 0
  private static let linksMax = 512
  private static let etherTypes = links + linksMax
  private static let ipProtocols = etherTypes + 65536
  private static let saps = ipProtocols + 256
  private static let pppProtocols = saps + 256
  private static let unnumbered = pppProtocols + 65536
  private static let udpPorts = unnumbered + 2
  private static let tcpPorts = udpPorts + 65536
  private static let end = tcpPorts + 65536

  /// A mux that knows nothing.
  public init() {}

  /// Registers `dissector` for `kind`. For `udp` and `tcp` the destination is the port; the source is
  /// ignored.
  public mutating func handle(_ kind: Payload.Kind, _ dissector: @escaping Dissector) {
    precondition(functions.count < 255, "more dissectors than an octet can count")
    guard let place = Mux.place(kind) else { preconditionFailure("nobody can be registered for it") }
    functions.append(Entry(dissector: dissector))
    if kind.registry == .tcp { leavesSegments = false }
    if Mux.plainKinds.contains(kind) { isStraight = false }
    places[place] = UInt8(functions.count)
  }

  /// What the straight path reads.
  private static let plainKinds: Set<Payload.Kind> = [
    .link(.ethernet), .etherType(.vlan), .etherType(.ipv4), .etherType(.ipv6), .ipProtocol(.tcp),
    .ipProtocol(.udp),
  ]

  /// Says that what plain frames have is registered with the functions of its files: plain frames take the
  /// straight path. Whoever registers another for one of them takes it back.
  mutating func goStraight() { isStraight = true }

  /// The same mux without the straight path, to hold the two against each other.
  public var roundabout: Mux {
    var mux = self
    mux.isStraight = false
    return mux
  }

  /// Registers `recognizer` for payloads over TCP or UDP, whatever their port. Recognizers are asked in the
  /// order of their registration, before any port is looked at, and only about payloads whose first octet is
  /// among `first`.
  public mutating func recognize(
    _ transport: IPProtocol, first: ClosedRange<UInt8> = 0...255, by recognizer: @escaping Recognizer
  ) {
    precondition(transport == .tcp || transport == .udp, "only TCP and UDP payloads are recognized by octets")
    if transport == .tcp { leavesSegments = false }
    let guess = Guess(least: first.lowerBound, most: first.upperBound, recognizer: recognizer)
    if transport == .udp { udpGuesses.append(guess) } else { tcpGuesses.append(guess) }
  }

  /// Leaves to others what segments of TCP carry.
  mutating func forgetSegments() {
    tcpGuesses = []
    leavesSegments = true
    for place in Mux.tcpPorts..<Mux.end { places[place] = 0 }
  }

  /// Where in the table a kind's function stands: of ports, the destination's. Nil for what has no place.
  @inline(__always)
  private static func place(_ kind: Payload.Kind) -> Int? {
    let number = Int(kind.number & 0xffff)
    switch kind.registry {
    case .etherType: return etherTypes &+ number
    case .ipProtocol: return ipProtocols &+ number
    case .link: return kind.number < UInt64(linksMax) ? links &+ number : nil
    case .sap: return saps &+ number
    case .ppp: return pppProtocols &+ number
    case .unnumbered: return unnumbered &+ number
    case .udp: return udpPorts &+ number
    case .tcp: return tcpPorts &+ number
    case .snap, .data: return nil
    }
  }

  /// Whether a port announces what a segment of TCP between these carries: a dissector is asked about octets
  /// that no recognizer knows.
  public func announcesSegment(_ port: UInt16, _ other: UInt16) -> Bool {
    places[Mux.tcpPorts &+ Int(port)] | places[Mux.tcpPorts &+ Int(other)] != 0
  }

  /// Reads `frame`, layer by layer, into `packet`, which is begun anew. Never fails: a fault ends the walk
  /// and is noted, the layers before it stay.
  public func dissect(_ bytes: Bytes, _ frame: Frame, into packet: inout Packet) {
    var kind = Payload.Kind.link(frame.link)
    var view = bytes
    var steps = 0
    if isStraight, let plain = packet.readPlain(bytes, frame) {
      if plain.octets.isEmpty { return }
      if leavesSegments, plain.kind.registry == .tcp {
        packet.unclaimed = plain.kind
        return
      }
      (kind, steps) = (plain.kind, plain.layers)
      view = bytes.extracting(plain.octets)
    } else {
      packet.begin(frame, octets: bytes.count)
    }
    for _ in steps..<Packet.layersMax {
      do throws(Malformed) {
        guard let next = try layer(kind, view, &packet) else { return }
        view = view.extracting(packet.step(into: next, of: view.count))
        if next.kind.registry == .data { return }
        kind = next.kind
      } catch {
        packet.end(error)
        return
      }
    }
    packet.reading = .none
    packet.end(.invalid(.depth))
  }

  /// One step of the walk: the layer that `kind` announces, read from `view`.
  @inline(__always)
  private func layer(
    _ kind: Payload.Kind, _ view: Bytes, _ packet: inout Packet
  ) throws(Malformed) -> Payload? {
    if kind.registry == .tcp || kind.registry == .udp { return try application(kind, view, &packet) }
    if let place = Mux.place(kind) {
      let index = Int(places[place])
      if index != 0 { return try functions[index &- 1].dissector(view, &packet) }
    }
    packet.unclaimed = kind
    return nil
  }

  /// What is above ports: recognized by its octets, or announced by a port, the destination's before the
  /// source's.
  private func application(
    _ kind: Payload.Kind, _ view: Bytes, _ packet: inout Packet
  ) throws(Malformed) -> Payload? {
    if view.isEmpty { return nil }
    let isUDP = kind.registry == .udp
    let first = view.u8(0)
    if isUDP {
      for i in udpGuesses.indices where udpGuesses[i].least <= first && first <= udpGuesses[i].most {
        if udpGuesses[i].recognizer(view, &packet) { return nil }
      }
    } else {
      for i in tcpGuesses.indices where tcpGuesses[i].least <= first && first <= tcpGuesses[i].most {
        if tcpGuesses[i].recognizer(view, &packet) { return nil }
      }
    }
    let ports = isUDP ? Mux.udpPorts : Mux.tcpPorts
    var index = Int(places[ports &+ Int(kind.number & 0xffff)])
    if index == 0 { index = Int(places[ports &+ Int(kind.number &>> 32)]) }
    if index != 0 { return try functions[index &- 1].dissector(view, &packet) }
    packet.unclaimed = kind
    return nil
  }
}
