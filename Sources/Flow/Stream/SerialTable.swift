// What belongs to a flow, found by the flow's number.

/// Places by serial numbers: open addressing at a load of one half, deletion by shifting back.
struct SerialTable: Sendable {
  private var serials: [UInt64]
  private var places: [UInt32]
  private var mask: Int
  private(set) var count = 0

  init() {
    serials = [UInt64](repeating: 0, count: 64)
    places = [UInt32](repeating: 0, count: 64)
    mask = 63
  }

  /// Serials are given one after the other by us: nobody chooses them. Multiplied by the golden ratio they
  /// lie apart, so that taking one out moves few; side by side they would be one long run.
  @inline(__always)
  private func home(_ serial: UInt64) -> Int {
    Int(truncatingIfNeeded: (serial &* 0x9e37_79b9_7f4a_7c15) &>> 32) & mask
  }

  /// The place of a flow; nil when it has none.
  @inline(__always)
  func find(_ serial: UInt64) -> Int? {
    var at = home(serial)
    while serials[at] != 0 {
      if serials[at] == serial { return Int(places[at]) }
      at = (at &+ 1) & mask
    }
    return nil
  }

  /// Gives a flow a place; it must have none. Serials begin at 1.
  mutating func insert(_ serial: UInt64, _ place: Int) {
    precondition(serial > 0, "0 is no flow")
    if (count + 1) * 2 > serials.count { grow() }
    put(serial, UInt32(place))
    count += 1
  }

  private mutating func put(_ serial: UInt64, _ place: UInt32) {
    var at = home(serial)
    while serials[at] != 0 { at = (at &+ 1) & mask }
    serials[at] = serial
    places[at] = place
  }

  /// Takes a flow's place away and gives it back; nil when it had none.
  mutating func remove(_ serial: UInt64) -> Int? {
    var hole = home(serial)
    while serials[hole] != serial {
      if serials[hole] == 0 { return nil }
      hole = (hole &+ 1) & mask
    }
    let place = Int(places[hole])
    var next = (hole &+ 1) & mask
    while serials[next] != 0 {
      if (next &- home(serials[next])) & mask >= (next &- hole) & mask {
        serials[hole] = serials[next]
        places[hole] = places[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    serials[hole] = 0
    count -= 1
    return place
  }

  private mutating func grow() {
    let (oldSerials, oldPlaces) = (serials, places)
    serials = [UInt64](repeating: 0, count: oldSerials.count * 2)
    places = [UInt32](repeating: 0, count: oldSerials.count * 2)
    mask = serials.count - 1
    for (i, serial) in oldSerials.enumerated() where serial != 0 { put(serial, oldPlaces[i]) }
  }

  /// The serials that have places, smallest first.
  var all: [UInt64] { serials.filter { $0 != 0 }.sorted() }
}
