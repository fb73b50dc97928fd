// The digits of numbers, from tables: three at a time.
//
// This file uses `unsafe` as OctetBuffer.swift does, whose part it is: digits are stored where the text ends.
// Whoever calls has `room` there. Made by multiplications, eight at a time, the hundred numbers
// of a flow's record took 2,900 instructions; by these tables of 8 KB, of which few lines are in use, 2,000.

/// Texts of four octets, of which some count. Every buffer has the place of the one table at hand, because a
/// global is asked whether it is there at every use.
@safe
struct Digits: @unchecked Sendable {
  /// Octets that there are at the place of a number, an address or a time stamp.
  static var room: Int { 24 }

  /// The numbers up to 999 without leading zeros, with how many digits they have in the last octet; then the
  /// same as three digits.
  private let texts: UnsafePointer<UInt32>

  /// Made once, and never given back.
  static let shared = Digits()

  private init() {
    let texts = UnsafeMutablePointer<UInt32>.allocate(capacity: 2000)
    for i in 0..<1000 {
      let count = i < 10 ? 1 : i < 100 ? 2 : 3
      unsafe texts[i] = (Digits.text(i, count) | UInt32(count) << 24).littleEndian
      unsafe texts[1000 + i] = Digits.text(i, 3).littleEndian
    }
    unsafe self.texts = UnsafePointer(texts)
  }

  /// A number of at least so many digits, the first in the lowest octet.
  private static func text(_ number: Int, _ digits: Int) -> UInt32 {
    var (text, rest, left) = (UInt32(0), number, digits)
    repeat {
      text = text << 8 | UInt32(48 + rest % 10)
      rest /= 10
      left -= 1
    } while rest > 0 || left > 0
    return text
  }

  /// Puts a number where the text ends, and gives the place behind it. Short ones are put without a call.
  @inline(__always) @unsafe
  func put(_ value: UInt64, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if value < 1000 { return unsafe putShort(UInt32(truncatingIfNeeded: value), at: place) }
    return unsafe putAny(value, at: place)
  }

  /// The same by a call, for whoever has mostly numbers of four digits or more.
  @inline(never) @unsafe
  func putAny(_ value: UInt64, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe putHere(value, at: place)
  }

  /// The same in line.
  @inline(__always) @unsafe
  func putHere(_ value: UInt64, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if value < 1_000_000 { return unsafe putSmall(UInt32(truncatingIfNeeded: value), at: place) }
    if value < 1_000_000_000 { return unsafe putMiddle(UInt32(truncatingIfNeeded: value), at: place) }
    return unsafe putLong(value, at: place)
  }

  /// The same by a call, of a number that may be less than zero: such a one is a very great one to the first
  /// looks at it.
  @inline(never) @unsafe
  func putAny(signed value: Int64, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let magnitude = UInt64(bitPattern: value)
    if magnitude < 1_000_000 { return unsafe putSmall(UInt32(truncatingIfNeeded: value), at: place) }
    if magnitude < 1_000_000_000 { return unsafe putMiddle(UInt32(truncatingIfNeeded: value), at: place) }
    if value >= 0 { return unsafe putLong(magnitude, at: place) }
    unsafe place.storeBytes(of: 45, as: UInt8.self)
    return unsafe putAny(value.magnitude, at: place + 1)
  }

  /// A number of six digits or less.
  @inline(__always) @unsafe
  private func putSmall(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    if value < 1000 { return unsafe putShort(value, at: place) }
    let (high, low) = value.quotientAndRemainder(dividingBy: 1000)
    return unsafe putThree(low, at: putShort(high, at: place))
  }

  /// A number of seven to nine digits.
  @inline(__always) @unsafe
  private func putMiddle(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let (high, low) = value.quotientAndRemainder(dividingBy: 1_000_000)
    return unsafe putSix(low, at: putShort(high, at: place))
  }

  /// A number of ten digits or more.
  @inline(never) @unsafe
  private func putLong(_ value: UInt64, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let (high, low) = value.quotientAndRemainder(dividingBy: 1_000_000_000)
    return unsafe putNine(UInt32(truncatingIfNeeded: low), at: putAny(high, at: place))
  }

