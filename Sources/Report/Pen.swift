// How the short pieces of a record are written: without a look at the buffer's count, and short numbers
// without a call.
//
// This file uses `unsafe` as OctetBuffer.swift does, whose part it is. A short connection's record has some
// ninety numbers: with a call for each of them, and two looks whether the buffer is full, they took 2,900
// instructions; so they take 1,700.

/// A run of short pieces that are written one behind the other. The place at which the text ends goes from
/// one to the next in a register, where the buffer would keep its count at each of them.
@safe
struct Pen: ~Copyable {
  fileprivate var end: UnsafeMutableRawPointer
  private let buffer: UnsafeMutablePointer<OctetBuffer>
  private let digits: Digits

  fileprivate init(_ buffer: UnsafeMutablePointer<OctetBuffer>) {
    unsafe self.buffer = buffer
    unsafe end = buffer.pointee.end
    digits = unsafe buffer.pointee.digits
  }

  /// Behind a piece: when the buffer is full, the text goes on in a wider one.
  @inline(__always)
  private mutating func advance(to place: UnsafeMutableRawPointer) {
    unsafe end = place
    if unsafe end > buffer.pointee.full { unsafe end = buffer.pointee.widened(at: end) }
  }

  /// Puts a literal with a number behind it, and gives the place of the number. Both fit into what is spare.
  @inline(__always)
  private func put(_ text: StaticString) -> UnsafeMutableRawPointer {
    precondition(text.utf8CodeUnitCount <= OctetBuffer.spare / 2, "there is room for both")
    unsafe end.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    return unsafe end + text.utf8CodeUnitCount
  }

  /// One octet.
  @inline(__always)
  mutating func write(octet: UInt8) {
    unsafe end.storeBytes(of: octet, as: UInt8.self)
    unsafe advance(to: end + 1)
  }

  /// A literal of at most `spare` octets.
  @inline(__always)
  mutating func write(_ text: StaticString) {
    precondition(text.utf8CodeUnitCount <= OctetBuffer.spare, "no more than there is always room for")
    unsafe end.copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    unsafe advance(to: end + text.utf8CodeUnitCount)
  }

  /// A literal and a number behind it, which is mostly less than a thousand: then it is written in line.
  @inline(__always)
  mutating func write(_ text: StaticString, short value: UInt64) {
    unsafe advance(to: digits.put(value, at: put(text)))
  }

  /// The same of one that may be less than zero.
  @inline(__always)
  mutating func write(_ text: StaticString, short value: Int64) {
    let place = unsafe put(text)
    if UInt64(bitPattern: value) < 1000 {
      unsafe advance(to: digits.putShort(UInt32(truncatingIfNeeded: value), at: place))
    } else {
      unsafe advance(to: digits.putAny(signed: value, at: place))
    }
  }

  /// A literal and a number behind it.
  @inline(__always)
  mutating func write(_ text: StaticString, decimal value: UInt64) {
    unsafe advance(to: digits.putAny(value, at: put(text)))
  }

  /// A literal and a number that may be less than zero.
  @inline(__always)
  mutating func write(_ text: StaticString, signed value: Int64) {
    unsafe advance(to: digits.putAny(signed: value, at: put(text)))
  }

  /// A literal and a time stamp.
  @inline(__always)
  mutating func write(_ text: StaticString, stamp value: Int64) {
    unsafe end = buffer.pointee.put(stamp: value, behind: put(text))
  }

  /// A literal and a time that is still to come.
  @inline(__always)
  mutating func write(_ text: StaticString, later value: Int64) {
    unsafe advance(to: buffer.pointee.put(later: value, behind: put(text)))
  }

  /// A literal and an IPv4 address in dotted notation.
  @inline(__always)
  mutating func write(_ text: StaticString, ipv4 value: UInt32) {
    unsafe end = buffer.pointee.put(ipv4: value, behind: put(text))
  }

  /// One of the texts of a literal that has thirty-two octets for each, the last of which says how many
  /// count; a time stamp, a literal with a number behind it, and a word: what a record has most of, with one
  /// look behind all.
  @inline(__always)
  mutating func write(
    _ index: Int, of texts: StaticString, stamp value: Int64, _ text: StaticString, decimal number: UInt64,
    _ last: StaticString
  ) {
    precondition(last.utf8CodeUnitCount <= OctetBuffer.spare / 4, "there is room for all of it")
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
    unsafe advance(to: end + last.utf8CodeUnitCount)
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
  }

  /// The lowest `octets` octets of a word, at most eight, the lowest first.
  @inline(__always)
  mutating func write(word: UInt64, octets: Int) {
    unsafe end.storeBytes(of: word.littleEndian, as: UInt64.self)
    unsafe advance(to: end + octets)
  }

  /// A literal and one of the texts of another that has sixteen octets for each, the last of which says how
  /// many count.
  @inline(__always)
  mutating func write(_ text: StaticString, _ index: Int, of texts: StaticString) {
    precondition(index >= 0 && index < texts.utf8CodeUnitCount / 16, "one of the texts")
    let place = unsafe put(text)
    unsafe place.copyMemory(from: texts.utf8Start + index * 16, byteCount: 16)
    unsafe advance(to: place + Int(texts.utf8Start[index * 16 + 15]))
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

  /// Puts an address behind the text, whose count is not that yet, and gives the place behind it.
  @inline(never)
  fileprivate mutating func put(ipv4 value: UInt32, behind end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    let place = unsafe digits.put(ipv4: value, at: end)
    return unsafe place > full ? widened(at: place) : place
  }

  /// The same of a time stamp.
  @inline(never)
  fileprivate mutating func put(stamp value: Int64, behind end: UnsafeMutableRawPointer)
    -> UnsafeMutableRawPointer
  {
    guard let rest = second.nanoseconds(of: value) else {
      unsafe self.end(at: end)
      writeAnew(value)
      return unsafe self.end
    }
    let place = unsafe put(rest, behind: end)
    return unsafe place > full ? widened(at: place) : place
  }
}
