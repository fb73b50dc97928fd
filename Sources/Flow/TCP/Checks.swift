// Checksums that are wrong: computed later by the network card, or a segment that was damaged on its way.

internal import Wire

/// What the checksums of one end's segments have been, without payload and with: some network cards compute
/// only the latter. Counts stop at 255, good ones are halved there.
struct Checks: Sendable, BitwiseCopyable {
  /// So many that are right show that the end's checksums are finished when they are captured.
  private static let goodMin: UInt8 = 3
  /// So many that are wrong, and hardly any that are right, show that the card computes them: Linux sums up
  /// the last ACKs of TIME_WAIT itself.
  private static let wrongMin: UInt8 = 3

  private var good = InlineArray<2, UInt8>(repeating: 0)
  private var wrong = InlineArray<2, UInt8>(repeating: 0)

  /// Whether the card computes them: hardly any has been right.
  @inline(__always) var isOffloaded: Bool {
    // Mostly none is wrong.
    if wrong[0] | wrong[1] == 0 { return false }
    let (right, not) = (UInt16(good[0]) + UInt16(good[1]), UInt16(wrong[0]) + UInt16(wrong[1]))
    return not >= UInt16(Checks.wrongMin) && right * 3 <= not
  }

  /// Whether one more would tell anything. While none has been wrong, enough of them do where the end itself
  /// is: nothing is damaged yet there. Away from it every one is asked.
  @inline(__always)
  mutating func isAsked(hasPayload: Bool, isNear: Bool) -> Bool {
    let kind = hasPayload ? 1 : 0
    let (right, not) = (good[kind], wrong[kind])
    return not == 0 ? right < Checks.goodMin || !isNear : right > 0 || not < .max
  }

  /// Whether a segment was damaged on its way to the tap, of which its sender may be near: nothing is damaged
  /// yet there. Its checksum is summed up only when it would tell anything. It is taken into account, unless
  /// the segment was damaged and nothing is to be done about one (`countsDamage`).
  @inline(__always)
  mutating func findDamage(
    hasPayload: Bool, countsDamage: Bool = true, isNear: Bool, _ verdict: () -> ChecksumVerdict?
  ) -> Bool {
    guard isAsked(hasPayload: hasPayload, isNear: isNear), let verdict = verdict() else { return false }
    let kind = hasPayload ? 1 : 0
    let isDamaged = isDamage(verdict, kind) && !isNear
    if !isDamaged || countsDamage { count(verdict, kind) }
    return isDamaged
  }

  /// Takes a verdict; true when the segment was damaged, unless its sender is near.
  @inline(__always)
  mutating func take(_ verdict: ChecksumVerdict, hasPayload: Bool) -> Bool {
    let kind = hasPayload ? 1 : 0
    let isDamaged = isDamage(verdict, kind)
    count(verdict, kind)
    return isDamaged
  }

  /// Whether a segment was damaged: its checksum is wrong, and nearly all others are right. One that the card
  /// would have finished was not.
  @inline(__always)
  private mutating func isDamage(_ verdict: ChecksumVerdict, _ kind: Int) -> Bool {
    guard case .bad = verdict else { return false }
    let all = wrong[kind] < .max ? wrong[kind] + 1 : .max
    return good[kind] >= Checks.goodMin && good[kind] / 3 >= all
  }

  /// Counts a verdict.
  @inline(__always)
  private mutating func count(_ verdict: ChecksumVerdict, _ kind: Int) {
    switch verdict {
    case .absent, .unverifiable: break
    case .good:
      if good[kind] == .max { (good[kind], wrong[kind]) = (good[kind] / 2, wrong[kind] / 2) }
      good[kind] += 1
    case .partial, .bad:
      if wrong[kind] < .max { wrong[kind] += 1 }
    }
  }
}

extension TCPConnection {
  /// Whether a segment was damaged on its way to the tap; `checksum` is the verdict on its checksum, nil when
  /// nobody has all of its octets.
  @inline(__always)
  mutating func isDamaged(_ segment: Segment, _ checksum: () -> ChecksumVerdict?) -> Bool {
    let isNear = opening.near == segment.side
    let isAsked = watch.checks[segment.side.rawValue].isAsked(hasPayload: segment.payload > 0, isNear: isNear)
    guard isAsked, let verdict = checksum() else { return false }
    return take(verdict, segment) && !isNear
  }

  /// Takes the verdict on a segment's checksum; true when it was damaged. Apart from the question whether it
  /// is asked, which is short and comes with every segment.
  @inline(never)
  private mutating func take(_ verdict: ChecksumVerdict, _ segment: Segment) -> Bool {
    watch.checks[segment.side.rawValue].take(verdict, hasPayload: segment.payload > 0)
  }

  /// The other end drops a damaged segment (RFC 9293 section 3.1): it acknowledges nothing and moves nobody.
  /// Octets at the place of the next were sent all the same, and will be sent again.
  mutating func drop(_ segment: Segment, _ detail: inout TCPDetail) {
    let me = segment.side.rawValue
    detail.note(.damaged, segment, amount: segment.payload)
    guard segment.payload > 0, segment.sequence == ends[me].highest, !segment.flags.contains(.syn) else {
      return
    }
    let end = segment.sequence &+ segment.payload
    detail[me].jump(ClosedBlock(start: segment.sequence, end: end), by: segment)
    ends[me].highest = end
    ends[me].lastNew = segment.time
    ends[me].remember(segment)
  }
}
