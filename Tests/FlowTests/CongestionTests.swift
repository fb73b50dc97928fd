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
    var report = try #require(try sender.report())
    var end = report[.originator]
    let (window, limits) = (end.congestion, report.limits ?? [])
    return (
      sender, try #require(window),
      Dictionary(uniqueKeysWithValues: limits.map { ($0.limit, $0.share) }), end
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

  @Test func cubicKeepsSevenTenths() throws {
    let (_, window, _, _) = try follow {
      $0.control = .cubic
      $0.fates = [40: .lost, 250: .lost]
      $0.segments = 600
    }
    #expect(window.whyNot == nil)
    #expect(window.algorithm == .cubic)
    for loss in window.losses {
      #expect((60...78).contains(Int(loss.after) * 100 / Int(loss.before)), "\(loss)")
    }
  }

  @Test func theWindowIsWhatTheSenderHad() throws {
    for control in [SimulatedSender.Control.reno, .cubic] {
      let (sender, window, _, _) = try follow {
        $0.control = control
        $0.fates = [60: .lost]
        $0.segments = 600
      }
      #expect(window.windows.count > 50)
      for point in window.windows {
        // The window in force until the acknowledgment that the segment answers.
        let truth = sender.windows.last { sender.start + $0.time < point.time - 50_000 }
        let segments = truth?.segments ?? Int(sender.initialWindow)
        #expect(abs(Int(point.segments) - segments) <= 1, "\(control): \(point.segments) for \(segments)")
      }
    }
  }

  @Test func slowStartLeftBeforeAnyLossIsSeen() throws {
    let (_, window, _, _) = try follow {
      $0.control = .cubic
      $0.spacing = 1_200_000
      $0.acknowledgesEvery = 1
      $0.leavesSlowStartAt = 36
    }
    #expect(window.phases.map(\.phase) == [.slowStart, .congestionAvoidance])
    #expect(window.losses.isEmpty)
    #expect((34...40).contains(window.threshold), "\(window.threshold)")
    #expect(window.algorithm == .cubic)
  }

  @Test func aRememberedThresholdIsNoSignOfCUBIC() throws {
    let (_, window, _, _) = try follow { $0.leavesSlowStartAt = 24 }
    #expect(window.phases.map(\.phase) == [.slowStart, .congestionAvoidance])
    #expect(window.algorithm == nil)
  }

  @Test func aTimeoutBeginsAtOneSegment() throws {
    let (_, window, _, _) = try follow {
      $0.fates = [60: .lost]
      $0.losesRepeats = true
    }
    #expect(window.losses.map(\.kind) == [.fastRetransmit, .timeout])
    #expect(window.losses.last?.after == 1)
    #expect(window.phases.map(\.phase).prefix(3) == [.slowStart, .fastRecovery, .timeoutRecovery])
    #expect(window.phases.last?.phase == .congestionAvoidance)
  }

  @Test func aMarkCutsWithoutALoss() throws {
    let (_, window, _, end) = try follow { $0.fates = [30: .marked] }
    #expect(window.losses.map(\.kind) == [.notification], "\(window.losses)")
    #expect(end.counters.retransmissions == 0)
    #expect(window.algorithm == .reno, "\(window.losses)")
    #expect(window.phases.map(\.phase) == [.slowStart, .fastRecovery, .congestionAvoidance])
  }

  @Test func anApplicationThatWritesLittleHidesTheWindow() throws {
    let (_, window, limits, _) = try follow { $0.writes = (3, 60_000_000) }
    #expect(window.whyNot == .applicationLimited)
    #expect(window.phases.isEmpty && window.windows.isEmpty && window.algorithm == nil)
    #expect((limits[.application] ?? 0) > 0.9, "\(limits)")
  }

  /// Its writes follow the acknowledgments of earlier ones by chance, round trip after round trip.
  @Test(arguments: [1, 2, 5]) func anApplicationInStepWithItsAcknowledgmentsHidesIt(segments: Int) throws {
    let (_, window, limits, _) = try follow {
      $0.delay = 29_800_000
      $0.writes = (segments, 20_000_000)
    }
    #expect(window.whyNot == .applicationLimited)
    #expect(window.phases.isEmpty && window.windows.isEmpty && window.algorithm == nil)
    #expect((limits[.application] ?? 0) > 0.9, "\(limits)")
  }

  @Test func anApplicationsEvenPaceIsNoBBR() throws {
    let (_, window, limits, _) = try follow {
      $0.pace = 1_300_000
      $0.pushes = true
      $0.segments = 1500
    }
    #expect(window.whyNot == .applicationLimited)
    #expect(window.algorithm == nil)
    #expect((limits[.application] ?? 0) > 0.8, "\(limits)")
  }

  @Test func aPauseMakesALargeWindowSmall() throws {
    let (_, window, limits, _) = try follow {
      $0.acknowledgesEvery = 1
      $0.segments = 1000
      $0.writes = (500, 850_000_000)
      $0.restartsAfterPause = true
      $0.fates = [100: .lost]
    }
    let phases = window.phases.map(\.phase).prefix(4)
    #expect(phases == [.slowStart, .fastRecovery, .congestionAvoidance, .slowStart], "\(limits)")
  }

  @Test func aSmallReceiversWindowHidesIt() throws {
    let (_, window, limits, _) = try follow { $0.receiverWindow = 8 * SimulatedSender.size }
    #expect(window.whyNot == .receiverLimited)
    #expect((limits[.receiver] ?? 0) > 0.9, "\(limits)")
  }

  @Test func aFullPathIsTheLimitWhenAQueueStands() throws {
    let (_, window, limits, _) = try follow {
      $0.spacing = 1_000_000
      $0.leavesSlowStartAt = 56
      $0.receiverWindow = 65_000
      $0.segments = 600
    }
    #expect(window.whyNot == nil)
    #expect((limits[.path] ?? 0) > 0.7, "\(limits)")
    #expect(abs(limits.values.reduce(0, +) - 1) < 1e-9)
  }

  @Test func anEvenPaceThatYieldsWithoutALossIsBBR() throws {
    let (_, window, limits, _) = try follow {
      $0.pace = 1_300_000
      $0.spacing = 900_000
      $0.segments = 1500
    }
    #expect(window.whyNot == .paced)
    #expect(window.algorithm == .bbr)
    #expect((limits[.path] ?? 0) > 0.8, "\(limits)")
  }

  @Test func theReceiversSideShowsTheSameRounds() throws {
    var sender = SimulatedSender {
      $0.initialWindow = 2
      $0.acknowledgesEvery = 1
      $0.fates = [80: .lost]
    }
    sender.run()
    var ends = (
      near: try #require(try sender.report()?[.originator]),
      far: try #require(try sender.report(nearSender: false)?[.originator])
    )
    let (nearWindow, farWindow) = (ends.near.congestion, ends.far.congestion)
    let (near, far) = (try #require(nearWindow), try #require(farWindow))
    #expect(far.whyNot == .farFromSender)
    #expect(far.rounds.map(\.segments).prefix(5) == [2, 4, 8, 16, 32])
    #expect(near.rounds.map(\.segments).prefix(5) == far.rounds.map(\.segments).prefix(5))
    #expect(far.losses.isEmpty && far.phases.isEmpty)
  }

  @Test func aShortExchangeIsNoEvidence() throws {
    let (_, window, limits, end) = try follow { $0.segments = 6 }
    #expect(window.whyNot == .thin)
    #expect(limits.isEmpty)
    #expect(end.initialWindow == 6)
  }
}
