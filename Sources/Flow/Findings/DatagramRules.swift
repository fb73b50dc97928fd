// Rules on flows without connections: who was not answered, and who was told that nobody is there.

internal import Wire

extension EndedFlow {
  /// Puts what there is to say of a flow of datagrams in a list that is empty.
  mutating func putDatagramFindings(_ limits: FindingLimits, in found: inout [Finding]) {
    let frames = [record.firstFrame, record.lastFrame]
    for clue in notices.clues where clue.kind == .unreachable {
      found.append(
        Finding(
          .datagramUnreachable, .warning, clue.side, frames: frames.prefix(1) + clue.shown,
          clue.amount >> 8, clue.amount & 255, record.key.first.ipv4 == nil ? 6 : 4))
    }
    for clue in notices.clues where clue.kind == .tooBig {
      found.append(Finding(.packetTooBig, .note, clue.side, frames: clue.shown, clue.amount))
    }
    if let lost = unansweredEchoes() {
      found.append(
        Finding(
          .echoNoReply, .note, .originator, frames: frames, confidence: 0.8,
          or: [.answerLost, .firewall, .hostDown], lost, Int64(clamping: record.counters[0].packets)))
    }
    guard found.isEmpty, record.counters[1].packets == 0, !isToMany() else { return }
    if record.key.ipProtocol == .udp {
      found.append(
        Finding(
          .datagramNoReply, .info, .originator, frames: frames, confidence: 0.6,
          or: [.answerLost, .firewall, .otherPath], Int64(clamping: record.counters[0].packets)))
    }
  }

  /// Echo requests beyond the replies; nil when there are none, or when the flow is another. Each request has
  /// one reply (RFC 792, RFC 4443 section 4.2); the last may still be on its way.
  private mutating func unansweredEchoes() -> Int64? {
    let echo: UInt16 = record.key.ipProtocol == .icmp ? 8 : 128
    guard record.key.ipProtocol == .icmp || record.key.ipProtocol == .icmpv6, !record.key.isOneWay,
      record.originator.port == echo, !isToMany()
    else { return nil }
    let (asked, answered) = (record.counters[0].packets, record.counters[1].packets)
    let isOnItsWay = asked == answered &+ 1 && reason == .forced && interval(record.end, time) < 1_000_000_000
    return asked > answered && !isOnItsWay ? Int64(clamping: asked - answered) : nil
  }

  /// Whether the flow goes to a group or to everybody, who need not answer (RFC 1112, RFC 4291 section 2.7).
  private mutating func isToMany() -> Bool {
    let address = record.responder.address
    guard let four = address.ipv4 else { return address.high >> 56 == 0xff }
    return four >> 28 == 0xe || four == 0xffff_ffff || four & 0xff == 0xff
  }
}
