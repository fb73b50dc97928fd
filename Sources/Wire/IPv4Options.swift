// The options of an IPv4 header (RFC 791 section 3.1, IANA "IP Option Numbers").

/// Option types: copied flag, class and number in one octet.
enum IPv4Option {
  static let end: UInt8 = 0
  static let noOperation: UInt8 = 1
  static let recordRoute: UInt8 = 7
  static let timestamp: UInt8 = 68
  static let looseRoute: UInt8 = 131
  static let strictRoute: UInt8 = 137
  static let routerAlert: UInt8 = 148
}

/// Walks the options as far as to say whether they lie: each but the first two types has a length that counts
/// its own two octets.
func ipv4OptionWalk(_ bytes: Bytes, _ end: Int, _ packet: inout Packet) {
  var at = IPv4Header.lengthMin
  while at < end {
    let type = bytes.u8(at)
    if type == IPv4Option.end { return }
    if type == IPv4Option.noOperation {
      at &+= 1
      continue
    }
    guard at &+ 1 < end, bytes.u8(at &+ 1) >= 2, at &+ Int(bytes.u8(at &+ 1)) <= end else {
      packet.ipOptionsMalformed = true
      packet.note(.invalid(.optionLength))
      return
    }
    at &+= Int(bytes.u8(at &+ 1))
  }
}

/// Where the last address of a source route stands, whose packet it is in the end (RFC 1122 section 3.2.1.8):
/// octets from the start of the header; nil when there is none or the packet has arrived.
func ipv4FinalAddressOffset(_ bytes: Bytes, _ end: Int) -> Int? {
  var at = IPv4Header.lengthMin
  while at < min(end, bytes.count) {
    let type = bytes.u8(at)
    if type == IPv4Option.end { return nil }
    if type == IPv4Option.noOperation {
      at &+= 1
      continue
    }
    guard at &+ 1 < min(end, bytes.count) else { return nil }
    let length = Int(bytes.u8(at &+ 1))
    guard length >= 2, at &+ length <= min(end, bytes.count) else { return nil }
    if type == IPv4Option.looseRoute || type == IPv4Option.strictRoute {
      // The pointer counts from 1; beyond the length it says that the last stop is reached.
      guard length >= 7, Int(bytes.u8(at &+ 2)) <= length else { return nil }
      return at &+ 3 &+ ((length &- 3) / 4 &- 1) &* 4
    }
    at &+= length
  }
  return nil
}

extension Fields {
  /// Tells the options between the fixed header and `end`, as far as they were captured.
  mutating func ipv4Options(_ bytes: Bytes, _ end: Int) throws(Malformed) {
    var at = IPv4Header.lengthMin
    while at < end {
      try bytes.require(at + 1)
      let type = bytes.u8(at)
      if type == IPv4Option.end {
        add("option", at: at, 1, .number(0), "end of options")
        if at + 1 < min(end, bytes.count) {
          add("padding", at: at + 1, min(end, bytes.count) - at - 1, .octets)
        }
        return
      }
      if type == IPv4Option.noOperation {
        add("option", at: at, 1, .number(1), "no operation")
        at += 1
        continue
      }
      guard at + 1 < end else { return rest(bytes, at, end) }
      try bytes.require(at + 2)
      let length = Int(bytes.u8(at + 1))
      guard length >= 2, at + length <= end else { return rest(bytes, at, end) }
      add("option", at: at, min(length, bytes.count - at), .none, ipv4OptionName(type))
      depth += 1
      add("type", at: at, 1, .number(UInt64(type)), type & 0x80 != 0 ? "copied into fragments" : "")
      add("length", at: at + 1, 1, .number(UInt64(length)), "octets")
      let have = min(length, bytes.count - at)
      if have > 2 { ipv4Option(type, bytes, at, have) }
      depth -= 1
      try bytes.require(at + length)
      at += length
    }
  }

