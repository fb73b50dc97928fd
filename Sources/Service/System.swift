// The few calls to the system that the service needs, with their pointers kept in here.

internal import Glibc

/// An open file; closed with its owner.
final class Descriptor: Sendable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit { if number >= 0 { _ = close(number) } }

  /// Opens a file to be appended to; `errno` says why not.
  static func append(to path: String) -> Descriptor? {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    return number < 0 ? nil : Descriptor(number)
  }

  /// Makes a new, empty file; `errno` says why not.
  static func create(_ path: String) -> Descriptor? {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    return number < 0 ? nil : Descriptor(number)
  }

  /// Takes a lock that the process holds until it ends; nil when another process has it.
  static func lock(_ path: String) -> Descriptor? {
    let number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(number)
    return flock(number, LOCK_EX | LOCK_NB) == 0 ? descriptor : nil
  }

  /// A stream to a socket in the file system that somebody listens on.
  static func connect(to path: String) -> Descriptor? {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(number)
    guard
      unsafe withAddress(path, { unsafe Glibc.connect(number, $0, $1) }) == 0
    else { return nil }
    // A reader that sleeps holds the writer up for so long at most.
    var patience = timeval(tv_sec: 1, tv_usec: 0)
    unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    return descriptor
  }

  /// Writes octets; how many were written before the first failure, which `errno` tells.
  func write(_ octets: Span<UInt8>) -> Int {
    unsafe octets.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = unsafe Glibc.write(number, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if count < 0 {
          if errno == EINTR { continue }
          break
        }
        done += count
      }
      return done
    }
  }

  /// Its size, and what tells it from other files.
  var facts: FileFacts? {
    var facts = stat()
    return unsafe fstat(number, &facts) == 0 ? FileFacts(facts) : nil
  }

  /// Cuts the file.
  func truncate(to size: Int64) -> Bool { ftruncate(number, off_t(size)) == 0 }

  /// Waits until everything is on the disk.
  func sync() { _ = fdatasync(number) }
}

/// What is asked of a file.
struct FileFacts: Equatable {
  var device: UInt64
  var inode: UInt64
  var size: Int64
  /// Seconds since the epoch.
  var modified: Int64

  fileprivate init(_ facts: stat) {
    device = UInt64(facts.st_dev)
    inode = UInt64(facts.st_ino)
    size = Int64(facts.st_size)
    modified = Int64(facts.st_mtim.tv_sec)
  }

  /// Those of the file at a path.
  init?(_ path: String) {
    var facts = stat()
    guard unsafe stat(path, &facts) == 0 else { return nil }
    self.init(facts)
  }
}

/// The address of a socket in the file system; a name that begins with `@` has no file.
private func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  var octets = Array(path.utf8)
  guard !octets.isEmpty, octets.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
  if octets[0] == UInt8(ascii: "@") { octets[0] = 0 }
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
    for (i, octet) in octets.enumerated() { unsafe room[i] = octet }
  }
  let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count + (octets[0] == 0 ? 0 : 1))
  return unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
  }
}

/// Sends one datagram to a socket in the file system; nobody has to hear it.
func sendDatagram(_ text: String, to path: String) {
  let number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard number >= 0 else { return }
  defer { _ = close(number) }
  let octets = Array(text.utf8)
  _ = unsafe withAddress(path) { address, length in
    unsafe Int32(
      clamping: sendto(number, octets, octets.count, Int32(MSG_NOSIGNAL), address, length))
  }
}

/// Gives a file another name, in one step. False when it cannot be; `errno` says why.
func move(_ path: String, to other: String) -> Bool { unsafe rename(path, other) == 0 }

/// Takes a file away.
func remove(_ path: String) { unsafe unlink(path) }

/// Makes a folder, if it is not there.
func makeFolder(_ path: String) -> Bool { unsafe mkdir(path, 0o750) == 0 || errno == EEXIST }

/// Names in a folder that begin with something, in their order.
func names(in folder: String, beginningWith start: String) -> [String] {
  guard let directory = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(directory) }
  var found: [String] = []
  while let entry = unsafe readdir(directory) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if name.hasPrefix(start) { found.append(name) }
  }
  return found.sorted()
}

/// The last octets of a file; nothing when it cannot be read.
func tail(of path: String, octets most: Int) -> [UInt8] {
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { return [] }
  defer { _ = close(number) }
  let size = Int(lseek(number, 0, SEEK_END))
  var octets = [UInt8](repeating: 0, count: min(most, max(0, size)))
  let count = unsafe pread(number, &octets, octets.count, off_t(size - octets.count))
  return Array(octets.prefix(max(0, count)))
}

/// A moment in UTC as names of files have it: `20261122T235959Z`.
func stamp(_ seconds: Int64) -> String {
  var moment = time_t(seconds)
  var parts = unsafe tm()
  unsafe gmtime_r(&moment, &parts)
  var text = [CChar](repeating: 0, count: 32)
  let count = unsafe strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
  return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Nanoseconds of a clock that only goes forward.
func monotonicTime() -> Int64 {
  var now = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
}

/// Lets the thread rest; a signal wakes it.
func pause(milliseconds: Int) {
  var time = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
  unsafe nanosleep(&time, nil)
}

/// The names of the interfaces that there are.
func interfaceNames() -> [String] {
  guard let list = unsafe if_nameindex() else { return [] }
  defer { unsafe if_freenameindex(list) }
  var names: [String] = []
  var next = unsafe list
  while unsafe next.pointee.if_index != 0, let name = unsafe next.pointee.if_name {
    names.append(unsafe String(cString: name))
    unsafe next += 1
  }
  return names.sorted()
}

/// Memory of this process that is in use, in octets.
func residentOctets() -> Int64 {
  let words = String(decoding: tail64("/proc/self/statm"), as: UTF8.self).split(separator: " ")
  return words.count > 1 ? (Int64(words[1]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) : 0
}

private func tail64(_ path: String) -> [UInt8] {
  let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard number >= 0 else { return [] }
  defer { _ = close(number) }
  var octets = [UInt8](repeating: 0, count: 256)
  let count = unsafe read(number, &octets, octets.count)
  return Array(octets.prefix(max(0, count)))
}

/// The process's environment.
public func processEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var next = unsafe environ
  while let entry = unsafe next.pointee {
    let parts = unsafe String(cString: entry).split(separator: "=", maxSplits: 1).map(String.init)
    variables[parts.first ?? ""] = parts.count > 1 ? parts[1] : ""
    unsafe next += 1
  }
  return variables
}
