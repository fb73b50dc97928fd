// Text that every printer needs: addresses, characters of the wire, reading within bounds.

internal import Wire

extension OctetBuffer {
  /// A length or a difference of lengths as C prints an `unsigned int`: modulo 2^32.
  @inline(__always)
  mutating func write(unsigned value: Int) {
    write(decimal: UInt64(UInt32(truncatingIfNeeded: value)))
  }

  /// Two octets as a number.
  @inline(__always)
  mutating func write(hex value: some FixedWidthInteger & UnsignedInteger, width: Int = 1) {
    write(hex: UInt64(value), width: width)
  }

  /// An address in the notation of its IP version.
  @inline(__always)
  mutating func write(_ address: IPAddress, version: UInt8) {
    if version == 4 {
      write(ipv4: UInt32(truncatingIfNeeded: address.low))
    } else {
      write(ipv6: address)
    }
  }

  /// An IPv6 address (RFC 5952), with the IPv4 address of `::a.b.c.d` and `::ffff:a.b.c.d` in its own
  /// notation, as `inet_ntop` writes it.
  mutating func write(ipv6 address: IPAddress) {
    // The longest run of zero groups, the first of equals, from two groups on.
    var bestStart = -1
    var bestLength = 1
    var start = -1
    for i in 0..<8 {
      if address.group(i) == 0 {
        if start < 0 { start = i }
        if i &- start &+ 1 > bestLength {
          bestStart = start
          bestLength = i &- start &+ 1
        }
      } else {
        start = -1
      }
    }
    var i = 0
    while i < 8 {
      if bestStart >= 0, i >= bestStart, i < bestStart &+ bestLength {
        if i == bestStart { write(octet: 58) }
        i &+= 1
        continue
      }
      if i > 0 { write(octet: 58) }
      if i == 6, bestStart == 0, bestLength == 6 || (bestLength == 5 && address.group(5) == 0xffff) {
        write(ipv4: UInt32(truncatingIfNeeded: address.low))
        return
      }
      write(hex: UInt64(address.group(i)))
      i &+= 1
    }
    if bestStart >= 0, bestStart &+ bestLength == 8 { write(octet: 58) }
  }

  /// A character of the wire, so that no control character reaches the output: `^X` for those, `M-` before
  /// those beyond ASCII.
  mutating func write(visible octet: UInt8) {
    var octet = octet
    if octet & 0x80 != 0 {
      octet &= 0x7f
      write("M-")
    }
    if octet < 0x20 || octet > 0x7e {
      octet ^= 0x40
      write(octet: 94)
    }
    write(octet: octet)
  }

  /// A duration in years, weeks, days, hours, minutes and seconds, without spaces: `5m1s`.
  mutating func write(duration seconds: UInt32) {
    if seconds == 0 {
      write("0s")
      return
    }
    var rest = seconds
    rest = part(rest, 31_536_000, 121)
    rest = part(rest, 604_800, 119)
    rest = part(rest, 86_400, 100)
    rest = part(rest, 3_600, 104)
    rest = part(rest, 60, 109)
    _ = part(rest, 1, 115)
  }

  /// One unit of a duration; the seconds that remain.
  private mutating func part(_ seconds: UInt32, _ unit: UInt32, _ letter: UInt8) -> UInt32 {
    if seconds < unit { return seconds }
    write(decimal: seconds / unit)
    write(octet: letter)
    return seconds % unit
  }
}

extension IPAddress {
  /// One of the eight groups of sixteen bits.
  @inline(__always)
  func group(_ index: Int) -> UInt16 {
    let word = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: word &>> UInt64(48 &- (index & 3) &* 16))
  }
}

extension Span where Element == UInt8 {
  /// The octet at `offset`, or the end of what there is.
  @inline(__always)
  func get8(_ offset: Int) throws(Cut) -> UInt8 {
    if offset < 0 || offset >= count { throw .truncated }
    return self[offset]
  }

  /// Two octets in network order, or the end of what there is.
  @inline(__always)
  func get16(_ offset: Int) throws(Cut) -> UInt16 {
    if offset < 0 || offset > count &- 2 { throw .truncated }
    return u16(offset)
  }

  /// Three octets in network order, or the end of what there is.
  @inline(__always)
  func get24(_ offset: Int) throws(Cut) -> UInt32 {
    if offset < 0 || offset > count &- 3 { throw .truncated }
    return u24(offset)
  }

  /// Four octets in network order, or the end of what there is.
  @inline(__always)
  func get32(_ offset: Int) throws(Cut) -> UInt32 {
    if offset < 0 || offset > count &- 4 { throw .truncated }
    return u32(offset)
  }

  /// Six octets in network order, or the end of what there is.
  @inline(__always)
  func get48(_ offset: Int) throws(Cut) -> UInt64 {
    if offset < 0 || offset > count &- 6 { throw .truncated }
    return u48(offset)
  }

  /// Eight octets in network order, or the end of what there is.
  @inline(__always)
  func get64(_ offset: Int) throws(Cut) -> UInt64 {
    if offset < 0 || offset > count &- 8 { throw .truncated }
    return u64(offset)
  }

  /// An IPv6 address, or the end of what there is.
  @inline(__always)
  func getIPv6(_ offset: Int) throws(Cut) -> IPAddress {
    if offset < 0 || offset > count &- 16 { throw .truncated }
    return IPAddress(ipv6: self, at: offset)
  }

  /// Throws unless `length` octets are there from `offset`.
  @inline(__always)
  func check(_ offset: Int, _ length: Int) throws(Cut) {
    if !has(offset, length) { throw .truncated }
  }

  /// Whether `length` octets are there from `offset`.
  @inline(__always)
  func has(_ offset: Int, _ length: Int) -> Bool {
    offset >= 0 && length >= 0 && offset <= count && length <= count &- offset
  }
}
