// Where text is made: one reused run of octets, no String on the way.
//
// This is, with Digits.swift and Pen.swift, the file of Report that uses `unsafe`: appending through an array
// costs 109-125 ns for a line of 100 octets, through a raw pointer 48-50. Behind what is called full there is
// always room for `spare` octets: a short write needs no look before it, and looks afterwards whether the
// buffer is full and must grow. Every function that may be called from outside leaves that room behind, so
// that nothing is written past the end.

#if canImport(Glibc)
  internal import Glibc
#endif

/// A growing run of octets that text is written into and that is emptied by whoever writes it out.
@safe
public struct OctetBuffer: ~Copyable {
  /// Octets behind `capacity` that short writes may reach into.
  static var spare: Int { 2048 }

  private var base: UnsafeMutablePointer<UInt8>
  /// From so many octets on it is full.
  private var capacity: Int
  /// The same as a place.
  private(set) var full: UnsafeMutableRawPointer
  let digits = Digits.shared
  /// That of the last time stamp.
  private(set) var second = SecondText()
  /// That of the last time to come.
  private var later = SecondText()
  /// Octets written so far.
  public private(set) var count = 0

  /// An empty buffer with room for `capacity` octets before it has to grow.
  public init(capacity: Int = 1 << 17) {
    precondition(capacity > 0, "a buffer needs room")
    self.capacity = capacity
    unsafe base = OctetBuffer.room(nil, capacity + OctetBuffer.spare)
    unsafe full = UnsafeMutableRawPointer(base + capacity)
  }

  deinit { unsafe free(base) }

  /// Memory that grows where it lies, when that is possible: many pages are moved, not copied.
  private static func room(_ old: UnsafeMutablePointer<UInt8>?, _ size: Int) -> UnsafeMutablePointer<UInt8> {
    guard let new = unsafe realloc(old, size) else { fatalError("no memory for \(size) octets of text") }
    return unsafe new.assumingMemoryBound(to: UInt8.self)
  }

  /// Makes room for `room` octets more, of which there may be many.
  @inline(__always)
  private mutating func reserve(_ room: Int) {
    if room > capacity &- count { grow(to: count + room) }
  }

  /// Behind a write of at most `spare` octets: makes the same room for the next.
  @inline(__always)
  private mutating func advance(_ octets: Int) {
    count &+= octets
    if count > capacity { grow(to: count) }
  }

  @inline(never)
  private mutating func grow(to least: Int) {
    capacity = max(capacity * 2, least)
    unsafe base = OctetBuffer.room(base, capacity + OctetBuffer.spare)
    unsafe full = UnsafeMutableRawPointer(base + capacity)
  }

  /// Forgets what was written.
  public mutating func removeAll() { count = 0 }

  /// Forgets what was written after the first `count` octets.
  public mutating func truncate(to count: Int) {
    precondition(count <= self.count && count >= 0, "a buffer is cut where it has octets")
    self.count = count
  }

  /// Forgets the first `octets`; what follows them comes to their place.
  public mutating func removeFirst(_ octets: Int) {
    precondition(octets >= 0 && octets <= count, "a buffer gives what it has")
    if octets > 0 { unsafe base.update(from: base + octets, count: count - octets) }
    count -= octets
  }

  /// Octets of another buffer, from one place to another.
  public mutating func write(_ other: borrowing OctetBuffer, from start: Int, to end: Int) {
    precondition(start >= 0 && start <= end && end <= other.count, "outside the buffer")
    reserve(end - start)
    unsafe (base + count).update(from: other.base + start, count: end - start)
    count &+= end - start
  }

  /// Puts `other` in the place of every `octet` that was written from `start` on.
  mutating func replace(_ octet: UInt8, by other: UInt8, from start: Int) {
    precondition(start >= 0, "outside the buffer")
    for i in min(start, count)..<count where unsafe base[i] == octet { unsafe base[i] = other }
  }

