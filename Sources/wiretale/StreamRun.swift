// What every verb that reads streams does: frames in, exchanges and ended flows out.

import Capture
import Flow
import Glibc
import Report
import Wire

/// A view of streams.
protocol StreamView: ~Copyable {
  /// Shows an exchange that has ended.
  mutating func show(_ exchange: HTTPExchange)
  /// Shows a connection of HTTP/2 that has ended.
  mutating func show(_ summary: HTTP2Summary)
  /// Shows a flow that has ended, behind its exchanges.
  mutating func show(_ flow: EndedFlow)
  /// The input has ended.
  mutating func finish()
  /// Whether `show(_: EndedFlow)` asks for connections, which cost most of what a packet costs.
  var needsConnections: Bool { get }
  /// Octets that wait to be written.
  var pending: Int { get }
  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush() -> Bool
}

extension StreamView where Self: ~Copyable {
  var needsConnections: Bool { true }
}

/// Reads a capture to its end and lets a view have its streams.
func readStreams<View: StreamView & ~Copyable>(
  _ options: CaptureOptions, _ streaming: StreamOptions, _ view: inout View
) throws {
  let opened = try Capture(
    try options.source(), settings: try options.settings(), filter: try options.filter())
  for warning in opened.warnings { complain(warning) }
  if options.isLive || options.user != nil { try dropPrivileges(to: options.user) }
  if options.isLive { Session.announce(opened) }
  let lineBuffered = isatty(STDOUT_FILENO) == 1
  var limits = Limits()
  limits.judgesTCP = view.needsConnections
  // A stream goes on when its flow is reported on the way.
  limits.active = 0
  var tracker = Tracker(limits)
  var streams = Streams(streaming)
  let (mux, isLive) = (Mux.belowStreams, options.isLive)
  var packet = Packet()
  var outputEnded = false
  var failure: CaptureError?
  do throws(CaptureError) {
    try opened.forEachFrame { octets, frame in
      mux.dissect(octets, frame, into: &packet)
      let verdict = tracker.receive(&packet, frame)
      let hasFinished = streams.receive(octets, &packet, frame, verdict)
      if hasFinished || tracker.hasEnded {
        collect(&tracker, &streams, &view)
        if lineBuffered || view.pending > 1 << 16 { outputEnded = !view.flush() }
      }
      return outputEnded ? .stop : .go
    } idle: {
      // No packet tells that time goes on.
      if isLive { tracker.advance(to: realTime()) }
      if tracker.hasEnded { collect(&tracker, &streams, &view) }
      outputEnded = outputEnded || !view.flush()
      return outputEnded ? .stop : .go
    }
  } catch {
    failure = error
  }
  for flow in streams.flows where !outputEnded {
    streams.end(flow)
    streams.drain {
      view.show($0)
    } http2: {
      view.show($0)
    }
    if view.pending > 1 << 16 { outputEnded = !view.flush() }
  }
  streams.finish()
  tracker.finish()
  collect(&tracker, &streams, &view)
  view.finish()
  if !outputEnded, !view.flush(), errno != EPIPE {
    throw Failure.input("standard output: \(lastSystemError())")
  }
  Session.summarize(opened, counters: isLive)
  let counters = streams.counters
  if counters.gapsByBudget > 0 {
    complain("\(counters.gapsByBudget) times octets were given up because a limit was reached")
  }
  if counters.streamsGivenUp > 0 {
    complain(
      "\(grouped(counters.streamsGivenUp)) streams that nobody talked on were given up for others: "
        + "all together take \(streaming.limits.allOctetsMax >> 20) MiB at most")
  }
  if counters.differingOverlaps > 0 {
    complain("\(counters.differingOverlaps) segments repeat octets with other values: somebody lies")
  }
  if let failure { throw failure }
}

/// Hands over what has ended.
private func collect<View: StreamView & ~Copyable>(
  _ tracker: inout Tracker, _ streams: inout Streams, _ view: inout View
) {
  tracker.drain { flow in
    streams.end(flow.record.serial)
    streams.drain {
      view.show($0)
    } http2: {
      view.show($0)
    }
    view.show(flow)
  }
  streams.drain {
    view.show($0)
  } http2: {
    view.show($0)
  }
}
