// One TCP segment as the tracker sees it: numbers counted from the initial sequence numbers, in 64 bits.

public import Wire

/// A segment in a connection's own numbers: SYN is 0, the first octet of the stream 1 (RFC 9293 section 3.4).
/// 64 bits, so that streams beyond 4 GiB do not wrap.
public struct Segment: Sendable {
  /// Who sent it.
  public var side: FlowSide
  public var frame: UInt64
  /// Nanoseconds since the Unix epoch.
  public var time: Int64
  public var flags: TCPFlags
  /// Of the first octet, or of the SYN.
  public var sequence: Int64
  /// Octets of payload, as the headers say.
  public var payload: Int64
  /// In the peer's numbers; meaningful with the ACK flag.
  public var acknowledgment: Int64
  /// As on the wire, unscaled.
  public var window: UInt16
  public var timestamps: (value: UInt32, echo: UInt32)?
  /// IPv4 identification; nil when there is none or it says nothing (0).
  public var identification: UInt16?
  /// SACK blocks; what they say is asked for where they are looked at (`TCPConnection.selected`).
  public var sackCount: Int
  /// The first block tells of octets received twice (RFC 2883).
  public var isDuplicateSACK: Bool

  /// Sequence numbers that the segment takes: payload, SYN and FIN. Of a frame's octets, and asked again and
  /// again: nothing here overflows.
  public var length: Int64 {
    payload &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
  }

  /// The number behind the segment's last.
  public var end: Int64 { sequence &+ length }
}

/// Sequence numbers from `start` up to, not including, `end`.
public struct ClosedBlock: Sendable, Equatable {
  public var start: Int64
  public var end: Int64

  /// Whether they have a number in common.
  func overlaps(_ other: ClosedBlock) -> Bool { start < other.end && other.start < end }
}

/// What SACK blocks tell to have arrived.
typealias SelectedBlocks = InlineArray<4, ClosedBlock>

/// The longest time between two packets that anything is measured by, about thirteen days: files may say what
/// they like of their times, and nothing that is added up or multiplied overflows.
private let intervalMax: Int64 = 1 << 50

/// The time from `a` to `b`, in nanoseconds: 0 when it goes backwards, and never more than `intervalMax`.
@inline(__always)
func interval(_ a: Int64, _ b: Int64) -> Int64 {
  let (difference, overflow) = b.subtractingReportingOverflow(a)
  if overflow { return b > a ? intervalMax : 0 }
  return min(max(0, difference), intervalMax)
}

/// The distance from one sequence number to another, as RFC 9293 section 3.4 compares them.
@inline(__always)
func distance(from a: UInt32, to b: UInt32) -> Int64 { Int64(Int32(bitPattern: b &- a)) }
