// Memory of the flow table: records that stay where they are, and buckets that cost nothing until used.
//
// The one file of this module with `unsafe` in it. What it is for, measured (docs/performance.md):
// - An array of records copies them all when it doubles: at a million connections that stops the capture for
//   a quarter of a second and holds both copies. Records in blocks never move.
// - An array of zeros is written when it is made: 64 MiB of buckets take 30 ms at once. In blocks, each is
//   written when something is put into it.
// Every index is checked: what is outside stops the program, as with an array.

/// Elements by index, in blocks that never move. Only grows; who uses it keeps a list of free places.
@safe struct Slab<Element>: ~Copyable {
  /// Elements of a block, as a power of two.
  private static var shift: Int { 9 }
  private static var size: Int { 1 << shift }

  /// The blocks, and how many there is room for. Not an array: every packet asks for ten elements, and an
  /// array would check for each what the count has told already.
  private var blocks: UnsafeMutablePointer<UnsafeMutablePointer<Element>>
  private var room = 16
  /// Elements that are in it.
  private(set) var count = 0

  init() { unsafe blocks = .allocate(capacity: room) }

  deinit {
    for i in 0..<(count + Slab.size - 1) >> Slab.shift {
      unsafe blocks[i].deinitialize(count: min(Slab.size, count - i * Slab.size))
      unsafe blocks[i].deallocate()
    }
    unsafe blocks.deallocate()
  }

  /// Puts an element at the end, and says where.
  mutating func append(_ element: Element) -> Int {
    if count & (Slab.size - 1) == 0 { grow() }
    unsafe blocks[count >> Slab.shift].advanced(by: count & (Slab.size - 1)).initialize(to: element)
    count += 1
    return count - 1
  }

  /// Takes another block, and a longer list of them when that is full.
  private mutating func grow() {
    let full = count >> Slab.shift
    if full == room {
      let longer = UnsafeMutablePointer<UnsafeMutablePointer<Element>>.allocate(capacity: room * 2)
      unsafe longer.moveInitialize(from: blocks, count: full)
      unsafe blocks.deallocate()
      unsafe blocks = longer
      room *= 2
    }
    unsafe blocks.advanced(by: full).initialize(to: .allocate(capacity: Slab.size))
  }

  subscript(index: Int) -> Element {
    @inline(__always) _read {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place in the slab")
      yield unsafe blocks[index &>> Slab.shift][index & (Slab.size &- 1)]
    }
    @inline(__always) _modify {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place in the slab")
      yield unsafe &blocks[index &>> Slab.shift][index & (Slab.size &- 1)]
    }
  }
}

/// A slab with the list of its free places.
struct Pool<Element>: ~Copyable {
  private var slab = Slab<Element>()
  private var free: [Int32] = []

  init() {}

  /// Elements that are in use.
  var count: Int { slab.count - free.count }
  /// Octets of memory.
  var octets: Int { slab.count * MemoryLayout<Element>.stride + free.capacity * 4 }

  /// Puts an element into a free place, and says where.
  mutating func take(_ element: Element) -> Int {
    guard let place = free.popLast() else { return slab.append(element) }
    slab[Int(place)] = element
    return Int(place)
  }

  /// Gives a place back.
  mutating func giveBack(_ place: Int) { free.append(Int32(place)) }

  subscript(index: Int) -> Element {
    @inline(__always) _read { yield slab[index] }
    @inline(__always) _modify { yield &slab[index] }
  }
}

/// A value of few octets that are not zero, without those that are.
///
/// First a bit for each group of eight octets that has any; then, for each such group, a bit for each octet
/// that is not zero, and these octets.
struct Packed: Sendable {
  /// Octets that there is room for.
  static let octetsMax = 360

  private var octets = InlineArray<360, UInt8>(repeating: 0)

  /// Nothing.
  init() {}

  /// Packs a value; nil when there is no room for it.
  init?<Value: BitwiseCopyable>(_ value: Value) {
    let groups = (MemoryLayout<Value>.size + 7) / 8
    var at = (groups + 7) / 8
    let fits = unsafe withUnsafeBytes(of: value) { source in
      for group in 0..<groups {
        let first = group * 8
        var mask: UInt8 = 0
        let maskAt = at
        if at >= Packed.octetsMax { return false }
        at += 1
        for i in first..<min(first + 8, source.count) {
          let octet = unsafe source[i]
          if octet == 0 { continue }
          if at >= Packed.octetsMax { return false }
          mask |= 1 << UInt8(i - first)
          octets[at] = octet
          at += 1
        }
        if mask == 0 {
          at = maskAt
        } else {
          octets[maskAt] = mask
          octets[group / 8] |= 1 << UInt8(group % 8)
        }
      }
      return true
    }
    if !fits { return nil }
  }

  /// Takes the value out, over `value`.
  func unpack<Value: BitwiseCopyable>(into value: inout Value) {
    let groups = (MemoryLayout<Value>.size + 7) / 8
    var at = (groups + 7) / 8
    unsafe withUnsafeMutableBytes(of: &value) { target in
      for group in 0..<groups {
        var mask: UInt8 = 0
        if octets[group / 8] & 1 << UInt8(group % 8) != 0 {
          mask = octets[at]
          at += 1
        }
        for i in group * 8..<min(group * 8 + 8, target.count) {
          let isThere = mask & 1 << UInt8(i % 8) != 0
          unsafe target[i] = isThere ? octets[at] : 0
          if isThere { at += 1 }
        }
      }
    }
  }
}

/// A power of two of words that are zero until they are written: memory is taken in blocks as they are.
@safe struct ZeroedWords: ~Copyable {
  /// Words of a block, as a power of two.
  private static let shift = 12

  /// The blocks that are there.
  private let blocks: UnsafeMutablePointer<UnsafeMutablePointer<UInt32>?>
  let count: Int
  /// Octets of memory.
  private(set) var octets = 0

  /// Room for `count` words, a power of two.
  init(_ count: Int) {
    precondition(count > 0 && count & (count - 1) == 0, "a power of two")
    let size = max(1, count >> ZeroedWords.shift)
    unsafe blocks = .allocate(capacity: size)
    unsafe blocks.initialize(repeating: nil, count: size)
    self.count = count
  }

  deinit {
    for i in 0..<max(1, count >> ZeroedWords.shift) { unsafe blocks[i]?.deallocate() }
    unsafe blocks.deallocate()
  }

  subscript(index: Int) -> UInt32 {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place among the words")
      guard let block = unsafe blocks[index &>> ZeroedWords.shift] else { return 0 }
      return unsafe block[index & (1 << ZeroedWords.shift &- 1)]
    }
    @inline(__always) set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place among the words")
      if let block = unsafe blocks[index &>> ZeroedWords.shift] {
        unsafe block[index & (1 << ZeroedWords.shift &- 1)] = newValue
      } else if newValue != 0 {
        fill(index, newValue)
      }
    }
  }

  private mutating func fill(_ index: Int, _ word: UInt32) {
    let size = 1 << ZeroedWords.shift
    let block = UnsafeMutablePointer<UInt32>.allocate(capacity: size)
    unsafe block.initialize(repeating: 0, count: size)
    unsafe block[index & (size - 1)] = word
    unsafe blocks[index &>> ZeroedWords.shift] = block
    octets += size * 4
  }
}
