// Memory of the flow table: records that stay where they are, and buckets that cost nothing until used.
//
// The one file of this module with `unsafe` in it. What it is for, measured (docs/performance.md):
// - An array of records copies them all when it doubles: at a million connections that stops the capture for
//   a quarter of a second and holds both copies. Records in blocks never move.
// - An array of zeros is written when it is made: 64 MiB of buckets take 30 ms at once. In blocks, each is
//   written when something is put into it.
// - A packet of one of a million connections waits for memory most of its time, unless that was asked for
//   some packets before (`Slab.prefetch`).
// Every index is checked: what is outside stops the program, as with an array.

internal import CPrefetch
internal import Wire

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

  /// The place of an element.
  @inline(__always)
  fileprivate func address(_ index: Int) -> UnsafeMutableRawPointer {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place in the slab")
    return unsafe UnsafeMutableRawPointer(
      blocks[index &>> Slab.shift].advanced(by: index & (Slab.size &- 1)))
  }

  /// Asks for an element that is read soon, or for what is at its place; nothing for a place that is none.
  @inline(__always)
  func prefetch(_ index: Int) {
    guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
    let element = unsafe UnsafeRawPointer(blocks[index &>> Slab.shift].advanced(by: index & (Slab.size &- 1)))
    var line = 0
    while line < MemoryLayout<Element>.stride {
      unsafe prefetch_line(element + line)
      line &+= 64
    }
    // Elements begin anywhere in a line: there may be one more.
    unsafe prefetch_line(element + (MemoryLayout<Element>.stride &- 1))
  }

  /// Asks for the last octets of an element, or of what is at its place.
  @inline(__always)
  func prefetchEnd(_ index: Int) {
    guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
    let next = unsafe UnsafeRawPointer(
      blocks[index &>> Slab.shift].advanced(by: (index & (Slab.size &- 1)) &+ 1))
    unsafe prefetch_line(next - 1)
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
  private var free = FreePlaces()

  init() {}

  /// Elements that are in use.
  var count: Int { slab.count - free.count }
  /// Octets of memory.
  var octets: Int { slab.count * MemoryLayout<Element>.stride + free.octets }

  /// Puts an element into a free place, and says where.
  mutating func take(_ element: Element) -> Int {
    guard let place = free.popLast() else { return slab.append(element) }
    slab[place] = element
    return place
  }

  /// A free place, with what was left in it, or `fresh` when none is.
  mutating func place(_ fresh: @autoclosure () -> Element) -> Int {
    if let place = free.popLast() { return place }
    return slab.append(fresh())
  }

  /// Gives a place back.
  mutating func giveBack(_ place: Int) { free.append(place) }

  /// Asks for an element that is read soon.
  @inline(__always)
  func prefetch(_ index: Int) { slab.prefetch(index) }

  /// The place of an element.
  @inline(__always)
  fileprivate func address(_ index: Int) -> UnsafeMutableRawPointer { unsafe slab.address(index) }

  subscript(index: Int) -> Element {
    @inline(__always) _read { yield slab[index] }
    @inline(__always) _modify { yield &slab[index] }
  }
}

/// Places of 360 octets for connections in few octets: journals, those that are steady, and those that are
/// packed. A connection is first the one and then the other, and takes one place, not one in each of three
/// pools.
@safe struct BriefPool: ~Copyable {
  struct Place: BitwiseCopyable {
    var words = InlineArray<45, UInt64>(repeating: 0)
  }

  private var places = Pool<Place>()

  init() {
    precondition(
      MemoryLayout<Journal>.size <= MemoryLayout<Place>.size
        && MemoryLayout<Steady>.size <= MemoryLayout<Place>.size
        && MemoryLayout<Packed>.size <= MemoryLayout<Place>.size, "each fits into a place")
  }

  /// Places that are in use, and octets of memory.
  var count: Int { places.count }
  var octets: Int { places.octets }
  /// Octets of a place, and of its number among the free ones.
  static var octetsPerPlace: Int { MemoryLayout<Place>.stride + 4 }

  /// A place for a journal, which begins there with a frame.
  mutating func begin(_ frame: Frame) -> Int {
    let place = places.place(Place())
    change(place) { $0.begin(frame) }
    return place
  }

  mutating func take(_ packed: Packed) -> Int {
    let place = places.place(Place())
    self[packed: place] = packed
    return place
  }

  mutating func giveBack(_ place: Int) { places.giveBack(place) }

  /// Asks for a place that is read soon.
  @inline(__always)
  func prefetch(_ place: Int) { places.prefetch(place) }

  /// Changes a journal in its place, which is found once: an accessor finds it with every part that is asked
  /// for, because what is written might have moved it.
  @inline(__always)
  mutating func change<Answer>(_ place: Int, _ body: (inout Journal) -> Answer) -> Answer {
    unsafe body(&places.address(place).assumingMemoryBound(to: Journal.self).pointee)
  }

