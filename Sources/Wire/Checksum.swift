// The Internet checksum (RFC 1071), verified when somebody asks and never on the way of a frame.

/// What verifying a checksum says.
public enum ChecksumVerdict: Equatable, Sendable {
  case good
  /// The field should have been `expected`.
  case bad(expected: UInt16)
  /// Not yet computed when the frame was captured: the field holds what the network card starts from. Never
  /// an error.
  case partial
  /// The sender computed none: 0 in UDP over IPv4 (RFC 768).
  case absent
  /// The octets it covers are not all here: the capture cut them, or they lie in other fragments.
  case unverifiable
}

/// Sums and their verdicts.
public enum Checksum {
  /// Adds the 16-bit words from `start` to `end` to `initial`; an odd octet at the end counts as the upper
  /// half of a word. The caller has checked the bounds.
  @inline(__always)
  public static func sum(_ bytes: Bytes, from start: Int, to end: Int, initial: UInt64 = 0) -> UInt64 {
    guard start < end else { return initial }
    return initial &+ UInt64(fold(words(bytes.extracting(start..<end))).byteSwapped)
  }

  /// The sum of all octets in the order of memory: both halves of every word are swapped, and the sum's in
  /// the end (RFC 1071 section 2). A carry is added at the other end at once, so that words of any width do.
  /// Two sums: each waits for its own carries only.
  @inline(__always)
  private static func words(_ octets: Bytes) -> UInt64 {
    var octets = octets
    var (sum, other) = (rest(octets), UInt64(0))
    while octets.count >= 32 {
      let part = octets.extracting(0..<32)
      sum = sum.addingAround(part.word(0)).addingAround(part.word(8))
      other = other.addingAround(part.word(16)).addingAround(part.word(24))
      octets = octets.extracting(32..<octets.count)
    }
    if octets.count >= 16 {
      let part = octets.extracting(0..<16)
      sum = sum.addingAround(part.word(0))
      other = other.addingAround(part.word(8))
      octets = octets.extracting(16..<octets.count)
    }
    if octets.count >= 8 { sum = sum.addingAround(octets.extracting(0..<8).word(0)) }
    return sum.addingAround(other)
  }

  /// The octets behind the last whole word, as a word: of the last eight, if there are so many, those before
  /// them are shifted out.
  @inline(__always)
  private static func rest(_ octets: Bytes) -> UInt64 {
    let count = octets.count
    let rest = count & 7
    if rest == 0 { return 0 }
    if count >= 8 {
      let word = octets.extracting(count &- 8..<count).word(0)
      return word &>> UInt64(truncatingIfNeeded: 64 &- 8 &* rest)
    }
    var (word, at) = (UInt64(0), count)
    while at > 0 {
      at &-= 1
      word = word &<< 8 | UInt64(octets[at])
    }
    return word
  }

  /// Folds a sum into 16 bits, carries added at the other end: a half that is added to the other, turned
  /// around, leaves its carry where it belongs.
  @inline(__always)
  public static func fold(_ sum: UInt64) -> UInt16 {
    let word = UInt32(truncatingIfNeeded: (sum &+ (sum &>> 32 | sum &<< 32)) &>> 32)
    return UInt16(truncatingIfNeeded: (word &+ (word &>> 16 | word &<< 16)) &>> 16)
  }

