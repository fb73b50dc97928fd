// Options of the OPT record, by which DNS is extended (RFC 6891), as text.

internal import Wire

extension LinePrinter {
  /// The options between `start` and `end`, in brackets. False when they could not be read to their end.
  mutating func extensions(_ bytes: Bytes, _ start: Int, _ end: Int) throws(Cut) -> Bool {
    out.write(" [")
    var at = start
    while at < end {
      if !bytes.has(at, 2) { return false }
      let code = bytes.u16(at)
      if let name = DomainNumbers.option(code) {
        out.write(name)
      } else {
        out.write("Opt")
        out.write(decimal: code)
      }
      if !bytes.has(at, 4) { return false }
      let length = Int(bytes.u16(at &+ 2))
      at &+= 4
      if !bytes.has(at, length) { return false }
      if length > 0 {
        out.write(octet: 32)
        try option(bytes.extracting(at..<bytes.count), code, length)
      }
      at &+= length
      if at < end { out.write(octet: 44) }
    }
    out.write(octet: 93)
    return true
  }

  /// What one option holds: at least one octet, all of it there.
  private mutating func option(_ bytes: Bytes, _ code: UInt16, _ length: Int) throws(Cut) {
    switch code {
    case 5: algorithms(bytes, length) { DomainNumbers.algorithm($0) }
    case 6: algorithms(bytes, length) { DomainNumbers.digest($0) }
    case 7: algorithms(bytes, length) { $0 == 1 ? "SHA-1" : nil }
    case 8: try clientSubnet(bytes, length)
    case 9:
      if length != 4 {
        invalid()
      } else {
        out.write(decimal: bytes.u32(0))
        out.write(" sec")
      }
    case 10:
      // A client's eight octets, and 8 to 32 of the server's (RFC 7873 section 4).
      if length < 8 || (length > 8 && length < 16) || length > 40 {
        invalid()
      } else {
        for i in 0..<length {
          if i == 8 { out.write(octet: 32) }
          out.write(hex: bytes[i], width: 2)
        }
      }
    case 11:
      if length != 2 {
        invalid()
      } else {
        // Units of 100 ms (RFC 7828 section 3.1).
        out.write(decimal: bytes.u16(0) / 10)
        out.write(octet: 46)
        out.write(decimal: bytes.u16(0) % 10)
        out.write(" sec")
      }
    case 12:
      out.write(octet: 40)
      out.write(unsigned: length)
      out.write(octet: 41)
    case 13:
      // A name of its own; pointers would count from its end.
      _ = try domainName(bytes, 0, base: length)
    case 14:
      if length % 2 != 0 {
        invalid()
      } else {
        for i in 0..<length / 2 {
          if i > 0 { out.write(octet: 32) }
          out.write(decimal: bytes.u16(2 * i))
        }
      }
    default: for i in 0..<length { out.write(hex: bytes[i], width: 2) }
    }
  }

  /// Algorithms that the asker understands (RFC 6975).
  private mutating func algorithms(_ bytes: Bytes, _ length: Int, _ name: (UInt8) -> StaticString?) {
    for i in 0..<length {
      if i > 0 { out.write(octet: 32) }
      if let name = name(bytes[i]) {
        out.write(name)
      } else {
        out.write("Alg_")
        out.write(decimal: bytes[i])
      }
    }
  }

  /// The network that an answer is for (RFC 7871 section 6).
  private mutating func clientSubnet(_ bytes: Bytes, _ length: Int) throws(Cut) {
    if length < 4 {
      invalid()
      return
    }
    let family = bytes.u16(0)
    let source = Int(bytes[2])
    let scope = Int(bytes[3])
    let bits = family == 1 ? 32 : 128
    if family != 1 && family != 2 || length - 4 > bits / 8 || source > bits || scope > bits
      || (source + 7) / 8 != length - 4
    {
      invalid()
      return
    }
    var address = IPAddress()
    for i in 0..<(length - 4) {
      let octet = UInt64(bytes[4 + i])
      if i < 8 {
        address.high |= octet &<< UInt64(56 - 8 * i)
      } else {
        address.low |= octet &<< UInt64(120 - 8 * i)
      }
    }
    if family == 1 {
      out.write(ipv4: UInt32(truncatingIfNeeded: address.high &>> 32))
    } else {
      out.write(ipv6: address)
    }
    out.write(octet: 47)
    out.write(unsigned: source)
    out.write(octet: 47)
    out.write(unsigned: scope)
  }
}
