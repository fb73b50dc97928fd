// How a connection was opened: SYN with x, SYN-ACK with y and x + 1, ACK with y + 1 (RFC 9293 section 3.5).

internal import Wire

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

  /// All three, of a handshake that is not copied to be asked.
  public mutating func delays() -> (total: Int64?, there: Int64?, here: Int64?) {
    (
      total: zip(synTime, ackTime).map { interval($0, $1) },
      there: zip(lastSYNTime, synACKTime).map { interval($0, $1) },
      here: zip(synACKTime, ackTime).map { interval($0, $1) }
    )
  }

  /// Both, or nil.
  @inline(__always)
  private func zip(_ a: Int64?, _ b: Int64?) -> (Int64, Int64)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}

/// The same as a connection holds it: its three segments are milestones. Counts stop at 65535.
struct Opening: Sendable {
  var syn = Milestones.none
  var synACK = Milestones.none
  var ack = Milestones.none
  var synRetransmissions: UInt16 = 0
  var synACKRetransmissions: UInt16 = 0
  /// From the last SYN to the SYN-ACK, and from there to its ACK, once they are known.
  var there = BriefTime() { didSet { findNear() } }
  var here = BriefTime() { didSet { findNear() } }
  /// The end that the tap is near to, if to any: asked of nearly every segment.
  private(set) var near: FlowSide?
  var isSimultaneous = false
  var isFastOpen = false
  var isRefused = false

  /// All three segments were seen.
  var isComplete: Bool { hasSYN && hasSYNACK && hasACK }
  var hasSYN: Bool { syn != Milestones.none }
  var hasSYNACK: Bool { synACK != Milestones.none }
  var hasACK: Bool { ack != Milestones.none }

  /// From the last SYN to the SYN-ACK.
  var synACKDelay: Int64? { hasSYN && hasSYNACK ? there.nanoseconds : nil }
  /// From the SYN-ACK to its ACK.
  var ackDelay: Int64? { hasSYNACK && hasACK ? here.nanoseconds : nil }

  /// Where the tap is, seen from one end: whether its segments are captured as it sends them.
  enum Vantage: Sendable { case near, far, unknown }

  /// A delay this many times shorter than the other lies on the tap's own side.
  private static let vantageRatio: Int64 = 4

  /// An end that answers at once is on the tap's side of the path.
  @inline(__always)
  func vantage(of side: FlowSide) -> Vantage {
    guard isComplete else { return .unknown }
    let (there, here) = (there.nanoseconds, here.nanoseconds)
    let (own, other) = side == .originator ? (here, there) : (there, here)
    if own * Opening.vantageRatio < other { return .near }
    if other * Opening.vantageRatio < own { return .far }
    return .unknown
  }

  private mutating func findNear() {
    near =
      switch vantage(of: .originator) {
      case .near: .originator
      case .far: .responder
      case .unknown: nil
      }
  }
}

extension Handshake {
  /// With the times and the frames of its segments.
  init(_ opening: Opening, _ marks: Marks, lastSYNTime last: Int64?) {
    let (syn, synACK, ack) = (marks[opening.syn], marks[opening.synACK], marks[opening.ack])
    (synFrame, synTime) = (syn?.frame, syn?.time)
    lastSYNTime = last ?? syn?.time
    (synACKFrame, synACKTime) = (synACK?.frame, synACK?.time)
    (ackFrame, ackTime) = (ack?.frame, ack?.time)
    synRetransmissions = UInt64(opening.synRetransmissions)
    synACKRetransmissions = UInt64(opening.synACKRetransmissions)
    isSimultaneous = opening.isSimultaneous
    isFastOpen = opening.isFastOpen
    isRefused = opening.isRefused
  }
}

extension TCPConnection {
  /// Keeps how long the halves of the opening took.
  mutating func noteDelays(_ detail: inout TCPDetail) {
    noteThere(&detail)
    noteHere(&detail)
  }

  /// From the last SYN to the SYN-ACK.
  mutating func noteThere(_ detail: inout TCPDetail) {
    opening.there = BriefTime()
    guard let answered = time(of: opening.synACK, &detail),
      let asked = detail.lastSYNTime ?? time(of: opening.syn, &detail)
    else { return }
    opening.there = BriefTime(interval(asked, answered))
  }

  /// From the SYN-ACK to its ACK.
  private mutating func noteHere(_ detail: inout TCPDetail) {
    opening.here = BriefTime()
    guard let answered = time(of: opening.synACK, &detail), let confirmed = time(of: opening.ack, &detail)
    else { return }
    opening.here = BriefTime(interval(answered, confirmed))
  }

  /// The opening with its times and frames.
  func handshake(_ detail: borrowing TCPDetail) -> Handshake {
    Handshake(opening, Marks(self, detail.milestones), lastSYNTime: detail.lastSYNTime)
  }

  /// The three segments of the opening, and what may take their place.
  mutating func noteHandshake(_ segment: Segment, _ analysis: Analysis, _ detail: inout TCPDetail) {
    let isSYN = segment.flags.contains(.syn)
    let isACK = segment.flags.contains(.ack)
    if isSYN, !isACK, segment.side == .originator {
      if !opening.hasSYN {
        opening.syn = note(segment.time, segment.frame, &detail)
        if opening.hasSYNACK { noteDelays(&detail) }
      } else {
        if analysis.contains(.retransmission), opening.synRetransmissions < .max {
          opening.synRetransmissions += 1
        }
        if !opening.hasSYNACK {
          detail.isTouched = true
          detail.lastSYNTime = segment.time
        }
      }
    } else if isSYN, !isACK {
      opening.isSimultaneous = true
    } else if isSYN {
      if !opening.hasSYNACK {
        opening.synACK = note(segment.time, segment.frame, &detail)
        noteThere(&detail)
      } else if analysis.contains(.retransmission), opening.synACKRetransmissions < .max {
        opening.synACKRetransmissions += 1
      }
    } else if isACK, !opening.hasACK, opening.hasSYNACK, !segment.flags.contains(.rst),
      segment.acknowledgment >= 1, segment.side == .originator, !analysis.contains(.ackLostSegment)
    {
      // While the SYN-ACK is the last milestone, its time is at hand.
      let answered = time(of: opening.synACK, &detail)
      opening.ack = note(segment.time, segment.frame, &detail)
      opening.here = BriefTime()
      if let answered, opening.hasACK { opening.here = BriefTime(interval(answered, segment.time)) }
    } else if segment.flags.contains(.rst), segment.side == .responder, !opening.hasSYNACK {
      opening.isRefused = opening.hasSYN
    }
  }
}
