// How the short pieces of a record are written: without a look at the buffer for each, and short numbers
// without a call.
//
// This file uses `unsafe` as OctetBuffer.swift does, whose part it is. A short connection's record has some
// ninety numbers: with a call for each of them, and two looks whether the buffer is full, they took 2,900
// instructions; so they take 1,500. How many octets a piece has at most is known when it is compiled, and so
// is mostly how many are left of what is spare behind the text: then nothing of that count is in the program.

/// A run of short pieces that are written one behind the other. The place at which the text ends goes from
/// one to the next in a register, where the buffer would keep its count at each of them.
@safe
struct Pen: ~Copyable {
  fileprivate var end: UnsafeMutableRawPointer
  private let buffer: UnsafeMutablePointer<OctetBuffer>
  private let digits: Digits
  /// Octets for which there is room behind the text, if not for more.
  private var left = OctetBuffer.spare

  fileprivate init(_ buffer: UnsafeMutablePointer<OctetBuffer>) {
    unsafe self.buffer = buffer
    unsafe end = buffer.pointee.end
    digits = unsafe buffer.pointee.digits
  }

  /// When the buffer is full, the text goes on in a wider one. Where the pieces go another way next time, a
  /// look makes it known again how many octets are left.
  @inline(__always)
  mutating func look() {
    if unsafe end > buffer.pointee.full { unsafe end = buffer.pointee.widened(at: end) }
    left = OctetBuffer.spare
  }

  /// Before a piece of so many octets at most: it looks when the pieces before may have left too few.
  @inline(__always)
  private mutating func need(_ octets: Int) {
    precondition(octets <= OctetBuffer.spare, "no more than there is always room for")
    if octets > left { look() }
    left &-= octets
  }

  /// Puts a literal with a number behind it, and gives the place of the number.
  @inline(__always)
  private mutating func put(_ text: StaticString) -> UnsafeMutableRawPointer {
    need(text.utf8CodeUnitCount + Digits.room)
    unsafe end.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    return unsafe end + text.utf8CodeUnitCount
  }

  /// One octet.
  @inline(__always)
  mutating func write(octet: UInt8) {
    need(1)
    unsafe end.storeBytes(of: octet, as: UInt8.self)
    unsafe end += 1
  }

  /// A literal of at most `spare` octets.
  @inline(__always)
  mutating func write(_ text: StaticString) {
    need(text.utf8CodeUnitCount)
    unsafe end.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    unsafe end += text.utf8CodeUnitCount
  }

  /// A literal and a number behind it, which is mostly less than a thousand: then it is written in line.
  @inline(__always)
  mutating func write(_ text: StaticString, short value: UInt64) {
    unsafe end = digits.put(value, at: put(text))
  }

  /// The same of one that may be less than zero.
  @inline(__always)
  mutating func write(_ text: StaticString, short value: Int64) {
    let place = unsafe put(text)
    if UInt64(bitPattern: value) < 1000 {
      unsafe end = digits.putShort(UInt32(truncatingIfNeeded: value), at: place)
    } else {
      unsafe end = digits.putAny(signed: value, at: place)
    }
  }

  /// A literal and a number behind it.
  @inline(__always)
  mutating func write(_ text: StaticString, decimal value: UInt64) {
    unsafe end = digits.putAny(value, at: put(text))
  }

  /// A literal and a number that may be less than zero.
  @inline(__always)
  mutating func write(_ text: StaticString, signed value: Int64) {
    unsafe end = digits.putAny(signed: value, at: put(text))
  }

  /// A literal and a time stamp.
  @inline(__always)
  mutating func write(_ text: StaticString, stamp value: Int64) {
    unsafe end = buffer.pointee.put(stamp: value, behind: put(text))
  }

  /// A literal and a time that is still to come.
  @inline(__always)
  mutating func write(_ text: StaticString, later value: Int64) {
    unsafe end = buffer.pointee.put(later: value, behind: put(text))
  }

  /// A literal and an IPv4 address in dotted notation.
  @inline(__always)
  mutating func write(_ text: StaticString, ipv4 value: UInt32) {
    unsafe end = digits.putAny(ipv4: value, at: put(text))
  }

  /// One of the texts of a literal that has thirty-two octets for each, the last of which says how many
  /// count; a time stamp, a literal with a number behind it, and a word: what a record has most of, with one
  /// look before all.
  @inline(__always)
  mutating func write(
    _ index: Int, of texts: StaticString, stamp value: Int64, _ text: StaticString, decimal number: UInt64,
    _ last: StaticString
  ) {
    look()
    need(32 + Digits.room + last.utf8CodeUnitCount)
    precondition(index >= 0 && index < texts.utf8CodeUnitCount / 32, "one of the texts")
    unsafe end.copyMemory(from: texts.utf8Start + index * 32, byteCount: 32)
    unsafe end += Int(texts.utf8Start[index * 32 + 31])
    if let rest = unsafe buffer.pointee.second.nanoseconds(of: value) {
      unsafe end = buffer.pointee.put(rest, behind: end)
    } else {
      lend { $0.writeAnew(value) }
    }
    unsafe end = digits.putHere(number, at: put(text))
    unsafe end.copyMemory(from: last.utf8Start, byteCount: last.utf8CodeUnitCount)
    unsafe end += last.utf8CodeUnitCount
  }

  /// Takes back the last octet of what was just written.
  @inline(__always)
  mutating func takeBack() {
    precondition(unsafe end > buffer.pointee.start, "nothing is before the first octet")
    unsafe end -= 1
  }

  /// Lends the buffer itself, for what is rare or long.
  @inline(__always)
  mutating func lend(_ body: (inout OctetBuffer) -> Void) {
    unsafe buffer.pointee.end(at: end)
    unsafe body(&buffer.pointee)
    unsafe end = buffer.pointee.end
    left = OctetBuffer.spare
  }

  /// The lowest `octets` octets of a word, at most eight, the lowest first.
  @inline(__always)
  mutating func write(word: UInt64, octets: Int) {
    need(8)
    unsafe end.storeBytes(of: word.littleEndian, as: UInt64.self)
    unsafe end += octets
  }

  /// A literal and one of the texts of another that has sixteen octets for each, the last of which says how
  /// many count.
  @inline(__always)
  mutating func write(_ text: StaticString, _ index: Int, of texts: StaticString) {
    precondition(index >= 0 && index < texts.utf8CodeUnitCount / 16, "one of the texts")
    let place = unsafe put(text)
    unsafe place.copyMemory(from: texts.utf8Start + index * 16, byteCount: 16)
    unsafe end = place + Int(texts.utf8Start[index * 16 + 15])
  }
}

extension OctetBuffer {
  /// Lends a pen to `body`.
  @inline(__always)
  mutating func compose(_ body: (inout Pen) -> Void) {
    unsafe withUnsafeMutablePointer(to: &self) { buffer in
      var pen = unsafe Pen(buffer)
      body(&pen)
      unsafe buffer.pointee.end(at: pen.end)
    }
  }

  /// The end of the text in a buffer with room behind it, which may be another place than `end`.
  @inline(never)
  fileprivate mutating func widened(at end: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe self.end(at: end)
    return unsafe self.end
  }

  /// Puts a time stamp behind the text, whose count is not that yet, and gives the place behind it.
  @inline(never)
  fileprivate mutating func put(stamp value: Int64, behind end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    guard let rest = second.nanoseconds(of: value) else {
      unsafe self.end(at: end)
      writeAnew(value)
      return unsafe self.end
    }
    return unsafe put(rest, behind: end)
  }
}
