// Frames into capture files, whole files only (`-w`, `-C`, `-G`, `-W`, `-z`).

public import Wire

/// What to write and when to begin another file.
public struct WriterSettings: Sendable {
  /// What counts as the time for `-G`.
  public enum Clock: Sendable {
    /// The clock on the wall, as tcpdump does it.
    case wall
    /// The time of the frames, which rotates a file as if it were live.
    case frames
  }

  /// Where to: a file, a strftime template with `-G`, or `-` for standard output.
  public var path: String
  /// Begin another file when this one has more than so many octets (`-C`).
  public var rotateOctets: Int64?
  /// Begin another file after so many seconds (`-G`).
  public var rotateSeconds: Int?
  /// How many files (`-W`): a ring with `-C`, a limit with `-G`.
  public var fileCount: Int?
  /// A program to run on each file that was rotated away (`-z`), without a shell.
  public var command: String?
  /// Every frame is in the file before the next is read (`-U`).
  public var packetBuffered = false
  /// What `-G` looks at.
  public var clock = Clock.wall

  /// One file at `path`.
  public init(path: String) { self.path = path }

  /// What the argument of `-C` means: millions of octets, or with a suffix `k`, `m`, `g` units of 1024, 1024² and 1024³.
  public static func rotationSize(_ text: String) -> Int64? { nil }
}

/// A capture being written.
public struct CaptureWriter: ~Copyable {
  /// Frames written so far, over all files.
  public private(set) var framesWritten: UInt64 = 0
  /// Files begun so far.
  public private(set) var filesBegun = 0

  /// Opens the first file. All interfaces must have one link type: a pcap file has no more.
  ///
  /// `user` is who the process will become (`dropPrivileges`): an error tells now, not at the first rotation, that this
  /// user cannot make files there.
  public init(_ settings: WriterSettings, of interfaces: [InterfaceInfo], user: String? = nil)
    throws(CaptureError)
  {}

  /// Writes one frame. `.stop` means that `-G` and `-W` had their number of files and this frame is in none.
  ///
  /// An error is thrown once: what is whole has been kept, and every later call does nothing and says `.go`.
  public mutating func write(_ octets: Bytes, _ frame: Frame) throws(CaptureError) -> FrameVerdict { .go }

  /// Hands everything to the file: when the wire is quiet.
  public mutating func flush() throws(CaptureError) {}

  /// Closes and names the last file. Without it, `deinit` does the same and keeps errors to itself.
  public mutating func finish() throws(CaptureError) {}
}
