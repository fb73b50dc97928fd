// What a run has in hand while its frames come: the view, what they are written to, and what is counted.
//
// One value, so that the closures that get each frame carry one thing; and what is not done for every packet
// stands in functions of its own, behind one question.

import Capture
import Glibc
import Wire

/// Frames on their way to a view.
struct Showing: ~Copyable {
  /// Octets of text that are gathered before they are written, when nobody waits for them.
  private static let pendingMax = 1 << 16
  /// Packets of a file between two looks at signals and clock.
  private static let packetsBetween: UInt64 = 1 << 14

  /// What has become of standard output.
  enum Output: Equatable {
    case open
    /// Nobody reads it any more: a reason to end, and nothing to tell.
    case closed
    case failed(String)
  }

  var view: PacketView
  var writer: CaptureWriter?
  let status: StatusLine
  private(set) var tally = Tally()
  private(set) var output = Output.open
  /// Asked once: to ask what cannot be copied whether it is there moves it.
  private let isWriting: Bool
  private let live: Bool
  private let lineBuffered: Bool
  private let countMax: UInt64?
  /// The writer has as much as it takes.
  private var isFull = false
  /// When so many packets have come there is something to attend to.
  private var attendedAt: UInt64 = 0

  /// Nothing has been shown yet.
  init(
    _ view: consuming PacketView, _ writer: consuming CaptureWriter?, live: Bool, lineBuffered: Bool,
    countMax: UInt64?
  ) {
    self.view = view
    isWriting = writer != nil
    self.writer = writer
    status = StatusLine(live: live)
    (self.live, self.lineBuffered, self.countMax) = (live, lineBuffered, countMax)
    attendedAt = nextAttended
  }

  /// Shows one packet. False when there is something to attend to before the next.
  @inline(__always)
  mutating func show(_ octets: Bytes, _ frame: Frame) -> Bool {
    if isWriting, !write(octets, frame) { return false }
    tally.count(frame)
    view.show(octets, frame)
    return tally.packets < attendedAt && !view.hasMuch(Showing.pendingMax)
  }

  /// The number of the packet behind which signals, the clock or the end of what was asked for come next.
  private var nextAttended: UInt64 {
    if lineBuffered || output != .open { return 0 }
    let next = live ? UInt64.max : (tally.packets / Showing.packetsBetween + 1) * Showing.packetsBetween
    return min(next, countMax ?? .max)
  }

  /// What is not done for every packet: text is written, signals and the clock are looked at, it is enough.
  @inline(never)
  mutating func attend(_ capture: borrowing Capture) -> FrameVerdict {
    if isFull { return .stop }
    if lineBuffered || view.hasMuch(Showing.pendingMax) { flush() }
    if output != .open || tally.packets == countMax { return .stop }
    if !live, tally.packets % Showing.packetsBetween == 0 { between(capture) }
    attendedAt = nextAttended
    return .go
  }

  /// Nothing comes for a while: no line waits for more.
  mutating func rest(_ capture: borrowing Capture) -> FrameVerdict {
    view.letGo()
    return pause(capture)
  }

  /// Nothing comes at this moment.
  mutating func pause(_ capture: borrowing Capture) -> FrameVerdict {
    flush()
    do throws(CaptureError) { try writer?.flush() } catch { complain(error.description) }
    between(capture)
    attendedAt = nextAttended
    return output == .open ? .go : .stop
  }

  /// Writes one frame. False when the file takes no more; an error is said once, and the capture goes on
  /// without the file.
  private mutating func write(_ octets: Bytes, _ frame: Frame) -> Bool {
    do throws(CaptureError) {
      isFull = try writer?.write(octets, frame) == .stop
    } catch {
      complain(error.description)
    }
    return !isFull
  }

  /// Writes the text that waits.
  mutating func flush() {
    if output != .open || view.pending == 0 { return }
    status.clear()
    if view.flush(to: STDOUT_FILENO) { return }
    output = errno == EPIPE ? .closed : .failed(lastSystemError())
  }

  /// What is done between packets: a signal's wish for statistics, the status line.
  private mutating func between(_ capture: borrowing Capture) {
    if Signals.takeStatistics() {
      status.clear()
      Session.summarize(capture, counters: true)
    }
    if status.isDue {
      status.show(tally, statistics: live ? capture.statistics : nil, progress: capture.progress)
    }
  }
}

/// How much has been shown.
struct Tally {
  /// Packets.
  var packets: UInt64 = 0
  /// Their octets on the wire.
  var octets: UInt64 = 0

  /// One more.
  @inline(__always)
  mutating func count(_ frame: Frame) {
    packets += 1
    octets += UInt64(frame.wireLength)
  }
}
