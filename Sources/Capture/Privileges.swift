// Rights: what is missing when there are none, and how they are given away.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// What was given away.
public struct PrivilegeDrop: Sendable, Equatable {
  /// The user the process has become; absent when it was not root and only lost its capabilities.
  public var user: String?
}

/// Nobody gave this process the right to capture; whoever can reads here how.
func noRight(_ device: String) -> CaptureError {
  CaptureError(
    .rights,
    "\(device): no right to capture: use sudo, or once: "
      + "sudo setcap cap_net_raw,cap_net_admin=eip \(programPath())")
}

/// The real path of the running program, as `setcap` needs it.
private func programPath() -> String {
  var octets = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = unsafe readlink("/proc/self/exe", &octets, octets.count)
  return String(decoding: octets.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Gives every right of this process away for ever: user and groups change when it runs as root, every
/// capability set is emptied, no program it starts can gain rights again; then all of that is looked up and
/// verified.
///
/// `user` is the name to become; absent means `wiretale`, or `nobody` where that user does not exist. Naming
/// a user when the process is not root is an error unless it is that user already. `root` keeps everything
/// and returns nil. Call it after everything is open and before a second thread starts.
@discardableResult
public func dropPrivileges(to user: String? = nil) throws(CaptureError) -> PrivilegeDrop? {
  guard geteuid() == 0 else {
    if let user, userEntry(user)?.user != geteuid() {
      throw CaptureError(.usage, "-Z \(user): only root can become another user")
    }
    try emptyCapabilities()
    return PrivilegeDrop(user: nil)
  }
  let entry = try unprivilegedUser(user)
  if entry.user == 0 { return nil }
  // The bounding set is emptied while the right to do so is still there.
  for capability in 0...capabilityMax { _ = wiretale_prctl(PR_CAPBSET_DROP, UInt(capability), 0) }
  var group = entry.group
  guard unsafe setgroups(1, &group) == 0, setresgid(entry.group, entry.group, entry.group) == 0,
    setresuid(entry.user, entry.user, entry.user) == 0
  else { throw CaptureError(.rights, "cannot become \(entry.name): \(systemMessage(errno))") }
  try emptyCapabilities()
  try verify(entry)
  return PrivilegeDrop(user: entry.name)
}

/// The user this process will be after `dropPrivileges(to: user)`; nil when it stays who it is.
public func userAfterDrop(_ user: String?) throws(CaptureError) -> String? {
  guard geteuid() == 0 else { return nil }
  let entry = try unprivilegedUser(user)
  return entry.user == 0 ? nil : entry.name
}

/// The user `dropPrivileges(to:)` makes of root, or an error when there is none.
func unprivilegedUser(_ wanted: String?) throws(CaptureError) -> UserEntry {
  if let wanted {
    if let entry = userEntry(wanted) { return entry }
    throw CaptureError(.usage, "-Z \(wanted): no such user")
  }
  for name in ["wiretale", "nobody"] {
    if let entry = userEntry(name) { return entry }
  }
  throw CaptureError(.rights, "neither user wiretale nor nobody is here to become: -Z USER names one")
}

/// A user as the system knows it.
struct UserEntry: Equatable {
  var name: String
  var user: uid_t
  var group: gid_t
}

private func userEntry(_ name: String) -> UserEntry? {
  var entry = unsafe passwd()
  var found: UnsafeMutablePointer<passwd>?
  var room = [CChar](repeating: 0, count: 1 << 14)
  guard unsafe getpwnam_r(name, &entry, &room, room.count, &found) == 0, unsafe found != nil else {
    return nil
  }
  return unsafe UserEntry(name: name, user: entry.pw_uid, group: entry.pw_gid)
}

/// Highest capability number that a kernel of 64-bit sets can have.
private let capabilityMax = 63

/// Empties the ambient, effective, permitted and inheritable sets and forbids to fill them by starting a
/// program.
private func emptyCapabilities() throws(CaptureError) {
  // Kernels before 4.3 have no ambient set to clear.
  _ = wiretale_prctl(PR_CAP_AMBIENT, UInt(PR_CAP_AMBIENT_CLEAR_ALL), 0)
  // _LINUX_CAPABILITY_VERSION_3: two words of 32 capabilities each.
  var header = wiretale_cap_header(version: 0x2008_0522, pid: 0)
  let none = [wiretale_cap_data(), wiretale_cap_data()]
  guard unsafe capset(&header, none) == 0, wiretale_prctl(PR_SET_NO_NEW_PRIVS, 1, 0) == 0 else {
    throw CaptureError(.rights, "cannot give the rights away: \(systemMessage(errno))")
  }
}

/// Looks up whether the rights have gone, and tries to take them back.
private func verify(_ entry: UserEntry) throws(CaptureError) {
  var (real, effective, saved): (uid_t, uid_t, uid_t) = (0, 0, 0)
  var (group, effectiveGroup, savedGroup): (gid_t, gid_t, gid_t) = (0, 0, 0)
  let known =
    unsafe getresuid(&real, &effective, &saved) == 0
    && getresgid(&group, &effectiveGroup, &savedGroup) == 0
  let gone =
    known && [real, effective, saved] == [entry.user, entry.user, entry.user]
    && [group, effectiveGroup, savedGroup] == [entry.group, entry.group, entry.group]
    && setresuid(0, 0, 0) != 0 && heldCapabilities().allSatisfy { $0 == 0 }
  guard gone else {
    throw CaptureError(.rights, "the rights are still there after giving them to \(entry.name)")
  }
}

/// The capability sets that can be used or passed on, of every thread, as /proc tells them; nothing where
/// /proc is not mounted.
func heldCapabilities() -> [UInt64] {
  guard let directory = unsafe opendir("/proc/self/task") else { return [] }
  defer { unsafe closedir(directory) }
  var sets: [UInt64] = []
  while let entry = unsafe readdir(directory) {
    let task = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
      unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    guard UInt32(task) != nil else { continue }
    for line in textFile("/proc/self/task/\(task)/status").split(separator: "\n") {
      let words = line.split { $0 == ":" || $0 == "\t" }
      guard words.count == 2, ["CapInh", "CapPrm", "CapEff", "CapAmb"].contains(words[0]) else { continue }
      sets.append(UInt64(words[1], radix: 16) ?? UInt64.max)
    }
  }
  return sets
}

/// A small file of the kernel's as text; empty when it cannot be read.
private func textFile(_ path: String) -> String {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { _ = close(descriptor) }
  var octets = [UInt8](repeating: 0, count: 1 << 14)
  let count = unsafe read(descriptor, &octets, octets.count)
  return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
}