  /// A number up to 999.
  @inline(__always) @unsafe
  func putShort(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let text = unsafe texts[Int(truncatingIfNeeded: value)]
    unsafe place.storeBytes(of: text, as: UInt32.self)
    return unsafe place + Int(truncatingIfNeeded: text.littleEndian &>> 24)
  }

  /// Three digits, zeros included; the octet behind them is not kept.
  @inline(__always) @unsafe
  private func putThree(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe place.storeBytes(of: texts[1000 &+ Int(truncatingIfNeeded: value)], as: UInt32.self)
    return unsafe place + 3
  }

  /// Six digits, zeros included.
  @inline(__always) @unsafe
  func putSix(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let (high, low) = value.quotientAndRemainder(dividingBy: 1000)
    return unsafe putThree(low, at: putThree(high, at: place))
  }

  /// Nine digits, zeros included.
  @inline(__always) @unsafe
  func putNine(_ value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let (high, low) = value.quotientAndRemainder(dividingBy: 1_000_000)
    return unsafe putSix(low, at: putThree(high, at: place))
  }

  /// The lowest `digits` digits, at most 19, zeros included.
  @inline(__always) @unsafe
  func put(_ value: UInt64, width digits: Int, at place: UnsafeMutableRawPointer) {
    switch digits {
    case 9: unsafe _ = putNine(UInt32(truncatingIfNeeded: value % 1_000_000_000), at: place)
    case 6: unsafe _ = putSix(UInt32(truncatingIfNeeded: value % 1_000_000), at: place)
    default:
      var rest = value
      for i in (0..<digits).reversed() {
        unsafe place.storeBytes(
          of: UInt8(truncatingIfNeeded: 48 &+ rest % 10), toByteOffset: i, as: UInt8.self)
        rest /= 10
      }
    }
  }

  /// An IPv4 address in dotted notation.
  @inline(__always) @unsafe
  func put(ipv4 value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    var place = unsafe place
    for shift: UInt32 in [24, 16, 8] {
      unsafe place = putShort(value &>> shift & 255, at: place)
      unsafe place.storeBytes(of: 46, as: UInt8.self)
      unsafe place += 1
    }
    return unsafe putShort(value & 255, at: place)
  }

  /// The same by a call.
  @inline(never) @unsafe
  func putAny(ipv4 value: UInt32, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe put(ipv4: value, at: place)
  }
}

/// The text of a second, which most time stamps of a record share; at first, of the first that can be kept.
struct SecondText {
  /// Nanoseconds since the epoch at its begin; its digits, the first in the lowest octet; how many these are.
  private(set) var base: UInt64 = 1_000_000_000
  private(set) var words: (UInt64, UInt64) = (UInt64(UInt8(ascii: "1")), 0)
  private(set) var digits = 1

  /// Nanoseconds from its begin, when a time lies in it.
  @inline(__always)
  func nanoseconds(of time: Int64) -> UInt32? {
    let rest = UInt64(bitPattern: time) &- base
    return rest < 1_000_000_000 ? UInt32(truncatingIfNeeded: rest) : nil
  }

  /// Puts its digits and nine more.
  @inline(__always) @unsafe
  func put(_ rest: UInt32, _ texts: Digits, at place: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    unsafe place.storeBytes(of: words.0.littleEndian, as: UInt64.self)
    unsafe place.storeBytes(of: words.1.littleEndian, toByteOffset: 8, as: UInt64.self)
    return unsafe texts.putNine(rest, at: place + digits)
  }

  /// Makes it the second of a time, unless that or those beside it are no numbers like the others.
  @inline(never)
  mutating func keep(_ time: Int64, _ texts: Digits) {
    guard time >= 1_000_000_000, time < .max - 1_000_000_000 else { return }
    let second = UInt64(time) / 1_000_000_000
    base = second * 1_000_000_000
    // Ten digits at most; what is put may reach three octets behind them.
    var room: (UInt64, UInt64) = (0, 0)
    digits = unsafe withUnsafeMutableBytes(of: &room) { room in
      guard let place = room.baseAddress else { return 0 }
      return unsafe texts.putAny(second, at: place) - place
    }
    words = (UInt64(littleEndian: room.0), UInt64(littleEndian: room.1))
  }
}
