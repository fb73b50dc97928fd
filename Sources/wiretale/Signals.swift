// SIGINT and SIGTERM end the capture, SIGUSR1 asks for statistics, a closed pipe is an error code and not a
// signal.

import Capture
import Glibc
import Synchronization

/// What signals have asked for. The handlers do nothing but note it.
enum Signals {
  fileprivate static let statistics = Atomic<Bool>(false)

  /// Whether statistics were asked for since the last call.
  static func takeStatistics() -> Bool {
    statistics.exchange(false, ordering: .relaxed)
  }
}

/// Installs the handlers.
func hearSignals() {
  signal(SIGINT, noteEnd)
  signal(SIGTERM, noteEnd)
  signal(SIGUSR1, noteStatistics)
  signal(SIGPIPE, SIG_IGN)
}

private func noteEnd(_: Int32) { StopFlag.process.raise() }

private func noteStatistics(_: Int32) { Signals.statistics.store(true, ordering: .relaxed) }
