// `wiretale messages`: applications' messages laid over segments, by a framing that is named or found.

import ArgumentParser
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
    var run = MessageRun(options, MessageView(json: json, fields: fields))
    try capture.read(&run)
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

/// Tracker and streams at work for a view.
struct MessageRun: FrameReader, ~Copyable {
  private var view: MessageView
  private let mux = Mux.standard
  private var packet = Packet()
  private var tracker = Tracker()
  private var streams: MessageStreams

  /// Nothing read yet.
  init(_ options: MessageOptions, _ view: consuming MessageView) {
    self.view = view
    streams = MessageStreams(options)
  }

  mutating func receive(_ octets: Bytes, _ frame: Frame) {
    mux.dissect(octets, frame, into: &packet)
    let verdict = tracker.receive(&packet, frame, octets)
    streams.receive(octets, &packet, frame, verdict)
    if tracker.hasEnded || streams.hasFinished { collect() }
  }

  mutating func rest(_ now: Int64?) {
    if let now { tracker.advance(to: now) }
    if tracker.hasEnded { collect() }
    streams.ripen()
    MessageRun.drain(&streams, &view)
  }

  mutating func finish(_ output: inout Output) {
    tracker.finish()
    collect()
    for flow in streams.flows where output.isOpen {
      streams.end(flow)
      MessageRun.drain(&streams, &view)
      output.pass(&self)
    }
  }

  mutating func conclude() { streams.counters.tellLosses() }

  var pending: Int { view.pending }
  mutating func flush() -> Bool { view.flush() }

  /// Hands over what has ended.
  private mutating func collect() {
    tracker.drain { flow in
      if flow.isInterim { return }
      streams.end(flow.record.serial)
      if !streams.hasFinished { return }
      view.findings = flow.findings().filter { MessageFindings.rules.contains($0.rule) }
      MessageRun.drain(&streams, &view)
      view.findings = []
    }
    MessageRun.drain(&streams, &view)
  }

  private static func drain(_ streams: inout MessageStreams, _ view: inout MessageView) {
    streams.drain {
      view.show($0)
    } summary: {
      view.show($0)
    }
  }
}
