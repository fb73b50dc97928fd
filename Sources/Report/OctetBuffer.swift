// Where text is made: one reused run of octets, no String on the way.
//
// This is the one file of Report that uses `unsafe`: appending through an array costs 109-125 ns for a line of 100
// octets, through a raw pointer 48-50 (PERFORMANCE: writers compared). Every write is bounds-checked by `reserve`.

#if canImport(Glibc)
  internal import Glibc
#endif

/// A growing run of octets that text is written into and that is emptied by whoever writes it out.
@safe
public struct OctetBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Octets written so far.
  public private(set) var count = 0

  /// An empty buffer with room for `capacity` octets before it has to grow.
  public init(capacity: Int = 1 << 17) {
    precondition(capacity > 0, "a buffer needs room")
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
  }

  deinit { unsafe base.deallocate() }

  /// Makes room for `room` octets more.
  @inline(__always)
  private mutating func reserve(_ room: Int) {
    if count &+ room > capacity { grow(room) }
  }

  @inline(never)
  private mutating func grow(_ room: Int) {
    let wider = max(capacity &* 2, count + room)
    let next = UnsafeMutablePointer<UInt8>.allocate(capacity: wider)
    unsafe next.update(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = next
    capacity = wider
  }

  /// Forgets what was written.
  public mutating func removeAll() { count = 0 }

  /// Forgets what was written after the first `count` octets.
  public mutating func truncate(to count: Int) {
    precondition(count <= self.count && count >= 0, "a buffer is cut where it has octets")
    self.count = count
  }

  /// The octet at `index`.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count, "outside the buffer")
    return unsafe base[index]
  }

  /// One octet.
  @inline(__always)
  public mutating func write(octet: UInt8) {
    reserve(1)
    unsafe base[count] = octet
    count &+= 1
  }

  /// A literal.
  @inline(__always)
  public mutating func write(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    unsafe (base + count).update(from: text.utf8Start, count: length)
    count &+= length
  }

  /// Octets as they are: the caller knows that they are harmless.
  public mutating func write(raw bytes: Span<UInt8>) {
    reserve(bytes.count)
    for i in 0..<bytes.count { unsafe base[count &+ i] = bytes[i] }
    count &+= bytes.count
  }

  /// Text that is not on the hot path.
  public mutating func write(string: String) {
    for octet in string.utf8 { write(octet: octet) }
  }

  /// The same octet several times.
  public mutating func write(_ octet: UInt8, times: Int) {
    for _ in 0..<max(0, times) { write(octet: octet) }
  }

  /// A number in decimal digits.
  public mutating func write(decimal value: UInt64) {
    reserve(20)
    var rest = value
    var digits = 1
    var power: UInt64 = 10
    while digits < 20, rest >= power {
      digits &+= 1
      if digits < 20 { power = power &* 10 }
    }
    var at = count &+ digits
    repeat {
      at &-= 1
      unsafe base[at] = UInt8(truncatingIfNeeded: 48 &+ rest % 10)
      rest /= 10
    } while at > count
    count &+= digits
  }

  /// A number in decimal digits.
  @inline(__always)
  public mutating func write(decimal value: some FixedWidthInteger & UnsignedInteger) {
    write(decimal: UInt64(value))
  }

  /// A number in decimal digits, with a minus sign where it needs one.
  public mutating func write(signed value: Int) {
    if value < 0 { write(octet: 45) }
    write(decimal: UInt64(value.magnitude))
  }

  /// A number in decimal digits, filled with zeros on the left up to `width` digits.
  public mutating func write(decimal value: UInt64, width: Int) {
    var power: UInt64 = 1
    for _ in 1..<max(1, width) { power = power &* 10 }
    var rest = value
    while power > 1, value < power {
      write(octet: 48)
      power /= 10
    }
    if value >= power || power == 1 {
      rest = value
      write(decimal: rest)
    }
  }

  /// A number in lower-case hexadecimal digits, filled with zeros on the left up to `width` digits.
  public mutating func write(hex value: UInt64, width: Int = 1) {
    var digits = max(1, (67 &- value.leadingZeroBitCount) / 4)
    digits = max(digits, width)
    reserve(digits)
    var shift = (digits &- 1) &* 4
    for _ in 0..<digits {
      let nibble = shift >= 64 ? 0 : UInt8(truncatingIfNeeded: value &>> UInt64(shift)) & 15
      unsafe base[count] = nibble < 10 ? 48 &+ nibble : 87 &+ nibble
      count &+= 1
      shift &-= 4
    }
  }

  /// Hands the octets written so far to `body`, for as long as it runs.
  public func withOctets<R>(_ body: (Span<UInt8>) throws -> R) rethrows -> R {
    try body(unsafe UnsafeBufferPointer(start: base, count: count).span)
  }

  /// Writes everything to a file descriptor and empties the buffer. False when the descriptor takes no more: the reason
  /// is in `errno`.
  public mutating func flush(to descriptor: Int32) -> Bool {
    var done = 0
    while done < count {
      let wrote = unsafe Glibc.write(descriptor, base + done, count - done)
      if wrote < 0 {
        if errno == EINTR || errno == EAGAIN { continue }
        return false
      }
      done += wrote
    }
    count = 0
    return true
  }
}
