// Short lists that an ended flow holds in place: the states that an end came through, frames, letters. Most
// flows have few of each, and a million of them end in a second: none of these asks for memory.

/// The states that an end came into, in their order. Six are held in place, as many as an end of an ordinary
/// connection has.
public struct StatePath: RandomAccessCollection, Sendable, Equatable, CustomStringConvertible {
  /// So many are in place.
  public static var held: Int { 6 }

  @usableFromInline var first = InlineArray<6, StateChange>(
    repeating: StateChange(state: .closed, time: 0, frame: 0))
  @usableFromInline var rest: [StateChange] = []
  /// States.
  public private(set) var count = 0
  // What is asked for most, noted as it comes.
  /// The last of them.
  private(set) var state: EndpointState?
  /// The last time that it came into TIME_WAIT, and whether it came through CLOSING.
  public private(set) var timeWait: StateChange?
  private(set) var hasClosing = false
  /// The first time that it came into CLOSE_WAIT, and when it left it.
  private(set) var closeWait: StateChange?
  private(set) var closeWaitEnd: Int64?

  /// No state.
  init() {}

  /// The collection's.
  public var startIndex: Int { 0 }
  /// The collection's.
  public var endIndex: Int { count }

  /// A state.
  public subscript(index: Int) -> StateChange {
    precondition(index >= 0 && index < count, "a state of the path")
    return index < StatePath.held ? first[index] : rest[index - StatePath.held]
  }

  /// The same, without a copy of the path: to read from an inline array by a number that the compiler does
  /// not know, it copies what cannot change.
  @inlinable @inline(__always)
  public mutating func step(_ index: Int) -> StateChange {
    index < StatePath.held ? first[index] : rest[index - StatePath.held]
  }

  /// The last of them; nil when there is none.
  @inline(__always)
  mutating func lastStep() -> StateChange? { count > 0 ? step(count &- 1) : nil }

  @inline(__always)
  mutating func removeAll() {
    if !rest.isEmpty { rest = [] }
    count = 0
    (state, timeWait, hasClosing, closeWait, closeWaitEnd) = (nil, nil, false, nil, nil)
  }

  @inline(__always)
  mutating func append(_ change: StateChange) {
    if count < StatePath.held { first[count] = change } else { rest.append(change) }
    count &+= 1
    if closeWait != nil, closeWaitEnd == nil { closeWaitEnd = change.time }
    state = change.state
    switch change.state {
    case .timeWait: timeWait = change
    case .closing: hasClosing = true
    case .closeWait: if closeWait == nil { closeWait = change }
    case .closed, .listen, .synSent, .synReceived, .established, .finWait1, .finWait2, .lastACK: break
    }
  }

  /// The same elements.
  public static func == (a: StatePath, b: StatePath) -> Bool { a.elementsEqual(b) }

  /// As an array is shown.
  public var description: String { Array(self).description }
}

/// Up to eight frames, in the order of the capture unless something else is said.
public struct FrameList: RandomAccessCollection, ExpressibleByArrayLiteral, Sendable, Equatable,
  CustomStringConvertible
{
  /// The most frames of a list.
  public static let countMax = 8

  @usableFromInline var frames = InlineArray<8, UInt64>(repeating: 0)
  /// Frames.
  public private(set) var count = 0

  /// No frames.
  public init() {}

  /// These frames.
  public init(arrayLiteral elements: UInt64...) {
    for frame in elements { append(frame) }
  }

  /// The collection's.
  public var startIndex: Int { 0 }
  /// The collection's.
  public var endIndex: Int { count }

  /// A frame.
  public subscript(index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "a frame of the list")
    return frames[index]
  }

  /// The same, without a copy of the list.
  @inlinable @inline(__always)
  public mutating func frame(_ index: Int) -> UInt64 { frames[index] }

  /// One more; what does not fit is left out.
  @inline(__always)
  mutating func append(_ frame: UInt64) {
    guard count < FrameList.countMax else { return }
    frames[count] = frame
    count &+= 1
  }

  /// Puts a frame in its place in a list in order, unless it is there; of too many the first are kept.
  @inline(__always)
  mutating func insert(_ frame: UInt64) {
    var place = count
    while place > 0, frames[place &- 1] > frame { place &-= 1 }
    if place > 0, frames[place &- 1] == frame { return }
    if place == FrameList.countMax { return }
    var last = Swift.min(count, FrameList.countMax &- 1)
    while last > place {
      frames[last] = frames[last &- 1]
      last &-= 1
    }
    frames[place] = frame
    count = Swift.min(count &+ 1, FrameList.countMax)
  }

  /// Makes it two frames.
  @inline(__always)
  mutating func fill(_ one: UInt64, _ other: UInt64) { (frames[0], frames[1], count) = (one, other, 2) }

  @inline(__always)
  mutating func removeAll() { count = 0 }

  /// The same elements.
  public static func == (a: FrameList, b: FrameList) -> Bool { a.elementsEqual(b) }

  /// As an array is shown.
  public var description: String { Array(self).description }

  static func + (a: FrameList, b: FrameList) -> [UInt64] { Array(a) + Array(b) }
}

/// The letters of a history: those that a connection holds itself, and more.
public struct HistoryLetters: RandomAccessCollection, Sendable {
  /// Letters that are held in place, the first in the lowest octet.
  private var first = InlineArray<2, UInt64>(repeating: 0)
  private var held: UInt8 = 0
  private var rest: [UInt8] = []

  /// No letters.
  init() {}

  /// The letters that a history holds in place, and those of its detail.
  mutating func fill(_ history: inout History, _ more: [UInt8]) {
    (first, held) = ([0, 0], 0)
    for i in 0..<Int(history.count) { append(history.written[i]) }
    if !rest.isEmpty || !more.isEmpty { rest = more }
  }

  /// One letter for each of two ends that sent something.
  init(originator: Bool, responder: Bool) {
    if originator { append(UInt8(ascii: "D")) }
    if responder { append(UInt8(ascii: "d")) }
  }

  /// Makes it a few letters, the first in the lowest octet of a word, eight at most.
  @inline(__always)
  mutating func fill(_ letters: UInt64, count: Int) {
    if !rest.isEmpty { rest = [] }
    (first[0], first[1]) = (letters, 0)
    held = UInt8(truncatingIfNeeded: count)
  }

  /// One more of those that are held in place.
  mutating func append(_ letter: UInt8) {
    first[Int(held) / 8] |= UInt64(letter) &<< UInt64(held % 8 * 8)
    held += 1
  }

  /// The collection's.
  public var startIndex: Int { 0 }
  /// The collection's.
  public var endIndex: Int { Int(held) + rest.count }

  /// A letter.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < endIndex, "a letter of the history")
    return index < Int(held) ? letterHeld(index) : rest[index - Int(held)]
  }

  private func letterHeld(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: first[index / 8] &>> UInt64(index % 8 * 8))
  }

  /// The first eight of the letters that are held in place, the first in the lowest octet.
  public mutating func firstEight() -> UInt64 { first[0] }

  /// The same, without a copy of the list.
  public mutating func letter(_ index: Int) -> UInt8 {
    index < Int(held) ? letterHeld(index) : rest[index - Int(held)]
  }
}
