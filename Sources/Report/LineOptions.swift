// How lines are to look: tcpdump's switches, by their meaning.

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
  /// Seconds east of UTC at a second of the Unix epoch. Asked once per quarter of an hour of the capture.
  public var zone: @Sendable (Int64) -> Int64 = localZone
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

  /// Whether an unknown payload is shown in hexadecimal by its printer: not when a dump shows it anyway, nor
  /// when little was asked for.
  var showsUnknown: Bool {
    if case .none = dump { return !quiet }
    return false
  }
}
