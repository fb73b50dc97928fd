// Frames out of libpcap.

internal import CPcap
public import Wire

/// An open capture.
@safe
public struct Capture: ~Copyable {
  private let handle: OpaquePointer
  private let link: LinkType

  /// The interfaces or files frames come from; `Frame.interface` is an index into it.
  public let interfaces: [InterfaceInfo]
  /// What libpcap had to say while opening, one line each, without the program's name.
  public let warnings: [String]

  /// Opens a source and compiles `filter` for it; empty lets everything pass.
  public init(_ source: CaptureSource, settings: CaptureSettings = CaptureSettings(), filter: String = "")
    throws(CaptureError)
  {
    guard case .files(let paths) = source, let path = paths.first else {
      throw CaptureError(.usage, "not built yet")
    }
    let (opened, message) = unsafe withErrorBuffer {
      unsafe pcap_open_offline_with_tstamp_precision(path, UInt32(PCAP_TSTAMP_PRECISION_NANO), $0)
    }
    guard let opened = unsafe opened else { throw CaptureError(.input, "\(path): \(message)") }
    unsafe handle = opened
    link = unsafe LinkType(rawValue: pcap_datalink(opened))
    interfaces = [
      unsafe InterfaceInfo(
        name: path, link: link, linkName: nil, linkDescription: nil, snapLength: Int(pcap_snapshot(opened)),
        nanoseconds: true, live: false)
    ]
    warnings = []
  }

  deinit { unsafe pcap_close(handle) }

  /// What became of the frames so far. Can be asked from within `forEachFrame`'s closures.
  public var statistics: CaptureStatistics { CaptureStatistics() }

  /// Octets of the files read so far and in all, as they lie on the disk; nil when there is no end to know.
  public var progress: (done: Int64, total: Int64)? { nil }

  /// Frames that the filter would have passed but for their VLAN tag, MPLS label or PPPoE header, and a filter that
  /// passes them too; nil when there were none.
  public var missedByFilter: (count: UInt64, filter: String)? { nil }

  /// Hands each frame, borrowed, to `body` until the end, a `.stop`, or a raised stop flag.
  ///
  /// `idle` is called when nothing more is to be had for the moment, and at least every `timeoutMilliseconds` of a live
  /// capture: the time to flush and to look at signals. A file that ends inside a record: everything before it has been
  /// handed out, then the error is thrown.
  public func forEachFrame(
    _ body: (Bytes, Frame) -> FrameVerdict, idle: () -> FrameVerdict = { .go }
  ) throws(CaptureError) {
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var octets: UnsafePointer<UInt8>?
    var number: UInt64 = 0
    while true {
      let result = unsafe pcap_next_ex(handle, &header, &octets)
      if result == -2 { return }
      guard result == 1, let header = unsafe header, let octets = unsafe octets else {
        throw CaptureError(.input, unsafe libpcapMessage(handle))
      }
      number += 1
      let captured = unsafe Int(header.pointee.caplen)
      let time = unsafe Int64(header.pointee.ts.tv_sec) &* 1_000_000_000 &+ Int64(header.pointee.ts.tv_usec)
      let frame = unsafe Frame(
        number: number, time: time, wireLength: Int(header.pointee.len), capturedLength: captured, link: link)
      if body(unsafe UnsafeBufferPointer(start: octets, count: captured).span, frame) == .stop { return }
    }
  }
}
