// The few calls to the C library that the program around a capture needs, with their pointers kept in here.

#if canImport(Glibc)
  internal import Glibc
#endif

/// The most octets of a text file that are read: a filter is far shorter.
private let textOctetsMax = 1 << 20

/// A whole small text file, such as the one of `-F`; what is not UTF-8 in it is replaced.
public func readText(_ path: String) throws(CaptureError) -> String {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw CaptureError(.usage, "\(path): \(systemMessage(errno))") }
  defer { close(descriptor) }
  var octets: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 4096)
  while octets.count < textOctetsMax {
    let got = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if got < 0 { throw CaptureError(.usage, "\(path): \(systemMessage(errno))") }
    if got == 0 { return String(decoding: octets, as: UTF8.self) }
    octets.append(contentsOf: chunk[..<got])
  }
  throw CaptureError(.usage, "\(path): longer than \(textOctetsMax) octets: not a filter")
}

/// An environment variable's value; nil when it is not set.
public func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

/// What the last failed system call of this thread says, in words.
public func lastSystemError() -> String { systemMessage(errno) }

/// Starts a program, found in PATH, without a shell, with nothing to read, at the lowest priority. Whoever
/// starts it asks `hasEnded` until it has.
public func startProgram(_ command: [String]) -> Result<Int32, CaptureError> {
  var process: pid_t = 0
  let nothing = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
  defer { if nothing >= 0 { _ = close(nothing) } }
  let status = spawn(command, descriptors: [nothing, nothing, 2], process: &process)
  guard status == 0 else {
    return .failure(CaptureError(.output, "\(command[0]): \(systemMessage(status))"))
  }
  _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(process), 19)
  return .success(process)
}

/// Whether a program that was started has ended.
public func hasEnded(_ process: Int32) -> Bool {
  var status: Int32 = 0
  return unsafe waitpid(process, &status, WNOHANG) != 0
}

/// A whole file of at most a gigabyte.
public func readOctets(_ path: String) throws(CaptureError) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw CaptureError(.input, "\(path): \(systemMessage(errno))") }
  defer { close(descriptor) }
  var octets: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while octets.count < 1 << 30 {
    let got = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if got < 0 { throw CaptureError(.input, "\(path): \(systemMessage(errno))") }
    if got == 0 { break }
    octets.append(contentsOf: chunk[..<got])
  }
  return octets
}
