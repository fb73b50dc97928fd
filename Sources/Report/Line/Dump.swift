// The octets of a packet under its line: `-x`, `-X`, `-A`, and payloads that nobody knows.

internal import Wire

extension LinePrinter {
  /// Sixteen octets a line, in hexadecimal.
  mutating func hex(_ bytes: Bytes, indent: StaticString) {
    for at in 0..<bytes.count {
      if at & 15 == 0 {
        out.write(indent)
        out.write("0x")
        out.write(hex: UInt64(at), width: 4)
        out.write(": ")
      }
      if at & 1 == 0 { out.write(octet: 32) }
      out.write(hexOctet: bytes[at])
    }
  }

  /// Sixteen octets a line, in hexadecimal and as the characters they are in ASCII.
  mutating func hexAndASCII(_ bytes: Bytes) {
    var start = 0
    while start < bytes.count {
      let end = min(start &+ 16, bytes.count)
      out.write("\n\t0x")
      out.write(hex: UInt64(start), width: 4)
      out.write(": ")
      for at in start..<end {
        if at & 1 == 0 { out.write(octet: 32) }
        out.write(hexOctet: bytes[at])
      }
      let octets = end &- start
      out.write(32, times: 42 &- octets &* 2 &- (octets &+ 1) / 2)
      for at in start..<end {
        let octet = bytes[at]
        out.write(octet: octet > 0x20 && octet < 0x7f ? octet : 46)
      }
      start = end
    }
  }

  /// Characters as they are in ASCII, line feeds kept, carriage returns left out at the ends of lines.
  mutating func ascii(_ bytes: Bytes) {
    out.write(octet: 10)
    for at in 0..<bytes.count {
      let octet = bytes[at]
      if octet == 13 {
        if at &+ 2 < bytes.count, bytes[at &+ 1] != 10 { out.write(octet: 46) }
      } else if octet > 0x20 && octet < 0x7f || octet == 9 || octet == 32 || octet == 10 {
        out.write(octet: octet)
      } else {
        out.write(octet: 46)
      }
    }
  }

  /// A payload that no printer knows: its octets, unless a dump shows them anyway. `captured` may be less
  /// than there is.
  mutating func unknown(_ bytes: Bytes) {
    if options.showsUnknown { hexAndASCII(bytes) }
  }

  /// Octets that a printer shows because it cannot say more: in hexadecimal, at most `length` of them.
  mutating func unknownData(_ bytes: Bytes, _ length: Int, indent: StaticString) {
    hex(bytes.extracting(first: max(0, length)), indent: indent)
  }
}
