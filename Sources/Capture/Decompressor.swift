// A compressed capture is read through the system's own decompressor, which runs beside us.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// What a capture can be packed with, told by its first octets and not by its name.
enum Compression: CaseIterable {
  case gzip, zstd, xz

  /// Octets needed to tell.
  static let magicLengthMax = 6

  init?(startOf octets: [UInt8]) {
    for each in Self.allCases where octets.starts(with: each.magic) {
      self = each
      return
    }
    return nil
  }

  /// RFC 1952 section 2.3.1; RFC 8878 section 3.1.1; the .xz file format section 2.1.1.1.
  private var magic: [UInt8] {
    switch self {
    case .gzip: [0x1f, 0x8b]
    case .zstd: [0x28, 0xb5, 0x2f, 0xfd]
    case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
    }
  }

  /// The tool and its arguments: from standard input to standard output.
  var command: [String] {
    switch self {
    case .gzip: ["gzip", "-d", "-c"]
    case .zstd: ["zstd", "-q", "-d", "-c", "--long=31"]
    case .xz: ["xz", "-d", "-c"]
    }
  }

  /// The Debian package that has the tool.
  var package: String {
    switch self {
    case .gzip: "gzip"
    case .zstd: "zstd"
    case .xz: "xz-utils"
    }
  }
}

/// A running decompressor. Whoever starts one calls `end` once; nothing of it is left then.
final class Decompressor {
  /// Where the unpacked octets come out.
  let output: Int32
  private let complaints: Int32
  private let process: pid_t
  private let tool: String

  /// Starts the tool with `input` as its standard input. `input` stays the caller's.
  init(_ compression: Compression, input: Int32) throws(CaptureError) {
    var pipeEnds: [Int32] = [-1, -1]
    guard unsafe pipe(&pipeEnds) == 0 else { throw CaptureError(.input, systemMessage(errno)) }
    closeOnExec(pipeEnds[0])
    closeOnExec(pipeEnds[1])
    // MFD_CLOEXEC is 1 (linux/memfd.h).
    let complaints = unsafe memfd_create("complaints", 1)
    let command = compression.command
    var process: pid_t = 0
    let status = spawn(
      command, descriptors: [input, pipeEnds[1], complaints >= 0 ? complaints : 2], process: &process)
    _ = close(pipeEnds[1])
    guard status == 0 else {
      _ = close(pipeEnds[0])
      if complaints >= 0 { _ = close(complaints) }
      if status == ENOENT {
        throw CaptureError(
          .input,
          "compressed with \(command[0]), which is not installed here: apt install \(compression.package)")
      }
      throw CaptureError(.input, "\(command[0]): \(systemMessage(status))")
    }
    self.output = pipeEnds[0]
    self.complaints = complaints
    self.process = process
    self.tool = command[0]
  }

  /// Ends the tool and says what it complained of, if it ended badly by itself. `early` when its output was
  /// not read to the end: then it is killed, and its end says nothing.
  func end(early: Bool) -> String? {
    _ = close(output)
    if early { _ = kill(process, SIGKILL) }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      // ECHILD: whoever runs us ignores SIGCHLD, and the kernel has already thrown the status away.
      if errno != EINTR {
        status = 0
        break
      }
    }
    defer { if complaints >= 0 { _ = close(complaints) } }
    if early || status == 0 { return nil }
    let said = firstComplaint()
    return said.isEmpty ? "\(tool) failed" : said.hasPrefix(tool) ? said : "\(tool): \(said)"
  }

  private func firstComplaint() -> String {
    guard complaints >= 0 else { return "" }
    var octets = [UInt8](repeating: 0, count: 512)
    let count = unsafe pread(complaints, &octets, octets.count, 0)
    var lines = octets.prefix(max(0, count)).split { $0 == 10 || $0 == 13 }
    // gzip 1.12 begins with an empty line.
    lines.removeAll { $0.allSatisfy { $0 == 32 } }
    return String(decoding: lines.first ?? [], as: UTF8.self)
  }
}

/// Keeps a descriptor out of the programs we start.
func closeOnExec(_ descriptor: Int32) {
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
}

/// Starts `command`, found in PATH, without a shell and in a process group of its own, so that the terminal's
/// interrupt key reaches us alone. `descriptors` become its first three. Returns 0 or an error number.
func spawn(_ command: [String], descriptors: [Int32], process: inout pid_t) -> Int32 {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  for (place, descriptor) in descriptors.enumerated() {
    unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(place))
  }
  unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
  var attributes = posix_spawnattr_t()
  unsafe posix_spawnattr_init(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  // What we ignore or block is our own affair: SIGPIPE must end a tool nobody reads from.
  var usual = sigset_t()
  unsafe sigfillset(&usual)
  unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
  var none = sigset_t()
  unsafe sigemptyset(&none)
  unsafe posix_spawnattr_setsigmask(&attributes, &none)
  unsafe posix_spawnattr_setpgroup(&attributes, 0)
  let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
  unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

  var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
  defer { unsafe arguments.forEach { unsafe free($0) } }
  return unsafe posix_spawnp(&process, command[0], &actions, &attributes, &arguments, environ)
}
