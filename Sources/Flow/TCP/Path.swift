// The states that each end came through, kept in few octets: what happened, and when, once for both ends.

/// A packet that moved a connection: its time and its frame.
struct Milestone: Sendable, Equatable {
  /// Nanoseconds since the Unix epoch.
  var time: Int64
  var frame: UInt64
}

/// The milestones of a connection in the order in which they came, the usual number of them in ten octets
/// each, counted from the connection's first packet.
struct Milestones: Sendable {
  /// A number that no milestone has.
  static let none: UInt8 = 15
  /// Milestones that are held in place: SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK. Those beyond, and those that
  /// are too far from the first packet for 48 bits of nanoseconds (39 hours) or 32 bits of frames, go to the
  /// detail, and have the numbers from here to `none`.
  static let held = 7

  private var low = InlineArray<7, UInt32>(repeating: 0)
  private var high = InlineArray<7, Int16>(repeating: 0)
  private var frames = InlineArray<7, UInt32>(repeating: 0)
  private var count: UInt8 = 0

  /// Notes a milestone, given from the first packet, and says its number; nil when it does not fit.
  mutating func note(_ time: Int64, _ frame: UInt64) -> UInt8? {
    guard let narrow = UInt32(exactly: frame), time >> 47 == 0 || time >> 47 == -1 else { return nil }
    if count > 0, self.time(count - 1) == time, frames[Int(count) - 1] == narrow { return count - 1 }
    guard count < UInt8(Milestones.held) else { return nil }
    low[Int(count)] = UInt32(truncatingIfNeeded: time)
    high[Int(count)] = Int16(truncatingIfNeeded: time >> 32)
    frames[Int(count)] = narrow
    count += 1
    return count - 1
  }

  /// The time of a milestone that is held, from the first packet.
  func time(_ number: UInt8) -> Int64 { Int64(high[Int(number)]) << 32 | Int64(low[Int(number)]) }
  /// Its frame, from the first packet's.
  func frame(_ number: UInt8) -> UInt64 { UInt64(frames[Int(number)]) }
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
  /// Notes a packet that moved the connection, and says its number.
  mutating func note(_ time: Int64, _ frame: UInt64, _ detail: inout TCPDetail) -> UInt8 {
    let (since, overflow) = time.subtractingReportingOverflow(start)
    if !overflow, frame >= firstFrame, let number = milestones.note(since, frame - firstFrame) {
      return number
    }
    if detail.milestones.last != Milestone(time: time, frame: frame) {
      guard detail.milestones.count + Milestones.held < Int(Milestones.none) else { return Milestones.none }
      detail.isTouched = true
      detail.milestones.append(Milestone(time: time, frame: frame))
    }
    return UInt8(Milestones.held + detail.milestones.count - 1)
  }

  /// The milestone with a number; nil when there is none, or when it was given up with the detail.
  func milestone(_ number: UInt8, _ detail: borrowing TCPDetail) -> Milestone? {
    if number < UInt8(Milestones.held) {
      return Milestone(time: start &+ milestones.time(number), frame: firstFrame &+ milestones.frame(number))
    }
    let at = Int(number) - Milestones.held
    return at < detail.milestones.count ? detail.milestones[at] : nil
  }

  /// An end comes into a state, unless it is in it.
  mutating func enter(_ end: Int, _ next: EndpointState, _ segment: Segment, _ detail: inout TCPDetail) {
    enter(end, next, segment.time, segment.frame, &detail)
  }

  /// The same, by a packet that is no segment.
  mutating func enter(
    _ end: Int, _ next: EndpointState, _ time: Int64, _ frame: UInt64, _ detail: inout TCPDetail
  ) {
    guard next != ends[end].state else { return }
    ends[end].state = next
    let held = ends[end].path.count
    guard Int(held) + detail[end].path.count < TCPEndDetail.pathMax else { return }
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
    if let last = detail[end].path.last {
      guard last.state == wrong else { return }
      detail[end].path.removeLast()
    } else {
      guard ends[end].path.last?.state == wrong else { return }
      ends[end].path.removeLast()
    }
    ends[end].state = detail[end].path.last?.state ?? ends[end].path.last?.state ?? .closed
  }

  /// Every state that an end came into.
  func path(of side: FlowSide, _ detail: borrowing TCPDetail) -> [StateChange] {
    let end = ends[side.rawValue]
    var changes: [StateChange] = []
    for i in 0..<Int(end.path.count) {
      append(end.path.steps[i], detail, &changes)
    }
    for step in detail[side.rawValue].path { append(step, detail, &changes) }
    return changes
  }

  private func append(_ step: PathStep, _ detail: borrowing TCPDetail, _ changes: inout [StateChange]) {
    guard let milestone = milestone(step.milestone, detail) else { return }
    changes.append(StateChange(state: step.state, time: milestone.time, frame: milestone.frame))
  }
}
