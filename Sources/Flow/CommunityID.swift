// Community ID version 1: the same text for the same flow, whichever tool saw it.

internal import Wire

/// The text `1:` and a hash over the ordered endpoints in base64, or in hexadecimal (Corelight's Community ID
/// specification, version 1). `isReversed` puts the key's second endpoint first: an ICMP message that nothing
/// answers has its sender there, whatever the order of the addresses.
public func communityID(
  of key: FlowKey, isReversed: Bool = false, seed: UInt16 = 0, inBase64: Bool = true
) -> [UInt8] {
  let id = CommunityID(of: key, isReversed: isReversed, seed: seed)
  if inBase64 { return (0..<CommunityID.length).map { id.text[$0] } }
  let digits = Array("0123456789abcdef".utf8)
  var text = Array("1:".utf8)
  for i in 0..<40 { text.append(digits[Int(id.digest[i / 8] >> UInt32(28 - i % 8 * 4) & 15)]) }
  return text
}

/// The text of a flow.
public func communityID(of record: FlowRecord) -> [UInt8] {
  communityID(of: record.key, isReversed: record.key.isOneWay && record.isReversed)
}

/// The same of one flow, as a value: every record has one, and nothing is allocated for it.
public struct CommunityID: Sendable {
  /// Octets of the text in base64.
  public static let length = 30

  /// SHA-1 of the endpoints.
  fileprivate let digest: InlineArray<5, UInt32>

  /// Of a flow.
  public init(of record: FlowRecord) {
    self.init(of: record.key, isReversed: record.key.isOneWay && record.isReversed)
  }

  /// The message has forty octets at most: one block, whose words are put together here.
  fileprivate init(of key: FlowKey, isReversed: Bool, seed: UInt16 = 0) {
    let (first, second) = isReversed ? (key.second, key.first) : (key.first, key.second)
    let ports =
      isReversed
      ? UInt32(key.secondPort) << 16 | UInt32(key.firstPort)
      : UInt32(key.firstPort) << 16 | UInt32(key.secondPort)
    var block = Block()
    block.append(UInt64(seed), octets: 2)
    if !key.isIPv6, let a = first.ipv4, let b = second.ipv4 {
      block.append(UInt64(a), octets: 4)
      block.append(UInt64(b), octets: 4)
    } else {
      for address in [first, second] {
        block.append(address.high >> 32, octets: 4)
        block.append(address.high & 0xffff_ffff, octets: 4)
        block.append(address.low >> 32, octets: 4)
        block.append(address.low & 0xffff_ffff, octets: 4)
      }
    }
    block.append(UInt64(key.ipProtocol.rawValue) << 8, octets: 2)
    switch key.ipProtocol {
    case .tcp, .udp, .sctp, .icmp, .icmpv6: block.append(UInt64(ports), octets: 4)
    default: break
    }
    block.end()
    var state = SHA1()
    state.digest(&block.words)
    digest = state.words
  }

  /// `1:` and the digest in base64 with padding (RFC 4648 section 4).
  public var text: InlineArray<30, UInt8> {
    var text = InlineArray<30, UInt8>(repeating: UInt8(ascii: "="))
    text[0] = UInt8(ascii: "1")
    text[1] = UInt8(ascii: ":")
    let digits = digits
    for i in 0..<27 { text[2 + i] = UInt8(truncatingIfNeeded: digits[i / 8] >> UInt64(i % 8 * 8)) }
    return text
  }

  /// The twenty-seven digits of the text, eight in each word, the first in the lowest octet: the digest's
  /// octets are twenty-six full digits and one of four bits.
  public var digits: InlineArray<4, UInt64> {
    let a = UInt64(digest[0]) << 16 | UInt64(digest[1]) >> 16
    let b = UInt64(digest[1] & 0xffff) << 32 | UInt64(digest[2])
    let c = UInt64(digest[3]) << 16 | UInt64(digest[4]) >> 16
    return [
      base64Digits(a), base64Digits(b), base64Digits(c), base64Digits(UInt64(digest[4] & 0xffff) << 32),
    ]
  }
}

/// A block of a message of SHA-1 that fits into one.
private struct Block {
  var words = InlineArray<16, UInt32>(repeating: 0)
  /// Octets that wait for a word of their own, and how many octets there are.
  private var waiting: UInt64 = 0
  private var count = 0

