// What is printed for a packet: a line, a JSON record, every field, or nothing.

import Flow
import Report
import Wire

/// One of the printers at work, and the mux it may need.
struct PacketView: ~Copyable {
  /// Which printer.
  enum Mode { case silent, line, json, fields }

  private let mode: Mode
  private let options: LineOptions
  private let mux = Mux.standard
  private var packet = Packet()
  private var tracker: Tracker
  private var line: LinePrinter
  private var json: JSONPrinter
  private var fields: FieldsPrinter
  /// Lines wait until it is known whether a repeat in them was needed.
  private let holds: Bool
  private var held: HeldOutput
  /// How many frames before its turn a frame is looked at; 0 for not at all.
  let foresight: UInt64

  /// The view that the options ask for; `interfaces` are the names that frames' interface numbers count.
  /// `holds` lets lines wait until it is known whether a repeat was needed; without it the packet that shows
  /// it says so.
  init(_ mode: Mode, _ options: LineOptions, interfaces: [String], holds: Bool) {
    self.holds = holds
    held = HeldOutput(mode == .json ? JSONPrinter.spuriousWord : OctetBuffer.spuriousWord)
    self.mode = mode
    self.options = options
    // What it says of flows is not this view's.
    var limits = Limits()
    limits.tellsEnds = false
    // Steps of opening and closing, windows and numbers of flows are in records and in `-v`.
    limits.keepsJournals = mode == .line && !options.plain && options.verbosity == 0
    foresight = limits.keepsJournals ? Tracker.foresight : 0
    tracker = Tracker(limits)
    line = LinePrinter(options)
    json = JSONPrinter(interfaces: interfaces, checksums: options.checksums && options.verbosity > 0)
    fields = FieldsPrinter(interfaces: interfaces, checksums: options.checksums, color: options.color)
  }

  /// Shows one packet.
  mutating func show(_ octets: Bytes, _ frame: Frame) {
    switch mode {
    case .silent: break
    case .line:
      if options.plain { return line.print(octets, frame) }
      let verdict = judge(octets, frame)
      if verdict.analysis.isEmpty, tracker.settled.isEmpty, options.verbosity == 0 {
        return line.print(octets, frame)
      }
      let place = line.print(
        octets, frame, verdict, packet.hasTCP ? packet.tcp.flags : [], settled: holds ? [] : tracker.settled)
      if holds, verdict.isUnsettled { held.mark(frame.number, at: place, line.out) }
    case .json:
      let verdict = judge(octets, frame)
      let place = json.print(octets, frame, &packet, verdict, settled: tracker.settled)
      if holds, verdict.isUnsettled { held.mark(frame.number, at: place, json.out) }
    case .fields:
      mux.dissect(octets, frame, into: &packet)
      fields.print(octets, frame, &packet)
    }
  }

  /// Looks at a packet before its turn.
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { tracker.foresee(octets, frame) }

  /// Asks the tracker about one packet, and dissects it when that is more than the next segment of a short
  /// connection, of which nothing is said.
  private mutating func judge(_ octets: Bytes, _ frame: Frame) -> Verdict {
    var verdict = Verdict()
    if !tracker.takeStraight(octets, frame) {
      mux.dissect(octets, frame, into: &packet)
      verdict = tracker.receive(&packet, frame, octets)
    }
    if holds, !tracker.settled.isEmpty {
      for known in tracker.settled { held.settle(known.frame, isWord: known.isNeedless) }
    }
    return verdict
  }

  /// Whoever reads waits, or nothing more comes: no line waits any longer.
  mutating func letGo() { held.finish() }

  /// Repeats that were shown before it was known whether they were needed, because too much waited for it.
  var undecided: UInt64 { held.givenUp }

  /// Octets that can be written.
  var pending: Int {
    switch mode {
    case .silent: 0
    case .line: held.pending(line.out)
    case .json: held.pending(json.out)
    case .fields: fields.out.count
    }
  }

  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush(to descriptor: Int32) -> Bool {
    switch mode {
    case .silent: true
    case .line: held.flush(&line.out, to: descriptor)
    case .json: held.flush(&json.out, to: descriptor)
    case .fields: fields.out.flush(to: descriptor)
    }
  }
}
