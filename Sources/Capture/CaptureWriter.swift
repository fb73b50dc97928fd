// Frames into capture files, whole files only (`-w`, `-C`, `-G`, `-W`, `-z`).

internal import CPcap
public import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// What to write and when to begin another file.
public struct WriterSettings: Sendable {
  /// What counts as the time for `-G`.
  public enum Clock: Sendable {
    /// The clock on the wall, as tcpdump does it.
    case wall
    /// The time of the frames, which rotates a saved capture as if it were live.
    case frames
  }

  /// Where to: a file, a strftime template with `-G`, or `-` for standard output.
  public var path: String
  /// Begin another file when this one has more than so many octets (`-C`).
  public var rotateOctets: Int64?
  /// Begin another file after so many seconds (`-G`).
  public var rotateSeconds: Int?
  /// How many files (`-W`): a ring with `-C`, a limit with `-G` alone.
  public var fileCount: Int?
  /// A program to run on each file that was rotated away (`-z`), without a shell and at the lowest priority.
  public var command: String?
  /// Every frame is in the file before the next is read (`-U`).
  public var packetBuffered = false
  /// What `-G` looks at.
  public var clock = Clock.wall

  /// One file at `path`.
  public init(path: String) { self.path = path }
}

/// A capture being written.
@safe
public struct CaptureWriter: ~Copyable {
  /// Frames written so far, over all files.
  public private(set) var framesWritten: UInt64 = 0
  /// Files begun so far.
  public private(set) var filesBegun = 0
  /// What went wrong with the program of `-z`, one line each. Whoever prints them empties them.
  public var warnings: [String] = []

  private let settings: WriterSettings
  /// Who the process becomes, when it changes who it is.
  private let owner: UserEntry?
  private let dead: DeadHandle
  private let nanoseconds: Bool
  private var directory: OutputDirectory?
  private var file: OutputFile?
  private var failed = false
  /// When `-G` last began a file, how often it has, and how often `-C` has since.
  private var windowStart: Int64 = 0
  private var windows = 0
  private var count = 0
  private var commands: [pid_t] = []

  /// Programs of `-z` that may run at once. When so many do, the next waits for the oldest.
  private static let commandsMax = 64

  /// Opens the first file. All interfaces must have one link type: a pcap file has no more.
  ///
  /// `user` is who the process will become (`userAfterDrop`). An error tells now, not at the first rotation,
  /// that this user cannot make files there; a single file is then written under its own name from the start,
  /// since nobody could name it later.
  public init(_ settings: WriterSettings, of interfaces: [InterfaceInfo], user: String? = nil)
    throws(CaptureError)
  {
    let rotates = settings.rotateOctets != nil || settings.rotateSeconds != nil
    guard settings.path != "-" || !rotates else {
      throw CaptureError(.usage, "-w -: standard output cannot be rotated (-C, -G)")
    }
    let link = try commonLink(interfaces)
    let snapLength = interfaces.map(\.snapLength).max() ?? 262_144
    // Finer than the source is no lie, coarser would be.
    let nanoseconds = interfaces.contains(where: \.nanoseconds)
    let precision = nanoseconds ? PCAP_TSTAMP_PRECISION_NANO : PCAP_TSTAMP_PRECISION_MICRO
    var owner: UserEntry?
    if let user, geteuid() == 0 { owner = try unprivilegedUser(user) }
    if owner?.user == 0 { owner = nil }
    var directory = settings.path == "-" ? nil : try OutputDirectory(parts(settings.path).directory)
    if rotates, let owner, let directory, !directory.allows(owner, name: parts(settings.path).name) {
      throw CaptureError(
        .output,
        "\(settings.path): user \(owner.name) cannot make files in \(directory.path), which rotation does: "
          + "choose a directory of that user or name another with -Z")
    }
    guard let dead = DeadHandle(link, snapLength: snapLength, precision: precision) else {
      throw CaptureError(.output, "\(settings.path): no memory")
    }
    // The frames' clock is known with the first frame.
    if settings.rotateSeconds == nil || settings.clock == .wall {
      windowStart = wallClock()
      file = try makeFile(
        settings.name(time: windowStart, count: 0), &directory, owner: owner, dead: dead)
      filesBegun = 1
    }
    self.dead = dead
    self.settings = settings
    self.owner = owner
    self.directory = directory
    self.nanoseconds = nanoseconds
  }

  /// Writes one frame. `.stop` means that `-G` and `-W` had their number of files and this frame is in none.
  ///
  /// An error is thrown once: what is whole has been kept, and every later call does nothing and says `.go`.
  public mutating func write(_ octets: Bytes, _ frame: Frame) throws(CaptureError) -> FrameVerdict {
    if failed { return .go }
    do throws(CaptureError) {
      if try rotate(frame) == .stop { return .stop }
      var header = pcap_pkthdr()
      let (seconds, rest) = floorDivide(frame.time)
      header.ts.tv_sec = Int(seconds)
      header.ts.tv_usec = Int(nanoseconds ? rest : rest / 1000)
      header.caplen = UInt32(clamping: octets.count)
      header.len = UInt32(clamping: frame.wireLength)
      let file = file
      let failure: CaptureError? = unsafe octets.withUnsafeBufferPointer { buffer in
        var nothing: UInt8 = 0
        do throws(CaptureError) {
          if let base = buffer.baseAddress {
            try unsafe file?.write(&header, base)
          } else {
            try unsafe file?.write(&header, &nothing)
          }
          return nil
        } catch {
          return error
        }
      }
      if let failure { throw failure }
      framesWritten += 1
      if settings.packetBuffered { try file?.flush() }
    } catch {
      failed = true
      throw error
    }
    return .go
  }

