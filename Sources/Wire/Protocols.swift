// The list: every protocol we know, its name, and who announces it. A new protocol adds its lines here.

extension Layer {
  /// The protocols by the names that records print.
  public enum Kind: UInt8, Sendable, CaseIterable {
    case none
    case ethernet, ipv4, tcp
  }
}

extension Layer.Kind {
  /// Lower snake case, as Wireshark and Zeek call the protocol where they agree.
  public var name: StaticString {
    switch self {
    case .none: "frame"
    case .ethernet: "ethernet"
    case .ipv4: "ipv4"
    case .tcp: "tcp"
    }
  }

  /// Who tells the fields of this layer one by one.
  public var describer: Describer? {
    switch self {
    case .none: nil
    case .ethernet: ethernetFields
    case .ipv4: nil
    case .tcp: nil
    }
  }
}

extension Mux {
  /// Every dissector in its place.
  public static let standard: Mux = {
    var mux = Mux()
    // Link
    mux.handle(.link(.ethernet), ethernet)
    // Network
    mux.handle(.etherType(.ipv4), ipv4)
    // Transport
    mux.handle(.ipProtocol(.tcp), tcp)
    return mux
  }()
}
