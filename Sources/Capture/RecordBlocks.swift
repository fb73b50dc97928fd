// The records of a classic capture file of this machine's byte order, read in blocks and handed out where
// they lie.
//
// libpcap reads each record with two calls of stdio and copies its octets out of stdio's buffer: 520
// instructions a frame of 106 octets, of 1,400 that a whole flow takes; here it is 40. Only what is plain is
// read here: whatever libpcap would do anything about - another format, the other byte order, lengths that
// lie, an end within a record - is left to it, with all octets that have not been handed out, and its words
// about it are the same as ever (`RecordBlockTests`).

internal import CPcap
internal import Wire

/// Octets that have been read, and how far they have been handed out.
@safe
final class RecordBlocks {
  /// What a file header of 24 octets, and a record's header of 16, say (draft-ietf-opsawg-pcap sections 4 and
  /// 5).
  private static let fileHeader = 24
  private static let recordHeader = 16
  /// Octets of a block: more than the processor's first cache, less than its second.
  private static let size = 1 << 18
  /// The longest record that is read here.
  private static let capturedMax = 1 << 16

  private struct State {
    /// Places in the block: of the first octet that has not been handed out, and behind the last one.
    var at = 0
    var end = 0
    /// Records are read here; otherwise libpcap asks for the octets.
    var isReading = false
    /// Nanoseconds of a record's fraction of a second.
    var scale = 1
    /// What a record may have, at most, to be read here.
    var capturedMax = 0
  }

  private let block: UnsafeMutableRawPointer
  /// Apart from the object: as properties they would be checked for exclusive access at every frame.
  private let state: UnsafeMutablePointer<State>
  private let header: UnsafeMutablePointer<pcap_pkthdr>

  init() {
    unsafe block = .allocate(byteCount: RecordBlocks.size, alignment: 64)
    unsafe state = .allocate(capacity: 1)
    unsafe state.initialize(to: State())
    unsafe header = .allocate(capacity: 1)
    unsafe header.initialize(to: pcap_pkthdr())
  }

  deinit {
    unsafe block.deallocate()
    unsafe state.deallocate()
    unsafe header.deallocate()
  }

  /// Octets that have been read and not handed out.
  @inline(__always)
  var left: Int { unsafe state.pointee.end &- state.pointee.at }

  /// Puts the first octets of the stream in; true when they begin as a capture file does whose records can be
  /// read here: then libpcap is given its header and no more.
  func begin(_ read: (UnsafeMutableRawPointer, Int) -> Int) -> Bool {
    unsafe state.pointee.end = max(0, read(block, RecordBlocks.size))
    guard left >= RecordBlocks.fileHeader else { return false }
    let magic = unsafe block.loadUnaligned(as: UInt32.self)
    let major = unsafe block.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
    let minor = unsafe block.loadUnaligned(fromByteOffset: 6, as: UInt16.self)
    unsafe state.pointee.scale = magic == 0xa1b2_3c4d ? 1 : 1000
    return (magic == 0xa1b2_c3d4 || magic == 0xa1b2_3c4d) && major == 2 && minor == 4
  }

  /// Gives libpcap some of the octets, at most `size`.
  func give(_ buffer: UnsafeMutablePointer<CChar>, _ size: Int) -> Int {
    let count = min(size, left)
    unsafe UnsafeMutableRawPointer(buffer).copyMemory(from: block + state.pointee.at, byteCount: count)
    unsafe state.pointee.at += count
    return count
  }

  /// Gives libpcap the file's header.
  func giveHeader(_ buffer: UnsafeMutablePointer<CChar>, _ size: Int) -> Int {
    unsafe give(buffer, min(size, RecordBlocks.fileHeader))
  }

  /// Begins to read records, of at most so many octets.
  func start(capturedMax: Int) {
    unsafe state.pointee.capturedMax = min(capturedMax, RecordBlocks.capturedMax)
    unsafe state.pointee.isReading = true
  }

  /// The next record; false when there is none that lies whole in the block. Both places are good until the
  /// next call.
  @inline(__always)
  func next(
    _ header: inout UnsafeMutablePointer<pcap_pkthdr>?, _ octets: inout UnsafePointer<UInt8>?
  ) -> Bool {
    guard unsafe state.pointee.isReading, isWhole else { return false }
    let at = unsafe block + state.pointee.at
    let captured = unsafe at.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    unsafe self.header.pointee.ts.tv_sec = Int(at.loadUnaligned(as: Int32.self))
    let fraction = unsafe Int(at.loadUnaligned(fromByteOffset: 4, as: Int32.self))
    unsafe self.header.pointee.ts.tv_usec = fraction &* state.pointee.scale
    unsafe self.header.pointee.caplen = captured
    unsafe self.header.pointee.len = at.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
    unsafe header = self.header
    unsafe octets = UnsafePointer((at + RecordBlocks.recordHeader).assumingMemoryBound(to: UInt8.self))
    unsafe state.pointee.at &+= RecordBlocks.recordHeader &+ Int(captured)
    return true
  }

