// Community ID version 1: the same text for the same flow, whichever tool saw it.

internal import Wire

/// The text `1:` and a hash over the ordered endpoints in base64, or in hexadecimal (Corelight's Community ID
/// specification, version 1). `isReversed` puts the key's second endpoint first: an ICMP message that nothing
/// answers has its sender there, whatever the order of the addresses.
public func communityID(
  of key: FlowKey, isReversed: Bool = false, seed: UInt16 = 0, inBase64: Bool = true
) -> [UInt8] {
  var messages = CommunityMessages(repeating: CommunityMessage())
  messages[0].fill(key, isReversed: isReversed, seed: seed)
  var id = CommunityID.of(&messages)[0]
  if inBase64 {
    let digits = id.digits()
    return Array("1:".utf8) + (0..<27).map { UInt8(truncatingIfNeeded: digits[$0 / 8] >> UInt64($0 % 8 * 8)) }
      + Array("=".utf8)
  }
  let digits = Array("0123456789abcdef".utf8)
  var text = Array("1:".utf8)
  for i in 0..<40 { text.append(digits[Int(id.digest[i / 8] >> UInt32(28 - i % 8 * 4) & 15)]) }
  return text
}

/// The text of a flow.
public func communityID(of record: FlowRecord) -> [UInt8] {
  communityID(of: record.key, isReversed: record.key.isOneWay && record.isReversed)
}

/// What a Community ID is the hash of: forty octets at most, so that they are one block of SHA-1 with its
/// padding (RFC 3174 section 4).
public struct CommunityMessage: Sendable {
  fileprivate var words = InlineArray<16, UInt32>(repeating: 0)

  /// Of no flow.
  public init() {}

  /// Makes it a flow's: the seed, both addresses, the protocol and an octet of padding, and both ports where
  /// there are any.
  public mutating func fill(_ key: FlowKey, isReversed: Bool, seed: UInt16 = 0) {
    words = InlineArray(repeating: 0)
    let (first, second) = isReversed ? (key.second, key.first) : (key.first, key.second)
    // Behind the two octets of the seed every address lies across two words.
    words[0] = UInt32(seed) &<< 16
    var end = 0
    if !key.isIPv6, let a = first.ipv4, let b = second.ipv4 {
      append(a, at: &end)
      append(b, at: &end)
    } else {
      for half in [first.high, first.low, second.high, second.low] {
        append(UInt32(truncatingIfNeeded: half &>> 32), at: &end)
        append(UInt32(truncatingIfNeeded: half), at: &end)
      }
    }
    words[end] |= UInt32(key.ipProtocol.rawValue) &<< 8
    end += 1
    switch key.ipProtocol {
    case .tcp, .udp, .sctp, .icmp, .icmpv6:
      let (one, other) = isReversed ? (key.secondPort, key.firstPort) : (key.firstPort, key.secondPort)
      words[end] = UInt32(one) &<< 16 | UInt32(other)
      end += 1
    default: break
    }
    words[end] = 0x8000_0000
    words[15] = UInt32(truncatingIfNeeded: end) &* 32
  }

  /// Four octets, of which two belong to the word that has begun.
  @inline(__always)
  private mutating func append(_ number: UInt32, at end: inout Int) {
    words[end] |= number &>> 16
    end += 1
    words[end] = number &<< 16
  }
}

/// Those of four flows.
public typealias CommunityMessages = InlineArray<4, CommunityMessage>

/// The Community ID of a flow.
public struct CommunityID: Sendable {
  /// SHA-1 of the message.
  fileprivate var digest = InlineArray<5, UInt32>(repeating: 0)

  fileprivate init() {}

  /// Of four flows at once: in four lanes SHA-1 costs little more than in one.
  public static func of(_ messages: inout CommunityMessages) -> InlineArray<4, CommunityID> {
    var schedule = SHA1Schedule(repeating: Lanes(repeating: 0))
    for i in 0..<16 {
      schedule[i] = Lanes(
        messages[0].words[i], messages[1].words[i], messages[2].words[i], messages[3].words[i])
    }
    let words = sha1(&schedule, sha1Start)
    var all = InlineArray<4, CommunityID>(repeating: CommunityID())
    for i in 0..<5 {
      all[0].digest[i] = words[i][0]
      all[1].digest[i] = words[i][1]
      all[2].digest[i] = words[i][2]
      all[3].digest[i] = words[i][3]
    }
    return all
  }

  /// The twenty-seven digits of its text in base64 (RFC 4648 section 4), eight in each word, the first in the
  /// lowest octet: the digest's octets are twenty-six full digits and one of four bits.
  public mutating func digits() -> InlineArray<4, UInt64> {
    let a = UInt64(digest[0]) << 16 | UInt64(digest[1]) >> 16
    let b = UInt64(digest[1] & 0xffff) << 32 | UInt64(digest[2])
    let c = UInt64(digest[3]) << 16 | UInt64(digest[4]) >> 16
    return [
      base64Digits(a), base64Digits(b), base64Digits(c), base64Digits(UInt64(digest[4] & 0xffff) << 32),
    ]
  }
}

/// A word of each of four messages.
private typealias Lanes = SIMD4<UInt32>
private typealias SHA1Schedule = InlineArray<80, Lanes>
private typealias SHA1Words = InlineArray<5, Lanes>

/// What SHA-1 begins with.
private var sha1Start: SHA1Words {
  [
    Lanes(repeating: 0x6745_2301), Lanes(repeating: 0xefcd_ab89), Lanes(repeating: 0x98ba_dcfe),
    Lanes(repeating: 0x1032_5476), Lanes(repeating: 0xc3d2_e1f0),
  ]
}

