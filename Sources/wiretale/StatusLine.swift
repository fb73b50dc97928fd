// One line on a terminal's standard error that is rewritten each second: live counters, or how far a file is
// read.

import Capture
import Glibc

/// The line that comes and goes. On anything but a terminal it never shows.
///
/// A class: how large the instants of its clock are is known at run time only, and where everything stands
/// that is in one value with it would be asked for with every packet.
final class StatusLine {
  private let live: Bool
  private let enabled = isatty(STDERR_FILENO) == 1
  private let clock = ContinuousClock()
  private let started: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private var visible = false

  /// A status line for a capture from interfaces or from files.
  init(live: Bool) {
    self.live = live
    started = clock.now
    last = clock.now
  }

  /// Whether a second has gone by since the line was last shown.
  var isDue: Bool { enabled && clock.now - last >= .seconds(1) }

  /// Takes the line away, before anything else is written.
  func clear() {
    guard visible else { return }
    put("\r\u{1b}[K", to: STDERR_FILENO)
    visible = false
  }

  /// Writes the line anew.
  func show(
    _ tally: Tally, statistics: CaptureStatistics?, progress: (done: Int64, total: Int64)?
  ) {
    last = clock.now
    var line = "\(grouped(tally.packets)) packets, \(grouped(tally.octets)) octets"
    if live, let statistics {
      line += ", \(grouped((statistics.droppedByKernel ?? 0) + (statistics.droppedByInterface ?? 0))) dropped"
    } else if let progress, progress.total > 0 {
      let share = Double(progress.done) / Double(progress.total)
      line += ", \(Int(share * 100)) %"
      if share > 0.01, share < 1 {
        let elapsed = Double((clock.now - started).components.seconds)
        line += ", \(Int((elapsed * (1 - share) / share).rounded(.up))) s left"
      }
    }
    put("\r\u{1b}[K\(line)", to: STDERR_FILENO)
    visible = true
  }
}

/// A number with commas between its thousands.
func grouped(_ number: UInt64) -> String {
  var digits = String(number)
  var at = digits.count - 3
  while at > 0 {
    digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
    at -= 3
  }
  return digits
}
