// Why a capture could not be opened, read or written.

internal import CPcap

#if canImport(Glibc)
  internal import Glibc
#endif

/// What went wrong, as one line without the program's name: what is wrong, and what to do.
public struct CaptureError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What sort of trouble it is; the program's exit status follows from it.
  public enum Kind: Sendable {
    /// An option that cannot be met: an interface that is not there, a link type it does not have.
    case usage
    /// libpcap does not accept the filter.
    case filter
    /// A file, stream or interface could not be read, or ended inside a record.
    case input
    /// This process may not capture, or could not give its rights away.
    case rights
    /// What was captured could not be written.
    case output
    /// Standard output was closed by whoever read it.
    case closedPipe
    /// A stop was asked for while the source was still being opened.
    case stopped
  }

  /// What sort of trouble it is.
  public var kind: Kind
  /// The line.
  public var description: String

  /// An error of `kind` that says `description`.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// 2 for what the user asked, 1 for what the world answered, 0 for a reader that had enough.
  public var exitStatus: Int32 {
    switch kind {
    case .usage, .filter: 2
    case .input, .rights, .output: 1
    case .closedPipe, .stopped: 0
    }
  }
}

/// The text libpcap keeps with a handle about its last error.
func libpcapMessage(_ handle: OpaquePointer) -> String {
  unsafe String(cString: pcap_geterr(handle))
}

/// Runs `call` with libpcap's error buffer and gives back what it returned and the text left there.
func withErrorBuffer<Result>(_ call: (UnsafeMutablePointer<CChar>) -> Result) -> (Result, String) {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PCAP_ERRBUF_SIZE)) { buffer in
    unsafe buffer.initialize(repeating: 0)
    guard let base = buffer.baseAddress else { preconditionFailure("an error buffer has room") }
    let result = unsafe call(base)
    unsafe base[Int(PCAP_ERRBUF_SIZE) - 1] = 0
    return unsafe (result, String(cString: base))
  }
}

/// What the C library calls an error number.
func systemMessage(_ number: Int32) -> String {
  unsafe String(cString: strerror(number))
}
