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
