// The states that each end came through, kept in few octets: what happened, and when, once for both ends.

/// A packet that moved a connection: its time and its frame.
struct Milestone: Sendable, Equatable {
  /// Nanoseconds since the Unix epoch.
  var time: Int64
  var frame: UInt64
}

/// The milestones of a connection in the order in which they came, each as its difference from the one
/// before, in as many octets as that needs: ten for one after an hour, two for one after ten microseconds.
struct Milestones: Sendable {
  /// A number that no milestone has.
  static let none: UInt8 = 15
  /// Octets that are held in place: enough for the seven of most connections (SYN, SYN-ACK, ACK, FIN, ACK,
  /// FIN, ACK). Milestones that do not fit go to the detail, and have the numbers from `heldMax` on.
  static let octetsMax = 44
  static let heldMax: UInt8 = 9

  private var octets = InlineArray<44, UInt8>(repeating: 0)
  private var used: UInt8 = 0
  private var count: UInt8 = 0
  /// The last of them.
  private var last: (time: Int64, frame: UInt64) = (0, 0)

  /// Notes a milestone, given from the connection's first packet, and says its number; nil when there is no
  /// room for it.
  mutating func note(_ time: Int64, _ frame: UInt64) -> UInt8? {
    if let number = number(time, frame) { return number }
    guard count < Milestones.heldMax, frame >= last.frame else { return nil }
    let (difference, overflow) = time.subtractingReportingOverflow(last.time)
    if overflow { return nil }
    var at = Int(used)
    // Zigzag: time may go backwards.
    guard write(UInt64(bitPattern: difference << 1 ^ difference >> 63), &at), write(frame - last.frame, &at)
    else { return nil }
    used = UInt8(at)
    count += 1
    last = (time, frame)
    return count - 1
  }

  /// The number of the last milestone, when it is this one.
  @inline(__always)
  func number(_ time: Int64, _ frame: UInt64) -> UInt8? {
    count > 0 && last.frame == frame && last.time == time ? count &- 1 : nil
  }

  /// Time and frame of a milestone that is held, from the connection's first packet.
  subscript(number: UInt8) -> (time: Int64, frame: UInt64) {
    guard number < count else { return (0, 0) }
    if number == count - 1 { return last }
    var at = 0
    var (time, frame): (Int64, UInt64) = (0, 0)
    for _ in 0...number { read(&at, &time, &frame) }
    return (time, frame)
  }

  /// The time of one that is held. `mutating`, though it changes nothing: what only reads is handed a copy.
  mutating func time(of number: UInt8) -> Int64 {
    if number >= count { return 0 }
    if number == count - 1 { return last.time }
    // That of the connection's first packet.
    if number == 0, octets[0] == 0 { return 0 }
    var (at, time, frame) = (0, Int64(0), UInt64(0))
    for _ in 0...number { read(&at, &time, &frame) }
    return time
  }

  /// Forgets what `unfold` makes again of the others.
  mutating func fold() { last = (0, 0) }
  mutating func unfold() {
    last = (0, 0)
    var at = 0
    for _ in 0..<count { read(&at, &last.time, &last.frame) }
  }

  /// Puts all that are held where they can be asked for by their numbers.
  mutating func list(in all: inout InlineArray<9, (time: Int64, frame: UInt64)>) {
    var at = 0
    var (time, frame): (Int64, UInt64) = (0, 0)
    for i in 0..<Int(count) {
      let difference = next(&at)
      time &+= Int64(bitPattern: difference >> 1) ^ -Int64(bitPattern: difference & 1)
      frame &+= next(&at)
      all[i] = (time, frame)
    }
  }

  /// The number at a place, and the place behind it; as `read`, of what is not copied for it.
  @inline(__always)
  private mutating func next(_ at: inout Int) -> UInt64 {
    var (number, shift): (UInt64, UInt64) = (0, 0)
    while at < Milestones.octetsMax {
      let octet = octets[at]
      at &+= 1
      number |= UInt64(octet & 127) &<< shift
      if octet < 128 { break }
      shift &+= 7
    }
    return number
  }

