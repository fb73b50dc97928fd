// A segment read at its place in a plain frame, and the run of those that follow each other.

internal import Wire

/// A segment of a plain frame, read at its place.
struct PlainSegment {
  let shape: PlainShape
  let sequence: UInt32
  let acknowledgment: UInt32
  let flags: TCPFlags
  let ends: PlainEnds

  /// The segment of a frame of TCP; nil when it opens a connection or acknowledges nothing.
  @inline(__always)
  init?(_ octets: Bytes, _ shape: PlainShape) {
    self.init(any: octets, shape)
    guard flags.rawValue & (TCPFlags.syn.rawValue | TCPFlags.ack.rawValue) == TCPFlags.ack.rawValue else {
      return nil
    }
  }

  /// The segment of any frame of TCP.
  @inline(__always)
  init(any octets: Bytes, _ shape: PlainShape) {
    let header = octets.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin)
    flags = TCPFlags(rawValue: header.u16(12) & 0x1ff)
    self.shape = shape
    ends = PlainEnds(octets, shape)
    sequence = header.u32(4)
    acknowledgment = header.u32(8)
  }

  /// It neither opens nor ends nor resets its direction.
  @inline(__always)
  var goesOn: Bool {
    flags.rawValue & (TCPFlags.syn.rawValue | TCPFlags.fin.rawValue | TCPFlags.rst.rawValue) == 0
  }

  /// Where its payload lies in its frame, as far as it was captured.
  @inline(__always)
  func payload(in octets: Bytes) -> Range<Int> {
    let start = shape.transport &+ shape.header
    return start..<min(start &+ shape.payload, octets.count)
  }
}

/// Where a tracker has the flow of a segment, and who sent it.
struct FollowedPlace {
  var index: Int
  var serial: UInt64
  var side: FlowSide
}

/// Segments of one direction of IPv4, one behind the other with nothing between them, all inside one body and
/// with the same acknowledgment: they are only counted, and what they change is changed once, by the last.
/// Twenty of them come at a time where large bodies are sent.
struct SegmentRun {
  /// Another segment may go on with it.
  var isOpen = false
  /// Segments that are not counted elsewhere yet, and what they have: octets of payload, of IP, of frames.
  var count = 0
  private(set) var octets: Int64 = 0
  private(set) var ipOctets: UInt64 = 0
  private(set) var frameOctets: UInt64 = 0
  /// The last one's.
  private(set) var lastLength = 0
  private(set) var frame: UInt64 = 0
  private(set) var time: Int64 = 0
  /// The next sequence number, and every segment's acknowledgment.
  private(set) var next: UInt32 = 0
  private(set) var acknowledgment: UInt32 = 0
  /// Octets of the body that have not come, and the time at which others have to be looked at.
  private var left: Int64 = 0
  private var until: Int64 = 0
  /// Both addresses and both ports as they stand in the frame.
  private var addresses: UInt64 = 0
  private var ports: UInt32 = 0
  /// Where flow and work are.
  private(set) var place = FollowedPlace(index: 0, serial: 0, side: .originator)
  private(set) var work = 0

  /// Opens it behind a segment that has been counted.
  mutating func begin(
    _ segment: PlainSegment, _ octets: Bytes, _ frame: Frame, place: FollowedPlace, work: Int, left: Int64,
    until: Int64
  ) {
    guard segment.shape.version == 4 else { return }
    addresses = octets.extracting(segment.shape.network..<segment.shape.network &+ 40).u64(12)
    ports = octets.extracting(segment.shape.transport..<segment.shape.transport &+ 20).u32(0)
    next = segment.sequence &+ UInt32(truncatingIfNeeded: segment.shape.payload)
    acknowledgment = segment.acknowledgment
    (self.left, self.until, self.place, self.work) = (left, until, place, work)
    time = frame.time
    (count, self.octets, ipOctets, frameOctets) = (0, 0, 0, 0)
    isOpen = true
  }

  /// Takes a segment that goes on with it; false when it does not, and then nothing has been done.
  @inline(__always)
  mutating func continues(_ bytes: Bytes, _ shape: PlainShape, _ frame: Frame) -> Bool {
    guard isOpen, shape.version == 4 else { return false }
    let header = bytes.extracting(shape.transport..<shape.transport &+ TCPHeader.lengthMin)
    let length = Int64(shape.payload)
    let ending = TCPFlags.syn.rawValue | TCPFlags.fin.rawValue | TCPFlags.rst.rawValue
    guard header.u32(4) == next, header.u32(0) == ports, header.u32(8) == acknowledgment,
      bytes.extracting(shape.network..<shape.network &+ 20).u64(12) == addresses,
      header.u16(12) & (ending | TCPFlags.ack.rawValue) == TCPFlags.ack.rawValue,
      length > 0, length < left, bytes.count >= shape.transport &+ shape.header &+ shape.payload,
      frame.time >= time, frame.time < until
    else { return false }
    count &+= 1
    octets &+= length
    ipOctets &+= UInt64(shape.total)
    frameOctets &+= UInt64(max(0, frame.wireLength))
    lastLength = shape.payload
    self.frame = frame.number
    time = frame.time
    next = next &+ UInt32(truncatingIfNeeded: length)
    left &-= length
    return true
  }
}