  /// Tells what is behind the first two octets of an option of which `length` octets are there.
  private mutating func ipv4Option(_ type: UInt8, _ bytes: Bytes, _ start: Int, _ length: Int) {
    var at = start + 2
    switch type {
    case IPv4Option.recordRoute, IPv4Option.looseRoute, IPv4Option.strictRoute:
      add("pointer", at: at, 1, .number(UInt64(bytes.u8(at))))
      at += 1
      while at + 4 <= start + length {
        add("address", at: at, 4, .address(IPAddress(ipv4: bytes.u32(at))))
        at += 4
      }
    case IPv4Option.routerAlert where length == 4:
      add("value", at: at, 2, .number(UInt64(bytes.u16(at))), bytes.u16(at) == 0 ? "examine the packet" : "")
      at += 2
    case IPv4Option.timestamp where length >= 4:
      add("pointer", at: at, 1, .number(UInt64(bytes.u8(at))))
      add("overflow_and_flag", at: at + 1, 1, .hex(UInt64(bytes.u8(at + 1)), digits: 2))
      at += 2
    default: break
    }
    if at < start + length { add("data", at: at, start + length - at, .octets) }
  }
}

/// What the registry calls an option.
private func ipv4OptionName(_ type: UInt8) -> StaticString {
  switch type {
  case IPv4Option.recordRoute: "record route"
  case 25: "quick start"
  case IPv4Option.timestamp: "timestamp"
  case 82: "traceroute"
  case 130: "security"
  case IPv4Option.looseRoute: "loose source route"
  case 133: "extended security"
  case 134: "commercial security (CIPSO)"
  case 136: "stream identifier"
  case IPv4Option.strictRoute: "strict source route"
  case IPv4Option.routerAlert: "router alert"
  case 149: "selective directed broadcast"
  case 151: "dynamic packet state"
  case 30, 94, 158, 222: "experiment"
  default: ""
  }
}

/// Differentiated services code points (IANA "DSCP").
func dscpName(_ code: UInt8) -> StaticString {
  switch code {
  case 0: "CS0, default"
  case 1: "LE"
  case 8: "CS1"
  case 10: "AF11"
  case 12: "AF12"
  case 14: "AF13"
  case 16: "CS2"
  case 18: "AF21"
  case 20: "AF22"
  case 22: "AF23"
  case 24: "CS3"
  case 26: "AF31"
  case 28: "AF32"
  case 30: "AF33"
  case 32: "CS4"
  case 34: "AF41"
  case 36: "AF42"
  case 38: "AF43"
  case 40: "CS5"
  case 44: "voice admit"
  case 45: "NQB"
  case 46: "EF"
  case 48: "CS6"
  case 56: "CS7"
  default: ""
  }
}

/// Explicit congestion notification (RFC 3168 section 5).
func ecnName(_ code: UInt8) -> StaticString {
  switch code {
  case 0: "not ECT"
  case 1: "ECT(1)"
  case 2: "ECT(0)"
  default: "CE, congestion experienced"
  }
}

/// Where an address is good (IANA "IPv4 Special-Purpose Address Registry").
func ipv4Scope(_ address: UInt32) -> StaticString {
  if address == 0 { return "unspecified" }
  if address == 0xffff_ffff { return "broadcast" }
  switch address &>> 24 {
  case 10: return "private"
  case 127: return "loopback"
  case 224...239: return "multicast"
  case 240...255: return "reserved"
  default: break
  }
  if address &>> 20 == 0xac1 { return "private" }
  if address &>> 22 == 0x191 { return "carrier's own" }
  switch address &>> 16 {
  case 0xc0a8: return "private"
  case 0xa9fe: return "link-local"
  case 0xc612, 0xc613: return "benchmark"
  default: break
  }
  switch address &>> 8 {
  case 0xc00002, 0xc63364, 0xcb0071: return "documentation"
  default: return ""
  }
}