  @inline(__always)
  private func read(_ at: inout Int, _ time: inout Int64, _ frame: inout UInt64) {
    let difference = read(&at)
    time &+= Int64(bitPattern: difference >> 1) ^ -Int64(bitPattern: difference & 1)
    frame &+= read(&at)
  }

  /// Seven bits an octet, the lowest first; the highest bit says that more follow. False when there is no
  /// room.
  private mutating func write(_ number: UInt64, _ at: inout Int) -> Bool {
    var rest = number
    while at < Milestones.octetsMax {
      octets[at] = UInt8(truncatingIfNeeded: rest & 127) | (rest > 127 ? 128 : 0)
      at += 1
      rest >>= 7
      if rest == 0 { return true }
    }
    return false
  }

  @inline(__always)
  private func read(_ at: inout Int) -> UInt64 {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while at < Milestones.octetsMax {
      let octet = octets[at]
      at += 1
      number |= UInt64(octet & 127) << shift
      if octet < 128 { break }
      shift += 7
    }
    return number
  }
}

/// A state that an end came into, and the number of the milestone that brought it there, in one octet.
struct PathStep: Sendable {
  private var octet: UInt8 = 0

  init() {}

  init(_ state: EndpointState, _ milestone: UInt8) { octet = state.rawValue << 4 | (milestone & 15) }

  var state: EndpointState { EndpointState(rawValue: octet >> 4) ?? .closed }
  var milestone: UInt8 { octet & 15 }
}

/// The path of one end, as far as the end holds it itself.
struct Path: Sendable {
  /// Steps that are held in place: SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, CLOSING, TIME_WAIT.
  static let held = 6

  private(set) var steps = InlineArray<6, PathStep>(repeating: PathStep())
  private(set) var count: UInt8 = 0

  var isEmpty: Bool { count == 0 }
  var isFull: Bool { count == UInt8(Path.held) }

  mutating func append(_ step: PathStep) {
    steps[Int(count)] = step
    count += 1
  }

  mutating func removeLast() { count -= 1 }

  /// The step that was taken last.
  var last: PathStep? { count > 0 ? steps[Int(count) - 1] : nil }
}

extension TCPConnection {
  /// Notes a packet that moved the connection, and says its number. One packet often moves both ends.
  @inline(__always)
  mutating func note(_ time: Int64, _ frame: UInt64, _ detail: inout TCPDetail) -> UInt8 {
    milestones.number(time &- start, frame &- firstFrame) ?? noteNext(time, frame, &detail)
  }

  private mutating func noteNext(_ time: Int64, _ frame: UInt64, _ detail: inout TCPDetail) -> UInt8 {
    let (since, overflow) = time.subtractingReportingOverflow(start)
    if !overflow, frame >= firstFrame, let number = milestones.note(since, frame - firstFrame) {
      return number
    }
    if detail.milestones.last != Milestone(time: time, frame: frame) {
      guard detail.milestones.count + Int(Milestones.heldMax) < Int(Milestones.none) else {
        return Milestones.none
      }
      detail.isTouched = true
      detail.milestones.append(Milestone(time: time, frame: frame))
    }
    return Milestones.heldMax + UInt8(detail.milestones.count) - 1
  }

  /// The time of a milestone; nil when there is none, or when it was given up with the detail.
  @inline(__always)
  mutating func time(of number: UInt8, _ detail: inout TCPDetail) -> Int64? {
    if number < Milestones.heldMax { return start &+ milestones.time(of: number) }
    return milestone(number, detail)?.time
  }

