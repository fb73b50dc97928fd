// Every field of every layer of a packet with its octets: what `-V` prints.
//
// The octets stand on the left as a gutter, so that a long value never pushes them out of sight; layers stand
// at the margin, their fields under them, the parts of a field under the field. Every octet of the frame
// belongs to exactly one field of a layer or to one row that says that nobody claimed it.

public import Wire

/// Prints packets field by field into a buffer that its owner empties.
public struct FieldsPrinter: ~Copyable {
  /// The text so far.
  public var out = OctetBuffer()
  /// Whether checksums are verified and their verdicts told.
  public let checksums: Bool
  /// Escape sequences for colour, for a terminal.
  public let color: Bool
  private let interfaces: InterfaceNames
  private var clock = UTCTime()
  private var fields = Fields()
  /// Octets of the frame that have been told, from its start.
  private var told = 0
  /// Digits of the frame's last octet: half the width of the gutter.
  private var digits = 4

  /// A printer of fields. `interfaces` are the names that `Frame.interface` counts.
  public init(interfaces: [String] = [], checksums: Bool = false, color: Bool = false) {
    self.checksums = checksums
    self.color = color
    self.interfaces = InterfaceNames(interfaces, for: .terminal)
  }

  /// Prints one frame: a heading, its layers with their fields, the octets that nobody claimed, and an empty
  /// line. `packet` is its dissection; it is lent, not changed, because passing it by value costs a copy of
  /// it.
  public mutating func print(_ bytes: Bytes, _ frame: Frame, _ packet: inout Packet) {
    told = 0
    digits = 4
    var limit = 10_000
    while limit < bytes.count {
      digits &+= 1
      limit &*= 10
    }
    printHeading(bytes, frame)
    var isFaultTold = packet.fault == nil
    for i in 0..<packet.layerCount {
      let layer = packet.layers[i]
      let start = min(bytes.count, Int(layer.offset))
      tell(rest: bytes, upTo: start, &packet)
      let verdict = checksums ? packet.checksum(ofLayer: i, in: bytes) : nil
      let hasMetFault = printLayer(
        layer.kind, bytes, start, Int(layer.headerLength), Int(layer.length), verdict)
      if !isFaultTold, packet.faultLayer == layer.kind, isLast(i, layer.kind, &packet) {
        if !hasMetFault, let fault = packet.fault { printFault(fault) }
        isFaultTold = true
      }
    }
    if !isFaultTold, let fault = packet.fault { printUnread(fault, bytes, &packet) }
    tell(rest: bytes, upTo: bytes.count, &packet)
    if packet.wireLength > bytes.count {
      row(bytes.count, packet.wireLength &- bytes.count, depth: 0)
      name("not captured", depth: 0, .dim)
      out.write(signed: packet.wireLength &- bytes.count)
      out.write(" octets\n")
    }
    out.write(octet: 10)
  }

  /// Whether the layer at `index` is the last of its kind: a fault belongs to the innermost.
  private func isLast(_ index: Int, _ kind: Layer.Kind, _ packet: inout Packet) -> Bool {
    for i in (index &+ 1)..<max(index &+ 1, packet.layerCount) where packet.layers[i].kind == kind {
      return false
    }
    return true
  }

  /// Number, lengths, time and interface of the frame.
  private mutating func printHeading(_ bytes: Bytes, _ frame: Frame) {
    paint(.bold)
    out.write("Frame ")
    out.write(decimal: frame.number)
    paint(.plain)
    out.write("  ")
    out.write(signed: frame.wireLength)
    out.write(" octets, ")
    if frame.wireLength == bytes.count {
      out.write("all")
    } else {
      out.write(signed: bytes.count)
    }
    out.write(" captured  ")
    clock.write(frame.time, to: &out)
    if interfaces.has(frame.interface) {
      out.write("  ")
      interfaces.write(frame.interface, to: &out)
    }
    out.write(octet: 10)
  }