  /// Hands everything to the file: when the wire is quiet.
  public mutating func flush() throws(CaptureError) {
    if failed { return }
    do throws(CaptureError) {
      try file?.flush()
    } catch {
      failed = true
      throw error
    }
  }

  /// Closes and names the last file. Without it, `deinit` does the same and keeps errors to itself.
  public mutating func finish() throws(CaptureError) {
    reap(waiting: false)
    if failed { return }
    failed = true
    if filesBegun == 0 { try begin(at: wallClock()) }
    try file?.finish()
    file = nil
  }

  /// Begins another file when it is time to, in tcpdump's order: first the time, then the size, then the
  /// frame.
  private mutating func rotate(_ frame: Frame) throws(CaptureError) -> FrameVerdict {
    if let seconds = settings.rotateSeconds {
      let now = settings.clock == .wall ? wallClock() : floorDivide(frame.time).seconds
      if filesBegun == 0 {
        try begin(at: now)
      } else if now - windowStart >= Int64(seconds) {
        windows += 1
        try endFile()
        if settings.rotateOctets == nil, let limit = settings.fileCount, windows >= limit {
          failed = true
          return .stop
        }
        count = 0
        try begin(at: now)
      }
    }
    if let limit = settings.rotateOctets, let size = file?.size, size > limit {
      try endFile()
      count += 1
      if let files = settings.fileCount, count >= files { count = 0 }
      try begin(at: windowStart)
    }
    return .go
  }

  private mutating func begin(at time: Int64) throws(CaptureError) {
    windowStart = time
    file = try makeFile(settings.name(time: time, count: count), &directory, owner: owner, dead: dead)
    filesBegun += 1
  }

  private mutating func endFile() throws(CaptureError) {
    guard let ended = file else { return }
    file = nil
    try ended.finish()
    guard let command = settings.command else { return }
    reap(waiting: commands.count >= Self.commandsMax)
    var process: pid_t = 0
    let nothing = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    let status = spawn([command, ended.path], descriptors: [nothing, 1, 2], process: &process)
    if nothing >= 0 { _ = close(nothing) }
    guard status == 0 else {
      warnings.append("-z \(command) \(ended.path): \(systemMessage(status))")
      return
    }
    // The capture comes first.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), 19)
    commands.append(process)
  }

  /// Takes note of the programs that have ended, so that none is left a zombie.
  private mutating func reap(waiting: Bool) {
    var wait = waiting
    commands.removeAll { process in
      var status: Int32 = 0
      let answer = unsafe waitpid(process, &status, wait ? 0 : WNOHANG)
      wait = false
      return answer != 0
    }
  }
}

/// Begins the file at `path`, in `directory` if it is still the right one.
private func makeFile(
  _ path: String, _ directory: inout OutputDirectory?, owner: UserEntry?, dead: DeadHandle
) throws(CaptureError) -> OutputFile {
  guard path != "-" else {
    return try OutputFile(nil, name: path, path: "standard output", direct: true, owner: nil, dead: dead)
  }
  let (directoryPath, name) = parts(path)
  let place: OutputDirectory
  if let directory, directory.path == directoryPath {
    place = directory
  } else {
    place = try OutputDirectory(directoryPath)
  }
  directory = place
  // Whoever cannot make files there cannot name them either. Asked while we are still root.
  let root = geteuid() == 0
  let direct = root ? owner.map { !place.allows($0, name: name) } ?? false : false
  return try OutputFile(
    place, name: name, path: path, direct: direct, owner: root ? owner : nil, dead: dead)
}

/// A handle that captures nothing: it tells libpcap what stands in a file's header.
@safe
final class DeadHandle {
  let handle: OpaquePointer

  init?(_ link: Int32, snapLength: Int, precision: Int32) {
    let length = Int32(clamping: snapLength)
    guard let opened = unsafe pcap_open_dead_with_tstamp_precision(link, length, UInt32(precision)) else {
      return nil
    }
    unsafe handle = opened
  }

  deinit { unsafe pcap_close(handle) }
}

/// The one link type of all interfaces.
private func commonLink(_ interfaces: [InterfaceInfo]) throws(CaptureError) -> Int32 {
  guard let first = interfaces.first else { throw CaptureError(.usage, "-w: nothing to write from") }
  for each in interfaces where each.link != first.link {
    let names = [first, each].map { "\($0.name) has \($0.linkName ?? "DLT \($0.link.rawValue)")" }
    throw CaptureError(.usage, "-w: \(names.joined(separator: ", ")): a capture file has one link type")
  }
  return first.link.rawValue
}

/// A path's directory and its last part.
private func parts(_ path: String) -> (directory: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let directory = slash == path.startIndex ? "/" : String(path[..<slash])
  return (directory, String(path[path.index(after: slash)...]))
}

/// Whole seconds and the nanoseconds that are left, never negative.
private func floorDivide(_ time: Int64) -> (seconds: Int64, nanoseconds: Int64) {
  let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
  return rest < 0 ? (seconds - 1, rest + 1_000_000_000) : (seconds, rest)
}

/// Seconds since the epoch, by the clock on the wall.
private func wallClock() -> Int64 { Int64(time(nil)) }
