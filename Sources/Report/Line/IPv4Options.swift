// The options of an IPv4 header (RFC 791 section 3.1), as text.

internal import Wire

/// Where a packet with a source route ends up: the last address of the route. It is what checksums count.
func finalDestination(_ view: Bytes, _ header: IPv4Header) -> UInt32 {
  var at = IPv4Header.lengthMin
  while at < header.headerLength, at < view.count {
    let kind = view[at]
    if kind == 0 { break }
    var size = 1
    if kind != 1 {
      guard at &+ 1 < view.count else { break }
      size = Int(view[at &+ 1])
      if size < 2 { break }
    }
    if size > header.headerLength &- at || !view.has(at, size) { break }
    if kind == 131 || kind == 137, size >= 7 { return view.u32(at &+ size &- 4) }
    at &+= size
  }
  return header.destination
}

extension LinePrinter {
  /// The options in `length` octets. False when they were cut short.
  mutating func ipv4Options(_ bytes: Bytes, _ length: Int) throws(Cut) -> Bool {
    var at = 0
    while at < length {
      if at > 0 { out.write(",") }
      let kind = try bytes.get8(at)
      switch kind {
      case 0: out.write("EOL")
      case 1: out.write("NOP")
      case 7: out.write("RR")
      case 68: out.write("timestamp")
      case 82: out.write("traceroute")
      case 130: out.write("security")
      case 131: out.write("LSRR")
      case 137: out.write("SSRR")
      case 148: out.write("RA")
      default:
        out.write("unknown ")
        out.write(decimal: kind)
      }
      let size = kind < 2 ? 1 : Int(try bytes.get8(at &+ 1))
      if size < 1 || (kind > 1 && size < 2) || size > length &- at {
        badLength(size)
        return true
      }
      if !bytes.has(at, size) { return false }
      // Sizes that are no multiple of their parts make the parts run past the option, but never past the
      // octets.
      let option = bytes.extracting(droppingFirst: at)
      switch kind {
      case 0: return true
      case 68: if !timestamps(option, size) { return false }
      case 7, 131, 137: if !route(option, size) { return false }
      case 148:
        if size < 4 {
          badLength(size)
        } else if option.u16(2) != 0 {
          out.write(" value ")
          out.write(decimal: option.u16(2))
        }
      default: break
      }
      at &+= size
    }
    return true
  }

  /// A length that its option forbids.
  private mutating func badLength(_ length: Int) {
    out.write(" [bad length ")
    out.write(unsigned: length)
    out.write("]")
  }

  /// The addresses of a recorded or a prescribed route, a comma behind those already visited.
  /// False when the octets end among them.
  private mutating func route(_ option: Bytes, _ length: Int) -> Bool {
    if length < 3 {
      badLength(length)
      return true
    }
    if (length &+ 1) & 3 != 0 { badLength(length) }
    let pointer = Int(option[2]) &- 1
    if pointer < 3 || (pointer &+ 1) & 3 != 0 || pointer > length &+ 1 {
      out.write(" [bad ptr ")
      out.write(decimal: option[2])
      out.write("]")
    }
    var at = 3
    while at < length {
      guard option.has(at, 4) else { return false }
      out.write(octet: 32)
      out.write(ipv4: option.u32(at))
      if pointer > at { out.write(",") }
      at &+= 4
    }
    return true
  }

  /// The Internet Timestamp option. False when the octets end within it.
  private mutating func timestamps(_ option: Bytes, _ length: Int) -> Bool {
    if length < 4 {
      out.write("[bad length ")
      out.write(unsigned: length)
      out.write("]")
      return true
    }
    out.write(" TS{")
    let kind = option[3] & 15
    let hop = kind != 0 ? 8 : 4
    if (length &- 4) & (hop &- 1) != 0 {
      out.write("[bad length ")
      out.write(unsigned: length)
      out.write("]")
    }
    let pointer = Int(option[2]) &- 1
    if pointer < 4 || (pointer &- 4) & (hop &- 1) != 0 || pointer > length &+ 1 {
      out.write("[bad ptr ")
      out.write(decimal: option[2])
      out.write("]")
    }
    var at = 0
    switch kind {
    case 0: out.write("TSONLY")
    case 1: out.write("TS+ADDR")
    case 3: out.write("PRESPEC")
    default:
      out.write("[bad ts type ")
      out.write(decimal: kind)
      out.write("]")
    }
    if kind == 0 || kind == 1 || kind == 3 {
      at = 4
      var mark: StaticString = " "
      while at < length {
        if pointer == at { mark = " ^ " }
        guard option.has(at, hop) else { return false }
        out.write(mark)
        mark = " "
        out.write(decimal: option.u32(at &+ hop &- 4))
        out.write("@")
        if hop == 8 { out.write(ipv4: option.u32(at)) }
        at &+= hop
      }
    }
    if pointer == at { out.write(" ^ ") }
    if option[3] &>> 4 != 0 {
      out.write(" [")
      out.write(decimal: option[3] &>> 4)
      out.write(" hops not recorded]} ")
    } else {
      out.write("}")
    }
    return true
  }
}