  /// The octet at `index`.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "outside the buffer")
    return unsafe base[index]
  }

  /// One octet.
  @inline(__always)
  public mutating func write(octet: UInt8) {
    unsafe base[count] = octet
    advance(1)
  }

  /// A literal.
  @inline(__always)
  public mutating func write(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    if length > OctetBuffer.spare { reserve(length) }
    unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: text.utf8Start, byteCount: length)
    advance(length)
  }

  /// Puts the octets of a word, the lowest first, in the place of eight that were written.
  mutating func replace(at place: Int, by word: UInt64) {
    precondition(place >= 0 && place + 8 <= count, "outside the buffer")
    unsafe UnsafeMutableRawPointer(base + place).storeBytes(of: word.littleEndian, as: UInt64.self)
  }

  /// Joins the object that begins at a place to what is written before it: a comma for its brace.
  mutating func join(at place: Int) {
    let octet = place >= 0 && place < count ? unsafe base[place] : 0
    precondition(octet == 123, "an object begins with a brace")
    unsafe base[place] = 44
  }

  /// A literal and a number behind it.
  @inline(__always)
  public mutating func write(_ text: StaticString, decimal value: UInt64) {
    let length = text.utf8CodeUnitCount
    // Both fit into what is spare.
    guard length <= 256 else {
      write(text)
      return write(decimal: value)
    }
    unsafe UnsafeMutableRawPointer(base + count).copyMemory(from: text.utf8Start, byteCount: length)
    count &+= length
    write(decimal: value)
  }

  /// Octets as they are: the caller knows that they are harmless.
  public mutating func write(raw bytes: Span<UInt8>) {
    reserve(bytes.count)
    let place = unsafe base + count
    unsafe bytes.withUnsafeBufferPointer { from in
      if let start = from.baseAddress { unsafe place.update(from: start, count: from.count) }
    }
    count &+= bytes.count
  }

  /// The first `length` octets of a short text, at most 24.
  @inline(__always)
  mutating func write(_ text: ShortText) {
    let place = unsafe UnsafeMutableRawPointer(base + count)
    unsafe place.storeBytes(of: text.words[0].littleEndian, as: UInt64.self)
    unsafe place.storeBytes(of: text.words[1].littleEndian, toByteOffset: 8, as: UInt64.self)
    unsafe place.storeBytes(of: text.words[2].littleEndian, toByteOffset: 16, as: UInt64.self)
    advance(text.count)
  }

  /// What was written from a place on, 24 octets at most. Behind them there are always as many.
  @inline(__always)
  func shortText(from start: Int) -> ShortText {
    precondition(start >= 0 && start <= count && count &- start <= 24, "a short text")
    let place = unsafe UnsafeRawPointer(base + start)
    return unsafe ShortText(
      words: [
        UInt64(littleEndian: place.loadUnaligned(as: UInt64.self)),
        UInt64(littleEndian: place.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(littleEndian: place.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
      ], count: count &- start)
  }

  /// Hands the octets written so far to `body`, for as long as it runs.
  public func withOctets<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R {
    try body(unsafe UnsafeBufferPointer(start: base, count: count).span)
  }

  /// The octets written so far, for whoever keeps them.
  public var octets: [UInt8] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Puts them behind what is in an array.
  public func append(to octets: inout [UInt8]) {
    unsafe octets.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
  }

  /// Writes everything to a file descriptor and empties the buffer. False when it takes no more (`errno`).
  public mutating func flush(to descriptor: Int32) -> Bool {
    guard write(from: 0, to: count, into: descriptor) else { return false }
    count = 0
    return true
  }

  /// Writes the octets from one place to another to a file descriptor. False as above.
  public func write(from start: Int, to end: Int, into descriptor: Int32) -> Bool {
    precondition(start >= 0 && start <= end && end <= count, "outside the buffer")
    var done = start
    while done < end {
      let wrote = unsafe Glibc.write(descriptor, base + done, end - done)
      if wrote >= 0 { done += wrote } else if errno != EINTR && errno != EAGAIN { return false }
    }
    return true
  }
}

// Numbers.
extension OctetBuffer {
  /// The end of the text in memory, its count being what it is.
  var end: UnsafeMutableRawPointer {
    @inline(__always) get { unsafe UnsafeMutableRawPointer(base + count) }
  }

  /// Where it begins there.
  var start: UnsafeMutableRawPointer {
    @inline(__always) get { unsafe UnsafeMutableRawPointer(base) }
  }

  /// The text ends at `end` now; then there is room behind it.
  @inline(__always)
  mutating func end(at end: UnsafeMutableRawPointer) {
    unsafe count = end - UnsafeMutableRawPointer(base)
    if count > capacity { grow(to: count) }
  }

  /// A number in decimal digits.
  @inline(__always)
  public mutating func write(decimal value: UInt64) {
    if value < 10 { return write(octet: UInt8(truncatingIfNeeded: 48 &+ value)) }
    writeDigits(value)
  }

  @inline(never)
  private mutating func writeDigits(_ value: UInt64) { unsafe end(at: digits.putHere(value, at: end)) }

  /// A time stamp in nanoseconds: the second that it shares with the one before is not made anew.
  @inline(__always)
  public mutating func write(stamp value: Int64) {
    guard let rest = second.nanoseconds(of: value) else { return writeAnew(value) }
    unsafe end(at: put(rest, behind: end))
  }

  /// Puts the nanoseconds of a time stamp, and the second that is kept before them.
  @inline(__always)
  func put(_ rest: UInt32, behind place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe second.put(rest, digits, at: place)
  }

  /// Puts a time to come, which is far from the time stamps: it has a second of its own to share.
  @inline(__always)
  mutating func put(later value: Int64, behind place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if later.nanoseconds(of: value) == nil { later.keep(value, digits) }
    guard let rest = later.nanoseconds(of: value) else {
      return unsafe digits.putAny(signed: value, at: place)
    }
    return unsafe later.put(rest, digits, at: place)
  }

  /// A time stamp of another second than the last one's.
  @inline(never)
  mutating func writeAnew(_ value: Int64) {
    write(signed: Int(value))
    second.keep(value, digits)
  }

  /// A short text, nine digits of nanoseconds behind it, and an octet.
  @inline(__always)
  mutating func write(_ text: ShortText, nanoseconds rest: UInt32, _ octet: UInt8) {
    write(text)
    let place = unsafe digits.putNine(rest, at: end)
    unsafe place.storeBytes(of: octet, as: UInt8.self)
    unsafe end(at: place + 1)
  }

  /// The lowest `octets` octets of a word, at most eight, the lowest first.
  @inline(__always)
  mutating func write(word: UInt64, octets: Int) {
    unsafe end.storeBytes(of: word.littleEndian, as: UInt64.self)
    advance(octets)
  }

  /// A number in decimal digits.
  @inline(__always)
  public mutating func write(decimal value: some FixedWidthInteger & UnsignedInteger) {
    write(decimal: UInt64(value))
  }

  /// The lowest `digits` decimal digits of a number, at most 19, zeros included.
  @inline(__always)
  public mutating func write(decimal value: UInt64, width: Int) {
    precondition(width > 0 && width < 20, "as many digits as a number can have")
    unsafe digits.put(value, width: width, at: end)
    advance(width)
  }

  /// An IPv4 address in dotted notation.
  @inline(__always)
  public mutating func write(ipv4 value: UInt32) { unsafe end(at: digits.put(ipv4: value, at: end)) }
}
