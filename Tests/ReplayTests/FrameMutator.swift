// Frames changed by a seeded hand: the same seed makes the same frames on every machine.

/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
struct Dice: Sendable {
  private var state: UInt64

  /// The seed decides everything that follows.
  init(seed: UInt64) { state = seed }

  /// The next number.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z &>> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z &>> 31)
  }

  /// A number below `bound`; 0 when there is none.
  mutating func below(_ bound: Int) -> Int {
    // A shift binds closer than a product.
    bound <= 0 ? 0 : Int(truncatingIfNeeded: ((next() &>> 32) &* UInt64(bound)) &>> 32)
  }
}

/// Makes frames out of frames.
struct FrameMutator {
  /// The longest frame it makes.
  static let lengthMax = 2048
  /// Values at which lengths and counts are off by one.
  private static let boundaries: [UInt8] = [
    0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 63, 64, 127, 128, 191, 192, 254, 255,
  ]
  /// Numbers that announce another layer than the one that follows: EtherTypes, and IP protocols as two
  /// octets.
  private static let etherTypes: [(UInt8, UInt8)] = [
    (0x08, 0x00), (0x08, 0x06), (0x81, 0x00), (0x86, 0xdd), (0x88, 0x47), (0x88, 0x63), (0x88, 0x64),
    (0x88, 0xa8),
    (0x65, 0x58), (0x88, 0xbe), (0x22, 0xeb), (0x00, 0x40),
  ]
  private static let protocols: [UInt8] = [
    0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135, 136, 139, 140, 255,
  ]
  private static let ports: [UInt16] = [
    53, 67, 68, 80, 123, 443, 546, 547, 2152, 3544, 4789, 5353, 5355, 6081, 8472, 1701, 500, 4500, 161, 514,
    179,
  ]

  private let seeds: [StoredFrame]
  private(set) var dice: Dice

  /// A mutator of `seeds`, of which there has to be one.
  init(_ seeds: [StoredFrame], seed: UInt64) {
    precondition(!seeds.isEmpty, "frames come from frames")
    self.seeds = seeds
    dice = Dice(seed: seed)
  }

  /// One frame, changed one to six times. `octets` keeps its room from frame to frame.
  mutating func next(into octets: inout [UInt8]) -> StoredFrame {
    let seed = seeds[dice.below(seeds.count)]
    octets.removeAll(keepingCapacity: true)
    octets.append(contentsOf: seed.octets.prefix(FrameMutator.lengthMax))
    var record = seed
    record.octets = []
    for _ in 0...dice.below(6) { change(&octets) }
    record.wireLength = wireLength(octets.count)
    if dice.below(64) == 0 { record.link = Frames.links[dice.below(Frames.links.count)] }
    if dice.below(16) == 0 { record.fcsLength = dice.below(8) }
    return record
  }

  /// Mostly as long as captured; else longer, now and then a lie.
  private mutating func wireLength(_ captured: Int) -> Int {
    switch dice.below(8) {
    case 0: captured + dice.below(64)
    case 1: captured + dice.below(70_000)
    case 2 where dice.below(8) == 0: dice.below(captured + 1)
    default: captured
    }
  }

  private mutating func change(_ octets: inout [UInt8]) {
    // Headers are where the decisions are: half of all changes hit the first octets.
    let reach = dice.below(2) == 0 ? min(octets.count, 96) : octets.count
    let at = dice.below(reach)
    switch dice.below(14) {
    case 0, 1: if at < octets.count { octets[at] ^= 1 << UInt8(dice.below(8)) }
    case 2: if at < octets.count { octets[at] = UInt8(truncatingIfNeeded: dice.next()) }
    case 3, 4: if at < octets.count { octets[at] = pick(FrameMutator.boundaries) }
    case 5: octets.removeLast(dice.below(octets.count + 1))
    case 6: extend(&octets)
    case 7, 8: lie(&octets, at)
    case 9: splice(&octets, at)
    case 10: if at < octets.count { octets.removeSubrange(at..<min(octets.count, at + 1 + dice.below(8))) }
    case 11: repeatPart(&octets, at)
    case 12: announce(&octets, at)
    default: number(&octets, at)
    }
  }

  private mutating func pick(_ values: [UInt8]) -> UInt8 { values[dice.below(values.count)] }

  private mutating func extend(_ octets: inout [UInt8]) {
    let more = min(dice.below(300), FrameMutator.lengthMax - octets.count)
    let octet = pick(FrameMutator.boundaries)
    for _ in 0..<max(0, more) { octets.append(octet) }
  }

  /// Two octets that are a length near what is left of the frame, or far from it.
  private mutating func lie(_ octets: inout [UInt8], _ at: Int) {
    guard at + 1 < octets.count else { return }
    let left = octets.count - at
    let value = [
      left, left - 1, left + 1, left - dice.below(40), left + dice.below(40), 0, 1, 8, 20, 0x7fff, 0xffff,
    ]
    let length = UInt16(truncatingIfNeeded: value[dice.below(value.count)])
    octets[at] = UInt8(length >> 8)
    octets[at + 1] = UInt8(length & 255)
  }

  /// The end of another frame behind the start of this one: a layer on a layer that never carries it.
  private mutating func splice(_ octets: inout [UInt8], _ at: Int) {
    let other = seeds[dice.below(seeds.count)].octets
    let from = dice.below(min(other.count, 96))
    octets.removeLast(octets.count - at)
    octets.append(contentsOf: other[from...].prefix(FrameMutator.lengthMax - at))
  }

  /// The same octets once more: options, extension headers, records, tags upon tags.
  private mutating func repeatPart(_ octets: inout [UInt8], _ at: Int) {
    let end = min(octets.count, at + 1 + dice.below(24))
    guard at < end else { return }
    let part = Array(octets[at..<end])
    for _ in 0...dice.below(4) where octets.count + part.count <= FrameMutator.lengthMax {
      octets.insert(contentsOf: part, at: at)
    }
  }

  /// Another protocol's number where such a number may stand.
  private mutating func announce(_ octets: inout [UInt8], _ at: Int) {
    if dice.below(2) == 0, octets.count > 24 {
      // The protocol of an IPv4 header behind Ethernet, the next header of an IPv6 one, or anywhere.
      let place = [23, 20, 9, 6, at][dice.below(5)]
      octets[place] = pick(FrameMutator.protocols)
    } else if octets.count > 14 {
      let place = [12, 16, min(at, octets.count - 2)][dice.below(3)]
      guard place + 1 < octets.count else { return }
      let type = FrameMutator.etherTypes[dice.below(FrameMutator.etherTypes.count)]
      octets[place] = type.0
      octets[place + 1] = type.1
    }
  }

  /// A port that somebody listens at.
  private mutating func number(_ octets: inout [UInt8], _ at: Int) {
    let place = [34, 36, 54, 56, at][dice.below(5)]
    guard place + 1 < octets.count else { return }
    let port = FrameMutator.ports[dice.below(FrameMutator.ports.count)]
    octets[place] = UInt8(port >> 8)
    octets[place + 1] = UInt8(port & 255)
  }
}
