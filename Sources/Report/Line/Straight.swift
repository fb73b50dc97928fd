// The line of an ordinary TCP segment, straight through: Ethernet, IPv4 and TCP without anything unusual.
//
// Nine of ten packets of most captures are such. Their line is written from one look at fifty-four octets or
// sixty-six, instead of by three printers, each of which asks how its layer could be cut short or lie. What
// is not exactly so goes the usual way; a test holds both against each other.

internal import Wire

/// An ordinary TCP segment: what its line needs to know beyond the numbers of its headers.
struct StraightSegment {
  /// The lists of options that nearly all segments have.
  enum Options {
    case none
    /// Time stamps behind two octets that fill (RFC 7323 appendix A).
    case stamps(UInt32, UInt32)
    /// Those of a SYN as Linux sends it: the segment size, SACK, time stamps, and the window's scale.
    case opening(UInt16, UInt32, UInt32, UInt8)
  }

  /// Octets of the packet and of the TCP header, as they say.
  let total: Int
  let size: Int
  let options: Options

  /// Nil when it is none.
  @inline(__always)
  init?(_ bytes: Bytes, _ frame: Frame) {
    guard frame.link.rawValue == 1, bytes.count >= 54, bytes.count == frame.wireLength else { return nil }
    // Ethernet's type, and IP's version and header length; not a fragment; TCP.
    let header = bytes.extracting(0..<54)
    guard header.u16(12) == 0x0800, header[14] == 0x45, header.u16(20) & 0x3fff == 0, header[23] == 6 else {
      return nil
    }
    (total, size) = (Int(header.u16(16)), Int(header[46] &>> 4) &* 4)
    guard total <= bytes.count &- 14, total >= 20 &+ size else { return nil }
    switch size {
    case 20: options = .none
    case 32:
      guard bytes.count >= 66 else { return nil }
      let list = bytes.extracting(54..<66)
      guard list.u32(0) == 0x0101_080a else { return nil }
      options = .stamps(list.u32(4), list.u32(8))
    case 40:
      guard bytes.count >= 74 else { return nil }
      let list = bytes.extracting(54..<74)
      guard list.u16(0) == 0x0204, list.u32(4) == 0x0402_080a, list.u32(16) &>> 8 == 0x0001_0303 else {
        return nil
      }
      options = .opening(list.u16(2), list.u32(8), list.u32(12), list[19])
    default: return nil
    }
  }
}

extension LinePrinter {
  /// What may be written straight through by what was asked for.
  static func isStraight(_ options: LineOptions) -> Bool {
    options.verbosity == 0 && !options.quiet && !options.linkHeader && !options.color
  }

  /// Prints the line of an ordinary segment behind its time stamp. False when it is none: then nothing has
  /// been written.
  @inline(__always)
  mutating func straight(_ bytes: Bytes, _ frame: Frame) throws(Cut) -> Bool {
    isStraight ? try write(bytes, frame, isStamped: false) : false
  }

  /// Prints the time stamp and the line of an ordinary segment when nothing but these was asked for. False
  /// when it is none: then nothing has been written.
  @inline(__always)
  mutating func brief(_ bytes: Bytes, _ frame: Frame) -> Bool {
    guard isBrief, isStraight, bytes.count <= LinePrinter.lengthMax else { return false }
    do throws(Cut) { return try write(bytes, frame, isStamped: true) } catch { cutShort(error) }
    return true
  }

  /// In one piece: a segment that is handed on is written to memory and read again.
  @inline(never)
  private mutating func write(_ bytes: Bytes, _ frame: Frame, isStamped: Bool) throws(Cut) -> Bool {
    guard let segment = StraightSegment(bytes, frame) else { return false }
    if isStamped { timestamp(frame.time) }
    reading = "tcp"
    linkLength = 14
    depth = 0
    let header = bytes.extracting(0..<54)
    let (source, destination) = (header.u32(26), header.u32(30))
    let (from, to) = (header.u16(34), header.u16(36))
    let (flags, window, urgent) = (header[47], header.u16(48), header.u16(52))
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
    let data = segment.total &- 20 &- segment.size
    endTexts.write(.source, source, from, to: &out)
    endTexts.write(.destination, destination, to, to: &out)
    out.compose { pen in
      pen.write(flags: flags)
      if data > 0 {
        pen.write(", seq ", decimal: UInt64(sequence))
        pen.write(":", decimal: UInt64(sequence &+ UInt32(truncatingIfNeeded: data)))
      } else if flags & 0x07 != 0 {
        pen.write(", seq ", decimal: UInt64(sequence))
      }
      if flags & 0x10 != 0 { pen.write(", ack ", decimal: UInt64(acknowledgment)) }
      pen.write(", win ", decimal: UInt64(window))
      if flags & 0x20 != 0 { pen.write(", urg ", decimal: UInt64(urgent)) }
      switch segment.options {
      case .none: pen.write(", length ", decimal: UInt64(data))
      case .stamps(let value, let echo):
        pen.write(", options [nop,nop,TS val ", decimal: UInt64(value))
        pen.write(" ecr ", decimal: UInt64(echo))
        pen.write("], length ", decimal: UInt64(data))
      case .opening(let most, let value, let echo, let scale):
        pen.write(", options [mss ", decimal: UInt64(most))
        pen.write(",sackOK,TS val ", decimal: UInt64(value))
        pen.write(" ecr ", decimal: UInt64(echo))
        pen.write(",nop,wscale ", decimal: UInt64(scale))
        pen.write("], length ", decimal: UInt64(data))
      }
    }
    if data > 0 {
      try application(
        bytes.extracting(14 &+ 20 &+ segment.size..<14 &+ segment.total), data, from, to)
    }
    return true
  }
}

extension Pen {
  /// The flags as a line has them: those that nearly all segments have in one piece.
  @inline(__always)
  fileprivate mutating func write(flags: UInt8) {
    switch flags {
    case 0x10: write(": Flags [.]")
    case 0x18: write(": Flags [P.]")
    case 0x11: write(": Flags [F.]")
    case 0x02: write(": Flags [S]")
    case 0x12: write(": Flags [S.]")
    default:
      write(": Flags [")
      lend { $0.write(flags: flags) }
      write("]")
    }
  }
}
