// The last frames, held in memory: a ring of octets and a ring of what belongs to them. When something is
// wrong with a flow, its frames are looked up here.

internal import Glibc
internal import Wire

/// The ring of one pipeline.
@safe
struct FlightRecorder: ~Copyable {
  /// What is kept beside a frame's octets.
  private struct Entry {
    var flow: UInt64 = 0
    var time: Int64 = 0
    /// Where its octets begin, counted from the first frame that was ever held.
    var place: Int = 0
    var captured: UInt32 = 0
    var wire: UInt32 = 0
  }

  /// Frames of one flow that a file holds at most.
  private static let framesMax = 4096

  private let snapLength: Int
  private let octets: UnsafeMutableRawPointer?
  private let size: Int
  private let entries: UnsafeMutablePointer<Entry>
  private let entriesMax: Int
  /// Octets and frames that were held so far; and where the next ones come, which would take a division
  /// each.
  private var written = 0
  private var count = 0
  private var place = 0
  private var next = 0
  private var link: Int32 = 1

  /// A ring of a size; of none it holds nothing.
  init(octets size: Int, snapLength: Int) {
    self.snapLength = snapLength
    // Two thirds for octets, the rest for what belongs to them: half of all frames are short.
    let room = size / 3 * 2
    unsafe octets = room > 65_536 ? malloc(room) : nil
    self.size = unsafe octets == nil ? 0 : room
    entriesMax = self.size == 0 ? 0 : size / 3 / MemoryLayout<Entry>.stride
    // Memory that nobody has written to yet is nobody's.
    unsafe entries = .allocate(capacity: entriesMax)
  }

  deinit {
    unsafe free(octets)
    unsafe entries.deallocate()
  }

  /// Holds a frame of a flow.
  @inline(__always)
  mutating func note(_ frame: Bytes, _ about: Frame, flow: UInt64) {
    guard let octets = unsafe octets, flow > 0 else { return }
    let length = min(frame.count, snapLength)
    // A frame does not go around the end.
    if place &+ length > size {
      written += size &- place
      place = 0
    }
    unsafe frame.withUnsafeBytes { from in
      if let base = from.baseAddress { unsafe memcpy(octets + place, base, length) }
    }
    unsafe (entries + next).initialize(
      to: Entry(
        flow: flow, time: about.time, place: written, captured: UInt32(length),
        wire: UInt32(clamping: about.wireLength)))
    next = next &+ 1 < entriesMax ? next &+ 1 : 0
    written += length
    place += length
    count += 1
    link = about.link.rawValue
  }

  /// The frames of a flow that are still held, as a capture file; nil when there are none.
  func capture(of flow: UInt64) -> RecordedFrames? {
    guard let octets = unsafe octets else { return nil }
    var found: [Entry] = []
    var index = count
    while index > max(0, count - entriesMax), found.count < FlightRecorder.framesMax {
      index -= 1
      let entry = unsafe entries[index % entriesMax]
      // What was written over is gone, and so is all before it.
      if entry.place + size < written { break }
      if entry.flow == flow { found.append(entry) }
    }
    guard !found.isEmpty else { return nil }
    // The pcap format with nanoseconds (draft-ietf-opsawg-pcap sections 4 and 5).
    var file: [UInt8] = []
    func put(_ value: UInt32) {
      unsafe withUnsafeBytes(of: value.littleEndian) { unsafe file.append(contentsOf: $0) }
    }
    put(0xa1b2_3c4d)
    put(2 | 4 << 16)
    put(0)
    put(0)
    put(UInt32(snapLength))
    put(UInt32(bitPattern: link))
    for entry in found.reversed() {
      put(UInt32(truncatingIfNeeded: entry.time / 1_000_000_000))
      put(UInt32(truncatingIfNeeded: entry.time % 1_000_000_000))
      put(entry.captured)
      put(entry.wire)
      let start = unsafe octets.advanced(by: entry.place % size)
      unsafe file.append(contentsOf: UnsafeRawBufferPointer(start: start, count: Int(entry.captured)))
    }
    return RecordedFrames(flow: flow, file: file)
  }
}
