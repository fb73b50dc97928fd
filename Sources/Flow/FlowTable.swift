// Flows by their keys: buckets of four octets that name slots, which stay where they are.

/// Finds a flow's slot by its key. Linear probing at a load of at most one half, deletion by shifting back:
/// no tombstones. When the buckets double, a few of them move with each flow that comes or goes: no pause.
struct FlowTable: ~Copyable {
  /// A flow's place among the slots.
  typealias Index = Int
  /// The most flows that a table can hold: 25 bits of a bucket are the place, three a distance, and four a
  /// part of the hash.
  static let flowsMax = (1 << 25) - 2
  private static let placeMask: UInt32 = (1 << 25) - 1
  /// How far behind the bucket a place stands in which it is looked for first. So whoever takes a flow out
  /// knows which of those behind it move up without asking their slots, which are far away: up to a
  /// twenty-fifth of a short connection's time.
  private static let distanceMask: UInt32 = 7 << 25
  private static let oneFurther: UInt32 = 1 << 25
  /// The most that is said: so far, or further.
  private static let distanceMost = 7
  /// Old buckets that are emptied whenever a flow comes or goes: the old ones are empty long before the new
  /// ones are half full.
  private static let moveMax = 16

  let secret: FlowSecret
  private var buckets: ZeroedWords
  private var mask: Int
  /// The smaller buckets, while they are being emptied, and how far that is.
  private var old = ZeroedWords(1)
  private var oldMask = 0
  private var oldFirst = 0
  private var isMoving = false
  var slots = Slab<FlowSlot>()
  private var free = FreePlaces()

  /// Octets per flow, besides its slot, when the table is as empty as it gets: a quarter of the buckets, and
  /// half as many again while they move; and the list of free places.
  static let octetsPerFlow = 4 * 4 + 2 * 4 + 8
  /// Octets of memory.
  var octets: Int {
    buckets.octets + old.octets + slots.count * MemoryLayout<FlowSlot>.stride + free.octets
  }

  /// Flows in the table.
  var count: Int { slots.count - free.count }

  /// An empty table with room for `expected` flows; it grows.
  init(secret: FlowSecret, expected: Int = 1024) {
    self.secret = secret
    var size = 64
    while size < min(expected, FlowTable.flowsMax) * 2 { size *= 2 }
    buckets = ZeroedWords(size)
    mask = size - 1
  }

  /// The hash of a key, as this table has it. `mutating`, as `find`.
  @inline(__always)
  mutating func hash(_ key: FlowKey) -> UInt64 { key.hash(secret) }

  /// Where the flow with this key is; nil when it is not.
  ///
  /// `mutating`, though it changes nothing: a function that only reads is handed a copy of all but the flows.
  @inline(__always)
  mutating func find(_ key: FlowKey) -> Index? { find(key, hash(key)) }

  /// The same, with the key's hash.
  @inline(__always)
  mutating func find(_ key: FlowKey, _ hash: UInt64) -> Index? {
    var mark = FlowTable.mark(hash)
    var at = Int(truncatingIfNeeded: hash) & mask
    while true {
      let bucket = buckets[at]
      if bucket == 0 { break }
      if bucket & ~FlowTable.placeMask == mark {
        let index = Int(bucket & FlowTable.placeMask) &- 1
        if slots[index].key == key { return index }
      }
      (at, mark) = ((at &+ 1) & mask, FlowTable.further(mark))
    }
    return isMoving ? findOld(key, hash) : nil
  }

  /// Asks for the bucket in which a hash is looked for first.
  @inline(__always)
  func prefetch(_ hash: UInt64) { buckets.prefetch(Int(truncatingIfNeeded: hash) & mask) }

  /// Where a flow with this hash probably is, and asks for it: negative for nowhere. Its key is not compared.
  @inline(__always)
  mutating func candidate(_ hash: UInt64) -> Int {
    var mark = FlowTable.mark(hash)
    var at = Int(truncatingIfNeeded: hash) & mask
    while buckets[at] != 0 {
      if buckets[at] & ~FlowTable.placeMask == mark {
        let index = Int(buckets[at] & FlowTable.placeMask) &- 1
        slots.prefetch(index)
        return index
      }
      (at, mark) = ((at &+ 1) & mask, FlowTable.further(mark))
    }
    return -1
  }

