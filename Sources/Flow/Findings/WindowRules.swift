// Rules on flow control, and on silence.

internal import Wire

extension Examination {
  /// Nanoseconds at zero from which on a window that stood there cost the sender something.
  private static let zeroWindowWarning: Int64 = 100_000_000

  /// What each end advertised (RFC 9293 section 3.8.6).
  mutating func windows(_ flow: inout EndedFlow) {
    for side in FlowSide.allCases {
      if let clue = evidence[.zeroWindow, side] {
        let until = end
        let stood = flow.report.at(side) { $0.zeroWindowTime(until: until) }
        // A window of zero matters while the other end has something to say.
        if flow.report.connection.ends[side.other.rawValue].finSequence == nil || stood > 0 {
          add(
            Finding(
              .zeroWindow, stood >= Examination.zeroWindowWarning ? .warning : .note, side,
              frames: clue.shown, or: [.applicationSlow], Int64(clue.count), stood))
        }
      }
      if let clue = evidence[.windowFull, side], clue.count >= 3 || evidence[.zeroWindow, side.other] == nil {
        add(
          Finding(
            .windowFull, .note, side, frames: clue.shown, Int64(clue.count),
            flow.report.at(side.other) { $0.windowMax }))
      }
      if let clue = evidence[.windowShrink, side] {
        add(Finding(.windowShrunk, .note, side, frames: clue.shown, Int64(clue.count)))
      }
      if let clue = evidence[.smallSegment, side], clue.count >= 3 {
        add(
          Finding(
            .sillyWindow, .note, side.other, frames: clue.shown, Int64(clue.count), clue.amount,
            Int64(flow.report.at(side.other) { $0.offer.maximumSegmentSize })))
      }
      if let clue = evidence[.delayedACKStall, side] {
        // Once may be chance: an application may have written just then.
        let isHabit = clue.count > 1
        add(
          Finding(
            .delayedACKStall, isHabit ? .warning : .note, side, frames: clue.shown,
            confidence: isHabit ? 0.95 : 0.6, or: isHabit ? [] : [.applicationPaced], Int64(clue.count),
            clue.sum))
      }
      if let clue = evidence[.probe, side], clue.count >= 3 {
        add(
          Finding(
            .persistProbes, .note, side, frames: clue.shown, Int64(clue.count),
            interval(clue.firstTime, clue.lastTime)))
      }
    }
  }

  /// What set the pace of the side that sent more, when one thing did so for most of the time.
  mutating func pace(_ flow: inout EndedFlow) {
    guard let shares = flow.report.limits else { return }
    let isOriginator =
      flow.report.originator.counters.dataOctets
      >= flow.report.responder.counters.dataOctets
    let side: FlowSide = isOriginator ? .originator : .responder
    for (limit, share) in shares where share >= 0.5 {
      let rule: Rule? =
        limit == .application ? .applicationLimited : limit == .receiver ? .receiverLimited : nil
      guard let rule else { continue }
      add(
        Finding(
          rule, .info, side, frames: [flow.record.firstFrame, flow.record.lastFrame], confidence: 0.8,
          Int64(share * 1000)))
    }
  }

  /// Pauses, and peers that no longer answer.
  mutating func silence(_ flow: inout EndedFlow) {
    let pause = Int64(flow.report.connection.watch.pause) * 1_000_000
    if pause >= limits.idle {
      add(Finding(.longIdle, .info, nil, frames: [frame(flow.report.connection.watch.pauseFrame)], pause))
    }
    for side in FlowSide.allCases {
      let unanswered = Int64(flow.report.connection.watch.unanswered[side.rawValue])
      guard unanswered >= 2, isSeen(side.other), let clue = evidence[.keepAliveUnanswered, side] else {
        continue
      }
      add(
        Finding(
          .keepAliveUnanswered, .error, side, frames: clue.shown, confidence: 0.9,
          or: [.hostDown, .firewall, .otherPath], unanswered))
    }
  }
}
