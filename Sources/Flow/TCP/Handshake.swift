// How a connection was opened: SYN with x, SYN-ACK with y and x + 1, ACK with y + 1 (RFC 9293 section 3.5).

/// The opening of a connection, as far as it was seen.
public struct Handshake: Sendable, Equatable {
  public internal(set) var synFrame: UInt64?
  public internal(set) var synTime: Int64?
  /// The last SYN before the SYN-ACK: what it answers, as far as an observer can know.
  public internal(set) var lastSYNTime: Int64?
  public internal(set) var synACKFrame: UInt64?
  public internal(set) var synACKTime: Int64?
  public internal(set) var ackFrame: UInt64?
  public internal(set) var ackTime: Int64?
  public internal(set) var synRetransmissions: UInt64 = 0
  public internal(set) var synACKRetransmissions: UInt64 = 0
  public internal(set) var isSimultaneous = false
  public internal(set) var isFastOpen = false
  public internal(set) var isRefused = false

  /// All three segments were seen.
  public var isComplete: Bool { synFrame != nil && synACKFrame != nil && ackFrame != nil }
  /// From the first SYN to the ACK of the SYN-ACK.
  public var total: Int64? { zip(synTime, ackTime).map { interval($0, $1) } }
  /// From the last SYN to the SYN-ACK.
  public var synACKDelay: Int64? { zip(lastSYNTime, synACKTime).map { interval($0, $1) } }
  /// From the SYN-ACK to its ACK.
  public var ackDelay: Int64? { zip(synACKTime, ackTime).map { interval($0, $1) } }

  /// Both, or nil.
  private func zip(_ a: Int64?, _ b: Int64?) -> (Int64, Int64)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}
