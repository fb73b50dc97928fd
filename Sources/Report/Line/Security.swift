// IPsec and IP compression (RFC 4302, RFC 4303, RFC 3173), as text.

internal import Wire

extension LinePrinter {
  /// Encapsulating Security Payload: what is not encrypted of it.
  mutating func esp(_ bytes: Bytes, _ length: Int) throws(Cut) {
    reading = "esp"
    if bytes.count <= 8 {
      truncated()
      return
    }
    out.write("ESP(spi=0x")
    out.write(hex: bytes.u32(0), width: 8)
    out.write(",seq=0x")
    out.write(hex: bytes.u32(4))
    out.write("), length ")
    out.write(unsigned: length)
  }

  /// Authentication Header, and what follows it.
  mutating func authentication(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "ah"
    if bytes.count < 1 {
      truncated()
      return
    }
    out.write("AH")
    let words = try bytes.get8(1)
    let size = (Int(words) &+ 2) &* 4
    out.write("(")
    if verbose {
      out.write("length=")
      out.write(decimal: words)
      out.write("(")
      out.write(unsigned: size)
      out.write("-bytes),")
    }
    let reserved = try bytes.get16(2)
    if reserved != 0 {
      out.write("reserved=0x")
      out.write(hex: reserved)
      out.write("[MustBeZero],")
    }
    let index = try bytes.get32(4)
    out.write("spi=0x")
    out.write(hex: index, width: 8)
    out.write(",")
    let sequence = try bytes.get32(8)
    out.write("seq=0x")
    out.write(hex: sequence)
    out.write(",icv=0x")
    for at in 12..<max(12, size) { out.write(hexOctet: try bytes.get8(at)) }
    out.write("): ")
    let next = bytes[0]
    try nested { (printer) throws(Cut) in
      try printer.payload(next, bytes.extracting(droppingFirst: size), length &- size, outer)
    }
  }

  /// A compressed payload.
  mutating func ipcomp(_ bytes: Bytes) throws(Cut) {
    reading = "ipcomp"
    let index = try bytes.get16(2)
    out.write("IPComp(cpi=0x")
    out.write(hex: index, width: 4)
    out.write(")")
  }
}
