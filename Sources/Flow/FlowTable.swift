// Flows by their keys: buckets of eight octets that name records, which stay where they are.

/// Finds a flow's record by its key. Linear probing at a load of at most one half, deletion by shifting back:
/// no tombstones, no pause but the doubling of the buckets.
struct FlowTable {
  /// A record's place among the records.
  typealias Index = Int

  private var buckets: [UInt64]
  private var mask: Int
  private let secret: FlowSecret
  private(set) var records: [FlowRecord] = []
  private var free: [Index] = []

  /// Flows in the table.
  var count: Int { records.count - free.count }

  /// An empty table with room for `expected` flows.
  init(secret: FlowSecret, expected: Int = 1024) {
    self.secret = secret
    var size = 64
    while size < expected * 2 { size *= 2 }
    buckets = [UInt64](repeating: 0, count: size)
    mask = size - 1
  }

  /// Where the flow with this key is; nil when it is not.
  @inline(__always)
  func find(_ key: FlowKey) -> Index? {
    let hash = key.hash(secret)
    let tag = hash & 0xffff_ffff_0000_0000
    var at = Int(truncatingIfNeeded: hash) & mask
    while true {
      let bucket = buckets[at]
      if bucket == 0 { return nil }
      if bucket & 0xffff_ffff_0000_0000 == tag {
        let index = Int(bucket & 0xffff_ffff) &- 1
        if records[index].key == key { return index }
      }
      at = (at &+ 1) & mask
    }
  }

  /// Puts a flow in and says where. Its key must not be in the table.
  mutating func insert(_ record: FlowRecord) -> Index {
    if (count + 1) * 2 > buckets.count { grow() }
    let index: Index
    if let reused = free.popLast() {
      let generation = records[reused].generation
      records[reused] = record
      records[reused].generation = generation &+ 1
      index = reused
    } else {
      index = records.count
      records.append(record)
    }
    place(record.key.hash(secret), index)
    return index
  }

  /// Takes a flow out. Its record's place is used again.
  mutating func remove(_ index: Index) {
    let hash = records[index].key.hash(secret)
    var at = Int(truncatingIfNeeded: hash) & mask
    while Int(buckets[at] & 0xffff_ffff) != index + 1 {
      precondition(buckets[at] != 0, "a flow that is taken out is in the table")
      at = (at &+ 1) & mask
    }
    // Whoever stands behind the gap and does not belong there moves up.
    var hole = at
    var next = (hole &+ 1) & mask
    while buckets[next] != 0 {
      let home =
        Int(truncatingIfNeeded: records[Int(buckets[next] & 0xffff_ffff) - 1].key.hash(secret)) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        buckets[hole] = buckets[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    buckets[hole] = 0
    records[index].generation &+= 1
    records[index].isOpen = false
    free.append(index)
  }

  /// Changes a record in its place.
  @inline(__always)
  mutating func withRecord<R>(_ index: Index, _ body: (inout FlowRecord) -> R) -> R { body(&records[index]) }

  private mutating func place(_ hash: UInt64, _ index: Index) {
    var at = Int(truncatingIfNeeded: hash) & mask
    while buckets[at] != 0 { at = (at &+ 1) & mask }
    buckets[at] = (hash & 0xffff_ffff_0000_0000) | UInt64(index + 1)
  }

  private mutating func grow() {
    buckets = [UInt64](repeating: 0, count: buckets.count * 2)
    mask = buckets.count - 1
    for (index, record) in records.enumerated() where record.isOpen { place(record.key.hash(secret), index) }
  }
}
