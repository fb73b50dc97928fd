// The free places of a slab.

/// Places that are free, the last one first. No array: with each place it would ask whose it is.
struct FreePlaces: ~Copyable {
  private var places = Slab<Int32>()
  private(set) var count = 0

  init() {}

  /// Octets of memory.
  var octets: Int { places.count * 4 }

  /// One more is free.
  mutating func append(_ place: Int) {
    if count < places.count { places[count] = Int32(place) } else { _ = places.append(Int32(place)) }
    count &+= 1
  }

  /// The one that was freed last; nil when none is free.
  @inline(__always)
  mutating func popLast() -> Int? {
    if count == 0 { return nil }
    count &-= 1
    return Int(places[count])
  }
}
