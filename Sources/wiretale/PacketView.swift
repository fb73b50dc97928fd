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
  /// Lines say nothing of flows.
  private let isPlain: Bool
  private let mux: Mux
  private var packet = Packet()
  /// What may be asked of a segment that is judged without being dissected, and the verdict on the last that
  /// was judged.
  private var segment = Packet()
  private var verdict = Verdict()
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
    isPlain = options.plain
    // Of a line the printer reads the octets itself, and whoever says something of its flow does not ask what
    // segments carry.
    mux = mode == .line ? .belowStreams : .standard
    // What it says of flows is not this view's.
    var limits = Limits()
    limits.tellsEnds = false
    limits.active = 0
    // Steps of opening and closing, windows and numbers of flows are in records and in `-v`.
    limits.keepsJournals = mode == .line && !options.plain && options.verbosity == 0
    foresight = limits.keepsJournals ? Tracker.foresight : 0
    tracker = Tracker(limits)
    line = LinePrinter(options)
    json = JSONPrinter(interfaces: interfaces, checksums: options.checksums && options.verbosity > 0)
    fields = FieldsPrinter(interfaces: interfaces, checksums: options.checksums, color: options.color)
  }

  /// Shows one packet.
  @inline(__always)
  mutating func show(_ octets: Bytes, _ frame: Frame) {
    if mode != .line { return showOtherwise(octets, frame) }
    // Most lines say nothing but what is in the packet.
    if isPlain { return line.print(octets, frame) }
    let straight = tracker.judgeStraight(octets, frame, &segment, &verdict)
    // Of most that is judged nothing is said either; with `-v` nothing is taken straight.
    if straight == .silent || straight == .judged && verdict.analysis.isEmpty, tracker.settled.isEmpty {
      return line.print(octets, frame)
    }
    showJudged(octets, frame, straight)
  }

  /// Shows a line with what the tracker says of its packet, which it may have taken already.
  @inline(never)
  private mutating func showJudged(_ octets: Bytes, _ frame: Frame, _ straight: Tracker.Straight) {
    // What is judged is no SYN: that is all that the words ask.
    var flags: TCPFlags = []
    switch straight {
    case .judged: break
    case .silent: verdict = Verdict()
    case .left:
      mux.dissect(octets, frame, into: &packet)
      verdict = tracker.receive(&packet, frame, octets)
      flags = packet.hasTCP ? packet.tcp.flags : []
    }
    let hasSettled = !tracker.settled.isEmpty
    if hasSettled { settle() }
    if verdict.analysis.isEmpty, !hasSettled, options.verbosity == 0 { return line.print(octets, frame) }
    let place = line.print(octets, frame, verdict, flags, settled: holds ? [] : tracker.settled)
    if holds, verdict.isUnsettled { held.mark(frame.number, at: place, line.out) }
  }

  /// Shows a packet as a record or a tree, or not at all.
  @inline(never)
  private mutating func showOtherwise(_ octets: Bytes, _ frame: Frame) {
    switch mode {
    case .silent, .line: break
    case .json:
      mux.dissect(octets, frame, into: &packet)
      let verdict = tracker.receive(&packet, frame, octets)
      settle()
      let place = json.print(octets, frame, &packet, verdict, settled: tracker.settled)
      if holds, verdict.isUnsettled { held.mark(frame.number, at: place, json.out) }
    case .fields:
      mux.dissect(octets, frame, into: &packet)
      fields.print(octets, frame, &packet)
    }
  }

  /// Lines that wait for what the packet at hand settled wait no longer.
  private mutating func settle() {
    guard holds else { return }
    for known in tracker.settled { held.settle(known.frame, isWord: known.isNeedless) }
  }

  /// Looks at a packet before its turn.
  mutating func foresee(_ octets: Bytes, _ frame: Frame) { tracker.foresee(octets, frame) }

  /// Whoever reads waits, or nothing more comes: no line waits any longer.
  mutating func letGo() { held.finish() }

  /// Repeats that were shown before it was known whether they were needed, because too much waited for it.
  var undecided: UInt64 { held.givenUp }

  /// Octets that can be written.
  var pending: Int {
    // `mutating`, though it changes nothing: a function that only reads is handed copies of the buffers.
    mutating get {
      switch mode {
      case .silent: 0
      case .line: held.pending(of: line.out.count)
      case .json: held.pending(of: json.out.count)
      case .fields: fields.out.count
      }
    }
  }

  /// Whether so many octets can be written: asked after every packet.
  @inline(__always)
  mutating func hasMuch(_ octets: Int) -> Bool {
    // What can be written is in the buffer.
    mode == .line && line.out.count < octets ? false : pending >= octets
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
