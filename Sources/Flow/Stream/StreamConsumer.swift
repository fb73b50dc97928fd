// Whoever reads a stream: what it is lent, what it answers, what it is told.
//
// A consumer sees both directions of one connection. Each direction is a row of *units*: a head, a body, a
// message of one's own protocol. A unit goes like this:
//
// 1. `look` lends the octets from where the last unit ended, as many as have come. The answer is
//    `.complete(n)`: a unit of n octets begins here, whether or not all of them have come; `.needMore`: what
//    has come does not tell; `.notMine`: this direction is not read any further. Octets behind `.needMore`
//    are copied, and lent again together with those that follow. While octets come in order and every answer
//    is `.complete`, nothing is copied: the octets lent are those of the frame.
// 2. `pass` lends the octets of the unit as they come. A consumer that knows by length how long a body is
//    does not touch them.
// 3. `finish` tells that the unit's last octet has come, in which frame and when, and how many octets of the
//    unit were never captured.
//
// A hole inside a unit is passed by: the unit's length is known. A hole where a unit begins is passed by
// when `expect` knows that unit's length. Any other hole is told by `lose`, and the next octets that are
// lent follow the hole: `place.beginsSegment` says whether they are the first of a segment, which is where
// most messages begin. `end` comes once for each direction.
//
// A reader for another protocol is a struct that adopts `StreamConsumer`, a case of `StreamKind` and a line
// in the list of `StreamMux`. Tests feed it with `Reassembly.receive` and segments made by hand.

public import Wire

/// Where an octet was captured.
public struct StreamPlace: Sendable, Equatable {
  /// Who sent it.
  public var side: FlowSide
  /// Its place in the direction's octets, from 0; 64 bits, so that streams beyond 4 GiB do not wrap.
  public var offset: Int64
  /// The frame that carried it.
  public var frame: UInt64
  /// When that frame was captured, in nanoseconds since the Unix epoch.
  public var time: Int64
  /// When the octet and all before it were there: later than `time` when it had to wait for others.
  public var delivered: Int64
  /// It is the first octet of its segment.
  public var beginsSegment: Bool

  /// An octet's place.
  public init(
    side: FlowSide, offset: Int64, frame: UInt64, time: Int64, delivered: Int64, beginsSegment: Bool = false
  ) {
    self.side = side
    self.offset = offset
    self.frame = frame
    self.time = time
    self.delivered = delivered
    self.beginsSegment = beginsSegment
  }

  /// Nowhere yet.
  init() { self.init(side: .originator, offset: 0, frame: 0, time: 0, delivered: 0) }

  /// The place `count` octets on in the same frame.
  @inline(__always)
  func moved(_ count: Int) -> StreamPlace {
    var place = self
    place.offset &+= Int64(count)
    if count > 0 { place.beginsSegment = false }
    return place
  }
}

/// Octets that will not come.
public struct StreamGap: Sendable, Equatable {
  /// Why they are given up.
  public enum Reason: UInt8, Sendable {
    /// The peer has them, the capture has not.
    case notCaptured
    /// The frame was captured shorter than it was.
    case cut
    /// A declared limit was reached.
    case budget
    /// The connection or the capture ended before they came.
    case end
  }

  /// Where they would be.
  public var place: StreamPlace
  /// How many.
  public var count: Int64
  public var reason: Reason
}

/// How a direction ended.
public enum StreamEnd: UInt8, Sendable {
  /// Its FIN, with everything before it.
  case fin
  /// A reset.
  case reset
  /// The capture or the flow's time.
  case cut
}

/// What a consumer says of the octets it was lent.
public enum StreamAnswer: Sendable, Equatable {
  /// A unit of so many octets begins here, 1 or more; `unending` for all that follow.
  case complete(Int64)
  /// The octets lent do not tell yet.
  case needMore
  /// This direction is not read any further.
  case notMine

  /// The length of a unit that goes on until the direction ends.
  public static let unendingLength: Int64 = 1 << 62
  /// A unit that goes on until the direction ends.
  public static let unending = StreamAnswer.complete(unendingLength)
}

/// A reader of one connection's streams.
public protocol StreamConsumer {
  /// Octets of a segment are next: so many that have not come before, whoever they are lent to.
  mutating func begin(segment place: StreamPlace, count: Int64)
  /// Octets from where the last unit of this direction ended; `place` is the first one's.
  mutating func look(_ octets: Bytes, _ place: StreamPlace) -> StreamAnswer
  /// Octets of the unit that `look` has answered for.
  mutating func pass(_ octets: Bytes, _ side: FlowSide)
  /// The unit's last octet is there: `last` is its place, `last.offset` the one behind it. `missing` octets
  /// of the unit were not captured.
  mutating func finish(_ last: StreamPlace, missing: Int64)
  /// The first octets of the next unit will not come: its length, when it is known without them, as that of a
  /// body is; else nil, and `lose` follows.
  mutating func expect(_ place: StreamPlace) -> Int64?
  /// Octets between units, or of a unit whose length is not known, will not come.
  mutating func lose(_ gap: StreamGap)
  /// The direction ends, and with it a unit of which this much had come; `end` follows.
  mutating func leave(_ octets: Bytes, _ place: StreamPlace)
  /// Nothing follows in this direction; `last.offset` is the number of its octets. A unit may be unfinished:
  /// `missing` of its octets so far were not captured.
  mutating func end(_ last: StreamPlace, _ how: StreamEnd, missing: Int64)
}

extension StreamConsumer {
  /// Most ask for octets only, wherever they come from.
  @inline(__always)
  public mutating func begin(segment place: StreamPlace, count: Int64) {}
  /// Most units tell their length themselves.
  public mutating func expect(_ place: StreamPlace) -> Int64? { nil }
  /// Most have no use for a part.
  public mutating func leave(_ octets: Bytes, _ place: StreamPlace) {}
}