  subscript(journal place: Int) -> Journal {
    @inline(__always) _read {
      yield unsafe places.address(place).assumingMemoryBound(to: Journal.self).pointee
    }
    @inline(__always) _modify {
      yield unsafe &places.address(place).assumingMemoryBound(to: Journal.self).pointee
    }
  }

  subscript(steady place: Int) -> Steady {
    @inline(__always) _read {
      yield unsafe places.address(place).assumingMemoryBound(to: Steady.self).pointee
    }
    @inline(__always) _modify {
      yield unsafe &places.address(place).assumingMemoryBound(to: Steady.self).pointee
    }
  }

  subscript(packed place: Int) -> Packed {
    @inline(__always) _read {
      yield unsafe places.address(place).assumingMemoryBound(to: Packed.self).pointee
    }
    @inline(__always) _modify {
      yield unsafe &places.address(place).assumingMemoryBound(to: Packed.self).pointee
    }
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
  ///
  /// Word by word: of most that are not zero only the lowest octets are not, and these are copied as one word
  /// of which the next overwrites what is too much.
  init?<Value: BitwiseCopyable>(_ value: Value) {
    let groups = (MemoryLayout<Value>.size + 7) / 8
    var at = (groups + 7) / 8
    let fits = unsafe withUnsafeBytes(of: value) { source in
      unsafe withUnsafeMutableBytes(of: &octets) { target in
        for group in 0..<groups {
          let word = unsafe Packed.word(source, group)
          if word == 0 { continue }
          // A word is written as a whole: there has to be room for one, and its mask.
          if at + 9 > Packed.octetsMax { return false }
          let ones = Packed.ones(word)
          let mask = UInt8(truncatingIfNeeded: (ones &* 0x0102_0408_1020_4080) &>> 56)
          unsafe target[group &>> 3] |= 1 &<< UInt8(truncatingIfNeeded: group & 7)
          unsafe target[at] = mask
          at &+= 1
          if mask & (mask &+ 1) == 0 {
            unsafe target.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
            at &+= mask.nonzeroBitCount
            continue
          }
          var left = ones
          while left != 0 {
            unsafe target[at] = UInt8(truncatingIfNeeded: word &>> UInt64(left.trailingZeroBitCount))
            at &+= 1
            left &= left &- 1
          }
        }
        return true
      }
    }
    if !fits { return nil }
  }

  /// Takes the value out, over `value`.
  func unpack<Value: BitwiseCopyable>(into value: inout Value) {
    let groups = (MemoryLayout<Value>.size + 7) / 8
    var at = (groups + 7) / 8
    unsafe withUnsafeMutableBytes(of: &value) { target in
      unsafe withUnsafeBytes(of: octets) { source in
        for group in 0..<groups {
          var word: UInt64 = 0
          if unsafe source[group &>> 3] & 1 &<< UInt8(truncatingIfNeeded: group & 7) != 0 {
            let mask = unsafe source[at]
            at &+= 1
            if mask & (mask &+ 1) == 0 {
              let count = mask.nonzeroBitCount
              word = unsafe source.loadUnaligned(fromByteOffset: at, as: UInt64.self)
              word &= UInt64.max &>> UInt64(64 &- 8 &* count)
              at &+= count
            } else {
              for i in 0..<8 where mask & 1 &<< UInt8(i) != 0 {
                word |= unsafe UInt64(source[at]) &<< UInt64(8 &* i)
                at &+= 1
              }
            }
          }
          unsafe Packed.put(word, target, group)
        }
      }
    }
  }

  /// A bit for each octet that is not zero: the lowest of the octet.
  @inline(__always)
  private static func ones(_ word: UInt64) -> UInt64 {
    let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    return (((word & low) &+ low) | word) &>> 7 & 0x0101_0101_0101_0101
  }

  /// Eight octets of a value, or those that are left of it.
  @inline(__always)
  private static func word(_ source: UnsafeRawBufferPointer, _ group: Int) -> UInt64 {
    let first = group &* 8
    if first &+ 8 <= source.count {
      return unsafe source.loadUnaligned(fromByteOffset: first, as: UInt64.self)
    }
    var word: UInt64 = 0
    for i in first..<source.count { word |= unsafe UInt64(source[i]) &<< UInt64(8 &* (i &- first)) }
    return word
  }

  @inline(__always)
  private static func put(_ word: UInt64, _ target: UnsafeMutableRawBufferPointer, _ group: Int) {
    let first = group &* 8
    if first &+ 8 <= target.count {
      unsafe target.storeBytes(of: word, toByteOffset: first, as: UInt64.self)
      return
    }
    for i in first..<target.count {
      unsafe target[i] = UInt8(truncatingIfNeeded: word &>> UInt64(8 &* (i &- first)))
    }
  }
}

extension Array<UInt8> {
  /// Copies octets to the end at once: one by one they cost ten instructions each.
  mutating func append(copyOf bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
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

  /// Asks for a word that is read soon.
  @inline(__always)
  func prefetch(_ index: Int) {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a place among the words")
    if let block = unsafe blocks[index &>> ZeroedWords.shift] {
      unsafe prefetch_line(block + (index & (1 << ZeroedWords.shift &- 1)))
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
