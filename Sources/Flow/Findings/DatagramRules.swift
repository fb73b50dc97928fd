// Rules on flows without connections: who was not answered, and who was told that nobody is there.

internal import Wire

extension EndedFlow {
  /// What there is to say of a flow of datagrams.
  func datagramFindings(_ limits: FindingLimits) -> [Finding] {
    var found: [Finding] = []
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
    guard found.isEmpty, record.counters[1].packets == 0, !isToMany else { return found }
    if record.key.ipProtocol == .udp {
      found.append(
        Finding(
          .datagramNoReply, .info, .originator, frames: frames, confidence: 0.6,
          or: [.answerLost, .firewall, .otherPath], Int64(clamping: record.counters[0].packets)))
    }
    return found
  }

  /// Whether the flow goes to a group or to everybody, who need not answer (RFC 1112, RFC 4291 section 2.7).
  private var isToMany: Bool {
    let address = record.responder.address
    guard let four = address.ipv4 else { return address.high >> 56 == 0xff }
    return four >> 28 == 0xe || four == 0xffff_ffff || four & 0xff == 0xff
  }
}
