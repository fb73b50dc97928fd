// The options of a TCP header, told field by field.

extension Fields {
  /// Tells the options between the fixed header and `end`, as far as they were captured.
  mutating func tcpOptions(_ bytes: Bytes, _ end: Int) throws(Malformed) {
    var at = TCPHeader.lengthMin
    while at < end {
      try bytes.require(at + 1)
      let kind = bytes.u8(at)
      if kind == TCPOption.end {
        add("option", at: at, 1, .number(0), "end of options")
        if at + 1 < min(end, bytes.count) {
          add("padding", at: at + 1, min(end, bytes.count) - at - 1, .octets)
        }
        return
      }
      if kind == TCPOption.noOperation {
        add("option", at: at, 1, .number(1), "no operation")
        at += 1
        continue
      }
      guard at + 1 < end else { return rest(bytes, at, end) }
      try bytes.require(at + 2)
      let length = Int(bytes.u8(at + 1))
      guard length >= 2, at + length <= end else { return rest(bytes, at, end) }
      let have = min(length, bytes.count - at)
      add("option", at: at, have, .none, tcpOptionName(kind))
      depth += 1
      add("kind", at: at, 1, .number(UInt64(kind)))
      add("length", at: at + 1, 1, .number(UInt64(length)), "octets")
      if have > 2 { tcpOption(kind, bytes, at, have) }
      depth -= 1
      try bytes.require(at + length)
      at += length
    }
  }

  /// Tells what is behind the first two octets of an option of which `length` octets are there.
  private mutating func tcpOption(_ kind: UInt8, _ bytes: Bytes, _ start: Int, _ length: Int) {
    let at = start + 2
    switch (kind, length) {
    case (TCPOption.maximumSegmentSize, 4):
      add("maximum_segment_size", at: at, 2, .number(UInt64(bytes.u16(at))), "octets")
    case (TCPOption.windowScale, 3):
      add(
        "shift", at: at, 1, .number(UInt64(bytes.u8(at))), bytes.u8(at) > 14 ? "above 14, which counts" : "")
    case (TCPOption.timestamps, 10):
      add("value", at: at, 4, .number(UInt64(bytes.u32(at))))
      add("echo", at: at + 4, 4, .number(UInt64(bytes.u32(at + 4))))
    case (TCPOption.sack, 10...) where (length - 2) % 8 == 0:
      for i in 0..<(length - 2) / 8 {
        add(
          "left_edge", at: at + 8 * i, 4, .number(UInt64(bytes.u32(at + 8 * i))),
          i == 0 ? sackMeaning(bytes) : "")
        add("right_edge", at: at + 8 * i + 4, 4, .number(UInt64(bytes.u32(at + 8 * i + 4))))
      }
    case (TCPOption.userTimeout, 4):
      let word = UInt64(bytes.u16(at))
      add("timeout", at: at, 2, .hex(word, digits: 4))
      bits("granularity", at: at, 2, of: word, mask: 0x8000, word & 0x8000 != 0 ? "minutes" : "seconds")
      bits("timeout", at: at, 2, of: word, mask: 0x7fff)
    case (TCPOption.authentication, 4...):
      add("key", at: at, 1, .number(UInt64(bytes.u8(at))))
      add("next_key", at: at + 1, 1, .number(UInt64(bytes.u8(at + 1))))
      if length > 4 { add("code", at: at + 2, length - 4, .octets) }
    case (TCPOption.multipath, 3...):
      add("subtype_and_flags", at: at, 1, .hex(UInt64(bytes.u8(at)), digits: 2))
      bits(
        "subtype", at: at, 1, of: UInt64(bytes.u8(at)), mask: 0xf0, multipathSubtypeName(bytes.u8(at) &>> 4))
      if length > 3 { add("data", at: at + 1, length - 3, .octets) }
    case (TCPOption.fastOpen, _): add("cookie", at: at, length - 2, .octets)
    case (TCPOption.experiment1, 4...), (TCPOption.experiment2, 4...):
      let experiment = bytes.u16(at)
      let isFastOpen = experiment == TCPOption.fastOpenExperiment
      add("experiment", at: at, 2, .hex(UInt64(experiment), digits: 4), isFastOpen ? "fast open" : "")
      if length > 4 { add(isFastOpen ? "cookie" : "data", at: at + 2, length - 4, .octets) }
    default: add("data", at: at, length - 2, .octets)
    }
  }

  /// What the first SACK block says, which needs the acknowledgment and the second block.
  private func sackMeaning(_ bytes: Bytes) -> StaticString {
    var packet = Packet()
    guard let header = try? TCPHeader(bytes) else { return "" }
    packet.tcp.begin(header)
    takeTCPOptions(bytes, min(header.headerLength, bytes.count), &packet)
    return packet.tcp.isDuplicateSACK ? "duplicate: octets received twice" : ""
  }
}

/// What the registry calls an option.
func tcpOptionName(_ kind: UInt8) -> StaticString {
  switch kind {
  case TCPOption.end: "end of options"
  case TCPOption.noOperation: "no operation"
  case TCPOption.maximumSegmentSize: "maximum segment size"
  case TCPOption.windowScale: "window scale"
  case TCPOption.sackPermitted: "SACK permitted"
  case TCPOption.sack: "SACK"
  case 6: "echo (obsolete)"
  case 7: "echo reply (obsolete)"
  case TCPOption.timestamps: "timestamps"
  case 11: "connection count (obsolete)"
  case 12: "connection count new (obsolete)"
  case 13: "connection count echo (obsolete)"
  case 14: "alternate checksum request (obsolete)"
  case 15: "alternate checksum (obsolete)"
  case TCPOption.md5: "MD5 signature"
  case 27: "quick start response"
  case TCPOption.userTimeout: "user timeout"
  case TCPOption.authentication: "authentication"
  case TCPOption.multipath: "multipath"
  case TCPOption.fastOpen: "fast open"
  case TCPOption.encryption: "encryption negotiation"
  case TCPOption.accurateECN0: "accurate ECN, order 0"
  case TCPOption.accurateECN1: "accurate ECN, order 1"
  case TCPOption.experiment1, TCPOption.experiment2: "experiment"
  default: ""
  }
}

/// Multipath subtypes (RFC 8684 section 8.2).
public func multipathSubtypeName(_ subtype: UInt8) -> StaticString {
  switch subtype {
  case 0: "MP_CAPABLE"
  case 1: "MP_JOIN"
  case 2: "DSS"
  case 3: "ADD_ADDR"
  case 4: "REMOVE_ADDR"
  case 5: "MP_PRIO"
  case 6: "MP_FAIL"
  case 7: "MP_FASTCLOSE"
  case 8: "MP_TCPRST"
  case 15: "MP_EXPERIMENTAL"
  default: ""
  }
}
