// Community ID version 1: the same text for the same flow, whichever tool saw it.

internal import Wire

/// The text `1:` and a hash over the ordered endpoints in base64, or in hexadecimal (Corelight's Community ID
/// specification, version 1). `isReversed` puts the key's second endpoint first: an ICMP message that nothing
/// answers has its sender there, whatever the order of the addresses.
public func communityID(
  of key: FlowKey, isReversed: Bool = false, seed: UInt16 = 0, inBase64: Bool = true
) -> [UInt8] {
  var octets: [UInt8] = []
  octets.reserveCapacity(40)
  octets.append(UInt8(seed >> 8))
  octets.append(UInt8(seed & 255))
  for address in isReversed ? [key.second, key.first] : [key.first, key.second] {
    if !key.isIPv6, let four = address.ipv4 {
      for shift: UInt32 in [24, 16, 8, 0] { octets.append(UInt8(truncatingIfNeeded: four >> shift)) }
    } else {
      for word in [address.high, address.low] {
        for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
          octets.append(UInt8(truncatingIfNeeded: word >> shift))
        }
      }
    }
  }
  octets.append(key.ipProtocol.rawValue)
  octets.append(0)
  switch key.ipProtocol {
  case .tcp, .udp, .sctp, .icmp, .icmpv6:
    for port in isReversed ? [key.secondPort, key.firstPort] : [key.firstPort, key.secondPort] {
      octets.append(UInt8(port >> 8))
      octets.append(UInt8(port & 255))
    }
  default: break
  }
  let digest = sha1(octets)
  return [UInt8(ascii: "1"), UInt8(ascii: ":")] + (inBase64 ? base64(digest) : hexadecimal(digest))
}

/// The text of a flow.
public func communityID(of record: FlowRecord) -> [UInt8] {
  communityID(of: record.key, isReversed: record.key.isOneWay && record.isReversed)
}

/// Two lower-case digits for each octet.
private func hexadecimal(_ octets: [UInt8]) -> [UInt8] {
  let digits = Array("0123456789abcdef".utf8)
  return octets.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
}

/// SHA-1 (RFC 3174) of a short run of octets: Community ID is defined by it; it guards nothing here.
func sha1(_ message: [UInt8]) -> [UInt8] {
  var octets: [UInt8] = []
  octets.reserveCapacity(message.count + 72)
  octets += message
  octets.append(0x80)
  while octets.count % 64 != 56 { octets.append(0) }
  let bits = UInt64(message.count) * 8
  for shift: UInt64 in [56, 48, 40, 32, 24, 16, 8, 0] {
    octets.append(UInt8(truncatingIfNeeded: bits >> shift))
  }
  func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }
  var (h0, h1, h2, h3, h4): (UInt32, UInt32, UInt32, UInt32, UInt32) =
    (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0)
  for block in stride(from: 0, to: octets.count, by: 64) {
    var w = InlineArray<80, UInt32>(repeating: 0)
    for i in 0..<16 {
      let at = block + i * 4
      w[i] =
        UInt32(octets[at]) << 24 | UInt32(octets[at + 1]) << 16 | UInt32(octets[at + 2]) << 8
        | UInt32(octets[at + 3])
    }
    for i in 16..<80 { w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1) }
    var (a, b, c, d, e) = (h0, h1, h2, h3, h4)
    for i in 0..<80 {
      let (f, k): (UInt32, UInt32) =
        i < 20
        ? (b & c | ~b & d, 0x5a82_7999)
        : i < 40
          ? (b ^ c ^ d, 0x6ed9_eba1)
          : i < 60 ? (b & c | b & d | c & d, 0x8f1b_bcdc) : (b ^ c ^ d, 0xca62_c1d6)
      let next = rotate(a, 5) &+ f &+ e &+ k &+ w[i]
      (a, b, c, d, e) = (next, a, rotate(b, 30), c, d)
    }
    (h0, h1, h2, h3, h4) = (h0 &+ a, h1 &+ b, h2 &+ c, h3 &+ d, h4 &+ e)
  }
  var digest: [UInt8] = []
  digest.reserveCapacity(20)
  for word in [h0, h1, h2, h3, h4] {
    for shift: UInt32 in [24, 16, 8, 0] { digest.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return digest
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

/// The digit of six bits.
private func base64Digit(_ value: UInt8) -> UInt8 {
  switch value {
  case 0..<26: UInt8(ascii: "A") + value
  case 26..<52: UInt8(ascii: "a") + value - 26
  case 52..<62: UInt8(ascii: "0") + value - 52
  case 62: UInt8(ascii: "+")
  default: UInt8(ascii: "/")
  }
}
