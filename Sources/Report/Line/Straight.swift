// The line of an ordinary TCP segment, straight through: Ethernet, IPv4 and TCP without anything unusual.
//
// Nine of ten packets of most captures are such. Their line is written from one look at fifty-four octets or
// sixty-six, instead of by three printers, each of which asks how its layer could be cut short or lie. What
// is not exactly so goes the usual way; a test holds both against each other.

internal import Wire

extension LinePrinter {
  /// Prints the line of an ordinary segment behind its time stamp. False when it is none: then nothing has
  /// been written.
  @inline(__always)
  mutating func straight(_ bytes: Bytes, _ frame: Frame) throws(Cut) -> Bool {
    guard isStraight, frame.link.rawValue == 1, bytes.count >= 54, bytes.count == frame.wireLength else {
      return false
    }
    // Ethernet's type, and IP's version and header length; not a fragment; TCP.
    let header = bytes.extracting(0..<54)
    guard header.u16(12) == 0x0800, header[14] == 0x45, header.u16(20) & 0x3fff == 0, header[23] == 6 else {
      return false
    }
    let (total, size) = (Int(header.u16(16)), Int(header[46] &>> 4) &* 4)
    guard total <= bytes.count &- 14, total >= 20 &+ size else { return false }
    if size == 20 {
      try straight(header, bytes, total, size, stamps: nil)
      return true
    }
    // Time stamps behind two octets that fill (RFC 7323 appendix A), and no other option.
    guard size == 32, bytes.count >= 66 else { return false }
    let options = bytes.extracting(54..<66)
    guard options.u32(0) == 0x0101_080a else { return false }
    try straight(header, bytes, total, size, stamps: (options.u32(4), options.u32(8)))
    return true
  }

  /// What may be written straight through by what was asked for.
  static func isStraight(_ options: LineOptions) -> Bool {
    options.verbosity == 0 && !options.quiet && !options.linkHeader && !options.color
  }

  private mutating func straight(
    _ header: Bytes, _ bytes: Bytes, _ total: Int, _ size: Int, stamps: (UInt32, UInt32)?
  ) throws(Cut) {
    reading = "tcp"
    linkLength = 14
    let (source, destination) = (header.u32(26), header.u32(30))
    let (from, to) = (header.u16(34), header.u16(36))
    out.write("IP ")
    out.write(ipv4: source)
    out.write(".", decimal: UInt64(from))
    out.write(" > ")
    out.write(ipv4: destination)
    out.write(".", decimal: UInt64(to))
    let flags = header[47]
    switch flags {
    case 0x10: out.write(": Flags [.]")
    case 0x18: out.write(": Flags [P.]")
    case 0x11: out.write(": Flags [F.]")
    default:
      out.write(": Flags [")
      self.flags(flags)
      out.write("]")
    }
    var (sequence, acknowledgment) = (header.u32(38), header.u32(42))
    if !options.absoluteSequence, flags & 0x10 != 0 {
      let base = sequences.base(
        of: Conversation(IPAddress(ipv4: source), IPAddress(ipv4: destination), from, to, version: 4),
        sequence: sequence, acknowledgment: acknowledgment, opens: flags & 0x02 != 0)
      if !base.isNew {
        sequence = sequence &- base.own
        acknowledgment = acknowledgment &- base.peer
      }
    }
    let data = total &- 20 &- size
    if data > 0 {
      out.write(", seq ", decimal: UInt64(sequence))
      out.write(":", decimal: UInt64(sequence &+ UInt32(truncatingIfNeeded: data)))
    } else if flags & 0x07 != 0 {
      out.write(", seq ", decimal: UInt64(sequence))
    }
    if flags & 0x10 != 0 { out.write(", ack ", decimal: UInt64(acknowledgment)) }
    out.write(", win ", decimal: UInt64(header.u16(48)))
    if flags & 0x20 != 0 { out.write(", urg ", decimal: UInt64(header.u16(52))) }
    if let stamps {
      out.write(", options [nop,nop,TS val ", decimal: UInt64(stamps.0))
      out.write(" ecr ", decimal: UInt64(stamps.1))
      out.write("], length ", decimal: UInt64(data))
    } else {
      out.write(", length ", decimal: UInt64(data))
    }
    if data > 0 { try application(bytes.extracting(14 &+ 20 &+ size..<14 &+ total), data, from, to) }
  }
}
