// How `-V` writes the value of a field.

internal import Wire

extension FieldsPrinter {
  /// The most octets of a text, and of octets, that one row shows.
  private static let textMax = 240
  private static let octetsMax = 24

  /// The value of a field.
  mutating func write(_ node: FieldNode, _ bytes: Bytes) {
    let start = min(max(0, node.offset), bytes.count)
    let end = min(max(start, node.offset &+ node.length), bytes.count)
    switch node.value {
    case .bits(let number, let mask): write(bits: number, mask: mask, octets: node.length)
    case .text:
      let shown = min(end &- start, FieldsPrinter.textMax)
      out.write(
        text: bytes.extracting(start..<textEnd(bytes, start, start &+ shown)), for: .terminal)
      if end &- start > shown { out.write("...") }
    case .octets:
      let shown = min(end &- start, FieldsPrinter.octetsMax)
      write(octets: bytes.extracting(start..<start &+ shown), more: end &- start > shown)
    case .domain(let message):
      guard message >= 0, message <= start else { return }
      if !out.write(domain: bytes.extracting(message..<bytes.count), at: start &- message, for: .terminal) {
        out.write("...")
      }
    case .address(let address) where node.length == 16: out.write(ipv6: address)
    default: write(plain: node.value)
    }
  }

  /// Where a text ends without the zeros or the line end behind it.
  private func textEnd(_ bytes: Bytes, _ start: Int, _ end: Int) -> Int {
    var last = end
    while last > start, bytes[last &- 1] == 0 || bytes[last &- 1] == 10 || bytes[last &- 1] == 13 {
      last &-= 1
    }
    return last
  }

  /// A value that needs no octets of the frame.
  mutating func write(plain value: FieldValue) {
    switch value {
    case .none, .bits, .text, .octets, .domain: return
    case .number(let number): out.write(decimal: number)
    case .signed(let number): out.write(signed: Int(number))
    case .fixed(let number, let fractionBits): write(fixed: number, fractionBits)
    case .hex(let number, let digits):
      out.write("0x")
      out.write(hex: number, width: digits)
    case .flag(let isSet): out.write(isSet ? "set" : "not set")
    case .mac(let address): out.write(mac: address)
    case .address(let address): out.write(address, version: address.ipv4 == nil ? 6 : 4)
    case .time(let nanoseconds): write(time: nanoseconds)
    }
  }

  /// Some bits of a field: where they are in it, and their value. One bit alone is set or not.
  private mutating func write(bits number: UInt64, mask: UInt64, octets: Int) {
    let width = min(64, max(8, octets &* 8))
    for i in 0..<width {
      if i > 0, i % 4 == 0 { out.write(octet: 32) }
      let bit = UInt64(1) &<< UInt64(width &- 1 &- i)
      out.write(octet: mask & bit == 0 ? 46 : number & bit == 0 ? 48 : 49)
    }
    out.write("  ")
    if mask & (mask &- 1) == 0 {
      out.write(number & mask == 0 ? "not set" : "set")
    } else {
      out.write(decimal: (number & mask) &>> UInt64(mask.trailingZeroBitCount))
    }
  }

  /// A binary fraction with six decimals.
  private mutating func write(fixed number: UInt64, _ fractionBits: Int) {
    let bits = UInt64(min(32, max(1, fractionBits)))
    out.write(decimal: number &>> bits)
    out.write(octet: 46)
    let fraction = number & ((1 &<< bits) &- 1)
    out.write(decimal: (fraction &* 1_000_000) &>> bits, width: 6)
  }

  /// Octets in hexadecimal digits, in fours.
  mutating func write(octets bytes: Bytes, more: Bool) {
    for i in 0..<bytes.count {
      if i > 0, i % 4 == 0 { out.write(octet: 32) }
      out.write(hexOctet: bytes[i])
    }
    if more { out.write(" ...") }
  }
}

extension OctetBuffer {
  /// A name in lower snake case as words.
  mutating func write(words name: StaticString) {
    let start = count
    write(name)
    replace(95, by: 32, from: start)
  }
}

/// What octets that no field claims are, by where they lie.
struct UnclaimedPart {
  var name: StaticString
  var length: Int

  /// The part that begins at `offset` and ends at `end` at the latest.
  init(at offset: Int, upTo end: Int, _ packet: inout Packet) {
    let checkStart = packet.wireLength &- packet.fcsLength
    let padding = packet.paddingLength
    let trailerStart = packet.trailerOffset &+ padding
    let payloadEnd = packet.payloadOffset &+ packet.payloadCaptured
    var limit = end
    if packet.fcsLength > 0, offset >= checkStart {
      name = "frame check sequence"
    } else if packet.trailerLength > padding, offset >= trailerStart {
      name = "trailer"
      limit = packet.fcsLength > 0 ? checkStart : end
    } else if padding > 0, offset >= packet.trailerOffset {
      name = "padding"
      limit = trailerStart
    } else if offset >= packet.payloadOffset, offset < payloadEnd, packet.payloadLength > 0 {
      name = "payload"
      limit = payloadEnd
    } else {
      name = "unclaimed"
      // Up to where something begins that is known.
      if checkStart > offset { limit = min(limit, checkStart) }
      if packet.trailerOffset > offset { limit = min(limit, packet.trailerOffset) }
      if packet.payloadOffset > offset { limit = min(limit, packet.payloadOffset) }
    }
    length = max(1, min(limit, end) &- offset)
  }
}
