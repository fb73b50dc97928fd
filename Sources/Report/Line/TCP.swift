// Transmission Control Protocol (RFC 9293), as text.

internal import Wire

extension LinePrinter {
  /// A TCP segment. `length` is what IP claims.
  mutating func tcp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "tcp"
    guard bytes.count >= 4 else {
      out.write(outer.source, version: outer.version)
      out.write(" > ")
      out.write(outer.destination, version: outer.version)
      out.write(":")
      truncated()
      return
    }
    let source = bytes.u16(0)
    let destination = bytes.u16(2)
    ports(source, destination, outer, 6)
    guard bytes.count >= TCPHeader.lengthMin else {
      truncated()
      return
    }
    let header = bytes.extracting(0..<TCPHeader.lengthMin)
    let headerLength = Int(header[12] &>> 4) &* 4
    if headerLength < TCPHeader.lengthMin {
      out.write(" tcp ")
      out.write(unsigned: length &- headerLength)
      out.write(" [bad hdr length ")
      out.write(unsigned: headerLength)
      out.write(" - too short, < 20]")
      return
    }
    if options.quiet {
      out.write("tcp ")
      out.write(unsigned: length &- headerLength)
      if headerLength > length { tooLong(headerLength, length) }
      return
    }
    let flags = header[13]
    if flags & 0x07 != 0 { paint(flags & 0x04 != 0 ? .fault : flags & 0x02 != 0 ? .opening : .dim) }
    out.write("Flags [")
    out.write(flags: flags)
    out.write("]")
    if flags & 0x07 != 0 { paint(.plain) }
    var sequence = header.u32(4)
    var acknowledgment = header.u32(8)
    var base = ConversationBase()
    if !options.absoluteSequence, flags & 0x10 != 0 {
      let conversation = Conversation(
        outer.source, outer.destination, source, destination, version: outer.version)
      base = sequences.base(
        of: conversation, sequence: sequence, acknowledgment: acknowledgment, opens: flags & 0x02 != 0)
      if !base.isNew {
        sequence = sequence &- base.own
        acknowledgment = acknowledgment &- base.peer
      }
    }
    if headerLength > length {
      tooLong(headerLength, length)
      return
    }
    if verbose, options.checksums, !outer.fragmented, bytes.count >= length {
      out.write(", cksum 0x")
      out.write(hex: header.u16(16), width: 4)
      let sum = outer.checksum(bytes, length, 6)
      if sum == 0 {
        out.write(" (correct)")
      } else {
        out.write(" (incorrect -> 0x")
        out.write(hex: rightChecksum(header.u16(16), sum), width: 4)
        out.write(")")
      }
    }
    let data = length &- headerLength
    if data > 0 || flags & 0x07 != 0 || options.verbosity > 1 {
      out.write(", seq ")
      out.write(decimal: sequence)
      if data > 0 {
        out.write(":")
        out.write(decimal: sequence &+ UInt32(truncatingIfNeeded: data))
      }
    }
    if flags & 0x10 != 0 {
      out.write(", ack ")
      out.write(decimal: acknowledgment)
    }
    out.write(", win ")
    out.write(decimal: header.u16(14))
    if flags & 0x20 != 0 {
      out.write(", urg ")
      out.write(decimal: header.u16(18))
    }
    if headerLength > TCPHeader.lengthMin {
      let area = bytes.extracting(droppingFirst: TCPHeader.lengthMin)
      if try !tcpOptions(
        area, headerLength &- TCPHeader.lengthMin, flags, base, payloadThere: bytes.count >= length)
      {
        return
      }
    }
    out.write(", length ")
    out.write(unsigned: data)
    if data == 0 { return }
    if bytes.count < headerLength {
      out.write(" [remaining caplen(")
      out.write(unsigned: bytes.count)
      out.write(") < header length(")
      out.write(unsigned: headerLength)
      out.write(")]")
      throw .truncated
    }
    let payload = bytes.extracting(droppingFirst: headerLength)
    if flags & 0x04 != 0, verbose {
      resetData(payload, data)
      return
    }
    try application(payload, data, source, destination)
  }

  /// Addresses and ports; the ports alone behind IPv6 extension headers, whose printer has shown the
  /// addresses.
  @inline(__always)
  mutating func ports(_ source: UInt16, _ destination: UInt16, _ outer: Outer, _ number: UInt8) {
    if outer.announced == number {
      out.write(outer.source, version: outer.version)
      out.write(octet: 46)
      out.write(decimal: source)
      out.write(" > ")
      out.write(outer.destination, version: outer.version)
      out.write(octet: 46)
    } else {
      out.write(decimal: source)
      out.write(" > ")
    }
    out.write(decimal: destination)
    out.write(": ")
  }

  /// A header that claims more than the segment has.
  private mutating func tooLong(_ headerLength: Int, _ length: Int) {
    out.write(" [bad hdr length ")
    out.write(unsigned: headerLength)
    out.write(" - too long, > ")
    out.write(unsigned: length)
    out.write("]")
  }

  /// What a reset says in its data (RFC 9293 section 3.10.7): at most thirty octets of it.
  private mutating func resetData(_ bytes: Bytes, _ length: Int) {
    let shownMax = 30
    out.write(bytes.count >= length ? " [RST" : " [!RST")
    if length > shownMax { out.write("+") }
    out.write(" ")
    for at in 0..<min(length, shownMax, bytes.count) { out.write(visible: bytes[at]) }
    out.write("]")
  }

  /// What is above TCP, by port: most ports are of nothing that has a printer.
  @inline(__always)
  mutating func application(
    _ bytes: Bytes, _ length: Int, _ source: UInt16, _ destination: UInt16
  ) throws(Cut) {
    let (a, b) = (tcpPortRank(source), tcpPortRank(destination))
    if a | b == 0 { return }
    // Of two known ports the one that tcpdump asks for first wins.
    try application(bytes, length, port: b == 0 || a != 0 && a <= b ? source : destination)
  }

  @inline(never)
  private mutating func application(_ bytes: Bytes, _ length: Int, port: UInt16) throws(Cut) {
    switch port {
    case 25: try text(bytes, length, "smtp", "SMTP", .everything)
    case 43: try text(bytes, length, "whois", "WHOIS", .everything)
    case 21: try text(bytes, length, "ftp", "FTP", .everything)
    case 80, 8080: try text(bytes, length, "http", "HTTP", .http)
    case 554, 8554: try text(bytes, length, "rtsp", "RTSP", .rtsp)
    case 53: try domain(bytes, length, overTCP: true)
    case 22: try ssh(bytes, length)
    default: return
    }
  }
}

