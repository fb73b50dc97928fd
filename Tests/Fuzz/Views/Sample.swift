// A sample: four octets that say how a frame is to be looked at, then the frame. What fuzzers make up, and
// what a file of `Tests/Fuzz/corpus` holds.

public import Report
public import Wire

/// What the first octets of a sample say.
public struct Sample: Sendable {
  /// Octets in front of the frame.
  public static let headerLength = 4
  /// The most octets of a frame that are looked at: far above any header, far below what makes a fuzzer slow.
  public static let frameMax = 1 << 16

  /// The link types that the first octet counts, the last of them one that nobody knows.
  public static let links: [LinkType] = [
    .ethernet, .raw, .ipv4, .ipv6, .linuxCooked, .linuxCooked2, .null, .loop, .ppp, .pppSerial, .pppEthernet,
    .ciscoHDLC, LinkType(rawValue: 147),
  ]

  /// What the first octet of the frame belongs to.
  public var link: LinkType
  /// How its line is to look.
  public var look: Look
  /// Octets that the wire had more than the frame has; -1 for a record that lies.
  public var beyond: Int

  /// A sample of a frame as captured whole, with tcpdump's defaults.
  public init(link: LinkType, look: Look = Look(0), beyond: Int = 0) {
    self.link = link
    self.look = look
    self.beyond = beyond
  }

  /// Reads the first octets of a sample; nil when it is too short to have a frame.
  public init?(_ octets: Bytes) {
    guard octets.count >= Sample.headerLength, octets.count <= Sample.headerLength + Sample.frameMax else {
      return nil
    }
    link = Sample.links[Int(octets[0]) % Sample.links.count]
    look = Look(UInt16(octets[1]) << 8 | UInt16(octets[2]))
    beyond = octets[3] == 255 ? -1 : Int(octets[3]) * 23
  }

  /// The record around a frame of `captured` octets.
  public func frame(_ number: UInt64, captured: Int) -> Frame {
    Frame(
      number: number, time: 1_700_000_000_123_456_789 &+ Int64(truncatingIfNeeded: number) &* 1_000_000,
      wireLength: max(0, captured + beyond), capturedLength: captured, link: link)
  }

  /// The sample as a file has it.
  public func octets(_ frame: [UInt8]) -> [UInt8] {
    let index = Sample.links.firstIndex(of: link) ?? Sample.links.count - 1
    let more = beyond < 0 ? 255 : min(254, (beyond + 22) / 23)
    return [UInt8(index), UInt8(look.rawValue >> 8), UInt8(look.rawValue & 255), UInt8(more)] + frame
  }
}

/// How a line is to look, as sixteen bits: every combination of options is one number.
public struct Look: Sendable, Equatable {
  /// The bits; see `options` for what each says.
  public var rawValue: UInt16

  /// A look by its number. 0 is tcpdump's default.
  public init(_ rawValue: UInt16) { self.rawValue = rawValue }

  /// The options that the bits stand for.
  public var options: LineOptions {
    var options = LineOptions()
    options.verbosity = Int(rawValue & 3)
    options.quiet = rawValue & 0x4 != 0
    options.linkHeader = rawValue & 0x8 != 0
    options.absoluteSequence = rawValue & 0x10 != 0
    options.number = rawValue & 0x20 != 0
    options.checksums = rawValue & 0x40 == 0
    options.plain = rawValue & 0x80 == 0
    options.color = rawValue & 0x100 != 0
    options.nanoseconds = rawValue & 0x200 != 0
    options.dump =
      switch rawValue >> 10 & 7 {
      case 1: .hex(link: false)
      case 2: .hex(link: true)
      case 3: .hexASCII(link: false)
      case 4: .hexASCII(link: true)
      case 5: .ascii(link: false)
      case 6: .ascii(link: true)
      default: .none
      }
    options.timestamps =
      switch rawValue >> 13 {
      case 1: .none
      case 2: .epoch
      case 3: .sincePrevious
      case 4: .date
      case 5: .sinceFirst
      default: .clock
      }
    // The same lines on every machine, wherever it stands.
    options.zone = { _ in 0 }
    return options
  }
}
