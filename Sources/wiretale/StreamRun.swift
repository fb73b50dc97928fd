// What every verb that reads HTTP does: frames in, exchanges and ended flows out.

import Flow
import Wire

/// A view of streams.
protocol StreamView: TextSource, ~Copyable {
  /// Shows an exchange that has ended.
  mutating func show(_ exchange: inout HTTPExchange)
  /// Shows a connection of HTTP/2 that has ended.
  mutating func show(_ summary: HTTP2Summary)
  /// Shows a flow that has ended, behind its exchanges.
  mutating func show(_ flow: EndedFlow)
  /// The input has ended.
  mutating func finish()
  /// Whether `show(_: EndedFlow)` asks for connections, which cost most of what a packet costs.
  var needsConnections: Bool { get }
}

extension StreamView where Self: ~Copyable {
  var needsConnections: Bool { true }
}

/// Tracker and streams at work for a view.
struct StreamRun<View: StreamView & ~Copyable>: FrameReader, ~Copyable {
  private var view: View
  private let options: StreamOptions
  private let mux = Mux.belowStreams
  private var packet = Packet()
  private var tracker: Tracker
  private var streams: Streams

  /// Nothing read yet.
  init(_ options: StreamOptions, _ view: consuming View) {
    var limits = Limits()
    limits.judgesTCP = view.needsConnections
    // A stream goes on when its flow is reported on the way.
    limits.active = 0
    self.view = view
    self.options = options
    tracker = Tracker(limits)
    streams = Streams(options)
  }

  @inline(__always)
  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    let hasFinished = streams.follow(octets, frame, &tracker) ?? takeWholeWay(octets, frame)
    if hasFinished || tracker.hasEnded { collect() }
  }

  /// Whatever is not plain: whether exchanges wait.
  @inline(never)
  private mutating func takeWholeWay(_ octets: Bytes, _ frame: Frame) -> Bool {
    mux.dissect(octets, frame, into: &packet)
    let verdict = tracker.receive(&packet, frame, octets)
    return streams.receive(octets, &packet, frame, verdict)
  }

  mutating func rest(_ now: Int64?) {
    streams.settle(&tracker)
    if let now { tracker.advance(to: now) }
    if tracker.hasEnded { collect() }
  }

  mutating func finish(_ output: inout Output) {
    streams.settle(&tracker)
    for flow in streams.flows where output.isOpen {
      streams.end(flow)
      StreamRun.drain(&streams, &view)
      output.pass(&self)
    }
    streams.finish()
    tracker.finish()
    collect()
    view.finish()
  }

  mutating func conclude() {
    streams.counters.tellLosses()
    if streams.counters.streamsGivenUp > 0 {
      complain(
        "\(grouped(streams.counters.streamsGivenUp)) streams that nobody talked on were given up for others: "
          + "all together take \(options.limits.allOctetsMax >> 20) MiB at most")
    }
  }

  var pending: Int { view.pending }
  mutating func flush() -> Bool { view.flush() }

  /// Hands over what has ended.
  private mutating func collect() {
    tracker.drain { flow in
      streams.end(flow.record.serial)
      StreamRun.drain(&streams, &view)
      view.show(flow)
    }
    StreamRun.drain(&streams, &view)
  }

  private static func drain(_ streams: inout Streams, _ view: inout View) {
    streams.drain {
      view.show(&$0)
    } http2: {
      view.show($0)
    }
  }
}

extension StreamCounters {
  /// Says what was given up, and what contradicts itself.
  func tellLosses() {
    if gapsByBudget > 0 {
      complain("\(gapsByBudget) times octets were given up because a limit was reached")
    }
    if differingOverlaps > 0 {
      complain("\(differingOverlaps) segments repeat octets with other values: somebody lies")
    }
  }
}
