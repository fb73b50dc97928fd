// Congestion windows, told from what a sender sends.

import Flow
import Testing

@Suite struct CongestionTests {
  /// The sending end's window of a simulated connection, and what limited it.
  private func follow(_ change: (inout SimulatedSender) -> Void) throws -> (
    sender: SimulatedSender, window: CongestionFigures, limits: [Limit: Double], end: EndReport
  ) {
    var sender = SimulatedSender(change)
    sender.run()
    let report = try #require(try sender.report())
    let end = report[.originator]
    return (
      sender, try #require(end.congestion),
      Dictionary(uniqueKeysWithValues: (report.limits ?? []).map { ($0.limit, $0.share) }), end
    )
  }

  @Test func slowStartDoublesTheFlight() throws {
    let (_, window, _, end) = try follow {
      $0.initialWindow = 1
      $0.acknowledgesEvery = 1
      $0.segments = 63
    }
    #expect(window.rounds.map(\.segments) == [1, 2, 4, 8, 16, 32])
    #expect(window.phases.map(\.phase) == [.slowStart])
    #expect(end.initialWindow == 1)
  }

  @Test func renoHalvesAndGrowsByOne() throws {
    let (_, window, limits, _) = try follow {
      $0.initialWindow = 1
      $0.acknowledgesEvery = 1
      $0.fates = [40: .lost]
    }
    #expect(window.whyNot == nil)
    #expect(window.phases.map(\.phase) == [.slowStart, .fastRecovery, .congestionAvoidance])
    #expect(window.losses.count == 1)
    let loss = try #require(window.losses.first)
    #expect(loss.kind == .fastRetransmit)
    #expect(loss.before == 42 || loss.before == 41)
    #expect(abs(loss.after - loss.before / 2) <= 1)
    #expect(window.algorithm == .reno)
    let after = window.rounds.map(\.segments).suffix(5).dropLast()
    #expect(zip(after, after.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(window.rounds.map(\.segments))")
    #expect((limits[.congestion] ?? 0) > 0.8)
  }
}
