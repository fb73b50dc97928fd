// Where the capture was taken, seen from the flow: who answers at once is near.

/// The place between the two ends where the capture was taken.
public struct Tap: Sendable, Equatable {
  /// The places that are told apart.
  public enum Place: UInt8, Sendable {
    case nearOriginator, nearResponder, between, unknown

    /// The word that records print.
    public var name: StaticString {
      switch self {
      case .nearOriginator: "near_orig"
      case .nearResponder: "near_resp"
      case .between: "between"
      case .unknown: "unknown"
      }
    }
  }

  public var place = Place.unknown
  /// From 0 to 1.
  public var confidence = 0.0
  /// The least time from the tap to each end and back; nil when it was never measured.
  public var toOriginator: Int64?
  public var toResponder: Int64?

  /// Whether packets that this end sends pass the tap before they can be lost; nil when nobody knows.
  public func isNear(_ side: FlowSide) -> Bool? {
    switch place {
    case .nearOriginator: side == .originator
    case .nearResponder: side == .responder
    case .between, .unknown: nil
    }
  }
}

extension Tap {
  /// A whole round trip shorter than this is a network's too small to tell sides by delay: within one host or
  /// one switch the ends' own delays are as long.
  private static let roundTripMin: Int64 = 300_000
  /// One end's share of the round trip below which the tap is beside it, and the share from which it is not.
  private static let nearShare = 0.15
  private static let betweenShare = 0.25

  /// From the least times that the tap saw: from a packet towards an end to the answer of that end. The
  /// handshake has one for each (SYN to SYN-ACK, SYN-ACK to ACK), data and their acknowledgments have more.
  /// The least of them has the least of the end's own delay in it (a delayed ACK, RFC 1122 section 4.2.3.2).
  init(toOriginator: Int64?, toResponder: Int64?) {
    self.toOriginator = toOriginator
    self.toResponder = toResponder
    guard let here = toOriginator, let there = toResponder else { return }
    let sum = Double(here) + Double(there)
    guard sum > 0 else { return }
    let share = Double(min(here, there)) / sum
    let isLong = here + there >= Tap.roundTripMin
    guard isLong else { return }
    if share <= Tap.nearShare {
      place = here < there ? .nearOriginator : .nearResponder
      confidence = 1 - share * 2
    } else if share >= Tap.betweenShare {
      place = .between
      confidence = min(1, share * 2)
    }
  }

  /// From the delays of a connection.
  init(_ connection: borrowing TCPConnection) {
    func least(_ a: Int64?, _ trips: RoundTrip) -> Int64? {
      guard trips.samples > 0 else { return a }
      return a.map { min($0, trips.least) } ?? trips.least
    }
    self.init(
      toOriginator: least(connection.opening.ackDelay, connection.ends[1].roundTrip),
      toResponder: least(connection.opening.synACKDelay, connection.ends[0].roundTrip))
  }
}
