// One line per packet, in tcpdump's grammar.
//
// How printers work together:
//  - A printer is a method of LinePrinter, in a file of its own under Line/. It gets the octets of its layer
//    and a length. The octets end where the surrounding layers say the layer ends, or where the capture does:
//    so they may be fewer than the length claims, and a printer never reads what they do not hold (`get8`,
//    `get16`, `get32`, `check`).
//  - Its first line sets `reading` to the name that tcpdump gives the protocol. When octets run out, the
//    readers throw `Cut.truncated`; nobody need catch it: the line then ends in ` [|name]`, as tcpdump's
//    does.
//  - What is inside is printed by a call, with `bytes.extracting(droppingFirst:)` and, where a length field
//    narrows the view, `bytes.extracting(first:)`; both clamp, so that a lie of the wire cannot trap.
//    `reading` is not restored after such a call, nor does tcpdump do it.

public import Flow
public import Wire

/// Why a printer stopped in the middle of a layer. What it has written so far stays.
enum Cut: Error {
  /// The octets ended: the line goes on with ` [|name]`.
  case truncated
  /// A field lies: the line goes on with ` (invalid)`.
  case invalid
}

/// What printers above IP need to know of the header below them.
struct Outer {
  /// 4 or 6.
  var version: UInt8
  /// As in the fixed header.
  var source, destination: IPAddress
  /// Where source routing sends it in the end: what the pseudo-header of a checksum counts.
  var finalDestination: IPAddress
  /// The protocol number in the fixed header: not that of the payload when extension headers stand between.
  var announced: UInt8
  /// Whether it is a fragment, so that lengths and checksums of what is inside cannot be judged.
  var fragmented: Bool
  /// TTL or hop limit.
  var timeToLive: UInt8
}

/// Prints packets as lines into a buffer that its owner empties. One protocol, one file: each extends this
/// type by the function that prints its layer.
public struct LinePrinter: ~Copyable {
  /// What was asked for.
  public let options: LineOptions
  /// The text so far.
  public var out = OctetBuffer()
  /// The protocol whose octets are being read: what stands in `[|name]` when they end.
  var reading: StaticString = ""
  /// Octets of the link header, which dumps leave out unless told otherwise.
  var linkLength = 0
  /// Layers inside layers of the packet being printed: where deeper nesting ends.
  var depth = 0
  /// The initial sequence numbers of conversations.
  var sequences = SequenceTable()
  /// The texts of addresses and ports.
  var endTexts = EndTexts()
  /// Text and origin of time stamps.
  var clock = LineClock()
  /// The requests of text protocols.
  let requests = TextRequests()

  /// Lines of ordinary segments may be written straight through.
  var isStraight: Bool

  /// Nothing stands before the time stamp or follows the line.
  let isBrief: Bool

  /// The most octets of a record that is sound.
  static let lengthMax = 262_144

  /// The deepest nesting of tunnels in tunnels that is printed.
  static let depthMax = 64

  /// A printer of lines.
  public init(_ options: LineOptions) {
    self.options = options
    isStraight = LinePrinter.isStraight(options)
    if case .none = options.dump { isBrief = !options.number } else { isBrief = false }
  }

  /// `-v`
  var verbose: Bool { options.verbosity > 0 }

  /// Prints one frame: its line, and what belongs under it.
  public mutating func print(_ bytes: Bytes, _ frame: Frame) {
    if !brief(bytes, frame), line(bytes, frame) { dump(bytes) }
    out.write(octet: 10)
  }

  /// The same with the brackets of `verdict`, the tracker's on this frame, behind the line, and with what the
  /// frame settled of earlier ones. Gives the place where a repeat may yet be called spurious.
  @discardableResult
  public mutating func print(
    _ bytes: Bytes, _ frame: Frame, _ verdict: Verdict, _ flags: TCPFlags, settled: [Settlement] = []
  ) -> Int {
    let isSound = brief(bytes, frame) || line(bytes, frame)
    if !verdict.analysis.isEmpty { paint(.fault) }
    let place = out.write(brackets: verdict, flags, steps: verbose)
    out.write(settled: settled)
    if !verdict.analysis.isEmpty { paint(.plain) }
    if isSound { dump(bytes) }
    out.write(octet: 10)
    return place
  }