  /// What a record's header says, and its octets.
  @inline(__always)
  private func give(
    _ place: Int, _ number: UInt64, _ link: LinkType, fcsLength: Int,
    _ body: (Bytes, Frame) -> FrameVerdict
  ) -> FrameVerdict {
    let at = unsafe block + place
    let captured = captured(at: place)
    // 32 bits of seconds are never more than nanoseconds in 64 bits hold.
    let seconds = unsafe Int64(at.loadUnaligned(as: Int32.self))
    let fraction = unsafe Int64(at.loadUnaligned(fromByteOffset: 4, as: Int32.self))
    let time = unsafe seconds &* 1_000_000_000 &+ fraction &* Int64(state.pointee.scale)
    let wire = unsafe Int(at.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
    let frame = Frame(
      number: number, time: time, wireLength: wire, capturedLength: captured, link: link,
      fcsLength: fcsLength)
    let octets = unsafe UnsafeBufferPointer(
      start: (at + RecordBlocks.recordHeader).assumingMemoryBound(to: UInt8.self), count: captured)
    return body(unsafe octets.span, frame)
  }

  /// Hands out the records that lie whole in the block, as they lie there, without libpcap's header between;
  /// each is shown to `ahead` when as many as `foresight` come before it. `stop` when the body says so;
  /// otherwise `next` and `refill` say how it goes on.
  @inline(__always)
  func handOut(
    _ counters: UnsafeMutablePointer<Counters>, _ stop: StopFlag, _ link: LinkType, fcsLength: Int,
    _ foresight: UInt64, _ ahead: (Bytes, Frame) -> Void, _ body: (Bytes, Frame) -> FrameVerdict
  ) -> FrameVerdict {
    var (next, shown) = unsafe (state.pointee.at, counters.pointee.captured)
    while unsafe state.pointee.isReading, isWhole, !stop.isRaised {
      while foresight > 0, unsafe shown < counters.pointee.captured &+ foresight, isWhole(at: next) {
        shown &+= 1
        _ = give(next, shown, link, fcsLength: fcsLength) { octets, frame in
          ahead(octets, frame)
          return .go
        }
        next &+= RecordBlocks.recordHeader &+ captured(at: next)
      }
      let at = unsafe state.pointee.at
      unsafe state.pointee.at &+= RecordBlocks.recordHeader &+ captured(at: at)
      unsafe counters.pointee.received &+= 1
      unsafe counters.pointee.captured &+= 1
      let number = unsafe counters.pointee.captured
      if give(at, number, link, fcsLength: fcsLength, body) == .stop { return .stop }
    }
    return .go
  }

  /// Octets that the record at hand says it has.
  @inline(__always)
  private var captured: Int { unsafe captured(at: state.pointee.at) }

  /// Octets that the record at a place says it has.
  @inline(__always)
  private func captured(at place: Int) -> Int {
    Int(unsafe (block + place).loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  /// Whether a whole record lies in the block.
  @inline(__always)
  private var isWhole: Bool { unsafe isWhole(at: state.pointee.at) }

  /// Whether one lies there whole from a place on.
  @inline(__always)
  private func isWhole(at place: Int) -> Bool {
    let behind = unsafe state.pointee.end &- place &- RecordBlocks.recordHeader
    guard behind >= 0 else { return false }
    return unsafe captured(at: place) <= min(behind, state.pointee.capturedMax)
  }

  /// Reads until a whole record is there. False when none will be: the end, or a length that libpcap has to
  /// judge; it reads on from here.
  @inline(never)
  func refill(_ read: (UnsafeMutableRawPointer, Int) -> Int) -> Bool {
    guard unsafe state.pointee.isReading else { return false }
    let count = left
    unsafe block.copyMemory(from: block + state.pointee.at, byteCount: count)
    unsafe (state.pointee.at, state.pointee.end) = (0, count)
    while !isWhole {
      let isLong = unsafe left >= RecordBlocks.recordHeader && captured > state.pointee.capturedMax
      let more = isLong ? 0 : unsafe read(block + left, RecordBlocks.size - left)
      if more <= 0 {
        unsafe state.pointee.isReading = false
        return false
      }
      unsafe state.pointee.end += more
    }
    return true
  }
}
