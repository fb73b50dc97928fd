// One run from the first packet to the summary: frames in, view out, signals heard, counters told.

import Capture
import Glibc
import Wire

/// A capture that is open, with what it is written to and what is said about it.
struct Session: ~Copyable {
  private var capture: Capture
  private var writer: CaptureWriter?
  private let live: Bool
  private let lineBuffered: Bool

  /// Opens the capture and what it is written to, then gives up root's rights.
  init(_ options: CaptureOptions, filter: String, writing: WriteOptions, lineBuffered: Bool) throws {
    hearSignals()
    let live = options.isLive
    // A wrong command line is told before anything is opened.
    let (settings, written) = (try options.settings(), try writing.settings(live: live))
    let capture = try Capture(try options.source(), settings: settings, filter: filter)
    for warning in capture.warnings { complain(warning) }
    // A saved capture is read as who one is, unless told otherwise: its files are opened one by one.
    let drops = live || options.user != nil
    let writer = try Session.open(written, capture, user: drops ? try userAfterDrop(options.user) : nil)
    if drops { try dropPrivileges(to: options.user) }
    if live { Session.announce(capture) }
    self.live = live
    self.lineBuffered = lineBuffered || isatty(STDOUT_FILENO) == 1
    self.capture = capture
    self.writer = writer
  }

  private static func open(
    _ settings: WriterSettings?, _ capture: borrowing Capture, user: String?
  ) throws -> CaptureWriter? {
    guard let settings else { return nil }
    return try CaptureWriter(settings, of: capture.interfaces, user: user)
  }

  /// The names that frames' interface numbers count; none for one saved file, which its user has just named.
  var interfaceNames: [String] {
    live || capture.interfaces.count > 1 ? capture.interfaces.map(\.name) : []
  }

  /// Says on standard error what is being listened to.
  static func announce(_ capture: borrowing Capture) {
    for interface in capture.interfaces {
      let link = interface.linkName ?? "DLT \(interface.link.rawValue)"
      let words = interface.linkDescription.map { " (\($0))" } ?? ""
      complain(
        "listening on \(interface.name), link type \(link)\(words), "
          + "snapshot length \(interface.snapLength) octets")
    }
  }

  /// Shows every packet until the end of the input, `countMax`, or a signal; then the summary.
  mutating func run(_ view: consuming PacketView, countMax: UInt64?, countOnly: Bool) throws {
    let foresight = view.foresight
    var showing = Showing(
      view, self.writer.take(), live: live, lineBuffered: lineBuffered, countMax: countMax)
    var failure: CaptureError?
    do throws(CaptureError) {
      try capture.forEachFrame(
        { octets, frame in
          showing.show(octets, frame) ? .go : showing.attend(capture)
        }, foresight: foresight
      ) { octets, frame in
        showing.view.foresee(octets, frame)
      } idle: {
        showing.rest(capture)
      } pause: {
        showing.pause(capture)
      }
    } catch {
      failure = error
    }
    showing.view.letGo()
    showing.flush()
    showing.status.clear()
    if showing.view.undecided > 0 {
      let count = grouped(showing.view.undecided)
      complain("\(count) repeats were shown before it was known whether they were needed: too much waited")
    }
    do throws(CaptureError) { try showing.writer?.finish() } catch { failure = failure ?? error }
    if countOnly {
      let packets = showing.tally.packets
      put("\(packets) packet\(packets == 1 ? "" : "s")\n", to: STDOUT_FILENO)
    }
    Session.summarize(capture, counters: live)
    if let failure { throw failure }
    if case .failed(let reason) = showing.output { throw Failure.input("standard output: \(reason)") }
  }

  /// The counters, each with its meaning, and what the filter missed.
  static func summarize(_ capture: borrowing Capture, counters: Bool) {
    if counters { tell(capture.statistics) }
    if let missed = capture.missedByFilter {
      complain(
        "\(missed.count) tagged packet\(missed.count == 1 ? "" : "s") would have matched the filter "
          + "but for the tag; this filter takes them too: \(missed.filter)")
    }
  }

  /// The counters, each with its meaning.
  static func tell(_ statistics: CaptureStatistics) {
    for line in lines(of: statistics) { complain(line) }
  }

  /// One line per counter that is known.
  private static func lines(of statistics: CaptureStatistics) -> [String] {
    func line(_ count: UInt64?, _ meaning: String) -> String? { count.map { "\(grouped($0)) \(meaning)" } }
    return [
      line(statistics.captured, "captured: handed to this program and shown"),
      line(
        statistics.received,
        statistics.droppedByKernel == nil
          ? "received: records read from the files" : "received: passed the filter in the kernel"),
      line(statistics.filtered, "filtered: refused by the filter"),
      line(statistics.droppedByKernel, "dropped by the kernel: no room in its buffer (a larger -B helps)"),
      line(statistics.droppedByInterface, "dropped by the interface or its driver"),
      line(statistics.droppedByUs, "dropped by us: read, but not shown because of a stop"),
    ].compactMap { $0 }
  }
}
