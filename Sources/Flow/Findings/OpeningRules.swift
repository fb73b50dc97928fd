// Rules on how a connection was opened, and on what the ends agreed.

internal import Wire

extension Examination {
  /// SYN, SYN-ACK, ACK, and what may go wrong with each (RFC 9293 section 3.5).
  mutating func opening(_ flow: inout EndedFlow) {
    let handshake = flow.report.handshake
    func syns() -> [UInt64] { [handshake.synFrame ?? 0] + evidence.frames(.synRepeat, .originator) }
    let repeats = evidence.count(.synRepeat, .originator)
    if let reset = flow.report.reset, flow.report.connection.resetKind == .refused {
      add(Finding(.refused, .warning, reset.side, frames: syns() + [reset.frame], or: [.firewall]))
    } else if handshake.synFrame != nil, !isSeen(.responder), flow.notices.isEmpty,
      flow.report.originator.counters.segments <= handshake.synRetransmissions + 1
    {
      // A single SYN at the end of the input may still be answered: half a second is no verdict.
      let waited = interval(flow.record.start, end)
      add(
        Finding(
          .synNoAnswer, repeats > 0 ? .warning : .note, .originator, frames: syns(),
          confidence: repeats > 0 ? 0.9 : 0.5, or: [.firewall, .hostDown, .acceptQueueFull, .otherPath],
          repeats + 1, waited))
    } else if repeats > 0, let answer = handshake.synACKTime, let asked = handshake.synTime {
      add(
        Finding(
          .synRetried, .warning, .originator, frames: syns() + [handshake.synACKFrame ?? 0],
          confidence: 0.8, or: [.acceptQueueFull, .answerLost], repeats, interval(asked, answer)))
    }
    answers(&flow)
    if flow.report.connection.resetKind == .handshake, let reset = flow.report.reset {
      add(
        Finding(
          .handshakeAborted, .note, reset.side, frames: [handshake.synACKFrame ?? 0, reset.frame],
          or: [.scan]))
    } else if handshake.synACKFrame != nil, handshake.ackFrame == nil, flow.report.reset == nil,
      handshake.synFrame != nil, !handshake.isSimultaneous
    {
      add(
        Finding(
          .handshakeUnfinished, isCutOff ? .note : .warning, .originator,
          frames: [handshake.synFrame ?? 0, handshake.synACKFrame ?? 0], confidence: 0.7,
          or: [.scan, .endOfCapture, .lossBehindTap]))
    }
    if let clue = evidence[.wrongHandshake, .responder] {
      add(
        Finding(
          .handshakeNumbersWrong, .warning, .responder, frames: syns().prefix(1) + clue.shown,
          or: [.middlebox]))
    }
    unusual(&flow)
  }

  /// A SYN-ACK that comes again: it was lost, or its ACK, or the server has no room for the connection.
  private mutating func answers(_ flow: inout EndedFlow) {
    let handshake = flow.report.handshake
    guard handshake.synACKRetransmissions > 0 else { return }
    let repeats = Int64(handshake.synACKRetransmissions)
    let first = [handshake.synACKFrame ?? 0, handshake.ackFrame ?? 0]
    let clue = evidence[.repeatedAfterACK, .responder]
    if let clue, clue.amount > 1 {
      add(
        Finding(
          .backlogFull, .warning, .responder, frames: first + clue.shown,
          confidence: tap.place == .nearResponder ? 0.9 : 0.6, or: [.lossBehindTap], Int64(clue.count),
          clue.amount))
    } else if let clue {
      add(
        Finding(
          .lastACKLost, .note, .originator, frames: first + clue.shown, confidence: 0.8,
          or: [.acceptQueueFull], Int64(clue.count)))
    } else {
      add(
        Finding(
          .synACKRepeated, .note, .responder,
          frames: first.prefix(1) + evidence.frames(.synRepeat, .responder), confidence: 0.8,
          or: [.lossBehindTap, .notCaptured], repeats))
    }
  }