/// What SHA-1 (RFC 3174) makes of a block behind others: the first sixteen words of the schedule.
private func sha1(_ schedule: inout SHA1Schedule, _ words: SHA1Words) -> SHA1Words {
  for i in 16..<80 {
    schedule[i] = rotate(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1)
  }
  var now = words
  rounds(0, &now, &schedule, 0x5a82_7999, choose)
  rounds(20, &now, &schedule, 0x6ed9_eba1, parity)
  rounds(40, &now, &schedule, 0x8f1b_bcdc, majority)
  rounds(60, &now, &schedule, 0xca62_c1d6, parity)
  for i in 0..<5 { now[i] &+= words[i] }
  return now
}

/// Twenty rounds, five at a time: then the five words are back in their places, and none is moved.
@inline(__always)
private func rounds(
  _ start: Int, _ words: inout SHA1Words, _ schedule: inout SHA1Schedule, _ constant: UInt32,
  _ f: (Lanes, Lanes, Lanes) -> Lanes
) {
  var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
  let k = Lanes(repeating: constant)
  for i in stride(from: start, to: start + 20, by: 5) {
    round(a, &b, &e, f(b, c, d), k &+ schedule[i])
    round(e, &a, &d, f(a, b, c), k &+ schedule[i + 1])
    round(d, &e, &c, f(e, a, b), k &+ schedule[i + 2])
    round(c, &d, &b, f(d, e, a), k &+ schedule[i + 3])
    round(b, &c, &a, f(c, d, e), k &+ schedule[i + 4])
  }
  words = [a, b, c, d, e]
}

@inline(__always)
private func round(_ a: Lanes, _ b: inout Lanes, _ e: inout Lanes, _ f: Lanes, _ word: Lanes) {
  e = e &+ word &+ f &+ rotate(a, 5)
  b = rotate(b, 30)
}

@inline(__always)
private func choose(_ b: Lanes, _ c: Lanes, _ d: Lanes) -> Lanes { d ^ (b & (c ^ d)) }

@inline(__always)
private func parity(_ b: Lanes, _ c: Lanes, _ d: Lanes) -> Lanes { b ^ c ^ d }

@inline(__always)
private func majority(_ b: Lanes, _ c: Lanes, _ d: Lanes) -> Lanes { (b & c) | (d & (b | c)) }

/// A product instead of a shift to the left: by two shifts the compiler knows the rotation of one word, of
/// which it then makes four.
@inline(__always)
private func rotate(_ x: Lanes, _ n: UInt32) -> Lanes {
  x &* Lanes(repeating: 1 &<< n) | x &>> Lanes(repeating: 32 &- n)
}

/// SHA-1 of octets.
func sha1(_ octets: [UInt8]) -> [UInt8] {
  var padded = octets + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  for shift in stride(from: 56, through: 0, by: -8) {
    padded.append(UInt8(truncatingIfNeeded: (UInt64(octets.count) * 8) >> UInt64(shift)))
  }
  var words = sha1Start
  for start in stride(from: 0, to: padded.count, by: 64) {
    var schedule = SHA1Schedule(repeating: Lanes(repeating: 0))
    for i in 0..<64 {
      schedule[i / 4] = schedule[i / 4] &<< Lanes(repeating: 8) | Lanes(repeating: UInt32(padded[start + i]))
    }
    words = sha1(&schedule, words)
  }
  return (0..<20).map { UInt8(truncatingIfNeeded: words[$0 / 4][0] >> UInt32(24 - $0 % 4 * 8)) }
}

/// The eight digits of forty-eight bits, the first in the lowest octet: all eight are moved to their places
/// and made digits at once.
@inline(__always)
func base64Digits(_ bits: UInt64) -> UInt64 {
  let halves = (bits & 0xffff_ff00_0000) << 8 | bits & 0xff_ffff
  let quarters = (halves & 0x00ff_f000_00ff_f000) << 4 | halves & 0x0000_0fff_0000_0fff
  let values = ((quarters & 0x0fc0_0fc0_0fc0_0fc0) << 2 | quarters & 0x003f_003f_003f_003f).byteSwapped
  // Of each octet whether it is greater than a number: the sum's highest bit.
  func isAbove(_ number: UInt64) -> UInt64 {
    (values &+ (127 &- number) &* 0x0101_0101_0101_0101) >> 7 & 0x0101_0101_0101_0101
  }
  // Each run of the alphabet begins so far from where the one before it would go on.
  return values &+ 65 &* 0x0101_0101_0101_0101 &+ isAbove(25) &* 6 &- isAbove(51) &* 75
    &- isAbove(61) &* 15 &+ isAbove(62) &* 3
}

/// Base64 with padding (RFC 4648 section 4).
public func base64(_ octets: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  text.reserveCapacity((octets.count + 2) / 3 * 4)
  for at in stride(from: 0, to: octets.count, by: 3) {
    let rest = octets.count - at
    let word =
      UInt32(octets[at]) << 16 | (rest > 1 ? UInt32(octets[at + 1]) << 8 : 0)
      | (rest > 2 ? UInt32(octets[at + 2]) : 0)
    for (i, shift) in [UInt32(18), 12, 6, 0].enumerated() {
      text.append(i <= rest ? base64Digit(UInt8(word >> shift & 63)) : UInt8(ascii: "="))
    }
  }
  return text
}

/// The digit of six bits: each run of the alphabet begins so far from where the one before it would go on.
@inline(__always)
private func base64Digit(_ value: UInt8) -> UInt8 {
  var digit = value &+ 65
  if value > 25 { digit &+= 6 }
  if value > 51 { digit &-= 75 }
  if value > 61 { digit &-= 15 }
  if value > 62 { digit &+= 3 }
  return digit
}
