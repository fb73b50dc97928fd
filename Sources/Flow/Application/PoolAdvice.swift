// What a pool's figures say about the client: rules with their evidence.

internal import Wire

/// The rules.
public enum PoolRule: Sendable, CaseIterable {
  /// Requests met connections that the server had closed.
  case deadReuse
  /// No connection served a second request.
  case connectionPerRequest
  /// The client closes connections that it opens anew a moment later.
  case idlePoolTooSmall
  /// The client leaves connections in CLOSE_WAIT.
  case closeWait
  /// The client's closes leave many ports in TIME_WAIT.
  case timeWait
  /// Answers of a pipeline waited for those before them.
  case headOfLine
  /// How long the server keeps an idle connection.
  case serverKeepAlive

  /// The name that records print.
  public var name: StaticString {
    switch self {
    case .deadReuse: "dead_reuse"
    case .connectionPerRequest: "connection_per_request"
    case .idlePoolTooSmall: "idle_pool_too_small"
    case .closeWait: "close_wait"
    case .timeWait: "time_wait"
    case .headOfLine: "head_of_line"
    case .serverKeepAlive: "server_keep_alive"
    }
  }
}

/// Something that is worth a sentence.
public struct PoolFinding: Sendable {
  /// How grave it is.
  public enum Severity: Sendable {
    case info, note, warning, error

    /// The word that records print.
    public var name: StaticString {
      switch self {
      case .info: "info"
      case .note: "note"
      case .warning: "warning"
      case .error: "error"
      }
    }
  }

  public var rule: PoolRule
  public var severity: Severity
  public var frames: [UInt64]
  /// Of 1.
  public var confidence: Double
}

extension PoolFigures {
  /// Connections from which on a habit is one.
  private static let habitMin: UInt64 = 3
  /// Ports in TIME_WAIT that are worth a word.
  private static let timeWaitMin: UInt64 = 20
  /// A server that closes sooner does so for another reason than idleness.
  private static let keepAliveMin: Int64 = 100_000_000

  /// How long the server keeps an idle connection, as its closes tell: the middle of them, when they agree to
  /// a fifth; in nanoseconds.
  public var learnedKeepAlive: Int64? {
    guard let middle = serverKeepAlive.quantile(0.5), middle >= PoolFigures.keepAliveMin else { return nil }
    if serverKeepAlive.count == 1 { return middle }
    guard let low = serverKeepAlive.quantile(0.25), let high = serverKeepAlive.quantile(0.75) else {
      return nil
    }
    return high - low <= middle / 5 ? middle : nil
  }

  /// What the figures say, the gravest first.
  public var findings: [PoolFinding] {
    var found: [PoolFinding] = []
    if deadReuse > 0 {
      let frames = deadReuses.flatMap { [$0.finFrame, $0.requestFrame, $0.resetFrame].compactMap { $0 } }
      // Without a reset the server may have been there still, with its half closed.
      let isCertain = deadReuses.contains { $0.resetFrame != nil }
      found.append(
        PoolFinding(
          rule: .deadReuse, severity: .error, frames: Array(frames.prefix(12)),
          confidence: isCertain ? 0.95 : 0.7))
    }
    if connections >= PoolFigures.habitMin, requests == connections {
      found.append(
        PoolFinding(
          rule: .connectionPerRequest, severity: .warning, frames: firstFrames,
          confidence: connections >= 10 ? 0.95 : 0.7))
    } else if openedAgain >= PoolFigures.habitMin, closedEarly * 2 > connections {
      found.append(
        PoolFinding(rule: .idlePoolTooSmall, severity: .warning, frames: closedEarlyFrames, confidence: 0.7))
    }
    if closeWait > 0 {
      // A capture that ends a moment after the FIN shows nothing yet.
      found.append(
        PoolFinding(
          rule: .closeWait, severity: closeWaitMost > 1_000_000_000 ? .warning : .info,
          frames: closeWaitFrames, confidence: closeWaitMost > 1_000_000_000 ? 0.9 : 0.3))
    }
    if timeWait >= PoolFigures.timeWaitMin {
      found.append(PoolFinding(rule: .timeWait, severity: .note, frames: firstFrames, confidence: 0.9))
    }
    if let wait = headOfLine.quantile(0.95), wait > 10_000_000 {
      found.append(PoolFinding(rule: .headOfLine, severity: .note, frames: firstFrames, confidence: 0.9))
    }
    if learnedKeepAlive != nil {
      found.append(
        PoolFinding(
          rule: .serverKeepAlive, severity: .info, frames: [],
          confidence: serverKeepAlive.count > 2 ? 0.95 : 0.6))
    }
    return found
  }
}
