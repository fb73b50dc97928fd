// `wiretale messages`: applications' messages laid over segments, by a framing that is named or found.

import ArgumentParser
import Capture
import Flow
import Glibc
import Report
import Wire

/// The messages of TCP streams.
struct Messages: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "messages",
    abstract: "Which message lay in which segment: applications' messages over TCP.")

  @OptionGroup(title: "Capture") var capture: CaptureOptions

  @Option(
    help: ArgumentHelp(
      "How messages are told apart: length:OFFSET:SIZE:be|le[:inclusive][:+ADJUST], varint, fixed:N, "
        + "delimiter:STRING, json, json-lines, protobuf-delimited, http, http2, tls, dns, redis. "
        + "Without it the octets are asked.",
      valueName: "framing"))
  var framing: String?

  @Flag(help: "Print one JSON object per message, and one per direction.")
  var json = false

  @Flag(name: .customShort("V"), help: "Show what is in each message: protobuf without a schema, JSON, text.")
  var fields = false

  func run() throws {
    hearSignals()
    var options = MessageOptions()
    if let framing {
      do throws(FramingFault) { options.framing = try Framing(framing) } catch {
        throw Failure.usage("--framing '\(framing)': \(error.says)")
      }
    }
    if json, fields { throw Failure.usage("--json and -V are different views: give one of them") }
    if !json { options.octetsMax = fields ? MessageLine.fieldsMax : MessageLine.previewMax }
    var view = MessageView(json: json, fields: fields)
    try readMessages(capture, options, &view)
  }
}

/// Messages as lines or records.
struct MessageView: ~Copyable {
  private let json: Bool
  /// What was found of the flow at hand.
  var findings: [Finding] = []
  private var line: MessageLine
  private var record = MessageJSON()

  /// The view that the options ask for.
  init(json: Bool, fields: Bool) {
    self.json = json
    line = MessageLine(showsFields: fields)
  }

  mutating func show(_ message: Message) {
    if json { record.print(message) } else { line.print(message) }
  }

  mutating func show(_ summary: MessageSummary) {
    let found = findings.filter { $0.side == summary.side }
    if json { record.print(summary, found) } else { line.print(summary, found) }
  }

  /// Octets that wait to be written.
  var pending: Int { json ? record.out.count : line.out.count }

  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush() -> Bool {
    json ? record.out.flush(to: STDOUT_FILENO) : line.out.flush(to: STDOUT_FILENO)
  }
}

/// Reads a capture to its end and lets a view have its messages.
private func readMessages(
  _ options: CaptureOptions, _ asked: MessageOptions, _ view: inout MessageView
) throws {
  let opened = try Capture(
    try options.source(), settings: try options.settings(), filter: try options.filter())
  for warning in opened.warnings { complain(warning) }
  if options.isLive || options.user != nil { try dropPrivileges(to: options.user) }
  if options.isLive { Session.announce(opened) }
  let lineBuffered = isatty(STDOUT_FILENO) == 1
  var tracker = Tracker()
  var streams = MessageStreams(asked)
  let (mux, isLive) = (Mux.standard, options.isLive)
  var packet = Packet()
  var outputEnded = false
  var failure: CaptureError?
  do throws(CaptureError) {
    try opened.forEachFrame { octets, frame in
      mux.dissect(octets, frame, into: &packet)
      let verdict = tracker.receive(&packet, frame, octets)
      streams.receive(octets, &packet, frame, verdict)
      if tracker.hasEnded || streams.hasFinished {
        collect(&tracker, &streams, &view)
        if lineBuffered || view.pending > 1 << 16 { outputEnded = !view.flush() }
      }
      return outputEnded ? .stop : .go
    } idle: {
      // No packet tells that time goes on.
      if isLive { tracker.advance(to: realTime()) }
      if tracker.hasEnded { collect(&tracker, &streams, &view) }
      streams.ripen()
      drain(&streams, &view)
      outputEnded = outputEnded || !view.flush()
      return outputEnded ? .stop : .go
    }
  } catch {
    failure = error
  }
  tracker.finish()
  collect(&tracker, &streams, &view)
  for flow in streams.flows where !outputEnded {
    streams.end(flow)
    drain(&streams, &view)
    if view.pending > 1 << 16 { outputEnded = !view.flush() }
  }
  if !outputEnded, !view.flush(), errno != EPIPE {
    throw Failure.input("standard output: \(lastSystemError())")
  }
  Session.summarize(opened, counters: isLive)
  let counters = streams.counters
  if counters.gapsByBudget > 0 {
    complain("\(counters.gapsByBudget) times octets were given up because a limit was reached")
  }
  if counters.differingOverlaps > 0 {
    complain("\(counters.differingOverlaps) segments repeat octets with other values: somebody lies")
  }
  if let failure { throw failure }
}

/// Hands over what has ended.
private func collect(
  _ tracker: inout Tracker, _ streams: inout MessageStreams, _ view: inout MessageView
) {
  tracker.drain { flow in
    if flow.isInterim { return }
    streams.end(flow.record.serial)
    if !streams.hasFinished { return }
    view.findings = flow.findings().filter { MessageFindings.rules.contains($0.rule) }
    drain(&streams, &view)
    view.findings = []
  }
  drain(&streams, &view)
}

private func drain(_ streams: inout MessageStreams, _ view: inout MessageView) {
  streams.drain {
    view.show($0)
  } summary: {
    view.show($0)
  }
}
