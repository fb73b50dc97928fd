// The tags that Marvell's switches put between the addresses and the type of an Ethernet frame, as text.

internal import Wire

/// What stands between the addresses and the type of an Ethernet frame.
enum SwitchTag {
  case none, dsa, edsa

  /// Octets.
  var length: Int {
    switch self {
    case .none: 0
    case .dsa: 4
    case .edsa: 8
    }
  }
}

extension LinePrinter {
  /// The tag at the start of `bytes`, all of which is there.
  mutating func write(_ tag: SwitchTag, _ bytes: Bytes) {
    switch tag {
    case .none: return
    case .dsa: out.write(options.linkHeader ? "Marvell DSA " : "DSA ")
    case .edsa:
      let type = bytes.u16(0)
      if options.linkHeader {
        out.write("Marvell EDSA ethertype 0x")
        out.write(hex: type, width: 4)
        out.write(" (")
        out.write(etherTypeName(type) ?? "Unknown")
        out.write("), rsvd ")
        out.write(decimal: bytes[2])
        out.write(octet: 32)
        out.write(decimal: bytes[3])
        out.write(", ")
      } else {
        out.write("EDSA 0x")
        out.write(hex: type, width: 4)
        out.write(", ")
      }
    }
    let fields = DSATag(bytes.u32(tag.length &- 4))
    if options.linkHeader { writeLong(fields) } else { writeShort(fields) }
  }

  /// Which ports and which VLAN.
  private mutating func writeShort(_ tag: DSATag) {
    switch tag.mode {
    case .toCPU:
      out.write("port ")
      write(portOf: tag)
      out.write(" > CPU, ")
    case .fromCPU:
      out.write("CPU > port ")
      write(portOf: tag)
      out.write(", ")
    case .toSniffer:
      out.write("port ")
      write(portOf: tag)
      out.write(tag.isTrunk ? " > Rx Sniffer, " : " > Tx Sniffer, ")
    case .forward:
      out.write(tag.isTrunk ? "Forward trunk " : "Forward port ")
      write(portOf: tag)
      out.write(", ")
    }
    out.write("VLAN ")
    out.write(decimal: tag.vlan)
    out.write(tag.isTagged ? "t, " : "u, ")
  }

  /// Device and port with a point between them.
  private mutating func write(portOf tag: DSATag) {
    out.write(decimal: tag.device)
    out.write(".")
    out.write(decimal: tag.port)
  }

  /// Every field by its name.
  private mutating func writeLong(_ tag: DSATag) {
    switch tag.mode {
    case .toCPU: out.write("mode To CPU, source dev ")
    case .fromCPU: out.write("mode From CPU, target dev ")
    case .toSniffer: out.write("mode To Sniffer, source dev ")
    case .forward: out.write("mode Forward, dev ")
    }
    out.write(decimal: tag.device)
    out.write(tag.mode == .forward && tag.isTrunk ? ", trunk " : ", port ")
    out.write(decimal: tag.port)
    out.write(", ")
    switch tag.mode {
    case .toCPU:
      out.write("code ")
      write(code: tag.code)
      out.write(", ")
    case .toSniffer: out.write(tag.isTrunk ? "ingress sniff, " : "egress sniff, ")
    case .fromCPU, .forward: break
    }
    out.write(tag.isTagged ? "tagged, " : "untagged, ")
    if tag.isCanonical { out.write("CFI, ") }
    out.write("VID ")
    out.write(decimal: tag.vlan)
    out.write(", FPri ")
    out.write(decimal: tag.priority)
    out.write(", ")
  }

  /// Why a frame was sent to the CPU.
  private mutating func write(code: UInt8) {
    switch code {
    case 0: out.write("BPDU (MGMT) Trap")
    case 1: out.write("Frame2Reg")
    case 2: out.write("IGMP/MLD Trap")
    case 3: out.write("Policy Trap")
    case 4: out.write("ARP Mirror")
    case 5: out.write("Policy Mirror")
    default: out.write("reserved")
    }
  }
}
