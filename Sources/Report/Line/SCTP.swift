// Stream Control Transmission Protocol (RFC 9260), as text.

internal import Wire

extension LinePrinter {
  /// An SCTP packet and its chunks.
  mutating func sctp(_ bytes: Bytes, _ length: Int, _ outer: Outer) throws(Cut) {
    reading = "sctp"
    if length < 12 {
      out.write("truncated-sctp - ")
      out.write(unsigned: 12 &- length)
      out.write(" bytes missing!")
      return
    }
    guard bytes.count >= 12 else {
      truncated()
      return
    }
    out.write(outer.source, version: outer.version)
    out.write(octet: 46)
    out.write(decimal: bytes.u16(0))
    out.write(" > ")
    out.write(outer.destination, version: outer.version)
    out.write(octet: 46)
    out.write(decimal: bytes.u16(2))
    out.write(": sctp")
    forces(bytes.u16(0))
    forces(bytes.u16(2))
    var separator: StaticString = options.verbosity >= 2 ? "\n\t" : " ("
    var at = 12
    var number = 0
    while at < length {
      number &+= 1
      if length &- at < 4 {
        chunkStart(separator, number)
        out.write("[chunk descriptor cut off at end of packet]")
        return
      }
      guard bytes.has(at, 4) else {
        truncated()
        return
      }
      let size = Int(bytes.u16(at &+ 2))
      let padding = (4 &- size % 4) % 4
      if size < 4 || length &- at < padding {
        chunkStart(separator, number)
        out.write("[Bad chunk length ")
        out.write(unsigned: size)
        out.write(size < 4 ? ", < size of chunk descriptor]" : ", > remaining data in packet]")
        return
      }
      guard bytes.has(at, size) else {
        truncated()
        return
      }
      chunkStart(separator, number)
      if !chunk(bytes.extracting(at..<at &+ size)) { return }
      if options.verbosity < 2 { separator = ", (" }
      at &+= size
      if padding > 0, !bytes.has(at, padding) {
        truncated()
        return
      }
      at &+= padding
    }
  }

  /// "1) "
  private mutating func chunkStart(_ separator: StaticString, _ number: Int) {
    out.write(separator)
    out.write(unsigned: number)
    out.write(") ")
  }

  /// The channels of ForCES (RFC 5811) by their ports.
  private mutating func forces(_ port: UInt16) {
    switch port {
    case 6704: out.write("[ForCES HP]")
    case 6705: out.write("[ForCES MP]")
    case 6706: out.write("[ForCES LP]")
    default: break
    }
  }

  /// One chunk. False when its length lies and nothing more can be read.
  private mutating func chunk(_ bytes: Bytes) -> Bool {
    out.write("[")
    switch bytes[0] {
    case 0x00: out.write("DATA")
    case 0x01: out.write("INIT")
    case 0x02: out.write("INIT ACK")
    case 0x03: out.write("SACK")
    case 0x04: out.write("HB REQ")
    case 0x05: out.write("HB ACK")
    case 0x06: out.write("ABORT")
    case 0x07: out.write("SHUTDOWN")
    case 0x08: out.write("SHUTDOWN ACK")
    case 0x09: out.write("OP ERR")
    case 0x0a: out.write("COOKIE ECHO")
    case 0x0b: out.write("COOKIE ACK")
    case 0x0c: out.write("ECN ECHO")
    case 0x0d: out.write("ECN CWR")
    case 0x0e: out.write("SHUTDOWN COMPLETE")
    case 0xc0: out.write("FOR CUM TSN")
    case 0xc1: out.write("REL CTRL")
    case 0xc2: out.write("REL CTRL ACK")
    default:
      out.write("Unknown chunk type: 0x")
      out.write(hex: bytes[0])
    }
    out.write("] ")
    switch bytes[0] {
    case 0x00: return data(bytes)
    case 0x01, 0x02: return initiation(bytes)
    case 0x03: return selective(bytes)
    default: return true
    }
  }