  /// The lowest octets of a number, the highest of them first: two or four.
  @inline(__always)
  mutating func append(_ number: UInt64, octets: Int) {
    waiting = waiting << UInt64(octets * 8) | number
    let full = (count & 3) + octets >= 4
    if full { words[count / 4] = UInt32(truncatingIfNeeded: waiting >> (UInt64((count + octets) & 3) * 8)) }
    count += octets
  }

  /// The padding: a bit, zeros, and the length in bits. Only whole pairs of octets are appended.
  mutating func end() {
    let bits = UInt32(count * 8)
    if count & 3 == 0 {
      words[count / 4] = 0x8000_0000
    } else {
      words[count / 4] = UInt32(truncatingIfNeeded: waiting << 16) | 0x8000
    }
    words[15] = bits
  }
}

/// What SHA-1 (RFC 3174) makes of the blocks so far.
private struct SHA1 {
  var words: InlineArray<5, UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0]

  /// Takes a block. Five rounds at a time: then the five words are back in their places, and none is moved.
  mutating func digest(_ block: inout InlineArray<16, UInt32>) {
    var schedule = InlineArray<80, UInt32>(repeating: 0)
    for i in 0..<16 { schedule[i] = block[i] }
    for i in 16..<32 {
      schedule[i] = rotate(schedule[i - 3] ^ schedule[i - 8] ^ schedule[i - 14] ^ schedule[i - 16], 1)
    }
    // The same, put twice into itself: no word needs one of the five before it, and some are made at once.
    for i in 32..<80 {
      schedule[i] = rotate(schedule[i - 6] ^ schedule[i - 16] ^ schedule[i - 28] ^ schedule[i - 32], 2)
    }
    var (a, b, c, d, e) = (words[0], words[1], words[2], words[3], words[4])
    @inline(__always)
    func rounds(_ start: Int, _ k: UInt32, _ f: (UInt32, UInt32, UInt32) -> UInt32) {
      for i in stride(from: start, to: start + 20, by: 5) {
        step(a, &b, &e, f(b, c, d), k &+ schedule[i])
        step(e, &a, &d, f(a, b, c), k &+ schedule[i + 1])
        step(d, &e, &c, f(e, a, b), k &+ schedule[i + 2])
        step(c, &d, &b, f(d, e, a), k &+ schedule[i + 3])
        step(b, &c, &a, f(c, d, e), k &+ schedule[i + 4])
      }
    }
    rounds(0, 0x5a82_7999, choose)
    rounds(20, 0x6ed9_eba1, parity)
    rounds(40, 0x8f1b_bcdc, majority)
    rounds(60, 0xca62_c1d6, parity)
    words = [words[0] &+ a, words[1] &+ b, words[2] &+ c, words[3] &+ d, words[4] &+ e]
  }

  @inline(__always)
  private func step(_ a: UInt32, _ b: inout UInt32, _ e: inout UInt32, _ f: UInt32, _ word: UInt32) {
    e = e &+ word &+ f &+ rotate(a, 5)
    b = rotate(b, 30)
  }

  @inline(__always)
  private func choose(_ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 { d ^ (b & (c ^ d)) }

  @inline(__always)
  private func parity(_ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 { b ^ c ^ d }

  @inline(__always)
  private func majority(_ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 { (b & c) | (d & (b | c)) }

  @inline(__always)
  private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x &<< n | x &>> (32 &- n) }
}

/// SHA-1 of octets.
func sha1(_ octets: [UInt8]) -> [UInt8] {
  var padded = octets + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  for shift in stride(from: 56, through: 0, by: -8) {
    padded.append(UInt8(truncatingIfNeeded: UInt64(octets.count) * 8 >> UInt64(shift)))
  }
  var state = SHA1()
  for start in stride(from: 0, to: padded.count, by: 64) {
    var block = InlineArray<16, UInt32>(repeating: 0)
    for i in 0..<64 { block[i / 4] = block[i / 4] << 8 | UInt32(padded[start + i]) }
    state.digest(&block)
  }
  return (0..<20).map { UInt8(truncatingIfNeeded: state.words[$0 / 4] >> UInt32(24 - $0 % 4 * 8)) }
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
