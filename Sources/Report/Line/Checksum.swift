// The Internet checksum (RFC 1071) and the pseudo-headers it covers.

internal import Wire

/// The Internet checksum of the first `count` octets, which the caller has checked to be there, on top of
/// `sum`: zero when they carry a right checksum among them.
func internetChecksum(_ bytes: Bytes, _ count: Int, on sum: UInt64 = 0) -> UInt16 {
  let bytes = bytes.extracting(first: max(0, count))
  var sum = sum
  var at = 0
  while at &+ 16 <= bytes.count {
    let part = bytes.extracting(at..<at &+ 16)
    sum = sum &+ UInt64(part.u32(0)) &+ UInt64(part.u32(4)) &+ UInt64(part.u32(8)) &+ UInt64(part.u32(12))
    at &+= 16
  }
  while at &+ 2 <= bytes.count {
    sum = sum &+ UInt64(bytes.u16(at))
    at &+= 2
  }
  if at < bytes.count { sum = sum &+ UInt64(bytes[at]) &<< 8 }
  while sum > 0xffff { sum = (sum & 0xffff) &+ (sum &>> 16) }
  return ~UInt16(truncatingIfNeeded: sum)
}

/// What the checksum field should have held, when it held `field` and the whole sums up to `computed`.
func rightChecksum(_ field: UInt16, _ computed: UInt16) -> UInt16 {
  var sum = UInt32(field) &+ UInt32(computed)
  sum = (sum & 0xffff) &+ (sum &>> 16)
  return UInt16(truncatingIfNeeded: (sum & 0xffff) &+ (sum &>> 16))
}

extension Outer {
  /// The sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1) for `length` octets of
  /// `number`.
  func pseudoHeader(_ length: Int, _ number: UInt8) -> UInt64 {
    var sum = UInt64(number)
    if version == 4 {
      sum = sum &+ UInt64(truncatingIfNeeded: length & 0xffff)
      sum = sum &+ (source.low & 0xffff_ffff) &+ (finalDestination.low & 0xffff_ffff)
    } else {
      sum = sum &+ UInt64(UInt32(truncatingIfNeeded: length))
      sum = sum &+ (source.high &>> 32) &+ (source.high & 0xffff_ffff)
      sum = sum &+ (source.low &>> 32) &+ (source.low & 0xffff_ffff)
      sum = sum &+ (finalDestination.high &>> 32) &+ (finalDestination.high & 0xffff_ffff)
      sum = sum &+ (finalDestination.low &>> 32) &+ (finalDestination.low & 0xffff_ffff)
    }
    return sum
  }

  /// The checksum of `count` octets of `number` with the pseudo-header: zero when it is right.
  func checksum(_ bytes: Bytes, _ count: Int, _ number: UInt8) -> UInt16 {
    internetChecksum(bytes, count, on: pseudoHeader(count, number))
  }
}
