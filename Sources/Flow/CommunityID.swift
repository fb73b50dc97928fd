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

  fileprivate init(of key: FlowKey, isReversed: Bool, seed: UInt16 = 0) {
    var message = SHA1()
    message.append(UInt32(seed), octets: 2)
    message.append(isReversed ? key.second : key.first, key)
    message.append(isReversed ? key.first : key.second, key)
    message.append(UInt32(key.ipProtocol.rawValue), octets: 1)
    message.append(0, octets: 1)
    switch key.ipProtocol {
    case .tcp, .udp, .sctp, .icmp, .icmpv6:
      message.append(UInt32(isReversed ? key.secondPort : key.firstPort), octets: 2)
      message.append(UInt32(isReversed ? key.firstPort : key.secondPort), octets: 2)
    default: break
    }
    digest = message.finish()
  }

  /// `1:` and the digest in base64 with padding (RFC 4648 section 4).
  public var text: InlineArray<30, UInt8> {
    var text = InlineArray<30, UInt8>(repeating: UInt8(ascii: "="))
    text[0] = UInt8(ascii: "1")
    text[1] = UInt8(ascii: ":")
    // Twenty octets are twenty-six full digits and one of four bits.
    for i in 0..<27 {
      let bit = i * 6
      let (word, place) = (bit / 32, bit % 32)
      let pair = UInt64(digest[word]) << 32 | (word < 4 ? UInt64(digest[word + 1]) : 0)
      text[2 + i] = base64Digit(UInt8(truncatingIfNeeded: pair >> UInt64(58 - place)) & 63)
    }
    return text
  }
}

/// A message of SHA-1 (RFC 3174), sixteen words at a time.
private struct SHA1 {
  private var words = InlineArray<80, UInt32>(repeating: 0)
  /// Words of the block that are full, and octets that wait for a word of their own.
  private var full = 0
  private var waiting: UInt64 = 0
  private var waitingCount = 0
  private var count = 0
  private var state: InlineArray<5, UInt32> = [
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
  ]

  /// Up to four octets of a number, the highest of them first.
  @inline(__always)
  mutating func append(_ number: UInt32, octets: Int) {
    waiting = waiting << UInt64(octets * 8) | UInt64(number)
    waitingCount += octets
    count += octets
    guard waitingCount >= 4 else { return }
    waitingCount -= 4
    words[full] = UInt32(truncatingIfNeeded: waiting >> UInt64(waitingCount * 8))
    full += 1
    if full == 16 { digest() }
  }

  mutating func append(_ address: IPAddress, _ key: FlowKey) {
    if !key.isIPv6, let four = address.ipv4 { return append(four, octets: 4) }
    for word in [address.high, address.low] {
      append(UInt32(truncatingIfNeeded: word >> 32), octets: 4)
      append(UInt32(truncatingIfNeeded: word), octets: 4)
    }
  }

  /// The padding, and the digest of all.
  mutating func finish() -> InlineArray<5, UInt32> {
    let bits = UInt64(count) * 8
    append(0x80, octets: 1)
    while waitingCount > 0 { append(0, octets: 1) }
    while full != 14 { append(0, octets: 4) }
    append(UInt32(truncatingIfNeeded: bits >> 32), octets: 4)
    append(UInt32(truncatingIfNeeded: bits), octets: 4)
    return state
  }

  /// A block is full.
  private mutating func digest() {
    for i in 16..<80 {
      words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1)
    }
    var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
    func step(_ f: UInt32, _ k: UInt32, _ word: UInt32) {
      let next = rotate(a, 5) &+ f &+ e &+ k &+ word
      (a, b, c, d, e) = (next, a, rotate(b, 30), c, d)
    }
    for i in 0..<20 { step((b & c) | (~b & d), 0x5a82_7999, words[i]) }
    for i in 20..<40 { step(b ^ c ^ d, 0x6ed9_eba1, words[i]) }
    for i in 40..<60 { step((b & c) | (b & d) | (c & d), 0x8f1b_bcdc, words[i]) }
    for i in 60..<80 { step(b ^ c ^ d, 0xca62_c1d6, words[i]) }
    state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d, state[4] &+ e]
    full = 0
  }

  private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }
}

/// SHA-1 of octets.
func sha1(_ octets: [UInt8]) -> [UInt8] {
  var message = SHA1()
  for octet in octets { message.append(UInt32(octet), octets: 1) }
  let digest = message.finish()
  return (0..<20).map { UInt8(truncatingIfNeeded: digest[$0 / 4] >> UInt32(24 - $0 % 4 * 8)) }
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
