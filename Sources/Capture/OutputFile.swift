// One capture file being written: whole or not there.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// A directory that files are made in. Opened early: after the rights are gone its path may lead nowhere.
final class OutputDirectory {
  let path: String
  let descriptor: Int32

  init(_ path: String) throws(CaptureError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { throw CaptureError(.output, "\(path): \(systemMessage(errno))") }
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Whether `user` may make a file called `name` here, and put it in the place of one that is there.
  ///
  /// Asked by being that user for a moment: mode bits alone know nothing of access lists and read-only
  /// mounts.
  func allows(_ user: UserEntry, name: String) -> Bool {
    var groups = [gid_t](repeating: 0, count: 1 << 10)
    let count = unsafe getgroups(Int32(groups.count), &groups)
    var group = user.group
    guard count >= 0, unsafe setgroups(1, &group) == 0 else { return false }
    defer { unsafe setgroups(Int(count), &groups) }
    guard setegid(user.group) == 0 else { return false }
    defer { _ = setegid(0) }
    guard seteuid(user.user) == 0 else { return false }
    defer { _ = seteuid(0) }
    // AT_EACCESS is 0x200 (fcntl.h): the effective user's rights.
    guard unsafe faccessat(descriptor, ".", W_OK | X_OK, 0x200) == 0 else { return false }
    var (here, there) = (stat(), stat())
    // In a directory like /tmp only its owner may replace a file.
    guard unsafe fstat(descriptor, &here) == 0, here.st_mode & S_ISVTX != 0, here.st_uid != user.user,
      unsafe fstatat(descriptor, name, &there, AT_SYMLINK_NOFOLLOW) == 0
    else { return true }
    return there.st_uid == user.user
  }
}

/// A capture file. It is written as `.NAME.partial` and gets its name when it is complete, unless it is no
/// plain file.
@safe
final class OutputFile {
  /// What it is called in messages, and for the program run after rotation.
  let path: String
  /// Frames in it.
  private(set) var frames: UInt64 = 0
  /// Octets in it, those still in the buffer included.
  private(set) var size: Int64

  private let directory: OutputDirectory?
  private let name: String
  private let partialName: String?
  private let stream: UnsafeMutablePointer<FILE>
  private let dumper: OpaquePointer
  /// stdio's buffer, ours because glibc takes no size without the octets.
  private let buffer: UnsafeMutablePointer<CChar>
  private var open = true
  /// Octets that have left the buffer, and where the records end that have not: a full disk takes a part of
  /// them.
  private var flushed: Int64 = 0
  private var ends: [Int64] = []

  private static let bufferSize = 1 << 17
  /// File header of the pcap format (draft-ietf-opsawg-pcap section 4); record header (section 5).
  private static let headerSize: Int64 = 24
  private static let recordHeaderSize: Int64 = 16

  /// Begins a file in `directory`, or on standard output when there is none. `direct` writes under the final
  /// name.
  init(
    _ directory: OutputDirectory?, name: String, path: String, direct: Bool, owner: UserEntry?,
    dead: DeadHandle
  ) throws(CaptureError) {
    self.path = path
    self.directory = directory
    self.name = name
    size = Self.headerSize
    var descriptor: Int32
    if let directory {
      partialName = direct || isSpecial(directory, name) ? nil : ".\(name).partial"
      let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (partialName == nil ? 0 : O_NOFOLLOW)
      descriptor = unsafe openat(directory.descriptor, partialName ?? name, flags, 0o666)
    } else {
      partialName = nil
      descriptor = dup(1)
      closeOnExec(descriptor)
    }
    guard descriptor >= 0 else { throw CaptureError(.output, "\(path): \(systemMessage(errno))") }
    // What root made belongs to whom root becomes: the name is given later.
    if let owner, partialName != nil { _ = fchown(descriptor, owner.user, owner.group) }
    guard let opened = unsafe fdopen(descriptor, "w") else {
      _ = close(descriptor)
      throw CaptureError(.output, "\(path): \(systemMessage(errno))")
    }
    unsafe buffer = .allocate(capacity: Self.bufferSize)
    unsafe setvbuf(opened, buffer, _IOFBF, Self.bufferSize)
    guard let dumper = unsafe pcap_dump_fopen(dead.handle, opened) else {
      throw CaptureError(.output, "\(path): \(unsafe libpcapMessage(dead.handle))")
    }
    unsafe stream = opened
    unsafe self.dumper = dumper
    ends = [size]
  }

  deinit {
    if open { try? finish() }
    unsafe buffer.deallocate()
  }

  /// Puts a frame behind the others.
  func write(_ header: inout pcap_pkthdr, _ octets: UnsafePointer<UInt8>) throws(CaptureError) {
    let needed = Self.recordHeaderSize + Int64(header.caplen)
    // The buffer never holds a part of a record, so that after a failure the last whole record can be told.
    if size - flushed + needed > Self.bufferSize { try flush() }
    unsafe pcap_dump(UnsafeMutableRawPointer(dumper).assumingMemoryBound(to: UInt8.self), &header, octets)
    size += needed
    frames += 1
    ends.append(size)
    if size - flushed > Self.bufferSize { try flush() }
  }

  /// Hands everything to the system.
  func flush() throws(CaptureError) {
    if size == flushed { return }
    guard unsafe fflush(stream) == 0, unsafe ferror(stream) == 0 else { throw giveUp(errno) }
    flushed = size
    ends.removeAll(keepingCapacity: true)
  }

  /// Completes the file and gives it its name.
  func finish() throws(CaptureError) {
    guard open else { return }
    try flush()
    open = false
    guard unsafe fclose(stream) == 0 else { throw CaptureError(.output, "\(path): \(systemMessage(errno))") }
    try takeName()
  }

  private func takeName() throws(CaptureError) {
    guard let directory, let partialName else { return }
    guard unsafe renameat(directory.descriptor, partialName, directory.descriptor, name) == 0 else {
      throw CaptureError(
        .output, "\(path): cannot be named: \(systemMessage(errno)); it is complete as \(partialName)")
    }
  }

  /// After a failed write: keeps what is whole, and names it. The rest of the buffer goes nowhere.
  private func giveUp(_ number: Int32) -> CaptureError {
    open = false
    let descriptor = unsafe fileno(stream)
    var facts = stat()
    let plain = unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    let whole = ends.last { $0 <= Int64(facts.st_size) } ?? flushed
    if plain { _ = ftruncate(descriptor, off_t(whole)) }
    // fclose would try the buffer once more, and might succeed with a part of it.
    let nowhere = unsafe Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC)
    if nowhere >= 0 {
      _ = dup2(nowhere, descriptor)
      _ = close(nowhere)
    }
    unsafe fclose(stream)
    if number == EPIPE { return CaptureError(.closedPipe, "\(path): closed by its reader") }
    let cause = "\(path): \(systemMessage(number))"
    guard plain else { return CaptureError(.output, "\(cause); writing ends here") }
    frames -= UInt64(ends.count { $0 > whole })
    if whole < Self.headerSize {
      if let directory, let partialName { unsafe unlinkat(directory.descriptor, partialName, 0) }
      return CaptureError(.output, "\(cause); nothing was written")
    }
    try? takeName()
    return CaptureError(.output, "\(cause); writing ends here, \(frames) frames are whole")
  }
}

/// Whether `name` is there and no plain file: a device, a pipe, a link to one. Those are written to, not
/// replaced.
private func isSpecial(_ directory: OutputDirectory, _ name: String) -> Bool {
  var facts = stat()
  guard unsafe fstatat(directory.descriptor, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { return false }
  return facts.st_mode & S_IFMT != S_IFREG
}
