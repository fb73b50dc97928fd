// The details of all connections together: taken when something begins, given back when it is over, bounded.

/// Details by number. One of them is spare and blank: whoever has none is handed that one, and keeps it when
/// there is something in it afterwards.
struct DetailPool: ~Copyable {
  /// The most blank details that stay with their owners.
  private static let restingMax = 1024
  /// Owners that are looked at, at most, to find a detail that has not been needed for long.
  private static let looksMax = 16

  /// What is known of a place.
  private struct Place {
    var owner: Int32 = -1
    /// Needed since the hand came by.
    var isRecent = false
    /// Its owner has not shown that both its ends are there: a share of the places, at most, is for such.
    var isUnproven = false
    /// There is nothing in it any more, and its owner keeps it for a while.
    var isResting = false
    /// Where in `resting` it is, when it rests: it may have been there before.
    var restPlace: Int32 = -1
    var octets: UInt32 = 0
  }

  private let placesMax: Int
  private let octetsMax: Int
  private let blank: TCPDetail
  var details = Slab<TCPDetail>()
  private var places: [Place] = [Place()]
  private var free: [Int32] = []
  private var spare: Int32 = 0
  private var hand = 0
  private var unproven = 0
  /// Places that have become blank, in their order, as far as there are so many: whoever has had two segments
  /// in flight will have them again soon, and keeps its detail until then.
  private var resting: [Int32]
  private var rested = 0
  /// Octets that lists hold, in all details together.
  private(set) var octets = 0
  /// Details that a connection would have needed and was refused.
  private(set) var refused: UInt64 = 0
  /// Details that were given up for another connection.
  private(set) var givenUp: UInt64 = 0
  /// Lists that were cut short because memory for all of them had run out.
  private(set) var shed: UInt64 = 0

  init(placesMax: Int, octetsMax: Int, keepsEvidence: Bool = true) {
    blank = TCPDetail(keepsEvidence: keepsEvidence)
    self.placesMax = max(1, min(placesMax, Int(Int32.max) - 1))
    self.octetsMax = octetsMax
    resting = Array(repeating: -1, count: max(1, min(DetailPool.restingMax, placesMax / 8)))
    _ = details.append(blank)
  }

  /// Octets of one, without what its lists hold.
  static let octetsPerDetail = MemoryLayout<TCPDetail>.stride + MemoryLayout<Place>.stride + 4
  /// Octets of memory.
  var octetsInAll: Int { octets + details.count * DetailPool.octetsPerDetail }

  /// Connections that have a detail.
  var count: Int { places.count - free.count - 1 }

  /// The place of a connection's own detail, or of the spare one.
  @inline(__always)
  func place(of detail: Int32) -> Int { Int(detail >= 0 ? detail : spare) }

  /// What a connection knows beyond itself; blank when there is nothing.
  func detail(of connection: borrowing TCPConnection) -> TCPDetail { details[place(of: connection.detail)] }

  /// Whether there is nothing in what a connection has.
  func isBlank(_ detail: Int32) -> Bool {
    detail < 0 || places[Int(detail)].isResting && !details[Int(detail)].isTouched
  }

  /// After a packet: keeps what has become something, takes back what has become nothing.
  @inline(__always)
  mutating func settle(_ place: Int, _ owner: Int, _ connections: inout Pool<TCPConnection>) {
    if !details[place].isTouched {
      if !details[place].isUsed { return }
      // The owner goes on sending in bulk.
      if !places[place].isUnproven {
        details[place].isUsed = false
        // Read first: with a write the list asks who else holds it.
        if !places[place].isRecent { places[place].isRecent = true }
        return
      }
    }
    settleTouched(place, owner, &connections)
  }

  @inline(never)
  private mutating func settleTouched(_ place: Int, _ owner: Int, _ connections: inout Pool<TCPConnection>) {
    details[place].isTouched = false
    details[place].isUsed = false
    details[place].trim()
    if details[place].isBlank() {
      if place != Int(spare), !places[place].isResting { rest(place, &connections) }
      return account(place)
    }
    places[place].isResting = false
    if place == Int(spare), !attach(owner, &connections) {
      details[place].clear()
      connections[owner].hasLostDetail = true
      refused += 1
      return
    }
    places[place].isRecent = true
    if places[place].isUnproven, connections[owner].isProven {
      places[place].isUnproven = false
      unproven -= 1
    }
    account(place)
    if octets > octetsMax, places[place].octets > 4096 {
      details[place].shed()
      shed += 1
      account(place)
    }
  }

  /// Lets an owner keep its blank detail for now, and takes back the one that has rested for longest.
  private mutating func rest(_ place: Int, _ connections: inout Pool<TCPConnection>) {
    let old = Int(resting[rested])
    if old >= 0, places[old].isResting, places[old].restPlace == rested, details[old].isBlank() {
      giveBack(old, Int(places[old].owner), &connections)
    }
    resting[rested] = Int32(place)
    places[place].isResting = true
    places[place].restPlace = Int32(rested)
    rested = rested + 1 == resting.count ? 0 : rested + 1
  }

  /// Gives the spare detail to a connection and finds another spare one. False when there is none for it.
  private mutating func attach(_ owner: Int, _ connections: inout Pool<TCPConnection>) -> Bool {
    let isUnproven = !connections[owner].isProven
    if isUnproven, unproven >= placesMax / 2 { return false }
    let next: Int32
    if let last = free.popLast() {
      next = last
    } else if places.count <= placesMax {
      next = Int32(places.count)
      places.append(Place())
      _ = details.append(blank)
    } else {
      next = takeFromAnother(&connections)
    }
    connections[owner].detail = spare
    details[Int(spare)].isHeld = true
    places[Int(spare)].owner = Int32(owner)
    places[Int(spare)].isUnproven = isUnproven
    if isUnproven { unproven += 1 }
    spare = next
    return true
  }

  /// Gives up the detail of a connection that has not needed it since the hand last came by, or of the last
  /// that was looked at.
  private mutating func takeFromAnother(_ connections: inout Pool<TCPConnection>) -> Int32 {
    var victim = hand
    for _ in 0..<DetailPool.looksMax {
      hand = hand + 1 == places.count ? 0 : hand + 1
      if hand == Int(spare) { continue }
      victim = hand
      if !places[hand].isRecent { break }
      places[hand].isRecent = false
    }
    if victim == Int(spare) { victim = victim == 0 ? 1 : victim - 1 }
    let owner = Int(places[victim].owner)
    connections[owner].detail = -1
    if !places[victim].isResting {
      connections[owner].hasLostDetail = true
      givenUp += 1
    }
    clear(victim)
    return Int32(victim)
  }

  /// Takes a connection's detail back when its flow ends.
  mutating func release(_ owner: Int, _ connections: inout Pool<TCPConnection>) {
    let place = connections[owner].detail
    if place >= 0 { giveBack(Int(place), owner, &connections) }
  }

  private mutating func giveBack(_ place: Int, _ owner: Int, _ connections: inout Pool<TCPConnection>) {
    connections[owner].detail = -1
    clear(place)
    free.append(Int32(place))
  }

  private mutating func clear(_ place: Int) {
    octets -= Int(places[place].octets)
    if places[place].isUnproven { unproven -= 1 }
    places[place] = Place()
    details[place].clear()
  }

  private mutating func account(_ place: Int) {
    let now = UInt32(clamping: details[place].octets())
    octets += Int(now) - Int(places[place].octets)
    places[place].octets = now
  }
}
