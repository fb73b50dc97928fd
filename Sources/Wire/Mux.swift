// The walk: which function reads which layer. The parent never knows its children.

/// Reads one layer at the start of `bytes`, notes it in `packet`, and says what is inside it; nil when nothing is.
/// `bytes` ends where the surrounding layers say the layer ends, or where the capture does.
public typealias Dissector = @Sendable (_ bytes: Bytes, _ packet: inout Packet) throws(Malformed) -> Payload?

/// Whether the first octets of a payload are those of a protocol. Cheap, and wrong seldom.
public typealias Recognizer = @Sendable (_ bytes: Bytes) -> Bool

/// What a layer carries: how to find its dissector, and where in the layer it lies.
public struct Payload: Sendable {
  /// The registry that the payload's number is from, and the number.
  public enum Kind: Sendable, Equatable {
    case link(LinkType)
    case etherType(EtherType)
    case ipProtocol(IPProtocol)
    /// An LLC header (IEEE 802.2), and the destination service access point it names.
    case llc
    case sap(UInt8)
    case ppp(UInt16)
    /// What lies below a label stack and begins with four zero bits.
    case pseudowire
    case udp(source: UInt16, destination: UInt16)
    case tcp(source: UInt16, destination: UInt16)
    /// A protocol number of an organization's own (SNAP, IEEE 802 clause 9); none is registered, it is named as unclaimed.
    case snap(organization: UInt32, number: UInt16)
    /// Octets whose layer does not say what they are: a user's own, or the rest of a fragment.
    case data
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
  private var functions: [Entry] = []
  private var links = [UInt8](repeating: 0, count: 512)
  private var etherTypes = [UInt8](repeating: 0, count: 65536)
  private var ipProtocols = [UInt8](repeating: 0, count: 256)
  private var llcFunction: UInt8 = 0
  private var saps = [UInt8](repeating: 0, count: 256)
  private var pseudowireFunction: UInt8 = 0
  private var pppProtocols = [UInt8](repeating: 0, count: 65536)
  private var udpPorts = [UInt8](repeating: 0, count: 65536)
  private var tcpPorts = [UInt8](repeating: 0, count: 65536)
  private var guesses: [Guess] = []

  /// A function in an array is stored behind a thunk that costs an allocation per call; in a struct it is not.
  private struct Entry: Sendable {
    var dissector: Dissector
  }

  private struct Guess: Sendable {
    var transport: IPProtocol
    var recognizer: Recognizer
    var dissector: Dissector
  }

  /// A mux that knows nothing.
  public init() {}

  /// Registers `dissector` for `kind`. For `udp` and `tcp` the destination is the port; the source is ignored.
  public mutating func handle(_ kind: Payload.Kind, _ dissector: @escaping Dissector) {
    precondition(functions.count < 255, "more dissectors than an octet can count")
    functions.append(Entry(dissector: dissector))
    let index = UInt8(functions.count)
    switch kind {
    case .link(let link): links[Int(link.rawValue)] = index
    case .etherType(let type): etherTypes[Int(type.rawValue)] = index
    case .ipProtocol(let number): ipProtocols[Int(number.rawValue)] = index
    case .llc: llcFunction = index
    case .sap(let sap): saps[Int(sap)] = index
    case .ppp(let number): pppProtocols[Int(number)] = index
    case .pseudowire: pseudowireFunction = index
    case .udp(_, let port): udpPorts[Int(port)] = index
    case .tcp(_, let port): tcpPorts[Int(port)] = index
    case .snap, .data: preconditionFailure("nobody can be registered for it")
    }
  }

  /// Registers `dissector` for payloads over TCP or UDP whose first octets `recognizer` knows, whatever their port.
  /// Recognizers are asked in the order of their registration, before any port is looked at.
  public mutating func recognize(
    _ transport: IPProtocol, by recognizer: @escaping Recognizer, _ dissector: @escaping Dissector
  ) {
    precondition(transport == .tcp || transport == .udp, "only TCP and UDP payloads are recognized by octets")
    guesses.append(Guess(transport: transport, recognizer: recognizer, dissector: dissector))
  }

  /// Reads `frame`, layer by layer, into `packet`, which is begun anew. Never fails: a fault ends the walk and is noted, the
  /// layers before it stay.
  public func dissect(_ bytes: Bytes, _ frame: Frame, into packet: inout Packet) {
    packet.begin(frame, octets: bytes.count)
    var payload = Payload(.link(frame.link), offset: 0, length: packet.claimed)
    var view = bytes
    for _ in 0..<Packet.layersMax {
      do throws(Malformed) {
        guard let next = try self.layer(payload.kind, view, &packet) else { return }
        // A claimed length narrows the view and never widens it.
        let start = min(max(0, next.offset), view.count)
        let claimed = max(0, min(next.length, packet.claimed &- next.offset))
        view = view.extracting(start..<start &+ min(claimed, view.count &- start))
        packet.offset &+= next.offset
        packet.claimed = claimed
        packet.payloadOffset = packet.offset
        packet.payloadLength = claimed
        packet.payloadCaptured = view.count
        if case .data = next.kind { return }
        payload = next
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
    var index: UInt8 = 0
    switch kind {
    case .link(let link): index = link.rawValue >= 0 && link.rawValue < 512 ? links[Int(link.rawValue)] : 0
    case .etherType(let type): index = etherTypes[Int(type.rawValue)]
    case .ipProtocol(let number): index = ipProtocols[Int(number.rawValue)]
    case .llc: index = llcFunction
    case .sap(let sap): index = saps[Int(sap)]
    case .ppp(let number): index = pppProtocols[Int(number)]
    case .pseudowire: index = pseudowireFunction
    case .udp(let source, let destination):
      if view.count == 0 { return nil }
      for guess in guesses where guess.transport == .udp && guess.recognizer(view) {
        return try guess.dissector(view, &packet)
      }
      index = udpPorts[Int(destination)]
      if index == 0 { index = udpPorts[Int(source)] }
    case .tcp(let source, let destination):
      if view.count == 0 { return nil }
      for guess in guesses where guess.transport == .tcp && guess.recognizer(view) {
        return try guess.dissector(view, &packet)
      }
      index = tcpPorts[Int(destination)]
      if index == 0 { index = tcpPorts[Int(source)] }
    case .snap, .data: break
    }
    if index != 0 { return try functions[Int(index) &- 1].dissector(view, &packet) }
    packet.unclaimed = kind
    return nil
  }
}