  /// The milestone with a number; nil when there is none, or when it was given up with the detail.
  @inline(__always)
  func milestone(_ number: UInt8, _ detail: borrowing TCPDetail) -> Milestone? {
    if number < Milestones.heldMax {
      let (since, frame) = milestones[number]
      return Milestone(time: start &+ since, frame: firstFrame &+ frame)
    }
    let at = Int(number) - Int(Milestones.heldMax)
    return at < detail.milestones.count ? detail.milestones[at] : nil
  }

  /// An end comes into a state, unless it is in it.
  @inline(__always)
  mutating func enter(_ end: Int, _ next: EndpointState, _ segment: Segment, _ detail: inout TCPDetail) {
    if next != ends[end].state { enter(end, next, segment.time, segment.frame, &detail) }
  }

  /// The same, by a packet that is no segment.
  @inline(__always)
  mutating func enter(
    _ end: Int, _ next: EndpointState, _ time: Int64, _ frame: UInt64, _ detail: inout TCPDetail
  ) {
    guard next != ends[end].state else { return }
    ends[end].state = next
    let held = ends[end].path.count
    guard Int(held) + detail.pathCount(end) < TCPEndDetail.pathMax else { return }
    let milestone = note(time, frame, &detail)
    if milestone == Milestones.none { return }
    if ends[end].path.isFull {
      detail[end].path.append(PathStep(next, milestone))
    } else {
      ends[end].path.append(PathStep(next, milestone))
    }
  }

  /// Takes an end's last state back: a later packet shows that the end had not come into it.
  mutating func takeBack(_ end: Int, _ wrong: EndpointState, _ detail: inout TCPDetail) {
    guard ends[end].state == wrong, ends[end].path.count > 1 else { return }
    if let last = detail.path(end).last {
      guard last.state == wrong else { return }
      detail[end].path.removeLast()
    } else {
      guard ends[end].path.last?.state == wrong else { return }
      ends[end].path.removeLast()
    }
    ends[end].state = detail.path(end).last?.state ?? ends[end].path.last?.state ?? .closed
  }

}

/// All milestones of a connection, for who asks for many.
struct Marks {
  private let start: Int64
  private let firstFrame: UInt64
  private var held = InlineArray<9, (time: Int64, frame: UInt64)>(repeating: (0, 0))
  private let more: [Milestone]

  init(_ connection: TCPConnection, _ more: [Milestone]) {
    var milestones = connection.milestones
    self.init(start: connection.start, connection.firstFrame, &milestones, more)
  }

  init(start: Int64, _ firstFrame: UInt64, _ milestones: inout Milestones, _ more: [Milestone]) {
    self.start = start
    self.firstFrame = firstFrame
    self.more = more
    milestones.list(in: &held)
  }

  /// The milestone with a number; nil when there is none, or when it was given up with the detail.
  subscript(number: UInt8) -> Milestone? {
    if number < Milestones.heldMax {
      let (since, frame) = held[Int(number)]
      return Milestone(time: start &+ since, frame: firstFrame &+ frame)
    }
    let at = Int(number) - Int(Milestones.heldMax)
    return at < more.count ? more[at] : nil
  }

  /// The same, without a copy of all of them.
  @inline(__always)
  mutating func mark(_ number: UInt8) -> Milestone? {
    if number >= Milestones.heldMax { return self[number] }
    return Milestone(
      time: start &+ held[Int(number)].time, frame: firstFrame &+ held[Int(number)].frame)
  }

  /// Makes `changes` every state that an end came into: the steps that it holds itself, and more.
  mutating func fill(_ changes: inout StatePath, _ path: inout Path, _ more: [PathStep]) {
    changes.removeAll()
    for i in 0..<Int(path.count) { append(path.steps[i], to: &changes) }
    for step in more { append(step, to: &changes) }
  }

  @inline(__always)
  private mutating func append(_ step: PathStep, to changes: inout StatePath) {
    if let mark = mark(step.milestone) {
      changes.append(StateChange(state: step.state, time: mark.time, frame: mark.frame))
    }
  }
}
