// Short lists that an ended flow holds in place: the states that an end came through, frames, letters. Most
// flows have few of each, and a million of them end in a second: none of these asks for memory.

/// The states that an end came into, in their order. Six are held in place, as many as an end of an ordinary
/// connection has.
public struct StatePath: RandomAccessCollection, Sendable, Equatable, CustomStringConvertible {
  @usableFromInline static var held: Int { 6 }

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

  mutating func removeAll() {
    count = 0
    (state, timeWait, hasClosing, closeWait, closeWaitEnd) = (nil, nil, false, nil, nil)
    if !rest.isEmpty { rest = [] }
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
  private var first = InlineArray<14, UInt8>(repeating: 0)
  private var held: UInt8 = 0
  private var rest: [UInt8] = []

  /// No letters.
  init() {}

  /// The letters that a history holds in place, and those of its detail.
  mutating func fill(_ history: inout History, _ more: [UInt8]) {
    first = history.written
    held = history.count
    if !rest.isEmpty || !more.isEmpty { rest = more }
  }

  /// One letter for each of two ends that sent something.
  init(originator: Bool, responder: Bool) {
    if originator {
      first[0] = UInt8(ascii: "D")
      held = 1
    }
    if responder {
      first[Int(held)] = UInt8(ascii: "d")
      held += 1
    }
  }

  /// Forgets all letters.
  mutating func removeAll() {
    held = 0
    if !rest.isEmpty { rest = [] }
  }

  /// One more of a few: there is room for fourteen.
  @inline(__always)
  mutating func append(_ letter: UInt8) {
    first[Int(held)] = letter
    held += 1
  }

  /// The collection's.
  public var startIndex: Int { 0 }
  /// The collection's.
  public var endIndex: Int { Int(held) + rest.count }

  /// A letter.
  public subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < endIndex, "a letter of the history")
    return index < Int(held) ? first[index] : rest[index - Int(held)]
  }

  /// The first eight of the letters that are held in place, the first in the lowest octet.
  public mutating func firstEight() -> UInt64 {
    var word: UInt64 = 0
    for i in (0..<8).reversed() { word = word << 8 | UInt64(first[i]) }
    return word
  }

  /// The same, without a copy of the list.
  public mutating func letter(_ index: Int) -> UInt8 {
    index < Int(held) ? first[index] : rest[index - Int(held)]
  }
}