  /// A layer: its name and its octets, then its fields. True when its describer met a fault, which is told.
  private mutating func printLayer(
    _ kind: Layer.Kind, _ bytes: Bytes, _ start: Int, _ header: Int, _ length: Int,
    _ verdict: ChecksumVerdict?
  ) -> Bool {
    let end = start &+ max(0, min(length, bytes.count &- start))
    fields.removeAll()
    fields.base = start
    var fault: Malformed?
    do throws(Malformed) {
      if let describe = kind.describer { try describe(bytes.extracting(start..<end), &fields) }
    } catch {
      fault = error
    }
    // An application's fields go on behind the header that the walk has read.
    let headerEnd = start &+ max(0, min(header, end &- start))
    var last = headerEnd
    for i in 0..<fields.nodes.count {
      last = max(last, min(end, fields.nodes[i].offset &+ fields.nodes[i].length))
    }
    row(start, last &- start, depth: 0)
    paint(.bold)
    out.write(kind.name)
    paint(.plain)
    printEnds(kind, bytes.extracting(start..<end))
    out.write(octet: 10)
    printFields(bytes, verdict, at: start &+ checksumOffset(kind))
    if told < headerEnd { unclaimed("undescribed", bytes, told, headerEnd &- told, depth: 1) }
    if let fault {
      // More than the layers around it claim is a lie of a length, not the capture's cut.
      if case .truncated(let need, _) = fault, need > length {
        printFault(.invalid(.length))
      } else {
        printFault(fault)
      }
    }
    return fault != nil
  }

  /// Who talks to whom, beside the layer's name.
  private mutating func printEnds(_ kind: Layer.Kind, _ layer: Bytes) {
    switch kind {
    case .ethernet where layer.count >= 12:
      arrow(.mac(layer.u48(6)), .mac(layer.u48(0)))
    case .dsa where layer.count >= 12, .edsa where layer.count >= 12:
      arrow(.mac(layer.u48(6)), .mac(layer.u48(0)))
    case .fddi where layer.count >= 13:
      arrow(.mac(layer.u48(7)), .mac(layer.u48(1)))
    case .ipv4 where layer.count >= 20:
      arrow(.address(IPAddress(ipv4: layer.u32(12))), .address(IPAddress(ipv4: layer.u32(16))))
    case .ipv6 where layer.count >= 40:
      arrow(.address(IPAddress(ipv6: layer, at: 8)), .address(IPAddress(ipv6: layer, at: 24)))
    case .tcp where layer.count >= 4, .udp where layer.count >= 4, .sctp where layer.count >= 4:
      arrow(.number(UInt64(layer.u16(0))), .number(UInt64(layer.u16(2))))
    default: return
    }
  }

  private mutating func arrow(_ source: FieldValue, _ destination: FieldValue) {
    out.write("  ")
    write(plain: source)
    out.write(" > ")
    write(plain: destination)
  }

  /// The fields told last, and rows for the octets between them that none of them claims.
  private mutating func printFields(_ bytes: Bytes, _ verdict: ChecksumVerdict?, at checksum: Int) {
    for i in 0..<fields.nodes.count {
      let node = fields.nodes[i]
      if node.depth <= 1 {
        if node.offset > told { unclaimed("undescribed", bytes, told, node.offset &- told, depth: 1) }
        told = max(told, node.offset &+ node.length)
      }
      row(node.offset, node.length, depth: node.depth)
      name(node.name, depth: node.depth, .plain)
      write(node, bytes)
      if node.meaning.utf8CodeUnitCount > 0 {
        if !isEmpty(node.value) { out.write("  ") }
        paint(.dim)
        out.write(node.meaning)
        paint(.plain)
      }
      if let verdict, verdict != .absent, node.depth == 1, node.offset == checksum { printVerdict(verdict) }
      endRow()
    }
  }

  /// What became of a checksum, behind its value.
  private mutating func printVerdict(_ verdict: ChecksumVerdict) {
    out.write("  ")
    if case .bad(let expected) = verdict {
      paint(.fault)
      out.write("bad: should be 0x")
      out.write(hex: UInt64(expected), width: 4)
    } else {
      paint(.dim)
      out.write(verdict.name)
      if verdict == .partial { out.write(": left to the network card") }
      if verdict == .unverifiable { out.write(": not all octets are here") }
    }
    paint(.plain)
  }

  private func isEmpty(_ value: FieldValue) -> Bool {
    if case .none = value { return true }
    return false
  }

