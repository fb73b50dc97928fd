// The options of a TCP header (RFC 9293 section 3.2 and the IANA registry), as text.

internal import Wire

/// Why the list of options ended early: not the capture's doing but the sender's.
private enum BadOption: Error { case bad }

extension LinePrinter {
  /// The options in `length` octets, in brackets. False when a length lies or a value is cut short, and the
  /// line ends here.
  mutating func tcpOptions(
    _ bytes: Bytes, _ length: Int, _ flags: UInt8, _ base: ConversationBase, payloadThere: Bool
  ) throws(Cut) -> Bool {
    out.write(", options [")
    var at = 0
    while at < length {
      if at > 0 { out.write(octet: 44) }
      let kind = try bytes.get8(at)
      if kind < 2 {
        out.write(kind == 0 ? "eol" : "nop")
        at &+= 1
        if kind == 0 { break }
        continue
      }
      let size = Int(try bytes.get8(at &+ 1))
      if size < 2 || size > length &- at { return bad(at) }
      name(kind)
      let rest = length &- at &- 2
      let option = bytes.extracting(droppingFirst: at &+ 2)
      var used: Int?
      do throws(Cut) {
        used = try tcpOption(kind, option, size &- 2, rest, flags, base, payloadThere)
      } catch {
        // The capture ends within the option's value: tcpdump closes a bracket that it never opened.
        truncated()
        if at > 0 { out.write(">") }
        return false
      }
      guard let used else { return bad(at) }
      at &+= 2 &+ used
      if used &+ 2 != size {
        out.write("[len ")
        out.write(unsigned: size)
        out.write("]")
      }
    }
    out.write("]")
    return true
  }

  /// Ends a list of options that lies.
  private mutating func bad(_ at: Int) -> Bool {
    out.write(at > 0 ? "[bad opt]]" : "[bad opt]")
    return false
  }

  /// An option's name.
  private mutating func name(_ kind: UInt8) {
    switch kind {
    case 2: out.write("mss")
    case 3: out.write("wscale")
    case 4: out.write("sackOK")
    case 5: out.write("sack")
    case 6: out.write("echo")
    case 7: out.write("echoreply")
    case 8: out.write("TS")
    case 11: out.write("cc")
    case 12: out.write("ccnew")
    case 13: break
    case 19: out.write("md5")
    case 20: out.write("scps")
    case 28: out.write("uto")
    case 29: out.write("tcp-ao")
    case 30: out.write("mptcp")
    case 34: out.write("tfo")
    case 254: out.write("exp")
    default:
      out.write("unknown-")
      out.write(decimal: kind)
    }
  }

  /// The value of one option: `size` octets by its own length, `rest` until the end of the header. Returns
  /// how many it has, nil when they do not fit.
  @inline(__always)
  private mutating func tcpOption(
    _ kind: UInt8, _ bytes: Bytes, _ size: Int, _ rest: Int, _ flags: UInt8, _ base: ConversationBase,
    _ payloadThere: Bool
  ) throws(Cut) -> Int? {
    switch kind {
    case 8:
      guard try fits(8, bytes, rest) else { return nil }
      out.write(" val ")
      out.write(decimal: bytes.u32(0))
      out.write(" ecr ")
      out.write(decimal: bytes.u32(4))
      return 8
    case 5: return try selective(bytes, size, rest, base)
    case 4: return 0
    case 2:
      guard try fits(2, bytes, rest) else { return nil }
      out.write(octet: 32)
      out.write(decimal: bytes.u16(0))
      return 2
    case 3:
      guard try fits(1, bytes, rest) else { return nil }
      out.write(octet: 32)
      out.write(decimal: bytes[0])
      return 1
    default: return try rareOption(kind, bytes, size, rest, flags, payloadThere)
    }
  }

  /// Whether `count` octets lie within the header. Throws when they do but were not captured.
  @inline(__always)
  private func fits(_ count: Int, _ bytes: Bytes, _ rest: Int) throws(Cut) -> Bool {
    if count > rest { return false }
    if count > bytes.count { throw .truncated }
    return true
  }