  /// The sum of the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1): addresses, protocol, length.
  public static func pseudoHeader(
    source: IPAddress, destination: IPAddress, protocol number: IPProtocol, length: Int
  ) -> UInt64 {
    var sum = UInt64(number.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length))
    // An IPv4 address's ::ffff: adds all ones, which is nothing in this arithmetic.
    sum &+= halves(source.high) &+ halves(source.low)
    sum &+= halves(destination.high) &+ halves(destination.low)
    return sum
  }

  /// A number's upper and lower half, added.
  private static func halves(_ word: UInt64) -> UInt64 { (word &>> 32) &+ (word & 0xffff_ffff) }

  /// The header checksum of the IPv4 packet at the start of `bytes`. A field of 0 that should be something
  /// else was left to the network card.
  public static func ipv4Header(_ bytes: Bytes) -> ChecksumVerdict {
    guard let header = try? IPv4Header(bytes), header.headerLength >= IPv4Header.lengthMin,
      header.headerLength <= bytes.count
    else { return .unverifiable }
    let whole = sum(bytes, from: 0, to: header.headerLength)
    if fold(whole) == 0xffff { return .good }
    if header.checksum == 0 { return .partial }
    return .bad(expected: ~fold(whole &+ UInt64(~header.checksum)))
  }

  /// Verifies the segment of a plain frame of TCP, whose octets `bytes` are.
  @inlinable @inline(__always)
  public static func segment(_ bytes: Bytes, _ shape: PlainShape) -> ChecksumVerdict {
    segment(
      bytes, at: shape.transport, end: shape.network &+ shape.total,
      addresses: shape.version == 4 ? 8 : 32)
  }

  /// Verifies a segment that stands, with nothing between, behind so many octets of its addresses: they are
  /// summed up with it.
  public static func segment(
    _ bytes: Bytes, at start: Int, end: Int, addresses: Int
  ) -> ChecksumVerdict {
    guard addresses <= start, TCPHeader.lengthMin <= end &- start, end <= bytes.count else {
      return .unverifiable
    }
    let octets = bytes.extracting(start &- addresses..<end)
    // Protocol and length, in the order of memory as well.
    let length = UInt32(truncatingIfNeeded: end &- start &+ Int(IPProtocol.tcp.rawValue))
    if fold(words(octets).addingAround(UInt64(length.byteSwapped))) == 0xffff { return .good }
    return damaged(octets, behind: addresses)
  }

  /// What is wrong with a segment that does not add up, which stands behind its addresses.
  @inline(never)
  private static func damaged(_ octets: Bytes, behind addresses: Int) -> ChecksumVerdict {
    let length = octets.count &- addresses
    let pseudo = UInt64(IPProtocol.tcp.rawValue) &+ UInt64(UInt32(truncatingIfNeeded: length))
    return message(
      octets.extracting(addresses..<octets.count), field: TCPHeader.checksumOffset, length: length,
      pseudo: sum(octets, from: 0, to: addresses, initial: pseudo))
  }

  /// The checksum of the message at the start of `bytes`, whose field stands at `field` and covers `length`
  /// octets after `pseudo`. `pseudo` is nil for protocols without a pseudo-header; `length` is what the
  /// pseudo-header told.
  public static func message(
    _ bytes: Bytes, field: Int, length: Int, pseudo: UInt64?
  ) -> ChecksumVerdict {
    guard length >= field &+ 2, bytes.count >= length else { return .unverifiable }
    let found = bytes.u16(field)
    let whole = sum(bytes, from: 0, to: length, initial: pseudo ?? 0)
    if fold(whole) == 0xffff { return .good }
    if let pseudo {
      // Linux and most others leave the folded pseudo-header to the card, uninverted; Microsoft's large send
      // offload leaves out the length, which the card fills in for each segment.
      if found == fold(pseudo) || found == fold(pseudo &- UInt64(UInt32(truncatingIfNeeded: length))) {
        return .partial
      }
    }
    return .bad(expected: ~fold(whole &+ UInt64(~found)))
  }
}

extension UInt64 {
  /// The sum, the carry added at the other end.
  @inline(__always)
  fileprivate func addingAround(_ other: UInt64) -> UInt64 {
    let (sum, carry) = addingReportingOverflow(other)
    return sum &+ (carry ? 1 : 0)
  }
}

extension Packet {
  /// Where the header of the innermost TCP segment begins; negative when there is none.
  public mutating func segmentOffset() -> Int {
    if plainTransport > 0, hasTCP { return plainTransport }
    var layer = layerCount &- 1
    while layer >= 0, layers[layer].kind != .tcp { layer &-= 1 }
    return layer < 0 ? -1 : Int(layers[layer].offset)
  }

  /// Verifies the checksum of the innermost TCP segment of this packet, whose octets `bytes` are; nil when
  /// there is none. Of a plain frame, everything that the checksum covers is known.
  ///
  /// `mutating`, though it changes nothing: a function that only reads is handed copies of the layers.
  public mutating func segmentChecksum(in bytes: Bytes) -> ChecksumVerdict? {
    let start = plainTransport
    guard start > 0, hasTCP else { return innerChecksum(in: bytes) }
    let isIPv6 = ipVersion == 6
    let end = start &- (isIPv6 ? IPv6Header.length : IPv4Header.lengthMin) &+ ipLength
    return Checksum.segment(bytes, at: start, end: end, addresses: isIPv6 ? 32 : 8)
  }

  /// The same of a packet that was not read on the straight path.
  @inline(never)
  private mutating func innerChecksum(in bytes: Bytes) -> ChecksumVerdict? {
    var layer = layerCount &- 1
    while layer >= 0, layers[layer].kind != .tcp { layer &-= 1 }
    return checksum(ofLayer: layer, in: bytes)
  }

