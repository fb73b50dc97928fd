// What an ICMP error carries behind the packet it quotes (RFC 4884, RFC 4950), as text.

internal import Wire

extension LinePrinter {
  /// Octets before the extensions when the length field says nothing: a header and 128 octets of the quoted
  /// packet.
  private static let extensionsOffset = 136

  /// The extensions, where there are any.
  mutating func icmpExtensions(_ bytes: Bytes, _ length: Int) throws(Cut) {
    let start = Self.extensionsOffset
    if length <= start { return }
    if bytes.count < start + 5 {
      truncated()
      return
    }
    let claimed = length - start
    let captured = bytes.has(start, claimed)
    let correct = captured && internetChecksum(bytes.extracting(droppingFirst: start), claimed) == 0
    // With no length field, only a right checksum tells extensions from the rest of the quoted packet.
    if bytes[5] == 0, captured, !correct { return }
    let version = bytes[start] &>> 4
    out.write("\n\tICMP Multi-Part extension v")
    out.write(decimal: version)
    if version != 2 {
      out.write(" packet not supported")
      return
    }
    if captured {
      out.write(", checksum 0x")
      out.write(hex: bytes.u16(start + 2), width: 4)
      out.write(correct ? " (correct), length " : " (incorrect), length ")
      out.write(unsigned: claimed)
    }
    try icmpObjects(bytes, start + 4, UInt32(truncatingIfNeeded: claimed &- 4))
  }

  /// The objects from `start`, `octets` of them.
  private mutating func icmpObjects(_ bytes: Bytes, _ start: Int, _ octets: UInt32) throws(Cut) {
    var at = start
    var left = octets
    while left > 4 {
      if !bytes.has(at, 4) {
        truncated()
        return
      }
      let length = UInt32(bytes.u16(at))
      let kind = bytes[at &+ 2]
      let subkind = bytes[at &+ 3]
      at &+= 4
      out.write("\n\t  ")
      switch kind {
      case 1: out.write("MPLS Stack Entry")
      case 2: out.write("Interface Identification")
      default: out.write("unknown")
      }
      out.write(" Object (")
      out.write(decimal: kind)
      out.write("), Class-Type: ")
      out.write(decimal: subkind)
      out.write(", length ")
      out.write(decimal: length)
      left &-= 4
      if kind == 0 || length < 4 { return }
      let rest = length - 4
      if kind == 1, subkind == 1 {
        mplsEntry(try bytes.get32(at))
      } else {
        unknownData(bytes, at: at, Int(rest), indent: "\n\t    ")
      }
      if left < rest { return }
      left -= rest
      at &+= Int(rest)
    }
  }

  /// The first entry of a label stack.
  private mutating func mplsEntry(_ entry: UInt32) {
    out.write("\n\t    label ")
    out.write(decimal: entry &>> 12)
    out.write(", tc ")
    out.write(decimal: entry &>> 9 & 7)
    if entry & 0x100 != 0 { out.write(", [S]") }
    out.write(", ttl ")
    out.write(decimal: entry & 0xff)
  }

  /// Octets from `at` that nobody reads, in hexadecimal: as many of `length` as are there.
  mutating func unknownData(_ bytes: Bytes, at: Int, _ length: Int, indent: StaticString) {
    if at < 0 || at > bytes.count {
      out.write(indent)
      out.write("Dissector error: print_unknown_data called with pointer past end of packet")
      return
    }
    unknownData(bytes.extracting(droppingFirst: at), length, indent: indent)
  }
}