  /// Prints the line of one frame without its end, so that brackets may be added before `dump` and the line
  /// feed follow. False when the record's own lengths are unsound and there is nothing to dump.
  public mutating func line(_ bytes: Bytes, _ frame: Frame) -> Bool {
    paint(.dim)
    if options.number {
      out.write(decimal: frame.number, padding: 5)
      out.write("  ")
    }
    if !sound(bytes, frame) {
      paint(.plain)
      return false
    }
    timestamp(frame.time)
    paint(.plain)
    reading = ""
    linkLength = 0
    depth = 0
    do throws(Cut) {
      if try !straight(bytes, frame) { try link(bytes, frame.wireLength, frame.link) }
    } catch {
      cutShort(error)
    }
    return true
  }

  /// The line ends before its packet does.
  mutating func cutShort(_ cut: Cut) {
    paint(.fault)
    switch cut {
    case .truncated: truncated()
    case .invalid: out.write(" (invalid)")
    }
    paint(.plain)
    linkLength = 0
  }

  /// The octets of the packet as the options want them, under its line.
  public mutating func dump(_ bytes: Bytes) {
    let beyond = bytes.extracting(droppingFirst: max(0, linkLength))
    if case .none = options.dump { return }
    paint(.dim)
    defer { paint(.plain) }
    switch options.dump {
    case .none: break
    case .hexASCII(link: true): hexAndASCII(bytes)
    case .hexASCII(link: false): hexAndASCII(beyond)
    case .hex(link: true): hex(bytes, indent: "\n\t")
    case .hex(link: false): hex(beyond, indent: "\n\t")
    case .ascii(link: true): ascii(bytes)
    case .ascii(link: false): if beyond.count > 0 { ascii(beyond) }
    }
  }

  /// Checks the lengths of the record itself, and says what is wrong with them.
  private mutating func sound(_ bytes: Bytes, _ frame: Frame) -> Bool {
    let lengthMax = LinePrinter.lengthMax
    let captured = bytes.count
    let wire = frame.wireLength
    if captured > 0, captured <= wire, wire <= lengthMax { return true }
    var first = true
    if captured == 0 {
      out.write("[Invalid header: caplen==0")
      first = false
    }
    if wire == 0 || wire < captured {
      out.write(first ? "[Invalid header:" : ",")
      first = false
      if wire == 0 {
        out.write(" len==0")
      } else {
        out.write(" len(")
        out.write(unsigned: wire)
        out.write(") < caplen(")
        out.write(unsigned: captured)
        out.write(")")
      }
    }
    if captured > lengthMax {
      out.write(first ? "[Invalid header:" : ",")
      first = false
      out.write(" caplen(")
      out.write(unsigned: captured)
      out.write(") > 262144")
    }
    if wire > lengthMax {
      out.write(first ? "[Invalid header:" : ",")
      out.write(" len(")
      out.write(unsigned: wire)
      out.write(") > 262144")
    }
    out.write("]")
    return false
  }

  /// Says that the octets ended within the protocol being read.
  mutating func truncated() {
    out.write(" [|")
    out.write(reading)
    out.write("]")
  }

  /// Says that a field lies.
  mutating func invalid() { out.write(" (invalid)") }

  /// Hands the frame to the printer of its link type.
  private mutating func link(_ bytes: Bytes, _ length: Int, _ link: LinkType) throws(Cut) {
    // By number: the names in Wire are globals, each of which would be asked for at every frame.
    switch link.rawValue {
    case 1: linkLength = try ethernet(bytes, length)
    case 113: try cooked(bytes, length)
    case 276: try cooked2(bytes, length)
    case 0, 108: try loopback(bytes, length)
    case 12, 228, 229: try raw(bytes, length)
    case 9: try ppp(link: bytes, length)
    case 50: try pppSerial(bytes, length)
    case 51: linkLength = try pppoe(bytes, length)
    case 7: try arcnet(bytes, length)
    case 129: try arcnetLinux(bytes, length)
    case 10: try fddi(bytes, length)
    case 104: try ciscoHDLC(bytes, length)
    case 107: try frameRelay(bytes, length)
    case 239: try nflog(bytes, length)
    case 284:
      reading = "dsa"
      linkLength = try ethernet(bytes, length, .dsa)
    case 285:
      reading = "edsa"
      linkLength = try ethernet(bytes, length, .edsa)
    default: unsupported(bytes)
    }
  }
}
