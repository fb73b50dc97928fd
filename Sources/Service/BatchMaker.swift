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

  /// What the records of this interface begin with, by their kinds.
  private let heads: (flow: [UInt8], finding: [UInt8], exchange: [UInt8])
  private let isZeek: Bool
  private var flows: FlowJSON
  private var exchanges = HTTPJSON()
  private var zeek = FlowZeek()
  private var names = OctetBuffer(capacity: 256)
  private var records: [StoredRecord] = []
  private var ranges: [Range<Int>] = []
  private var lineRanges: [Range<Int>] = []
  private var captures: [RecordedFrames] = []
  private var capturesNow = 0
  private var second: Int64 = 0
  /// Frames that were asked for and not given, because many were.
  private(set) var capturesRefused: UInt64 = 0

  init(interface: String, _ settings: Settings) {
    heads = (
      BatchMaker.head("flow", interface), BatchMaker.head("finding", interface),
      BatchMaker.head("exchange", interface)
    )
    isZeek = settings.log.target != .none && settings.log.format == .zeek
    flows = FlowJSON(settings.findings)
  }

  private static func head(_ kind: String, _ interface: String) -> [UInt8] {
    let name = interface.utf8.filter { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 }
    return Array("{\"record\":\"\(kind)\",\"interface\":\"".utf8) + name + [34]
  }

  /// So many packets have been dropped by the kernel: what gaps in the capture may come from.
  mutating func note(droppedByKernel: UInt64) {
    flows.limits.droppedByKernel = droppedByKernel
  }

  /// Whether it is time to hand over.
  var isFull: Bool {
    records.count >= BatchMaker.recordsMax || flows.count + exchanges.out.count >= BatchMaker.octetsMax
  }

  /// What was gathered, unless it is nothing; its text is put into an array that the queue has got back.
  mutating func take(for queue: RecordQueue) -> RecordBatch? {
    guard !records.isEmpty || !captures.isEmpty else { return nil }
    var text = queue.spare()
    flows.out.append(to: &text)
    flows.out.removeAll()
    // Exchanges stand behind all flows.
    let behind = text.count
    exchanges.out.append(to: &text)
    exchanges.out.removeAll()
    var batch = RecordBatch(text: text, octets: text.count + records.count * RecordBatch.octetsPerRecord)
    for index in records.indices {
      let start = records[index].kind == .exchange ? behind : 0
      records[index].json = text[(start + ranges[index].lowerBound)..<(start + ranges[index].upperBound)]
    }
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
    var start = flows.count
    flows.print(&flow, behind: heads.flow)
    var found = flows.found
    let worst = found.first.map { BatchMaker.number($0.severity) } ?? 0
    var record = StoredRecord(
      flow.isInterim ? .interim : .flow, flow: flow.record.serial, start: flow.record.start,
      end: flow.record.end, proto: flow.record.key.ipProtocol.rawValue, origin: ends.0,
      originPort: flow.record.originator.port, responder: ends.1,
      responderPort: flow.record.responder.port, severity: worst, json: [])
    let before = zeek.out.count
    if isZeek { zeek.print(&flow) }
    append(record, start..<flows.count, line: before..<zeek.out.count)
    // A flow that goes on tells its findings when it ends.
    if flow.isInterim { return }
    for index in found.indices where found[index].severity >= .note {
      start = flows.count
      flows.print(&found[index], of: &flow, behind: heads.finding)
      record.kind = .finding
      record.severity = BatchMaker.number(found[index].severity)
      append(record, start..<flows.count, line: 0..<0)
    }
    if worst >= severityOfCaptures { hold(&flow, recorder) }
  }

  private mutating func hold(_ flow: inout EndedFlow, _ recorder: borrowing FlightRecorder) {
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
    let begin = exchanges.out.count
    exchanges.print(&exchange, behind: heads.exchange)
    let start = exchange.start?.time ?? 0
    let record = StoredRecord(
      .exchange, flow: exchange.flow, start: start, end: max(start, exchange.end),
      origin: name(exchange.ends.originator), originPort: exchange.ends.originatorPort,
      responder: name(exchange.ends.responder), responderPort: exchange.ends.responderPort, json: [])
    append(record, begin..<exchanges.out.count, line: 0..<0)
  }

  /// A record whose text and newline are at a place of its kind's text.
  private mutating func append(_ record: StoredRecord, _ place: Range<Int>, line: Range<Int>) {
    records.append(record)
    ranges.append(place.lowerBound..<place.upperBound - 1)
    lineRanges.append(line)
  }

  private mutating func name(_ address: IPAddress) -> String {
    names.removeAll()
    names.write(host: address)
    return names.withOctets { octets in
      // An address is ASCII.
      guard let text = try? UTF8Span(validating: octets) else { return "" }
      return String(copying: text)
    }
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