  private func findOld(_ key: FlowKey, _ hash: UInt64) -> Index? {
    var mark = FlowTable.mark(hash)
    var at = Int(truncatingIfNeeded: hash) & oldMask
    while old[at] != 0 {
      if old[at] & ~FlowTable.placeMask == mark {
        let index = Int(old[at] & FlowTable.placeMask) &- 1
        if slots[index].key == key { return index }
      }
      (at, mark) = ((at &+ 1) & oldMask, FlowTable.further(mark))
    }
    return nil
  }

  /// Puts a flow in, with its key's hash, and says where. Its key must not be in the table, and the table not
  /// be full.
  mutating func insert(_ slot: FlowSlot, _ hash: UInt64) -> Index {
    precondition(count < FlowTable.flowsMax, "who puts flows in makes room before")
    if isMoving { move() } else if (count + 1) * 2 > buckets.count { grow() }
    let index: Index
    if let reused = free.popLast() {
      index = reused
      slots[index] = slot
    } else {
      index = slots.append(slot)
    }
    put(index, hash)
    return index
  }

  /// Puts a place into the first free bucket from where its hash is looked for.
  @inline(__always)
  private mutating func put(_ index: Index, _ hash: UInt64) {
    var mark = FlowTable.mark(hash)
    var at = Int(truncatingIfNeeded: hash) & mask
    while buckets[at] != 0 { (at, mark) = ((at &+ 1) & mask, FlowTable.further(mark)) }
    buckets[at] = mark | UInt32(index + 1)
  }

  /// Takes a flow out. Its place is used again.
  mutating func remove(_ index: Index) {
    if isMoving { move() }
    let hash = hash(slots[index].key)
    let isHere = FlowTable.take(index, hash, from: &buckets, mask, slots, secret)
    if !isHere {
      let isThere = isMoving && FlowTable.take(index, hash, from: &old, oldMask, slots, secret)
      precondition(isThere, "a flow that is taken out is in the table")
    }
    slots[index].isOpen = false
    free.append(index)
  }

  /// What a bucket says of a hash besides the place, when it is where that is looked for first.
  @inline(__always)
  private static func mark(_ hash: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: hash &>> 32) & ~(placeMask | distanceMask)
  }

  /// The same one bucket further. From the seventh on nobody counts.
  @inline(__always)
  private static func further(_ mark: UInt32) -> UInt32 {
    mark & distanceMask == distanceMask ? mark : mark &+ oneFurther
  }

  /// Takes a place out of buckets. Whoever stands behind the gap and does not belong there moves up.
  private static func take(
    _ index: Index, _ hash: UInt64, from words: inout ZeroedWords, _ mask: Int,
    _ slots: borrowing Slab<FlowSlot>, _ secret: FlowSecret
  ) -> Bool {
    let name = UInt32(index + 1)
    var hole = Int(truncatingIfNeeded: hash) & mask
    while words[hole] & placeMask != name {
      if words[hole] == 0 { return false }
      hole = (hole &+ 1) & mask
    }
    var next = (hole &+ 1) & mask
    while words[next] != 0 {
      let word = words[next]
      var distance = Int((word & distanceMask) / oneFurther)
      if distance == distanceMost {
        let other = Int(word & placeMask) - 1
        distance = (next &- Int(truncatingIfNeeded: slots[other].key.hash(secret))) & mask
      }
      let gap = (next &- hole) & mask
      if distance >= gap {
        let left = UInt32(min(distance - gap, distanceMost))
        words[hole] = (word & ~distanceMask) | left * oneFurther
        hole = next
      }
      next = (next &+ 1) & mask
    }
    words[hole] = 0
    return true
  }

  /// Takes twice as many buckets, and begins to empty the old ones, at the end of a run of full ones.
  private mutating func grow() {
    swap(&old, &buckets)
    oldMask = mask
    mask = oldMask * 2 + 1
    buckets = ZeroedWords(mask + 1)
    oldFirst = 0
    isMoving = true
  }

  /// Moves some of the old buckets: whole runs, so that a search in the old ones never meets a gap before
  /// what it looks for.
  private mutating func move() {
    var moved = 0
    while moved < FlowTable.moveMax || (oldFirst <= oldMask && old[oldFirst] != 0) {
      guard oldFirst <= oldMask else {
        isMoving = false
        old = ZeroedWords(1)
        return
      }
      let bucket = old[oldFirst]
      if bucket != 0 {
        let index = Int(bucket & FlowTable.placeMask) - 1
        put(index, hash(slots[index].key))
        old[oldFirst] = 0
      }
      oldFirst += 1
      moved += 1
    }
  }
}
