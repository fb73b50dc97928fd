// What bounds the streams, and what is counted when a bound is reached.

/// Declared limits. Every octet that is copied or kept is counted against two of them: one stream's and that
/// of all.
public struct StreamLimits: Sendable {
  /// Octets that one direction holds because others before them are missing.
  public var heldOctetsMax = 4 << 20
  /// Runs of such octets in one direction.
  public var heldRunsMax = 4096
  /// Octets of a unit whose end has not come: a head, a line.
  public var carryOctetsMax = 65_535
  /// Octets that all streams take together: what they hold, carry and keep, and themselves. When fifteen
  /// sixteenths of them are taken, streams that nobody talks on are given up.
  public var allOctetsMax = 512 << 20
  /// How long octets are waited for that the peer has acknowledged: captures of several interfaces or queues
  /// confuse the order of the two directions, by less than this. Nanoseconds.
  public var patience: Int64 = 50_000_000

  /// The defaults.
  public init() {}
}

/// What the streams have copied now, and what was given up so far.
public struct StreamCounters: Sendable, Equatable {
  /// Octets held, carried or kept now, by all streams, and those that they take themselves.
  public internal(set) var octetsNow = 0
  /// The most of them that there were at a time.
  public internal(set) var octetsMost = 0
  /// Octets copied because they came before others.
  public internal(set) var octetsHeld: UInt64 = 0
  /// Octets copied because a unit's end had not come.
  public internal(set) var octetsCarried: UInt64 = 0
  /// Holes that were given up, and their octets, because the peer had acknowledged them.
  public internal(set) var gapsNotCaptured: UInt64 = 0
  public internal(set) var octetsNotCaptured: UInt64 = 0
  /// Octets that frames were cut by.
  public internal(set) var octetsCut: UInt64 = 0
  /// Holes and units that were given up because a limit was reached.
  public internal(set) var gapsByBudget: UInt64 = 0
  /// Streams that were given up because all together took too much.
  public internal(set) var streamsGivenUp: UInt64 = 0
  /// Holes that were given up because the connection or the capture ended.
  public internal(set) var gapsAtEnd: UInt64 = 0
  /// Segments with numbers that no window reaches.
  public internal(set) var segmentsOutOfWindow: UInt64 = 0
  /// Segments that repeated octets with other values, and the first of them.
  public internal(set) var differingOverlaps: UInt64 = 0

  /// Nothing counted.
  public init() {}

  /// Whether `count` octets more may be copied.
  @inline(__always)
  func hasRoom(_ count: Int, _ limits: borrowing StreamLimits) -> Bool {
    octetsNow &+ count <= limits.allOctetsMax
  }

  mutating func take(_ count: Int) {
    octetsNow &+= count
    octetsMost = max(octetsMost, octetsNow)
  }

  mutating func give(_ count: Int) { octetsNow &-= count }

  mutating func note(_ gap: StreamGap) {
    switch gap.reason {
    case .notCaptured:
      gapsNotCaptured &+= 1
      octetsNotCaptured &+= UInt64(gap.count)
    case .cut: octetsCut &+= UInt64(gap.count)
    case .budget: gapsByBudget &+= 1
    case .end: gapsAtEnd &+= 1
    }
  }
}

/// Two segments that say different octets for the same places: retransmissions never do, so somebody lies to
/// whoever watches, or a middlebox changed one of them.
public struct StreamConflict: Sendable, Equatable {
  public var side: FlowSide
  /// The first octet in question.
  public var offset: Int64
  /// The frame that came first, and the one that said otherwise.
  public var earlier: UInt64
  public var later: UInt64
}
