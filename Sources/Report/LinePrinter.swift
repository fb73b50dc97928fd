// One line per packet, in tcpdump's grammar.

public import Wire

/// How lines are to look.
public struct LineOptions: Sendable {
  /// What stands at the start of a line.
  public enum Timestamps: Sendable {
    /// Hours, minutes, seconds and fraction in local time: the default.
    case clock
    /// `-t`: nothing.
    case none
    /// `-tt`: seconds since the Unix epoch.
    case epoch
    /// `-ttt`: time since the line before.
    case sincePrevious
    /// `-tttt`: date and clock in local time.
    case date
    /// `-ttttt`: time since the first line.
    case sinceFirst
  }

  /// Which octets follow the line.
  public enum Dump: Sendable {
    case none
    /// `-x`, `-xx`: hexadecimal, without or with the link header.
    case hex(link: Bool)
    /// `-X`, `-XX`: hexadecimal and ASCII, without or with the link header.
    case hexASCII(link: Bool)
    /// `-A`, `-AA`: ASCII, without or with the link header.
    case ascii(link: Bool)
  }

  public var timestamps = Timestamps.clock
  /// Nine digits of fraction instead of six.
  public var nanoseconds = false
  public var dump = Dump.none
  /// How often `-v` was said.
  public var verbosity = 0
  /// `-q`
  public var quiet = false
  /// `-e`
  public var linkHeader = false
  /// `-S`
  public var absoluteSequence = false
  /// `-#`
  public var number = false
  /// False after `-K`.
  public var checksums = true
  /// Exactly tcpdump's line, nothing of ours behind it.
  public var plain = true
  /// Escape sequences for colour, for a terminal.
  public var color = false

  /// tcpdump's defaults.
  public init() {}
}

/// Why a printer stopped in the middle of a layer. What it has written so far stays.
enum Cut: Error {
  /// The octets ended: the line goes on with `[|name]`.
  case truncated
  /// A field lies: the line goes on with `(invalid)`.
  case invalid
}

/// Prints packets as lines into a buffer that its owner empties. One protocol, one file: each extends this type by the
/// function that prints its layer.
public struct LinePrinter: ~Copyable {
  /// What was asked for.
  public let options: LineOptions
  /// The text so far.
  public var out = OctetBuffer()
  /// The protocol whose octets are being read: what stands in `[|name]` when they end.
  var reading: StaticString = ""

  /// A printer of lines.
  public init(_ options: LineOptions) { self.options = options }

  /// Prints one frame: its line, and what belongs under it.
  public mutating func print(_ bytes: Bytes, _ frame: Frame) {
    out.write(decimal: UInt64(bytes.count))
    out.write(octet: 10)
  }
}

extension Span where Element == UInt8 {
  /// The octet at `offset`, or the end of what there is.
  @inline(__always)
  func get8(_ offset: Int) throws(Cut) -> UInt8 {
    if offset < 0 || offset >= count { throw .truncated }
    return self[offset]
  }

  /// Two octets in network order, or the end of what there is.
  @inline(__always)
  func get16(_ offset: Int) throws(Cut) -> UInt16 {
    if offset < 0 || offset &+ 2 > count { throw .truncated }
    return u16(offset)
  }

  /// Four octets in network order, or the end of what there is.
  @inline(__always)
  func get32(_ offset: Int) throws(Cut) -> UInt32 {
    if offset < 0 || offset &+ 4 > count { throw .truncated }
    return u32(offset)
  }

  /// Checks that `length` octets are there from `offset`.
  @inline(__always)
  func check(_ offset: Int, _ length: Int) throws(Cut) {
    if offset < 0 || length < 0 || offset > count || length > count &- offset { throw .truncated }
  }
}
