// One saved capture: its records one after the other.

internal import CPcap
internal import Wire

#if canImport(Glibc)
  internal import Glibc
#endif

/// An open file of frames.
@safe
final class SavedSource {
  let info: InterfaceInfo
  let handle: OpaquePointer
  let stream: SavedStream
  let filter: Filter?
  let missed: MissedFrames?
  /// The frame that is next when several files are merged; libpcap keeps both until the next call for this
  /// file.
  private(set) var header: UnsafeMutablePointer<pcap_pkthdr>?
  private(set) var octets: UnsafePointer<UInt8>?
  /// Whether there is nothing more.
  private(set) var ended = false

  init(_ path: String, settings: CaptureSettings, filter text: String) throws(CaptureError) {
    let name = path == "-" ? "standard input" : path
    do throws(CaptureError) {
      stream = try SavedStream(path: path, stop: settings.stop)
    } catch {
      throw CaptureError(error.kind, "\(name): \(error)")
    }
    guard let file = unsafe stream.openStream() else {
      throw CaptureError(.input, "\(name): \(systemMessage(errno))")
    }
    // Always in nanoseconds: libpcap scales what is coarser, and a frame has one kind of time.
    let (opened, message) = unsafe withErrorBuffer {
      unsafe pcap_fopen_offline_with_tstamp_precision(file, UInt32(PCAP_TSTAMP_PRECISION_NANO), $0)
    }
    guard let opened = unsafe opened else {
      unsafe fclose(file)
      if stream.stopped { throw CaptureError(.stopped, "\(name): stopped") }
      throw CaptureError(.input, "\(name): \(stream.close() ?? message)")
    }
    unsafe handle = opened
    let link = unsafe pcap_datalink(opened)
    info = unsafe InterfaceInfo(
      name: path, link: LinkType(rawValue: link), linkName: textOf(pcap_datalink_val_to_name(link)),
      linkDescription: textOf(pcap_datalink_val_to_description(link)), snapLength: Int(pcap_snapshot(opened)),
      nanoseconds: countsNanoseconds(startOf: stream.head), live: false,
      fcsLength: fcsLength(pcap_datalink_ext(opened)))
    // Compiled even when empty, as tcpdump does: libpcap says here that it does not know the link type.
    let compiled: Filter
    do throws(CaptureError) {
      compiled = try unsafe Filter(text, handle: opened, optimize: settings.optimizeFilter)
    } catch {
      unsafe pcap_close(opened)
      throw error.kind == .input ? CaptureError(.input, "\(name): \(error)") : error
    }
    filter = text.isEmpty ? nil : compiled
    if stream.hasPlainRecords, SavedSource.plainLinks.contains(info.link) {
      stream.blocks.start(capturedMax: info.snapLength)
    }
    missed =
      settings.countMissed
      ? unsafe MissedFrames(plain: text, handle: opened, optimize: settings.optimizeFilter) : nil
  }

  /// Link types of which libpcap hands out the octets as they lie in the file; of USB it mends lengths.
  private static let plainLinks: Set<LinkType> = [
    .ethernet, .raw, .ipv4, .ipv6, .null, .loop, .ppp, .linuxCooked, .linuxCooked2,
  ]

  deinit { unsafe pcap_close(handle) }

  /// Reads the next frame that passes the filter. False at the end and after a stop.
  ///
  /// The places for libpcap's answer are the caller's: as properties of this class they would be checked for
  /// exclusive access at every frame.
  @inline(__always)
  func read(
    _ header: inout UnsafeMutablePointer<pcap_pkthdr>?, _ octets: inout UnsafePointer<UInt8>?,
    _ counters: UnsafeMutablePointer<Counters>
  ) throws(CaptureError) -> Bool {
    if ended { return false }
    while true {
      if unsafe !stream.blocks.next(&header, &octets), unsafe !readOn(&header, &octets) {
        let result = unsafe pcap_next_ex(handle, &header, &octets)
        guard result == 1 else { return try end(result) }
      }
      guard let found = unsafe header, let data = unsafe octets else { return false }
      unsafe counters.pointee.received &+= 1
      guard let filter else { return true }
      if unsafe filter.passes(found, data) { return true }
      unsafe counters.pointee.filtered &+= 1
      unsafe missed?.look(found, data)
    }
  }

  /// Reads the next block, and its first record. False when libpcap has to read on.
  @inline(never)
  private func readOn(
    _ header: inout UnsafeMutablePointer<pcap_pkthdr>?, _ octets: inout UnsafePointer<UInt8>?
  ) -> Bool {
    unsafe stream.blocks.refill { unsafe stream.read(into: $0, size: $1) }
      && stream.blocks.next(&header, &octets)
  }

  /// Reads the next frame into `header` and `octets`, to be handed out when its time has come.
  func lookAhead(_ counters: UnsafeMutablePointer<Counters>) throws(CaptureError) {
    var found: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    if try unsafe read(&found, &data, counters) { unsafe (header, octets) = (found, data) }
  }

  /// The frame that was ahead has been handed out.
  func forgetFrame() { unsafe (header, octets) = (nil, nil) }

  /// What the end of the records means: the end, a stop, or an error.
  private func end(_ result: Int32) throws(CaptureError) -> Bool {
    ended = true
    if stream.stopped { return false }
    let complaint = stream.close()
    let name = info.name == "-" ? "standard input" : info.name
    if let complaint { throw CaptureError(.input, "\(name): \(complaint)") }
    if result == PCAP_ERROR_BREAK { return false }
    throw CaptureError(.input, "\(name): \(unsafe libpcapMessage(handle))")
  }
}

/// A C string that may be absent.
func textOf(_ pointer: UnsafePointer<CChar>?) -> String? {
  unsafe pointer.map { unsafe String(cString: $0) }
}

/// Whether a capture file counts nanoseconds or finer, by its first octets. libpcap knows and has no call
/// that tells.
///
/// pcap: the magic number (draft-ietf-opsawg-pcap section 4). pcapng: `if_tsresol` of the first Interface
/// Description Block (draft-ietf-opsawg-pcapng section 4.2), microseconds when absent.
func countsNanoseconds(startOf head: [UInt8]) -> Bool {
  guard head.count >= 12 else { return false }
  switch head[0..<4] {
  case [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1]: return true
  case [0x0a, 0x0d, 0x0d, 0x0a]: break
  default: return false
  }
  let big = head[8] == 0x1a
  func number(_ offset: Int, _ count: Int) -> Int? {
    guard offset >= 0, offset + count <= head.count else { return nil }
    let octets = big ? Array(head[offset..<offset + count]) : head[offset..<offset + count].reversed()
    return octets.reduce(0) { $0 << 8 | Int($1) }
  }
  var block = 0
  while let kind = number(block, 4), let length = number(block + 4, 4), length >= 12 {
    guard kind == 1 else {
      block += length
      continue
    }
    var option = block + 16
    while option < block + length - 4, let code = number(option, 2), let size = number(option + 2, 2),
      code != 0
    {
      if code == 9, let resolution = number(option + 4, 1) {
        return resolution & 0x80 == 0 ? resolution >= 9 : resolution & 0x7f >= 30
      }
      option += 4 + (size + 3) & ~3
    }
    return false
  }
  return false
}

/// Octets of frame check sequence that a file's link type announces: a flag, and in the four highest bits the
/// number of 16-bit words (libpcap's LT_FCS macros, which Swift does not see).
private func fcsLength(_ extended: Int32) -> Int {
  let bits = UInt32(bitPattern: extended)
  return bits & 0x0400_0000 != 0 ? Int(bits >> 28) * 2 : 0
}
