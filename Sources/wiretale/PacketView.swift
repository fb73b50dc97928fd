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
  private var tracker = Tracker()
  private var line: LinePrinter
  private var json: JSONPrinter
  private var fields: FieldsPrinter

  /// The view that the options ask for; `interfaces` are the names that frames' interface numbers count.
  init(_ mode: Mode, _ options: LineOptions, interfaces: [String]) {
    self.mode = mode
    self.options = options
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
      line.print(octets, frame, verdict, packet.hasTCP ? packet.tcp.flags : [])
    case .json:
      let verdict = judge(octets, frame)
      json.print(octets, frame, &packet, verdict)
    case .fields:
      mux.dissect(octets, frame, into: &packet)
      fields.print(octets, frame, &packet)
    }
  }

  /// Dissects one packet and asks the tracker about it. What the tracker says of flows is not this view's.
  private mutating func judge(_ octets: Bytes, _ frame: Frame) -> Verdict {
    mux.dissect(octets, frame, into: &packet)
    let verdict = tracker.receive(&packet, frame)
    if tracker.hasEnded { tracker.drain { _ in } }
    return verdict
  }

  /// Octets that wait to be written.
  var pending: Int {
    switch mode {
    case .silent: 0
    case .line: line.out.count
    case .json: json.out.count
    case .fields: fields.out.count
    }
  }

  /// Writes what waits. False when the output takes no more; `errno` says why.
  mutating func flush(to descriptor: Int32) -> Bool {
    switch mode {
    case .silent: true
    case .line: line.out.flush(to: descriptor)
    case .json: json.out.flush(to: descriptor)
    case .fields: fields.out.flush(to: descriptor)
    }
  }
}