extension OctetBuffer {
  /// A letter for each flag, those of RFC 9293 first; a point for an acknowledgment.
  @inline(__always)
  mutating func write(flags: UInt8) {
    if flags == 0 {
      write("none")
      return
    }
    if flags & 0x01 != 0 { write(octet: 70) }
    if flags & 0x02 != 0 { write(octet: 83) }
    if flags & 0x04 != 0 { write(octet: 82) }
    if flags & 0x08 != 0 { write(octet: 80) }
    if flags & 0x10 != 0 { write(octet: 46) }
    if flags & 0x20 != 0 { write(octet: 85) }
    if flags & 0x40 != 0 { write(octet: 69) }
    if flags & 0x80 != 0 { write(octet: 87) }
  }
}

/// The place of a TCP port in the order in which tcpdump asks for its printers; 0 for a port that has none.
/// Those that only tcpdump can print are here because they take precedence over what comes behind them.
private func tcpPortRank(_ port: UInt16) -> UInt8 {
  switch port {
  case 23: 1
  case 25: 2
  case 43: 3
  case 179: 4
  case 1723: 5
  case 6379: 6
  case 22: 7
  case 10288: 8
  case 6633, 6653: 9
  case 21: 10
  case 80, 8080: 11
  case 554, 8554: 12
  case 53: 13
  default: 0
  }
}
