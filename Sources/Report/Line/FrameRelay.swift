// Frame Relay (ITU-T Q.922, RFC 2427, FRF.12), with the EtherTypes that Cisco puts there, as text.

internal import Wire

extension LinePrinter {
  /// A Frame Relay frame: an address of two to four octets, then a control octet and a network layer protocol
  /// identifier, or an EtherType.
  mutating func frameRelay(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "fr"
    if bytes.count < 4 {
      truncated()
      linkLength = bytes.count
      return
    }
    guard let address = try FrameRelayAddress(text: bytes) else {
      out.write("Q.922, invalid address")
      return
    }
    let control = try bytes.get8(address.length)
    if control != 3, address.connection != 0 {
      if bytes.has(address.length, 2), try ciscoFrameRelay(address, bytes, length) {
        linkLength = address.length &+ 2
        return
      }
      out.write("UI ")
      out.write(hexOctet: control)
      out.write("! ")
    }
    let isPadded = try bytes.get8(address.length &+ 1) == 0
    if isPadded, address.length != 3 { out.write("Pad! ") }
    if !isPadded, address.length == 3 { out.write("No pad! ") }
    let header = address.length &+ (isPadded ? 3 : 2)
    let identifier = try bytes.get8(header &- 1)
    if options.linkHeader {
      write(address, address.length, UInt16(identifier), length)
    }
    try frameRelayPayload(identifier, address, header, bytes, length)
    linkLength = header
  }

  /// What an EtherType behind the address announces. False when it is nothing we know.
  private mutating func ciscoFrameRelay(
    _ address: FrameRelayAddress, _ bytes: Bytes, _ length: Int
  ) throws(Cut) -> Bool {
    let type = bytes.u16(address.length)
    if options.linkHeader { write(address, address.length, type, length) }
    let header = address.length &+ 2
    return try etherType(type, bytes.extracting(droppingFirst: header), length &- header)
  }

  /// What a network layer protocol identifier announces.
  private mutating func frameRelayPayload(
    _ identifier: UInt8, _ address: FrameRelayAddress, _ header: Int, _ bytes: Bytes, _ length: Int
  ) throws(Cut) {
    let rest = bytes.extracting(droppingFirst: header)
    let inside = length &- header
    switch identifier {
    case 0xcc: try ipv4(rest, inside)
    case 0x8e: try ipv6(rest, inside)
    case 0x81, 0x82, 0x83: named("OSI", inside &+ 1)
    case 0x80:
      if try !snap(rest, inside, nil, padding: 0) {
        if !options.linkHeader { write(address, header, UInt16(identifier), length) }
        if options.showsUnknown { try whole(bytes, length) }
      }
    case 0x08: try q933(rest, inside)
    case 0xb1: try frameRelayFragment(rest, inside)
    case 0xcf: _ = try ppp(rest, inside)
    default:
      if !options.linkHeader { write(address, address.length, UInt16(identifier), length) }
      if case .hex = options.dump { return }
      try whole(rest, inside)
    }
  }

  /// Octets that no printer knows, and the mark of a cut when there were more.
  private mutating func whole(_ bytes: Bytes, _ length: Int) throws(Cut) {
    hexAndASCII(bytes)
    if bytes.count < length { throw .truncated }
  }

  /// A fragment of a frame (FRF.12, FRF.15).
  private mutating func frameRelayFragment(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if length < 2 {
      truncated()
      return
    }
    let word = try bytes.get16(0)
    out.write("FRF.15, seq 0x")
    out.write(hex: word &>> 1 & 0x0f00 | word & 0xff, width: 3)
    out.write(", Flags [")
    var flags = FlagList()
    flags.add(word & 0x8000 != 0, "Begin", &out)
    flags.add(word & 0x4000 != 0, "End", &out)
    flags.add(word & 0x2000 != 0, "Control", &out)
    flags.end(&out)
    out.write("],")
    out.write(word & 0x0100 != 0 ? "Interface" : "End-to-End")
    out.write(" Fragmentation, length ")
    out.write(unsigned: length)
  }

  /// The header as `-e` shows it; `type` is a network layer protocol identifier or an EtherType.
  private mutating func write(
    _ address: FrameRelayAddress, _ headerLength: Int, _ type: UInt16, _ length: Int
  ) {
    out.write("Q.922, ")
    if !options.quiet {
      out.write("hdr-len ")
      out.write(unsigned: headerLength)
      out.write(", ")
    }
    out.write("DLCI ")
    out.write(decimal: address.connection)
    if !options.quiet {
      out.write(", Flags [")
      var flags = FlagList()
      flags.add(address.isCommand, "C!", &out)
      flags.add(address.isDiscardEligible, "DE", &out)
      flags.add(address.backwardCongestion, "BECN", &out)
      flags.add(address.forwardCongestion, "FECN", &out)
      flags.add(address.isCore, "sdlcore", &out)
      flags.end(&out)
      if type <= 0xff {
        out.write("], NLPID ")
        out.write(networkLayerName(UInt8(type)) ?? "unknown")
        out.write(" (0x")
        out.write(hex: type, width: 2)
      } else {
        out.write("], cisco-ethertype ")
        out.write(etherTypeName(type) ?? "unknown")
        out.write(" (0x")
        out.write(hex: type, width: 4)
      }
      out.write(")")
    }
    out.write(", length ")
    out.write(unsigned: length)
    out.write(": ")
  }

  /// A data link connection identifier, as ARP has it for a hardware address.
  mutating func write(connection bytes: Bytes) {
    do throws(Cut) {
      if let address = try FrameRelayAddress(text: bytes) {
        out.write("DLCI ")
        out.write(decimal: address.connection)
      } else {
        out.write("<Invalid DLCI>")
      }
    } catch {
      out.write("<Truncated>")
    }
  }

  /// The name of a network layer protocol identifier (ISO/IEC TR 9577).
  private func networkLayerName(_ identifier: UInt8) -> StaticString? {
    switch identifier {
    case 0x00: "NULL"
    case 0x08: "Q.933"
    case 0x09: "LMI"
    case 0x80: "SNAP"
    case 0x81: "CLNP"
    case 0x82: "ES-IS"
    case 0x83: "IS-IS"
    case 0x84: "CONS"
    case 0x85: "IDRP"
    case 0x8a: "X25 ES-IS"
    case 0x8e: "IPv6"
    case 0xb1: "FRF.15"
    case 0xc1: "ISIS_SPB"
    case 0xcc: "IPv4"
    case 0xcf: "PPP"
    default: nil
    }
  }
}

extension FrameRelayAddress {
  /// Reads the address at the start of `bytes`; nil when its bits contradict each other.
  fileprivate init?(text bytes: Bytes) throws(Cut) {
    do throws(Malformed) {
      self = try FrameRelayAddress(bytes)
    } catch {
      if case .truncated = error { throw .truncated }
      return nil
    }
  }
}

/// Words with commas between them; "none" when there is no word.
private struct FlagList {
  private var isEmpty = true

  mutating func add(_ isSet: Bool, _ name: StaticString, _ out: inout OctetBuffer) {
    if !isSet { return }
    if !isEmpty { out.write(", ") }
    out.write(name)
    isEmpty = false
  }

  func end(_ out: inout OctetBuffer) {
    if isEmpty { out.write("none") }
  }
}
