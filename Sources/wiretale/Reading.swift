// What every verb that follows flows or streams does: frames in, text out, until the input or the output
// ends.

import Capture
import Flow
import Glibc
import Report
import Wire

/// Who has text that waits to be written.
protocol TextSource: ~Copyable {
  /// Octets that wait.
  var pending: Int { get }
  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush() -> Bool
}

/// What a verb makes of frames.
protocol FrameReader: TextSource, ~Copyable {
  /// Takes a frame.
  mutating func receive(_ octets: Bytes, _ frame: Frame)
  /// How many frames before its turn a frame is looked at; 0 for not at all.
  var foresight: UInt64 { get }
  /// Looks at a frame before its turn.
  mutating func foresee(_ octets: Bytes, _ frame: Frame)
  /// Nothing comes for the moment. `now` is the time of day of a live capture, where no packet tells that
  /// time goes on.
  mutating func rest(_ now: Int64?)
  /// So many packets of a live capture have been dropped by the kernel so far.
  mutating func note(droppedByKernel: UInt64)
  /// The input has ended: tells what is left, and lets the output have it part by part.
  mutating func finish(_ output: inout Output)
  /// Everything has been written: says on standard error what became of packets and flows.
  mutating func conclude()
}

extension FrameReader where Self: ~Copyable {
  var foresight: UInt64 { 0 }
  mutating func foresee(_ octets: Bytes, _ frame: Frame) {}
  mutating func note(droppedByKernel: UInt64) {}
}

/// Standard output, as long as somebody takes what is written.
struct Output {
  /// Octets that are gathered before they are written, when nobody waits for them.
  private static let pendingMax = 1 << 16

  private(set) var isOpen = true
  private var failure: String?
  private let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Writes what there is, when it is enough.
  @inline(__always)
  mutating func pass<Source: TextSource & ~Copyable>(_ source: inout Source) {
    if source.pending > (isTerminal ? 0 : Output.pendingMax) { passAll(&source) }
  }

  /// Writes all that there is.
  mutating func passAll<Source: TextSource & ~Copyable>(_ source: inout Source) {
    guard isOpen, !source.flush() else { return }
    isOpen = false
    if errno != EPIPE { failure = lastSystemError() }
  }

  /// Complains of an output that failed; that nobody reads it any more is no failure.
  func check() throws {
    if let failure { throw Failure.input("standard output: \(failure)") }
  }
}

extension CaptureOptions {
  /// Opens what the options name, gives up root's rights, and says what is listened to.
  func open() throws -> Capture {
    let capture = try Capture(try source(), settings: try settings(), filter: try filter())
    for warning in capture.warnings { complain(warning) }
    if isLive || user != nil { try dropPrivileges(to: user) }
    if isLive { Session.announce(capture) }
    return capture
  }

  /// Reads everything that the options name, to its end or to the output's; then says what was captured and
  /// what was lost.
  func read<Reader: FrameReader & ~Copyable>(_ reader: inout Reader) throws {
    let capture = try open()
    let isLive = isLive
    var output = Output()
    var failure: CaptureError?
    let foresight = reader.foresight
    do throws(CaptureError) {
      try capture.forEachFrame(
        { octets, frame in
          reader.receive(octets, frame)
          output.pass(&reader)
          return output.isOpen ? .go : .stop
        }, foresight: foresight
      ) { octets, frame in
        reader.foresee(octets, frame)
      } idle: {
        if let count = capture.recentStatistics.droppedByKernel { reader.note(droppedByKernel: count) }
        reader.rest(isLive ? realTime() : nil)
        output.passAll(&reader)
        return output.isOpen ? .go : .stop
      } pause: {
        output.passAll(&reader)
        return output.isOpen ? .go : .stop
      }
    } catch {
      failure = error
    }
    if let count = capture.statistics.droppedByKernel { reader.note(droppedByKernel: count) }
    reader.finish(&output)
    output.passAll(&reader)
    try output.check()
    reader.conclude()
    Session.summarize(capture, counters: isLive)
    if let failure { throw failure }
  }
}
