// Flows, exchanges and findings of one pipeline become records: text, and what the text is found by.

internal import Flow
internal import Report
internal import Store
internal import Wire

/// Gathers records until they are handed over.
struct BatchMaker: ~Copyable {
  /// Records that are gathered at most, and octets of their text.
  private static let recordsMax = 512
  private static let octetsMax = 1 << 18
  /// Capture files that one pipeline asks for in a second: more would only push each other out.
  private static let capturesPerSecond = 10

  private let interface: String
  private let isZeek: Bool
  private var flows: FlowJSON
  private var exchanges = HTTPJSON()
  private var zeek = FlowZeek()
  private var names = OctetBuffer(capacity: 256)
  private var text = OctetBuffer(capacity: BatchMaker.octetsMax + 65_536)
  private var records: [StoredRecord] = []
  private var ranges: [Range<Int>] = []
  private var lineRanges: [Range<Int>] = []
  private var captures: [RecordedFrames] = []
  private var capturesNow = 0
  private var second: Int64 = 0
  /// Frames that were asked for and not given, because many were.
  private(set) var capturesRefused: UInt64 = 0

  init(interface: String, _ settings: Settings) {
    self.interface = interface
    isZeek = settings.log.target != .none && settings.log.format == .zeek
    flows = FlowJSON(settings.findings)
  }

  /// So many packets have been dropped by the kernel: what gaps in the capture may come from.
  mutating func note(droppedByKernel: UInt64) {
    flows.limits.droppedByKernel = droppedByKernel
  }

  /// Whether it is time to hand over.
  var isFull: Bool { records.count >= BatchMaker.recordsMax || text.count >= BatchMaker.octetsMax }

  /// What was gathered, unless it is nothing.
  mutating func take() -> RecordBatch? {
    guard !records.isEmpty || !captures.isEmpty else { return nil }
    let octets = text.octets
    text.removeAll()
    var batch = RecordBatch(octets: octets.count + records.count * RecordBatch.octetsPerRecord)
    for index in records.indices { records[index].json = octets[ranges[index]] }
    batch.records = records
    if isZeek {
      let lines = zeek.out.octets
      zeek.out.removeAll()
      batch.lines = lineRanges.map { lines[$0] }
    }
    batch.captures = captures
    for capture in captures { batch.octets += capture.file.count }
    records.removeAll(keepingCapacity: true)
    ranges.removeAll(keepingCapacity: true)
    lineRanges.removeAll(keepingCapacity: true)
    captures.removeAll()
    return batch
  }

  /// A flow that ended or goes on, with its findings; frames of one with bad ones are asked for.
  mutating func add(
    _ flow: inout EndedFlow, severityOfCaptures: UInt8, _ recorder: borrowing FlightRecorder
  ) {
    let ends = (name(flow.record.originator.address), name(flow.record.responder.address))
    flows.out.removeAll()
    flows.print(&flow)
    let found = flows.found
    let worst = found.first.map { BatchMaker.number($0.severity) } ?? 0
    var record = StoredRecord(
      flow.isInterim ? .interim : .flow, flow: flow.record.serial, start: flow.record.start,
      end: flow.record.end, proto: flow.record.key.ipProtocol.rawValue, origin: ends.0,
      originPort: flow.record.originator.port, responder: ends.1,
      responderPort: flow.record.responder.port, severity: worst, json: [])
    let before = zeek.out.count
    if isZeek { zeek.print(flow) }
    append(record, "{\"record\":\"flow\",\"interface\":\"", line: before..<zeek.out.count)
    flows.out.removeAll()
    // A flow that goes on tells its findings when it ends.
    if flow.isInterim { return }
    for finding in found where finding.severity >= .note {
      flows.out.removeAll()
      flows.print(finding, of: flow)
      record.kind = .finding
      record.severity = BatchMaker.number(finding.severity)
      append(record, "{\"record\":\"finding\",\"interface\":\"", line: 0..<0)
    }
    if worst >= severityOfCaptures { hold(flow, recorder) }
  }

  private mutating func hold(_ flow: EndedFlow, _ recorder: borrowing FlightRecorder) {
    if second != flow.time / 1_000_000_000 {
      second = flow.time / 1_000_000_000
      capturesNow = 0
    }
    guard capturesNow < BatchMaker.capturesPerSecond else {
      capturesRefused += 1
      return
    }
    if let frames = recorder.capture(of: flow.record.serial) {
      capturesNow += 1
      captures.append(frames)
    }
  }

  /// An exchange that ended.
  mutating func add(_ exchange: inout HTTPExchange) {
    exchanges.out.removeAll()
    exchanges.print(&exchange)
    let start = exchange.start?.time ?? 0
    let record = StoredRecord(
      .exchange, flow: exchange.flow, start: start, end: max(start, exchange.end),
      origin: name(exchange.ends.originator), originPort: exchange.ends.originatorPort,
      responder: name(exchange.ends.responder), responderPort: exchange.ends.responderPort, json: [])
    append(record, "{\"record\":\"exchange\",\"interface\":\"", line: 0..<0)
  }

  private mutating func append(
    _ record: StoredRecord, _ start: StaticString, line: Range<Int>
  ) {
    let begin = text.count
    text.write(start)
    for octet in interface.utf8 where octet > 32 && octet < 127 && octet != 34 && octet != 92 {
      text.write(octet: octet)
    }
    text.write("\",")
    // Behind its brace, and without its newline.
    if record.kind == .exchange {
      text.write(exchanges.out, from: 1, to: exchanges.out.count - 1)
    } else {
      text.write(flows.out, from: 1, to: flows.out.count - 1)
    }
    records.append(record)
    ranges.append(begin..<text.count)
    lineRanges.append(line)
  }

  private mutating func name(_ address: IPAddress) -> String {
    names.removeAll()
    names.write(host: address)
    return String(decoding: names.octets, as: UTF8.self)
  }

  private static func number(_ severity: Severity) -> UInt8 {
    switch severity {
    case .info: 1
    case .note: 2
    case .warning: 3
    case .error: 4
    }
  }
}
