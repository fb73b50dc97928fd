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
    out.write("Flags [")
    self.flags(flags)
    out.write("]")
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

  /// A letter for each flag, those of RFC 9293 first; a point for an acknowledgment.
  @inline(__always)
  private mutating func flags(_ flags: UInt8) {
    if flags == 0 {
      out.write("none")
      return
    }
    if flags & 0x01 != 0 { out.write(octet: 70) }
    if flags & 0x02 != 0 { out.write(octet: 83) }
    if flags & 0x04 != 0 { out.write(octet: 82) }
    if flags & 0x08 != 0 { out.write(octet: 80) }
    if flags & 0x10 != 0 { out.write(octet: 46) }
    if flags & 0x20 != 0 { out.write(octet: 85) }
    if flags & 0x40 != 0 { out.write(octet: 69) }
    if flags & 0x80 != 0 { out.write(octet: 87) }
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

  /// What is above TCP, by port.
  @inline(__always)
  private mutating func application(
    _ bytes: Bytes, _ length: Int, _ source: UInt16, _ destination: UInt16
  ) throws(Cut) {
    if let known = tcpApplications.first(source, destination) {
      try application(known, bytes, length)
    }
  }

  /// Prints a known application's octets.
  private mutating func application(_ known: TCPApplication, _ bytes: Bytes, _ length: Int) throws(Cut) {
    switch known {
    case .none: return
    case .smtp: try text(bytes, length, "smtp", "SMTP", .everything)
    case .whois: try text(bytes, length, "whois", "WHOIS", .everything)
    case .ftp: try text(bytes, length, "ftp", "FTP", .everything)
    case .http: try text(bytes, length, "http", "HTTP", .http)
    case .rtsp: try text(bytes, length, "rtsp", "RTSP", .rtsp)
    case .domain: try domain(bytes, length, overTCP: true)
    case .ssh: try ssh(bytes, length)
    }
  }
}

/// The applications over TCP that are printed.
enum TCPApplication: UInt8 {
  /// tcpdump has a printer for its port and we have none: the line ends here.
  case none
  case smtp, whois, ftp, http, rtsp, domain, ssh
}

/// Applications by port. The order is that in which tcpdump asks: of two known ports the earlier in the list
/// wins.
struct TCPApplications {
  private let ports: [(port: UInt16, application: TCPApplication)] = [
    (23, .none), (25, .smtp), (43, .whois), (179, .none), (1723, .none), (6379, .none), (22, .ssh),
    (10288, .none), (6633, .none), (6653, .none), (21, .ftp), (80, .http), (8080, .http), (554, .rtsp),
    (8554, .rtsp), (53, .domain), (639, .none), (323, .none), (646, .none), (2049, .none),
  ]
  /// Rank of each port in the list, from 1; 0 for the others.
  private let ranks: [UInt8]

  init() {
    var ranks = [UInt8](repeating: 0, count: 65536)
    for (rank, entry) in ports.enumerated() { ranks[Int(entry.port)] = UInt8(rank + 1) }
    self.ranks = ranks
  }

  /// The application of a segment between two ports.
  @inline(__always)
  func first(_ source: UInt16, _ destination: UInt16) -> TCPApplication? {
    let a = ranks[Int(source)]
    let b = ranks[Int(destination)]
    if a | b == 0 { return nil }
    let rank = a == 0 ? b : b == 0 ? a : min(a, b)
    return ports[Int(rank) &- 1].application
  }
}

private let tcpApplications = TCPApplications()