  /// SACK blocks (RFC 2018), relative to the first sequence number of the data they name.
  private mutating func selective(
    _ bytes: Bytes, _ size: Int, _ rest: Int, _ base: ConversationBase
  ) throws(Cut) -> Int? {
    if size % 8 != 0 {
      out.write(" invalid sack")
      return size
    }
    out.write(octet: 32)
    out.write(unsigned: size / 8)
    out.write(octet: 32)
    var at = 0
    while at < size {
      guard try fits(at &+ 8, bytes, rest) else { return nil }
      out.write(octet: 123)
      out.write(decimal: bytes.u32(at) &- base.peer)
      out.write(octet: 58)
      out.write(decimal: bytes.u32(at &+ 4) &- base.peer)
      out.write(octet: 125)
      at &+= 8
    }
    return size
  }

  /// Options that few segments carry.
  @inline(never)
  private mutating func rareOption(
    _ kind: UInt8, _ bytes: Bytes, _ size: Int, _ rest: Int, _ flags: UInt8, _ payloadThere: Bool
  ) throws(Cut) -> Int? {
    switch kind {
    case 6, 7, 11, 12, 13:
      guard try fits(4, bytes, rest) else { return nil }
      out.write(octet: 32)
      out.write(decimal: bytes.u32(0))
      return 4
    case 19:
      guard try fits(16, bytes, rest) else { return nil }
      out.write(payloadThere ? " shared secret not supplied with -M, " : " snaplen too short, ")
      out.write("can't check - ")
      for at in 0..<16 { out.write(hexOctet: bytes[at]) }
      return 16
    case 20:
      guard try fits(2, bytes, rest) else { return nil }
      out.write(" cap ")
      out.write(hexOctet: bytes[0])
      out.write(" id ")
      out.write(decimal: bytes[1])
      return 2
    case 28:
      guard try fits(2, bytes, rest) else { return nil }
      let value = UInt32(bytes.u16(0))
      out.write(" 0x")
      out.write(hex: value)
      out.write(octet: 32)
      out.write(decimal: value & 1 != 0 ? (value &>> 1) &* 60 : value &>> 1)
      return 2
    case 29: return try authentication(bytes, size, rest)
    case 30:
      guard try fits(size, bytes, rest) else { return nil }
      return try multipath(bytes.extracting(first: size), flags) ? size : nil
    case 34:
      guard try fits(size, bytes, rest) else { return nil }
      out.write(octet: 32)
      fastOpen(bytes.extracting(first: size))
      return size
    case 254:
      guard try fits(size, bytes, rest), size >= 2 else { return nil }
      out.write("-")
      if bytes.u16(0) == 0xf989 {
        out.write("tfo")
        fastOpen(bytes.extracting(2..<size))
      } else {
        out.write(hex: bytes.u16(0), width: 4)
      }
      return size
    default:
      if size > 0 { out.write(" 0x") }
      for at in 0..<size {
        guard try fits(at &+ 1, bytes, rest) else { return nil }
        out.write(hexOctet: bytes[at])
      }
      return size
    }
  }

  /// TCP-AO (RFC 5925 section 2.2).
  private mutating func authentication(_ bytes: Bytes, _ size: Int, _ rest: Int) throws(Cut) -> Int? {
    if size < 2 {
      invalid()
      return size
    }
    guard try fits(1, bytes, rest) else { return nil }
    out.write(" keyid ")
    out.write(decimal: bytes[0])
    guard try fits(2, bytes, rest) else { return nil }
    out.write(" rnextkeyid ")
    out.write(decimal: bytes[1])
    if size > 2 { out.write(" mac 0x") }
    for at in 2..<max(2, size) {
      guard try fits(at &+ 1, bytes, rest) else { return nil }
      out.write(hexOctet: bytes[at])
    }
    return size
  }

  /// A Fast Open cookie, or the wish for one (RFC 7413 section 4.1.1).
  private mutating func fastOpen(_ cookie: Bytes) {
    if cookie.count == 0 {
      out.write(" cookiereq")
    } else if cookie.count % 2 != 0 || cookie.count < 4 || cookie.count > 16 {
      invalid()
    } else {
      out.write(" cookie ")
      for at in 0..<cookie.count { out.write(hexOctet: cookie[at]) }
    }
  }
}