  private mutating func bogus(_ length: Int) -> Bool {
    out.write("bogus chunk length ")
    out.write(unsigned: length)
    out.write("]")
    return false
  }

  private mutating func value(_ name: StaticString, _ value: UInt32) {
    out.write(name)
    out.write(decimal: value)
    out.write("] ")
  }

  private mutating func data(_ bytes: Bytes) -> Bool {
    let flags = bytes[1]
    if flags & 4 != 0 { out.write("(U)") }
    if flags & 2 != 0 { out.write("(B)") }
    if flags & 1 != 0 { out.write("(E)") }
    if flags & 7 != 0 { out.write(octet: 32) }
    if bytes.count < 16 { return bogus(bytes.count) }
    value("[TSN: ", bytes.u32(4))
    value("[SID: ", UInt32(bytes.u16(8)))
    value("[SSEQ ", UInt32(bytes.u16(10)))
    out.write("[PPID ")
    payloadProtocol(bytes.u32(12))
    out.write("] ")
    if bytes.count == 16 { return bogus(bytes.count) }
    if options.verbosity >= 2 {
      out.write("[Payload")
      if options.showsUnknown {
        out.write(":")
        hexAndASCII(bytes.extracting(droppingFirst: 16))
      }
      out.write("]")
    }
    return true
  }

  private mutating func payloadProtocol(_ number: UInt32) {
    let names: [StaticString] = [
      "", "ISDN Q.921", "M2UA", "M3UA", "SUA", "M2PA", "V5.2", "H.248", "BICC", "TALI", "DUA", "ASAP", "ENRP",
      "H.323", "Q.IPC", "SIMCO", "DDPSC", "DDPSSC", "S1AP", "RUA", "HNBAP", "ForCES HP", "ForCES MP",
      "ForCES LP",
      "SBc-AP", "NBAP", "", "X2AP",
    ]
    if number > 0, number < 28, number != 26 {
      out.write(names[Int(number)])
    } else {
      out.write("0x")
      out.write(hex: number)
    }
  }

  private mutating func initiation(_ bytes: Bytes) -> Bool {
    if bytes.count < 20 { return bogus(bytes.count) }
    value("[init tag: ", bytes.u32(4))
    value("[rwnd: ", bytes.u32(8))
    value("[OS: ", UInt32(bytes.u16(12)))
    value("[MIS: ", UInt32(bytes.u16(14)))
    value("[init TSN: ", bytes.u32(16))
    return true
  }

  private mutating func selective(_ bytes: Bytes) -> Bool {
    if bytes.count < 16 { return bogus(bytes.count) }
    let cumulative = bytes.u32(4)
    value("[cum ack ", cumulative)
    value("[a_rwnd ", bytes.u32(8))
    let gaps = Int(bytes.u16(12))
    let duplicates = Int(bytes.u16(14))
    value("[#gap acks ", UInt32(gaps))
    value("[#dup tsns ", UInt32(duplicates))
    var at = 16
    for i in 0..<gaps {
      if at == bytes.count { break }
      if bytes.count &- at < 4 { return bogus(bytes.count) }
      out.write("\n\t\t[gap ack block #")
      out.write(unsigned: i &+ 1)
      out.write(": start = ")
      out.write(decimal: cumulative &+ UInt32(bytes.u16(at)))
      out.write(", end = ")
      out.write(decimal: cumulative &+ UInt32(bytes.u16(at &+ 2)))
      out.write("] ")
      at &+= 4
    }
    for i in 0..<duplicates {
      if at == bytes.count { break }
      if bytes.count &- at < 4 { return bogus(bytes.count) }
      out.write("\n\t\t[dup TSN #")
      out.write(unsigned: i &+ 1)
      out.write(": ")
      out.write(decimal: bytes.u32(at))
      out.write("] ")
      at &+= 4
    }
    return true
  }
}