  /// A fault where the walk met it.
  private mutating func printFault(_ fault: Malformed) {
    row(told, 0, depth: 1)
    paint(.fault)
    switch fault {
    case .truncated(let need, let have):
      out.write("truncated: ")
      out.write(signed: need)
      out.write(" octets needed, ")
      out.write(signed: have)
      out.write(" there")
    case .invalid(let field):
      out.write("invalid: ")
      out.write(words: field.name)
    }
    paint(.plain)
    out.write(octet: 10)
  }

  /// The layer that could not be read: its name, the fault, and what its describer makes of its octets.
  private mutating func printUnread(_ fault: Malformed, _ bytes: Bytes, _ packet: inout Packet) {
    let start = min(max(told, packet.offset), bytes.count)
    tell(rest: bytes, upTo: start, &packet)
    if packet.faultLayer == .none { return printFault(fault) }
    let end = start &+ min(max(0, packet.claimed), bytes.count &- start)
    if !printLayer(packet.faultLayer, bytes, start, 0, packet.claimed, nil) { printFault(fault) }
    if told < end { unclaimed("undescribed", bytes, told, end &- told, depth: 1) }
  }

  /// Tells what nobody claimed of the octets up to `end`: payload, padding, trailer, frame check sequence,
  /// unknown.
  private mutating func tell(rest bytes: Bytes, upTo end: Int, _ packet: inout Packet) {
    while told < end {
      let part = UnclaimedPart(at: told, upTo: end, &packet)
      unclaimed(part.name, bytes, told, part.length, depth: 0)
    }
  }

  /// A row for octets that no field claims: how many, and how they begin.
  private mutating func unclaimed(
    _ text: StaticString, _ bytes: Bytes, _ offset: Int, _ length: Int, depth: Int
  ) {
    row(offset, length, depth: depth)
    name(text, depth: depth, .dim)
    out.write(signed: length)
    out.write(length == 1 ? " octet  " : " octets  ")
    let shown = min(length, 16)
    write(octets: bytes.extracting(offset..<offset &+ shown), more: length > shown)
    endRow()
    told = offset &+ length
  }

  /// Ends a row; a value that says nothing leaves no spaces at its end.
  private mutating func endRow() {
    while out.count > 0, out[out.count &- 1] == 32 { out.truncate(to: out.count &- 1) }
    out.write(octet: 10)
  }

  /// A point in time.
  mutating func write(time nanoseconds: Int64) { clock.write(nanoseconds, to: &out) }

  /// The gutter: first and last octet; and the indentation of the depth.
  private mutating func row(_ offset: Int, _ length: Int, depth: Int) {
    paint(.dim)
    let start = out.count
    if length > 0 {
      out.write(decimal: UInt64(max(0, offset)), padding: digits &+ 1)
      if length > 1 {
        out.write(octet: 45)
        out.write(signed: offset &+ length &- 1)
      }
    }
    out.write(32, times: start &+ 2 &* digits &+ 4 &- out.count)
    paint(.plain)
    out.write(32, times: 2 &* depth)
  }

  /// A name, and spaces up to the column of the values.
  private mutating func name(_ text: StaticString, depth: Int, _ paint: Paint) {
    self.paint(paint)
    out.write(words: text)
    self.paint(.plain)
    out.write(32, times: max(2, 32 &- 2 &* depth &- text.utf8CodeUnitCount))
  }

  /// How a piece of text looks on a terminal in colour.
  private enum Paint { case plain, bold, dim, fault }

  @inline(__always)
  private mutating func paint(_ paint: Paint) {
    if !color { return }
    switch paint {
    case .plain: out.write("\u{1b}[0m")
    case .bold: out.write("\u{1b}[1m")
    case .dim: out.write("\u{1b}[2m")
    case .fault: out.write("\u{1b}[1;31m")
    }
  }
}

/// Where a layer's checksum stands in its header; -1 when it has none that is verified.
private func checksumOffset(_ kind: Layer.Kind) -> Int {
  switch kind {
  case .ipv4: 10
  case .tcp: 16
  case .udp, .udpLite: 6
  case .icmp, .icmpv6, .igmp: 2
  default: -1
  }
}