  /// Ways to open a connection that are rare and right.
  private mutating func unusual(_ flow: inout EndedFlow) {
    let handshake = flow.report.handshake
    if handshake.isSimultaneous {
      let frames = FlowSide.allCases.compactMap { side in flow.report.at(side) { $0.path.first?.frame } }
      add(Finding(.simultaneousOpen, .info, nil, frames: frames))
    }
    if handshake.isFastOpen {
      let frames = [handshake.synFrame ?? 0, handshake.synACKFrame ?? 0]
      if evidence[.fastOpenRefused, .responder] != nil {
        add(Finding(.fastOpenRefused, .note, .responder, frames: frames))
      } else if handshake.synACKFrame != nil {
        add(Finding(.fastOpen, .info, .originator, frames: frames))
      }
    }
    if evidence.isEmpty { return }
    for (kind, isNewer) in [(Clue.Kind.reuseNewer, true), (.reuseOlder, false)] {
      guard let clue = evidence[kind, .originator] else { continue }
      guard clue.amount < 2 * limits.maximumSegmentLifetime else { continue }
      add(
        Finding(
          .portReused, isNewer ? .info : .warning, .originator, frames: clue.shown, clue.amount,
          isNewer ? 1 : 0))
    }
  }

  /// What the SYNs offered, and what came of it.
  mutating func options(_ flow: inout EndedFlow) {
    guard isFromStart else { return }
    let (asks, answers) = (flow.report.originator.offer, flow.report.responder.offer)
    if asks.isCut || answers.isCut { return }
    let least: UInt16 = flow.record.key.first.ipv4 == nil ? 1220 : 536
    // Both offer the same, and enough.
    if asks == answers, asks.maximumSegmentSize >= least { return }
    let frames = [flow.report.handshake.synFrame ?? 0, flow.report.handshake.synACKFrame ?? 0]
    if (asks.windowScale == nil) != (answers.windowScale == nil) {
      add(
        Finding(
          .windowScaleMissing, .note, asks.windowScale == nil ? .originator : .responder, frames: frames,
          or: [.middlebox]))
    }
    if asks.isSACKPermitted != answers.isSACKPermitted {
      // Without SACK a second loss in a flight costs a round trip of its own (RFC 6582).
      let hasLoss = FlowSide.allCases.contains { side in
        flow.report.at(side) { $0.counters.retransmissions > 0 }
      }
      add(
        Finding(
          .sackMissing, hasLoss ? .note : .info, asks.isSACKPermitted ? .responder : .originator,
          frames: frames, or: [.middlebox]))
    }
    if asks.hasTimestamps != answers.hasTimestamps {
      add(
        Finding(
          .timestampsMissing, .info, asks.hasTimestamps ? .responder : .originator, frames: frames,
          or: [.middlebox]))
    }
    if asks.hasECN, !answers.hasECN { add(Finding(.ecnRefused, .info, .responder, frames: frames)) }
    segmentSizes(&flow, asks, answers, frames, least)
  }

  /// The segment sizes offered. A SYN without the option means 536 octets over IPv4 and 1220 over IPv6 (RFC
  /// 9293 section 3.7.1): what is smaller than that makes more headers than need be.
  private mutating func segmentSizes(
    _ flow: inout EndedFlow, _ asks: TCPOffer, _ answers: TCPOffer, _ frames: [UInt64], _ least: UInt16
  ) {
    for side in FlowSide.allCases {
      let offered = flow.report.at(side) { $0.offer.maximumSegmentSize }
      if offered < least {
        add(
          Finding(
            .segmentSizeSmall, .note, side, frames: [frames[side.rawValue]],
            Int64(offered == 0 ? least : offered), offered == 0 ? 1 : 0))
      }
    }
    let (a, b) = (asks.maximumSegmentSize, answers.maximumSegmentSize)
    if a != b, a >= least, b >= least {
      add(
        Finding(
          .segmentSizesDiffer, .info, a < b ? .originator : .responder, frames: frames,
          or: [.middlebox], Int64(min(a, b)), Int64(max(a, b))))
    }
  }
}
