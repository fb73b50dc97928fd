// Packets that were seen a moment ago: what a copy, or a repeat, is known by.

internal import Wire

/// The last packets of all connections together, by what a copy has in common with its original. One table
/// of fixed size for the whole tracker: a copy follows its original by a moment, whichever connection it is
/// of.
struct Copies: ~Copyable {
  /// Packets that are remembered, by default.
  static let entriesMax = 1 << 14
  /// Places that a packet may take.
  private static let ways = 4
  /// A copy, or what is repeated, is looked for among this many last packets of its end: identifications
  /// repeat after 65,536.
  static let reach: UInt32 = 2048

  struct Entry {
    /// Of the end and the number of the packet's first octet.
    var place: UInt32 = 0
    /// Of everything else that a copy has in common with its original.
    var marks: UInt32 = 0
    var frame: UInt64 = 0
    /// Which packet of its end it was, counted from 1; 0 for none.
    var number: UInt32 = 0
    /// The way on which it was seen.
    var way: UInt16 = 0

    /// Whether it is of the same end, began with the same octet, and was seen lately.
    @inline(__always)
    func isNear(_ tag: UInt32, _ number: UInt32) -> Bool {
      place == tag && self.number != 0 && number &- self.number <= Copies.reach
    }
  }

  /// The places that a packet may take: all that is done with them is done at once, which asks for where they
  /// are once.
  struct Places {
    private var entries = InlineArray<4, Entry>(repeating: Entry())

    @inline(__always)
    mutating func original(
      _ tag: UInt32, _ marks: Marks, on way: UInt16
    ) -> (frame: UInt64, isElsewhere: Bool) {
      for i in 0..<Copies.ways where entries[i].marks == marks.marks && entries[i].isNear(tag, marks.number) {
        let isElsewhere = entries[i].way != way
        if marks.isTelling || isElsewhere { return (entries[i].frame, isElsewhere) }
      }
      return (0, false)
    }

    func earlier(_ tag: UInt32, _ number: UInt32) -> UInt64 {
      var latest: UInt64 = 0
      for i in 0..<Copies.ways where entries[i].isNear(tag, number) { latest = max(latest, entries[i].frame) }
      return latest
    }

    @inline(__always)
    mutating func remember(_ tag: UInt32, _ entry: Entry) {
      var (oldest, oldestSame, same) = (0, 0, 0)
      var (least, leastSame) = (UInt64.max, UInt64.max)
      for i in 0..<Copies.ways {
        let frame = entries[i].frame
        if frame < least { (oldest, least) = (i, frame) }
        guard entries[i].place == tag, entries[i].number != 0 else { continue }
        if frame < leastSame { (oldestSame, leastSame) = (i, frame) }
        same += 1
      }
      entries[same < 2 ? oldest : oldestSame] = entry
    }
  }

  /// Not an array: each packet asks for its places twice, and an array would ask who else holds it.
  private var places = Slab<Places>()
  private let mask: Int
  private let secret: FlowSecret

  /// Octets of memory.
  static var octetsMax: Int { entriesMax / ways * MemoryLayout<Places>.stride }

  /// Room for `count` packets, a power of two.
  init(_ count: Int = entriesMax, secret: FlowSecret) {
    var size = Copies.ways
    while size < count { size *= 2 }
    for _ in 0..<size / Copies.ways { _ = places.append(Places()) }
    mask = size / Copies.ways - 1
    self.secret = secret
  }

  /// What a packet is looked up by.
  struct Marks: Sendable {
    fileprivate var place: UInt64
    fileprivate var marks: UInt32
    fileprivate var number: UInt32
    /// Equal marks tell a copy: without an identification only time stamps tell, and they tell nothing of
    /// pure acknowledgments, which may be equal. A SYN-ACK may come again in the same millisecond, by a timer
    /// and by a repeated SYN.
    fileprivate var isTelling: Bool
  }

  /// The marks of the `number`th packet of an end; `flow` is the flow's own number.
  @inline(__always)
  func marks(of segment: Segment, flow: UInt64, number: UInt32) -> Marks {
    let words = secret.words
    // Pure acknowledgments have one number in common; what they acknowledge tells them apart.
    let first =
      segment.length > 0
      ? UInt64(truncatingIfNeeded: segment.sequence) : ~UInt64(truncatingIfNeeded: segment.acknowledgment)
    let place = fold(flow &<< 1 &+ UInt64(segment.side.rawValue) &+ words[0], first &+ words[1])
    let shape =
      UInt64(truncatingIfNeeded: segment.length) &<< 32 | UInt64(segment.flags.rawValue) &<< 16
      | UInt64(segment.window)
    let stamp = segment.timestamps.map { UInt64($0.value) | 1 &<< 32 } ?? 0
    let identification = segment.identification.map { UInt64($0) | 1 &<< 16 } ?? 0
    let marks =
      fold(shape &+ words[2], UInt64(truncatingIfNeeded: segment.acknowledgment) &+ words[3])
      ^ fold(
        stamp &+ words[4], identification &<< 34 &+ UInt64(truncatingIfNeeded: segment.sequence) &+ words[5])
    return Marks(
      place: place, marks: UInt32(truncatingIfNeeded: marks), number: number,
      isTelling: segment.identification != nil
        || (segment.length > 0 && segment.timestamps != nil && !segment.flags.contains(.syn)))
  }

  /// Where and how a packet was seen, as a number: its hop count, its VLAN, its sender's hardware address,
  /// the interface. What an end repeats comes on the same way; what a capture sees twice often comes on
  /// another (a router's two sides, a trunk, a mirror port).
  @inline(__always)
  static func way(_ packet: inout Packet, _ frame: Frame) -> UInt16 {
    way(
      from: packet.sourceMAC, hops: packet.timeToLive, vlan: packet.vlanCount > 0 ? packet.vlans[0] : 0, frame
    )
  }

  /// The same, by what is looked at.
  @inline(__always)
  static func way(from sourceMAC: UInt64, hops: UInt8, vlan: UInt16, _ frame: Frame) -> UInt16 {
    var word = sourceMAC &<< 8 ^ UInt64(hops) ^ UInt64(vlan & 0xfff) &<< 52
    word ^= UInt64(truncatingIfNeeded: frame.interface) &<< 44
    word &*= 0x9e37_79b9_7f4a_7c15
    return UInt16(truncatingIfNeeded: word &>> 48)
  }

  /// The frame of a packet of this end with the same marks, the same packet, and whether it came on another
  /// way. 0 for none.
  @inline(__always)
  mutating func original(of marks: Marks, on way: UInt16) -> (frame: UInt64, isElsewhere: Bool) {
    places[at(marks)].original(tag(marks), marks, on: way)
  }

  /// The frame of the last packet of this end that began with the same octet. 0 for none that is remembered.
  func earlier(_ marks: Marks) -> UInt64 { places[at(marks)].earlier(tag(marks), marks.number) }

  /// Remembers a packet in the place of the oldest of its set; of the same place, two are enough, so that a
  /// run of duplicate acknowledgments does not drive out everything else.
  @inline(__always)
  mutating func remember(_ marks: Marks, frame: UInt64, on way: UInt16) {
    places[at(marks)].remember(
      tag(marks),
      Entry(place: tag(marks), marks: marks.marks, frame: frame, number: marks.number, way: way))
  }

  private func tag(_ marks: Marks) -> UInt32 { UInt32(truncatingIfNeeded: marks.place &>> 32) }

  private func at(_ marks: Marks) -> Int { Int(truncatingIfNeeded: marks.place) &>> 2 & mask }

  @inline(__always)
  private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
