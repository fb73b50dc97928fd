// Frames out of libpcap.

internal import CPcap
public import Wire

/// Why a capture could not be opened or read on: one line, without the program's name.
public struct CaptureError: Error, Sendable, CustomStringConvertible {
  /// The line: what is wrong, and what to do.
  public var description: String
}

/// An open capture.
@safe
public struct Capture: ~Copyable {
  private let handle: OpaquePointer
  private let link: LinkType

  /// Opens a saved capture.
  public init(file path: String) throws(CaptureError) {
    var text = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    guard
      let opened = unsafe pcap_open_offline_with_tstamp_precision(
        path, UInt32(PCAP_TSTAMP_PRECISION_NANO), &text)
    else {
      let end = text.firstIndex(of: 0) ?? text.endIndex
      throw CaptureError(
        description: String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    unsafe handle = opened
    link = unsafe LinkType(rawValue: pcap_datalink(opened))
  }

  deinit { unsafe pcap_close(handle) }

  /// Hands each frame, borrowed, to `body` until the end.
  public func forEachFrame(_ body: (Bytes, Frame) -> Void) throws(CaptureError) {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var octets: UnsafePointer<UInt8>?
    var number: UInt64 = 0
    while true {
      let result = unsafe pcap_next_ex(handle, &header, &octets)
      if result == -2 { return }
      guard result == 1, let header = unsafe header, let octets = unsafe octets else {
        throw CaptureError(description: unsafe String(cString: pcap_geterr(handle)))
      }
      number += 1
      let captured = unsafe Int(header.pointee.caplen)
      let time = unsafe Int64(header.pointee.ts.tv_sec) * 1_000_000_000 + Int64(header.pointee.ts.tv_usec)
      let frame = unsafe Frame(
        number: number, time: time, wireLength: Int(header.pointee.len), capturedLength: captured, link: link)
      body(unsafe UnsafeBufferPointer(start: octets, count: captured).span, frame)
    }
  }
}
