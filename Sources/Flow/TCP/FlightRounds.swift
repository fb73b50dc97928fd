// Flights per round trip: 1 2 4 8 16, and after a loss half of it, then one more each time.

extension SenderWindow {
  /// Counts new segments to their round trip. One begins with the first segment after the last one's end, and
  /// ends when this segment is acknowledged. Its flight is what is in flight behind its last segment. Where
  /// the receiver is, hardly anything ever is in flight: there a flight is the segments that came in the
  /// round trip, which ends when something comes that was sent for the acknowledgment: its time stamp says
  /// so, or the time of a round trip.
  mutating func countRound(_ sent: SentSegments, pipe: Int32) {
    let (time, segments) = (sent.time, sent.segments)
    if !isNear, let told = roundAcknowledged {
      let isAnswer: Bool
      if let stamp = roundStamp, let echo = sent.echo {
        isAnswer = Int32(bitPattern: echo &- stamp) >= 0
      } else {
        isAnswer = interval(told, time) >= roundTrip
      }
      if isAnswer {
        roundAcknowledged = nil
        finishRound()
      }
    }
    if roundStart == nil {
      roundStart = time
      roundEnd = highest
    }
    roundSegments = isNear ? pipe : clamped(Int64(roundSegments) + Int64(segments))
    roundMost = max(roundMost, pipe)
  }

  /// An acknowledgment may end the round trip.
  mutating func closeRound(_ heard: HeardSegment) {
    guard roundStart != nil, heard.isAdvance, heard.acknowledged >= roundEnd else { return }
    if isNear {
      finishRound()
    } else if roundAcknowledged == nil {
      (roundAcknowledged, roundStamp) = (heard.time, heard.timestamp)
    }
  }

  /// Closes the books of a round trip.
  mutating func finishRound() {
    guard let start = roundStart else { return }
    growth.finishRound(level, epoch: phases.count &+ losses.count, isAvoidance: phase == .congestionAvoidance)
    if keepsSeries, rounds.count < SenderWindow.pointsMax {
      rounds.append(SegmentPoint(time: start, segments: roundSegments))
    }
    if losses.count == lossesBefore, Int64(roundMost) * 10 <= Int64(roundMostBefore) * 9 { falls &+= 1 }
    lossesBefore = losses.count
    if roundMostFirst == 0 { roundMostFirst = roundMost }
    roundMostEver = max(roundMostEver, roundMost)
    (roundMostBefore, roundMost, roundSegments, roundStart) = (roundMost, 0, 0, nil)
  }
}