  /// Verifies the checksum of a layer of this packet, whose octets `bytes` are; nil when the layer has none
  /// that we verify.
  public func checksum(ofLayer index: Int, in bytes: Bytes) -> ChecksumVerdict? {
    guard index >= 0, index < layerCount else { return nil }
    let layer = layers[index]
    let start = min(Int(layer.offset), bytes.count)
    let end = min(start &+ Int(layer.length), bytes.count)
    let octets = bytes.extracting(start..<end)
    switch layer.kind {
    case .ipv4: return Checksum.ipv4Header(octets)
    case .tcp, .udp, .udpLite, .icmp, .icmpv6, .igmp:
      guard let around = envelope(ofLayer: index, in: bytes) else { return .unverifiable }
      return Packet.messageChecksum(layer, octets, around)
    default: return nil
    }
  }

  /// What the IP layer around a message says of it.
  private struct Envelope {
    var version: UInt8
    var source, destination: IPAddress
    var isFragment: Bool
  }

  /// Finds the IP layer around a layer: its addresses, the last of a route when the packet is still on its
  /// way there, and whether it is a fragment.
  private func envelope(ofLayer index: Int, in bytes: Bytes) -> Envelope? {
    var isFragment = false
    var final: IPAddress?
    for i in stride(from: index &- 1, through: 0, by: -1) {
      let start = min(Int(layers[i].offset), bytes.count)
      let octets = bytes.extracting(start..<bytes.count)
      switch layers[i].kind {
      case .fragment:
        guard let header = try? FragmentHeader(octets) else { return nil }
        isFragment = header.moreFragments || header.offset > 0
      case .routing:
        guard let header = try? RoutingHeader(octets) else { return nil }
        if let at = header.finalAddressOffset() {
          guard octets.count >= at &+ 16 else { return nil }
          final = IPAddress(ipv6: octets, at: at)
        }
      case .ipv4:
        guard let header = try? IPv4Header(octets) else { return nil }
        var destination = header.destination
        if let at = ipv4FinalAddressOffset(octets, header.headerLength) { destination = octets.u32(at) }
        return Envelope(
          version: 4, source: IPAddress(ipv4: header.source), destination: IPAddress(ipv4: destination),
          isFragment: header.moreFragments || header.fragmentOffset > 0)
      case .ipv6:
        guard let header = try? IPv6Header(octets) else { return nil }
        return Envelope(
          version: 6, source: header.source, destination: final ?? header.destination, isFragment: isFragment)
      case .hopByHop, .destinationOptions, .ah: continue
      default: return nil
      }
    }
    return nil
  }

  /// Verifies a message: which octets its checksum covers, and whether with a pseudo-header.
  private static func messageChecksum(
    _ layer: Layer, _ octets: Bytes, _ around: Envelope
  ) -> ChecksumVerdict {
    if around.isFragment { return .unverifiable }
    var length = Int(layer.length)
    var number = IPProtocol.tcp
    let field: Int
    switch layer.kind {
    case .tcp: field = TCPHeader.checksumOffset
    case .icmp, .igmp: return Checksum.message(octets, field: 2, length: length, pseudo: nil)
    case .icmpv6:
      field = 2
      number = .icmpv6
    default:
      guard let header = try? UDPHeader(octets) else { return .unverifiable }
      field = 6
      number = layer.kind == .udp ? .udp : .udpLite
      if layer.kind == .udpLite { return liteChecksum(octets, header, length, around) }
      if header.checksum == 0 && around.version == 4 { return .absent }
      if header.length > length { return .unverifiable }
      if header.length > 0 { length = header.length }
    }
    let pseudo = Checksum.pseudoHeader(
      source: around.source, destination: around.destination, protocol: number, length: length)
    let verdict = Checksum.message(octets, field: field, length: length, pseudo: pseudo)
    // A UDP sender whose sum is 0 sends all ones: 0 is no checksum (RFC 768).
    if number == .udp, verdict == .bad(expected: 0) { return .bad(expected: 0xffff) }
    return verdict
  }

  /// UDP-Lite: the pseudo-header tells the whole length, the checksum covers what the header says (RFC 3828
  /// section 3.1).
  private static func liteChecksum(
    _ octets: Bytes, _ header: UDPHeader, _ length: Int, _ around: Envelope
  ) -> ChecksumVerdict {
    let pseudo = Checksum.pseudoHeader(
      source: around.source, destination: around.destination, protocol: .udpLite, length: length)
    return Checksum.message(
      octets, field: 6, length: header.length == 0 ? length : min(header.length, length), pseudo: pseudo)
  }
}
