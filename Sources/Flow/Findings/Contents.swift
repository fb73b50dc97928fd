// What segments carried: a repeat that carries other octets than what it repeats was not made by its sender.

internal import Wire

/// The last segments with octets, of all connections together, each with a print of what it carried. One
/// table of fixed size: repeats come soon after what they repeat, and what is not remembered is not compared.
struct Contents {
  /// Segments that are remembered.
  static let entriesMax = 1 << 13
  /// Octets that a print is made of, from the beginning, the middle and the end: all of short segments.
  private static let pieceMax = 64

  private struct Entry {
    /// Of flow, end and number; 0 for none.
    var place: UInt32 = 0
    var print: UInt32 = 0
    var length: UInt16 = 0
    /// What the octets add up to, as the sender's checksum has it.
    var sum: UInt16 = 0
    var frame: (UInt32, UInt32) = (0, 0)
  }

  private var entries: [Entry] = []

  /// Octets of memory: none before the first segment, and then the most.
  var octets: Int { entries.count * MemoryLayout<Entry>.stride }
  static var octetsMax: Int { entriesMax * MemoryLayout<Entry>.stride }

  /// Takes a segment's octets and its header's. The frame that has carried others in their place; 0 for none.
  ///
  /// A frame that was damaged on its way differs from its repeat, and nobody lies: its checksum is still that
  /// of the octets which the sender meant, and so is the repeat's.
  @inline(__always)
  mutating func take(
    _ octets: Bytes, _ header: Bytes, from source: IPAddress, to destination: IPAddress, flow: UInt64,
    _ side: FlowSide, _ frame: UInt64, isRepeat: Bool
  ) -> UInt64 {
    if entries.isEmpty { entries = [Entry](repeating: Entry(), count: Contents.entriesMax) }
    let number = UInt64(header.u32(4)) &<< 1 | UInt64(side.rawValue)
    let hash = mix(flow &* 0x9e37_79b9_7f4a_7c15 ^ number)
    let at = Int(truncatingIfNeeded: hash) & (Contents.entriesMax &- 1)
    let place = UInt32(truncatingIfNeeded: hash &>> 32) | 1
    let length = UInt16(truncatingIfNeeded: octets.count)
    let isKnown = entries[at].place == place && entries[at].length == length
    if !isRepeat || !isKnown {
      entries[at] = Entry(
        place: place, print: print(octets), length: length,
        sum: meantSum(source, destination, header, length: octets.count),
        frame: (UInt32(truncatingIfNeeded: frame), UInt32(truncatingIfNeeded: frame &>> 32)))
      return 0
    }
    if entries[at].print == print(octets) { return 0 }
    // They differ: both are looked at as a whole now.
    let meant = meantSum(source, destination, header, length: octets.count)
    if entries[at].sum == Contents.fold(Contents.words(octets)) || entries[at].sum == meant { return 0 }
    return UInt64(entries[at].frame.1) &<< 32 | UInt64(entries[at].frame.0)
  }

  private func print(_ octets: Bytes) -> UInt32 {
    var hash: UInt64 = 0
    let count = octets.count
    if count <= 2 * Contents.pieceMax {
      add(octets, &hash)
    } else {
      let half = Contents.pieceMax / 2
      add(octets.extracting(0..<Contents.pieceMax), &hash)
      add(octets.extracting(count / 2..<count / 2 &+ half), &hash)
      add(octets.extracting(count &- half..<count), &hash)
    }
    return UInt32(truncatingIfNeeded: hash &>> 32)
  }

  /// Adds octets to a print, eight at a time and then those that are left.
  @inline(__always)
  private func add(_ octets: Bytes, _ hash: inout UInt64) {
    var at = 0
    while at &+ 8 <= octets.count {
      hash = mix(hash ^ octets.extracting(at..<at &+ 8).u64(0))
      at &+= 8
    }
    guard at < octets.count else { return }
    var rest = UInt64(octets.count &- at)
    while at < octets.count {
      rest = rest &<< 8 | UInt64(octets[at])
      at &+= 1
    }
    hash = mix(hash ^ rest)
  }

  @inline(__always)
  private func mix(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xa076_1d64_78bd_642f).multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
    return product.high ^ product.low
  }

  /// The sum of the octets that the sender's checksum was made of, without a look at them (RFC 1624): the
  /// checksum's own, less those of the header and of what stands for IP's (RFC 9293 section 3.1).
  @inline(__always)
  private func meantSum(
    _ source: IPAddress, _ destination: IPAddress, _ header: Bytes, length: Int
  ) -> UInt16 {
    var sum: UInt64 = 6 &+ UInt64(truncatingIfNeeded: header.count &+ length)
    sum &+= source.high &>> 32 &+ source.high & 0xffff_ffff &+ source.low &>> 32 &+ source.low & 0xffff_ffff
    sum &+= destination.high &>> 32 &+ destination.high & 0xffff_ffff
    sum &+= destination.low &>> 32 &+ destination.low & 0xffff_ffff
    // The checksum stands among the other words, so that all together would make 0xffff.
    return Contents.fold(UInt64(~Contents.fold(sum &+ Contents.words(header))))
  }

  /// The words of octets, added up.
  private static func words(_ octets: Bytes) -> UInt64 { Checksum.sum(octets, from: 0, to: octets.count) }

  /// A sum of words as one of 16 bits, of which there is one zero.
  private static func fold(_ sum: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: sum % 0xffff) }
}

extension Tracker {
  /// What is no repeat of octets: it carries none, or one that means nothing.
  private static let without: Analysis = [.keepAlive, .zeroWindowProbe, .duplicateFrame]

  /// Holds the segment at hand against what it repeats, when it was captured whole.
  @inline(__always)
  mutating func compare(
    _ packet: inout Packet, _ frame: Frame, _ octets: Bytes, _ verdict: borrowing Verdict
  ) {
    guard packet.payloadCaptured == packet.payloadLength, packet.payloadOffset >= 0,
      table.slots[atHand].hasConnection,
      verdict.analysis.isDisjoint(with: Tracker.without)
    else { return }
    let (header, start) = (packet.segmentOffset(), packet.payloadOffset)
    guard header >= 0, header &+ TCPHeader.lengthMin <= start, start <= octets.count,
      packet.payloadLength <= octets.count &- start
    else { return }
    let (flow, side) = (verdict.flow, verdict.side)
    let earlier = contents.take(
      octets.extracting(start..<start &+ packet.payloadLength),
      octets.extracting(header..<start), from: packet.source, to: packet.destination, flow: flow, side,
      frame.number, isRepeat: verdict.analysis.contains(.retransmission))
    if earlier > 0 { contradict(side, frame, earlier) }
  }

  /// Notes that a segment carries other octets than the frame which came first.
  private mutating func contradict(_ side: FlowSide, _ frame: Frame, _ earlier: UInt64) {
    if table.slots[atHand].isBrief { unfold(atHand) }
    let connection = connections.place(of: atHand, &table)
    let place = details.place(of: connections.warm[connection].detail)
    details.details[place].isTouched = true
    for number in [earlier, frame.number] {
      details.details[place].evidence.note(.otherOctets, side, number, frame.time)
    }
    details.settle(place, connection, &connections.warm)
  }
}
