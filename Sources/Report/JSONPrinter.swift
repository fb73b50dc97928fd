// One JSON object per packet, one line each: RECORDS.md, `packets --json`.
//
// A record is written in the order of the layers, each by a function of its own; a field that is unknown is
// absent.

public import Flow
public import Wire

/// Prints packets as NDJSON into a buffer that its owner empties.
public struct JSONPrinter: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// Whether checksums are verified and their verdicts told.
  public let checksums: Bool
  private let interfaces: InterfaceNames
  private var clock = UTCTime()

  /// A printer of records. `interfaces` are the names that `Frame.interface` counts; a frame of an interface
  /// without a name has no `interface` in its record.
  public init(interfaces: [String] = [], checksums: Bool = false) {
    self.checksums = checksums
    self.interfaces = InterfaceNames(interfaces, for: .json)
  }

  /// Prints one frame: one line. `packet` is its dissection; it is lent, not changed, because passing it by
  /// value costs a copy of it. `verdict` is what the flow tracker says of it, `settled` what it says now of
  /// earlier frames. Gives the place where a repeat may yet be called spurious.
  @discardableResult
  public mutating func print(
    _ bytes: Bytes, _ frame: Frame, _ packet: inout Packet, _ verdict: Verdict = Verdict(),
    settled: [Settlement] = []
  ) -> Int {
    writeFrame(frame)
    writeLink(&packet)
    writeNetwork(bytes, &packet)
    writeTransport(&packet)
    let place = verdict.flow > 0 ? writeVerdict(verdict, settled) : 0
    writeRest(bytes, &packet)
    writeApplication(bytes, &packet)
    out.write("}\n")
    return place
  }

  /// The frame: number, time, lengths, interface.
  private mutating func writeFrame(_ frame: Frame) {
    out.write("{\"frame\":")
    out.write(decimal: frame.number)
    out.write(",\"ts\":")
    out.write(signed: Int(frame.time))
    out.write(",\"time\":\"")
    clock.write(frame.time, to: &out)
    out.write("\",\"len\":")
    out.write(signed: frame.wireLength)
    out.write(",\"caplen\":")
    out.write(signed: frame.capturedLength)
    if interfaces.has(frame.interface) {
      out.write(",\"interface\":\"")
      interfaces.write(frame.interface, to: &out)
      out.write(octet: 34)
    }
  }

  /// The link layer: its kind, tags, addresses, type; and the names of all layers.
  private mutating func writeLink(_ packet: inout Packet) {
    out.write(",\"link\":\"")
    writeLinkName(packet.link)
    out.write(octet: 34)
    if packet.layerCount > 0 {
      out.write(",\"layers\":[")
      for i in 0..<packet.layerCount {
        if i > 0 { out.write(octet: 44) }
        out.write(octet: 34)
        out.write(packet.layers[i].kind.name)
        out.write(octet: 34)
      }
      out.write(octet: 93)
    }
    if packet.vlanCount > 0 {
      out.write(",\"vlan\":[")
      for i in 0..<min(packet.vlanCount, Packet.vlansMax) {
        if i > 0 { out.write(octet: 44) }
        out.write(decimal: packet.vlans[i] & 0xfff)
      }
      out.write(octet: 93)
    }
    if packet.hasMAC {
      out.write(",\"src_mac\":\"")
      out.write(mac: packet.sourceMAC)
      // A cooked header has no destination.
      if packet.link != .linuxCooked, packet.link != .linuxCooked2 {
        out.write("\",\"dst_mac\":\"")
        out.write(mac: packet.destinationMAC)
      }
      out.write(octet: 34)
    }
    if let type = packet.etherType {
      out.write(",\"ethertype\":\"0x")
      out.write(hex: UInt64(type.rawValue), width: 4)
      out.write(octet: 34)
    }
  }

  /// A link type by its name, or by its number.
  private mutating func writeLinkName(_ link: LinkType) {
    switch link {
    case .null: out.write("null")
    case .ethernet: out.write("ethernet")
    case .ppp: out.write("ppp")
    case .raw: out.write("raw")
    case .pppSerial: out.write("ppp_serial")
    case .pppEthernet: out.write("pppoe")
    case .ciscoHDLC: out.write("chdlc")
    case .loop: out.write("loop")
    case .fddi: out.write("fddi")
    case .frameRelay: out.write("fr")
    case .nflog: out.write("nflog")
    case .arcnet: out.write("arcnet")
    case .arcnetLinux: out.write("arcnet_linux")
    case .dsa: out.write("dsa")
    case .edsa: out.write("edsa")
    case .linuxCooked: out.write("sll")
    case .ipv4: out.write("ipv4")
    case .ipv6: out.write("ipv6")
    case .linuxCooked2: out.write("sll2")
    default: out.write(signed: Int(link.rawValue))
    }
  }
}
